import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../src/bytes/hex.ts';
import { checksOf } from '../../src/ceremony/checks.ts';
import type { Descriptor } from '../../src/ceremony/descriptor.ts';
import { drillStatementOf } from '../../src/ceremony/drill.ts';
import { membersOf, waitedFor } from '../../src/ceremony/duties.ts';
import { provesPossession } from '../../src/ceremony/packets/census.ts';
import type { CalledTurn } from '../../src/ceremony/packets/signature.ts';
import { walk } from '../../src/ceremony/route.ts';
import { censusResult, drillResult } from '../../src/ceremony/still-result.ts';
import { succession } from '../../src/ceremony/succession.ts';
import { statementMessage, verifyStatement } from '../../src/crypto/proof-of-life.ts';
import { code } from '../vault/support.ts';
import { Ceremony, type Person, people, type Wish } from './committee.ts';

const cast = people('drill', 'alice', 'bob', 'carol', 'dave');
const { alice, bob, carol, dave } = cast;
const all = Object.values(cast);
const founding = new Ceremony({
  cast: all,
  members: all,
  threshold: 2,
  keys: [
    { label: 'main', suite: 'secp256k1-tr' },
    { label: 'cold', suite: 'ed25519' },
  ],
}).run();
const parent = founding.link;
const descriptor: Descriptor = parent.proven;
let count = 0;

function still(kind: 'drill' | 'census', facts: Wish['facts'] = {}, more: Partial<Wish> = {}): Ceremony {
  const random = new Uint8Array(32).fill(++count);
  const signers = kind === 'drill' ? { signers: [1, 3] } : {};
  const fixed = { kind, random, new: [], dealers: [], reserves: [], ...signers, ...facts };
  return new Ceremony({ cast: all, members: [], threshold: 2, parent, facts: fixed, ...more });
}
const flip = (bytes: Uint8Array): Uint8Array => bytes.map((byte, at) => (at === 31 ? byte ^ 1 : byte));
const failing = (ceremony: Ceremony): string[] =>
  checksOf(ceremony.view).flatMap(({ check, ok, open }) => (ok || open ? [] : [check]));

describe('a plan that moves no share', () => {
  it('has no answer in one that is to another call: its author has spoilt the drill, and committed to nothing', () => {
    const drill = still('drill');
    const body = drill.commitmentBody(alice);
    drill.say(alice, 'commitment', { ...body, call: new Uint8Array(32).fill(9) });
    expect(drill.view.drill?.commitments.size).toBe(0);
    expect(drill.view.drill?.spoilt.map(({ name }) => name)).toEqual(['alice']);
    expect(drill.view.phase).toBe('failed');
    expect(drill.view.faults.map(({ member, detail }) => `${member}: ${detail}`)).toEqual([
      'alice: answers another call than that of the plan',
    ]);
  });

  it('keeps epoch, committee and threshold, and asks only those whom it names', () => {
    const { plan, view } = still('drill');
    expect(plan).toMatchObject({ epoch: { from: 0, to: 0 }, threshold: 2, quorum: 0, weak: [], receivers: [] });
    expect(view.phase).toBe('proposed');
    expect(membersOf(view).map(({ owes }) => owes)).toEqual([['drill'], [], ['drill'], []]);
    expect(membersOf(still('census').view).map(({ owes }) => owes)).toEqual(Array(4).fill(['census']));
  });

  it('is refused where it names dealers, receivers, a destruction, another threshold, or signers that are none', () => {
    const receiver = { card: 0, prekey: alice.card.prekeys[0] as Uint8Array };
    const lost = [{ card: null }, { card: 0 }, { card: 1 }, { card: 2 }];
    for (const facts of [
      { dealers: [1, 2] },
      { reserves: [1] },
      { new: [receiver, { card: 1, prekey: bob.card.prekeys[0] as Uint8Array }] },
      { threshold: 3 },
      { copies: 1 },
      { backup: 'required' as const },
      { destroy: 'ask' as const },
      { signers: [1] },
      { signers: [3, 1] },
      { signers: [1, 1] },
      { signers: [1, 5] },
      { belowQuorum: 'we mean it' },
    ])
      expect([Object.keys(facts), ['PLAN_INVALID', 'SCHEMA'].includes(code(() => still('drill', facts)))]).toEqual([
        Object.keys(facts),
        true,
      ]);
    expect(code(() => still('census', { signers: [1, 2] }))).toBe('PLAN_INVALID');
    expect(code(() => still('drill', { old: lost }))).toBe('PLAN_INVALID');
    const { signers: _, ...without } = { signers: 0, kind: 'drill' as const };
    const moved = { ...without, new: [], dealers: [], reserves: [] };
    expect(code(() => new Ceremony({ cast: all, members: [], threshold: 2, parent, facts: moved }))).toBe(
      'PLAN_INVALID',
    );
    const reshare = { facts: { signers: [1, 2] } };
    expect(code(() => new Ceremony({ cast: all, members: all, threshold: 2, parent, ...reshare }))).toBe(
      'PLAN_INVALID',
    );
  });

  it('has at least as many signers as the threshold of the committee that is asked', () => {
    const strict = new Ceremony({ cast: all, members: all, threshold: 3 }).run().link;
    const asked = (signers: number[]) => () => still('drill', { signers }, { parent: strict, threshold: 3 });
    expect(code(asked([1, 3]))).toBe('PLAN_INVALID');
    expect(asked([1, 2, 3])().view.phase).toBe('proposed');
  });

  it('has no place for a vote, a deal or a closing, nor another plan for a signature', () => {
    const drill = still('drill');
    const census = still('census');
    const say = (where: Ceremony, who: Person, kind: string) => code(() => where.bring(where.sign(who, kind, {})));
    for (const kind of ['endorsement', 'deal', 'acceptance', 'activation', 'closing'])
      expect([say(drill, alice, kind), say(census, alice, kind)]).toEqual(['AUTHOR_UNKNOWN', 'AUTHOR_UNKNOWN']);
    expect(say(drill, alice, 'census')).toBe('AUTHOR_UNKNOWN');
    expect(say(drill, bob, 'commitment')).toBe('AUTHOR_UNKNOWN'); // no named signer
    expect(say(drill, bob, 'signature')).toBe('AUTHOR_UNKNOWN');
    for (const kind of ['reprove', 'release']) expect(say(drill, alice, kind)).toBe('AUTHOR_UNKNOWN');
    expect(say(founding, alice, 'census')).toBe('AUTHOR_UNKNOWN');
  });

  it('waits for the approvals that the policy or the plan asks for', () => {
    const drill = still('drill', {}, { approvers: [dave], approvals: 1 });
    expect(waitedFor(drill.view)).toEqual(['dave']);
    drill.run();
    expect(drill.view.phase).toBe('complete');
    const refused = still('census', {}, { approvers: [dave], approvals: 1 });
    refused.refuse(dave, 'approver');
    expect(refused.view.phase).toBe('aborted');
    expect(waitedFor(refused.view)).toEqual([]);
  });
});

describe('a drill', () => {
  it('ends with a signature of each key that any verifier of its kind takes, over the statement of this drill', () => {
    const drill = still('drill').run();
    expect(drill.view).toMatchObject({ phase: 'complete', faults: [], contradictions: [], waiting: [] });
    const { signatures } = drillResult(drill.view) as NonNullable<ReturnType<typeof drillResult>>;
    expect(signatures.map(({ suite }) => suite)).toEqual(['secp256k1-tr', 'ed25519']);
    for (const { suite, publicKey, message, signature } of signatures) {
      const made = [fromHex(publicKey), fromHex(message), fromHex(signature)] as [Uint8Array, Uint8Array, Uint8Array];
      expect(verifyStatement(suite as 'ed25519', ...made)).toBe(true);
      const other = statementMessage(suite as 'ed25519', succession(descriptor, parent.transcript));
      expect(verifyStatement(suite as 'ed25519', made[0], other, made[2])).toBe(false);
    }
    expect(failing(drill)).toEqual([]);
    expect(checksOf(drill.view).find(({ check }) => check === 'drill')?.ok).toBe(true);
  });

  it('is proposed, then proving, then complete; commitments of all come before any signature', () => {
    const drill = still('drill');
    drill.say(alice, 'commitment', drill.commitmentBody(alice));
    expect(drill.view.phase).toBe('proving');
    expect(waitedFor(drill.view)).toEqual(['carol']);
    expect(drill.view.drill?.turn).toBeNull();
    drill.say(carol, 'commitment', drill.commitmentBody(carol));
    expect(waitedFor(drill.view)).toEqual(['alice', 'carol']);
    const signed = drill.say(carol, 'signature', drill.signatureBody(carol));
    expect(waitedFor(drill.view)).toEqual(['alice']);
    drill.run();
    expect(drill.view.phase).toBe('complete');
    // what is missing is not seen here: a signature without a commitment that it names waits, and accuses nobody
    const part = drill.without(drill.said(alice, 'commitment'));
    expect(part).toMatchObject({ faults: [], phase: 'proving' });
    expect(part.waiting.map(({ packet }) => packet)).toContain(signed.digest);
  });

  it('is walked in one visit less than two for each signer', () => {
    expect(walk(still('drill').view).stops.map(({ member }) => member)).toEqual(['alice', 'carol', 'alice']);
    expect(walk(still('drill').view, { from: 'carol' }).stops.map(({ member }) => member)).toEqual([
      'carol',
      'alice',
      'carol',
    ]);
    expect(walk(still('census').view, { from: 'carol' }).stops.map(({ member }) => member)).toEqual([
      'carol',
      'dave',
      'alice',
      'bob',
    ]);
  });

  it('names who signs badly, whatever the others do, and says that this turn comes to nothing', () => {
    const drill = still('drill');
    for (const who of [alice, carol]) drill.say(who, 'commitment', drill.commitmentBody(who));
    const body = drill.signatureBody(carol);
    const wrong = drill.say(carol, 'signature', { ...body, shares: body.shares.map(flip) });
    expect(drill.view.faults).toMatchObject([{ member: 'carol', fault: 'SIGNATURE_INVALID', packet: wrong.digest }]);
    expect(drill.view.phase).toBe('failed');
    expect(waitedFor(drill.view)).toEqual([]);
    expect(walk(drill.view).stuck).toHaveLength(1);
    expect(failing(drill)).toContain('drill');
  });

  it('takes only answers to its own call, of the right shape, in the order of indices', () => {
    const other = still('drill');
    const bad = (change: (drill: Ceremony) => void): string[] => {
      const drill = still('drill');
      for (const who of [alice, carol]) drill.say(who, 'commitment', drill.commitmentBody(who));
      change(drill);
      return drill.view.faults.map(({ member, fault }) => `${member} ${fault}`);
    };
    expect(
      bad((drill) => drill.say(carol, 'commitment', { ...drill.commitmentBody(carol), call: other.plan.id })),
    ).toEqual(['carol TURN_INVALID']);
    const signs = (change: (body: ReturnType<Ceremony['signatureBody']>) => object) => (drill: Ceremony) => {
      const body = drill.signatureBody(carol);
      drill.say(carol, 'signature', { ...body, ...change(body) });
    };
    expect(bad(signs(() => ({})))).toEqual([]);
    expect(bad(signs(() => ({ call: other.plan.id })))).toEqual(['carol TURN_INVALID']);
    expect(bad(signs(({ commitments }) => ({ commitments: [...commitments].reverse() })))).toEqual([
      'carol TURN_INVALID',
    ]);
    expect(bad(signs(({ shares }) => ({ shares: shares.slice(1) })))).toEqual(['carol TURN_INVALID']);
    expect(
      bad((drill) => {
        const body = drill.commitmentBody(carol);
        drill.forget(drill.said(carol, 'commitment'));
        drill.say(carol, 'commitment', { ...body, nonces: body.nonces.slice(1) });
      }),
    ).toEqual(['carol TURN_INVALID']);
  });

  it('is over when a named signer says no, and the others sign nothing more', () => {
    const drill = still('drill');
    drill.say(alice, 'commitment', drill.commitmentBody(alice));
    drill.refuse(carol, 'member');
    expect(drill.view).toMatchObject({ phase: 'aborted' });
    expect(waitedFor(drill.view)).toEqual([]);
  });

  it('asks no signer for anything once another said no or spoiled it, though commitments are missing', () => {
    const three = () => still('drill', { signers: [1, 2, 3] });
    const refused = three();
    refused.say(alice, 'commitment', refused.commitmentBody(alice));
    refused.refuse(bob, 'member');
    expect(waitedFor(refused.view)).toEqual([]);
    const spoilt = three();
    const body = spoilt.commitmentBody(alice);
    spoilt.say(alice, 'commitment', { ...body, nonces: body.nonces.slice(1) });
    expect(spoilt.view.drill?.commitments.size).toBe(0);
    expect(spoilt.view.phase).toBe('failed');
    expect(waitedFor(spoilt.view)).toEqual([]);
  });

  it('is signed over the commitments of all whom it names, though fewer would make a signature', () => {
    const drill = still('drill', { signers: [1, 2, 3] });
    for (const who of [alice, bob, carol]) drill.say(who, 'commitment', drill.commitmentBody(who));
    const turn = drill.view.drill?.turn as CalledTurn;
    const two = { ...turn, commitments: turn.commitments.filter(({ index }) => index !== 2) };
    drill.say(carol, 'signature', drill.signatureBody(carol, two));
    expect(drill.view.faults).toMatchObject([{ member: 'carol', fault: 'TURN_INVALID' }]);
    expect(drill.view.drill?.signatures.size).toBe(0);
  });

  it('goes on where somebody says no who has signed already', () => {
    const drill = still('drill');
    for (const who of [alice, carol]) drill.say(who, 'commitment', drill.commitmentBody(who));
    drill.say(alice, 'signature', drill.signatureBody(alice));
    drill.refuse(alice, 'member');
    expect(drill.view.phase).toBe('proving');
    expect(waitedFor(drill.view)).toEqual(['carol']);
    drill.run();
    expect(drill.view.phase).toBe('complete');
  });
});

describe('two commitments of one signer', () => {
  it('stop the turn, so that no nonce signs twice, and are shown and not grave', () => {
    const drill = still('drill');
    for (const who of [alice, carol]) drill.say(who, 'commitment', drill.commitmentBody(who));
    drill.say(carol, 'commitment', drill.commitmentBody(carol));
    expect(drill.view.drill?.turn).toBeNull();
    expect(drill.view.contradictions).toMatchObject([{ member: 'carol', grave: false }]);
    expect(drill.view.phase).toBe('failed');
    expect(waitedFor(drill.view)).toEqual([]);
  });
});

describe('a census', () => {
  it('shows who has proven its share, and is complete when everybody has answered', () => {
    const census = still('census');
    for (const who of [alice, bob, carol]) census.say(who, 'census', census.censusBody(who));
    expect(census.view.phase).toBe('proving');
    expect(waitedFor(census.view)).toEqual(['dave']);
    census.refuse(dave, 'member');
    expect(census.view.phase).toBe('complete');
    const shares = censusResult(census.view)?.members.map(({ share }) => share);
    expect(shares).toEqual(['proven', 'proven', 'proven', 'refused']);
    expect(checksOf(census.view).find(({ check }) => check === 'census')).toMatchObject({ ok: false, open: true });
    const whole = still('census').run();
    expect(whole.view).toMatchObject({ phase: 'complete', faults: [], contradictions: [] });
    expect(checksOf(whole.view).every(({ ok }) => ok)).toBe(true);
  });

  it('holds a no that comes after a report against nobody: the share was proven', () => {
    const census = still('census');
    census.say(bob, 'census', census.censusBody(bob));
    census.refuse(bob, 'member');
    expect(census.view.census?.refused).toEqual([]);
    expect(census.view.phase).toBe('proving');
  });

  it('takes no proof of another census, of another member, or of a share that is not the one', () => {
    const other = still('census');
    const fault = (change: (census: Ceremony) => object): string[] => {
      const census = still('census');
      census.say(bob, 'census', { ...census.censusBody(bob), ...change(census) });
      return census.view.faults.map(({ member, fault: found }) => `${member} ${found}`);
    };
    expect(fault(() => ({}))).toEqual([]);
    expect(fault(() => ({ possession: other.censusBody(bob).possession }))).toEqual(['bob PROOF_INVALID']);
    expect(fault((census) => ({ possession: census.censusBody(carol).possession }))).toEqual(['bob PROOF_INVALID']);
    expect(fault((census) => ({ possession: census.censusBody(bob).possession.slice(1) }))).toEqual([
      'bob CENSUS_INVALID',
    ]);
    const { plan } = other;
    const foreign = other.shareOf(carol);
    expect(code(() => provesPossession(plan, descriptor, 2, foreign, bob.signing.public, bob.random))).toBe(
      'SHARE_MISMATCH',
    );
  });

  it('of two reports of one member shows one and names the contradiction, which stops nobody', () => {
    const census = still('census');
    census.say(bob, 'census', census.censusBody(bob));
    census.say(bob, 'census', { ...census.censusBody(bob), prekeys: 5 });
    expect(census.view.contradictions).toMatchObject([{ member: 'bob', grave: false }]);
    expect(census.run().view.phase).toBe('complete');
  });
});

describe('the statement of a drill', () => {
  it('is byte 0xff, its name, zero, the hash of the descriptor and the plan: no other drill and no succession', () => {
    const one = still('drill').plan;
    const statement = drillStatementOf(one, descriptor);
    expect(toHex(statement.subarray(0, 18))).toBe(`ff${toHex(new TextEncoder().encode('conclave drill v1'))}`);
    expect(statement.length).toBe(18 + 1 + 32 + 32);
    expect(toHex(statement.subarray(51))).toBe(one.ceremony);
    expect(drillStatementOf(still('drill').plan, descriptor)).not.toEqual(statement);
    expect(succession(descriptor, one.id)).not.toEqual(statement);
  });
});
