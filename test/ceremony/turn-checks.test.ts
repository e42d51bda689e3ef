import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../src/bytes/hex.ts';
import { owedBy } from '../../src/ceremony/duties.ts';
import type { BodyOf, PacketOf } from '../../src/ceremony/kinds.ts';
import type { Share } from '../../src/ceremony/packets/acceptance.ts';
import { type Certificate, draftActivation, turnZero } from '../../src/ceremony/packets/activation.ts';
import { calledTurn } from '../../src/ceremony/packets/signature.ts';
import { callsToAnswer, mostTurns, mostTurnsOfOne, openCalls, type ReproveView } from '../../src/ceremony/reprove.ts';
import { code } from '../vault/support.ts';
import { Ceremony, type Person, people } from './committee.ts';

/* One check of the later turns after the other, each with what only this check refuses or keeps apart. */

const cast = Object.values(people('turn checks', 'alice', 'bob', 'carol', 'dave'));
const [alice, bob, carol, dave] = cast as [Person, Person, Person, Person];
const members = [alice, bob, carol];
const genesis = new Ceremony({ cast, members, threshold: 2 }).run();
let count = 0;

/** Everybody accepted, and nobody signed. */
function certified(receivers = members): Ceremony {
  for (const person of cast) person.votes.length = 0;
  const facts = { ticket: `number ${++count}` };
  const wish = { cast, parent: genesis.link, members: receivers, threshold: 2, dealers: [1, 2], facts };
  return new Ceremony(wish).before('activate');
}

const digest = (packet: { digest: string }) => fromHex(packet.digest) as Uint8Array;
const named = ({ view }: Ceremony) => view.faults.map(({ member, fault }) => `${member} ${fault}`);
const owes = ({ view, plan }: Ceremony, who: Person) => owedBy(view, plan.byIdentity.get(who.identity) as never);
const calls = ({ view }: Ceremony) => openCalls(view.current).map(({ packet }) => packet.digest);
const release = (signed: BodyOf<'release'>['signed'] = [], salvage = false) => ({ signed, salvage, reason: 'gone' });

describe('a call', () => {
  it('is for new members: nobody else can say it', () => {
    const ceremony = certified([alice, bob, dave]);
    expect(code(() => ceremony.reprove(carol, [alice, bob]))).toBe('AUTHOR_UNKNOWN');
  });

  it('takes the place of earlier ones of its author alone', () => {
    const ceremony = certified();
    const first = ceremony.reprove(alice, [alice, bob]);
    const bobs = ceremony.reprove(bob, [bob, carol]);
    const second = ceremony.reprove(alice, [alice, carol]);
    expect(new Set(calls(ceremony))).toEqual(new Set([bobs.digest, second.digest]));
    expect(calls(ceremony)).not.toContain(first.digest);
  });

  it('that is refused has no good answers: they are faults of who gave them, and wait for nothing', () => {
    const ceremony = certified();
    const good = ceremony.reprove(alice, [alice, bob]) as PacketOf<'reprove'>;
    const view = ceremony.reproveView();
    const bad = ceremony.say(alice, 'reprove', { ...good.body, number: 2, signers: [2, 3] });
    ceremony.commit(bob, { ...view, id: digest(bad) });
    expect(new Set(named(ceremony))).toEqual(new Set(['alice TURN_INVALID', 'bob TURN_INVALID']));
    expect(ceremony.view.waiting).toEqual([]);
  });

  it('of another attempt is no call of this one, though it is here', () => {
    const ceremony = certified();
    const call = ceremony.reprove(alice, [alice, bob]);
    const view = ceremony.reproveView();
    for (const who of members) ceremony.say(who, 'release', release());
    ceremony.amend(alice);
    expect(ceremony.view.current.attempt.number).toBe(1);
    const answer = ceremony.commit(bob, view);
    expect(ceremony.view.faults).toMatchObject([{ member: 'bob', fault: 'TURN_INVALID', packet: answer.digest }]);
    expect(call.digest).not.toBe(answer.digest);
  });

  it('with an answer that spoils it is open no longer, and neither is one that is complete', () => {
    const ceremony = certified();
    ceremony.reprove(alice, [alice, bob]);
    for (const _ of [1, 2]) ceremony.commit(bob, ceremony.reproveView());
    expect(ceremony.reproveView().turn).toBeNull();
    expect(calls(ceremony)).toEqual([]);
    const second = ceremony.reprove(alice, [alice, carol]);
    expect(calls(ceremony)).toEqual([second.digest]);
    for (const who of [alice, carol, alice, carol]) ceremony.answer(who);
    expect(ceremony.reproveView(second).complete).toHaveLength(1);
    expect(calls(ceremony)).toEqual([]);
  });

  it('stays open for the others where a signer let go of the attempt after it had signed there', () => {
    const ceremony = certified();
    const call = ceremony.reprove(alice, [alice, bob]);
    for (const who of [alice, bob]) ceremony.answer(who);
    const mine = digest(ceremony.answer(alice));
    ceremony.say(alice, 'release', release([{ packet: mine, blocked: null }], true));
    expect(named(ceremony)).toEqual([]);
    expect(calls(ceremony)).toEqual([call.digest]);
    expect([owes(ceremony, alice), owes(ceremony, bob)]).toEqual([[], ['activate', 'reprove']]);
    // and the turn can still come: that is what the override was typed for
    ceremony.answer(bob);
    expect(ceremony.view.current.proof?.signed).toHaveLength(2);
  });

  it('is answered only as often as what was signed fits into a release, with the activation', () => {
    const ceremony = certified();
    ceremony.reprove(alice, [alice, bob]);
    const call = ceremony.reproveView();
    const signedBy = (who: string, caller: string): ReproveView => ({
      ...call,
      caller: { ...call.caller, identity: caller },
      superseded: true,
      signatures: new Map([[who, {} as never]]),
    });
    const answered = (turns: number, who = bob.identity, caller = 'another') =>
      callsToAnswer(
        { reproves: [...Array(turns).fill(signedBy(who, caller)), call], releases: new Map() },
        bob.identity,
      );
    expect(answered(mostTurns - 2)).toEqual([call]);
    expect(answered(mostTurns - 1)).toEqual([]);
    expect(answered(mostTurns - 1, carol.identity)).toEqual([call]);
    // and of one caller no more than its part
    expect(answered(mostTurnsOfOne - 1, bob.identity, alice.identity)).toEqual([call]);
    expect(answered(mostTurnsOfOne, bob.identity, alice.identity)).toEqual([]);
  });
});

describe('what is committed to and signed in a turn', () => {
  /** Called, and committed to by both. */
  function committed() {
    const ceremony = certified();
    ceremony.reprove(alice, [alice, bob]);
    for (const who of [alice, bob]) ceremony.answer(who);
    return ceremony;
  }

  it('is for new members: nobody else can commit or sign', () => {
    const ceremony = certified([alice, bob, dave]);
    const call = ceremony.reprove(alice, [alice, bob]);
    const nonces = [{ hiding: new Uint8Array(32), binding: new Uint8Array(32) }];
    expect(code(() => ceremony.say(carol, 'commitment', { call: digest(call), nonces }))).toBe('AUTHOR_UNKNOWN');
    const shares = [new Uint8Array(32)];
    const commitments = [digest(call), digest(call)];
    expect(code(() => ceremony.say(carol, 'signature', { call: digest(call), commitments, shares }))).toBe(
      'AUTHOR_UNKNOWN',
    );
  });

  it('has one nonce for each key, each of them two good points', () => {
    const ceremony = certified();
    ceremony.reprove(alice, [alice, bob]);
    const honest = ceremony.answer(alice) as PacketOf<'commitment'>;
    ceremony.forget(honest as never);
    const [nonce] = honest.body.nonces as [BodyOf<'commitment'>['nonces'][number]];
    const tried = (nonces: BodyOf<'commitment'>['nonces']) => {
      const said = ceremony.say(alice, 'commitment', { ...honest.body, nonces });
      const found = [named(ceremony), ceremony.reproveView().spoilt.map(({ name }) => name)];
      ceremony.forget(said);
      return found;
    };
    expect(tried([nonce])).toEqual([[], []]);
    expect(tried([nonce, nonce])).toEqual([['alice TURN_INVALID'], ['alice']]);
    for (const part of ['hiding', 'binding'] as const)
      expect(tried([{ ...nonce, [part]: new Uint8Array(32) }])).toEqual([['alice POINT_INVALID'], ['alice']]);
  });

  it('waits for each commitment that it names, and counts with those of all signers in order alone', () => {
    const ceremony = committed();
    const call = ceremony.reproveView();
    const signed = ceremony.signCall(bob, call) as PacketOf<'signature'>;
    const [a, b] = signed.body.commitments as [Uint8Array, Uint8Array];
    expect(ceremony.without(ceremony.said(alice, 'commitment')).waiting).toEqual([
      { packet: signed.digest, names: 'a commitment' },
    ]);
    ceremony.forget(signed as never);
    for (const commitments of [
      [b, a],
      [a, a],
      [a, b, b],
    ] as const) {
      const said = ceremony.say(bob, 'signature', { ...signed.body, commitments: [...commitments] });
      expect([named(ceremony), ceremony.view.waiting]).toEqual([['bob TURN_INVALID'], []]);
      expect(ceremony.reproveView().spoilt.map(({ name }) => name)).toEqual(['bob']);
      ceremony.forget(said);
    }
    const twice = ceremony.say(bob, 'signature', {
      ...signed.body,
      shares: [...signed.body.shares, ...signed.body.shares],
    });
    expect(named(ceremony)).toEqual(['bob TURN_INVALID']);
    ceremony.forget(twice);
  });

  it('is a turn of all who are named: a signature over the commitments of fewer is a fault, however good it is', () => {
    const ceremony = certified();
    ceremony.reprove(alice, members);
    for (const who of members) ceremony.answer(who);
    const call = ceremony.reproveView();
    const commitments = call.turn?.commitments.slice(0, 2) ?? [];
    const fewer = calledTurn(call.id, call.descriptor, call.statement, commitments);
    const signed = ceremony.signCall(bob, { ...call, turn: fewer });
    expect(named(ceremony)).toEqual(['bob TURN_INVALID']);
    ceremony.forget(signed);
    ceremony.signCall(bob, call);
    expect(named(ceremony)).toEqual([]);
  });

  it('is a turn of the drill in a drill, where no call is looked for', () => {
    const facts = { kind: 'drill' as const, new: [], dealers: [], reserves: [], signers: [1, 2], weak: [] };
    const drill = new Ceremony({ cast, parent: genesis.link, members, threshold: 2, facts });
    drill.drillStep(alice);
    expect([drill.view.waiting, drill.view.faults, drill.view.phase]).toEqual([[], [], 'proving']);
  });

  it('has its nonces answered for by who committed: the same two packets under another name count for nothing', () => {
    const ceremony = committed();
    const bobs = ceremony.said(bob, 'commitment');
    const again = ceremony.say(carol, 'commitment', bobs.body);
    expect(named(ceremony)).toEqual(['carol TURN_INVALID']);
    ceremony.forget(again);
    for (const who of [alice, bob]) ceremony.answer(who);
    expect(ceremony.view.current.proof?.signed).toHaveLength(2);
  });
});

describe('the certificate that a packet names', () => {
  it('is of this attempt and of acceptances that are good: anything else is a fault, and not waited for', () => {
    const ceremony = certified();
    const good = ceremony.reprove(alice, [alice, bob]) as PacketOf<'reprove'>;
    ceremony.forget(good as never);
    const [, ...rest] = good.body.certificate as [Uint8Array, ...Uint8Array[]];
    const tried = (first: { digest: string }) => {
      const said = ceremony.say(alice, 'reprove', { ...good.body, certificate: [digest(first), ...rest] });
      const found = [named(ceremony).filter((one) => one.endsWith('TURN_INVALID')), ceremony.view.waiting];
      ceremony.forget(said);
      return found;
    };
    const wrong = [['alice TURN_INVALID'], []];
    expect(tried(ceremony.said(alice, 'deal'))).toEqual(wrong);
    const honest = ceremony.said(alice, 'acceptance');
    const proof = honest.body.possession.map((one) => ({
      ...one,
      proof: one.proof.map((byte, at) => (at === 40 ? byte ^ 1 : byte)),
    }));
    const bad = ceremony.say(alice, 'acceptance', { ...honest.body, possession: proof });
    expect(tried(bad)).toEqual(wrong);
    ceremony.forget(bad);
    const elsewhere = ceremony.say(alice, 'acceptance', honest.body, { attempt: new Uint8Array(32).fill(7) });
    expect(tried(elsewhere)).toEqual(wrong);
    ceremony.forget(elsewhere);
    // one that is not here may be anything
    expect(tried({ digest: '07'.repeat(32) })).toMatchObject([[], [{ names: 'an acceptance' }]]);
  });

  it('of an activation is made of one acceptance of every member, however many are here', () => {
    const ceremony = certified();
    const honest = ceremony.activationBody(alice);
    const second = ceremony.say(carol, 'acceptance', ceremony.acceptanceBody(carol));
    const tried = (certificate: Uint8Array[]) => {
      const said = ceremony.say(alice, 'activation', { ...honest, certificate });
      const found = named(ceremony);
      ceremony.forget(said);
      return found;
    };
    const [a, b, c] = honest.certificate as [Uint8Array, Uint8Array, Uint8Array];
    expect(tried([a, b, c])).toEqual([]);
    for (const wrong of [
      [a, b],
      [a, b, c, digest(second)],
      [a, c, b],
      [a, b, b],
    ])
      expect(tried(wrong)).toEqual(['alice ACTIVATION_INVALID']);
  });

  it('is of acceptances over one transcript, which the activation names as well', () => {
    const ceremony = certified();
    const honest = ceremony.activationBody(alice);
    const tried = (body: BodyOf<'activation'>) => {
      const said = ceremony.say(alice, 'activation', body);
      const found = named(ceremony);
      ceremony.forget(said);
      return found;
    };
    expect(tried({ ...honest, transcript: new Uint8Array(32) })).toEqual(['alice ACTIVATION_INVALID']);
    const twice = [...honest.shares, ...honest.shares];
    expect(tried({ ...honest, shares: twice })).toEqual(['alice ACTIVATION_INVALID']);
    // bob dealt twice; alice and bob accepted the one dealing, and carol the other
    const first = ceremony.view.current.turn?.certificate as Certificate;
    const { vote } = ceremony.said(bob, 'deal').body;
    const one = ceremony.said(bob, 'deal');
    const other = ceremony.say(bob, 'deal', { ...ceremony.dealBody(bob), vote });
    ceremony.forget(one as never);
    const accepted = ceremony.say(carol, 'acceptance', ceremony.acceptanceBody(carol));
    ceremony.bring(one.bytes);
    expect(ceremony.view).toMatchObject({ faults: [], waiting: [] });
    const third = { ...first.acceptances[2], packet: accepted } as Certificate['acceptances'][number];
    const acceptances = [...first.acceptances.slice(0, 2), third];
    const mixed = turnZero({ transcript: first.transcript, acceptances });
    const nonces = (alice.nonces.get(toHex(first.transcript.hash)) ?? []).map((nonce) => new Uint8Array(nonce));
    const share = alice.shares.get(toHex(first.transcript.descriptor.id)) as Share;
    expect(other.digest).not.toBe(one.digest);
    expect(tried(draftActivation(mixed, 1, share, nonces))).toEqual(['alice ACTIVATION_INVALID']);
  });

  it('is that of the closing too: one on the turn of another transcript waits', () => {
    const ceremony = certified();
    ceremony.run((_, duty) => duty === 'close');
    const body = ceremony.closingBody();
    ceremony.say(alice, 'closing', { ...body, transcript: new Uint8Array(32) });
    expect(ceremony.view.current.closings.size).toBe(0);
    expect(ceremony.view.waiting).toMatchObject([{ names: 'the complete turn' }]);
  });
});
