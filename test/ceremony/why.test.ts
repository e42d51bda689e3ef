import { describe, expect, it, test } from 'vitest';
import type { View } from '../../src/ceremony/evaluate.ts';
import { isOver } from '../../src/ceremony/over.ts';
import { type Obstacle, whyNotMoving } from '../../src/ceremony/why.ts';
import { Ceremony, people } from './committee.ts';
import { emptyDeal, opened } from './opened.ts';

/* Whoever reads this alone has to know what to do next. */

const { alice, bob, carol, dave } = people('why', 'alice', 'bob', 'carol', 'dave');
const cast = [alice, bob, carol, dave];
const genesis = new Ceremony({ cast, members: [alice, bob, carol], threshold: 2, approvers: [dave] }).run();

function handover(facts = {}): Ceremony {
  for (const person of cast) person.votes.length = 0;
  const members = [bob, carol, dave];
  return new Ceremony({ cast, parent: genesis.link, members, threshold: 2, dealers: [1, 2], facts });
}
const said = (view: View): string[] => whyNotMoving(view).map(({ notSeen }) => notSeen);
const only = (view: View, about: string): Obstacle => {
  const found = whyNotMoving(view).filter(({ notSeen }) => notSeen.includes(about));
  expect(found).toHaveLength(1);
  return found[0] as Obstacle;
};

describe('what is not seen here, what it would unlock, and who can unblock it', () => {
  test('approvals, which unlock the deals', () => {
    const { view } = handover();
    expect(said(view)).toEqual(['the approval of dave']);
    expect(only(view, 'approval')).toMatchObject({ member: 'dave', duty: 'approve', at: ['dave'] });
    expect(only(view, 'approval').unlocks).toContain('the deals');
  });

  test('deals, acceptances, activations and closings, of exactly those who owe them', () => {
    const ceremony = handover().before('deal');
    expect(said(ceremony.view)).toEqual(['the deal of alice', 'the deal of bob']);
    expect(only(ceremony.view, 'of bob').unlocks).toContain('the acceptances');
    ceremony.do(alice, 'deal');
    expect(said(ceremony.view)).toEqual(['the deal of bob']);
    ceremony.before('accept');
    expect(said(ceremony.view)).toEqual(['bob', 'carol', 'dave'].map((name) => `the acceptance of ${name}`));
    ceremony.before('activate');
    expect(only(ceremony.view, 'of dave')).toMatchObject({ duty: 'activate', command: 'conclave next --stick DIR' });
    ceremony.before('close');
    expect(said(ceremony.view)).toContain('the closing of carol');
    expect(only(ceremony.view, 'of alice').unlocks).toContain('nothing that others wait for');
    ceremony.run();
    expect(said(ceremony.view)).toEqual([]);
  });

  test('an endorsement, where the dealers are fewer than the quorum', () => {
    const five = people('why five', 'a', 'b', 'c', 'd', 'e');
    const all = Object.values(five);
    const key = new Ceremony({ cast: all, members: all, threshold: 2 }).run();
    const next = new Ceremony({ cast: all, parent: key.link, members: all, threshold: 2, dealers: [1, 2] });
    expect(said(next.before('accept').view)).toEqual(
      ['the acceptance of a', 'the acceptance of b'].concat(['c', 'd', 'e'].map((name) => `the acceptance of ${name}`)),
    );
    const { view } = new Ceremony({ cast: all, parent: key.link, members: all, threshold: 2, dealers: [1, 2] }).run(
      (_, duty) => duty === 'endorse' || duty === 'deal',
    );
    expect(said(view).filter((one) => one.includes('endorsement'))).toHaveLength(3);
    expect(only(view, 'endorsement of c').unlocks).toContain('3 endorsements');
  });

  test('never says that somebody did not send something', () => {
    const ceremony = handover().before('accept');
    for (const { notSeen, unlocks, command } of whyNotMoving(ceremony.view))
      expect(`${notSeen} ${unlocks} ${command}`).not.toMatch(/not sent|has not|failed to/);
  });

  test('a packet that others name, and where it is to be had', () => {
    const ceremony = handover().before('accept');
    const view = ceremony.without(ceremony.said(dave, 'approval'));
    const missing = whyNotMoving(view).filter(({ notSeen }) => notSeen.startsWith('an approval that the deal'));
    expect(missing.map(({ member }) => member).sort()).toEqual(['alice', 'bob']);
  });
});

test('members vanish: beside what is waited for stands what helps if it never comes', () => {
  const otherwise = (ceremony: Ceremony, about: string) => only(ceremony.view, about).otherwise;
  const ceremony = handover({ reserves: [3] }).before('deal');
  const without = otherwise(ceremony, 'deal of bob');
  expect(without).toContain('at alice: conclave amend --without bob; bob still has to accept');
  expect(without).toContain('if bob is gone for good: at alice: a plan without bob: conclave propose reshare');
  // alice is the proposer: where she is gone, nothing is asked of her
  expect(otherwise(ceremony, 'deal of alice')).toMatch(/^a plan without alice: conclave propose reshare/);
  ceremony.do(alice, 'deal');
  expect(otherwise(ceremony, 'deal of bob')).toMatch(
    /gone for good: at carol or dave: conclave next .* --refuse .*; then at alice: a plan without bob/,
  );
  expect(otherwise(handover().before('deal'), 'deal of bob')).toContain('a plan without bob');
  ceremony.before('accept');
  ceremony.do(bob, 'accept');
  const accepted = otherwise(ceremony, 'acceptance of dave');
  expect(accepted).toContain('--refuse --ceremony');
  expect(accepted).not.toContain('abort');
  ceremony.before('activate');
  expect(otherwise(ceremony, 'activation of dave')).toContain('at 2 of the others');
  ceremony.before('close');
  expect(otherwise(ceremony, 'closing of dave')).toBeNull();
});

describe('what no visit mends', () => {
  it('a dealer who refused: an amendment by the proposer where somebody else can deal, else another plan', () => {
    const alone = handover().before('deal');
    alone.refuse(bob, 'dealer');
    const instead = `--instead-of ${alone.plan.ceremony.slice(0, 16)}`;
    expect(whyNotMoving(alone.view)).toMatchObject([{ duty: null, at: ['alice'] }]);
    expect(whyNotMoving(alone.view)[0]?.command).toContain(instead);

    const ceremony = handover({ reserves: [3] }).before('deal');
    ceremony.refuse(bob, 'dealer');
    const [amendment] = whyNotMoving(ceremony.view) as [Obstacle];
    expect(amendment).toMatchObject({ member: 'alice', duty: 'amend', at: ['alice'] });
    expect(amendment.command).toBe('conclave next --stick DIR');
    expect(amendment.unlocks).toContain('conclave amend');
    expect(amendment.unlocks).toContain('alice and carol');
    expect(amendment.notSeen).toContain('bob, who was to deal, refused');
    expect(amendment.otherwise).toContain('--instead-of');
    ceremony.do(alice, 'amend');
    expect(said(ceremony.view)).toEqual(['the deal of alice', 'the deal of carol']);
  });

  it('a complaint that is right: an amendment without the dealer, and the complainer is not blamed', () => {
    const ceremony = handover({ reserves: [3] }).before('deal');
    ceremony.do(alice, 'deal');
    const deal = emptyDeal(ceremony, bob);
    ceremony.say(carol, 'complaint', opened(ceremony, carol, deal));
    const amendment = whyNotMoving(ceremony.view).find(({ duty }) => duty === 'amend');
    expect(amendment?.notSeen).toContain('carol opened a box to everybody, and bob is at fault');
    expect(amendment?.unlocks).toContain('alice and carol');
    expect(amendment?.otherwise).toContain('a plan without bob');
  });

  it('a complaint that is false: a plan without the complainer', () => {
    const ceremony = handover({ reserves: [3] }).before('accept');
    ceremony.say(dave, 'complaint', opened(ceremony, dave, ceremony.said(bob, 'deal')));
    expect(whyNotMoving(ceremony.view)).toMatchObject([{ duty: null, at: ['alice'] }]);
    expect(whyNotMoving(ceremony.view)[0]?.notSeen).toContain('dave opened a box to everybody, and dave is at fault');
    expect(whyNotMoving(ceremony.view)[0]?.notSeen).toContain('another plan, without dave: ');
    expect(whyNotMoving(ceremony.view)[0]?.command).toMatch(/^conclave propose reshare --instead-of [0-9a-f]{16}$/);
  });

  it('an amendment of a living attempt: first the refusals that prove it dead', () => {
    const ceremony = handover({ reserves: [3] }).before('accept');
    ceremony.amend(alice, ['bob']);
    const [first] = whyNotMoving(ceremony.view) as [Obstacle];
    expect(first).toMatchObject({ duty: 'refuse', at: ['bob'] });
    expect(first.unlocks).toContain('without which nobody deals in the next');
    ceremony.do(carol, 'refuse');
    expect(said(ceremony.view)).toEqual(['the deal of alice', 'the deal of carol']);
  });

  it('an attempt that is being given up: the releases that are missing', () => {
    const ceremony = handover().before('activate');
    ceremony.say(dave, 'release', { signed: [], salvage: false, reason: 'no' });
    expect(said(ceremony.view)).toContain('the release of bob');
    expect(said(ceremony.view)).not.toContain('the release of dave');
    expect(only(ceremony.view, 'release of carol').unlocks).toContain('2 releases (1 seen here)');
    ceremony.say(bob, 'release', { signed: [], salvage: false, reason: 'no' });
    expect(whyNotMoving(ceremony.view)[0]?.notSeen).toContain('gave it up after accepting');
  });

  it('a plan that was withdrawn: one refusal of a receiver, and then it is over', () => {
    const ceremony = handover().before('accept');
    ceremony.refuse(alice, 'proposer');
    expect(said(ceremony.view)).toEqual(['bob', 'carol', 'dave'].map((name) => `the refusal of ${name}`));
    expect(isOver(ceremony.view, [ceremony.view])).toBeNull();
    ceremony.do(dave, 'refuse');
    expect(isOver(ceremony.view, [ceremony.view])).toBe('withdrawn');
  });

  it('an approver who refused: another plan, since no other dealers change that', () => {
    const ceremony = handover();
    ceremony.refuse(dave, 'approver');
    expect(whyNotMoving(ceremony.view)).toMatchObject([{ at: ['alice'] }]);
    expect(whyNotMoving(ceremony.view)[0]?.command).toMatch(/^conclave propose/);
  });

  it('a receiver who refused: the same asked again, or else a plan without it', () => {
    const ceremony = handover().before('accept');
    ceremony.refuse(carol, 'receiver');
    const again = whyNotMoving(ceremony.view).at(-1);
    expect(again?.notSeen).toMatch(/^another plan: carol, who was to receive, refused/);
    expect(again?.otherwise).toContain('a plan without carol: conclave propose reshare');
  });

  it('a bad deal: its author, why, and how to show it to anybody', () => {
    const ceremony = handover({ reserves: [3] }).before('accept');
    const { body } = ceremony.said(bob, 'deal');
    ceremony.forget(ceremony.said(bob, 'deal'));
    ceremony.say(bob, 'deal', { ...body, boxes: [...body.boxes].reverse() });
    const found = only(ceremony.view, 'a good deal of bob');
    expect(found.command).toContain('conclave amend --without bob');
    expect(found.otherwise).toContain('conclave export --fault bob');
  });

  it('two deals of one dealer: the override, or a plan without the liar', () => {
    const ceremony = handover().before('accept');
    ceremony.say(bob, 'deal', { ...ceremony.dealBody(bob), vote: ceremony.said(bob, 'deal').body.vote });
    const found = whyNotMoving(ceremony.view).filter(({ member, duty }) => member === 'bob' && duty === null);
    expect(found[0]?.command).toContain('--override "go on although bob contradicted themselves"');
    expect(found[0]?.otherwise).toContain('a plan without bob');
    expect(found).toHaveLength(1);
    expect(found[0]?.at).not.toContain('bob');
  });
});

test('after a refresh that came to nothing comes a refresh, or a reshare where somebody is left out', () => {
  for (const person of cast) person.votes.length = 0;
  const members = [alice, bob, carol];
  const facts = { kind: 'refresh' } as const;
  const ceremony = new Ceremony({ cast, parent: genesis.link, members, threshold: 2, dealers: [1, 2], facts });
  ceremony.before('accept');
  ceremony.refuse(carol, 'receiver');
  const again = whyNotMoving(ceremony.view).at(-1);
  expect(again?.command).toMatch(/^conclave propose refresh --instead-of [0-9a-f]{16}$/);
  expect(again?.otherwise).toContain('a plan without carol: conclave propose reshare');
});

test('what is to be pasted is a command, and remarks stand before it', () => {
  const ceremony = handover().before('activate');
  ceremony.say(dave, 'release', { signed: [], salvage: false, reason: 'no' });
  const torn = handover().before('accept');
  const views = [ceremony.view, torn.without(torn.said(dave, 'approval')), handover().view];
  const refused = handover({ reserves: [3] }).before('deal');
  refused.refuse(bob, 'dealer');
  for (const { command } of [...views, refused.view].flatMap(whyNotMoving))
    expect(command).toMatch(/^conclave [a-z]+( [a-z]+)?( --[a-z-]+( \w+)?)*$/);
});

test('what is complete is over; so is what another ceremony over the same committee took the place of', () => {
  const done = handover().run();
  const late = handover({ reason: 'another' });
  expect(isOver(done.view, [done.view])).toBe('complete');
  expect(isOver(late.view, [late.view])).toBeNull();
  expect(isOver(late.view, [late.view, done.view])).toBe('replaced');
  const dead = handover({ reason: 'a third' });
  dead.refuse(dave, 'receiver');
  const instead = handover({ reason: 'a fourth', insteadOf: dead.plan.id });
  expect(isOver(dead.view, [dead.view])).toBeNull();
  expect(isOver(dead.view, [dead.view, instead.view])).toBe('replaced');
});
