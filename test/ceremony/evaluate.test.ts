import { describe, expect, it } from 'vitest';
import { evaluate, hasActivated } from '../../src/ceremony/evaluate.ts';
import type { PacketOf } from '../../src/ceremony/kinds.ts';
import { Ceremony, type Person, people, type Wish } from './committee.ts';

/* The phases of a ceremony, and which attempt is worked on. */

const cast = Object.values(people('evaluate', 'alice', 'bob', 'carol', 'dave'));
const [alice, bob, carol, dave] = cast as [Person, Person, Person, Person];
const genesis = new Ceremony({ cast, members: [alice, bob, carol], threshold: 2 }).run();
let count = 0;

/** Alice leaves, dave joins, carol is in reserve. */
function handover(facts: Wish['facts'] = {}, more: Partial<Wish> = {}): Ceremony {
  for (const person of cast) person.votes.length = 0;
  const wish = { cast, parent: genesis.link, members: [bob, carol, dave], threshold: 2, dealers: [1, 2], ...more };
  return new Ceremony({ ...wish, facts: { ticket: `number ${++count}`, reserves: [3], ...facts } });
}
const letGo = { signed: [], salvage: false, reason: 'no' };

describe('a ceremony goes', () => {
  it('from proposed over dealing, accepting, activating and closing to complete', () => {
    const ceremony = handover();
    const phases = [ceremony.view.phase];
    const step = (duty: 'deal' | 'accept' | 'activate' | 'close', ...who: Person[]) => {
      for (const one of who) {
        ceremony.do(one, duty);
        phases.push(ceremony.view.phase);
      }
    };
    step('deal', alice, bob);
    step('accept', bob, carol, dave);
    step('activate', bob, carol, dave);
    step('close', bob, carol, dave);
    expect(phases).toEqual([
      'proposed',
      ...['dealing', 'accepting'],
      ...['accepting', 'accepting', 'activating'],
      ...['activating', 'activating', 'closing'],
      ...['closing', 'closing', 'complete'],
    ]);
  });

  it('on by an endorsement as by a deal', () => {
    const five = Object.values(people('evaluate five', 'a', 'b', 'c', 'd', 'e'));
    const key = new Ceremony({ cast: five, members: five, threshold: 2 }).run();
    const next = new Ceremony({ cast: five, parent: key.link, members: five, threshold: 2, dealers: [1, 2] });
    next.do(five[3] as Person, 'endorse');
    expect(next.view.phase).toBe('dealing');
    const [a, b] = five as [Person, Person];
    for (const who of [a, b]) next.do(who, 'deal');
    expect(next.view.phase).toBe('accepting');
  });

  it('to its end with all whom the proof of life does not leave out', () => {
    const ceremony = handover().before('activate');
    ceremony.reprove(bob, [bob, carol]);
    for (const who of [bob, carol]) ceremony.answer(who);
    ceremony.answer(bob);
    expect([alice, bob, carol, dave].map(({ identity }) => hasActivated(ceremony.view.current, identity))).toEqual([
      false,
      true,
      false,
      false,
    ]);
    ceremony.do(dave, 'activate');
    ceremony.do(carol, 'activate');
    expect([bob, carol, dave].every(({ identity }) => hasActivated(ceremony.view.current, identity))).toBe(true);
    expect(ceremony.view.phase).toBe('proving');
    ceremony.answer(carol);
    expect(ceremony.view.phase).toBe('closing');
    ceremony.do(bob, 'close');
    expect(ceremony.view.phase).toBe('closing');
    ceremony.do(carol, 'close');
    expect(ceremony.view.phase).toBe('complete');
  });

  it('nowhere once it is dead, and a withdrawal is one of its proposer alone', () => {
    const ceremony = handover().before('accept');
    ceremony.refuse(bob, 'proposer');
    expect(ceremony.view.withdrawn).toBe(false);
    ceremony.refuse(alice, 'member');
    expect(ceremony.view.withdrawn).toBe(false);
    ceremony.refuse(alice, 'proposer');
    expect([ceremony.view.withdrawn, ceremony.view.phase]).toEqual([true, 'accepting']);
    ceremony.do(dave, 'refuse');
    expect(ceremony.view.phase).toBe('aborted');
  });
});

describe('the attempt that is worked on', () => {
  const number = (ceremony: Ceremony, packets = ceremony.packets) =>
    evaluate(ceremony.plan, packets).current.attempt.number;

  it('is the newest that is not dead, and the newest of all where none lives', () => {
    const ceremony = handover().before('accept');
    expect(number(ceremony)).toBe(0);
    ceremony.refuse(dave, 'receiver');
    expect(number(ceremony)).toBe(0);
    const first = ceremony.amend(alice, ['bob']);
    expect(number(ceremony)).toBe(1);
    ceremony.refuse(carol, 'receiver');
    expect([number(ceremony), ceremony.view.phase]).toEqual([1, 'aborted']);
    const second = ceremony.amend(alice, ['carol']);
    expect(number(ceremony)).toBe(2);
    // in the order of their numbers, whichever way their digests are ordered
    const numbers = ceremony.view.attempts.map(({ attempt }) => attempt.number);
    expect(numbers).toEqual([0, 1, 2]);
    expect(second.digest).not.toBe(first.digest);
    const many = handover();
    const { body } = first as PacketOf<'amendment'>;
    for (const at of [3, 2, 5, 1, 4]) many.say(alice, 'amendment', { ...body, number: at }, { attempt: many.plan.id });
    expect(many.view.attempts.map(({ attempt }) => attempt.number)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('is a certified one before a newer one, and a proven one before all', () => {
    const ceremony = handover().before('activate');
    ceremony.amend(alice, ['bob']);
    expect(number(ceremony)).toBe(0);
    ceremony.run();
    expect([number(ceremony), ceremony.view.phase]).toEqual([0, 'complete']);
    const released = handover().before('activate');
    for (const who of [bob, carol]) released.say(who, 'release', letGo);
    released.amend(alice, ['bob']);
    expect(number(released)).toBe(1);
  });

  it('is dead with the other one of a drill, unless the drill is complete', () => {
    const facts = { kind: 'drill' as const, dealers: [], reserves: [], new: [], weak: [], signers: [1, 2] };
    const drill = handover(facts, { members: [] });
    drill.refuse(alice, 'proposer');
    expect(drill.view.phase).toBe('aborted');
    const done = handover(facts, { members: [] }).run();
    done.refuse(alice, 'proposer');
    expect(done.view.phase).toBe('complete');
    const approved = handover({ ...facts }, { members: [], approvers: [dave] });
    approved.refuse(dave, 'approver');
    expect([approved.view.phase, approved.view.current.death?.why]).toEqual(['aborted', 'approvals-refused']);
  });
});
