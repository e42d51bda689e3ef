import type { Group, Scalar } from './group.ts';
import { lagrange } from './polynomial.ts';

/** n over k, for committees: up to 32 over 16 it is exact. */
export function choose(n: number, k: number): number {
  let count = 1;
  for (let i = 1; i <= k; i++) count = (count * (n - k + i)) / i;
  return Math.round(count);
}

/** Every choice of k of the indices 1..n, in lexicographic order. */
export function* choices(n: number, k: number): Generator<readonly number[]> {
  const chosen = Array.from({ length: k }, (_, at) => at + 1);
  for (;;) {
    yield [...chosen];
    let at = k - 1;
    while (at >= 0 && (chosen[at] as number) === n - k + at + 1) at--;
    if (at < 0) return;
    chosen[at] = (chosen[at] as number) + 1;
    for (let next = at + 1; next < k; next++) chosen[next] = (chosen[next - 1] as number) + 1;
  }
}

/**
 * Whether the verification shares of these indices, interpolated at zero, give the first of so many commitments and
 * nothing of the others, whatever the commitments are: the share of index i is the sum of i^m * C_m, so the factors of the
 * interpolation have to add up to one, and to zero with each power of the indices. Exact, and no point is touched.
 */
export function givesConstant(group: Group, set: readonly number[], commitments: number): boolean {
  const [zero, one] = [group.scalar(0n), group.scalar(1n)];
  const indices = set.map((index) => group.scalar(BigInt(index)));
  let terms = set.map((index) => lagrange(group, set, index));
  for (let power = 0; power < commitments; power++) {
    const sum = terms.reduce((total, term) => group.add(total, term), zero);
    if (sum !== (power === 0 ? one : zero)) return false;
    terms = terms.map((term, at) => group.mul(term, indices[at] as Scalar));
  }
  return true;
}
