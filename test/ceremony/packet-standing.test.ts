import { describe, expect, it } from 'vitest';
import { fromHex } from '../../src/bytes/hex.ts';
import { noteFacts, noteWords } from '../../src/ceremony/note-facts.ts';
import { contradictionsOf, isDissent, standingOf } from '../../src/ceremony/packet-standing.ts';
import type { NoteBody } from '../../src/ceremony/packets/note.ts';
import { Ceremony, people } from './committee.ts';
import { emptyDeal, opened } from './opened.ts';

/* What a packet comes to, and the packets that show it. */

const { alice, bob, carol, dave } = people('standing', 'alice', 'bob', 'carol', 'dave');
const cast = [alice, bob, carol, dave];
const genesis = new Ceremony({ cast, members: [alice, bob, carol], threshold: 2, approvers: [dave] }).run();

function handover(facts = {}): Ceremony {
  for (const person of cast) person.votes.length = 0;
  const members = [bob, carol, dave];
  const ceremony = new Ceremony({ cast, parent: genesis.link, members, threshold: 2, dealers: [1, 2], facts });
  ceremony.do(dave, 'approve');
  return ceremony;
}
const kinds = (names: readonly { kind: string }[]) => names.map(({ kind }) => kind).sort();

describe('a packet', () => {
  it('is admitted, with what it relies on', () => {
    const ceremony = handover().before('activate');
    const found = standingOf(ceremony.view, ceremony.said(dave, 'acceptance'));
    expect(found).toMatchObject({ standing: 'admitted', faults: [], notSeen: [], deadAttempt: false });
    expect(kinds(found.names)).toEqual(['deal', 'deal']);
  });

  it('waits for what is not seen here, which is named', () => {
    const ceremony = handover().before('activate');
    const deal = ceremony.said(bob, 'deal');
    const view = ceremony.without(deal);
    const found = standingOf(view, ceremony.said(dave, 'acceptance'));
    expect(found).toMatchObject({ standing: 'waiting', waitsFor: ['a deal'], notSeen: [deal.digest] });
  });

  it('is faulty, and the complaint that shows it is its evidence', () => {
    const ceremony = handover().before('deal');
    ceremony.do(alice, 'deal');
    const deal = emptyDeal(ceremony, bob);
    const complaint = ceremony.say(carol, 'complaint', opened(ceremony, carol, deal));
    const found = standingOf(ceremony.view, deal);
    expect(found).toMatchObject({ standing: 'faulty', deadAttempt: true });
    expect(kinds(found.names)).toEqual(['approval', 'complaint']);
    expect(standingOf(ceremony.view, complaint)).toMatchObject({ standing: 'ends the attempt', faults: [] });
  });

  it('is contested across two ceremonies over one parent', () => {
    const one = handover().before('accept');
    const other = handover({ reason: 'another' }).before('accept');
    const deal = one.said(bob, 'deal');
    expect(standingOf(one.view, deal).standing).toBe('admitted');
    const found = standingOf(one.view, deal, [one.view, other.view]);
    expect(found.standing).toBe('contested');
    expect(found.contradictions[0]?.packets).toContain(other.said(bob, 'deal').digest);
  });

  it('is dissent where a refusal has no effect, and only there', () => {
    const dissent = (who: typeof alice, as: 'member' | 'receiver' | 'dealer' | 'proposer'): boolean => {
      const ceremony = handover().before('deal');
      const refusal = ceremony.refuse(who, as) as Parameters<typeof isDissent>[1];
      return isDissent(ceremony.view, refusal);
    };
    expect(dissent(alice, 'member')).toBe(true);
    expect(dissent(carol, 'dealer')).toBe(true); // who is no dealer
    expect(dissent(alice, 'receiver')).toBe(true); // who does not receive
    expect(dissent(bob, 'dealer')).toBe(false);
    expect(dissent(carol, 'receiver')).toBe(false);
    expect(dissent(alice, 'proposer')).toBe(false);
  });

  it('is no dissent where it is one of several noes that end an attempt, or one more of them', () => {
    const said = (ceremony: Ceremony, as: 'receiver' | 'approver', ...who: (typeof alice)[]) =>
      who
        .map((one) => ceremony.refuse(one, as) as Parameters<typeof isDissent>[1])
        .map((packet) => isDissent(ceremony.view, packet));
    expect(said(handover().before('deal'), 'receiver', carol, dave)).toEqual([false, false]);
    const approved = new Ceremony({
      cast,
      parent: genesis.link,
      members: [bob, carol, dave],
      threshold: 2,
      dealers: [1, 2],
      approvers: [alice, bob, dave],
      approvals: 2,
    });
    expect(said(approved, 'approver', alice, bob)).toEqual([false, false]);
    const noes = approved.packets.filter(({ kind }) => kind === 'refusal');
    expect(noes.map((packet) => standingOf(approved.view, packet).standing)).toEqual(Array(2).fill('ends the attempt'));
  });

  it('is told from others: what one ends, another one does not', () => {
    const ceremony = handover({ reserves: [3] }).before('deal');
    const refusal = ceremony.refuse(bob, 'dealer') as Parameters<typeof isDissent>[1];
    const other = ceremony.refuse(dave, 'member') as Parameters<typeof isDissent>[1];
    const amendment = ceremony.amend(alice);
    const standings = [refusal, other, amendment].map((packet) => standingOf(ceremony.view, packet).standing);
    expect(standings).toEqual(['ends the attempt', 'dissent', 'admitted']);
    expect([refusal, other].map((packet) => isDissent(ceremony.view, packet))).toEqual([false, true]);
    expect(standingOf(ceremony.view, amendment)).toMatchObject({ deadAttempt: true, names: [], notSeen: [] });
  });

  it('is no dissent where it answers a drill or a census', () => {
    const facts = { kind: 'census' as const, new: [], dealers: [], weak: [] };
    const census = new Ceremony({ cast, parent: genesis.link, members: [], threshold: 2, facts });
    const [said, mine] = [census.refuse(bob, 'member'), census.refuse(dave, 'member')];
    expect([said, mine].map((packet) => standingOf(census.view, packet).standing)).toEqual(['admitted', 'dissent']);
    const drilled = { ...facts, kind: 'drill' as const, signers: [1, 2] };
    const drill = new Ceremony({ cast, parent: genesis.link, members: [], threshold: 2, facts: drilled });
    const [named, idle] = [drill.refuse(bob, 'member'), drill.refuse(carol, 'member')];
    expect([named, idle].map((packet) => standingOf(drill.view, packet).standing)).toEqual(['admitted', 'dissent']);
  });

  it('relies on what it names, each kind on its own', () => {
    const ceremony = handover().before('activate');
    const names = (packet: (typeof ceremony.packets)[number]) => kinds(standingOf(ceremony.view, packet).names);
    ceremony.do(bob, 'activate');
    const call = ceremony.reprove(carol, [carol, dave]);
    const [first, second] = [ceremony.answer(carol), ceremony.answer(dave)];
    const signed = ceremony.answer(carol);
    const blocked = [ceremony.said(bob, 'activation'), call].map(({ digest }) => fromHex(digest) as Uint8Array);
    const [packet, blocking] = blocked as [Uint8Array, Uint8Array];
    const bodies = [null, blocking].map((one) => ({
      signed: [{ packet, blocked: one }],
      salvage: false,
      reason: 'no',
    }));
    const [release, other] = bodies.map((body) => ceremony.say(bob, 'release', body));
    const complaint = ceremony.say(dave, 'complaint', opened(ceremony, dave, ceremony.said(bob, 'deal')));
    const acceptances = ['acceptance', 'acceptance', 'acceptance'];
    expect(names(ceremony.said(alice, 'deal'))).toEqual(['approval']);
    expect(names(ceremony.said(bob, 'activation'))).toEqual(acceptances);
    expect(names(call)).toEqual(acceptances);
    expect([names(first), names(second)]).toEqual([['reprove'], ['reprove']]);
    expect(names(signed)).toEqual(['commitment', 'commitment', 'reprove']);
    expect(names(release as never)).toEqual(['activation']);
    expect(names(other as never)).toEqual(['activation', 'reprove']);
    expect(names(complaint)).toContain('deal');
    const note = ceremony.say(dave, 'note', { kind: 'observation', text: 'one', number: 0 });
    for (const one of [ceremony.proposal, ceremony.said(dave, 'approval'), note]) expect(names(one)).toEqual([]);
  });

  it('is not contested by what lies in other ceremonies', () => {
    const [one, other] = [handover().before('accept'), handover({ reason: 'another' }).before('accept')];
    const third = new Ceremony({ cast, members: [alice, bob], threshold: 2 });
    expect(contradictionsOf(third.view, [one.view, other.view, third.view])).toEqual([]);
    expect(
      contradictionsOf(one.view, [one.view, other.view, third.view])
        .map(({ member }) => member)
        .sort(),
    ).toEqual(['alice', 'bob']);
  });
});

describe('a note', () => {
  const { plan } = genesis;
  const said = (body: NoteBody) => {
    const facts = noteFacts(plan, body);
    return [facts, noteWords(facts)];
  };
  const hash = new Uint8Array(32).fill(10);

  it('is told by name and in words', () => {
    const bag = { kind: 'bag' as const, bag: '07', what: 'a disk', way: 'in' as const, text: '', number: 1 };
    const absent = (member: Uint8Array) => said({ kind: 'absent', member, text: 'ill', number: 2 });
    expect(said(bag)).toEqual([bag, 'bag 07 with a disk was opened']);
    expect(said({ ...bag, way: 'out', text: 'torn' })[1]).toBe('bag 07 with a disk was closed: torn');
    expect(absent(bob.signing.public)).toEqual([
      { kind: 'absent', absent: 'bob', text: 'ill', number: 2 },
      'bob was absent: ill',
    ]);
    expect(absent(hash)[1]).toBe(`${'0a'.repeat(8)} was absent: ill`);
    const digest = '0a'.repeat(32);
    const anchor = { kind: 'anchor' as const, place: 'a newspaper', text: '', number: 3 };
    expect(said({ ...anchor, digest: hash })).toEqual([
      { ...anchor, digest },
      `digest ${digest} was made public at a newspaper`,
    ]);
    const witness = { kind: 'witness' as const, name: 'Ada', role: 'notary', text: '', number: 4 };
    expect(said(witness)).toEqual([witness, 'Ada, notary, was there']);
    const seen = { kind: 'observation' as const, text: 'all well', number: 5 };
    expect(said(seen)).toEqual([seen, 'all well']);
  });
});
