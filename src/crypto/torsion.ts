import type { CurvePoint, CurvePointCons } from '@noble/curves/abstract/curve.js';
import { ed25519 } from '@noble/curves/ed25519.js';
import { bytesToNumberLE, numberToBytesLE } from '@noble/curves/utils.js';
import { equalBytes } from '../bytes/hex.ts';
import { taggedHash, taggedHashOf, u64 } from '../bytes/tagged-hash.ts';

/** X25519 (RFC 7748), a scalar times the point of this u: the platform's own code. For public points and scalars here. */
export type Ladder = (scalar: Uint8Array, u: Uint8Array) => Uint8Array;

let platform: Ladder | null = null;

/** The platform is asked first from now on. It only ever says yes: what does not come back is for noble to judge. */
export function ladderFirst(ladder: Ladder | null): void {
  platform = ladder;
}

const { Fp, Fn } = ed25519.Point;

/**
 * Five times the order less one: a multiple of eight, so that it takes away whatever a point has outside the prime-order
 * group, and -1 modulo the order, so that it turns the rest round, which u does not show. Hence the u of a point comes
 * back if and only if there was nothing outside. It lies between 2^254 and 2^255: X25519 leaves it as it is.
 */
const turning = numberToBytesLE(5n * Fn.ORDER - 1n, 32);

/** Whether a point of ed25519, not the identity, lies in the prime-order group (safety row 16). */
export function isTorsionFree<P extends CurvePoint<unknown, P>>(point: P, encoded: Uint8Array): boolean {
  return (platform !== null && comesBack(platform, encoded)) || point.isTorsionFree();
}

function comesBack(ladder: Ladder, encoded: Uint8Array): boolean {
  const y = Fp.create(bytesToNumberLE(encoded) & ((1n << 255n) - 1n));
  const u = Fp.toBytes(Fp.div(Fp.add(Fp.ONE, y), Fp.sub(Fp.ONE, y)));
  // row 16: zero is the point of order two, and what X25519 makes of every point of small order
  if (u.every((byte) => byte === 0)) return false;
  try {
    return equalBytes(ladder(turning, u), u);
  } catch {
    return false; // a platform that does not do this has given no answer
  }
}

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
