import { type CurvePoint, type CurvePointCons, mulAddUnsafe } from '@noble/curves/abstract/curve.js';
import { Problem } from '../problem.ts';

/** Below this many points noble's interleaved windows win over buckets. */
const fewPoints = 100;

/**
 * Sum of scalar times point, variable time, public data only. Few points by noble's windows, many by buckets (Pippenger);
 * both walk as many bits as the largest scalar has. Weights have 128 bits, and so has a weight that is taken away: minus a
 * weight is nearly the order, so it is the point that is negated.
 */
export function multiScalar<P extends CurvePoint<unknown, P>>(
  cons: CurvePointCons<P>,
  points: readonly P[],
  scalars: readonly bigint[],
): P {
  if (points.length !== scalars.length) throw new Problem('SCALAR_INVALID', 'as many scalars as points are due');
  const { ORDER: order } = cons.Fn;
  const signed: P[] = [];
  const reduced: bigint[] = [];
  let plain = cons.ZERO;
  points.forEach((point, i) => {
    const scalar = cons.Fn.create(scalars[i] as bigint);
    const [one, factor] = 2n * scalar > order ? [point.negate(), order - scalar] : [point, scalar];
    if (factor === 1n) {
      plain = plain.add(one); // half of the nonces of a turn
      return;
    }
    signed.push(one);
    reduced.push(factor);
  });
  if (signed.length < fewPoints) return plain.add(mulAddUnsafe(cons, signed, reduced));
  const bits = reduced.reduce((all, scalar) => all | scalar, 0n).toString(2).length;
  const width = windowWidth(signed.length, bits);
  const mask = (1n << BigInt(width)) - 1n;
  let sum = cons.ZERO;
  for (let window = Math.ceil(bits / width) - 1; window >= 0; window--) {
    for (let i = 0; i < width; i++) sum = sum.double();
    const shift = BigInt(window * width);
    const buckets = new Array<P | undefined>(2 ** width);
    for (const [i, point] of signed.entries()) {
      const digit = Number(((reduced[i] as bigint) >> shift) & mask);
      if (digit > 0) buckets[digit] = buckets[digit]?.add(point) ?? point;
    }
    let running = cons.ZERO;
    let total = cons.ZERO;
    for (let digit = buckets.length - 1; digit > 0; digit--) {
      const bucket = buckets[digit];
      if (bucket !== undefined) running = running.add(bucket);
      total = total.add(running);
    }
    sum = sum.add(total);
  }
  return plain.add(sum);
}

function windowWidth(count: number, bits: number): number {
  const cost = (width: number) => Math.ceil(bits / width) * (count + 2 ** (width + 1));
  let best = 2;
  for (let width = 3; width <= 16; width++) if (cost(width) < cost(best)) best = width;
  return best;
}
