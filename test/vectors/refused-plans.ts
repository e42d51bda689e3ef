import { writeCard } from '../../src/ceremony/card.ts';
import type { PlanFacts } from '../../src/ceremony/plan.ts';
import type { Policy } from '../../src/ceremony/policy.ts';
import type { LinkFacts } from '../../src/ceremony/succession.ts';
import { commit } from '../../src/crypto/commitments.ts';
import { edwards25519 } from '../../src/crypto/group.ts';
import { evaluate, randomPolynomial } from '../../src/crypto/polynomial.ts';
import { drawn } from '../crypto/drawn.ts';
import {
  alice,
  aliceAgain,
  bob,
  carol,
  dave,
  descriptorBytes,
  erin,
  factsOf,
  genesisFacts,
  olga,
  type Person,
  person,
  planBytes,
  prove,
  reshareFacts,
} from './cast.ts';
import { filled, flip, hex, type Wanted } from './form.ts';
import type { Story } from './story.ts';

/** A committee of any shape that holds a key and can prove it. */
export function committee(
  threshold: number,
  people: readonly Person[],
  rehearsal = false,
  policy: Partial<Policy> = {},
): LinkFacts {
  const source = drawn(`vectors committee ${threshold} ${people.length}`);
  const polynomial = randomPolynomial(edwards25519, edwards25519.scalar(77n), threshold, source);
  const commitments = commit(edwards25519, polynomial).map((point) => edwards25519.encodePoint(point));
  const encoded = descriptorBytes({
    keyset: null,
    epoch: 0,
    previous: null,
    ceremony: filled(32, 0xce),
    attempt: filled(32, 0xce),
    threshold,
    members: people.map(({ name, signing }) => ({ name, identity: signing.public })),
    policy: { approvers: [olga.signing.public], approvals: 1, ...policy },
    keys: [{ label: 'main', suite: 'ed25519', publicKey: commitments[0] as Uint8Array, chainCode: null, commitments }],
    rehearsal,
  });
  const shares = polynomial.map((_, at): [number, Uint8Array] => [
    at + 1,
    edwards25519.encodeScalar(evaluate(edwards25519, polynomial, at + 1)),
  ]);
  return prove(encoded, filled(32, 0x7a), shares);
}

/** Two of alice, bob, carol and dave sign; alice and bob lost their shares, and one new committee of three follows. */
function halfLost(): PlanFacts {
  return {
    ...reshareFacts(committee(2, [alice, bob, carol, dave]), 'A'),
    cards: [carol, dave, bob, olga].map(({ card }) => card.file),
    old: [{ card: null }, { card: null }, { card: 0 }, { card: 1 }],
    new: [carol, dave, bob].map((who, card) => ({ card, prekey: who.prekeys[0]?.public as Uint8Array })),
    dealers: [3, 4],
    reserves: [],
    approvers: [3],
    observers: [],
  };
}

const prekeyOf = (who: { readonly prekeys: readonly { readonly public: Uint8Array }[] }): Uint8Array =>
  who.prekeys[0]?.public as Uint8Array;

const newMachine = aliceAgain.card;

/** Two of alice, bob and carol sign; the machine of alice is gone, and she comes back with another. */
function recovery(): PlanFacts {
  return {
    ...reshareFacts(committee(2, [alice, bob, carol]), 'A'),
    kind: 'recover',
    cards: [bob.card, carol.card, newMachine, olga.card].map(({ file }) => file),
    proposer: 0,
    old: [{ card: null }, { card: 0 }, { card: 1 }],
    new: [
      { card: 2, prekey: prekeyOf(aliceAgain) },
      { card: 0, prekey: prekeyOf(bob) },
      { card: 1, prekey: prekeyOf(carol) },
    ],
    threshold: 2,
    dealers: [2, 3],
    reserves: [],
    approvers: [3],
    observers: [],
  };
}

const beacon = { source: 'drand quicknet', round: '17', value: filled(32, 7) };

/** Shapes that are weak, and that say so. */
export function plansTaken(): Wanted[] {
  const first = genesisFacts();
  const later = reshareFacts(committee(3, [alice, bob, carol]), 'A');
  const taken = (says: string, facts: PlanFacts): Wanted => ({ says, given: { plan: hex(planBytes(facts)) } });
  return [
    taken('with a value of a public beacon', { ...first, beacon }),
    taken('with the shortest and the longest that a beacon may hold', {
      ...first,
      beacon: { source: 'x'.repeat(200), round: '1'.repeat(64), value: filled(64, 7) },
    }),
    taken('with a beacon value of 16 bytes', { ...first, beacon: { source: 'x', round: '1', value: filled(16, 7) } }),
    taken('all must sign', { ...first, threshold: 3, weak: ['all-must-sign'] }),
    taken('fewer have to sign than before', { ...later, dealers: [1, 2, 3], reserves: [], weak: ['lower-threshold'] }),
    taken('half of the old committee is lost, and it was typed that this is meant: the quorum is the threshold', {
      ...halfLost(),
      belowQuorum: 'two are gone for ever',
      weak: ['few-spares', 'below-quorum'],
    }),
    ...policiesTaken(),
    taken('who lost a vault comes back at the same place with a new machine', recovery()),
    taken('who lost only a share comes back under the same identity', {
      ...recovery(),
      cards: [bob, carol, alice, olga].map(({ card }) => card.file),
      new: recovery().new.map((seat, at) => (at === 0 ? { card: 2, prekey: prekeyOf(alice) } : seat)),
    }),
  ];
}

type Change = Partial<Record<keyof PlanFacts, unknown>> & { readonly [key: string]: unknown };

/** Alice, bob and carol under a policy, and the plan that hands over to a committee of the same shape. */
const under = (threshold: number, policy: Partial<Policy>, change: Partial<PlanFacts> = {}): PlanFacts => {
  const parent = committee(threshold, [alice, bob, carol], false, policy);
  const now = { approvers: [olga.signing.public], approvals: 1, ...policy };
  return { ...reshareFacts(parent, 'A'), policy: now, ...change };
};

function policiesTaken(): Wanted[] {
  const taken = (says: string, facts: PlanFacts): Wanted => ({ says, given: { plan: hex(planBytes(facts)) } });
  const full = { refreshEvery: 7_776_000, backups: 2, shapes: [] };
  const kept = { backup: 'required', copies: 2 } as const;
  const bare = { approvers: [olga.signing.public], approvals: 1 };
  return [
    taken('with a policy that says all that it can', {
      ...genesisFacts(),
      ...kept,
      threshold: 3,
      weak: ['all-must-sign'],
      policy: { ...bare, ...full, minimumThreshold: 3, shapes: ['all-must-sign', 'minority-signs', 'lower-threshold'] },
    }),
    taken('with the shortest time between two refreshes', {
      ...genesisFacts(),
      policy: { ...bare, refreshEvery: 3600 },
    }),
    taken('with the longest', { ...genesisFacts(), policy: { ...bare, refreshEvery: 316_224_000 } }),
    taken('under a policy, to which it keeps', under(2, full, kept)),
    taken(
      'with a policy of its own, and the approver of the one before',
      under(2, {}, { policy: { ...bare, approvals: 0 } }),
    ),
    taken('by the quarter from now on, and without the backups that it makes for the last time', {
      ...under(2, full, kept),
      policy: { ...bare, refreshEvery: 'quarterly' },
    }),
    taken('one backup is wanted, and required without a number', under(2, { backups: 1 }, { backup: 'required' })),
  ];
}

type Bad = (facts: PlanFacts, says: string, change: Change, code?: Wanted['code']) => Wanted;

function policiesRefused(inGenesis: (says: string, change: Change, code?: Wanted['code']) => Wanted): Wanted[] {
  const bare = { approvers: [olga.signing.public], approvals: 1 };
  const schema = (says: string, policy: object) =>
    inGenesis(`a policy with ${says}`, { policy: { ...bare, ...policy } }, 'SCHEMA');
  return [
    schema('a field that there is not', { drillEvery: 1 }),
    schema('refreshes more often than by the hour', { refreshEvery: 3599 }),
    schema('refreshes that nobody lives to see', { refreshEvery: 316_224_001 }),
    schema('refreshes by the month', { refreshEvery: 'monthly' }),
    schema('refreshes at no time, said in a second way', { refreshEvery: null }),
    schema('no backups, said in a second way', { backups: 0 }),
    schema('17 backups', { backups: 17 }),
    schema('a minimum that every threshold has', { minimumThreshold: 2 }),
    schema('a minimum above every committee', { minimumThreshold: 33 }),
    schema('a shape that comes of a loss', { shapes: ['few-spares'] }),
    inGenesis('a policy with its shapes in another order', {
      policy: { ...bare, shapes: ['minority-signs', 'all-must-sign'] },
    }),
    inGenesis('a policy with a shape twice', { policy: { ...bare, shapes: ['all-must-sign', 'all-must-sign'] } }),
  ];
}

/** Under the policy that is, and under the one that comes. */
function policiesBroken(bad: Bad): Wanted[] {
  const bare = { approvers: [olga.signing.public], approvals: 1 };
  const high = under(3, { minimumThreshold: 3 }, { dealers: [1, 2, 3], reserves: [] });
  const strict = under(3, { shapes: [] }, { dealers: [1, 2, 3], reserves: [] });
  const broken = 'POLICY_BROKEN';
  return [
    bad(high, 'under a policy: a threshold below its minimum', { weak: ['lower-threshold'] }, broken),
    bad(strict, 'under a policy: a weak shape that it does not allow', { weak: ['lower-threshold'] }, broken),
    bad(
      under(2, { shapes: ['lower-threshold'] }),
      'under a policy: another weak shape than it allows',
      { threshold: 3, weak: ['all-must-sign'] },
      broken,
    ),
    bad(under(2, { backups: 1 }), 'under a policy: no backups', {}, broken),
    bad(under(2, { backups: 1 }), 'under a policy: copies, and no backups', { copies: 2 }, broken),
    bad(
      under(2, { backups: 2 }),
      'under a policy: fewer backups than it wants',
      { backup: 'required', copies: 1 },
      broken,
    ),
    bad(
      under(2, { backups: 1 }),
      'under a policy: no backups any more, and none the last time',
      { policy: bare },
      broken,
    ),
    bad(
      under(2, {}),
      'with a policy of its own: a threshold below its minimum',
      { policy: { ...bare, minimumThreshold: 3 } },
      broken,
    ),
    bad(under(2, {}), 'with a policy of its own: no backups', { policy: { ...bare, backups: 1 } }, broken),
    bad(
      genesisFacts(),
      'genesis: a threshold below the minimum of its policy',
      { policy: { ...bare, minimumThreshold: 3 } },
      broken,
    ),
  ];
}

/** One plan for each rule of docs/protocol.md section 9 that it breaks, and breaks alone. */
export function plansRefused({ link }: Story): Wanted[] {
  const first = genesisFacts();
  const later = reshareFacts(factsOf(link), 'A');
  const bad = (facts: PlanFacts, says: string, change: Change, code: Wanted['code'] = 'PLAN_INVALID'): Wanted => ({
    says,
    given: { plan: hex(planBytes({ ...facts, ...change } as PlanFacts)) },
    code,
  });
  const inGenesis = (says: string, change: Change, code?: Wanted['code']) =>
    bad(first, `genesis: ${says}`, change, code);
  const inReshare = (says: string, change: Change, code?: Wanted['code']) =>
    bad(later, `reshare: ${says}`, change, code);

  const otherWorld = committee(2, [alice, bob, carol], true);
  const sameName = person('BOB').card.file;
  /** Somebody under another name, or with other prekeys. */
  const cardOf = (who: Person, change: Partial<Person['facts']>): Uint8Array =>
    writeCard({ ...who.facts, ...change }, who.signing.secret).file;
  const newBob = person('bob-again');
  const newAlice = first.new[0] as PlanFacts['new'][number];
  const approver = first.policy.approvers[0] as Uint8Array;

  return [
    inGenesis('another version', { v: 2 }, 'SCHEMA'),
    inGenesis('a field too many', { extra: null }, 'SCHEMA'),
    inGenesis('a kind that this version does not know', { kind: 'merge' }, 'SCHEMA'),
    inGenesis('a threshold of 1', { threshold: 1 }, 'SCHEMA'),
    inGenesis('a reason of 2001 characters', { reason: 'x'.repeat(2001) }, 'SCHEMA'),
    inGenesis('a new committee of one', { new: [newAlice] }, 'SCHEMA'),
    inGenesis('a card that is none', { cards: [filled(40, 1), ...first.cards.slice(1)] }, 'CARD_INVALID'),
    inGenesis(
      'a card with another signature',
      { cards: [flip(alice.card.file), ...first.cards.slice(1)] },
      'SIGNATURE_INVALID',
    ),
    ...[
      ['no source', { source: '' }],
      ['a source of 201 characters', { source: 'x'.repeat(201) }],
      ['no round', { round: '' }],
      ['a round of 65 characters', { round: '1'.repeat(65) }],
      ['a value of 15 bytes', { value: filled(15, 1) }],
      ['a value of 65 bytes', { value: filled(65, 1) }],
      ['a field too many', { at: 0 }],
    ].map(([what, change]) =>
      inGenesis(`a beacon with ${what}`, { beacon: { ...beacon, ...(change as object) } }, 'SCHEMA'),
    ),
    inGenesis('two cards of one identity', { cards: [...first.cards, alice.card.file], observers: [4] }),
    inGenesis('two cards of one identity under two names', {
      cards: [...first.cards, cardOf(alice, { name: 'alicia' })],
      observers: [4],
    }),
    inGenesis('two cards with names that differ in case alone', { cards: [...first.cards, sameName], observers: [4] }),
    inGenesis('a card of a rehearsal', { cards: [alice.rehearsalCard.file, ...first.cards.slice(1)] }),
    inGenesis('a new member whose card is not there', {
      new: [...first.new.slice(0, 2), { card: 9, prekey: prekeyOf(erin) }],
      observers: [2],
    }),
    inGenesis('a parent', { parent: later.parent }),
    inGenesis('old members', { old: [{ card: 0 }] }),
    inGenesis('somebody twice in the new committee', { new: [newAlice, newAlice, first.new[2]] }),
    inGenesis('somebody twice in the new committee, with two prekeys', {
      new: [newAlice, { card: 0, prekey: alice.prekeys[1]?.public }, first.new[2]],
      observers: [1],
    }),
    inGenesis('one prekey on the cards of two new members', {
      cards: [alice.card.file, cardOf(bob, { prekeys: [prekeyOf(alice)] }), ...first.cards.slice(2)],
      new: [newAlice, { card: 1, prekey: prekeyOf(alice) }, first.new[2]],
    }),
    inGenesis('a prekey that is not on the card', {
      new: [{ ...newAlice, prekey: prekeyOf(erin) }, ...first.new.slice(1)],
    }),
    inGenesis('a threshold above the number of members', { threshold: 4, weak: ['few-spares'] }),
    inGenesis('dealers', { dealers: [1] }),
    inGenesis('no keys', { keys: [] }),
    inGenesis('two labels that differ in case alone', { keys: [...first.keys, { label: 'MAIN', suite: 'p256' }] }),
    inGenesis('an approver twice', { approvers: [3, 3] }),
    inGenesis('more approvals than approvers', { approvals: 2 }),
    inGenesis('a policy that asks for more than it names', { policy: { approvers: [approver], approvals: 2 } }),
    inGenesis('a policy that names one approver twice', { policy: { approvers: [approver, approver], approvals: 2 } }),
    inGenesis('an approver of the policy who is not asked', { approvers: [], approvals: 0, observers: [3] }),
    inGenesis('over before it begins', { expires: first.at }),
    inGenesis('below a quorum that a genesis does not have', { belowQuorum: 'it is meant' }),
    inGenesis('a proposer without a card', { proposer: 9 }),
    inGenesis('somebody with a card and no part', { cards: [...first.cards, dave.card.file] }),
    inGenesis('an observer twice', { cards: [...first.cards, erin.card.file], observers: [4, 4] }),
    inGenesis('an observer whose card is not there', { observers: [9] }),
    inGenesis('an approver whose card is not there', { approvers: [3, 9] }),
    inGenesis('a weak shape that it does not admit: all must sign', { threshold: 3 }),
    inGenesis('a weak shape that it does not have', { weak: ['all-must-sign'] }),
    inReshare('no parent', { parent: null }),
    inReshare(
      'a parent that its key did not sign',
      { parent: { ...later.parent, transcript: filled(32, 1) } },
      'SUCCESSION_INVALID',
    ),
    inReshare('a parent of a rehearsal', { parent: otherWorld }),
    inReshare('an old member left out', { old: later.old.slice(0, 2) }),
    inReshare('an old member left out who would not have dealt', {
      old: later.old.slice(0, 2),
      dealers: [1, 2],
      reserves: [],
    }),
    inReshare('an old member under the card of somebody else, and with another part', {
      old: [{ card: 3 }, ...later.old.slice(1)],
      observers: [5, 1],
    }),
    inReshare('an old member under the card of somebody else', { old: [{ card: 3 }, ...later.old.slice(1)] }),
    inReshare('keys of its own', { keys: first.keys }),
    inReshare('a dealer twice', { dealers: [2, 2] }),
    inReshare('a dealer among the reserves', { reserves: [2] }),
    inReshare('a dealer who is no old member', { dealers: [2, 4] }),
    inReshare('a dealer who was declared lost', {
      old: [{ card: null }, ...later.old.slice(1)],
      dealers: [1, 2],
      reserves: [],
      observers: [1, 5],
    }),
    inReshare('fewer dealers than the threshold of the old committee', { dealers: [2] }),
    inReshare('a policy of other approvers, whom it does not ask', {
      policy: { approvers: [filled(32, 1)], approvals: 1 },
    }),
    inReshare('a policy without the approver of the one before, whom it does not ask', {
      policy: { approvers: [], approvals: 0 },
      approvers: [],
      approvals: 0,
      observers: [4, 5],
    }),
    ...policiesRefused(inGenesis),
    ...policiesBroken(bad),
    inReshare('an approver of the policy left out', { approvers: [], approvals: 0, observers: [4, 5] }),
    bad(halfLost(), 'reshare: half of the old committee declared lost, and nobody typed that it is meant', {
      weak: ['few-spares'],
    }),
    inReshare('below a majority although all are there', { belowQuorum: 'it is meant', weak: ['below-quorum'] }),
    bad(reshareFacts(committee(3, [alice, bob, carol]), 'A'), 'reshare: a lower threshold that it does not admit', {
      dealers: [1, 2, 3],
      reserves: [],
    }),
    bad(recovery(), 'recover: nobody has lost anything', {
      cards: [bob, carol, alice, olga].map(({ card }) => card.file),
      old: [{ card: 2 }, { card: 0 }, { card: 1 }],
      new: [{ card: 2, prekey: prekeyOf(alice) }, ...recovery().new.slice(1)],
    }),
    bad(recovery(), 'recover: another threshold', { threshold: 3, weak: ['all-must-sign', 'few-spares'] }),
    bad(recovery(), 'recover: two change places', {
      new: [recovery().new[0], recovery().new[2], recovery().new[1]],
    }),
    bad(recovery(), 'recover: a new machine in the place of who lost nothing', {
      cards: [
        cardOf(bob, { name: 'robert' }),
        carol.card.file,
        newMachine.file,
        olga.card.file,
        cardOf(newBob, { name: 'bob' }),
      ],
      new: [recovery().new[0], { card: 4, prekey: prekeyOf(newBob) }, recovery().new[2]],
    }),
    bad(halfLost(), 'recover: two who are lost come back in the place and name of the other', {
      kind: 'recover',
      cards: [
        carol.card.file,
        dave.card.file,
        cardOf(bob, { name: 'alice' }),
        olga.card.file,
        cardOf(alice, { name: 'bob' }),
      ],
      new: [
        { card: 2, prekey: prekeyOf(bob) },
        { card: 4, prekey: prekeyOf(alice) },
        { card: 0, prekey: prekeyOf(carol) },
        { card: 1, prekey: prekeyOf(dave) },
      ],
      belowQuorum: 'two are gone for ever',
      weak: ['minority-signs', 'below-quorum'],
    }),
    bad(recovery(), 'recover: who is lost comes back as she was, and with a new machine', {
      kind: 'reshare',
      cards: [bob.card, carol.card, newMachine, olga.card]
        .map(({ file }) => file)
        .concat(cardOf(alice, { name: 'alicia' })),
      new: [...recovery().new, { card: 4, prekey: prekeyOf(alice) }],
      weak: ['minority-signs'],
    }),
    bad(recovery(), 'recover: somebody else in the place of who is lost', {
      cards: [bob, carol, dave, olga].map(({ card }) => card.file),
      new: [{ card: 2, prekey: prekeyOf(dave) }, ...recovery().new.slice(1)],
    }),
    bad(recovery(), 'recover: who is lost deals', { dealers: [1, 2] }),
    bad(recovery(), 'recover: a member more', {
      cards: [bob.card, carol.card, newMachine, olga.card, dave.card].map(({ file }) => file),
      new: [...recovery().new, { card: 4, prekey: prekeyOf(dave) }],
      weak: ['minority-signs'],
    }),
    bad(later, 'refresh: another committee', { kind: 'refresh' }),
    bad(later, 'refresh: another threshold', {
      kind: 'refresh',
      new: [{ card: 1, prekey: alice.prekeys[0]?.public }, { card: 0, prekey: bob.prekeys[0]?.public }, later.new[1]],
      observers: [3, 5],
      threshold: 3,
      weak: ['all-must-sign'],
    }),
  ];
}
