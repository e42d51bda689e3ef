import { describe, expect, it } from 'vitest';
import type { View } from '../../src/ceremony/evaluate.ts';
import { deathWords, type Obstacle, whyNotMoving } from '../../src/ceremony/why.ts';
import { Ceremony, people, type Wish } from './committee.ts';
import { opened } from './opened.ts';
import { named } from './said.ts';

/* Obstacles word by word: whoever reads one alone has to know what to do next. */

const { alice, bob, carol, dave } = people('why said', 'alice', 'bob', 'carol', 'dave');
const cast = [alice, bob, carol, dave];
const genesis = new Ceremony({ cast, members: [alice, bob, carol], threshold: 2 }).run();
let count = 0;

/** Alice leaves, and dave joins; carol is in reserve. */
function handover(facts: Wish['facts'] = {}, more: Partial<Wish> = {}): Ceremony {
  for (const person of cast) person.votes.length = 0;
  const wish = { cast, parent: genesis.link, members: [bob, carol, dave], threshold: 2, dealers: [1, 2] };
  return new Ceremony({ ...wish, facts: { ticket: `number ${++count}`, reserves: [3], ...facts }, ...more });
}
function still(kind: 'drill' | 'census'): Ceremony {
  const signers = kind === 'drill' ? { signers: [1, 2] } : {};
  const facts = { kind, ticket: `number ${++count}`, new: [], dealers: [], weak: [], ...signers };
  return new Ceremony({ cast, parent: genesis.link, members: [], threshold: 2, facts });
}
const obstacles = (ceremony: Ceremony, view = ceremony.view): Obstacle[] =>
  whyNotMoving(view).map((one) => JSON.parse(named(ceremony, JSON.stringify(one))));
const letGo = { signed: [], salvage: false, reason: 'no' };
const visit = 'conclave next --stick DIR';
const reshare = 'conclave propose reshare --instead-of <plan>';
const over = 'a new ceremony in the place of this one; until then everything stays as it was before it';
/** What is to be done by whoever proposed this. */
const byAlice = { member: 'alice', at: ['alice'], duty: null };

describe('a dead attempt', () => {
  /** The end of the attempt in words, and what is named as the way out. */
  const dead = (ceremony: Ceremony) => [deathWords(ceremony.view), ...obstacles(ceremony)];

  it('of which a receiver said no may be asked for again, or without it', () => {
    const ceremony = handover().before('accept');
    expect(deathWords(ceremony.view)).toBe('');
    ceremony.refuse(dave, 'receiver');
    const why = 'dave, who was to receive, refused';
    const notSeen = `another plan: ${why}, so this attempt is dead`;
    const otherwise = `a plan without dave: ${reshare}`;
    expect(dead(ceremony)).toEqual([why, { ...byAlice, notSeen, unlocks: over, command: reshare, otherwise }]);
  });

  it('of which the dealing was spoiled is the fault of the dealer, not of who refused it', () => {
    const ceremony = handover().before('accept');
    const { body } = ceremony.said(bob, 'deal');
    ceremony.forget(ceremony.said(bob, 'deal'));
    const bad = ceremony.say(bob, 'deal', { ...body, boxes: body.boxes.toReversed() });
    ceremony.refuse(carol, 'receiver');
    const why = 'the dealing of bob is good for nothing, and carol, who was to receive, refused';
    const amendment = {
      ...byAlice,
      duty: 'amend',
      notSeen: `an amendment: ${why}, so this attempt is dead`,
      unlocks:
        'another attempt at the same plan, dealt by alice and carol; who does not deal stays a member; a visit offers it, as conclave amend does',
      command: visit,
      otherwise: `a plan without bob: ${reshare}`,
    };
    expect(dead(ceremony)).toEqual([why, amendment]);
    // where nobody proves it, those who dealt it are named all the same
    const { view } = ceremony;
    expect(obstacles(ceremony, { ...view, faults: [] })[0]?.otherwise).toBe(`a plan without bob: ${reshare}`);
    ceremony.amend(alice);
    expect(ceremony.view.faults).toMatchObject([{ packet: bad.digest }]);
    // and in the next attempt nothing of it stands in anybody's way
    ceremony.refuse(dave, 'receiver');
    const otherwise = `a plan without dave: ${reshare}`;
    expect(obstacles(ceremony).at(-1)).toMatchObject({ command: reshare, otherwise });
  });

  it('of which somebody is at fault is planned again without that one, whoever else said no', () => {
    const ceremony = handover({ reserves: [] }).before('accept');
    const body = ceremony.acceptanceBody(dave);
    ceremony.say(dave, 'acceptance', { ...body, nonces: [...body.nonces, ...body.nonces] });
    ceremony.refuse(carol, 'receiver');
    const why = 'carol, who was to receive, refused';
    const notSeen = `another plan, without dave: ${why}, so this attempt is dead`;
    expect(dead(ceremony)).toEqual([why, { ...byAlice, notSeen, unlocks: over, command: reshare, otherwise: null }]);
  });

  it('that its proposer withdrew is nobody else of whom a plan would be without', () => {
    const ceremony = handover().before('accept');
    ceremony.refuse(alice, 'proposer');
    ceremony.do(bob, 'refuse');
    const why = 'its proposer withdrew it';
    const notSeen = `another plan: ${why}, so this attempt is dead`;
    expect(dead(ceremony)).toEqual([why, { ...byAlice, notSeen, unlocks: over, command: reshare, otherwise: null }]);
  });

  it('of which the approvals were refused is over in any case', () => {
    const ceremony = handover({}, { approvers: [dave] });
    ceremony.refuse(dave, 'approver');
    const why = 'the approvals that it needs cannot come any more: dave refused';
    const notSeen = `another plan: ${why}, so this attempt is dead`;
    expect(dead(ceremony)).toEqual([why, { ...byAlice, notSeen, unlocks: over, command: reshare, otherwise: null }]);
  });

  it('by a complaint names whom it shows to be at fault, if anybody', () => {
    const ceremony = handover().before('accept');
    ceremony.say(dave, 'complaint', opened(ceremony, dave, ceremony.said(bob, 'deal')));
    const why = 'dave opened a box to everybody, and dave is at fault';
    const notSeen = `another plan, without dave: ${why}, so this attempt is dead`;
    expect(dead(ceremony)).toEqual([why, { ...byAlice, notSeen, unlocks: over, command: reshare, otherwise: null }]);
    expect(deathWords({ ...ceremony.view, faults: [] })).toBe('dave opened a box to everybody');
  });
});

describe('what is at fault', () => {
  const shows = 'conclave export --fault dave --out dave.conclave shows the fault to anybody';
  const about = (ceremony: Ceremony, start: string, view = ceremony.view) =>
    obstacles(ceremony, view).filter(({ notSeen }) => notSeen.startsWith(start));

  it('a deal: the dealer is left out where others can deal, and else in another plan', () => {
    const spoiled = (facts: Wish['facts']): Ceremony => {
      const ceremony = handover(facts).before('deal');
      const body = ceremony.dealBody(bob);
      ceremony.say(bob, 'deal', { ...body, boxes: body.boxes.toReversed() });
      return ceremony;
    };
    const bobs = { member: 'bob', at: ['alice'], duty: null };
    const otherwise = 'conclave export --fault bob --out bob.conclave shows the fault to anybody';
    const unlocks = 'the acceptances of bob, carol and dave';
    const ceremony = spoiled({});
    const [found] = about(ceremony, 'a good deal of bob: the one that is here is at fault (');
    expect(found).toMatchObject({ ...bobs, command: 'conclave amend --without bob', unlocks, otherwise });
    const alone = spoiled({ reserves: [] });
    const [other] = about(alone, 'a good deal of bob');
    expect(other).toMatchObject({ ...bobs, command: reshare, unlocks: `${unlocks}, in a plan without bob`, otherwise });
    // a good one beside it stands, whatever else was said
    ceremony.say(bob, 'deal', ceremony.dealBody(bob));
    expect(about(ceremony, 'a good deal of bob')).toEqual([]);
    expect(about(ceremony, 'a good deal', { ...ceremony.view, packets: [] })).toEqual([]);
    // and a fault in what unlocks nothing hinders nothing
    const amended = handover();
    amended.say(alice, 'amendment', { ...amended.amend(alice).body, number: 9 } as never, { attempt: amended.plan.id });
    expect(about(amended, 'a good')).toEqual([]);
  });

  it('an acceptance: those who hold one let go of theirs, and where nobody does it is withdrawn', () => {
    const ceremony = handover().before('accept');
    const body = ceremony.acceptanceBody(dave);
    const possession = body.possession.map((one) => ({ ...one, proof: one.proof.map(() => 1) }));
    ceremony.say(dave, 'acceptance', { ...body, possession });
    const unlocks = `the certificate, which cannot come any more: let go of by 2, it is over, and then a plan without dave: ${reshare}`;
    const common = { member: 'dave', duty: null, otherwise: shows, unlocks };
    const start = 'a good acceptance of dave: the one that is here is at fault (';
    const aborted = { at: ['alice'], command: 'conclave abort --reason T --stick DIR' };
    expect(about(ceremony, start)).toMatchObject([{ ...common, ...aborted }]);
    ceremony.do(bob, 'accept');
    const released = { at: ['bob'], command: 'conclave release --reason T --stick DIR' };
    expect(about(ceremony, start)).toMatchObject([{ ...common, ...released }]);
    ceremony.say(dave, 'acceptance', body);
    expect(about(ceremony, 'a good')).toEqual([]);
  });

  it('an activation: the others let go of theirs, with what they signed, as long as they have not', () => {
    const ceremony = handover().before('activate');
    const body = ceremony.activationBody(dave);
    ceremony.say(dave, 'activation', { ...body, shares: body.shares.map(() => new Uint8Array(32).fill(1)) });
    const unlocks = `the proof of life, which cannot come any more: let go of by 2, it is over, and then a plan without dave: ${reshare}`;
    const command = 'conclave release --salvage --reason T --stick DIR';
    const common = { member: 'dave', duty: null, otherwise: shows, unlocks, command };
    const start = 'a good activation of dave: the one that is here is at fault (';
    expect(about(ceremony, start)).toMatchObject([{ ...common, at: ['bob', 'carol'] }]);
    ceremony.say(bob, 'release', letGo);
    expect(about(ceremony, start)).toMatchObject([{ ...common, at: ['carol'] }]);
    ceremony.say(dave, 'activation', body);
    expect(about(ceremony, 'a good')).toEqual([]);
  });
});

describe('what is given up', () => {
  it('is let go of by the others; who signed the proof releases it as signed, unless it is blocked', () => {
    const ceremony = handover().before('activate');
    const releases = () =>
      obstacles(ceremony).flatMap(({ member, notSeen, command }) =>
        notSeen === `the release of ${member}` ? [[member, command]] : [],
      );
    for (const who of [bob, carol]) ceremony.do(who, 'activate');
    expect(releases()).toEqual([]);
    ceremony.say(bob, 'release', letGo);
    const [plain, signed] = ['conclave release --stick DIR', 'conclave release --salvage --stick DIR'];
    expect(releases()).toEqual([
      ['carol', signed],
      ['dave', plain],
    ]);
    const other = handover().before('activate');
    other.do(carol, 'activate');
    other.say(bob, 'release', letGo);
    expect(obstacles(other).filter(({ notSeen }) => notSeen.startsWith('the release of'))).toEqual([
      {
        member: 'carol',
        duty: null,
        notSeen: 'the release of carol',
        unlocks:
          'the end of an attempt that is being given up, which takes 2 releases (1 seen here), if all agree to give it up',
        at: ['carol'],
        command: plain,
        otherwise: null,
      },
      expect.objectContaining({ member: 'dave', command: plain }),
    ]);
  });
});

describe('what is not here', () => {
  it('of what a packet names is to be had where its author is', () => {
    const ceremony = handover().before('accept');
    ceremony.do(dave, 'accept');
    const view = ceremony.without(ceremony.said(bob, 'deal'));
    const waiting = obstacles(ceremony, view).filter(({ notSeen }) => notSeen.includes('names'));
    expect(waiting).toEqual([
      {
        member: 'dave',
        duty: null,
        notSeen: 'a deal that the acceptance <acceptance of dave> of dave names',
        unlocks:
          'that acceptance, which counts only together with what it names; a stick that has been there brings it',
        at: ['dave'],
        command: visit,
        otherwise: null,
      },
    ]);
    // what is said of packets that are not here, or of nobody, is said of none
    for (const more of [{ packets: [] }, { plan: { ...view.plan, byIdentity: new Map() } }])
      expect(obstacles(ceremony, { ...view, ...more }).filter(({ notSeen }) => notSeen.includes('names'))).toEqual([]);
  });

  it('of the closings is waited for with those who stay, and only told of those who leave', () => {
    const ceremony = handover().before('close');
    expect(obstacles(ceremony).map(({ member, notSeen, otherwise }) => [member, notSeen, otherwise])).toEqual([
      ['bob', 'the closing of bob', null],
      ['carol', 'the closing of carol', null],
      ['dave', 'the closing of dave', null],
      ['alice', 'the closing of alice, who leaves', null],
    ]);
  });

  it('is a turn that all have signed, where every new member has activated and none is complete', () => {
    const ceremony = handover().before('accept');
    const view = { ...ceremony.view, phase: 'proving' } as View;
    const receivers = ['bob', 'carol', 'dave'];
    const unproven = {
      member: 'alice',
      duty: null,
      notSeen: 'a turn that all its signers have signed, though every new member has activated',
      unlocks: 'the proof of life, where a stick goes that has been at all of them',
      at: receivers,
      command: visit,
      otherwise: `conclave release at 2 of them; then another plan: ${reshare}`,
    };
    expect(obstacles(ceremony, view).at(-1)).toEqual(unproven);
    expect(obstacles(ceremony).map(({ notSeen }) => notSeen)).toEqual(
      receivers.map((one) => `the acceptance of ${one}`),
    );
  });
});

describe('two statements of which only one can be honest', () => {
  it('are told of once, at everybody but their author, and only where they are grave', () => {
    const ceremony = handover().before('accept');
    ceremony.say(bob, 'deal', { ...ceremony.dealBody(bob), vote: ceremony.said(bob, 'deal').body.vote });
    for (const text of ['one', 'two']) ceremony.say(dave, 'note', { kind: 'observation', text, number: 0 });
    const contradicted = (view = ceremony.view) =>
      obstacles(ceremony, view).filter(({ notSeen }) => notSeen.startsWith('which of two statements'));
    const [only, ...more] = contradicted();
    expect(more).toEqual([]);
    expect(only).toMatchObject({
      member: 'bob',
      notSeen: expect.stringMatching(
        /^which of two statements of bob is true: both are signed, and only one can be honest \((deal|vote): <deal of bob> and <deal of bob>\)$/,
      ),
      at: ['alice', 'carol', 'dave'],
      command: `${visit} --override "go on although bob contradicted themselves"`,
      otherwise: `the same, and then a plan without bob: ${reshare}`,
    });
    const [found] = ceremony.view.contradictions.filter(({ grave }) => grave) as [View['contradictions'][number]];
    const [a, b] = found.packets;
    expect(contradicted({ ...ceremony.view, contradictions: [found, { ...found, packets: [b, a] }] })).toHaveLength(1);
  });
});

describe('a drill or a census', () => {
  it.each(['drill', 'census'] as const)('that came to nothing is done again: a %s', (kind) => {
    const ceremony = still(kind);
    const again = {
      ...byAlice,
      notSeen: `another ${kind}: this one cannot be completed any more`,
      unlocks: `what the ${kind} was to show; no share was moved, and none is in danger`,
      command: `conclave propose ${kind} --instead-of <plan>`,
      otherwise: null,
    };
    expect(obstacles(ceremony)).not.toContainEqual(again);
    for (const phase of ['proving', 'complete'] as const)
      expect(obstacles(ceremony, { ...ceremony.view, phase })).not.toContainEqual(again);
    for (const phase of ['aborted', 'failed'] as const)
      expect(obstacles(ceremony, { ...ceremony.view, phase })).toContainEqual(again);
  });

  it('waits for those who are asked', () => {
    const told = (kind: 'drill' | 'census') =>
      obstacles(still(kind)).map(({ notSeen, otherwise }) => [notSeen, otherwise]);
    const others = 'at alice: a drill with other signers: conclave propose drill';
    expect(told('drill')).toEqual([
      ['the part in the drill of alice', others],
      ['the part in the drill of bob', others],
    ]);
    expect(told('census')).toEqual(['alice', 'bob', 'carol'].map((name) => [`the census of ${name}`, null]));
    const drill = still('drill');
    drill.drillStep(alice);
    expect(obstacles(drill).map(({ notSeen }) => notSeen)).toEqual(['the part in the drill of bob']);
  });
});
