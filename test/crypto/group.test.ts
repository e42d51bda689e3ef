import { ED25519_TORSION_SUBGROUP, ed25519 } from '@noble/curves/ed25519.js';
import { p256 as nobleP256 } from '@noble/curves/nist.js';
import { secp256k1 as nobleSecp256k1 } from '@noble/curves/secp256k1.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex } from '../../src/bytes/hex.ts';
import { taggedHash, taggedHashOf, u64 } from '../../src/bytes/tagged-hash.ts';
import { decodePoints, edwards25519, type Group, p256, ristretto255, secp256k1 } from '../../src/crypto/group.ts';
import { drawn, refusal } from './drawn.ts';

const groups: Group[] = [secp256k1, edwards25519, p256, ristretto255];
const hex = (digits: string) => fromHex(digits) as Uint8Array;
const littleEndian = (value: bigint) => hex(value.toString(16).padStart(64, '0')).reverse();
const bigEndian = (value: bigint) => hex(value.toString(16).padStart(64, '0'));
const torsion = ED25519_TORSION_SUBGROUP.map((point) => ed25519.Point.fromHex(point));
const mixed = (factor: bigint, order: number) =>
  ed25519.Point.BASE.multiply(factor)
    .add(torsion[order] as (typeof torsion)[0])
    .toBytes();

for (const group of groups) {
  describe(group.name, () => {
    const random = drawn(group.name);
    const little = group.name === 'ed25519' || group.name === 'ristretto255';
    const anyScalar = fc.bigInt({ min: 0n, max: group.order - 1n }).map((value) => group.scalar(value));
    const point = group.multiplyBase(group.randomScalar(random));
    const encoded = group.encodePoint(point);

    it('decodes what it encodes', () => {
      expect(group.equalPoints(group.decodePoint(encoded), point)).toBe(true);
      const scalar = group.randomScalar(random);
      expect(group.decodeScalar(group.encodeScalar(scalar))).toBe(scalar);
      expect(group.encodeScalar(group.scalar(1n))).toEqual((little ? littleEndian : bigEndian)(1n));
    });

    it('refuses points of another length (row 16)', () => {
      for (const bytes of [new Uint8Array(), encoded.subarray(1), new Uint8Array([...encoded, 0])]) {
        expect(refusal(() => group.decodePoint(bytes))).toBe('POINT_INVALID');
      }
    });

    it('refuses bytes that are no point of the curve (row 16)', () => {
      let refused = 0;
      for (let i = 0; i < 24; i++) {
        const bytes = random(group.pointBytes);
        if (group.pointBytes === 33) bytes[0] = 2;
        if (refusal(() => group.decodePoint(bytes)) === 'POINT_INVALID') refused++;
      }
      expect(refused).toBeGreaterThan(4);
    });

    it('neither decodes nor encodes the identity (row 16)', () => {
      expect(refusal(() => group.encodePoint(group.zero))).toBe('POINT_INVALID');
      const forms = little
        ? [littleEndian(group.name === 'ed25519' ? 1n : 0n)]
        : [new Uint8Array(33), Uint8Array.of(0)];
      for (const form of forms) {
        expect(refusal(() => group.decodePoint(form))).toBe('POINT_INVALID');
        expect(refusal(() => decodePoints(group, [encoded, form]))).toBe('POINT_INVALID');
      }
    });

    it('refuses a scalar that is not below the order, or not 32 bytes long', () => {
      const encode = little ? littleEndian : bigEndian;
      expect(group.decodeScalar(encode(group.order - 1n))).toBe(group.order - 1n);
      expect(refusal(() => group.decodeScalar(encode(group.order)))).toBe('SCALAR_INVALID');
      expect(refusal(() => group.decodeScalar(new Uint8Array(32).fill(255)))).toBe('SCALAR_INVALID');
      expect(refusal(() => group.decodeScalar(new Uint8Array(31)))).toBe('SCALAR_INVALID');
      expect(refusal(() => group.decodeScalar(new Uint8Array(33)))).toBe('SCALAR_INVALID');
    });

    it('never draws zero, and refuses a source that runs dry', () => {
      expect(group.randomScalar((length) => new Uint8Array(length))).toBe(1n);
      expect(refusal(() => group.randomScalar(() => new Uint8Array(47)))).toBe('SCALAR_INVALID');
    });

    it('does not invert zero', () => {
      expect(refusal(() => group.invert(group.scalar(0n)))).toBe('SCALAR_INVALID');
      fc.assert(
        fc.property(anyScalar, (a) => a === 0n || group.mul(a, group.invert(a)) === 1n),
        { numRuns: 5 },
      );
    });

    it('adds in the exponent', () => {
      fc.assert(
        fc.property(anyScalar, anyScalar, (a, b) => {
          const sum = group.addPoints(group.multiplyBase(a), group.multiplyBase(b));
          return group.equalPoints(sum, group.multiplyBase(group.add(a, b)));
        }),
        { numRuns: 5 },
      );
    });

    it('subtracts what it adds, and reaches the identity', () => {
      expect(group.isZero(group.addPoints(point, group.negate(point)))).toBe(true);
      expect(group.isZero(group.multiplyBase(group.scalar(0n)))).toBe(true);
      expect(group.isZero(group.multiplySecret(point, group.scalar(0n)))).toBe(true);
      expect(group.isZero(point)).toBe(false);
    });

    it('multiplies by small factors as by scalars', () => {
      for (const factor of [0, 1, 2, 3, 5, 255, 65536]) {
        const expected = group.multiplySecret(point, group.scalar(BigInt(factor)));
        expect(group.equalPoints(group.multiplySmall(point, factor), expected)).toBe(true);
      }
      for (const factor of [-1, 0.5, Number.NaN, 2 ** 31]) {
        expect(refusal(() => group.multiplySmall(point, factor))).toBe('SCALAR_INVALID');
      }
    });

    it('combines few and many points as the sum of their products', () => {
      for (const count of [0, 1, 3, 40]) {
        const logs = Array.from({ length: count }, () => group.randomScalar(random));
        const factors = logs.map((log, i) => (i % 3 === 0 ? -log : i % 3 === 1 ? log >> 128n : group.order + log));
        const points = logs.map((log) => group.multiplyBase(log));
        const expected = logs.reduce((sum, log, i) => sum + log * (factors[i] as bigint), 0n);
        const combined = group.combine(points, factors);
        expect(group.equalPoints(combined, group.multiplyBase(group.scalar(expected)))).toBe(true);
      }
      const nothing = group.combine(new Array(30).fill(point), new Array(30).fill(0n));
      expect(group.isZero(nothing)).toBe(true);
      expect(refusal(() => group.combine([point], []))).toBe('SCALAR_INVALID');
    });
  });
}

describe('one encoding of one point (row 16)', () => {
  it('refuses uncompressed points', () => {
    for (const [group, noble] of [
      [secp256k1, nobleSecp256k1],
      [p256, nobleP256],
    ] as const) {
      expect(refusal(() => group.decodePoint(noble.Point.BASE.toBytes(false)))).toBe('POINT_INVALID');
    }
  });

  it('refuses other leading bytes', () => {
    for (const group of [secp256k1, p256]) {
      const bytes = group.encodePoint(group.base);
      for (const head of [0, 1, 4, 5, 6, 7, 0x82]) {
        bytes[0] = head;
        expect(refusal(() => group.decodePoint(bytes))).toBe('POINT_INVALID');
      }
    }
  });

  it('refuses coordinates at or above the field', () => {
    // x = 1 is on secp256k1, x = 5 on p256; y = 3 on edwards25519 (RFC 8032 5.1.3); s = 2^255 - 19 + 4 on ristretto255
    const k1 = new Uint8Array([2, ...bigEndian(nobleSecp256k1.Point.Fp.ORDER + 1n)]);
    const r1 = new Uint8Array([2, ...bigEndian(nobleP256.Point.Fp.ORDER + 5n)]);
    expect(refusal(() => secp256k1.decodePoint(k1))).toBe('POINT_INVALID');
    expect(refusal(() => p256.decodePoint(r1))).toBe('POINT_INVALID');
    for (let above = 0n; above < 19n; above++) {
      const bytes = littleEndian(ed25519.Point.Fp.ORDER + above);
      expect(refusal(() => edwards25519.decodePoint(bytes))).toBe('POINT_INVALID');
      expect(refusal(() => ristretto255.decodePoint(bytes))).toBe('POINT_INVALID');
    }
  });

  it('refuses an x of zero with a sign', () => {
    const bytes = littleEndian(1n);
    bytes[31] = 0x80;
    expect(refusal(() => edwards25519.decodePoint(bytes))).toBe('POINT_INVALID');
  });

  it('writes a point again as it was read, whatever became of the bytes', () => {
    for (const group of groups) {
      const bytes = group.encodePoint(group.addPoints(group.base, group.base));
      const given = Buffer.from(bytes); // whose slices are the same memory
      const point = group.decodePoint(given);
      given.fill(0);
      group.encodePoint(point).fill(0);
      expect(group.encodePoint(point)).toEqual(bytes);
      expect(Object.getPrototypeOf(group.encodePoint(point))).toBe(Uint8Array.prototype);
    }
  });

  it('refuses a negative ristretto encoding', () => {
    const good = ristretto255.encodePoint(ristretto255.base);
    const value = BigInt(`0x${Buffer.from(good.toReversed()).toString('hex')}`);
    expect(refusal(() => ristretto255.decodePoint(littleEndian(ed25519.Point.Fp.ORDER - value)))).toBe('POINT_INVALID');
  });
});

describe('the subgroup of edwards25519 (row 16)', () => {
  it('refuses every point of small order', () => {
    for (const point of torsion) expect(refusal(() => edwards25519.decodePoint(point.toBytes()))).toBe('POINT_INVALID');
  });

  it('refuses every point of mixed order', () => {
    for (const order of [1, 2, 3, 4, 5, 6, 7]) {
      expect(refusal(() => edwards25519.decodePoint(mixed(5n, order)))).toBe('POINT_INVALID');
      expect(refusal(() => decodePoints(edwards25519, [mixed(5n, order)]))).toBe('POINT_INVALID');
    }
  });

  /** Points that nobody has decoded before: those that are known are not looked at again. */
  const long = (seed: number): Uint8Array[] => {
    let point = ed25519.Point.BASE.multiply(BigInt(seed));
    return Array.from({ length: 230 }, () => {
      point = point.double();
      return point.toBytes();
    });
  };

  it('refuses them in long lists, also where they cancel, and takes the lists without them', () => {
    expect(decodePoints(edwards25519, long(3))).toHaveLength(230);
    const bad = (seed: number, ...places: [number, number][]) => {
      const list = long(seed);
      for (const [place, order] of places) list[place] = mixed(9n, order);
      return refusal(() => decodePoints(edwards25519, list));
    };
    expect(bad(5, [229, 4])).toBe('POINT_INVALID');
    expect(bad(7, [7, 1], [8, 7])).toBe('POINT_INVALID');
    // the first of its group of six, which points that were not summed would hide here
    expect(bad(20, [78, 4])).toBe('POINT_INVALID');
  });

  it('refuses a long list that was made for subsets of its points which somebody knew before', () => {
    // as they would be drawn, were the encodings not in the seed: then points could be found that cancel in each
    const seed = taggedHashOf('torsion', []);
    const sums = Array.from({ length: 128 }, (_, sum) => sum);
    const bytes = (start: number) =>
      sums.map((sum) => taggedHash('torsion-subset', seed, u64(start), u64(sum - (sum % 32)))[sum % 32] as number);
    /** In which of the sums each point would be, six points to a byte. */
    const columns = Array.from({ length: 34 }, (_, group) => bytes(6 * group)).flatMap((drawn) =>
      Array.from({ length: 6 }, (_, place) =>
        drawn.reduce((column, byte, sum) => column | (BigInt((byte >> place) & 1) << BigInt(sum)), 0n),
      ),
    );
    const basis = new Map<number, { column: bigint; points: bigint }>();
    const inEachSumTwice = columns.map((drawn, at) => {
      let [column, points] = [drawn, 1n << BigInt(at)];
      for (let top = column.toString(2).length; column > 0n; top = column.toString(2).length) {
        const known = basis.get(top);
        if (known === undefined) {
          basis.set(top, { column, points });
          return 0n;
        }
        [column, points] = [column ^ known.column, points ^ known.points];
      }
      return points;
    });
    const bad = inEachSumTwice.find((points) => points > 0n) as bigint;
    const list = long(13)
      .slice(0, 204)
      .map((encoded, at) =>
        (bad >> BigInt(at)) & 1n
          ? ed25519.Point.fromBytes(encoded)
              .add(torsion[4] as (typeof torsion)[0])
              .toBytes()
          : encoded,
      );
    expect(refusal(() => decodePoints(edwards25519, list))).toBe('POINT_INVALID');
  });
});
