import { bytesToNumberBE } from '@noble/curves/utils.js';
import { taggedHash, u64 } from '../bytes/tagged-hash.ts';
import { Problem } from '../problem.ts';
import type { Group, Point, Scalar } from './group.ts';
import { checkIndex, type Polynomial } from './polynomial.ts';

export function commit(group: Group, polynomial: Polynomial): Point[] {
  return polynomial.map((coefficient) => group.multiplyBase(coefficient));
}

/** Exactly as many as the threshold says (row 3), each of them a good point (row 16). */
export function decodeCommitments(group: Group, encoded: readonly Uint8Array[], threshold: number): Point[] {
  return decodeCommitmentLists(group, [encoded], threshold)[0] as Point[];
}

/** The lists of many keys in one call: on ed25519 the check of the subgroup is shared by all. */
export function decodeCommitmentLists(
  group: Group,
  lists: readonly (readonly Uint8Array[])[],
  threshold: number,
): Point[][] {
  for (const list of lists) {
    // row 3: one more would raise the threshold unseen
    if (list.length !== threshold || list.length === 0) {
      throw new Problem('COMMITMENTS_LENGTH', `${list.length} commitments where the threshold is ${threshold}`);
    }
  }
  const points = group.decodePoints(lists.flat());
  return lists.map((_, i) => points.slice(i * threshold, (i + 1) * threshold));
}

/** Over dealers, coefficient by coefficient. */
export function sumCommitments(group: Group, lists: readonly (readonly Point[])[]): Point[] {
  const [first, ...rest] = lists;
  if (first === undefined || first.length === 0 || rest.some((list) => list.length !== first.length)) {
    throw new Problem('COMMITMENTS_LENGTH', 'commitment lists to be summed are empty or of different length');
  }
  const sum = first.map((point, m) => rest.reduce((total, list) => group.addPoints(total, list[m] as Point), point));
  // row 3: a top coefficient of zero would lower it
  if (sum.some((point) => group.isZero(point))) throw new Problem('POINT_INVALID', 'commitments sum to the identity');
  return sum;
}

/** The verification share of an index: Horner, whose small factors need no full multiplication. */
export function evaluateCommitments(group: Group, commitments: readonly Point[], index: number): Point {
  checkIndex(index);
  const top = commitments.at(-1);
  if (top === undefined) throw new Problem('COMMITMENTS_LENGTH', 'no commitments');
  return commitments
    .slice(0, -1)
    .reduceRight((sum, point) => group.addPoints(group.multiplySmall(sum, index), point), top);
}

/** The seed must have been fixed after everything that is weighed: fresh randomness, or a hash over all of it. */
export function weights(seed: Uint8Array, count: number): bigint[] {
  return Array.from({ length: count }, (_, i) => {
    const weight = bytesToNumberBE(taggedHash('weight', seed, u64(i)).subarray(0, 16));
    return weight === 0n ? 1n : weight;
  });
}

/**
 * All keys of a group at once: (sum w_k s_k) * G == sum w_k C_k(index). A wrong share passes with 2^-128, as long as
 * the seed was fixed after shares and commitments. Horner first and one combination behind it: half the
 * price of one combination per coefficient.
 */
export function checkShares(
  group: Group,
  keys: readonly (readonly Point[])[],
  shares: readonly Scalar[],
  index: number,
  weightSeed: Uint8Array,
): boolean {
  sameLength(keys.length, shares.length);
  const factors = weights(weightSeed, keys.length);
  const secret = combineScalars(group, shares, factors);
  const points = keys.map((commitments) => evaluateCommitments(group, commitments, index));
  return group.equalPoints(group.multiplyBase(secret), group.combine(points, factors));
}

/** One key, to find whom to blame. */
export function checkShare(group: Group, commitments: readonly Point[], share: Scalar, index: number): boolean {
  return group.equalPoints(group.multiplyBase(share), evaluateCommitments(group, commitments, index));
}

/** What a dealer dealt, the constant of each key, and what it has to be: its verification share of that key times its factor. */
export interface Dealt {
  readonly constants: readonly Point[];
  readonly factor: Scalar;
  readonly expected: readonly Point[];
}

/** Row 5: C_i,0 == factor * Y_i for all keys at once, of one dealer or of several. */
export function checkConstants(group: Group, dealers: readonly Dealt[], weightSeed: Uint8Array): boolean {
  if (dealers.length === 0) throw new Problem('COMMITMENTS_LENGTH', 'nobody dealt');
  const pairs = dealers.flatMap(({ constants, factor, expected }) => {
    sameLength(constants.length, expected.length);
    return constants.map((constant, at) => ({ constant, factor, share: expected[at] as Point }));
  });
  const factors = weights(weightSeed, pairs.length).map((weight) => group.scalar(weight));
  const due = pairs.map(({ factor }, at) => -group.mul(factors[at] as Scalar, factor));
  const points = [...pairs.map(({ constant }) => constant), ...pairs.map(({ share }) => share)];
  return group.isZero(group.combine(points, [...factors, ...due]));
}

export function checkConstant(group: Group, dealt: Point, factor: Scalar, expected: Point): boolean {
  return group.equalPoints(dealt, group.combine([expected], [factor]));
}

export function combineScalars(group: Group, scalars: readonly Scalar[], factors: readonly bigint[]): Scalar {
  return scalars.reduce(
    (sum, scalar, i) => group.add(sum, group.mul(scalar, group.scalar(factors[i] as bigint))),
    group.scalar(0n),
  );
}

function sameLength(a: number, b: number): void {
  if (a === 0 || a !== b) throw new Problem('COMMITMENTS_LENGTH', `${a} and ${b} entries where equally many are due`);
}
