import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { edwards25519, secp256k1 } from '../../src/crypto/group.ts';
import { evaluate, interpolateAtZero, lagrange, randomPolynomial } from '../../src/crypto/polynomial.ts';
import { drawn, refusal } from './drawn.ts';

const random = drawn('polynomial');
const secret = secp256k1.scalar(1234567n);

describe('polynomials', () => {
  it('have exactly as many coefficients as the threshold, the secret first, none zero', () => {
    const zeros = (length: number) => new Uint8Array(length);
    const polynomial = randomPolynomial(secp256k1, secret, 4, zeros);
    expect(polynomial).toHaveLength(4);
    expect(polynomial[0]).toBe(secret);
    expect(polynomial.every((coefficient) => coefficient !== 0n)).toBe(true);
  });

  it('do not share zero, nor under a threshold that is none', () => {
    expect(refusal(() => randomPolynomial(secp256k1, secp256k1.scalar(0n), 2, random))).toBe('SCALAR_INVALID');
    for (const threshold of [0, -1, 1.5, Number.NaN, 2 ** 17]) {
      expect(refusal(() => randomPolynomial(secp256k1, secret, threshold, random))).toBe('COMMITMENTS_LENGTH');
    }
  });

  it('are evaluated at indices only (row 4)', () => {
    const polynomial = [secp256k1.scalar(5n), secp256k1.scalar(3n), secp256k1.scalar(2n)];
    expect(evaluate(secp256k1, polynomial, 7)).toBe(5n + 21n + 98n);
    for (const index of [0, -1, 1.5, 2 ** 16 + 1, Number.NaN]) {
      expect(refusal(() => evaluate(secp256k1, polynomial, index))).toBe('INDEX_INVALID');
    }
  });

  it('are found again from any threshold of their shares, and not from fewer', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 5 }),
        fc.uniqueArray(fc.integer({ min: 1, max: 65536 }), { minLength: 5, maxLength: 5 }),
        (threshold, indices) => {
          const polynomial = randomPolynomial(edwards25519, edwards25519.randomScalar(random), threshold, random);
          const shares = indices.map((index) => ({ index, value: evaluate(edwards25519, polynomial, index) }));
          const enough = interpolateAtZero(edwards25519, shares.slice(0, threshold));
          const tooFew = interpolateAtZero(edwards25519, shares.slice(0, threshold - 1));
          return enough === polynomial[0] && tooFew !== polynomial[0];
        },
      ),
      { numRuns: 20 },
    );
  });
});

describe('a lagrange coefficient', () => {
  it('is what interpolation from 1 and 2 needs', () => {
    expect(lagrange(secp256k1, [1, 2], 1)).toBe(2n);
    expect(lagrange(secp256k1, [1, 2], 2)).toBe(secp256k1.order - 1n);
  });

  it('is refused for index 0, repeats, huge and absent indices (row 4)', () => {
    const cases: [number[], number][] = [
      [[0, 1], 1],
      [[1, 1, 2], 1],
      [[1, 2], 3],
      [[1, 65537], 1],
      [[1, 1.5], 1],
      [[], 1],
    ];
    for (const [indices, index] of cases) {
      expect(refusal(() => lagrange(secp256k1, indices, index))).toBe('INDEX_INVALID');
    }
    const value = secp256k1.scalar(1n);
    expect(refusal(() => interpolateAtZero(secp256k1, []))).toBe('INDEX_INVALID');
    expect(
      refusal(() =>
        interpolateAtZero(secp256k1, [
          { index: 2, value },
          { index: 2, value },
        ]),
      ),
    ).toBe('INDEX_INVALID');
  });
});
