import { describe, expect, it } from 'vitest';
import { type Participant, type PlanFacts, writePlan } from '../../src/ceremony/plan.ts';
import { lostPlaceOf, notRecovering, returnOf, twiceInNew } from '../../src/ceremony/recovery.ts';
import { Ceremony, Person, people, planFacts } from './committee.ts';

/* Who comes back in a recovery, at which place, and what a recovery may not be. */

const { alice, bob, carol, dave } = people('recovery', 'alice', 'bob', 'carol', 'dave');
const again = new Person('Alice', 'another machine');
const cast = [alice, bob, carol, dave, again];
const genesis = new Ceremony({ cast, members: [alice, bob, carol], threshold: 2 }).run();
const parent = genesis.link;
const cards = cast.map(({ card }) => card);
const at = (who: Person) => cast.indexOf(who);
const no = { prekey: new Uint8Array(32) };

/** Facts of a plan in which alice has lost her share. */
const facts = (receivers: readonly Person[], change: Partial<PlanFacts> = {}) => ({
  old: [{ card: null }, { card: at(bob) }, { card: at(carol) }],
  new: receivers.map((who) => ({ card: at(who), ...no })),
  threshold: 2,
  ...change,
});
const why = (receivers: readonly Person[], change?: Partial<PlanFacts>) =>
  notRecovering(facts(receivers, change), cards, parent);

describe('a recovery', () => {
  it('is to the same places: of who is there, and of who was lost with the same card or a new one', () => {
    expect(why([alice, bob, carol])).toBeNull();
    expect(why([again, bob, carol])).toBeNull();
  });

  it('keeps the threshold, and the size in both directions', () => {
    const size = 'a recovery keeps the size of the committee and its threshold';
    expect(why([alice, bob, carol], { threshold: 3 })).toBe(size);
    expect(why([alice, bob])).toBe(size);
    expect(why([alice, bob, carol, dave])).toBe(size);
  });

  it('has somebody whose share is lost', () => {
    const old = [alice, bob, carol].map((who) => ({ card: at(who) }));
    expect(why([alice, bob, carol], { old })).toBe('a recovery has to say whose share is lost');
  });

  it('moves nobody, puts no old member in the place of another, and nobody of another name', () => {
    const own = 'a recovery keeps everybody at the own place whose share is not lost';
    expect(why([alice, carol, bob])).toBe(own);
    expect(why([alice, dave, carol])).toBe(own);
    expect(why([bob, alice, carol])).toBe('a recovery puts nobody of the old committee in the place of alice');
    expect(why([dave, bob, carol])).toBe('a recovery is to the same people: dave is not alice, whose share is lost');
  });
});

describe('a plan', () => {
  const cast = [alice, bob, carol];
  const lost = { old: [{ card: null }, { card: 1 }, { card: 2 }], dealers: [2, 3], reserves: [] };
  const recovering = (change: Partial<PlanFacts>) => () =>
    writePlan(planFacts({ cast, parent, members: cast, threshold: 2, facts: { kind: 'recover', ...lost, ...change } }));

  it('that recovers is one, and none where it is no recovery', () => {
    expect(recovering({})().kind).toBe('recover');
    const card = (who: Person) => ({ card: cast.indexOf(who), prekey: who.card.prekeys[0] as Uint8Array });
    expect(recovering({ new: [alice, carol, bob].map(card) })).toThrow('at the own place');
  });

  it('that refreshes keeps the members, all of them, and the threshold', () => {
    const refreshing = (members: readonly Person[], threshold: number) => () =>
      writePlan(planFacts({ cast, parent, members, threshold, facts: { kind: 'refresh' } }));
    const kept = 'a refresh keeps the committee and its threshold';
    expect(refreshing(cast, 2)().kind).toBe('refresh');
    expect(refreshing(cast, 3)).toThrow(kept);
    expect(refreshing([alice, bob], 2)).toThrow(kept);
    expect(refreshing([alice, carol, bob], 2)).toThrow(kept);
  });
});

describe('an old member', () => {
  const twice = (...receivers: readonly Person[]) => twiceInNew(facts(receivers), cards, parent);

  it('row 20: has no second share under another card of the same name, in whatever case', () => {
    expect(twice(alice, again)).toBe('alice');
    expect(twice(again, bob)).toBeUndefined();
    expect(twice(alice, bob, dave)).toBeUndefined();
  });

  it('of the same name as another old member is another one', () => {
    const members = [alice, again, bob].map(({ signing, name }) => ({ name, identity: signing.public }));
    const other = { ...parent, proven: { ...parent.proven, members } };
    expect(twiceInNew(facts([alice, again]), cards, other)).toBeUndefined();
  });
});

describe('who comes back', () => {
  /** A handover without the share of alice. */
  function plan(members: readonly Person[]) {
    const wish = { cast, parent, members, threshold: 2, dealers: [2, 3], proposer: bob };
    const all = [bob, carol, ...members].filter((who, place, list) => list.indexOf(who) === place);
    const place = (who: Person) => all.indexOf(who);
    const old = [{ card: null }, { card: place(bob) }, { card: place(carol) }];
    const made = members.map((who) => ({ card: place(who), prekey: who.card.prekeys[0] as Uint8Array }));
    return new Ceremony({
      ...wish,
      facts: { cards: all.map(({ card }) => card.file), old, new: made, proposer: 0 },
    }).plan;
  }
  const returns = (members: readonly Person[]) => {
    const made = plan(members);
    return [0, 1, 2, 3].map((place) => returnOf(made, place));
  };
  const lost = (members: readonly Person[]) => {
    const made = plan(members);
    const part = (who: Person) => made.byIdentity.get(who.identity) as Participant;
    return members.map((who) => lostPlaceOf(made, part(who)));
  };

  it('is known by the card, or by the name on a new one; who is there has not come back', () => {
    expect(returns([alice, bob, carol])).toEqual(['same-card', null, null, null]);
    expect(returns([again, bob, carol])).toEqual(['new-card', null, null, null]);
    expect(returns([dave, bob, carol])).toEqual([null, null, null, null]);
  });

  it('is not an old member who is there and bears the name of who is lost', () => {
    const made = plan([again, bob, carol]);
    const namesake = { ...made.receivers[1], name: 'alice' } as (typeof made.receivers)[number];
    expect(returnOf({ ...made, receivers: [namesake] }, 0)).toBeNull();
  });

  it('lost its share at the place that it had, and nobody else did', () => {
    expect(lost([alice, bob, carol])).toEqual([0, null, null]);
    expect(lost([bob, again, carol])).toEqual([null, 0, null]);
    expect(lost([dave, bob, carol])).toEqual([null, null, null]);
    expect(lost([again, dave, bob])).toEqual([0, null, null]);
    const approving = plan([bob, carol, dave]);
    expect(
      lostPlaceOf(approving, {
        ...(approving.participants[0] as Participant),
        card: alice.card,
        newIndex: null,
        oldIndex: null,
      }),
    ).toBeNull();
  });

  it('is nobody in a genesis', () => {
    const [first] = genesis.plan.participants;
    expect([returnOf(genesis.plan, 0), lostPlaceOf(genesis.plan, first as Participant)]).toEqual([null, null]);
  });
});
