import { describe, expect, it } from 'vitest';
import type { View } from '../../src/ceremony/evaluate.ts';
import { walk } from '../../src/ceremony/route.ts';
import { Ceremony, type Person, people, type Wish } from './committee.ts';

/* Walks through real ceremonies that have gone some way, or have come to a halt. */

const cast = Object.values(people('route ways', 'alice', 'bob', 'carol', 'dave', 'erin'));
const [alice, bob, carol, dave, erin] = cast as [Person, Person, Person, Person, Person];
const genesis = new Ceremony({ cast, members: [alice, bob, carol], threshold: 2, approvers: [erin] }).run();
let count = 0;

/** Alice leaves, and dave joins; erin approves. */
function handover(facts: Wish['facts'] = {}, more: Partial<Wish> = {}): Ceremony {
  for (const person of cast) person.votes.length = 0;
  const wish = { cast, parent: genesis.link, members: [bob, carol, dave], threshold: 2, dealers: [1, 2] };
  return new Ceremony({ ...wish, facts: { ticket: `number ${++count}`, ...facts }, ...more });
}
const stops = (view: View, from?: string) =>
  walk(view, { from }).stops.map(({ member, does }) => `${member} ${does.join(' ')}`);
const stuck = (view: View) => walk(view).stuck;
const with_ = (view: View, current: object, more: Partial<View> = {}): View =>
  ({ ...view, ...more, current: { ...view.current, ...current } }) as View;

describe('a walk goes on from what was said', () => {
  it('before the approval, and after it', () => {
    const ceremony = handover();
    expect(stops(ceremony.view, 'erin').slice(0, 3)).toEqual(['erin approve', 'alice deal', 'bob deal accept']);
    ceremony.do(erin, 'approve');
    const all = stops(ceremony.view, 'alice');
    expect(all).toEqual([
      'alice deal',
      'bob deal accept',
      'carol accept',
      'dave accept activate',
      'bob activate',
      'carol activate close',
      'dave close',
      'alice close',
      'bob close',
    ]);
    ceremony.do(alice, 'deal');
    expect(stops(ceremony.view, 'bob')).toHaveLength(all.length - 1);
    ceremony.do(bob, 'deal');
    ceremony.do(carol, 'accept');
    expect(stops(ceremony.view, 'dave')).toEqual([
      'dave accept',
      'bob accept activate',
      'carol activate',
      'dave activate close',
      'alice close',
      'bob close',
      'carol close',
    ]);
    ceremony.before('activate').do(bob, 'activate');
    expect(stops(ceremony.view, 'carol').slice(0, 2)).toEqual(['carol activate', 'dave activate close']);
  });

  it('in a later attempt, in which nothing is said yet', () => {
    const ceremony = handover({ reserves: [3] }).before('deal');
    ceremony.do(alice, 'deal');
    ceremony.refuse(bob, 'dealer');
    ceremony.amend(alice);
    expect(stops(ceremony.view, 'alice').slice(0, 3)).toEqual(['alice deal', 'carol deal accept', 'dave accept']);
  });

  it('with the approvers that are still needed, and who refused is not gone to', () => {
    const two = handover({}, { approvers: [dave, carol], approvals: 2 });
    two.refuse(dave, 'approver');
    expect(stops(two.view, 'dave').filter((one) => one.includes('approve'))).toEqual(['erin approve', 'carol approve']);
    const policed = handover({}, { approvers: [dave, carol], approvals: 1 });
    policed.do(dave, 'approve');
    // one is enough for the plan, but the policy of the keyset asks for erin
    expect(stops(policed.view, 'carol').filter((one) => one.includes('approve'))).toEqual(['erin approve']);
  });

  it('with the closings alone once it is proven, whatever call is still open', () => {
    const ceremony = handover().before('activate');
    ceremony.reprove(bob, [bob, carol]);
    for (const who of [bob, carol, dave]) ceremony.do(who, 'activate');
    expect(stops(ceremony.view, 'bob')).toEqual(['bob close', 'carol close', 'dave close', 'alice close']);
    ceremony.do(carol, 'close');
    const gone = { lost: ceremony.plan.receivers.filter(({ name }) => name === 'dave') };
    const proof = { ...ceremony.view.current.proof, ...gone };
    expect(stops(with_(ceremony.view, { proof }), 'bob')).toEqual(['bob close', 'alice close']);
  });

  it('never through an attempt that is dead, whatever call is still open', () => {
    const ceremony = handover().before('activate');
    ceremony.reprove(bob, [bob, carol]);
    expect(stops(ceremony.view, 'bob')[0]).toBe('bob reprove');
    expect(walk(with_(ceremony.view, { death: { why: 'released', by: ['bob', 'carol'] } }))).toMatchObject({
      stops: [],
      stuck: ['the attempt is over: given up by bob, carol'],
    });
  });
});

describe('a walk counts how often the stick changes its site', () => {
  const home = new Map(cast.map(({ name }) => [name, 1]));
  const away = new Map([...home, ['dave', 2]]);

  it('from where it is, if that is known', () => {
    const ceremony = handover().run((name, duty) => name === 'dave' && duty === 'close');
    const moves = (from?: string) => walk(ceremony.view, { from, sites: away }).moves;
    const only = [{ member: 'dave', does: ['close'] }];
    expect(walk(ceremony.view, { sites: away }).stops).toEqual(only);
    expect([moves(), moves('alice'), moves('dave'), moves('nobody')]).toEqual([0, 1, 0, 0]);
    expect(walk(ceremony.view, { from: 'alice' }).moves).toBeNull();
    expect(walk(ceremony.view, { from: 'alice', sites: home }).moves).toBe(0);
  });

  it('where a call is answered, where no share moves, and where it leads nowhere', () => {
    const called = handover().before('activate');
    called.reprove(bob, [bob, carol]);
    const call = walk(called.view, { from: 'bob', sites: home });
    expect([call.moves, call.exact]).toEqual([call.stops.length, false]);
    expect(walk(called.view, { from: 'bob' }).moves).toBeNull();
    const facts = { kind: 'census' as const, new: [], dealers: [], weak: [] };
    const census = new Ceremony({ cast, parent: genesis.link, members: [], threshold: 2, facts });
    census.do(erin, 'approve');
    expect([walk(census.view, { sites: home }).moves, walk(census.view).moves]).toEqual([3, null]);
    const over = handover();
    over.refuse(dave, 'receiver');
    expect([walk(over.view, { sites: home }).moves, walk(over.view).moves]).toEqual([0, null]);
  });

  it('as rarely as the first fruitful visits allow, where the search would take too long', () => {
    const ceremony = handover().before('deal');
    const sites = new Map([
      ['alice', 1],
      ['bob', 2],
      ['carol', 1],
      ['dave', 2],
      ['erin', 1],
    ]);
    const { stops: greedy, moves, exact } = walk(ceremony.view, { from: 'alice', sites, budget: 0 });
    const names = greedy.map(({ member }) => member);
    expect(names).toEqual(['alice', 'bob', 'dave', 'carol', 'dave', 'bob', 'dave', 'alice', 'carol']);
    const changes = names.filter((name, at) => at > 0 && sites.get(name) !== sites.get(names[at - 1] as string));
    expect([moves, exact]).toEqual([changes.length, false]);
    expect(walk(ceremony.view, { from: 'alice', sites }).exact).toBe(true);
  });
});

describe('a walk that leads nowhere says why', () => {
  it('the attempt is over, and who can say so is gone to first', () => {
    const ceremony = handover({ reserves: [3] }).before('accept');
    ceremony.refuse(dave, 'receiver');
    expect(walk(ceremony.view)).toEqual({
      stops: [],
      moves: null,
      stuck: ['the attempt is over: refused by dave'],
      exact: true,
    });
    const dealt = handover({ reserves: [3] }).before('deal');
    dealt.refuse(bob, 'dealer');
    expect(stops(dealt.view, 'carol')).toEqual(['alice amend']);
  });

  it('the plan was withdrawn, and any receiver can end it: where the stick is, if it is one', () => {
    const ceremony = handover().before('accept');
    ceremony.refuse(alice, 'proposer');
    expect(stuck(ceremony.view)).toEqual(['the proposer withdrew the plan']);
    expect(['carol', 'dave', 'alice'].map((from) => stops(ceremony.view, from))).toEqual([
      ['carol refuse'],
      ['dave refuse'],
      ['bob refuse'],
    ]);
  });

  it('the deals do not fit each other, unless somebody is to blame already', () => {
    const { view } = handover().before('accept');
    const change = 'the deals together would change the key';
    expect(stuck(with_(view, { transcript: null }))).toEqual([change]);
    const twice = new Map<string, unknown>([...view.current.deals, [bob.identity, [{}, {}]]]);
    expect(stuck(with_(view, { transcript: null, deals: twice }))).toEqual(['bob dealt twice']);
    expect(stuck(with_(view, { transcript: null, counts: false }))).toEqual([]);
    expect(stuck(with_(view, { transcript: null, proof: { lost: [] } }))).toEqual([]);
  });

  it('an acceptance or an activation does not count, or somebody gave up without having signed', () => {
    const ceremony = handover().before('activate');
    for (const who of [bob, dave]) ceremony.do(who, 'activate');
    const { view } = ceremony;
    expect(stuck(view)).toEqual([]);
    const of = (...who: Person[]) => new Map(who.map(({ identity }) => [identity, {}]));
    expect(stuck(with_(view, { acceptances: of(bob, dave) }))).toEqual(['the acceptance of carol does not count here']);
    expect(stuck(with_(view, { activations: of(bob) }))).toEqual(['the activation of dave does not count here']);
    expect(stuck(with_(view, { releases: of(bob) }))).toEqual([]);
    expect(stuck(with_(view, { releases: of(bob, carol) }))).toEqual(['carol gave the attempt up']);
  });

  it('approvals or endorsements that nobody can give any more', () => {
    const { view } = handover();
    const never = 'not enough approvals or endorsements can be had any more';
    const impossible = { ...view, plan: { ...view.plan, approvals: 3 } } as View;
    expect(walk(impossible)).toMatchObject({ stops: [], stuck: [never], exact: true });
    expect(walk(impossible, { budget: 0 })).toMatchObject({ stops: [], stuck: [never], exact: false });
    const unheard = { ...view, plan: { ...view.plan, quorum: 4 } } as View;
    expect(stuck(unheard)).toEqual([never]);
  });
});
