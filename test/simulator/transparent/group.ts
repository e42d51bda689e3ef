import { equalBytes } from '../../../src/bytes/hex.ts';
import type { Group, GroupName, Point, Scalar } from '../../../src/crypto/group.ts';
import { Problem } from '../../../src/problem.ts';

export type { Group, GroupName, Point, Scalar };

/*
 * The integers modulo a prime, added: a group in which everybody can take logarithms, and in which all the algebra of
 * the protocol holds as it does on a curve. A point is its own logarithm.
 */

const order = 2n ** 61n - 1n;

function reduce(value: bigint): bigint {
  const rest = value % order;
  return rest < 0n ? rest + order : rest;
}

function encode(value: bigint, length: number, mark: number): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes[0] = mark;
  new DataView(bytes.buffer).setBigUint64(length - 8, value);
  return bytes;
}

function decode(bytes: Uint8Array, length: number, mark: number): bigint | null {
  if (bytes.length !== length) return null;
  const value = new DataView(bytes.buffer, bytes.byteOffset, length).getBigUint64(length - 8);
  return value < order && equalBytes(encode(value, length, mark), bytes) ? value : null;
}

function makeGroup(name: GroupName, pointBytes: number): Group {
  const inner = (point: Point): bigint => point as unknown as bigint;
  const outer = (value: bigint): Point => reduce(value) as unknown as Point;
  const scalar = (value: bigint): Scalar => reduce(value) as Scalar;
  const decodePoint = (bytes: Uint8Array): Point => {
    const value = decode(bytes, pointBytes, 2);
    if (value === null || value === 0n) throw new Problem('POINT_INVALID', `${name} point: not in its one encoding`);
    return outer(value);
  };
  return Object.freeze<Group>({
    name,
    order,
    pointBytes,
    zero: outer(0n),
    base: outer(1n),
    decodePoint,
    decodePoints: (encoded) => encoded.map(decodePoint),
    encodePoint: (point) => {
      if (inner(point) === 0n) throw new Problem('POINT_INVALID', `${name} point: the identity has no encoding here`);
      return encode(inner(point), pointBytes, 2);
    },
    decodeScalar: (bytes) => {
      const value = decode(bytes, 32, 0);
      if (value === null) throw new Problem('SCALAR_INVALID', `not below the order of ${name}`);
      return value as Scalar;
    },
    encodeScalar: (value) => encode(value, 32, 0),
    randomScalar: (random) => {
      const wide = random(48);
      return ((new DataView(wide.buffer, wide.byteOffset).getBigUint64(0) % (order - 1n)) + 1n) as Scalar;
    },
    scalar,
    add: (a, b) => scalar(a + b),
    sub: (a, b) => scalar(a - b),
    mul: (a, b) => scalar(a * b),
    invert: (a) => {
      if (a === 0n) throw new Problem('SCALAR_INVALID', 'zero has no inverse');
      let [low, high, x, y] = [a as bigint, order, 1n, 0n];
      while (low > 1n) {
        const times = high / low;
        [low, high, x, y] = [high - times * low, low, y - times * x, x];
      }
      return scalar(x);
    },
    multiplyBase: (value) => outer(value),
    multiplySecret: (point, value) => outer(inner(point) * value),
    addPoints: (a, b) => outer(inner(a) + inner(b)),
    negate: (point) => outer(-inner(point)),
    equalPoints: (a, b) => inner(a) === inner(b),
    isZero: (point) => inner(point) === 0n,
    multiplySmall: (point, factor) => outer(inner(point) * BigInt(factor)),
    combine: (points, scalars) => {
      if (points.length !== scalars.length) throw new Problem('SCALAR_INVALID', 'as many scalars as points are due');
      return outer(points.reduce((sum, point, at) => sum + inner(point) * reduce(scalars[at] as bigint), 0n));
    },
  });
}

export const secp256k1 = makeGroup('secp256k1', 33);
export const p256 = makeGroup('p256', 33);
export const edwards25519 = makeGroup('ed25519', 32);
export const ristretto255 = makeGroup('ristretto255', 32);

export function decodePoints(group: Group, encoded: readonly Uint8Array[]): Point[] {
  return group.decodePoints(encoded);
}
