import { describe, expect, it } from 'vitest';
import {
  amendable,
  attemptToRefuse,
  isAsked,
  membersOf,
  otherDealers,
  outstanding,
  owedBy,
  rolesOf,
  waitedFor,
} from '../../src/ceremony/duties.ts';
import type { View } from '../../src/ceremony/evaluate.ts';
import { mostAmendments } from '../../src/ceremony/packets/amendment.ts';
import type { Participant } from '../../src/ceremony/plan.ts';
import { Ceremony, type Person, people, type Wish } from './committee.ts';
import { opened } from './opened.ts';

/* Who has which part, who has done what, and who owes what: of whole stories, and of views that were changed in one point. */

const cast = Object.values(people('duties', 'alice', 'bob', 'carol', 'dave', 'erin', 'frank'));
const [alice, bob, carol, dave, erin, frank] = cast as [Person, Person, Person, Person, Person, Person];
const genesis = new Ceremony({ cast, members: [alice, bob, carol, frank], threshold: 2 }).run();
let count = 0;

/** Alice and frank leave, dave joins; carol is in reserve. Erin approves, and observes. */
function handover(facts: Wish['facts'] = {}, more: Partial<Wish> = {}): Ceremony {
  for (const person of cast) person.votes.length = 0;
  const wish = { cast, parent: genesis.link, members: [bob, carol, dave], threshold: 2, dealers: [1, 2, 4] };
  const ticket = `number ${++count}`;
  return new Ceremony({ ...wish, facts: { ticket, reserves: [3], ...facts }, approvers: [erin], ...more });
}
const begun = (facts: Wish['facts'] = {}) => {
  const ceremony = handover(facts);
  ceremony.do(erin, 'approve');
  return ceremony;
};
const me = ({ plan }: Ceremony, who: Person) => plan.byIdentity.get(who.identity) as Participant;
const owes = (ceremony: Ceremony, who: Person, view = ceremony.view) => owedBy(view, me(ceremony, who));
const done = (ceremony: Ceremony) =>
  Object.fromEntries(membersOf(ceremony.view).map((one) => [one.participant.name, one.done]));
const owed = (ceremony: Ceremony) =>
  Object.fromEntries(
    membersOf(ceremony.view).flatMap((one) => (one.owes.length > 0 ? [[one.participant.name, one.owes]] : [])),
  );
const changed = (view: View, current: object, more: object = {}): View =>
  ({ ...view, ...more, current: { ...view.current, ...current } }) as View;
const of = (...who: Person[]) => new Map(who.map(({ identity }) => [identity, {} as never]));
const letGo = { signed: [], salvage: false, reason: 'no' };

describe('the part of a member', () => {
  it('is what the plan and the attempt give it', () => {
    const ceremony = handover({ observers: [5] });
    const roles = (who: Person) => rolesOf(ceremony.view.current, me(ceremony, who));
    expect([alice, bob, carol, dave, erin].map(roles)).toEqual([
      ['old', 'dealer'],
      ['old', 'new', 'dealer'],
      ['old', 'new'],
      ['new'],
      ['approver', 'observer'],
    ]);
  });

  it('is to be consented to where anything is asked', () => {
    const part = { identity: 'x', oldIndex: null, newIndex: null, approver: false };
    const asked = (more: object, kind = 'reshare', signers: object[] = []) =>
      isAsked({ kind, signers } as never, { ...part, ...more } as never);
    expect([asked({}), asked({ oldIndex: 1 }), asked({ newIndex: 1 }), asked({ approver: true })]).toEqual([
      false,
      true,
      true,
      true,
    ]);
    const signers = [{ identity: 'y' }, { identity: 'x' }];
    expect(asked({ oldIndex: 1 }, 'drill', signers)).toBe(true);
    expect(asked({ oldIndex: 1, identity: 'z' }, 'drill', signers)).toBe(false);
    expect(asked({ approver: true, identity: 'z' }, 'drill', signers)).toBe(true);
  });
});

describe('what a member has done', () => {
  it('is told in the order of a ceremony, each deed once', () => {
    const ceremony = begun().before('activate');
    ceremony.reprove(bob, [bob, carol]);
    ceremony.run((name, duty) => duty === 'activate' || name === 'dave');
    for (const text of ['one', 'two']) ceremony.say(alice, 'note', { kind: 'observation', text, number: 0 });
    ceremony.refuse(erin, 'member');
    expect(done(ceremony)).toEqual({
      alice: ['propose', 'deal', 'close', 'note'],
      bob: ['deal', 'accept', 'reprove', 'close'],
      carol: ['accept', 'reprove', 'close'],
      frank: ['deal', 'close'],
      dave: ['accept'],
      erin: ['approve', 'refuse'],
    });
  });

  it('tells an end that the proposer asked for, a release and a salvage apart from a refusal', () => {
    const ceremony = begun().before('activate');
    ceremony.refuse(alice, 'proposer');
    ceremony.say(bob, 'release', letGo);
    ceremony.say(carol, 'release', { ...letGo, salvage: true });
    expect(done(ceremony)).toMatchObject({ alice: ['propose', 'abort', 'deal'], bob: ['deal', 'accept', 'release'] });
    expect(done(ceremony)).toMatchObject({ carol: ['accept', 'salvage'] });
    const committed = begun().before('activate');
    committed.reprove(bob, [bob, carol]);
    committed.answer(carol);
    // a commitment alone is no deed
    expect(done(committed)).toMatchObject({ carol: ['accept'] });
    const facts = { kind: 'drill' as const, new: [], dealers: [], weak: [], signers: [1, 2] };
    const drill = new Ceremony({ cast, parent: genesis.link, members: [], threshold: 2, facts }).run();
    expect(done(drill)).toMatchObject({ alice: ['propose', 'drill'], bob: ['drill'] });
  });
});

describe('what a member owes', () => {
  it('goes from the approval over deal, acceptance and activation to the closing', () => {
    const ceremony = handover();
    expect(owed(ceremony)).toEqual({ erin: ['approve'] });
    ceremony.do(erin, 'approve');
    expect(owed(ceremony)).toEqual({ alice: ['deal'], bob: ['deal'], frank: ['deal'] });
    for (const who of [alice, bob, frank]) ceremony.do(who, 'deal');
    expect(owed(ceremony)).toEqual({ bob: ['accept'], carol: ['accept'], dave: ['accept'] });
    for (const who of [bob, carol, dave]) ceremony.do(who, 'accept');
    expect(owed(ceremony)).toEqual({ bob: ['activate'], carol: ['activate'], dave: ['activate'] });
    ceremony.say(dave, 'release', letGo);
    expect(owed(ceremony)).toEqual({ bob: ['activate'], carol: ['activate'] });
    ceremony.forget(ceremony.said(dave, 'release') as never);
    for (const who of [bob, carol, dave]) ceremony.do(who, 'activate');
    const close = ['close'];
    expect(owed(ceremony)).toEqual({ alice: close, bob: close, carol: close, dave: close, frank: close });
    ceremony.do(bob, 'close');
    expect(owed(ceremony)).toEqual({ alice: close, carol: close, dave: close, frank: close });
    expect(waitedFor(ceremony.view)).toEqual(['carol', 'dave']);
    expect(outstanding(ceremony.view)).toEqual(['alice', 'frank']);
    ceremony.do(frank, 'close');
    expect(outstanding(ceremony.view)).toEqual(['alice']);
  });

  it('is no approval that was refused or is not needed any more', () => {
    const two = handover({}, { approvers: [dave, erin], approvals: 1 });
    expect(owed(two)).toEqual({ dave: ['approve'], erin: ['approve'] });
    two.refuse(dave, 'approver');
    expect(owed(two)).toEqual({ erin: ['approve'] });
    two.do(erin, 'approve');
    expect(owes(two, dave)).toEqual([]);
    const other = handover({}, { approvers: [dave, erin], approvals: 1 });
    other.refuse(dave, 'member');
    expect(owes(other, dave)).toEqual(['approve']);
    expect(other.view.approved).toBe(false);
  });

  it('is an endorsement of whoever does not deal, as long as it can still count', () => {
    const ceremony = begun({ dealers: [1, 2] });
    expect(owed(ceremony)).toEqual({ alice: ['deal'], bob: ['deal'], carol: ['endorse'], frank: ['endorse'] });
    ceremony.do(frank, 'endorse');
    expect(owed(ceremony)).toEqual({ alice: ['deal'], bob: ['deal'] });
    expect(owes(ceremony, frank, changed(ceremony.view, { endorsers: new Set() }))).toEqual([]);
  });

  it('is an answer to a dealing that makes no committee as well, by whoever has not answered', () => {
    const ceremony = begun().before('accept');
    const unfit = changed(ceremony.view, { transcript: null, unfit: [] });
    expect(owes(ceremony, dave, unfit)).toEqual(['accept']);
    expect(owes(ceremony, dave, changed(unfit, { unfit: null }))).toEqual([]);
    ceremony.refuse(dave, 'member');
    expect(owes(ceremony, dave)).toEqual(['accept']);
    ceremony.say(dave, 'complaint', opened(ceremony, dave, ceremony.said(bob, 'deal')));
    const living = changed(ceremony.view, { death: null, spoiledBy: [] });
    expect([owes(ceremony, dave, living), owes(ceremony, carol, living)]).toEqual([[], ['accept']]);
    const refused = begun().before('accept');
    refused.refuse(dave, 'receiver');
    expect(owes(refused, dave, changed(refused.view, { death: null }))).toEqual([]);
  });

  it('is nothing but the end where the proposer withdrew, unless the certificate is here', () => {
    const ceremony = begun().before('accept');
    ceremony.do(bob, 'accept');
    ceremony.refuse(alice, 'proposer');
    expect(owed(ceremony)).toEqual({ carol: ['refuse'], dave: ['refuse'] });
    const certified = begun().before('activate');
    certified.refuse(alice, 'proposer');
    expect(owed(certified)).toEqual({ bob: ['activate'], carol: ['activate'], dave: ['activate'] });
  });

  it('is an amendment of the proposer alone, where others can deal', () => {
    const ceremony = begun();
    ceremony.refuse(bob, 'dealer');
    expect(owed(ceremony)).toEqual({ alice: ['amend'] });
    ceremony.refuse(carol, 'dealer');
    expect(owed(ceremony)).toEqual({});
  });
});

describe('an attempt that a machine gives up by itself', () => {
  const gives = (ceremony: Ceremony, who: Person, view = ceremony.view) =>
    attemptToRefuse(view, me(ceremony, who))?.attempt.number ?? null;

  it('is one whose dealing is spoiled, of receivers that have not answered', () => {
    const ceremony = begun().before('accept');
    expect(gives(ceremony, dave)).toBeNull();
    const spoiled = changed(ceremony.view, {});
    const attempts = [{ ...spoiled.current, spoiledBy: ['bob'] }];
    const view = { ...spoiled, attempts } as View;
    expect([dave, carol, alice, erin].map((who) => gives(ceremony, who, view))).toEqual([0, 0, null, null]);
    for (const more of [{ death: {} }, { certificate: {} }, { proof: {} }])
      expect(gives(ceremony, dave, { ...view, attempts: [{ ...attempts[0], ...more }] } as never)).toBeNull();
    ceremony.do(dave, 'accept');
    const answered = { ...view, packets: ceremony.view.packets } as View;
    expect([gives(ceremony, dave, answered), gives(ceremony, carol, answered)]).toEqual([null, 0]);
  });

  it('is an earlier one than that which is worked on', () => {
    const ceremony = begun().before('accept');
    ceremony.amend(alice, ['bob']);
    expect(owed(ceremony)).toMatchObject({ bob: ['refuse'], carol: expect.arrayContaining(['refuse']) });
    expect([gives(ceremony, dave), gives(ceremony, alice)]).toEqual([0, null]);
    ceremony.do(dave, 'refuse');
    expect(gives(ceremony, carol)).toBeNull();
  });
});

describe('other dealers', () => {
  const names = (view: View, without?: string[]) =>
    otherDealers(view, without)?.map(({ participant, index }) => `${index} ${participant.name}`) ?? null;

  it('are those of the last attempt and then the reserves, without those who cheated, refused or are named', () => {
    const { view } = begun();
    expect(names(view)).toEqual(['1 alice', '2 bob', '4 frank']);
    expect(names(view, ['bob'])).toEqual(['1 alice', '4 frank', '3 carol']);
    expect(names(view, ['bob', 'carol'])).toBeNull();
    const at = (who: Person) => ({ identity: who.identity });
    expect(names({ ...view, faults: [at(alice)] } as never)).toEqual(['2 bob', '4 frank', '3 carol']);
    expect(names({ ...view, contradictions: [{ ...at(alice), grave: true }] } as never)).not.toContain('1 alice');
    expect(names({ ...view, contradictions: [{ ...at(alice), grave: false }] } as never)).toContain('1 alice');
  });

  it('are without whoever refused as a dealer or a member, in whatever attempt', () => {
    for (const [as, stays] of [
      ['dealer', false],
      ['member', false],
      ['proposer', true],
      ['receiver', true],
    ] as const) {
      const ceremony = begun();
      ceremony.refuse(alice, as);
      expect(names(ceremony.view)?.includes('1 alice')).toBe(stays);
    }
    const noted = begun();
    noted.say(alice, 'note', { kind: 'observation', text: 'as a dealer', number: 0 });
    expect(names(noted.view)).toContain('1 alice');
  });

  it('are as many as the old threshold and the quorum ask for, and no fewer than before', () => {
    const { view } = begun();
    const { plan } = view;
    const lost = [null, ...plan.holders.slice(1)];
    expect(names({ ...view, plan: { ...plan, holders: lost } } as never)).toEqual(['2 bob', '4 frank', '3 carol']);
    const some = { ...view, plan: { ...plan, holders: [null, null, ...plan.holders.slice(2)] } } as never as View;
    expect(names(some)).toBeNull();
    expect(names({ ...some, plan: { ...some.plan, quorum: 2 } } as never)).toEqual(['4 frank', '3 carol']);
    const parent = { ...plan.parent, proven: { ...plan.parent?.proven, threshold: 3 } };
    expect(names({ ...some, plan: { ...some.plan, quorum: 2, parent } } as never)).toBeNull();
    const few = changed(view, {
      attempt: { ...view.current.attempt, dealers: view.current.attempt.dealers.slice(0, 2) },
    });
    expect(names({ ...few, plan: { ...few.plan, quorum: 2 } } as never)).toEqual(['1 alice', '2 bob']);
    expect(names({ ...few, plan: { ...few.plan, quorum: 2, parent } } as never)).toHaveLength(3);
    expect(names({ ...view, plan: { ...plan, parent: null } } as never)).toBeNull();
  });

  it('make good a dealer who cheated or said no, but not what others said, nor without end', () => {
    const { view } = begun();
    const dead = (why: string, spoiledBy: string[] = []) => changed(view, { death: { why, by: ['bob'] }, spoiledBy });
    expect(['dealer-refused', 'receiver-refused', 'complaint'].map((why) => amendable(dead(why)))).toEqual([
      true,
      false,
      false,
    ]);
    expect(amendable(dead('complaint', ['bob']))).toBe(true);
    expect(amendable(view)).toBe(false);
    const refused = dead('dealer-refused');
    expect(amendable({ ...refused, withdrawn: true })).toBe(false);
    expect(amendable(changed(refused, { proof: {} }))).toBe(false);
    const tried = (attempts: number) => ({ ...refused, attempts: Array(attempts).fill(view.current) });
    expect([mostAmendments, mostAmendments + 1].map((attempts) => amendable(tried(attempts)))).toEqual([true, false]);
    expect(amendable({ ...refused, plan: { ...refused.plan, reserves: [], quorum: 9 } })).toBe(false);
  });
});

describe('those who are waited for', () => {
  it('are none whom the proof of life leaves out, nor who leaves', () => {
    const ceremony = begun().before('activate');
    ceremony.reprove(bob, [bob, carol]);
    ceremony.run((_, duty) => duty === 'activate' || duty === 'close');
    expect(owed(ceremony)).toMatchObject({ dave: ['close'], alice: ['close'] });
    expect(waitedFor(ceremony.view)).toEqual(['bob', 'carol']);
    expect(outstanding(ceremony.view)).toEqual(['alice', 'frank']);
    const gone = { lost: [{ identity: bob.identity }] };
    const without = changed(ceremony.view, { proof: { ...ceremony.view.current.proof, ...gone }, closings: of(frank) });
    expect(outstanding(without)).toEqual(['alice', 'bob']);
    expect(outstanding(begun().view)).toEqual([]);
  });
});
