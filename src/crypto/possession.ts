import type { Random } from '../bytes/random.ts';
import { lengthPrefixed, u64 } from '../bytes/tagged-hash.ts';
import { Problem } from '../problem.ts';
import { combineScalars, evaluateCommitments, weights } from './commitments.ts';
import type { Group, Point, Scalar } from './group.ts';
import { type KnowledgeClaim, proveKnowledge, verifyKnowledge } from './knowledge.ts';

/*
 * One proof of possession per member and suite, over all keys of that suite.
 *
 * The seed is the transcript hash. It covers every commitment, so every share s_k of every member is fixed before a
 * weight w_k is known, and the weights are the same for all members. A member proves knowledge of y = sum w_k s_k,
 * the discrete logarithm of Y = sum w_k C_k(index). Two things follow. A proof over shares that differ from
 * the committed ones fails: their weighted sum would have to equal y, which for weights drawn after both sets are
 * fixed has probability 2^-128. And who can answer for weights that are drawn only after the boxes are closed
 * knows all shares: answers for as many independent draws as there are keys are a solvable linear system in the s_k
 * (the extractor reprograms the hash behind the weights). The challenge binds index and context, so no member
 * can pass off the proof of another.
 */

/** Of a share that is being accepted, or of one that is held: neither proof passes for the other (row 26). */
export type PossessionDomain = 'possession' | 'census';

/** A_m = sum_k w_k C_k,m: once per ceremony, after which each member's Y is one Horner over small factors. */
export function combineVerification(group: Group, keys: readonly (readonly Point[])[], seed: Uint8Array): Point[] {
  const threshold = keys[0]?.length ?? 0;
  if (threshold === 0 || keys.some((commitments) => commitments.length !== threshold)) {
    throw new Problem('COMMITMENTS_LENGTH', 'commitment lists to be combined are empty or of different length');
  }
  const factors = weights(seed, keys.length);
  return Array.from({ length: threshold }, (_, m) =>
    group.combine(
      keys.map((commitments) => commitments[m] as Point),
      factors,
    ),
  );
}

/** Refuses to speak when the shares do not fit the commitments: a wrong proof would accuse its author. */
export function provePossession(
  group: Group,
  shares: readonly Scalar[],
  seed: Uint8Array,
  combined: readonly Point[],
  index: number,
  context: Uint8Array,
  random: Random,
  domain: PossessionDomain = 'possession',
): Uint8Array {
  const secret = combineScalars(group, shares, weights(seed, shares.length));
  const point = evaluateCommitments(group, combined, index);
  if (secret === 0n || !group.equalPoints(group.multiplyBase(secret), point)) {
    throw new Problem('SHARE_MISMATCH', `the shares of index ${index} do not match the commitments`);
  }
  return proveKnowledge(group, secret, point, domain, possessionContext(index, context), random);
}

/** What such a proof claims, for `areKnown`: many of one group are quicker together. */
export function possessionClaim(
  group: Group,
  combined: readonly Point[],
  index: number,
  context: Uint8Array,
  proof: Uint8Array,
  domain: PossessionDomain = 'possession',
): KnowledgeClaim {
  const point = evaluateCommitments(group, combined, index);
  // rows 11 and 26: of this index, in this place, for this purpose
  return { point, domain, context: possessionContext(index, context), proof };
}

export function verifyPossession(
  group: Group,
  combined: readonly Point[],
  index: number,
  context: Uint8Array,
  proof: Uint8Array,
  domain: PossessionDomain = 'possession',
): void {
  const claim = possessionClaim(group, combined, index, context, proof, domain);
  verifyKnowledge(group, claim.point, claim.domain, claim.context, claim.proof);
}

function possessionContext(index: number, context: Uint8Array): Uint8Array {
  return lengthPrefixed(u64(index), context);
}
