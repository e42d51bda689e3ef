import { describe, expect, test } from 'vitest';
import { choices, choose, givesConstant } from '../../src/crypto/combinations.ts';
import { commit, evaluateCommitments } from '../../src/crypto/commitments.ts';
import { edwards25519, type Point, p256, ristretto255, secp256k1 } from '../../src/crypto/group.ts';
import { lagrange, largestIndex, type Polynomial } from '../../src/crypto/polynomial.ts';
import { refusal } from './drawn.ts';

const groups = [secp256k1, edwards25519, p256, ristretto255];

describe('the choices of k out of n', () => {
  test('are as many as n over k says, each ascending and none twice', () => {
    for (const [n, k, count] of [
      [5, 3, 10],
      [7, 4, 35],
      [4, 4, 1],
      [6, 2, 15],
    ] as const) {
      const all = [...choices(n, k)];
      expect(choose(n, k)).toBe(count);
      expect(all).toHaveLength(count);
      expect(new Set(all.map(String)).size).toBe(count);
      for (const set of all) expect(set).toEqual([...set].sort((a, b) => a - b));
    }
    expect(choose(32, 16)).toBe(601_080_390);
  });
});

describe('the interpolation of verification shares', () => {
  test('gives the constant and nothing else for every choice of as many as there are commitments', () => {
    for (const group of groups) for (const set of choices(7, 4)) expect(givesConstant(group, set, 4)).toBe(true);
    expect(givesConstant(secp256k1, [1, 9, 300, largestIndex], 4)).toBe(true);
    expect(givesConstant(secp256k1, [5], 1)).toBe(true);
  });

  test('holds for more members than have to sign, and for no fewer', () => {
    expect(givesConstant(secp256k1, [1, 2, 4, 6], 3)).toBe(true);
    for (const set of choices(7, 3)) expect(givesConstant(secp256k1, set, 4)).toBe(false);
    expect(givesConstant(secp256k1, [1], 2)).toBe(false);
  });

  test('is what a combination of points says', () => {
    for (const group of groups) {
      const polynomial = [5n, 7n, 11n].map((value) => group.scalar(value)) as Polynomial;
      const commitments = commit(group, polynomial);
      for (const set of [...choices(5, 3), ...choices(5, 2)]) {
        const shares = set.map((index) => evaluateCommitments(group, commitments, index));
        const factors = set.map((index) => lagrange(group, set, index));
        const made = group.equalPoints(group.combine(shares, factors), commitments[0] as Point);
        expect(givesConstant(group, set, 3)).toBe(made);
      }
    }
  });

  test('is nothing to be asked of nobody, or of one index twice', () => {
    expect(givesConstant(secp256k1, [], 1)).toBe(false);
    expect(refusal(() => givesConstant(secp256k1, [2, 2], 1))).toBe('INDEX_INVALID');
  });
});
