import { describe, expect, it } from 'vitest';
import { fromHex } from '../../src/bytes/hex.ts';
import { checksOf } from '../../src/ceremony/checks.ts';
import { outstanding, owedBy, waitedFor } from '../../src/ceremony/duties.ts';
import { isKind, type PacketOf } from '../../src/ceremony/kinds.ts';
import { proofsOfLife, verifiers } from '../../src/ceremony/link-checks.ts';
import { manifestOf } from '../../src/ceremony/manifest.ts';
import { mostCalls } from '../../src/ceremony/packets/reprove.ts';
import { openCalls } from '../../src/ceremony/reprove.ts';
import { route, walk } from '../../src/ceremony/route.ts';
import { whyNotMoving } from '../../src/ceremony/why.ts';
import { verifyStatement } from '../../src/crypto/proof-of-life.ts';
import { Ceremony, interpolated, type Person, people } from './committee.ts';

/* Later turns of the proof of life: rule 3. Dave accepts, and is never seen again. */

const cast = Object.values(people('reprove', 'alice', 'bob', 'carol', 'dave'));
const [alice, bob, carol, dave] = cast as [Person, Person, Person, Person];
const there = [alice, bob, carol];
const genesis = new Ceremony({ cast, members: cast, threshold: 2 }).run();

function handover(number: number, threshold = 2): Ceremony {
  for (const person of cast) person.votes.length = 0;
  const facts = { ticket: `number ${number}` };
  const wish = { cast, parent: genesis.link, members: cast, threshold, dealers: [1, 2, 3], facts };
  return new Ceremony(wish);
}

/** All have accepted, and those who are there have signed turn 0. */
const stranded = (number: number): Ceremony =>
  handover(number).run((who, duty) => duty === 'close' || (duty === 'activate' && who === 'dave'));
const owes = (ceremony: Ceremony, who: Person) =>
  owedBy(ceremony.view, ceremony.plan.byIdentity.get(who.identity) as never);
const named = (ceremony: Ceremony) => ceremony.view.faults.map(({ member, fault }) => `${member} ${fault}`);
const digest = (packet: { digest: string }) => fromHex(packet.digest) as Uint8Array;
const letGo = (signed: readonly { packet: Uint8Array; blocked: Uint8Array | null }[] = []) => ({
  signed: [...signed],
  salvage: false,
  reason: 'gone',
});

describe('a later turn', () => {
  it('of those who are left proves the new committee, and the one left out is declared lost', () => {
    const ceremony = stranded(1);
    expect(ceremony.view.phase).toBe('activating');
    expect(waitedFor(ceremony.view)).toEqual(['dave']);
    ceremony.reprove(alice, there);
    expect(there.map((who) => owes(ceremony, who))).toEqual([['reprove'], ['reprove'], ['reprove']]);
    expect(owes(ceremony, dave)).toEqual(['activate']);
    ceremony.run((who) => who === 'dave');
    const { current, phase, faults, contradictions, waiting } = ceremony.view;
    expect({ phase, faults, contradictions, waiting }).toEqual({
      phase: 'complete',
      faults: [],
      contradictions: [],
      waiting: [],
    });
    expect(current.proof?.lost.map(({ name }) => name)).toEqual(['dave']);
    expect(outstanding(ceremony.view)).toEqual(['dave']);
    expect(waitedFor(ceremony.view)).toEqual([]);
    expect(checksOf(ceremony.view).filter(({ ok }) => !ok)).toEqual([]);
    for (const { suite, publicKey, message, signature } of proofsOfLife(ceremony.link)) {
      expect(verifiers[suite]).toBeDefined();
      expect(verifyStatement(suite, publicKey, message, signature)).toBe(true);
    }
    expect(interpolated(ceremony.link.proven, [{ person: bob }, { person: carol }])).toBe(
      interpolated(genesis.link.proven, [{ person: alice }, { person: dave }]),
    );
  });

  it('is signed first and then another one is asked for nothing: turn 0 can still come, and both prove the same', () => {
    const ceremony = stranded(2);
    ceremony.reprove(alice, there);
    ceremony.do(dave, 'activate');
    expect(ceremony.view.current.proof?.lost).toEqual([]);
    expect(ceremony.view.current.proof?.signed).toHaveLength(4);
  });

  it('with the most signers is the one that is closed on, and a closing on the other one counts as well', () => {
    const ceremony = stranded(3);
    ceremony.reprove(alice, there);
    ceremony.run((_, duty) => duty === 'close' || duty === 'activate');
    const before = ceremony.closingBody();
    ceremony.do(dave, 'activate');
    expect(ceremony.view.current.proof?.signed).toHaveLength(4);
    ceremony.say(alice, 'closing', before);
    expect(ceremony.view.current.closings.size).toBe(1);
    expect(ceremony.view.waiting).toEqual([]);
  });

  it('a closing on a turn that is not complete here waits', () => {
    const ceremony = stranded(4);
    ceremony.reprove(alice, there);
    ceremony.run((_, duty) => duty === 'close' || duty === 'activate');
    ceremony.say(alice, 'closing', { ...ceremony.closingBody(), turn: new Uint8Array(32) });
    expect(ceremony.view.current.closings.size).toBe(0);
    expect(ceremony.view.waiting).toMatchObject([{ names: 'the complete turn' }]);
  });

  it('makes the new share active as turn 0 does', () => {
    const ceremony = handover(5).before('activate');
    ceremony.reprove(alice, there);
    ceremony.run((who, duty) => duty === 'activate' || who === 'dave');
    expect(ceremony.view.phase).toBe('complete');
    expect(ceremony.view.current.activations.size).toBe(0);
  });

  it('of as many as all is one of those without a member that lost its nonces', () => {
    const ceremony = stranded(6);
    ceremony.reprove(alice, cast);
    ceremony.run((_, duty) => duty === 'activate');
    expect(ceremony.view.phase).toBe('complete');
    expect(ceremony.view.current.proof?.lost).toEqual([]);
  });

  it('is walked to by the stick with those whom it names, and with nobody else', () => {
    const ceremony = stranded(7);
    ceremony.reprove(alice, there);
    expect(route(ceremony.view, 'alice')).toEqual(['alice', 'bob', 'carol', 'alice', 'bob', 'carol', 'alice']);
    expect(walk(ceremony.view, { from: 'alice' }).stops.at(-1)?.does).toEqual(['close']);
    const stops = route(ceremony.view, 'alice').slice(0, -1);
    for (const name of stops) {
      const who = cast.find((person) => person.name === name) as Person;
      for (let duty = owes(ceremony, who)[0]; duty !== undefined; duty = owes(ceremony, who)[0]) ceremony.do(who, duty);
    }
    expect(route(ceremony.view, 'carol')).toEqual(['alice']);
  });

  it('is named where somebody is waited for who may never come', () => {
    const { view } = stranded(8);
    const obstacle = whyNotMoving(view).find(({ duty }) => duty === 'activate');
    expect(obstacle?.otherwise).toContain('conclave reprove --signers alice,bob,carol');
  });

  it('stands in the manifest with its caller, its signers and whom it declares lost', () => {
    const ceremony = stranded(9);
    ceremony.reprove(bob, [bob, carol]);
    expect(manifestOf(ceremony.view).reproves).toMatchObject([
      { caller: 'bob', number: 1, signers: ['bob', 'carol'], lost: ['alice', 'dave'], reason: 'lost', complete: false },
    ]);
  });
});

describe('a call', () => {
  it.each<[string, (honest: PacketOf<'reprove'>['body']) => Partial<PacketOf<'reprove'>['body']>]>([
    ['fewer signers than the threshold', () => ({ signers: [1, 2] })],
    ['a signer twice', () => ({ signers: [1, 1, 2] })],
    ['signers out of order', () => ({ signers: [2, 1, 3] })],
    ['a signer that is no new member', () => ({ signers: [1, 2, 5] })],
    ['others, but not its author', () => ({ signers: [2, 3, 4] })],
    [
      'acceptances of somebody else twice',
      ({ certificate: [a, , ...rest] }) => ({ certificate: [a, a, ...rest] as never }),
    ],
    ['acceptances out of order', ({ certificate }) => ({ certificate: certificate.toReversed() })],
    [
      'two acceptances out of order, and the others in it',
      ({ certificate: [a, b, ...rest] }) => ({ certificate: [b, a, ...rest] as never }),
    ],
    ['fewer acceptances than there are members', ({ certificate }) => ({ certificate: certificate.slice(1) })],
  ])('that names %s is a fault of its author, and nobody answers it', (_, change) => {
    const ceremony = handover(10, 3).run((who, duty) => duty === 'close' || (duty === 'activate' && who === 'dave'));
    const honest = ceremony.reprove(alice, there) as PacketOf<'reprove'>;
    ceremony.forget(honest as never);
    ceremony.say(alice, 'reprove', { ...honest.body, ...change(honest.body) });
    expect(named(ceremony)).toEqual(['alice TURN_INVALID']);
    expect(ceremony.view.current.reproves).toEqual([]);
    expect(owes(ceremony, bob)).toEqual([]);
  });

  it('waits while an acceptance that it names is not here, and its answers wait with it', () => {
    const ceremony = stranded(11);
    const call = ceremony.reprove(alice, there);
    ceremony.do(bob, 'reprove');
    ceremony.forget(call);
    expect(ceremony.view.waiting).toMatchObject([{ names: 'a call' }]);
    expect(named(ceremony)).toEqual([]);
    const other = stranded(11);
    const second = other.reprove(alice, there);
    other.do(bob, 'reprove');
    other.forget(other.said(dave, 'acceptance'));
    const waiting = other.view.waiting.filter(({ packet }) => packet === second.digest);
    expect(waiting).toMatchObject([{ names: 'an acceptance' }]);
    expect(named(other)).toEqual([]);
  });

  it('makes its answers wait with it, whatever somebody else has said that is a fault', () => {
    const ceremony = stranded(21);
    const call = ceremony.reprove(alice, there);
    const answer = ceremony.commit(bob, ceremony.reproveView());
    ceremony.say(dave, 'endorsement', { vote: { parent: new Uint8Array(32), slot: 0, prior: [] } });
    ceremony.forget(ceremony.said(carol, 'acceptance') as never);
    expect(ceremony.view.waiting).toEqual(
      expect.arrayContaining([
        { packet: call.digest, names: 'an acceptance' },
        { packet: answer.digest, names: 'a call' },
      ]),
    );
    expect(named(ceremony)).toEqual(['dave VOTE_INVALID']);
  });

  it('by the same author again takes the place of the one before', () => {
    const ceremony = stranded(12);
    ceremony.reprove(alice, there);
    ceremony.reprove(alice, [alice, bob]);
    expect(openCalls(ceremony.view.current).map(({ signers }) => signers.map(({ name }) => name))).toEqual([
      ['alice', 'bob'],
    ]);
    expect(owes(ceremony, carol)).toEqual([]);
    expect(owes(ceremony, bob)).toEqual(['reprove']);
  });

  it('is bounded in number', () => {
    const ceremony = stranded(13);
    expect(() => ceremony.reprove(alice, there, { number: mostCalls + 1 })).toThrow();
  });

  it('two times under one number is a contradiction', () => {
    const ceremony = stranded(14);
    ceremony.reprove(alice, there);
    ceremony.reprove(alice, [alice, bob], { number: 1 });
    expect(ceremony.view.contradictions).toMatchObject([{ member: 'alice', grave: true }]);
  });

  it('is answered by nobody where a named signer let go of the attempt', () => {
    const ceremony = handover(15).before('activate');
    ceremony.reprove(alice, there);
    ceremony.say(carol, 'release', letGo());
    expect(openCalls(ceremony.view.current)).toEqual([]);
    expect(owes(ceremony, bob)).toEqual(['activate']);
    expect(owes(ceremony, carol)).toEqual([]);
  });

  it('whose answer comes from somebody whom it does not name is a fault of that one', () => {
    const ceremony = stranded(16);
    ceremony.reprove(alice, there);
    ceremony.commit(dave, ceremony.reproveView());
    expect(named(ceremony)).toEqual(['dave TURN_INVALID']);
    ceremony.run((who) => who === 'dave');
    expect(ceremony.view.phase).toBe('complete');
  });

  it('that is none makes its answers faults', () => {
    const ceremony = stranded(17);
    ceremony.reprove(alice, there);
    const view = ceremony.reproveView();
    ceremony.commit(bob, { ...view, id: digest(ceremony.said(bob, 'acceptance')) });
    expect(named(ceremony)).toEqual(['bob TURN_INVALID']);
  });

  it('is spoilt by two commitments of one signer, which convict it', () => {
    const ceremony = stranded(18);
    ceremony.reprove(alice, there);
    const view = ceremony.reproveView();
    ceremony.commit(bob, view);
    ceremony.commit(bob, view);
    expect(ceremony.view.contradictions).toMatchObject([{ member: 'bob', grave: true }]);
    expect(owes(ceremony, carol)).toEqual([]);
    expect(openCalls(ceremony.view.current)).toEqual([]); // nor does the stick walk for it
  });

  it('is spoilt by a signature share that is wrong, which names its author alone', () => {
    const ceremony = stranded(19);
    ceremony.reprove(alice, there);
    for (const who of there) ceremony.commit(who, ceremony.reproveView());
    const view = ceremony.reproveView();
    const honest = ceremony.signCall(bob, view) as PacketOf<'signature'>;
    ceremony.forget(honest as never);
    ceremony.say(bob, 'signature', {
      ...honest.body,
      shares: honest.body.shares.map((one) => one.map((b, i) => (i === 0 ? b ^ 1 : b))),
    });
    expect(named(ceremony)).toEqual(['bob SIGNATURE_INVALID']);
    expect(owes(ceremony, carol)).toEqual([]);
    // and the others can call for one without the liar
    ceremony.reprove(alice, [alice, carol]);
    ceremony.run((who) => who === 'dave' || who === 'bob');
    expect(ceremony.view.current.proof?.lost.map(({ name }) => name)).toEqual(['bob', 'dave']);
  });
});

describe('a release after a later turn', () => {
  /** Alice has signed the turn that she called for with bob; bob has committed only. */
  function signedOnce(number: number) {
    const ceremony = handover(number).before('activate');
    ceremony.reprove(alice, [alice, bob]);
    ceremony.commit(alice, ceremony.reproveView());
    ceremony.commit(bob, ceremony.reproveView());
    return { ceremony, mine: digest(ceremony.signCall(alice, ceremony.reproveView())) };
  }

  it('has to list what was signed there, and is blocked by a named signer alone', () => {
    const { ceremony, mine } = signedOnce(30);
    const carols = ceremony.say(carol, 'release', letGo());
    const wrong = ceremony.say(alice, 'release', letGo([{ packet: mine, blocked: digest(carols) }]));
    expect(named(ceremony)).toEqual(['alice RELEASE_INVALID']);
    ceremony.forget(wrong);
    const bobs = ceremony.say(bob, 'release', letGo());
    ceremony.say(alice, 'release', letGo([{ packet: mine, blocked: digest(bobs) }]));
    expect(named(ceremony)).toEqual([]);
    expect(ceremony.view.current.death).toMatchObject({ why: 'released' });
  });

  it('that leaves it out is a contradiction', () => {
    const { ceremony } = signedOnce(31);
    ceremony.say(alice, 'release', letGo());
    expect(ceremony.view.contradictions).toMatchObject([{ member: 'alice', grave: true }]);
  });

  it('is proof enough for a later vote, with the call that it is about', () => {
    const { ceremony, mine } = signedOnce(32);
    const bobs = ceremony.say(bob, 'release', letGo());
    ceremony.say(carol, 'release', letGo());
    ceremony.say(alice, 'release', letGo([{ packet: mine, blocked: digest(bobs) }]));
    const kinds = ceremony.view.current.death?.evidence.map(({ kind }) => kind).sort();
    expect(kinds).toEqual(['release', 'release', 'release', 'reprove', 'signature']);
    const facts = { ticket: 'number 33' };
    const next = new Ceremony({ cast, parent: genesis.link, members: cast, threshold: 2, dealers: [1, 2, 3], facts });
    next.run();
    expect(next.view.phase).toBe('complete');
    expect(next.view.faults).toEqual([]);
  });

  it('that lists an answer to something that is no call never counts', () => {
    const { ceremony } = signedOnce(35);
    const bobs = ceremony.say(bob, 'release', letGo());
    const call = digest(ceremony.said(bob, 'acceptance'));
    const commitments = [new Uint8Array(32), new Uint8Array(32)];
    const stray = ceremony.say(alice, 'signature', { call, commitments, shares: [new Uint8Array(32)] });
    ceremony.say(alice, 'release', letGo([{ packet: digest(stray), blocked: digest(bobs) }]));
    expect(named(ceremony)).toContain('alice RELEASE_INVALID');
    expect(ceremony.view.current.releases.has(alice.identity)).toBe(false);
  });

  it('waits for the call of what it lists', () => {
    const { ceremony, mine } = signedOnce(34);
    const bobs = ceremony.say(bob, 'release', letGo());
    ceremony.say(alice, 'release', letGo([{ packet: mine, blocked: digest(bobs) }]));
    const call = ceremony.view.packets.find((packet) => isKind(packet, 'reprove'));
    ceremony.forget(call as never);
    expect(ceremony.view.current.releases.has(alice.identity)).toBe(false);
    expect(named(ceremony)).toEqual([]);
  });
});
