import type { CurvePoint, CurvePointCons } from '@noble/curves/abstract/curve.js';
import { taggedHash, taggedHashOf, u64 } from '../bytes/tagged-hash.ts';

const sums = 128;
const groupSize = 6;
/** Fewer points are cheaper one by one. */
export const batchFrom = 200;

/**
 * Are all the points in the prime-order subgroup (safety row 16)? One random combination would miss a small-order
 * component half of the time, since components live modulo 8 and cancel. So 128 subset sums, each subset drawn
 * bit by bit from a hash of all the encodings: were any component not zero, each sum on its own would be free
 * of torsion with probability at most 1/2 (fix all other bits: at most one value of the bit of a bad point cancels),
 * hence all of them with at most 2^-128, and who wants to search has to search over lists. Groups of six points share a
 * table of their 64 partial sums: some 31 additions per point, instead of a multiplication by the order.
 */
export function batchTorsionFree<P extends CurvePoint<unknown, P>>(
  cons: CurvePointCons<P>,
  points: readonly P[],
  encoded: readonly Uint8Array[],
): boolean {
  const seed = taggedHashOf('torsion', encoded);
  const totals = new Array<P>(sums).fill(cons.ZERO);
  for (let start = 0; start < points.length; start += groupSize) {
    const partial: P[] = [cons.ZERO];
    for (const point of points.slice(start, start + groupSize)) {
      for (const sum of [...partial]) partial.push(sum === cons.ZERO ? point : sum.add(point));
    }
    const bits = subsets(seed, start);
    for (let i = 0; i < sums; i++) {
      const subset = (bits[i] as number) % partial.length;
      if (subset > 0) totals[i] = (totals[i] as P).add(partial[subset] as P);
    }
  }
  return totals.every((total) => total.isTorsionFree());
}

/** One byte per sum; its low bits choose the subset (a power of two divides 256, so evenly). */
function subsets(seed: Uint8Array, start: number): Uint8Array {
  const bytes = new Uint8Array(sums);
  for (let i = 0; i < sums; i += 32) bytes.set(taggedHash('torsion-subset', seed, u64(start), u64(i)), i);
  return bytes;
}
