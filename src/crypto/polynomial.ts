import { Kept } from '../bytes/kept.ts';
import type { Random } from '../bytes/random.ts';
import { Problem } from '../problem.ts';
import type { Group, Scalar } from './group.ts';

/** Lowest coefficient first: the constant is what is shared. */
export type Polynomial = readonly Scalar[];

export const largestIndex = 2 ** 16;

/** Degree threshold - 1. Every drawn coefficient is nonzero, so that no commitment is the identity (row 3). */
export function randomPolynomial(group: Group, constant: Scalar, threshold: number, random: Random): Scalar[] {
  if (!Number.isInteger(threshold) || threshold < 1 || threshold > largestIndex) {
    throw new Problem('COMMITMENTS_LENGTH', `a threshold of ${threshold} makes no polynomial`);
  }
  if (constant === 0n) throw new Problem('SCALAR_INVALID', 'zero cannot be shared');
  return [constant, ...Array.from({ length: threshold - 1 }, () => group.randomScalar(random))];
}

export function evaluate(group: Group, polynomial: Polynomial, index: number): Scalar {
  checkIndex(index);
  const x = group.scalar(BigInt(index));
  return polynomial.reduceRight((sum, coefficient) => group.add(group.mul(sum, x), coefficient), group.scalar(0n));
}

/** The coefficient of `index` when the polynomial is interpolated at zero from `indices`. */
export function lagrange(group: Group, indices: readonly number[], index: number): Scalar {
  checkIndices(indices);
  if (!indices.includes(index)) throw new Problem('INDEX_INVALID', `index ${index} is not one of those that take part`);
  let numerator = 1n;
  let denominator = 1n;
  for (const other of indices) {
    if (other === index) continue;
    numerator *= BigInt(other);
    denominator *= BigInt(other - index);
  }
  return group.mul(group.scalar(numerator), inverseOf(group, denominator));
}

/** Indices are small and public, and the same few differences come back for every choice of members. */
const inverses = new Kept<Scalar>();

function inverseOf(group: Group, denominator: bigint): Scalar {
  const name = `${group.name} ${denominator}`;
  return inverses.get(name) ?? inverses.keep(name, group.invert(group.scalar(denominator)));
}

export function interpolateAtZero(
  group: Group,
  shares: readonly { readonly index: number; readonly value: Scalar }[],
): Scalar {
  const indices = shares.map(({ index }) => index);
  checkIndices(indices);
  return shares.reduce(
    (sum, { index, value }) => group.add(sum, group.mul(lagrange(group, indices, index), value)),
    group.scalar(0n),
  );
}

/** Row 4: never 0, and so small that none can equal another modulo an order. */
export function checkIndex(index: number): void {
  // row 4
  if (!Number.isInteger(index) || index < 1 || index > largestIndex) {
    throw new Problem('INDEX_INVALID', `${index} is not an index from 1 to ${largestIndex}`);
  }
}

export function checkIndices(indices: readonly number[]): void {
  for (const index of indices) checkIndex(index);
  if (indices.length === 0) throw new Problem('INDEX_INVALID', 'no index at all');
  // row 4: nor one of them twice
  if (new Set(indices).size !== indices.length) throw new Problem('INDEX_INVALID', 'an index repeats');
}
