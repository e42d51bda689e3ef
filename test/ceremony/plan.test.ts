import { describe, expect, it } from 'vitest';
import { encodeCbor } from '../../src/bytes/cbor.ts';
import { keysOf, type PlanFacts, quorumOf, readPlan, writePlan } from '../../src/ceremony/plan.ts';
import { Problem } from '../../src/problem.ts';
import { Ceremony, type Person, people, planFacts, type Wish } from './committee.ts';
import { now } from './people.ts';

/* The door for plans, one refusal after the other: each plan is good but for what its row says. */

const cast = Object.values(people('plan', 'alice', 'bob', 'carol', 'dave', 'erin'));
const [alice, bob, carol, dave, erin] = cast as [Person, Person, Person, Person, Person];
const policy = (...who: Person[]) => ({ approvers: who.map(({ signing }) => signing.public), approvals: 1 });
const founding = { cast, members: [alice, bob, carol], threshold: 2 };
const genesis = new Ceremony({ ...founding, approvers: [erin] }).run();
const other = new Ceremony({ ...founding, facts: { keyset: 'other' } }).run();
const prekey = (who: Person) => who.card.prekeys[0] as Uint8Array;

/** The cards are those of alice, bob, carol, dave and erin, in this order. */
const wishes = {
  genesis: { ...founding, members: [alice, bob, carol, dave], approvers: [erin] },
  reshare: { cast, members: [alice, bob, carol, dave], threshold: 3, parent: genesis.link, dealers: [1, 2] },
  refresh: { ...founding, parent: genesis.link, dealers: [1, 2], facts: { kind: 'refresh' } },
  census: { cast, members: [], threshold: 2, parent: genesis.link, facts: { kind: 'census', dealers: [], weak: [] } },
  drill: {
    cast,
    members: [],
    threshold: 2,
    parent: genesis.link,
    facts: { kind: 'drill', dealers: [], signers: [1, 2] },
  },
} as const satisfies Record<string, Wish>;
type Kind = keyof typeof wishes;
const factsOf = (kind: Kind): PlanFacts => planFacts(wishes[kind] as Wish);

/** Why this plan is refused, or nothing. */
function refused(kind: Kind, change: (facts: PlanFacts) => object): string {
  const facts = factsOf(kind);
  try {
    writePlan({ ...facts, ...change(facts) });
    return '';
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return `${error.code} ${error.message}`;
  }
}
const seats = (...places: number[]) => places.map((card) => ({ card, prekey: prekey(cast[card] as Person) }));
const old = (...places: (number | null)[]) => places.map((card) => ({ card }));

describe('a plan', () => {
  it.each(Object.keys(wishes) as Kind[])('of a %s is good as it is', (kind) => {
    expect(refused(kind, () => ({}))).toBe('');
  });

  it.each<[string, Kind, (facts: PlanFacts) => object]>([
    ['only a genesis has no parent', 'genesis', (facts) => ({ ...facts, kind: 'reshare' })],
    ['only a genesis has no parent', 'reshare', () => ({ kind: 'genesis' })],
    ['two cards have one identity', 'genesis', ({ cards }) => ({ cards: [...cards, cards[0]] })],
    ['two cards have one identity', 'genesis', ({ cards }) => ({ cards: [...cards, alice.renew(2).file] })],
    ['a rehearsal and a real ceremony cannot meet', 'genesis', () => ({ rehearsal: false })],
    ['has to name every old member', 'reshare', () => ({ old: old(0, 1) })],
    ['has to name every old member', 'genesis', () => ({ old: old(0) })],
    [
      'the card of old member 2 is not the identity that the descriptor names',
      'reshare',
      () => ({ old: old(0, 2, 1) }),
    ],
    ['points to a card that is not there', 'reshare', () => ({ old: old(0, 1, 9) })],
    ['new committee: somebody is named twice', 'genesis', () => ({ new: seats(0, 1, 1, 3) })],
    [
      'two new members have one prekey',
      'genesis',
      () => ({
        new: [
          { card: 0, prekey: prekey(alice) },
          { card: 1, prekey: prekey(alice) },
        ],
      }),
    ],
    [
      'the prekey for bob is not on the card of bob',
      'genesis',
      () => ({
        new: [
          { card: 0, prekey: prekey(alice) },
          { card: 1, prekey: prekey(carol) },
        ],
      }),
    ],
    ['points to a card that is not there', 'genesis', () => ({ new: [...seats(0), { card: 9, prekey: prekey(bob) }] })],
    ['the threshold is above the number of new members', 'genesis', () => ({ threshold: 5 })],
    ['only a drill names signers', 'reshare', () => ({ signers: [1, 2] })],
    ['dealers: somebody is named twice', 'reshare', () => ({ dealers: [1, 2], reserves: [2] })],
    ['in a genesis every new member deals', 'genesis', () => ({ dealers: [1] })],
    ['in a genesis every new member deals', 'genesis', () => ({ reserves: [1] })],
    ['a genesis has to name its keys', 'genesis', () => ({ keys: [] })],
    ['two keys have one label', 'genesis', ({ keys }) => ({ keys: [...keys, ...keys] })],
    ['the keys are those of the parent', 'reshare', () => ({ keys: factsOf('genesis').keys })],
    ['a dealer is no old member, or lost', 'reshare', () => ({ dealers: [1, 4] })],
    ['a dealer is no old member, or lost', 'reshare', () => ({ reserves: [4] })],
    ['a dealer is no old member, or lost', 'reshare', () => ({ old: old(0, null, 2) })],
    ['fewer dealers than the threshold of the old committee', 'reshare', () => ({ dealers: [1], reserves: [2] })],
    ['a refresh keeps the committee and its threshold', 'refresh', () => ({ new: seats(0, 1) })],
    ['a refresh keeps the committee and its threshold', 'refresh', () => ({ new: seats(0, 2, 1) })],
    ['a refresh keeps the committee and its threshold', 'refresh', () => ({ threshold: 3 })],
    ['approvers: somebody is named twice', 'genesis', () => ({ approvers: [4, 4] })],
    ['asks for more approvals than it names approvers', 'genesis', () => ({ approvals: 2 })],
    [
      'the policy asks for more approvals than approvers',
      'genesis',
      () => ({ policy: { ...policy(erin), approvals: 2 } }),
    ],
    ['the policy names an approver twice', 'genesis', () => ({ policy: policy(erin, erin) })],
    ['a policy changes only with the committee that it is of', 'census', () => ({ policy: policy(dave) })],
    ['leaves out an approver of the policy', 'genesis', () => ({ policy: policy(dave) })],
    ['leaves out an approver of the policy', 'reshare', () => ({ approvers: [3], observers: [4] })],
    ['expires before it begins', 'genesis', () => ({ expires: now })],
    [
      'goes below a majority of the old committee although enough of it is left',
      'reshare',
      () => ({ belowQuorum: 'so' }),
    ],
    ['the proposer has no card', 'genesis', () => ({ proposer: 9 })],
    ['dave has a card but no part', 'genesis', () => ({ new: seats(0, 1, 2) })],
    ['observers: somebody is named twice', 'genesis', () => ({ observers: [4, 4] })],
    ['points to a card that is not there', 'genesis', () => ({ observers: [9] })],
    ['points to a card that is not there', 'genesis', () => ({ approvers: [4, 9] })],
    ['does not say in its own words where its shape is weak', 'genesis', () => ({ weak: ['anything'] })],
    [
      'does not say in its own words where its shape is weak',
      'genesis',
      () => ({ new: seats(0, 1), observers: [2, 3] }),
    ],
    ['in a census nobody deals, and nobody receives', 'census', () => ({ dealers: [1, 2] })],
    ['in a census nobody deals, and nobody receives', 'census', () => ({ reserves: [1, 2] })],
    ['in a census nobody deals, and nobody receives', 'census', () => ({ new: seats(0, 1) })],
    ['in a census nothing is destroyed', 'census', () => ({ backup: 'required' })],
    ['in a census nothing is destroyed', 'census', () => ({ copies: 1 })],
    ['in a census nothing is destroyed', 'census', () => ({ destroy: 'ask' })],
    ['a census keeps the threshold', 'census', () => ({ threshold: 3 })],
    ['the signers are not in the order of indices', 'drill', () => ({ signers: [2, 1] })],
    ['the signers are not in the order of indices', 'drill', () => ({ signers: [1, 1] })],
    ['a signer is no old member, or lost', 'drill', () => ({ signers: [1, 4] })],
    ['a signer is no old member, or lost', 'drill', () => ({ old: old(0, null, 2), observers: [1] })],
    ['only a drill names signers', 'census', () => ({ signers: [1, 2] })],
  ])('is refused: %s (%s)', (why, kind, change) => {
    expect(refused(kind, change)).toBe(`PLAN_INVALID plan: ${why}`);
  });

  it('is refused by its form for a committee of one, and for a threshold of 1', () => {
    for (const more of [{ new: seats(0) }, { threshold: 1 }])
      expect(refused('genesis', () => more)).toMatch(/^SCHEMA /);
  });

  it('goes on without a majority of the old committee only where somebody typed that this is meant', () => {
    const four = new Ceremony({ ...founding, members: [alice, bob, carol, dave] }).run();
    const wish = { cast, members: [alice, bob, carol, erin], threshold: 3, parent: four.link, dealers: [1, 2] };
    const facts = planFacts(wish);
    const cards = facts.cards.filter((file) => file !== dave.card.file);
    const place = (who: Person) => cards.indexOf(who.card.file);
    const few = {
      ...facts,
      cards,
      old: [{ card: place(alice) }, { card: place(bob) }, { card: null }, { card: null }],
      new: [alice, bob, erin].map((who) => ({ card: place(who), prekey: prekey(who) })),
      observers: [place(carol)],
      threshold: 2,
    };
    expect(() => writePlan({ ...few, weak: ['few-spares'] })).toThrow(
      'fewer than a majority of the old committee is left, and nobody typed that this is meant',
    );
    const meant = writePlan({ ...few, belowQuorum: 'so be it', weak: ['few-spares', 'below-quorum'] });
    expect([meant.quorum, meant.holders.map((holder) => holder?.name ?? null)]).toEqual([
      2,
      ['alice', 'bob', null, null],
    ]);
  });

  it('of a drill is refused with fewer signers than the threshold', () => {
    const three = new Ceremony({ ...founding, threshold: 3 }).run();
    const facts = { kind: 'drill' as const, dealers: [], signers: [1, 2], weak: [] };
    const drill = { cast, members: [], threshold: 3, parent: three.link, facts };
    expect(() => writePlan(planFacts(drill))).toThrow('fewer signers than the threshold');
    expect(writePlan(planFacts({ ...drill, facts: { ...facts, signers: [1, 2, 3] } })).signers).toHaveLength(3);
  });

  it('takes a value that nobody could know before, of 16 to 64 bytes', () => {
    const beacon = (value: unknown) => refused('genesis', () => ({ beacon: { source: 'a', round: '1', value } }));
    for (const length of [16, 64]) expect(beacon(new Uint8Array(length))).toBe('');
    for (const value of [new Uint8Array(15), new Uint8Array(65), 'x'.repeat(20)])
      expect(beacon(value)).toMatch(/^SCHEMA /);
  });

  it('starts from the parent that is known, where one is', () => {
    const { encoded } = writePlan(factsOf('reshare'));
    expect(readPlan(encoded, genesis.link).parent).toBe(genesis.link);
    expect(() => readPlan(encoded, other.link)).toThrow('starts from another parent');
    expect(() => readPlan(writePlan(factsOf('genesis')).encoded, other.link)).toThrow('starts from another parent');
    expect(() => readPlan(encodeCbor({ v: 2 }))).toThrow(Problem);
  });
});

describe('what follows from a plan', () => {
  it('is who has which part', () => {
    const { participants, holders, receivers, quorum, epoch } = writePlan({ ...factsOf('reshare'), observers: [4, 0] });
    expect(
      participants.map(({ name, oldIndex, newIndex, approver, observer, proposer }) => {
        return [name, oldIndex, newIndex, approver, observer, proposer];
      }),
    ).toEqual([
      ['alice', 1, 1, false, true, true],
      ['bob', 2, 2, false, false, false],
      ['carol', 3, 3, false, false, false],
      ['dave', null, 4, false, false, false],
      ['erin', null, null, true, true, false],
    ]);
    expect(holders.map((holder) => holder?.name)).toEqual(['alice', 'bob', 'carol']);
    expect(receivers.map(({ name, newIndex }) => `${newIndex} ${name}`)).toEqual([
      '1 alice',
      '2 bob',
      '3 carol',
      '4 dave',
    ]);
    expect([quorum, epoch]).toEqual([2, { from: 0, to: 1 }]);
  });

  it('is the epoch, which moves with the shares alone, and the endorsements that it takes', () => {
    const of = (kind: Kind) => {
      const { epoch, quorum, signers } = writePlan(factsOf(kind));
      return [epoch.from, epoch.to, quorum, signers.map(({ name }) => name)];
    };
    expect(of('genesis')).toEqual([null, 0, 0, []]);
    expect(of('refresh')).toEqual([0, 1, 2, []]);
    expect(of('census')).toEqual([0, 0, 0, []]);
    expect(of('drill')).toEqual([0, 0, 0, ['alice', 'bob']]);
    expect([quorumOf(2, 3), quorumOf(2, 4), quorumOf(4, 5), quorumOf(2, 7)]).toEqual([2, 3, 4, 4]);
  });

  it('is which keys the new committee will hold', () => {
    expect(keysOf(writePlan(factsOf('genesis')))).toEqual([{ label: 'main', suite: 'ristretto255' }]);
    const facts = factsOf('reshare');
    expect(keysOf(writePlan(facts)).map(({ label }) => label)).toEqual(['main']);
  });
});
