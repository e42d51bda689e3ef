import { describe, expect, it } from 'vitest';
import { asked, awaited, declaredLost } from '../../src/ceremony/awaited.ts';
import type { View } from '../../src/ceremony/evaluate.ts';
import { walk } from '../../src/ceremony/route.ts';
import { Ceremony, type Person, people } from './committee.ts';

/* What people are told to wait for, and where a stick goes that answers a call. */

const cast = Object.values(people('awaited', 'alice', 'bob', 'carol', 'dave'));
const [alice, bob, carol, dave] = cast as [Person, Person, Person, Person];
const genesis = new Ceremony({ cast, members: [alice, bob, carol], threshold: 2 }).run();
let count = 0;
/** Alice leaves, dave joins; everybody has accepted. */
function certified(): Ceremony {
  for (const person of cast) person.votes.length = 0;
  const facts = { ticket: `number ${++count}` };
  const wish = { cast, parent: genesis.link, members: [bob, carol, dave], threshold: 2, dealers: [1, 2], facts };
  return new Ceremony(wish).before('activate');
}
const letGo = { signed: [], salvage: false, reason: 'no' };
const owes = (ceremony: Ceremony) =>
  Object.fromEntries(asked(ceremony.view).map(({ participant, owes: duties }) => [participant.name, duties.join(' ')]));

describe('those whom people wait for', () => {
  it('are all who owe something, the activation among it', () => {
    const ceremony = certified();
    expect(owes(ceremony)).toEqual({ alice: '', bob: 'activate', carol: 'activate', dave: 'activate' });
    expect(awaited(ceremony.view)).toEqual(['bob', 'carol', 'dave']);
    ceremony.do(bob, 'activate');
    expect(awaited(ceremony.view)).toEqual(['carol', 'dave']);
    // who gave it up after signing turn 0 does not keep it from becoming whole
    ceremony.say(bob, 'release', letGo);
    expect(awaited(ceremony.view)).toEqual(['carol', 'dave']);
  });

  it('are none for turn 0 once somebody gave it up unsigned, or a later turn was called for', () => {
    const ceremony = certified();
    ceremony.say(bob, 'release', letGo);
    expect(owes(ceremony)).toEqual({ alice: '', bob: '', carol: '', dave: '' });
    expect(awaited(ceremony.view)).toEqual([]);
    const called = certified();
    called.reprove(bob, [bob, carol]);
    expect(owes(called)).toEqual({ alice: '', bob: 'reprove', carol: 'reprove', dave: '' });
    expect(awaited(called.view)).toEqual(['bob', 'carol']);
  });

  it('are without those whom an open call leaves out', () => {
    const ceremony = certified();
    expect(declaredLost(ceremony.view)).toEqual(new Set());
    ceremony.reprove(bob, [bob, carol]);
    expect(declaredLost(ceremony.view)).toEqual(new Set(['dave']));
    ceremony.reprove(dave, [carol, dave]);
    expect(declaredLost(ceremony.view)).toEqual(new Set(['bob', 'dave']));
  });
});

describe('the walk that answers a call', () => {
  const stops = (view: View, from?: string) =>
    walk(view, { from }).stops.map(({ member, does }) => `${member} ${does.join(' ')}`);

  it('goes by its signers until all have signed, and ends with the closings, of old members who leave as well', () => {
    const ceremony = certified();
    ceremony.reprove(bob, [bob, carol]);
    expect(stops(ceremony.view)).toHaveLength(5);
    expect(stops(ceremony.view, 'nobody')).toEqual(stops(ceremony.view));
    expect(stops(ceremony.view, 'bob')).toEqual([
      'bob reprove',
      'carol reprove',
      'bob reprove close',
      'carol close',
      'alice close',
    ]);
    expect(stops(ceremony.view, 'carol')).toEqual([
      'carol reprove',
      'bob reprove',
      'carol reprove close',
      'alice close',
      'bob close',
    ]);
    expect(stops(ceremony.view, 'alice')).toEqual(stops(ceremony.view, 'bob'));
    for (const who of [bob, carol]) ceremony.answer(who);
    ceremony.answer(bob);
    expect(stops(ceremony.view, 'carol')).toEqual(['carol reprove close', 'alice close', 'bob close']);
  });
});
