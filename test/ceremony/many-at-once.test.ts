import { describe, expect, it } from 'vitest';
import { concatBytes, toHex } from '../../src/bytes/hex.ts';
import { transcriptOf } from '../../src/ceremony/dealing.ts';
import type { Evaluation } from '../../src/ceremony/evaluation.ts';
import type { PacketOf } from '../../src/ceremony/kinds.ts';
import { judgeBoxes, receive, shareFits } from '../../src/ceremony/packets/acceptance.ts';
import { subsharesWrong } from '../../src/ceremony/packets/complaint.ts';
import { boxContext, type CheckedDeal } from '../../src/ceremony/packets/deal.ts';
import type { Transcript } from '../../src/ceremony/transcript.ts';
import { type Box, openBox, sealBox } from '../../src/crypto/sealing.ts';
import { suite } from '../../src/crypto/suites.ts';
import { code } from '../vault/support.ts';
import { Ceremony, type Person, people } from './committee.ts';

/* Keysets of several keys and suites: what is good of one key or of one suite is not yet good of all. */

const cast = Object.values(people('many at once', 'alice', 'bob', 'carol', 'dave'));
const [alice, bob, carol, dave] = cast as [Person, Person, Person, Person];
const members = [alice, bob, carol];
const keys = [
  { label: 'first', suite: 'ristretto255' as const },
  { label: 'second', suite: 'ristretto255' as const },
  { label: 'third', suite: 'ed25519' as const },
];
const genesis = new Ceremony({ cast, members, threshold: 2, keys, approvers: [dave] });
genesis.do(dave, 'approve');
genesis.before('activate');

/** A sub-share of every key, and none that anybody dealt. */
const ones = concatBytes(
  ...keys.map(({ suite: name }) => suite(name).group.encodeScalar(suite(name).group.scalar(1n))),
);

/** What is found against the genesis where somebody signs with these shares, and the two others as they should. */
function faultsOf(liar: Person, shares: (good: readonly Uint8Array[]) => readonly Uint8Array[]): string[] {
  const said = members.map((who) => {
    const body = genesis.activationBody(who);
    return genesis.say(who, 'activation', who === liar ? { ...body, shares: [...shares(body.shares)] } : body);
  });
  // from the beginning, so that all of them are looked at together
  const { faults, current } = genesis.without();
  expect(members.filter(({ identity }) => !current.activations.has(identity))).toEqual([liar]);
  expect(current.proof).toBeNull();
  for (const packet of said) genesis.forget(packet);
  return faults.map(({ member, detail }) => `${member}: ${detail}`);
}

describe('signature shares', () => {
  const another = (share: Uint8Array, name: 'ristretto255' | 'ed25519') => {
    const { group } = suite(name);
    return group.encodeScalar(group.add(group.decodeScalar(share), group.scalar(1n)));
  };

  it('of which one is wrong, in whatever key and suite, name their author and that key, and prove nothing', () => {
    for (const [place, { label, suite: name }] of keys.entries())
      expect(faultsOf(bob, (good) => good.map((share, at) => (at === place ? another(share, name) : share)))).toEqual([
        `bob: the signature share for ${label} is wrong`,
      ]);
  });

  it('that are fewer or more than the keys are a fault, and stop nobody else', () => {
    const due = ['carol: has to hold one signature share per key'];
    expect(faultsOf(carol, (good) => good.slice(0, 2))).toEqual(due);
    expect(faultsOf(carol, (good) => [...good, good[0] as Uint8Array])).toEqual(due);
  });
});

describe('a share', () => {
  const transcript = genesis.view.current.transcript as Transcript;
  const [first, second, third] = alice.shares.get(toHex(transcript.descriptor.id)) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  const fits = (...share: Uint8Array[]) => shareFits(genesis.plan, transcript, 1, share);

  it('fits its committee where it is whole, and each key of it is the one that was committed to', () => {
    expect(fits(first, second, third)).toBe(true);
    expect(fits(second, first, third)).toBe(false);
    expect(fits(first, second, first)).toBe(false);
    expect(fits(first, second)).toBe(false);
    expect(fits(first, second, third, third)).toBe(false);
    expect(shareFits(genesis.plan, transcript, 2, [first, second, third])).toBe(false);
  });
});

describe('what is said about several keys', () => {
  const founded = new Ceremony({ cast, members, threshold: 2, keys, approvers: [dave] }).run();
  const still = { kind: 'census' as const, new: [], dealers: [], weak: [] };
  const census = new Ceremony({
    cast,
    parent: founded.link,
    members: [],
    threshold: 2,
    approvers: [dave],
    facts: still,
  });
  census.do(dave, 'approve');

  it('is no report of a census where the proof of one suite is missing', () => {
    const body = census.censusBody(alice);
    expect(body.possession.map((one) => one.suite)).toEqual(['ed25519', 'ristretto255']);
    const reported = (possession: typeof body.possession) => {
      const said = census.say(alice, 'census', { ...body, possession });
      const { faults } = census.view;
      census.forget(said);
      return faults.map(({ member, fault }) => `${member} ${fault}`);
    };
    expect(reported(body.possession)).toEqual([]);
    for (const missing of [body.possession.slice(0, 1), body.possession.slice(1)])
      expect(reported(missing)).toEqual(['alice CENSUS_INVALID']);
  });

  it('is no complaint of a box that holds a good sub-share of every key', () => {
    const handover = new Ceremony({
      cast,
      parent: founded.link,
      members,
      threshold: 2,
      dealers: [1, 2],
      approvers: [dave],
    });
    handover.do(dave, 'approve');
    for (const who of [alice, bob]) handover.do(who, 'deal');
    handover.say(carol, 'complaint', handover.complaintBody(carol, bob));
    expect(handover.view.faults.map(({ member, fault }) => `${member} ${fault}`)).toEqual(['carol COMPLAINT_FALSE']);
    expect(handover.view.current.spoiledBy).toEqual([]);
  });

  it('is blamed on a dealer where one key of a box is not what was committed to, and the others are', () => {
    const handover = new Ceremony({
      cast,
      parent: founded.link,
      members,
      threshold: 2,
      dealers: [1, 2],
      approvers: [dave],
      facts: { ticket: 'blamed' },
    });
    for (const person of cast) person.votes.length = 0;
    handover.do(dave, 'approve');
    handover.do(alice, 'deal');
    const body = handover.dealBody(bob);
    const { plan, view } = handover;
    const { attempt } = view.current;
    const secret = carol.prekeys.get(toHex(attempt.prekeys[2] as Uint8Array)) as Uint8Array;
    const context = boxContext(plan, attempt, handover.dealer(bob), body, 3);
    const inside = openBox(body.boxes[2] as Box, secret, context);
    inside.set(ones.subarray(32, 64), 32);
    const box = sealBox(inside, attempt.prekeys[2] as Uint8Array, context, bob.random);
    handover.say(bob, 'deal', { ...body, boxes: [...body.boxes.slice(0, 2), box] });
    const transcript = handover.view.current.transcript as Transcript;
    const opened = receive(plan, attempt, transcript, 3, secret);
    expect(opened.share).toBeNull();
    expect(opened.blame?.map(({ packet }) => packet.identity)).toEqual([bob.identity]);
  });

  it('is said by those alone who are asked: no approver deals in a genesis, or reports in a census', () => {
    const { body } = genesis.said(alice, 'deal') as PacketOf<'deal'>;
    expect(code(() => genesis.say(dave, 'deal', body))).toBe('AUTHOR_UNKNOWN');
    // nor does anybody amend a genesis, in which all have to deal
    const receivers = members.map(({ card }) => ({ card: card.file, prekey: card.prekeys[0] as Uint8Array }));
    const amendment = { number: 1, dealers: [1, 2], receivers, reason: 'other dealers' };
    expect(code(() => genesis.say(alice, 'amendment', amendment))).toBe('AUTHOR_UNKNOWN');
    const opening = { deal: new Uint8Array(32), K: new Uint8Array(32), proof: new Uint8Array(96) };
    expect(code(() => genesis.say(dave, 'complaint', opening))).toBe('AUTHOR_UNKNOWN');
    expect(code(() => census.say(dave, 'census', census.censusBody(alice)))).toBe('AUTHOR_UNKNOWN');
  });
});

describe('what a box held', () => {
  it('is as many sub-shares as there are keys, and nothing behind them', () => {
    const [deal] = [...genesis.view.current.deals.values()].flat() as [CheckedDeal];
    for (const length of [64, 95, 97, 128])
      expect(subsharesWrong(genesis.plan, deal, new Uint8Array(length), 1)).toBe(
        'sealed the wrong number of sub-shares',
      );
    expect(subsharesWrong(genesis.plan, deal, ones, 1)).toContain('not what was committed to');
  });
});

describe('a mistake of the program', () => {
  const slip = (): never => {
    throw new TypeError('a slip');
  };
  const { plan, view } = genesis;
  const { attempt, deals } = view.current;
  const [deal] = [...deals.values()].flat();

  const broken = {
    ...deal,
    get points(): never {
      return slip();
    },
  } as unknown as CheckedDeal;

  it('while deals are put together is no fault of anybody', () => {
    const all = [...deals.values()].flat().map((one) => (one === deal ? broken : one));
    const evaluation = { plan, once: (_: string, compute: () => unknown) => compute() } as unknown as Evaluation;
    expect(() => transcriptOf(evaluation, attempt, all)).toThrow('a slip');
  });

  it('while it is looked at what a box held is no fault of anybody', () => {
    expect(() => subsharesWrong(plan, broken, ones, 1)).toThrow('a slip');
  });

  it('while boxes are opened is no fault of anybody', () => {
    const body = {
      ...deal?.packet.body,
      get boxes(): never {
        return slip();
      },
    };
    const unread = { ...deal, packet: { body } } as unknown as CheckedDeal;
    expect(() => judgeBoxes(plan, attempt, [unread], 1, new Uint8Array(32))).toThrow('a slip');
  });
});
