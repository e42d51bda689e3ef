import { Problem } from '../problem.ts';
import { weights } from './commitments.ts';
import type { Group, Point } from './group.ts';
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
 * Whether each of these sets of indices, interpolated at zero from the verification shares, gives this point: all of
 * them in one weighted sum, which a wrong one passes with 2^-128 as long as the seed was fixed after the shares.
 */
export function combine(
  group: Group,
  shares: readonly Point[],
  sets: readonly (readonly number[])[],
  constant: Point,
  seed: Uint8Array,
): boolean {
  if (sets.length === 0) throw new Problem('INDEX_INVALID', 'no set of indices at all');
  const factors = weights(seed, sets.length).map((weight) => group.scalar(weight));
  const sums = shares.map(() => group.scalar(0n));
  let all = group.scalar(0n);
  sets.forEach((set, at) => {
    const factor = factors[at] as (typeof factors)[number];
    all = group.add(all, factor);
    for (const index of set) {
      const part = group.mul(factor, lagrange(group, set, index));
      sums[index - 1] = group.add(sums[index - 1] as typeof part, part);
    }
  });
  return group.isZero(group.combine([...shares, constant], [...sums, -all]));
}
