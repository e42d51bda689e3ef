import { describe, expect, it, test } from 'vitest';
import type { Cbor } from '../../src/bytes/cbor.ts';
import { fromHex } from '../../src/bytes/hex.ts';
import { contradictionsAcross } from '../../src/ceremony/across.ts';
import { admit } from '../../src/ceremony/admission.ts';
import { owedBy } from '../../src/ceremony/duties.ts';
import { contradictionsIn } from '../../src/ceremony/equivocation.ts';
import type { AnyPacket, BodyOf } from '../../src/ceremony/kinds.ts';
import { writePacket } from '../../src/ceremony/packet.ts';
import { contradictionsOf } from '../../src/ceremony/packet-standing.ts';
import type { PlanFacts } from '../../src/ceremony/plan.ts';
import { Ceremony, type Person, people } from './committee.ts';

/* Two statements of one author of which only one can be honest. */

const { alice, bob, carol, dave, erin } = people('equivocation', 'alice', 'bob', 'carol', 'dave', 'erin');
const cast = [alice, bob, carol, dave, erin];
const genesis = new Ceremony({
  cast,
  members: [alice, bob, carol],
  threshold: 2,
  approvers: [erin],
  approvals: 0,
}).run();

function handover(facts: Partial<PlanFacts> = {}): Ceremony {
  for (const person of cast) person.votes.length = 0;
  const members = [bob, carol, dave];
  return new Ceremony({ cast, parent: genesis.link, members, threshold: 2, dealers: [1, 2], approvals: 1, facts });
}

const slots = ({ view }: Ceremony) =>
  view.contradictions.map(({ member, slot, grave }) => `${member} ${slot.split(' ')[0]}${grave ? '' : ', only shown'}`);

const whole = handover().run((name, duty) => name === 'carol' && duty === 'close');
whole.do(carol, 'endorse');
whole.do(carol, 'close');

test('an honest ceremony holds no contradiction, and what everybody said once more in the same bytes changes nothing', () => {
  expect(slots(whole)).toEqual([]);
  for (const { bytes } of whole.packets) whole.bring(bytes);
  expect(slots(whole)).toEqual([]);
  expect(whole.view.phase).toBe('complete');
});

describe('said twice in one slot', () => {
  const said: [keyof typeof found, Person, string[]][] = [
    ['proposal', alice, ['alice proposal']],
    ['approval', erin, ['erin approve']],
    ['deal', bob, ['bob deal', 'bob vote']],
    ['endorsement', carol, ['carol vote']],
    ['acceptance', dave, ['dave receive']],
    ['activation', dave, ['dave turn']],
    ['closing', alice, ['alice close']],
  ];
  const found = { proposal: 0, approval: 0, deal: 0, endorsement: 0, acceptance: 0, activation: 0, closing: 0 };

  it.each(said)('a second %s names its author, though it says the same', (kind, who, expected) => {
    const before = whole.packets;
    const first = whole.said(who, kind);
    const second = whole.say(who, kind, first.body as BodyOf<typeof kind>, { at: first.at + 1 });
    expect(slots(whole)).toEqual(expected);
    for (const { packets } of whole.view.contradictions)
      expect([...packets].sort()).toEqual([first.digest, second.digest].sort());
    expect(whole.without(second as AnyPacket).contradictions).toEqual([]);
    expect(before).toContain(first);
    // what was proven stays proven, whoever contradicts themselves afterwards
    expect(whole.view.current.proof).not.toBeNull();
    whole.forget(second as AnyPacket);
  });

  it('two refusals of a receiver or an approver do, two of anyone else and two notes are only shown', () => {
    const ceremony = handover();
    for (const as of ['receiver', 'member', 'approver'] as const) {
      const who = as === 'approver' ? erin : dave;
      ceremony.refuse(who, as);
      ceremony.say(who, 'refusal', { as, reason: 'still no' });
    }
    for (const text of ['one', 'two']) ceremony.say(erin, 'note', { kind: 'observation', text, number: 0 });
    const expected = ['dave dissent, only shown', 'dave receive', 'erin approve', 'erin note, only shown'];
    expect(slots(ceremony).sort()).toEqual(expected);
  });

  it('two notes under two numbers are two notes', () => {
    const ceremony = handover();
    for (const number of [0, 1]) ceremony.say(erin, 'note', { kind: 'deviation', text: 'one', number });
    expect(slots(ceremony)).toEqual([]);
    expect(ceremony.view.notes).toHaveLength(2);
  });
});

describe('what excludes what', () => {
  it('an approval and the refusal of an approver', () => {
    const ceremony = handover();
    ceremony.do(erin, 'approve');
    ceremony.refuse(erin, 'approver');
    expect(slots(ceremony)).toEqual(['erin approve']);
  });

  it('a deal and the refusal of a dealer', () => {
    const ceremony = handover().before('accept');
    ceremony.refuse(alice, 'dealer');
    expect(slots(ceremony)).toEqual(['alice deal']);
    expect(ceremony.view.phase).toBe('aborted');
  });

  it('not the dissent of somebody who has to deal or receive as well', () => {
    const ceremony = handover().before('activate');
    for (const who of [alice, bob, dave]) ceremony.refuse(who, 'member');
    expect(slots(ceremony)).toEqual([]);
    expect(ceremony.view.dissent).toHaveLength(3);
    expect(ceremony.run().view.phase).toBe('complete');
  });

  it('two acceptances over one transcript: nobody can sign until it is decided which counts', () => {
    const ceremony = handover().before('activate');
    const { body } = ceremony.said(bob, 'acceptance');
    const turn = ceremony.view.current.turn?.hash;
    ceremony.say(bob, 'acceptance', { ...body, nonces: ceremony.said(carol, 'acceptance').body.nonces });
    expect(slots(ceremony)).toEqual(['bob receive']);
    expect(ceremony.view.current).toMatchObject({ certificate: null, turn: null });
    expect(ceremony.view.faults).toEqual([]);
    expect(turn).toBeDefined();
  });

  it('a second acceptance that comes when somebody has signed on the first: it undoes no certificate', () => {
    const ceremony = handover().before('activate');
    const { turn } = ceremony.view.current;
    ceremony.do(carol, 'activate');
    const { body } = ceremony.said(bob, 'acceptance');
    ceremony.say(bob, 'acceptance', { ...body, nonces: ceremony.said(carol, 'acceptance').body.nonces });
    expect(slots(ceremony)).toEqual(['bob receive']);
    expect(ceremony.view.current.turn?.hash).toEqual(turn?.hash);
    expect(ceremony.view.phase).toBe('activating');
  });
});

describe('a dead attempt', () => {
  const dead = (kill: (ceremony: Ceremony) => void) => {
    const ceremony = handover();
    kill(ceremony);
    return ceremony.view;
  };

  it('is one that a receiver, a dealer, or too many approvers refused', () => {
    expect(dead((c) => void c.refuse(dave, 'receiver')).current.death).toMatchObject({
      why: 'receiver-refused',
      by: ['dave'],
    });
    expect(dead((c) => void c.refuse(alice, 'dealer')).current.death).toMatchObject({
      why: 'dealer-refused',
      by: ['alice'],
    });
    expect(dead((c) => void c.refuse(erin, 'approver')).current.death).toMatchObject({
      why: 'approvals-refused',
      by: ['erin'],
    });
  });

  it('is not one that somebody refused who has no such part: that is dissent', () => {
    for (const [who, as] of [
      [alice, 'receiver'],
      [carol, 'dealer'],
      [dave, 'approver'],
      [erin, 'member'],
    ] as const) {
      const view = dead((c) => void c.refuse(who, as));
      expect(view).toMatchObject({ phase: 'proposed', current: { death: null } });
      expect(view.dissent).toHaveLength(1);
    }
  });

  it('is not one of whose approvers enough are left', () => {
    for (const person of cast) person.votes.length = 0;
    const ceremony = new Ceremony({
      cast,
      members: [alice, bob],
      threshold: 2,
      approvers: [carol, dave, erin],
      approvals: 2,
    });
    ceremony.refuse(carol, 'approver');
    expect(ceremony.view.current.death).toBeNull();
    ceremony.refuse(dave, 'approver');
    expect(ceremony.view.current.death).toMatchObject({
      why: 'approvals-refused',
      by: expect.arrayContaining(['carol', 'dave']),
    });
    expect(ceremony.view.current.death?.evidence).toHaveLength(2);
  });

  it('asks nothing of anybody any more, whatever comes in late', () => {
    const ceremony = handover().before('activate');
    ceremony.refuse(dave, 'dealer'); // no dealer: dissent
    ceremony.refuse(alice, 'dealer');
    expect(ceremony.view.phase).toBe('aborted');
    for (const participant of ceremony.plan.participants) expect(owedBy(ceremony.view, participant)).toEqual([]);
  });
});

test('two votes of one slot are two also where they are endorsements of who does not deal', () => {
  const views = [handover(), handover({ copies: 1 })].map((ceremony) => {
    carol.votes.length = 0;
    ceremony.do(carol, 'endorse');
    return ceremony.view;
  });
  const found = contradictionsAcross(views);
  expect(found).toMatchObject([{ member: 'carol', grave: true }]);
});

test('two proven successors of one parent are an alarm, and name nobody', () => {
  // only a committee that lies together gets here: everybody votes twice
  const [first, second] = [handover().run(), handover({ copies: 1 }).run()];
  const across = contradictionsAcross([first.view, second.view]).filter(({ slot }) => slot.startsWith('successor'));
  expect(across).toMatchObject([{ member: 'somebody', grave: true }]);
  // nobody is named for it where people look at one ceremony
  const named = contradictionsOf(first.view, [first.view, second.view]);
  expect(named.filter(({ slot }) => slot.startsWith('successor'))).toEqual([]);
  expect(named.length).toBeGreaterThan(0);
  expect(contradictionsAcross([first.view, first.view])).toEqual([]);
  // in one order, whichever this machine saw first
  expect(contradictionsAcross([second.view, first.view])).toEqual(contradictionsAcross([first.view, second.view]));
  const liars = contradictionsAcross([first.view, second.view]).filter(({ slot }) => slot.startsWith('vote'));
  expect(liars.map(({ member }) => member).sort()).toEqual(['alice', 'bob']);
});

test('thousands of releases and parts of one liar are told of once each, and not pair by pair', () => {
  const ceremony = handover();
  const { body } = whole.said(bob, 'activation');
  const signed = (kind: string, said: unknown, at: number) => {
    const { id, rehearsal } = ceremony.plan;
    const facts = { kind, ceremony: id, attempt: id, author: bob.signing.public, at, attended: true, rehearsal };
    return admit(ceremony.plan, writePacket(facts, said as Cbor, bob.signing.secret));
  };
  const packets = Array.from({ length: 40 }, (_, at) => [
    signed('activation', body, at),
    signed('release', { signed: [], salvage: false, reason: '' }, at),
  ]).flat();
  const found = contradictionsIn(ceremony.plan, packets);
  const told = new Set(found.flatMap((one) => one.packets));
  expect(packets.filter(({ digest }) => !told.has(digest))).toEqual([]);
  expect(found.length).toBeLessThan(4 * 40);
});

test('row 24: each release that leaves out what was signed is shown, the second with one part, and a whole one hides none', () => {
  const ceremony = handover().before('activate');
  ceremony.do(dave, 'activate');
  ceremony.reprove(dave, [carol, dave]);
  for (const who of [dave, carol, dave]) ceremony.answer(who);
  const parts = [ceremony.said(dave, 'activation'), ceremony.said(dave, 'signature')].map(({ digest }) => digest);
  const listing = (...digests: string[]) =>
    digests.map((digest) => ({ packet: fromHex(digest) as Uint8Array, blocked: null }));
  /** Releases whose digests are in the order in which they are given. */
  const released = (...lists: string[][]) => {
    let last = '';
    return lists.map((list, place) => {
      for (let tried = 0; ; tried++) {
        const body = { signed: listing(...list), salvage: false, reason: `${place} ${tried}` };
        const said = ceremony.say(dave, 'release', body);
        if (said.digest > last) {
          last = said.digest;
          return said;
        }
        ceremony.forget(said as never);
      }
    });
  };
  const shown = () =>
    ceremony.view.contradictions.flatMap(({ slot, packets: [release, part] }) =>
      slot.startsWith('release') && parts.includes(part) ? [`${release} ${part}`] : [],
    );
  const sorted = [...parts].sort();
  const [none, again] = released([], []);
  expect(shown()).toEqual([
    ...sorted.map((part) => `${none?.digest} ${part}`),
    `${again?.digest} ${ceremony.packets
      .map(({ digest }) => digest)
      .sort()
      .find((digest) => parts.includes(digest))}`,
  ]);
  for (const one of [none, again]) ceremony.forget(one as never);
  const [late, listed] = released([], parts);
  expect(shown()).toEqual(sorted.map((part) => `${late?.digest} ${part}`));
  for (const one of [late, listed]) ceremony.forget(one as never);
  const [, last] = released(parts, []);
  expect(shown()).toEqual(sorted.map((part) => `${last?.digest} ${part}`));
});
