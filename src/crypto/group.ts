import type { CurvePoint, CurvePointCons } from '@noble/curves/abstract/curve.js';
import { ed25519, ristretto255 as nobleRistretto255 } from '@noble/curves/ed25519.js';
import { p256 as nobleP256 } from '@noble/curves/nist.js';
import { secp256k1 as nobleSecp256k1 } from '@noble/curves/secp256k1.js';
import { bytesToNumberBE } from '@noble/curves/utils.js';
import { equalBytes, toHex } from '../bytes/hex.ts';
import { Kept } from '../bytes/kept.ts';
import type { Random } from '../bytes/random.ts';
import { Problem } from '../problem.ts';
import { multiScalar } from './multi-scalar.ts';
import { batchFrom, batchTorsionFree, isTorsionFree } from './torsion.ts';

declare const scalarBrand: unique symbol;
declare const pointBrand: unique symbol;

/** 0 <= s < order: made only by a Group. */
export type Scalar = bigint & { readonly [scalarBrand]: true };
/** In the prime-order group. Identity only as an intermediate sum: neither decoded nor encoded. */
export type Point = { readonly [pointBrand]: true };

export type GroupName = 'secp256k1' | 'ed25519' | 'p256' | 'ristretto255';

export interface Group {
  readonly name: GroupName;
  readonly order: bigint;
  readonly pointBytes: number;
  readonly zero: Point;
  readonly base: Point;
  decodePoint(bytes: Uint8Array): Point;
  decodePoints(encoded: readonly Uint8Array[]): Point[];
  encodePoint(point: Point): Uint8Array;
  decodeScalar(bytes: Uint8Array): Scalar;
  encodeScalar(scalar: Scalar): Uint8Array;
  randomScalar(random: Random): Scalar;
  scalar(value: bigint): Scalar;
  add(a: Scalar, b: Scalar): Scalar;
  sub(a: Scalar, b: Scalar): Scalar;
  mul(a: Scalar, b: Scalar): Scalar;
  invert(a: Scalar): Scalar;
  /** Noble's blinded constant-time path. */
  multiplyBase(scalar: Scalar): Point;
  /** Noble's constant-time path; blinded where the cofactor is one. */
  multiplySecret(point: Point, scalar: Scalar): Point;
  addPoints(a: Point, b: Point): Point;
  negate(point: Point): Point;
  equalPoints(a: Point, b: Point): boolean;
  isZero(point: Point): boolean;
  /** Variable time: public integers only. */
  multiplySmall(point: Point, factor: number): Point;
  /** Variable time: public data only. */
  combine(points: readonly Point[], scalars: readonly bigint[]): Point;
}

function makeGroup<P extends CurvePoint<unknown, P>>(
  name: GroupName,
  cons: CurvePointCons<P>,
  pointBytes: number,
  littleEndian: boolean,
): Group {
  const field = cons.Fn;
  const order = field.ORDER;
  const cofactorOne = name !== 'ed25519';
  const inner = (point: Point): P => point as unknown as P;
  const outer = (point: P): Point => point as unknown as Point;
  const refuse = (why: string): never => {
    throw new Problem('POINT_INVALID', `${name} point: ${why}`);
  };

  /** What a point was decoded from: on ristretto255 writing it again costs as much as reading it. */
  const readFrom = new WeakMap<P, Uint8Array>();

  /** Safety row 16, all but the subgroup. Encoding again also settles length and form. */
  const decodeOnCurve = (bytes: Uint8Array): P => {
    let point: P;
    try {
      point = cons.fromBytes(bytes);
    } catch {
      return refuse('not on the curve, or not in its one encoding');
    }
    // row 16: the libraries take the identity, and some a second encoding
    if (point.is0()) return refuse('the identity');
    // row 16: two encodings of one point would make two packets of one; the decoding of ristretto255 takes one alone
    if (name !== 'ristretto255' && !equalBytes(point.toBytes(), bytes)) return refuse('not in its one encoding');
    readFrom.set(point, new Uint8Array(bytes));
    return point;
  };

  /** Points come back: a nonce with its acceptance and in its turn, a commitment in every descriptor that has it. */
  const decoded = new Kept<P>();
  const remember = (bytes: Uint8Array, point: P): Point => outer(decoded.keep(toHex(bytes), point));

  return Object.freeze<Group>({
    name,
    order,
    pointBytes,
    zero: outer(cons.ZERO),
    base: outer(cons.BASE),
    decodePoint: (bytes) => {
      const known = decoded.get(toHex(bytes));
      if (known !== undefined) return outer(known);
      const point = decodeOnCurve(bytes);
      // row 16: small and mixed order
      if (!cofactorOne && !isTorsionFree(point, bytes)) return refuse('outside the prime-order subgroup');
      return remember(bytes, point);
    },
    decodePoints: (encoded) => {
      const known = encoded.map((bytes) => decoded.get(toHex(bytes)));
      const points = encoded.map((bytes, i) => known[i] ?? decodeOnCurve(bytes));
      const fresh = points.filter((_, i) => known[i] === undefined);
      const written = encoded.filter((_, i) => known[i] === undefined);
      const sound = cofactorOne || (fresh.length >= batchFrom && batchTorsionFree(cons, fresh, written));
      // row 16: the same of many at once
      if (!sound && !fresh.every((point, i) => isTorsionFree(point, written[i] as Uint8Array)))
        refuse('outside the prime-order subgroup');
      return points.map((point, i) => remember(encoded[i] as Uint8Array, point));
    },
    encodePoint: (point) => {
      if (inner(point).is0()) return refuse('the identity has no encoding here');
      const known = readFrom.get(inner(point));
      return known === undefined ? inner(point).toBytes() : new Uint8Array(known);
    },
    decodeScalar: (bytes) => {
      if (bytes.length !== 32) throw new Problem('SCALAR_INVALID', `${bytes.length} bytes where 32 are due`);
      const value = bytesToNumberBE(littleEndian ? bytes.toReversed() : bytes);
      if (value >= order) throw new Problem('SCALAR_INVALID', `not below the order of ${name}`);
      return value as Scalar;
    },
    encodeScalar: (scalar) => new Uint8Array(field.toBytes(scalar)),
    randomScalar: (random) => {
      // 384 bits over 256: no bias above 2^-128, and never zero
      const wide = random(48);
      if (wide.length !== 48) throw new Problem('SCALAR_INVALID', 'the source of randomness ran dry');
      const scalar = ((bytesToNumberBE(wide) % (order - 1n)) + 1n) as Scalar;
      wide.fill(0);
      return scalar;
    },
    scalar: (value) => field.create(value) as Scalar,
    add: (a, b) => field.add(a, b) as Scalar,
    sub: (a, b) => field.sub(a, b) as Scalar,
    mul: (a, b) => field.mul(a, b) as Scalar,
    invert: (a) => {
      if (a === 0n) throw new Problem('SCALAR_INVALID', 'zero has no inverse');
      return field.inv(a) as Scalar;
    },
    multiplyBase: (scalar) => outer(scalar === 0n ? cons.ZERO : cons.BASE.multiply(scalar)),
    multiplySecret: (point, scalar) => outer(scalar === 0n ? cons.ZERO : inner(point).multiply(scalar)),
    addPoints: (a, b) => outer(inner(a).add(inner(b))),
    negate: (point) => outer(inner(point).negate()),
    equalPoints: (a, b) => inner(a).equals(inner(b)),
    isZero: (point) => inner(point).is0(),
    multiplySmall: (point, factor) => {
      if (!Number.isInteger(factor) || factor < 0 || factor > 2 ** 30) {
        throw new Problem('SCALAR_INVALID', `${factor} is not a small factor`);
      }
      if (factor === 0) return outer(cons.ZERO);
      let sum = inner(point);
      for (let bit = 30 - Math.clz32(factor); bit >= 0; bit--) {
        sum = sum.double();
        if ((factor >>> bit) & 1) sum = sum.add(inner(point));
      }
      return outer(sum);
    },
    combine: (points, scalars) => outer(multiScalar(cons, points.map(inner), scalars)),
  });
}

export const secp256k1: Group = makeGroup('secp256k1', nobleSecp256k1.Point, 33, false);
export const p256: Group = makeGroup('p256', nobleP256.Point, 33, false);
export const edwards25519: Group = makeGroup('ed25519', ed25519.Point, 32, true);
export const ristretto255: Group = makeGroup('ristretto255', nobleRistretto255.Point, 32, true);

/** Same refusals as one by one, but on ed25519 four times cheaper in long lists: few calls, many points each. */
export function decodePoints(group: Group, encoded: readonly Uint8Array[]): Point[] {
  return group.decodePoints(encoded);
}
