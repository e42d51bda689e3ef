import { bytesToNumberBE } from '@noble/curves/utils.js';
import { concatBytes } from '../bytes/hex.ts';
import type { Random } from '../bytes/random.ts';
import { taggedHash, taggedHashOf, text } from '../bytes/tagged-hash.ts';
import { Problem } from '../problem.ts';
import { combineScalars, weights } from './commitments.ts';
import type { Group, Point, Scalar } from './group.ts';

/** Proofs of one domain never pass in another (row 26). */
export type KnowledgeDomain = 'genesis' | 'possession' | 'census' | 'box';

/** Schnorr: R || z with z = k + c * secret. */
export function proveKnowledge(
  group: Group,
  secret: Scalar,
  point: Point,
  domain: KnowledgeDomain,
  context: Uint8Array,
  random: Random,
): Uint8Array {
  const nonce = proofNonce(group, secret, random, text(domain), context);
  const R = group.multiplyBase(nonce);
  const c = knowledgeChallenge(group, point, R, domain, context);
  return concatBytes(group.encodePoint(R), group.encodeScalar(group.add(nonce, group.mul(c, secret))));
}

export function verifyKnowledge(
  group: Group,
  point: Point,
  domain: KnowledgeDomain,
  context: Uint8Array,
  proof: Uint8Array,
): void {
  const [R, z] = readProof(() => {
    return [
      group.decodePoint(proof.subarray(0, group.pointBytes)),
      group.decodeScalar(proof.subarray(group.pointBytes)),
    ] as const;
  });
  if (group.isZero(point)) throw new Problem('PROOF_INVALID', 'a proof about the identity proves nothing');
  const c = knowledgeChallenge(group, point, R, domain, context);
  // rows 8 and 27: nobody builds on a point whose logarithm nobody knows
  if (!group.equalPoints(group.combine([group.base, point], [z, -c]), R)) {
    throw new Problem('PROOF_INVALID', `the ${domain} proof of knowledge does not verify`);
  }
}

/** A proof, and what it is about. */
export interface KnowledgeClaim {
  readonly point: Point;
  readonly domain: KnowledgeDomain;
  readonly context: Uint8Array;
  readonly proof: Uint8Array;
}

/**
 * Whether all of these proofs hold, in one weighted sum that a wrong one passes with 2^-128: the weights are fixed by
 * all that is weighed. It only ever says yes; whose proof is wrong, if any, is for `verifyKnowledge` to say.
 */
export function areKnown(group: Group, claims: readonly KnowledgeClaim[]): boolean {
  try {
    return claims.length > 1 && holdTogether(group, claims);
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}

function holdTogether(group: Group, claims: readonly KnowledgeClaim[]): boolean {
  const read = claims.map(({ proof, ...claim }) => {
    const R = group.decodePoint(proof.subarray(0, group.pointBytes));
    return { ...claim, R, z: group.decodeScalar(proof.subarray(group.pointBytes)) };
  });
  if (read.some(({ point }) => group.isZero(point))) return false;
  const challenges = read.map(({ point, domain, context, R }) => knowledgeChallenge(group, point, R, domain, context));
  const seed = taggedHashOf('proofs', [
    ...challenges.map(group.encodeScalar),
    ...read.map(({ z }) => group.encodeScalar(z)),
  ]);
  const factors = weights(seed, read.length).map((weight) => group.scalar(weight));
  const due = read.flatMap(({ point, R }, at): [Point, bigint][] => {
    const weight = factors[at] as Scalar;
    return [
      [point, -group.mul(weight, challenges[at] as Scalar)],
      [R, -weight],
    ];
  });
  const base = combineScalars(
    group,
    read.map(({ z }) => z),
    factors,
  );
  const sum = group.combine([group.base, ...due.map(([point]) => point)], [base, ...due.map(([, scalar]) => scalar)]);
  return group.isZero(sum);
}

function knowledgeChallenge(
  group: Group,
  point: Point,
  R: Point,
  domain: KnowledgeDomain,
  context: Uint8Array,
): Scalar {
  // row 26: domain and context are under it
  return challenge(group, 'knowledge', text(domain), context, group.encodePoint(point), group.encodePoint(R));
}

/** 512 bits over 256, so without bias. The group is bound here, tag and parts by the tagged hash. */
export function challenge(group: Group, tag: string, ...parts: readonly Uint8Array[]): Scalar {
  return wideScalar(group, `${tag}-challenge`, parts);
}

/** Fresh randomness, hashed with the secret and what is proven: a bad source alone does not repeat a nonce. */
export function proofNonce(group: Group, secret: Scalar, random: Random, ...parts: readonly Uint8Array[]): Scalar {
  const fresh = random(32);
  const known = group.encodeScalar(secret);
  const nonce = wideScalar(group, 'proof-nonce', [fresh, known, ...parts]);
  known.fill(0);
  if (fresh.length !== 32 || nonce === 0n) throw new Problem('SCALAR_INVALID', 'the source of randomness ran dry');
  return nonce;
}

/** Whatever is malformed inside a proof makes the proof invalid. */
export function readProof<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw new Problem('PROOF_INVALID', `the proof is malformed: ${error.message}`);
  }
}

function wideScalar(group: Group, tag: string, parts: readonly Uint8Array[]): Scalar {
  const halves = [0, 1].map((half) => taggedHash(tag, Uint8Array.of(half), text(group.name), ...parts));
  const wide = concatBytes(...halves);
  const scalar = group.scalar(bytesToNumberBE(wide));
  for (const bytes of [...halves, wide]) bytes.fill(0);
  return scalar;
}
