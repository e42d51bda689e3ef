import { describe, expect, test } from 'vitest';
import { type BagStep, bagSteps, brokenChains } from '../../src/ceremony/bags.ts';
import { Ceremony, people } from './committee.ts';

const cast = people('bags', 'alice', 'bob', 'carol');
const { alice, bob } = cast;
const everybody = Object.values(cast);

/** `in 17`, `out B-3 laptop`: one step each, in order. */
function chain(...words: readonly string[]): string[] {
  const steps = words.map((word, at): BagStep => {
    const [way = '', bag = '', ...what] = word.split(' ');
    const said = { ceremony: 'c', packet: String(at), member: 'alice', at, number: at };
    return { ...said, bag, way: way as BagStep['way'], what: what.join(' ') || 'stick' };
  });
  return brokenChains(steps).map(({ step, says }) => `${step.packet}: ${says}`);
}

describe('the chain of bags', () => {
  test('holds where everything comes in the bag in which it went out', () => {
    expect(chain('out 1', 'in 1', 'out 2', 'in 2')).toEqual([]);
  });

  test('begins wherever somebody begins to write it down', () => {
    expect(chain('in 7', 'out 8', 'in 8')).toEqual([]);
  });

  test('is broken by a bag that comes in and is not the last that went out', () => {
    expect(chain('out 1', 'in 1', 'out 2', 'in 1')).toEqual(['3: stick came in bag 1, but last went out in bag 2']);
  });

  test('is broken where something comes in twice and was in no bag between', () => {
    expect(chain('in 1', 'in 2')).toEqual(['1: stick came in bag 2, but was in none since bag 1 was opened']);
  });

  test('is broken where something goes out twice', () => {
    expect(chain('out 1', 'out 2')).toEqual(['1: stick went into bag 2, but nobody opened bag 1']);
  });

  test('is broken by a bag that serves twice, whatever is in it', () => {
    expect(chain('out 1', 'in 1', 'out 1')).toEqual([
      '2: bag 1 was closed around stick, but a bag of this number was closed before',
    ]);
    expect(chain('out 1', 'out 1 laptop')).toEqual([
      '1: bag 1 was closed around laptop, but a bag of this number was closed before',
    ]);
  });

  test('asks of a bag whether it went out before, and not whether it came in', () => {
    expect(chain('in 7', 'out 7', 'in 7')).toEqual([]);
    expect(chain('in 7', 'out 7', 'in 7', 'out 7')).toHaveLength(1);
  });

  test('takes blanks around a number, or around the name of a thing, for nothing', () => {
    const step = { ceremony: 'c', packet: 'p', member: 'alice', at: 0, number: 0 };
    const went: BagStep = { ...step, bag: 'B-1 ', way: 'out', what: ' Stick' };
    expect(brokenChains([went, { ...step, bag: ' b-1', way: 'in', what: 'stick ' }])).toEqual([]);
    expect(brokenChains([went, { ...step, bag: 'b-2', way: 'in', what: 'stick ' }])).toHaveLength(1);
  });

  test('is in one order where two people say the same time and number, whatever order their notes come in', () => {
    const note = (digest: string) => ({
      digest,
      identity: 'x',
      at: 7,
      body: { kind: 'bag', bag: '1', way: 'in', what: 'stick', number: 0 },
    });
    const plan = { ceremony: 'c', byIdentity: new Map() };
    for (const digests of [
      ['a', 'b'],
      ['b', 'a'],
    ])
      expect(bagSteps([{ plan, notes: digests.map(note) }] as never).map(({ packet }) => packet)).toEqual(['a', 'b']);
  });

  test('is one for each thing', () => {
    expect(chain('out 1', 'out 2 laptop', 'in 2 laptop', 'in 1')).toEqual([]);
    expect(chain('out 1', 'out 2 laptop', 'in 1 laptop')).toHaveLength(1);
  });

  test('takes what two people write down of the same bag as one', () => {
    expect(chain('out B-1', 'out b-1 ', 'in B-1', 'in b-1', 'out 2 Stick', 'in 2')).toEqual([]);
  });

  test('goes on from what was seen last, so that one mistake is one line', () => {
    expect(chain('out 1', 'in 9', 'out 2', 'in 2')).toHaveLength(1);
  });
});

describe('notes of bags', () => {
  const about = { kind: 'bag', text: '', what: 'stick' } as const;

  test('are ordered by the times that their authors claim, then by the number, across ceremonies', () => {
    const members = [alice, bob, cast.carol];
    const [one, two] = ['first', 'second'].map(
      (reason) => new Ceremony({ cast: everybody, members, threshold: 2, facts: { reason } }),
    ) as [Ceremony, Ceremony];
    one.say(alice, 'note', { ...about, bag: '2', way: 'out', number: 1 }, { at: 20 });
    one.say(alice, 'note', { ...about, bag: '1', way: 'in', number: 0 }, { at: 20 });
    one.say(alice, 'note', { kind: 'observation', text: 'no bag', number: 2 }, { at: 21 });
    two.say(bob, 'note', { ...about, bag: '3', way: 'in', number: 0 }, { at: 30 });
    two.say(bob, 'note', { ...about, bag: '1', way: 'out', number: 1 }, { at: 10 });
    const steps = bagSteps([one.view, two.view]);
    expect(steps.map(({ member, way, bag }) => `${member} ${way} ${bag}`)).toEqual([
      'bob out 1',
      'alice in 1',
      'alice out 2',
      'bob in 3',
    ]);
    expect(steps.map(({ ceremony }) => ceremony)).toEqual([
      two.plan.ceremony,
      one.plan.ceremony,
      one.plan.ceremony,
      two.plan.ceremony,
    ]);
    expect(brokenChains(steps).map(({ step, says }) => [step.member, says])).toEqual([
      ['bob', 'stick came in bag 3, but last went out in bag 2'],
    ]);
  });
});
