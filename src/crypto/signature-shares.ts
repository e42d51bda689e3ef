import { p256_hasher } from '@noble/curves/nist.js';
import { schnorr, secp256k1_hasher } from '@noble/curves/secp256k1.js';
import { bytesToNumberBE, bytesToNumberLE } from '@noble/curves/utils.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { concatBytes } from '../bytes/hex.ts';
import { taggedHashOf, text, u64 } from '../bytes/tagged-hash.ts';
import { Problem } from '../problem.ts';
import { combineScalars, weights } from './commitments.ts';
import type { Group, Point, Scalar } from './group.ts';
import { checkIndices, lagrange } from './polynomial.ts';
import type { NonceCommitment, StatementShare } from './proof-of-life.ts';
import { type SuiteName, suite as suiteOf } from './suites.ts';

/*
 * Verifying signature shares quickly: what RFC 9591, section 5.3, asks of each, with everything that is the same for all
 * signers of a turn computed once, where noble computes it for each of them. It only ever says yes: whatever it does not
 * take is for noble to judge, and a signature that is made of shares is verified by itself in any case. A test compares
 * the two on every suite, share by share.
 */

/** What a signer's share z has to satisfy: z*B is the sum of these, point by point times its factor. */
type Due = readonly (readonly [Point, Scalar])[];

/** One key and one turn: what is due of each of its signers. */
export interface SigningRound {
  readonly group: Group;
  readonly due: ReadonlyMap<number, Due>;
  /** What binds it: the key, the message and the whole list of commitments. */
  readonly bound: Uint8Array;
  /** Of all signers together, as it stands in the signature. */
  readonly nonce: Uint8Array;
}

/** Throws where a nonce is no point of the group. The first commitment of a key is its public key. */
export function signingRound(
  suite: SuiteName,
  commitments: readonly Point[],
  nonces: readonly NonceCommitment[],
  message: Uint8Array,
): SigningRound {
  const { group } = suiteOf(suite);
  const hash = hashes[suite];
  const taproot = suite === 'secp256k1-tr';
  const [publicKey] = commitments;
  if (publicKey === undefined) throw new Problem('COMMITMENTS_LENGTH', 'no commitments');
  const indices = nonces.map(({ index }) => index);
  checkIndices(indices);
  const sorted = [...nonces].sort((a, b) => a.index - b.index);
  const points = group.decodePoints(sorted.flatMap(({ hiding, binding }) => [hiding, binding]));
  // BIP-340 knows a key by its x alone, and means the point whose y is even
  const flipped = taproot && isOdd(group, publicKey);
  const key = group.encodePoint(flipped ? group.negate(publicKey) : publicKey);
  const named = sorted.map((one) => ({ ...one, id: group.encodeScalar(group.scalar(BigInt(one.index))) }));
  const list = concatBytes(...named.flatMap(({ id, hiding, binding }) => [id, hiding, binding]));
  const prefix = concatBytes(key, hash.message(message), hash.list(list));
  const one = group.scalar(1n);
  const binding = named.flatMap(({ id }) => [one, group.scalar(hash.binding(concatBytes(prefix, id)))]);
  const whole = group.combine(points, binding);
  const challenge = group.scalar(hash.challenge(group.encodePoint(whole), key, message));
  const minus = (scalar: Scalar): Scalar => group.sub(group.scalar(0n), scalar);
  const negated = taproot && isOdd(group, whole);
  const due = named.map(({ index }, at): [number, Due] => {
    const own = [2 * at, 2 * at + 1].map((place): [Point, Scalar] => {
      const factor = binding[place] as Scalar;
      return [points[place] as Point, negated ? minus(factor) : factor];
    });
    const factor = group.mul(challenge, lagrange(group, indices, index));
    return [index, [...own, ...verificationShare(group, commitments, index, flipped ? minus(factor) : factor)]];
  });
  const encoded = group.encodePoint(whole);
  return { group, due: new Map(due), bound: prefix, nonce: taproot ? encoded.subarray(1) : encoded };
}

/**
 * The verification share of an index times a factor, left as a sum over the commitments: those are the same for all
 * signers, and fewer wherever more sign than have to.
 */
function verificationShare(group: Group, commitments: readonly Point[], index: number, factor: Scalar): Due {
  const x = group.scalar(BigInt(index));
  let power = factor;
  return commitments.map((point) => {
    const term: [Point, Scalar] = [point, power];
    power = group.mul(power, x);
    return term;
  });
}

/** What one signer gives: a share for each round. */
export interface Given {
  readonly index: number;
  readonly shares: readonly Uint8Array[];
}

/**
 * Whether these are the shares that are due of these signers, for rounds of one group: all of them in one weighted sum,
 * which a wrong one passes with 2^-128. The weights are fixed by all that is weighed; `context` has to fix the
 * verification shares.
 */
export function areDue(rounds: readonly SigningRound[], given: readonly Given[], context: Uint8Array): boolean {
  const group = rounds[0]?.group;
  if (group === undefined || given.some(({ shares }) => shares.length !== rounds.length)) return false;
  const said = given.flatMap(({ index, shares }) => [u64(index), ...shares]);
  const seed = taggedHashOf('signature-shares', [context, ...rounds.map(({ bound }) => bound), ...said]);
  const pairs = given.flatMap(({ index, shares }) =>
    shares.map((share, at) => ({ share: group.decodeScalar(share), due: rounds[at]?.due.get(index) ?? null })),
  );
  const factors = weights(seed, pairs.length).map((weight) => group.scalar(weight));
  if (pairs.some(({ due }) => due === null)) return false;
  const terms = new Map<Point, Scalar>();
  for (const [at, { due }] of pairs.entries()) {
    for (const [point, factor] of due ?? []) {
      const before = terms.get(point) ?? group.scalar(0n);
      terms.set(point, group.sub(before, group.mul(factors[at] as Scalar, factor)));
    }
  }
  const shares = pairs.map(({ share }) => share);
  const sum = group.combine([group.base, ...terms.keys()], [combineScalars(group, shares, factors), ...terms.values()]);
  return group.isZero(sum);
}

/** The signature that the shares of all signers make; null where it is not one of each. It is for the caller to verify. */
export function signatureOf({ group, due, nonce }: SigningRound, parts: readonly StatementShare[]): Uint8Array | null {
  const signers = new Set(parts.map(({ index }) => index));
  if (parts.length !== due.size || [...due.keys()].some((index) => !signers.has(index))) return null;
  const sum = parts.reduce((total, { share }) => group.add(total, group.decodeScalar(share)), group.scalar(0n));
  return concatBytes(nonce, group.encodeScalar(sum));
}

/** A signature of a key, as a stranger gets it. */
export interface Signed {
  readonly suite: SuiteName;
  readonly publicKey: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * Whether all of these signatures hold: z*B = R + challenge*key for each, in one weighted sum for each group, as above. It
 * throws where one of them cannot be read; like everything here, it only ever says yes.
 */
export function areSigned(all: readonly Signed[]): boolean {
  const seed = taggedHashOf(
    'signatures',
    all.flatMap(({ suite, publicKey, message, signature }) => [text(suite), publicKey, message, signature]),
  );
  const factors = weights(seed, all.length);
  const groups = new Set(all.map(({ suite }) => suiteOf(suite).group));
  return [...groups].every((group) => {
    const own = all.flatMap((signed, at) => {
      if (suiteOf(signed.suite).group !== group) return [];
      return [{ ...readSignature(group, signed), weight: group.scalar(factors[at] as bigint) }];
    });
    const base = combineScalars(
      group,
      own.map(({ z }) => z),
      own.map(({ weight }) => weight),
    );
    const sum = group.combine(
      [group.base, ...own.flatMap(({ R, key }) => [R, key])],
      [base, ...own.flatMap(({ weight, challenge }) => [-weight, -group.mul(weight, challenge)])],
    );
    return group.isZero(sum);
  });
}

function readSignature(group: Group, { suite, publicKey, message, signature }: Signed) {
  const taproot = suite === 'secp256k1-tr';
  const length = taproot ? 32 : group.pointBytes;
  if (signature.length !== length + 32)
    throw new Problem('SIGNATURE_INVALID', 'of another length than such signatures');
  if (publicKey.length !== group.pointBytes) throw new Problem('SIGNATURE_INVALID', 'under a key of another length');
  // BIP-340 gives two points by their x alone, and means those whose y are even
  const even = (bytes: Uint8Array): Uint8Array => concatBytes(Uint8Array.of(2), bytes);
  const nonce = taproot ? even(signature.subarray(0, length)) : signature.subarray(0, length);
  const key = taproot ? even(publicKey.subarray(1)) : publicKey;
  return {
    R: group.decodePoint(nonce),
    key: group.decodePoint(key),
    z: group.decodeScalar(signature.subarray(length)),
    challenge: group.scalar(hashes[suite].challenge(nonce, key, message)),
  };
}

function isOdd(group: Group, point: Point): boolean {
  return group.encodePoint(point)[0] === 3;
}

/** The four hashes of a ciphersuite of RFC 9591, section 6. */
interface Hashes {
  readonly binding: (bytes: Uint8Array) => bigint;
  readonly challenge: (nonce: Uint8Array, key: Uint8Array, message: Uint8Array) => bigint;
  readonly message: (bytes: Uint8Array) => Uint8Array;
  readonly list: (bytes: Uint8Array) => Uint8Array;
}

function suiteHashes(
  context: string,
  hash: (bytes: Uint8Array) => Uint8Array,
  toScalar: (bytes: Uint8Array, tag: Uint8Array) => bigint,
): Hashes {
  return {
    binding: (bytes) => toScalar(bytes, text(`${context}rho`)),
    challenge: (nonce, key, message) => toScalar(concatBytes(nonce, key, message), text(`${context}chal`)),
    message: (bytes) => hash(concatBytes(text(`${context}msg`), bytes)),
    list: (bytes) => hash(concatBytes(text(`${context}com`), bytes)),
  };
}

const wide = (bytes: Uint8Array, tag: Uint8Array): bigint => bytesToNumberLE(sha512(concatBytes(tag, bytes)));
const secp256k1Scalar = (bytes: Uint8Array, tag: Uint8Array): bigint =>
  secp256k1_hasher.hashToScalar(bytes, { DST: tag });
const p256Scalar = (bytes: Uint8Array, tag: Uint8Array): bigint => p256_hasher.hashToScalar(bytes, { DST: tag });

const hashes: Readonly<Record<SuiteName, Hashes>> = {
  secp256k1: suiteHashes('FROST-secp256k1-SHA256-v1', sha256, secp256k1Scalar),
  'secp256k1-tr': {
    ...suiteHashes('FROST-secp256k1-SHA256-TR-v1', sha256, secp256k1Scalar),
    challenge: (nonce, key, message) =>
      bytesToNumberBE(schnorr.utils.taggedHash('BIP0340/challenge', nonce.subarray(1), key.subarray(1), message)),
  },
  p256: suiteHashes('FROST-P256-SHA256-v1', sha256, p256Scalar),
  ristretto255: suiteHashes('FROST-RISTRETTO255-SHA512-v1', sha512, wide),
  ed25519: {
    ...suiteHashes('FROST-ED25519-SHA512-v1', sha512, wide),
    // the challenge of RFC 8032
    challenge: (nonce, key, message) => bytesToNumberLE(sha512(concatBytes(nonce, key, message))),
  },
};
