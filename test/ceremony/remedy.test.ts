import { describe, expect, it, test } from 'vitest';
import { type Duty, duties } from '../../src/ceremony/duties.ts';
import type { View } from '../../src/ceremony/evaluate.ts';
import { endOf, ifNever, listed, otherPlan, proposerOf, replanned, unlockedBy } from '../../src/ceremony/remedy.ts';
import { Ceremony, type Person, people } from './committee.ts';
import { named } from './said.ts';

/* What each duty unlocks, and what helps if it is never done: of one handover, changed as far as these words look at it. */

const cast = Object.values(people('remedy', 'alice', 'bob', 'carol', 'dave'));
const [alice, bob, carol, dave] = cast as [Person, Person, Person, Person];
const genesis = new Ceremony({ cast, members: [alice, bob, carol], threshold: 2 }).run();
/** Alice leaves, dave joins, carol is in reserve. */
const ceremony = new Ceremony({
  cast,
  parent: genesis.link,
  members: [bob, carol, dave],
  threshold: 2,
  dealers: [1, 2],
  approvers: [dave],
  facts: { reserves: [3] },
});
const { view, plan } = ceremony;

type Changes = Partial<Omit<View, 'plan' | 'current'>> & {
  readonly plan?: Partial<View['plan']>;
  readonly current?: object;
};
const changed = ({ plan: asPlan, current, ...more }: Changes = {}): View => {
  return { ...view, ...more, plan: { ...plan, ...asPlan }, current: { ...view.current, ...current } };
};
const of = (...who: { readonly identity: string }[]) => new Map(who.map(({ identity }) => [identity, {} as never]));
const said = (text: string | null) => (text === null ? null : named(ceremony, text));
const reshare = 'conclave propose reshare --instead-of <plan>';

describe('what a duty unlocks', () => {
  const unlocks = (duty: Duty, more: Changes = {}) => unlockedBy(changed(more), duty);

  it('is said of each, with how far it is', () => {
    const more = {
      approvals: of(dave),
      current: { endorsers: of(alice, bob), deals: of(alice), activations: of(bob) },
    };
    expect(Object.fromEntries(duties.map((duty) => [duty, unlocks(duty, more)]))).toEqual({
      propose: 'everything',
      approve: 'the deals, which no machine makes before 1 have approved (1 seen here)',
      refuse: 'the proof that an attempt is over, without which nobody deals in the next; one of these is enough',
      amend: 'another attempt at the same plan',
      endorse: 'the attempt, which counts with 2 endorsements of old members (2 seen here)',
      deal: 'the acceptances, which need the deals of all 2 dealers (1 seen here)',
      accept: 'the certificate, which needs all 3 new members (0 seen here)',
      activate: 'the proof of life, which all 3 new members sign (1 seen here)',
      reprove: 'the proof of life by a later turn: all whom it names commit first, and then all sign',
      close: 'the end: every old share destroyed as planned; the new shares sign already, whether this comes or not',
      drill: 'the signature that shows that the chosen members can sign: all of them commit first, and then all sign',
      census: 'the picture of who has a share that works; no share moves',
    });
  });

  it('is the end itself where the proposer withdrew', () => {
    expect(unlocks('refuse', { withdrawn: true })).toBe('the end that the proposer asked for; one of these is enough');
  });

  it('takes as many approvals as plan and policy both ask for', () => {
    const policy = { approvers: [], approvals: 3 };
    expect(unlocks('approve', { plan: { policy } })).toContain('before 3 have approved');
    expect(unlocks('approve', { plan: { approvals: 4, policy } })).toContain('before 4 have approved');
  });

  it('is the name of whoever dealt falsely, where the deals do not fit each other', () => {
    const certificate = 'the certificate, which needs all 3 new members (0 seen here)';
    const name =
      'the name of whoever dealt falsely: the deals do not fit each other, and each receiver can open its own box';
    expect(unlocks('accept', { current: { unfit: [], transcript: null } })).toBe(name);
    expect(unlocks('accept', { current: { unfit: [], transcript: {} } })).toBe(certificate);
    expect(unlocks('accept', { current: { unfit: null, transcript: {} } })).toBe(certificate);
  });
});

describe('what helps if a duty is never done', () => {
  const helps = (duty: Duty, name: string, more: Changes = {}) => said(ifNever(changed(more), duty, name));

  it('is another plan as long as nobody has voted for this one', () => {
    for (const duty of ['propose', 'approve', 'endorse'] as const)
      expect(helps(duty, 'carol')).toBe(`at alice: another plan: ${reshare}`);
  });

  it('is nothing where nothing waits for it', () => {
    for (const duty of ['census', 'refuse', 'amend', 'close'] as const) expect(helps(duty, 'carol')).toBeNull();
    expect(helps('drill', 'carol')).toBe('at alice: a drill with other signers: conclave propose drill');
  });

  it('of a deal is an amendment by the proposer, or a plan without the dealer', () => {
    const amend = 'at alice: conclave amend --without';
    const gone = 'bob still has to accept; if bob is gone for good';
    expect(helps('deal', 'bob')).toBe(`${amend} bob; ${gone}: at alice: a plan without bob: ${reshare}`);
    expect(helps('deal', 'bob', { plan: { receivers: plan.receivers.slice(1) } })).toBe(`${amend} bob`);
    expect(helps('deal', 'bob', { plan: { reserves: [] } })).toBe(`at alice: a plan without bob: ${reshare}`);
    expect(helps('deal', 'alice')).toBe(`a plan without alice: ${reshare}`);
    const refusing = 'at carol or dave: conclave next --stick DIR --refuse --ceremony <plan> --reason T';
    expect(helps('deal', 'bob', { plan: { reserves: [] }, current: { endorsers: of(alice) } })).toBe(
      `${refusing}; then at alice: a plan without bob: ${reshare}`,
    );
  });

  it('of an acceptance is a refusal of somebody else who has not accepted, or releases of those who have', () => {
    const refusing = 'at bob or carol: conclave next --stick DIR --refuse --ceremony <plan> --reason T';
    const then = `; then a plan without dave: ${reshare}`;
    expect(helps('accept', 'dave')).toBe(`${refusing}${then}`);
    const releasing = 'conclave release at 2 of the others';
    expect(helps('accept', 'dave', { current: { acceptances: of(bob, carol) } })).toBe(`${releasing}${then}`);
    expect(said(endOf(changed({ current: { acceptances: of(bob) } }), 'dave'))).toContain('at carol: conclave next');
  });

  it('of a signature is a later turn of those who are left, or the end of the attempt', () => {
    const turn = 'at bob: conclave reprove --signers bob,carol';
    const end = 'conclave release (--salvage where it was signed) at 2 of the others; then a plan without dave';
    for (const duty of ['activate', 'reprove'] as const)
      expect(helps(duty, 'dave')).toBe(`${turn}; or ${end}: ${reshare}`);
    expect(helps('activate', 'dave', { current: { releases: of(bob) } })).toBe(`${end}: ${reshare}`);
    expect(helps('activate', 'dave', { plan: { threshold: 1 }, current: { releases: of(bob) } })).toBe(
      'at carol: conclave reprove --signers carol',
    );
    // a call for a turn of dave and carol alone counts bob out
    const call = {
      superseded: false,
      spoilt: [],
      signers: [carol, dave],
      signatures: of(),
      complete: [],
      commitments: of(),
    };
    expect(helps('activate', 'dave', { current: { reproves: [call] } })).toBeNull();
    const three = changed({ plan: { threshold: 3 } });
    expect(said(ifNever(three, 'activate', 'dave'))).toBe(
      `conclave release (--salvage where it was signed) at 1 of the others; then a plan without dave: ${reshare}`,
    );
  });
});

test('names are listed as people do', () => {
  expect([listed([]), listed(['a']), listed(['a', 'b']), listed(['a', 'b', 'c'])]).toEqual([
    '',
    'a',
    'a and b',
    'a, b and c',
  ]);
});

test('another plan is one of the same kind, and a reshare where somebody is left out of moving shares', () => {
  const replan = (more: Changes, without: string | null) => said(replanned(changed(more), without));
  const refresh = { plan: { kind: 'refresh' as const } };
  const again = (kind: string) => `conclave propose ${kind} --instead-of <plan>`;
  expect([replan(refresh, null), replan(refresh, 'bob')]).toEqual([again('refresh'), again('reshare')]);
  expect(replan({ plan: { kind: 'genesis', parent: null } }, 'bob')).toBe(again('genesis'));
  expect(replan({ plan: { kind: 'drill' } }, 'bob')).toBe(again('drill'));
  expect(said(otherPlan(view, null))).toBe(`another plan: ${reshare}`);
  expect(said(otherPlan(view, 'bob'))).toBe(`a plan without bob: ${reshare}`);
  expect([proposerOf(view), proposerOf(changed({ plan: { participants: [] } }))]).toEqual(['alice', '']);
});
