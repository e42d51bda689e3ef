import { describe, expect, test } from 'vitest';
import { encodeCbor } from '../../src/bytes/cbor.ts';
import { equalBytes, toHex } from '../../src/bytes/hex.ts';
import { text } from '../../src/bytes/tagged-hash.ts';
import { readProposal } from '../../src/ceremony/admission.ts';
import { writeDescriptor } from '../../src/ceremony/descriptor.ts';
import { membersOf, outstanding } from '../../src/ceremony/duties.ts';
import { phraseOf } from '../../src/ceremony/phrase.ts';
import { type PlanFacts, readPlan, writePlan } from '../../src/ceremony/plan.ts';
import { type LinkFacts, readLink, succession } from '../../src/ceremony/succession.ts';
import { weakShapes } from '../../src/ceremony/weak-shapes.ts';
import { ristretto255 } from '../../src/crypto/group.ts';
import { statementMessage } from '../../src/crypto/proof-of-life.ts';
import { suite } from '../../src/crypto/suites.ts';
import { Ceremony, factsOf, type Person, people, planFacts, ristretto } from '../ceremony/committee.ts';
import { refusal } from '../crypto/drawn.ts';

const { alice, bob, carol, dave, erin } = people('plans', 'alice', 'bob', 'carol', 'dave', 'erin');
const cast = [alice, bob, carol, dave, erin];
const keys: PlanFacts['keys'] = [...ristretto, { label: 'second', suite: 'secp256k1-tr' }];
const genesis = new Ceremony({ cast, members: [alice, bob, carol], threshold: 2, keys }).run();
const parent = genesis.link;
const honest = planFacts({ cast, parent, members: [bob, carol, dave], threshold: 2 });

/** How a plan is refused that says this instead; null where it is one. */
const refused = (change: Partial<PlanFacts>) => refusal(() => writePlan({ ...honest, ...change }));
const cardOf = (person: Person) => honest.cards.findIndex((file) => equalBytes(file, person.card.file));
const seat = (person: Person) => ({ card: cardOf(person), prekey: person.card.prekeys[0] as Uint8Array });

test('an honest plan is one', () => {
  expect(refused({})).toBeNull();
});

describe('row 4: indices come from the plan, 1 to n', () => {
  test('row 4: nobody deals from index 0, from one index twice, or from an index that nobody has', () => {
    expect(refused({ dealers: [0, 1] })).toBe('SCHEMA');
    expect(refused({ dealers: [1, 1] })).toBe('PLAN_INVALID');
    expect(refused({ dealers: [1, 4] })).toBe('PLAN_INVALID');
    expect(refused({ dealers: [1, 2 ** 53 - 1] })).toBe('SCHEMA'); // nothing so large can equal another modulo an order
    expect(refused({ reserves: [2] })).toBe('PLAN_INVALID'); // a dealer already
  });

  test('row 4: nobody receives under two indices, and no packet names an index of its own', () => {
    const four = (last: Person) => ({ new: [...honest.new, seat(last)], weak: ['minority-signs'] });
    expect(refused(four(bob))).toBe('PLAN_INVALID');
    expect(refused(four(alice))).toBeNull();
    const plan = writePlan(honest);
    expect(plan.receivers.map(({ name, newIndex }) => `${newIndex} ${name}`)).toEqual(['1 bob', '2 carol', '3 dave']);
    const ceremony = new Ceremony({ cast, parent, members: [bob, carol, dave], threshold: 2 });
    const body = { ...ceremony.dealBody(alice), index: 2 };
    expect(refusal(() => ceremony.bring(ceremony.sign(alice, 'deal', body)))).toBe('SCHEMA');
  });
});

/** What somebody who holds no share can make of a link: other facts, the same signatures. */
function altered(change: Partial<Parameters<typeof writeDescriptor>[0]>): LinkFacts {
  const descriptor = writeDescriptor({ ...factsOf(parent.proven), ...change }).encoded;
  return { descriptor, transcript: parent.transcript, signatures: [...parent.signatures] };
}

describe('row 6: a joiner cannot be fed another committee', () => {
  const away = ristretto255.encodePoint(ristretto255.multiplyBase(ristretto255.scalar(5n)));
  const [first, second] = parent.proven.keys;

  test('row 6: other commitments under the same public key are not what the key signed', () => {
    const lie = {
      ...(first as (typeof parent.proven.keys)[number]),
      commitments: [first?.publicKey as Uint8Array, away],
    };
    const keys = [lie, second as (typeof parent.proven.keys)[number]];
    expect(refusal(() => readLink(altered({ keys })))).toBe('SUCCESSION_INVALID');
    expect(refused({ parent: altered({ keys }) })).toBe('SUCCESSION_INVALID');
    expect(refused({ parent: altered({}) })).toBeNull(); // unaltered it is what it was
  });

  test('row 6: nor are other members, another epoch, another ceremony or another transcript', () => {
    const members = parent.proven.members.map((member, at) =>
      at === 2 ? { ...member, identity: dave.signing.public } : member,
    );
    for (const lie of [
      { members },
      { epoch: 1, keyset: parent.proven.id, previous: parent.proven.id },
      { ceremony: away },
    ]) {
      expect(refusal(() => readLink(altered(lie)))).toBe('SUCCESSION_INVALID');
    }
    expect(refusal(() => readLink({ ...altered({}), transcript: away }))).toBe('SUCCESSION_INVALID');
  });

  test('row 6: the key of a descriptor is the one that its commitments share', () => {
    const lie = { ...(first as (typeof parent.proven.keys)[number]), publicKey: away };
    expect(refusal(() => altered({ keys: [lie, second as typeof lie] }))).toBe('DESCRIPTOR_INVALID');
  });

  test('row 13: every key of a link has to have signed, not only the first', () => {
    const signatures = parent.signatures.map(() => parent.signatures[0] as Uint8Array);
    expect(refusal(() => readLink({ ...altered({}), signatures }))).toBe('SUCCESSION_INVALID');
    expect(refusal(() => readLink({ ...altered({}), signatures: [...parent.signatures, ...parent.signatures] }))).toBe(
      'SUCCESSION_INVALID',
    );
  });
});

describe('row 7: the old threshold is that of the proven descriptor', () => {
  test('row 7: fewer dealers than that are refused, however many the plan says are enough', () => {
    expect(refused({ dealers: [1] })).toBe('PLAN_INVALID');
    expect(refused({ dealers: [] })).toBe('PLAN_INVALID');
    // as few as one would be enough under a threshold that nobody signed
    const higher = new Ceremony({ cast, members: [alice, bob, carol], threshold: 3 }).run().link;
    const facts = factsOf(higher.proven);
    const keys = facts.keys.map((key) => ({ ...key, commitments: key.commitments.slice(0, 2) }));
    const { encoded } = writeDescriptor({ ...facts, threshold: 2, keys });
    const lower = { descriptor: encoded, transcript: higher.transcript, signatures: [...higher.signatures] };
    expect(refused({ parent: lower, dealers: [1, 2] })).toBe('SUCCESSION_INVALID');
  });

  test('row 7: nobody goes below a majority of the old committee while a majority is there', () => {
    expect(refused({ belowQuorum: 'we mean it', weak: ['below-quorum'] })).toBe('PLAN_INVALID');
  });
});

describe('row 12: what was consented to is what is done', () => {
  const ceremony = () => new Ceremony({ cast, parent, members: [bob, carol, dave], threshold: 2 });
  const here = ceremony();

  test('row 12: a second plan, one number changed, is another ceremony, and its packets do not count in this one', () => {
    const other = new Ceremony({ cast, parent, members: [bob, carol, dave], threshold: 2, facts: { copies: 1 } });
    expect(other.plan.ceremony).not.toBe(here.plan.ceremony);
    expect(refusal(() => here.bring(other.do(alice, 'deal').bytes))).toBe('PACKET_FOREIGN');
    expect(refusal(() => here.bring(other.proposal.bytes))).toBe('PACKET_FOREIGN');
  });

  test('row 12: nor can a proposal bring another plan under the number of this one', () => {
    const plan = writePlan({ ...honest, copies: 1 }).encoded;
    const lie = here.sign(alice, 'proposal', { plan, key: new Uint8Array(32) });
    expect(refusal(() => here.bring(lie))).toBe('PACKET_FOREIGN');
    expect(refusal(() => readProposal(lie))).toBe('PACKET_FOREIGN');
    expect(readProposal(here.proposal.bytes).plan.ceremony).toBe(here.plan.ceremony);
  });

  test('row 12: the number of a plan changes with every field of it', () => {
    const ids = new Set([writePlan(honest).ceremony]);
    const changes: Partial<PlanFacts>[] = [
      { random: honest.random.map((byte) => byte ^ 1) },
      { keyset: 'other' },
      { threshold: 3, weak: ['all-must-sign'] },
      { reserves: [3] },
      { backup: 'required' },
      { destroy: 'ask' },
      { because: 'other' },
      { expires: honest.expires + 1 },
    ];
    for (const change of changes) ids.add(writePlan({ ...honest, ...change }).ceremony);
    expect(ids.size).toBe(changes.length + 1);
  });
});

describe('row 19: nobody of the old committee is left out unseen', () => {
  const [first, second, third] = honest.old as [{ card: number }, { card: number }, { card: number }];

  test('row 19: a plan names every old member, each by the identity that the descriptor names', () => {
    expect(refused({ old: [first, second] })).toBe('PLAN_INVALID');
    expect(refused({ old: [first, second, third, { card: cardOf(dave) }] })).toBe('PLAN_INVALID');
    expect(refused({ old: [second, first, third] })).toBe('PLAN_INVALID');
    expect(refused({ old: [first, second, { card: cardOf(dave) }] })).toBe('PLAN_INVALID');
  });

  test('row 19: who is left without a share is shown as old and not new, and stays outstanding until it closes', () => {
    for (const person of cast) person.votes.length = 0;
    const ceremony = new Ceremony({ cast, parent, members: [bob, carol, dave], threshold: 2 });
    const roles = Object.fromEntries(
      membersOf(ceremony.view).map(({ participant, roles }) => [participant.name, roles]),
    );
    expect(roles).toMatchObject({ alice: ['old', 'dealer'], carol: ['old', 'new'], dave: ['new'] });
    ceremony.run((name, duty) => name === 'alice' && duty === 'close');
    expect(outstanding(ceremony.view)).toEqual(['alice']);
    expect(outstanding(ceremony.run().view)).toEqual([]);
  });
});

describe('row 20: a weak shape is only there where the plan says so', () => {
  const shapes: [string, Partial<PlanFacts>, string][] = [
    ['all have to sign', { threshold: 3 }, 'all-must-sign'],
    ['half can sign', { new: [seat(bob), seat(carol), seat(dave), seat(alice)] }, 'minority-signs'],
  ];
  test.each(shapes)('row 20: where %s', (_, change, word) => {
    expect(refused({ ...change, weak: [] })).toBe('PLAN_INVALID');
    expect(refused({ ...change, weak: [word] })).toBeNull();
    expect(refused({ weak: [word] })).toBe('PLAN_INVALID'); // nor does it cry wolf
  });

  test('row 20: where fewer can sign than before', () => {
    for (const person of cast) person.votes.length = 0;
    const higher = new Ceremony({ cast, members: [alice, bob, carol, dave], threshold: 3 }).run().link;
    const facts = planFacts({ cast, parent: higher, members: [bob, carol, dave], threshold: 2 });
    expect(facts.weak).toEqual(['lower-threshold']);
    expect(weakShapes({ ...facts, parent: higher })).toEqual(['lower-threshold']);
    expect(refusal(() => writePlan({ ...facts, weak: [] }))).toBe('PLAN_INVALID');
  });

  test('row 20: a threshold of 1 is refused, and so are two shares, two cards or two names of one person', () => {
    expect(refused({ threshold: 1 })).toBe('SCHEMA');
    expect(refused({ threshold: 4 })).toBe('PLAN_INVALID');
    const twin = Object.assign(Object.create(dave), { name: 'twin' }) as Person;
    const twice = [...honest.cards, twin.renew(2).file];
    expect(refused({ cards: twice, observers: [twice.length - 1] })).toBe('PLAN_INVALID');
    const { DAVE } = people('another', 'DAVE');
    expect(refused({ cards: [...honest.cards, DAVE.card.file], observers: [honest.cards.length] })).toBe(
      'PLAN_INVALID',
    );
  });

  test('row 20: where fewer can be spared than were lost', () => {
    // alice is lost, and does not come back: bob, carol and dave are the first three now
    const facts = {
      cards: honest.cards.slice(1),
      proposer: 0,
      old: [{ card: null }, { card: 0 }, { card: 1 }],
      new: honest.new.map((one) => ({ ...one, card: one.card - 1 })),
      dealers: [2, 3],
    };
    expect(refused(facts)).toBeNull(); // one is lost, and one can be spared
    const tight = { ...facts, threshold: 3 };
    expect(refused({ ...tight, weak: ['all-must-sign'] })).toBe('PLAN_INVALID');
    expect(refused({ ...tight, weak: ['all-must-sign', 'few-spares'] })).toBeNull();
    expect(refused({ ...facts, weak: ['few-spares'] })).toBe('PLAN_INVALID');
  });

  test('row 20: nobody gets two shares as two machines: not with one prekey, nor as the old and the new one of a name', () => {
    const { twin } = people('a twin', 'twin');
    const [seat] = honest.new; // that of bob
    const shared = seat?.prekey as Uint8Array;
    const forged = twin.renew(2, { public: shared, secret: new Uint8Array(32) });
    expect(forged.prekeys).toContainEqual(shared);
    const with4 = (file: Uint8Array, prekey: Uint8Array, cards = honest.cards) => ({
      cards: [...cards, file],
      new: [...honest.new, { card: cards.length, prekey }],
      weak: ['minority-signs'],
    });
    expect(refused(with4(forged.file, shared))).toBe('PLAN_INVALID');
    expect(refused(with4(erin.card.file, erin.card.prekeys[0] as Uint8Array))).toBeNull();
    // bob stays under another name, and a new machine goes by the one that the descriptor knows him by
    const again = people('again', 'bob').bob;
    const renamed = Object.assign(Object.create(bob), { name: 'robert' }) as Person;
    const card = renamed.renew(2);
    const cards = honest.cards.map((file, at) => (at === seat?.card ? card.file : file));
    const seats = honest.new.map((one) => (one === seat ? { ...one, prekey: card.prekeys[0] as Uint8Array } : one));
    const twice = with4(again.card.file, again.card.prekeys[0] as Uint8Array, cards);
    expect(refused({ cards, new: seats })).toBeNull();
    expect(refused({ ...twice, new: [...seats, twice.new[3] as (typeof seats)[number]] })).toBe('PLAN_INVALID');
  });

  test('row 20: an approver who stands on the list of a policy twice does not approve twice', () => {
    const twice = { approvers: [dave.signing.public, dave.signing.public], approvals: 2 };
    const facts = planFacts({ cast, members: [alice, bob], threshold: 2, approvers: [dave] });
    expect(refusal(() => writePlan({ ...facts, policy: twice }))).toBe('PLAN_INVALID');
    expect(refusal(() => altered({ policy: twice }))).toBe('DESCRIPTOR_INVALID');
  });
});

describe('row 28: two plans with one phrase are not found by searching', () => {
  test('row 28: the phrase of a real plan is stretched by 2^16, that of a rehearsal is marked by its plan', () => {
    const asked: { N: number; r: number; p: number; length: number }[] = [];
    const salts: string[] = [];
    const stretch: Parameters<typeof phraseOf>[1] = (input, salt, cost) => {
      asked.push(cost);
      salts.push(new TextDecoder().decode(salt));
      return input.slice(0, cost.length);
    };
    const rehearsal = writePlan(honest);
    const phrases = [{ ...rehearsal, rehearsal: false }, rehearsal].map((plan) => phraseOf(plan, stretch));
    expect(asked).toEqual([2 ** 16, 2 ** 4].map((N) => ({ N, r: 8, p: 1, length: 12 })));
    expect(new Set(salts)).toEqual(new Set(['conclave/v1/phrase']));
    // what is stretched follows the whole plan, and what comes out is what is read aloud
    const other = writePlan({ ...honest, expires: honest.expires + 1 });
    expect(new Set([...phrases, phraseOf(other, stretch)]).size).toBe(2);
    expect(phraseOf(rehearsal, () => new Uint8Array(12))).toBe('aardvark adroitness '.repeat(6).trim());
  });

  test('row 28: packets carry the whole hash of the plan, not the phrase', () => {
    const { proposal, plan } = new Ceremony({ cast, parent, members: [bob, carol, dave], threshold: 2 });
    expect(proposal.ceremony).toEqual(plan.id);
    expect(plan.id).toHaveLength(32);
  });
});

test('row 18: what is signed begins with a byte that no transaction begins with, and is made from the own state', () => {
  const statement = succession(parent.proven, parent.transcript);
  expect(toHex(statement.slice(0, 24))).toBe(`ff${toHex(text('conclave succession v1'))}00`);
  expect(statement).toHaveLength(24 + 64);
  const [tr] = parent.proven.keys.filter((key) => key.suite === 'secp256k1-tr');
  const place = parent.proven.keys.indexOf(tr as (typeof parent.proven.keys)[number]);
  const message = statementMessage('secp256k1-tr', statement);
  expect(
    suite('secp256k1-tr').frost.verify(parent.signatures[place] as Uint8Array, message, tr?.publicKey as Uint8Array),
  ).toBe(true);
});

test('row 24: a plan says everything that plans say, nothing else, and only once', () => {
  const { parent: link, ...rest } = honest;
  const whole = { v: 1, ...rest, parent: link };
  expect(refusal(() => readPlan(encodeCbor(whole as never)))).toBeNull();
  const { reason: _, ...less } = whole;
  expect(refusal(() => readPlan(encodeCbor(less as never)))).toBe('SCHEMA');
  expect(refusal(() => readPlan(encodeCbor({ ...whole, extra: 1 } as never)))).toBe('SCHEMA');
  expect(refusal(() => readPlan(encodeCbor({ ...whole, v: 2 } as never)))).toBe('SCHEMA');
  for (const keyset of ['../treasury', 'a/b', 'con\u001b[2J', '', 'x'.repeat(33), '.hidden'])
    expect(refused({ keyset })).toBe('SCHEMA');
});
