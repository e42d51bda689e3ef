import { ed25519 } from '@noble/curves/ed25519.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { describe, expect, test } from 'vitest';
import { encodeCbor } from '../../src/bytes/cbor.ts';
import { concatBytes, equalBytes, toHex } from '../../src/bytes/hex.ts';
import { lengthPrefixed, text, u64 } from '../../src/bytes/tagged-hash.ts';
import { readCard } from '../../src/ceremony/card.ts';
import type { View } from '../../src/ceremony/evaluate.ts';
import type { BodyOf } from '../../src/ceremony/kinds.ts';
import type { Plan, PlanFacts } from '../../src/ceremony/plan.ts';
import { type Group, ristretto255 } from '../../src/crypto/group.ts';
import { proveKnowledge } from '../../src/crypto/knowledge.ts';
import { verifySignature } from '../../src/crypto/signature.ts';
import type { SuiteName } from '../../src/crypto/suites.ts';
import { Ceremony, type Person, people, ristretto } from '../ceremony/committee.ts';
import { refusal } from '../crypto/drawn.ts';

const { alice, bob, carol, dave } = people('deals', 'alice', 'bob', 'carol', 'dave');
const cast = [alice, bob, carol, dave];
const keys: PlanFacts['keys'] = [...ristretto, { label: 'second', suite: 'ristretto255' }];
const genesis = new Ceremony({ cast, members: [alice, bob, carol], threshold: 2, keys }).run();
type Deal = BodyOf<'deal'>;

function handover(dealers = [1, 2]): Ceremony {
  for (const person of cast) person.votes.length = 0;
  return new Ceremony({ cast, parent: genesis.link, members: [bob, carol, dave], threshold: 2, dealers });
}

function newKey(name: SuiteName, members = [alice, bob]): Ceremony {
  return new Ceremony({ cast, members, threshold: 2, keys: [{ label: 'main', suite: name }] });
}

/** Everybody else goes on as far as they can: the liars alone are named, and nobody relies on what they dealt. */
function named(ceremony: Ceremony, fault: string, ...liars: readonly Person[]): void {
  const names = liars.map(({ name }) => name);
  const { view } = ceremony.run((name) => names.includes(name));
  const found = view.faults.map(({ member, fault }) => `${member} ${fault}`).sort();
  expect(found).toEqual(names.map((name) => `${name} ${fault}`).sort());
  expect(view.current.transcript).toBeNull();
  expect(said(view)).not.toContain('acceptance');
}

const said = ({ packets }: View) => packets.map(({ kind }) => kind);

/** The same deal with other commitments for one key; the boxes are sealed for what is said now. */
function recommitted(ceremony: Ceremony, who: Person, change: (points: Uint8Array[]) => Uint8Array[], place = 0): Deal {
  const body = ceremony.dealBody(who);
  const changed = body.keys.map((key, at) =>
    at === place ? { ...key, commitments: change([...key.commitments]) } : key,
  );
  return { ...body, keys: changed, boxes: ceremony.boxes(who, changed) };
}

describe('row 3: the threshold cannot be raised by a longer commitment vector', () => {
  test('row 3: a dealer whose polynomials have one coefficient more is named, though all its boxes are right', () => {
    const ceremony = handover();
    const body = ceremony.dealBody(bob, { ...ceremony.plan, threshold: 3 });
    expect(body.keys.map((key) => key.commitments.length)).toEqual([3, 3]);
    ceremony.say(bob, 'deal', body);
    named(ceremony, 'COMMITMENTS_LENGTH', bob);
  });

  test('row 3: nor lowered by a shorter one, an identity at its end, or none at all', () => {
    const shorter = handover();
    shorter.say(
      bob,
      'deal',
      recommitted(shorter, bob, (points) => points.slice(0, 1), 1),
    );
    named(shorter, 'COMMITMENTS_LENGTH', bob);
    const flat = handover();
    flat.say(
      bob,
      'deal',
      recommitted(flat, bob, ([first]) => [first as Uint8Array, new Uint8Array(32)], 1),
    );
    named(flat, 'POINT_INVALID', bob);
    const empty = handover();
    const body = { ...empty.dealBody(bob), keys: [] };
    expect(refusal(() => empty.bring(empty.sign(bob, 'deal', body)))).toBe('SCHEMA');
    const none = recommitted(empty, bob, () => []);
    expect(refusal(() => empty.bring(empty.sign(bob, 'deal', none)))).toBe('SCHEMA');
  });
});

/** A plan under which a dealer that lies finds its false shares right. */
function deceived(plan: Plan, group: Group, shares: readonly Uint8Array[]): Plan {
  const points = shares.map((share) => [group.multiplyBase(group.decodeScalar(share))]);
  const parent = plan.parent as NonNullable<Plan['parent']>;
  return { ...plan, parent: { ...parent, proven: { ...parent.proven, points } } };
}

/** Deals from the own shares plus a difference for each key. */
function dealtFrom(ceremony: Ceremony, who: Person, differences: readonly bigint[]): Deal {
  const group = ristretto255;
  const own = who.shares.get(toHex(genesis.link.proven.id)) as readonly Uint8Array[];
  const shares = own.map((share, at) =>
    group.encodeScalar(group.add(group.decodeScalar(share), group.scalar(differences[at] as bigint))),
  );
  return ceremony.dealBody(who, deceived(ceremony.plan, group, shares), shares);
}

describe('row 5: each constant is checked against its own dealer', () => {
  test('row 5: a dealer that deals another secret is named before anyone activates', () => {
    const ceremony = handover();
    ceremony.say(bob, 'deal', dealtFrom(ceremony, bob, [1n, 0n]));
    named(ceremony, 'CONSTANT_MISMATCH', bob);
  });

  test('row 5: so it is if only its last key is another', () => {
    const ceremony = handover();
    ceremony.say(alice, 'deal', dealtFrom(ceremony, alice, [0n, 5n]));
    named(ceremony, 'CONSTANT_MISMATCH', alice);
  });

  test('row 5: two whose lies cancel each other in the sum are both named', () => {
    const ceremony = handover();
    // lambda of 1 and 2 at zero are 2 and -1: once one is as much as twice the other, with the other sign
    ceremony.say(alice, 'deal', dealtFrom(ceremony, alice, [1n, 0n]));
    ceremony.say(bob, 'deal', dealtFrom(ceremony, bob, [2n, 0n]));
    named(ceremony, 'CONSTANT_MISMATCH', alice, bob);
  });
});

test('row 21: a share of an earlier epoch is not dealt from, and who deals from one all the same is named', () => {
  const current = handover().run();
  const next = () =>
    new Ceremony({ cast, parent: current.link, members: [bob, carol, dave], threshold: 2, dealers: [1, 2] });
  const stale = bob.shares.get(toHex(genesis.link.proven.id)) as readonly Uint8Array[];
  const careless = next();
  expect(refusal(() => careless.dealBody(bob, careless.plan, stale))).toBe('SHARE_MISMATCH');
  const lying = next();
  lying.say(bob, 'deal', lying.dealBody(bob, deceived(lying.plan, ristretto255, stale), stale));
  named(lying, 'CONSTANT_MISMATCH', bob);
});

/** The bytes that a proof about the constant of a genesis is bound to. */
const genesisContext = ({ plan }: Ceremony, who: Person) =>
  lengthPrefixed(plan.id, plan.id, who.signing.public, u64(0));

describe('row 8: a key of a genesis is the sum of constants that their dealers know', () => {
  test('row 8: who deals a constant made to cancel those of the others has no proof for it', () => {
    const ceremony = newKey('ristretto255');
    const group = ristretto255;
    const first = ceremony.do(alice, 'deal') as { body: Deal };
    const honest = group.decodePoint(first.body.keys[0]?.commitments[0] as Uint8Array);
    const wanted = group.multiplyBase(group.scalar(42n)); // the key that bob wants, and has
    const rogue = group.addPoints(wanted, group.negate(honest));
    ceremony.say(
      bob,
      'deal',
      recommitted(ceremony, bob, ([, slope]) => [group.encodePoint(rogue), slope as Uint8Array]),
    );
    named(ceremony, 'PROOF_INVALID', bob);
  });

  test('row 8: nor does a missing proof, or the proof of another dealer, do', () => {
    for (const lie of ['none', 'copied'] as const) {
      const ceremony = newKey('ristretto255');
      const { body } = ceremony.do(alice, 'deal') as { body: Deal };
      const copy = body.keys.map((key) => ({ ...key, proof: lie === 'none' ? null : key.proof }));
      ceremony.say(bob, 'deal', { ...ceremony.dealBody(bob), keys: copy, boxes: ceremony.boxes(bob, copy) });
      named(ceremony, 'PROOF_INVALID', bob);
    }
  });

  test('row 26: a proof of possession does not pass for a proof about a dealt constant', () => {
    for (const domain of ['possession', 'genesis'] as const) {
      const ceremony = newKey('ristretto255');
      const constant = ristretto255.randomScalar(bob.random);
      const point = ristretto255.multiplyBase(constant);
      const proof = proveKnowledge(ristretto255, constant, point, domain, genesisContext(ceremony, bob), bob.random);
      const { commitments } = ceremony.dealBody(bob).keys[0] as Deal['keys'][number];
      const lied = [{ commitments: [ristretto255.encodePoint(point), commitments[1] as Uint8Array], proof }];
      ceremony.say(bob, 'deal', { ...ceremony.dealBody(bob), keys: lied, boxes: ceremony.boxes(bob, lied) });
      // made in the right domain the very same deal is good, so it was the domain that was refused
      if (domain === 'possession') named(ceremony, 'PROOF_INVALID', bob);
      else expect(ceremony.view).toMatchObject({ faults: [] });
    }
  });
});

const order = ed25519.Point.Fn.ORDER;
/** A point of order eight: any point of the curve, times the order of the large group, until it is one. */
const torsion = (() => {
  for (let y = 2n; ; y++) {
    try {
      const bytes = new Uint8Array(32).fill(Number(y), 0, 1);
      const found = ed25519.Point.fromBytes(bytes)
        .multiplyUnsafe(order - 1n)
        .add(ed25519.Point.fromBytes(bytes));
      if (!found.double().double().is0()) return found;
    } catch {
      // no such point
    }
  }
})();

describe('row 16: a point that is dealt is of the prime-order group and has one encoding', () => {
  const p = 2n ** 255n - 19n;
  const little = (value: bigint) => Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 255n));
  const bad: readonly (readonly [string, SuiteName, (honest: Uint8Array) => Uint8Array])[] = [
    ['the identity', 'ed25519', () => little(1n)],
    ['a point of small order', 'ed25519', () => torsion.toBytes()],
    ['a point with a small-order part', 'ed25519', (honest) => ed25519.Point.fromBytes(honest).add(torsion).toBytes()],
    ['a second encoding of a point', 'ed25519', () => little(p + 3n)],
    ['the identity', 'ristretto255', () => new Uint8Array(32)],
    ['a negative encoding', 'ristretto255', (honest) => little(p - BigInt(`0x${toHex(honest.toReversed())}`))],
    ['a point off the curve', 'secp256k1', () => concatBytes(Uint8Array.of(2), new Uint8Array(31), Uint8Array.of(5))],
    [
      'half of an uncompressed point',
      'secp256k1',
      (honest) => secp256k1.Point.fromBytes(honest).toBytes(false).slice(0, 33),
    ],
  ];

  test.each(bad)('row 16: %s (%s) among the commitments names its dealer', (_, name, make) => {
    const ceremony = newKey(name);
    const lie = recommitted(ceremony, bob, ([constant, slope]) => [constant as Uint8Array, make(slope as Uint8Array)]);
    ceremony.say(bob, 'deal', lie);
    named(ceremony, 'POINT_INVALID', bob);
  });

  test('row 16: so does one in a box, and longer encodings do not get in at all', () => {
    const ceremony = handover();
    const { boxes, ...rest } = ceremony.dealBody(bob);
    ceremony.say(bob, 'deal', { ...rest, boxes: boxes.map((box) => ({ ...box, R: new Uint8Array(32) })) });
    named(ceremony, 'POINT_INVALID', bob);
    const other = newKey('secp256k1');
    const long = (points: Uint8Array[]) => points.map((point) => secp256k1.Point.fromBytes(point).toBytes(false));
    expect(refusal(() => other.bring(other.sign(bob, 'deal', recommitted(other, bob, long))))).toBe('SCHEMA');
  });

  test('row 16: neither an identity nor a prekey is such a point, also where a signature under it verifies', () => {
    const { scalar } = ed25519.utils.getExtendedPublicKey(bob.signing.secret);
    const field = ed25519.Point.Fn;
    const cardUnder = (signing: Uint8Array): Uint8Array => {
      const { file: _, identity: __, ...facts } = bob.card;
      const payload = encodeCbor({ ...facts, signing });
      const head = Uint8Array.of(0xa1, 0x01, 0x27);
      const message = encodeCbor(['Signature1', head, text('conclave card v1'), payload]);
      const R = ed25519.Point.BASE.toBytes(); // of the nonce 1
      const k = field.create(BigInt(`0x${toHex(sha512(concatBytes(R, signing, message)).toReversed())}`));
      const signature = concatBytes(R, little(field.add(1n, field.mul(k, scalar))));
      expect(verifySignature(signing, message, signature)).toBe(true);
      return concatBytes(text('conclave card v1\n'), encodeCbor([head, {}, payload, signature]));
    };
    expect(readCard(cardUnder(bob.signing.public)).identity).toBe(bob.identity);
    const twin = ed25519.Point.fromBytes(bob.signing.public).add(torsion).toBytes();
    expect(refusal(() => readCard(cardUnder(twin)))).toBe('POINT_INVALID');
    const none = { secret: new Uint8Array(32), public: new Uint8Array(32) };
    expect(refusal(() => bob.renew(1, none))).toBe('POINT_INVALID');
  });
});

describe('row 27: a complaint is no decryption oracle', () => {
  test('row 27: who publishes an R made from that of another is named before anyone opens a box', () => {
    const ceremony = handover();
    const { body } = ceremony.do(alice, 'deal') as { body: Deal };
    const group = ristretto255;
    const blind = (R: Uint8Array) => {
      const times = group.combine([group.decodePoint(R), group.base], [7n, 11n]);
      return group.encodePoint(times);
    };
    const own = ceremony.dealBody(bob);
    // whoever knew r of alice could prove it; bob can only show her proof, or one about something else
    for (const proofs of [body.boxes, own.boxes]) {
      const again = handover();
      again.do(alice, 'deal');
      const { boxes } = body;
      const lie = own.boxes.map((box, at) => ({
        ...box,
        R: blind(boxes[at]?.R as Uint8Array),
        proof: proofs[at]?.proof as Uint8Array,
      }));
      again.say(bob, 'deal', { ...again.dealBody(bob), boxes: lie });
      named(again, 'PROOF_INVALID', bob);
    }
  });
});

test('row 11: a deal of another ceremony over the same parent does not open in this one, whoever signs it again', () => {
  const other = handover([1, 3]);
  const dealt = other.do(alice, 'deal');
  const here = handover();
  expect(equalBytes(other.plan.random, here.plan.random)).toBe(true); // the plans differ in their dealers alone
  expect(refusal(() => here.bring(dealt.bytes))).toBe('PACKET_FOREIGN');
  const fits = here.dealBody(alice);
  here.say(alice, 'deal', { ...fits, boxes: other.boxes(alice, fits.keys) });
  named(here, 'PROOF_INVALID', alice);
});

test('row 11: a constant that was proven known in another genesis is not proven in this one', () => {
  const body = newKey('ristretto255').dealBody(bob);
  const other = newKey('ristretto255', [bob, carol]);
  other.say(bob, 'deal', { ...body, boxes: other.boxes(bob, body.keys) });
  named(other, 'PROOF_INVALID', bob);
});
