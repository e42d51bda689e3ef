import { describe, expect, it } from 'vitest';
import type { View } from '../../src/ceremony/evaluate.ts';
import type { BodyOf } from '../../src/ceremony/kinds.ts';
import { type ShareLog, shareLogs } from '../../src/ceremony/share-log.ts';
import { Ceremony, type Person, people } from './committee.ts';
import { emptyDeal, opened } from './opened.ts';
import { now } from './people.ts';

/* What became of each share, in the words that people read years later. Times are claims: seconds after the beginning. */

const { alice, bob, carol, dave, erin, frank } = people('share log', 'alice', 'bob', 'carol', 'dave', 'erin', 'frank');
const cast = [alice, bob, carol, dave, erin, frank];
const genesis = new Ceremony({ cast, members: [alice, bob, carol, erin, frank], threshold: 2 }).run();

/** Alice and frank leave, dave joins, and erin's share is declared lost. */
function handover(facts = {}): Ceremony {
  for (const person of cast) person.votes.length = 0;
  const cards = [alice, bob, carol, dave, frank].map(({ card }) => card.file);
  const old = [{ card: 0 }, { card: 1 }, { card: 2 }, { card: null }, { card: 4 }];
  const news = [bob, carol, dave].map(({ card }, at) => ({ card: at + 1, prekey: card.prekeys[0] as Uint8Array }));
  const wish = { cast, parent: genesis.link, members: [bob, carol, dave], threshold: 2, dealers: [1, 2, 3] };
  return new Ceremony({ ...wish, facts: { cards, old, new: news, ...facts } });
}

const logOf = (view: View, name: string, committee: ShareLog['committee'] = 'new'): ShareLog =>
  shareLogs(view).find((one) => one.member === name && one.committee === committee) as ShareLog;
const state = (view: View, name: string, committee?: ShareLog['committee']): string =>
  logOf(view, name, committee).state;
const events = (view: View, name: string, committee?: ShareLog['committee']): string[] =>
  logOf(view, name, committee).events.map(({ at, event }) => `${at - now} ${event}`);
const letGo = { signed: [], salvage: false, reason: 'no' };
const closing = (ceremony: Ceremony, who: Person, oldShare: BodyOf<'closing'>['oldShare'], at = now) =>
  ceremony.say(who, 'closing', { ...ceremony.closingBody(), oldShare }, { at });

const inForce = 'in force: no machine destroys an old share by itself before a proof of life';
const unknown = 'not known: its member has not closed, so it may still exist';
const pending = 'pending: not in use before the committee is proven, and to be guarded all the same';

describe('the log of a share', () => {
  it('is there for each of the old committee and of the new one, with its epoch', () => {
    const rows = (ceremony: Ceremony) =>
      shareLogs(ceremony.view).map(({ committee, index, member, epoch }) => `${committee} ${index} ${member} ${epoch}`);
    const ceremony = handover();
    const old = ['old 1 alice 0', 'old 2 bob 0', 'old 3 carol 0', 'old 4 erin 0', 'old 5 frank 0'];
    expect(rows(ceremony)).toEqual([...old, 'new 1 bob 1', 'new 2 carol 1', 'new 3 dave 1']);
    expect(rows(genesis)).toEqual(['new 1 alice 0', 'new 2 bob 0', 'new 3 carol 0', 'new 4 erin 0', 'new 5 frank 0']);
    const census = { kind: 'census' as const, new: [], dealers: [], weak: [] };
    const still = new Ceremony({ cast, parent: genesis.link, members: [], threshold: 2, facts: census });
    expect(shareLogs(still.view)).toEqual([]);
  });

  it('tells of an old share what its member declared, and that nobody knows where it declared nothing', () => {
    const ceremony = handover().before('close');
    const old = ['alice', 'bob', 'carol', 'erin'];
    const states = () => old.map((name) => state(ceremony.view, name, 'old'));
    const lost = 'declared lost in the plan, which is not to say destroyed';
    expect(states()).toEqual([unknown, unknown, unknown, lost]);
    closing(ceremony, alice, { state: 'wrapping-key-deleted', why: 'proven' });
    closing(ceremony, bob, { state: 'kept', why: 'no-backups' });
    closing(ceremony, carol, { state: 'none', why: 'already-gone' });
    const said = ['its wrapping key deleted from this medium', 'kept', 'none was there'];
    expect(states()).toEqual([...said.map((one) => `${one}, as its member declared`), lost]);
    expect(said.map((one, at) => events(ceremony.view, old[at] as string, 'old').includes(`0 ${one}`))).toEqual(
      Array(3).fill(true),
    );
    expect(logOf(ceremony.view, 'erin', 'old').events).toEqual([]);
    expect(state(handover().before('accept').view, 'alice', 'old')).toBe(inForce);
  });

  it('follows a new share from nothing through the acceptance and its turn to the closing', () => {
    const ceremony = handover();
    const states = () => ['bob', 'carol', 'dave'].map((name) => state(ceremony.view, name));
    expect(states()).toEqual(['none', 'none', 'none']);
    ceremony.before('accept').do(bob, 'accept');
    expect(states()).toEqual([pending, 'none', 'none']);
    ceremony.before('activate').do(bob, 'activate');
    expect(states()).toEqual(['active on its machine, of a committee that is not proven', pending, pending]);
    ceremony.before('close');
    const active = 'active; its member has not closed yet';
    expect(states()).toEqual([active, active, active]);
    ceremony.do(carol, 'close');
    expect(states()).toEqual([active, 'active; its member has closed', active]);
    const whole = ['0 stored and read back, pending', '0 turn 0 signed with it: active'];
    expect(events(ceremony.view, 'carol')).toEqual([...whole, '0 its member closed']);
    expect(events(ceremony.view, 'carol', 'old')).toEqual(['0 dealt from', '0 none was there']);
    expect(events(ceremony.view, 'dave')).toEqual(whole);
    expect(logOf(ceremony.view, 'bob').events.map(({ packet }) => packet)).toEqual(
      (['acceptance', 'activation'] as const).map((kind) => ceremony.said(bob, kind).digest),
    );
  });

  it('tells of shares that are given up, and of a later turn that leaves one out', () => {
    const ceremony = handover().before('activate');
    ceremony.reprove(bob, [bob, carol]);
    ceremony.run((name, duty) => duty === 'activate' || duty === 'close' || name === 'carol');
    expect(state(ceremony.view, 'bob')).toBe(pending);
    ceremony.run((_, duty) => duty === 'activate' || duty === 'close');
    expect(state(ceremony.view, 'dave')).toBe('declared lost in the proof of life');
    expect(state(ceremony.view, 'bob')).toBe('active; its member has not closed yet');
    expect(events(ceremony.view, 'bob')).toEqual([
      '0 stored and read back, pending',
      '0 a later turn signed with it: active',
    ]);

    const givenUp = handover({ ticket: 'given up' }).before('activate');
    givenUp.say(dave, 'release', letGo, { at: now + 1 });
    expect(state(givenUp.view, 'dave')).toBe('given up');
    expect(events(givenUp.view, 'dave')).toEqual(['0 stored and read back, pending', '1 given up']);
  });

  it('tells of a member whose share was named in a proof that others made, that it is pending', () => {
    const ceremony = handover().before('activate');
    const { view } = ceremony.run((_, duty) => duty === 'close');
    const proof = { ...view.current.proof, lost: [] };
    const without = { ...view.current, proof, activations: new Map() } as unknown as View['current'];
    expect(state({ ...view, current: without }, 'dave')).toBe('pending; its member has not closed yet');
  });

  it('tells of who said no to receiving, but not of other refusals', () => {
    const ceremony = handover().before('deal');
    for (const as of ['dealer', 'member'] as const) ceremony.refuse(bob, as);
    expect(events(ceremony.view, 'bob')).toEqual([]);
    ceremony.refuse(bob, 'receiver');
    expect(events(ceremony.view, 'bob')).toEqual(['0 refused']);
    expect(events(ceremony.view, 'bob', 'old')).toEqual([]);
  });

  it('says in which attempt, where there are several, and what counts for nothing', () => {
    const ceremony = handover({ dealers: [1, 2, 5], reserves: [3] }).before('deal');
    ceremony.do(alice, 'deal');
    const bad = emptyDeal(ceremony, bob);
    ceremony.say(dave, 'complaint', opened(ceremony, dave, bad));
    const nothing = 'claimed in a packet that is at fault, and counts for nothing';
    expect(events(ceremony.view, 'bob', 'old')).toEqual([`0 dealt from: ${nothing}`]);
    expect(events(ceremony.view, 'dave')).toEqual(['0 not taken: a box was opened to everybody']);
    ceremony.run();
    const [first, last] = [`0 dealt from, attempt 0: ${nothing}`, '0 none was there, attempt 1'];
    expect(events(ceremony.view, 'bob', 'old')).toEqual([first, last]);
    const [one, two, three] = events(ceremony.view, 'alice', 'old');
    expect([[one, two].sort(), three]).toEqual([['0 dealt from, attempt 0', '0 dealt from, attempt 1'], last]);
    const elsewhere = handover({ ticket: 'elsewhere', reserves: [5] }).before('accept');
    elsewhere.amend(alice, ['bob']);
    elsewhere.say(carol, 'release', letGo, { attempt: new Uint8Array(32).fill(3) });
    expect(events(elsewhere.view, 'carol')).toEqual(['0 given up']);
  });

  it('goes by the claimed time, then by the order in which things are done, then by digest', () => {
    const ceremony = handover().before('accept');
    const said = ceremony.packets.find(({ kind }) => kind === 'deal') as never as { body: BodyOf<'deal'> };
    for (const at of [5, 5, 3, 9]) {
      const body = { ...ceremony.dealBody(alice), vote: said.body.vote };
      ceremony.say(alice, 'deal', body, { at: now + at });
    }
    const log = logOf(ceremony.view, 'alice', 'old').events;
    expect(log.map(({ at }) => at - now)).toEqual([0, 3, 5, 5, 9]);
    const [, , one, other] = log;
    expect((one?.packet ?? '') < (other?.packet ?? '')).toBe(true);
    const turned = { ...ceremony.view, packets: ceremony.view.packets.toReversed() };
    expect(logOf(turned, 'alice', 'old').events).toEqual(log);

    const late = handover({ ticket: 'late' }).before('activate');
    const body = late.activationBody(dave);
    late.say(dave, 'activation', body, { at: now - 7 });
    expect(events(late.view, 'dave')).toEqual(['-7 turn 0 signed with it: active', '0 stored and read back, pending']);
    late.run();
    const counted = late.view.packets.toReversed();
    const done = ['0 stored and read back, pending', '0 turn 0 signed with it: active', '0 its member closed'];
    for (const packets of [late.view.packets, counted]) expect(events({ ...late.view, packets }, 'bob')).toEqual(done);
  });
});
