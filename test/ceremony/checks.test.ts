import { describe, expect, test } from 'vitest';
import { toHex } from '../../src/bytes/hex.ts';
import { type Check, type CheckName, checkNamesFor, checksOf } from '../../src/ceremony/checks.ts';
import type { View } from '../../src/ceremony/evaluate.ts';
import { checkKeys, checkProofOfLife } from '../../src/ceremony/link-checks.ts';
import { suite } from '../../src/crypto/suites.ts';
import { flipped } from '../crypto/drawn.ts';
import { Ceremony, type Person, people, ristretto } from './committee.ts';

const cast = people('checks', 'alice', 'bob', 'carol', 'dave', 'dora');
const { alice, bob, carol, dave, dora } = cast;
const everybody = Object.values(cast);
const keys = [
  ...ristretto,
  { label: 'cold', suite: 'secp256k1-tr' as const },
  { label: 'sol', suite: 'ed25519' as const },
];
const first = new Ceremony({ cast: everybody, members: [alice, bob, carol], threshold: 2, keys }).run();
/** One key of the cheapest suite, for all that is not about keys. */
const small = new Ceremony({ cast: everybody, members: [alice, bob, carol], threshold: 2 }).run();
const moving = checkNamesFor(small.plan);

/** 2-of-3 to 2-of-3: alice leaves, dave joins; the three may have voted before. */
function handover(
  wish: { approvers?: readonly Person[]; dealers?: readonly number[]; parent?: Ceremony } = {},
): Ceremony {
  const { approvers = [], dealers = [1, 2], parent = small } = wish;
  for (const person of everybody) person.votes.length = 0;
  return new Ceremony({
    cast: everybody,
    members: [bob, carol, dave],
    threshold: 2,
    parent: parent.link,
    dealers,
    approvers,
    facts: { random: new Uint8Array(32).fill(everybody.length + dealers.length + approvers.length) },
  });
}

const complete = handover({ parent: first }).run();
const plain = handover().run();

function of(view: View, name: CheckName): Check {
  const found = checksOf(view).find(({ check }) => check === name);
  if (found === undefined) throw new Error(`no check ${name}`);
  return found;
}
const states = (view: View): Record<string, string> =>
  Object.fromEntries(checksOf(view).map(({ check, ok, open }) => [check, ok ? 'ok' : open ? 'open' : 'bad']));
const worst = (view: View): string[] => checksOf(view).flatMap(({ check, ok, open }) => (ok || open ? [] : [check]));

describe('the checks', () => {
  test('of a whole genesis and of a whole reshare all pass, and say by what', () => {
    const [made, moved] = [first, complete].map(({ view }) => checksOf(view)) as [Check[], Check[]];
    expect([...made, ...moved].filter(({ ok }) => !ok)).toEqual([]);
    const detail = (name: CheckName) => moved.find(({ check }) => check === name)?.detail;
    expect(detail('proof-of-life')).toBe(
      'main, cold, sol signed the new committee; passes secp256k1-tr by BIP-340, ed25519 by RFC 8032, ristretto255 by RFC 9591',
    );
    expect(detail('certificate')).toContain(toHex(complete.link.transcript).slice(0, 16));
    expect(detail('votes')).toBe('2 of 3 old members endorsed this attempt, and 2 are needed: alice, bob');
  });

  test('of a ceremony that has only begun are open where something is still to come, and none is bad', () => {
    const states = (view: View) => checksOf(view).filter(({ ok }) => !ok);
    const begun = handover({ approvers: [dora] });
    expect(states(begun.view).map(({ check }) => check)).toEqual([
      'approvals',
      'deals',
      'votes',
      'certificate',
      'possession',
      'turn',
      'proof-of-life',
      'key-unchanged',
      'closings',
    ]);
    expect(states(begun.view).every(({ open }) => open)).toBe(true);
  });

  test('open one after the other as the ceremony goes on', () => {
    const ceremony = handover();
    expect(states(ceremony.before('accept').view)).toMatchObject({
      deals: 'ok',
      votes: 'ok',
      'key-unchanged': 'ok',
      certificate: 'open',
    });
    expect(states(ceremony.before('activate').view)).toMatchObject({
      certificate: 'ok',
      possession: 'ok',
      turn: 'open',
    });
    expect(states(ceremony.before('close').view)).toMatchObject({
      turn: 'ok',
      'proof-of-life': 'ok',
      closings: 'open',
    });
    expect(of(ceremony.run((name, duty) => name === 'alice' && duty === 'close').view, 'closings')).toMatchObject({
      ok: true,
      detail: '3 of 3 new members closed on the proof of life; left and not closed: alice',
    });
  });

  test('believe nothing of the view but its bytes', () => {
    const { view } = plain;
    const hollow = { plan: view.plan, packets: view.packets } as View;
    expect(checksOf(hollow)).toEqual(checksOf(view));
  });

  test('are the same in number and order wherever shares move', () => {
    for (const view of [small.view, plain.view, handover().view])
      expect(checksOf(view).map(({ check }) => check)).toEqual(moving);
  });
});

describe('a check is bad', () => {
  test('signatures: when a packet is not what its author signed', () => {
    const { view } = plain;
    const packets = view.packets.map((packet, at) =>
      at === 3 ? { ...packet, bytes: flipped(packet.bytes, packet.bytes.length - 1) } : packet,
    );
    expect(worst({ ...view, packets })).toEqual(['signatures']);
  });

  test('signatures: when a packet goes by a digest that is not its own', () => {
    const { view } = plain;
    const packets = view.packets.map((packet, at) => (at === 3 ? { ...packet, digest: '00'.repeat(32) } : packet));
    expect(of({ ...view, packets }, 'signatures')).toMatchObject({ ok: false, open: false });
  });

  test('plan: when its hash is not the number of the ceremony', () => {
    const { view } = plain;
    const plan = { ...view.plan, id: flipped(view.plan.id) };
    expect(worst({ ...view, plan })).toEqual(['plan']);
  });

  test('plan: when it cannot be read, and then nothing else holds either', () => {
    const { view } = plain;
    const plan = { ...view.plan, encoded: flipped(view.plan.encoded, view.plan.encoded.length - 1) };
    expect(worst({ ...view, plan })).toEqual(moving);
  });

  test('plan: open when the proposal is not here', () => {
    expect(of(plain.without(plain.proposal), 'plan')).toMatchObject({ ok: false, open: true });
  });

  test('approvals: when they were refused', () => {
    const ceremony = handover({ approvers: [dora] });
    ceremony.refuse(dora, 'approver');
    expect(of(ceremony.view, 'approvals')).toMatchObject({ ok: false, open: false, detail: 'refused by dora' });
  });

  test('deals: when one was dealt wrongly, and the dealer is named', () => {
    const ceremony = handover();
    const body = ceremony.dealBody(alice);
    ceremony.say(alice, 'deal', { ...body, boxes: body.boxes.slice(1) });
    expect(worst(ceremony.view)).toEqual(['deals']);
    expect(of(ceremony.view, 'deals').detail).toContain('alice: does not hold one box per receiver');
  });

  test('deals: when somebody dealt twice', () => {
    const ceremony = handover();
    const vote = ceremony.vote(alice);
    ceremony.say(alice, 'deal', { ...ceremony.dealBody(alice), vote });
    ceremony.say(alice, 'deal', { ...ceremony.dealBody(alice), vote });
    expect(worst(ceremony.view)).toEqual(['deals', 'contradictions']);
  });

  test('votes: when one has no proof that the earlier ones are dead', () => {
    const ceremony = handover({ dealers: [1, 2] });
    ceremony.say(carol, 'endorsement', { vote: { ...ceremony.vote(carol), slot: 1 } });
    expect(worst(ceremony.view)).toEqual(['votes']);
  });

  test('certificate: when acceptances are over different transcripts', () => {
    const ceremony = handover().before('accept');
    ceremony.say(bob, 'acceptance', ceremony.acceptanceBody(bob));
    const other = ceremony.acceptanceBody(carol);
    ceremony.say(carol, 'acceptance', { ...other, transcript: flipped(other.transcript) });
    expect(worst(ceremony.view)).toEqual(['certificate', 'possession']);
    expect(of(ceremony.view, 'certificate').detail).toMatch(
      /bob [0-9a-f]{16}, carol [0-9a-f]{16}|carol [0-9a-f]{16}, bob/,
    );
  });

  test('possession: when a proof is wrong', () => {
    const ceremony = handover().before('accept');
    const body = ceremony.acceptanceBody(bob);
    const possession = body.possession.map((one) => ({ ...one, proof: flipped(one.proof, one.proof.length - 1) }));
    ceremony.say(bob, 'acceptance', { ...body, possession });
    expect(worst(ceremony.view)).toEqual(['possession']);
  });

  test('turn: when a signature share is wrong', () => {
    const ceremony = handover().before('activate');
    const body = ceremony.activationBody(bob);
    ceremony.say(bob, 'activation', { ...body, shares: body.shares.map(() => new Uint8Array(32).fill(1)) });
    expect(worst(ceremony.view)).toEqual(['turn']);
  });

  test('proof-of-life: when a key did not sign, whichever its suite', () => {
    const { link } = complete;
    expect(checkProofOfLife(link)).toMatchObject({ ok: true });
    expect(checkProofOfLife(null)).toMatchObject({ ok: false, open: true });
    link.signatures.forEach((signature, place) => {
      const signatures = link.signatures.map((one, at) => (at === place ? flipped(signature, 40) : one));
      const label = keys[place]?.label;
      const detail = `no signature of ${label} over the new committee`;
      expect(checkProofOfLife({ ...link, signatures })).toEqual({ ok: false, open: false, detail });
    });
    expect(checkProofOfLife({ ...link, transcript: flipped(link.transcript) }).ok).toBe(false);
  });

  test('key-unchanged: when any public key is another', () => {
    const [before, after] = [first.link.proven, complete.link.proven];
    expect(checkKeys(before, after)).toMatchObject({ ok: true });
    const changed = after.keys.map((key, at) => (at === 1 ? { ...key, publicKey: flipped(key.publicKey) } : key));
    expect(checkKeys(before, { ...after, keys: changed })).toMatchObject({ ok: false, open: false });
    expect(checkKeys(after, before)).toMatchObject({ ok: false, open: false });
  });

  test('key-unchanged: when deals that are good one by one cancel each other', () => {
    const two = people('cancel', 'kim', 'leo');
    const [kim, leo] = [two.kim, two.leo];
    const { group } = suite('ristretto255');
    const wide: Uint8Array[] = [];
    const watched = kim.random;
    Object.assign(kim, { random: (n: number) => (n === 48 ? wide[wide.push(watched(n)) - 1]?.slice() : watched(n)) });
    const ceremony = new Ceremony({ cast: [kim, leo], members: [kim, leo], threshold: 2 });
    ceremony.do(kim, 'deal');
    // what kim drew for the second coefficient; leo draws what makes the sum of both zero
    const drawn = BigInt(`0x${toHex(wide[1] as Uint8Array)}`) % (group.order - 1n);
    const opposite = (group.order - 2n - drawn).toString(16).padStart(96, '0');
    let count = 0;
    const honest = leo.random;
    Object.assign(leo, {
      random: (n: number) => (n === 48 && count++ === 1 ? Uint8Array.from(Buffer.from(opposite, 'hex')) : honest(n)),
    });
    ceremony.do(leo, 'deal');
    expect(ceremony.view).toMatchObject({ faults: [], current: { counts: true, transcript: null } });
    expect(worst(ceremony.view)).toEqual(['key-unchanged']);
  });

  test('closings: when one is over another transcript than the proof', () => {
    const ceremony = handover().before('close');
    const body = ceremony.closingBody();
    ceremony.say(carol, 'closing', { ...body, transcript: flipped(body.transcript) });
    expect(worst(ceremony.view)).toEqual(['closings']);
    expect(of(ceremony.view, 'closings').detail).toContain('carol');
  });

  test('contradictions: when somebody said two things in one place, but not in a note', () => {
    const ceremony = handover();
    ceremony.say(bob, 'note', { kind: 'observation', text: 'one', number: 0 });
    ceremony.say(bob, 'note', { kind: 'observation', text: 'two', number: 0 });
    expect(of(ceremony.view, 'contradictions')).toMatchObject({ ok: true, detail: 'none but 1 in notes or dissent' });
    ceremony.refuse(bob, 'dealer');
    ceremony.do(alice, 'deal');
    ceremony.say(bob, 'deal', ceremony.dealBody(bob));
    expect(of(ceremony.view, 'contradictions')).toMatchObject({ ok: false, open: false });
  });

  test('references: open when a packet that another one names is not here', () => {
    const gone = plain.said(bob, 'deal');
    expect(of(plain.without(gone), 'references')).toMatchObject({ ok: false, open: true });
  });
});
