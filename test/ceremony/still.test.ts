import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/bytes/hex.ts';
import { censusPhase, owesCensus } from '../../src/ceremony/census.ts';
import type { View } from '../../src/ceremony/evaluate.ts';
import { walk } from '../../src/ceremony/route.ts';
import { censusResult, drillResult } from '../../src/ceremony/still-result.ts';
import { statementMessage } from '../../src/crypto/proof-of-life.ts';
import { Ceremony, type Person, people, type Wish } from './committee.ts';
import { now } from './people.ts';

/* Drill and census: where the stick goes, and what came of it as data. Erin's share is declared lost where it is said. */

const cast = people('still', 'alice', 'bob', 'carol', 'dave', 'erin');
const { alice, bob, carol, dave, erin } = cast;
const all = Object.values(cast);
const genesis = new Ceremony({ cast: all, members: [alice, bob, carol, erin], threshold: 2 }).run();
const { proven } = genesis.link;
let count = 0;

function still(kind: 'drill' | 'census', facts: Wish['facts'] = {}, more: Partial<Wish> = {}): Ceremony {
  const fixed = { kind, new: [], dealers: [], weak: [], ticket: `number ${++count}` };
  const signers = kind === 'drill' ? { signers: [1, 3] } : {};
  const wish = { cast: all, parent: genesis.link, members: [], threshold: 2, ...more };
  return new Ceremony({ ...wish, facts: { ...fixed, ...signers, ...facts } });
}
/** Erin is not asked. */
const withoutErin = (): Wish['facts'] => ({
  cards: [alice, bob, carol].map(({ card }) => card.file),
  old: [{ card: 0 }, { card: 1 }, { card: 2 }, { card: null }],
});
const stops = (view: View, from?: string) =>
  walk(view, { from }).stops.map(({ member, does }) => `${member} ${does.join(' ')}`);
const commit = (drill: Ceremony, ...who: Person[]) => {
  for (const one of who) drill.say(one, 'commitment', drill.commitmentBody(one));
};

describe('the walk of what moves no share', () => {
  it('goes by those who have still to answer a census, and begins where the stick is', () => {
    const census = still('census');
    const named = (...names: string[]) => names.map((name) => `${name} census`);
    expect(stops(census.view)).toEqual(named('alice', 'bob', 'carol', 'erin'));
    expect(stops(census.view, 'carol')).toEqual(named('carol', 'erin', 'alice', 'bob'));
    expect(stops(census.view, 'nobody')).toEqual(named('alice', 'bob', 'carol', 'erin'));
    census.do(bob, 'census');
    census.refuse(carol, 'member');
    expect(stops(census.view, 'carol')).toEqual(named('erin', 'alice'));
    expect(stops(still('census', withoutErin()).view)).toEqual(named('alice', 'bob', 'carol'));
    const observed = still('census', {}, { approvers: [dave] });
    observed.do(dave, 'approve');
    expect(stops(observed.view)).toEqual(named('alice', 'bob', 'carol', 'erin'));
  });

  it('goes by the signers of a drill, who commit and then sign, the last of them in one visit', () => {
    const drill = still('drill');
    expect(stops(drill.view)).toEqual(['alice drill', 'carol drill', 'alice drill']);
    commit(drill, alice);
    expect(stops(drill.view)).toEqual(['carol drill', 'alice drill']);
    commit(drill, carol);
    expect(stops(drill.view)).toEqual(['alice drill', 'carol drill']);
    drill.drillStep(alice);
    expect(stops(drill.view, 'alice')).toEqual(['carol drill']);
  });

  it('goes by the approvers first, and on from the last of them, who may be asked for more', () => {
    const census = still('census', {}, { approvers: [bob, dave], approvals: 2 });
    const exact = (view: View) => walk(view).exact;
    expect(stops(census.view, 'erin')).toEqual([
      'dave approve',
      'bob approve census',
      'erin census',
      'alice census',
      'carol census',
    ]);
    expect([exact(census.view), exact(still('census').view)]).toEqual([false, true]);
    expect(walk(still('census').view, { sites: new Map() })).toMatchObject({ moves: 4, exact: false });
    expect(walk(census.view, { sites: new Map() })).toMatchObject({ moves: 6, exact: false });
    const drill = still('drill', { signers: [1, 2] }, { approvers: [alice, bob], approvals: 2 });
    expect(stops(drill.view)).toEqual(['alice approve', 'bob approve drill', 'alice drill', 'bob drill']);
  });

  it('ends where nothing can come of it any more, and says why', () => {
    const over = (view: View) => walk(view, { sites: new Map() });
    const nowhere = { stops: [], moves: 0, exact: true };
    expect(over(still('census').run().view)).toEqual({ ...nowhere, stuck: [] });
    const refused = still('drill');
    refused.refuse(carol, 'member');
    refused.refuse(alice, 'member');
    expect(over(refused.view)).toEqual({ ...nowhere, stuck: ['it is over: refused by alice, carol'] });
    const spoilt = still('drill');
    const body = spoilt.commitmentBody(carol);
    spoilt.say(carol, 'commitment', { ...body, nonces: [...body.nonces, ...body.nonces] });
    expect(over(spoilt.view)).toEqual({
      ...nowhere,
      stuck: ['what carol said does not count here, and nobody can sign for carol'],
    });
    const unapproved = still('census', {}, { approvers: [dave] });
    unapproved.refuse(dave, 'approver');
    expect(over(unapproved.view)).toEqual({ ...nowhere, stuck: ['it is over: refused by dave'] });
    expect(walk(unapproved.view).moves).toBeNull();
    const done = { ...refused.view, phase: 'complete' } as View;
    expect(walk(done).stuck).toEqual([]);
  });
});

describe('what a drill showed', () => {
  it('is who committed and signed, and the signature of each key once all have', () => {
    const drill = still('drill');
    const nobody = { signers: ['alice', 'carol'], refused: [], spoilt: [], signatures: [] };
    expect(drillResult(drill.view)).toEqual({ ...nobody, committed: [], signed: [] });
    commit(drill, alice, carol);
    drill.drillStep(carol);
    expect(drillResult(drill.view)).toEqual({ ...nobody, committed: ['alice', 'carol'], signed: ['carol'] });
    drill.run();
    const [key] = proven.keys;
    const proof = drill.view.drill?.proof;
    const message = statementMessage('ristretto255', proof?.turn.statement as Uint8Array);
    const signature = toHex(proof?.signatures[0] as Uint8Array);
    const publicKey = toHex(key?.publicKey as Uint8Array);
    expect(drillResult(drill.view)).toMatchObject({
      signed: ['alice', 'carol'],
      signatures: [{ label: 'main', suite: 'ristretto255', publicKey, message: toHex(message), signature }],
    });
    const more = {
      ...drill.view,
      drill: { ...drill.view.drill, proof: { ...proof, signatures: [proof?.signatures[0], 1] } },
    };
    expect(drillResult(more as never)?.signatures).toHaveLength(1);
    expect(drillResult(genesis.view)).toBeNull();
    expect(drillResult(still('census').view)).toBeNull();
  });

  it('is who said no, and who said what does not count', () => {
    const drill = still('drill', { signers: [1, 2, 3] });
    drill.refuse(bob, 'member');
    drill.refuse(erin, 'member');
    const body = drill.commitmentBody(alice);
    drill.say(alice, 'commitment', { ...body, nonces: [...body.nonces, ...body.nonces] });
    expect(drillResult(drill.view)).toMatchObject({ refused: ['bob'], spoilt: ['alice'], committed: [], signed: [] });
  });
});

describe('what a census showed', () => {
  const unheard = { at: null, prekeys: null, tool: null, copies: [], findings: [] };

  it('is of each place in the committee whether its share was shown', () => {
    const census = still('census', withoutErin());
    census.do(alice, 'census');
    census.refuse(bob, 'member');
    const tool = { version: 'test', digest: null, same: true };
    const proof = { at: now, prekeys: 1, tool, copies: [], findings: [] };
    expect(censusResult(census.view)?.members).toEqual([
      { name: 'alice', index: 1, share: 'proven', ...proof },
      { name: 'bob', index: 2, share: 'refused', ...unheard },
      { name: 'carol', index: 3, share: 'not seen here', ...unheard },
      { name: 'erin', index: 4, share: 'lost', ...unheard },
    ]);
    expect(censusResult(genesis.view)).toBeNull();
  });

  it('tells whether a machine runs the very program of the plan', () => {
    const digest = new Uint8Array(32).fill(7);
    const same = (planned: Uint8Array | null, run: { version: string; digest: Uint8Array | null }) => {
      const census = still('census', { tool: { version: 'test', digest: planned } });
      census.say(alice, 'census', { ...census.censusBody(alice), tool: run });
      return censusResult(census.view)?.members[0]?.tool;
    };
    const hex = toHex(digest);
    expect(same(digest, { version: 'test', digest })).toEqual({ version: 'test', digest: hex, same: true });
    expect(same(digest, { version: 'next', digest })).toEqual({ version: 'next', digest: hex, same: false });
    expect(same(digest, { version: 'test', digest: null })).toEqual({ version: 'test', digest: null, same: false });
    expect(same(null, { version: 'test', digest })?.same).toBe(false);
  });

  it('asks its members alone, and each until it has answered', () => {
    const census = still('census', withoutErin());
    const owes = () =>
      [alice, bob, carol, erin, dave].filter(({ identity }) => owesCensus(census.view.census as never, identity));
    expect(owes()).toEqual([alice, bob, carol]);
    census.do(alice, 'census');
    census.refuse(bob, 'member');
    expect(owes()).toEqual([carol]);
    expect(still('drill').view.census).toBeNull();
    expect(genesis.view.census).toBeNull();
  });

  it('is proposed, then proving, then complete, and came to nothing where all say no', () => {
    const census = still('census', withoutErin());
    const phases = [census.view.phase];
    for (const who of [alice, bob, carol]) {
      census.refuse(who, 'member');
      phases.push(census.view.phase);
    }
    expect(phases).toEqual(['proposed', 'proving', 'proving', 'aborted']);
    const whole = still('census', withoutErin()).run();
    expect(censusPhase(whole.view.census as never)).toBe('complete');
    whole.refuse(alice, 'proposer');
    expect(whole.view.phase).toBe('complete');
    const withdrawn = still('census');
    withdrawn.refuse(alice, 'proposer');
    expect(withdrawn.view.phase).toBe('aborted');
    const other = still('census');
    other.refuse(bob, 'proposer');
    expect(other.view.phase).toBe('proving');
  });

  it('keeps of two reports of one member the first good one', () => {
    const census = still('census');
    const body = census.censusBody(alice);
    const said = [1, 2, 3].map((prekeys) => census.say(alice, 'census', { ...body, prekeys }));
    const bad = census.say(alice, 'census', { ...body, possession: [...body.possession, ...body.possession] });
    const [first] = said.map(({ digest }) => digest).sort();
    expect(census.view.census?.reports.get(alice.identity)?.packet.digest).toBe(first);
    expect(census.view.faults.map(({ packet }) => packet)).toEqual([bad.digest]);
    for (const one of said) census.forget(one as never);
    expect(census.view.census?.reports.size).toBe(0);
  });
});
