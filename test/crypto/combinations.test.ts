import { describe, expect, test } from 'vitest';
import { choices, choose, combine } from '../../src/crypto/combinations.ts';
import { commit, evaluateCommitments } from '../../src/crypto/commitments.ts';
import { secp256k1 as group } from '../../src/crypto/group.ts';
import type { Polynomial } from '../../src/crypto/polynomial.ts';
import { refusal } from './drawn.ts';

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

describe('the combination of verification shares', () => {
  const polynomial = [5n, 7n, 11n].map((value) => group.scalar(value)) as Polynomial;
  const commitments = commit(group, polynomial);
  const shares = [1, 2, 3, 4, 5].map((index) => evaluateCommitments(group, commitments, index));
  const constant = commitments[0] as (typeof commitments)[number];
  const seed = new Uint8Array(32).fill(9);

  test('gives the public key for every choice of as many as the threshold', () => {
    expect(combine(group, shares, [...choices(5, 3)], constant, seed)).toBe(true);
  });

  test('is nothing to be asked of no choice at all', () => {
    expect(refusal(() => combine(group, shares, [], constant, seed))).toBe('INDEX_INVALID');
  });

  test('does not for fewer, for another key, or where one share is another', () => {
    expect(combine(group, shares, [...choices(5, 2)], constant, seed)).toBe(false);
    expect(combine(group, shares, [[1, 2]], constant, seed)).toBe(false);
    expect(combine(group, shares, [...choices(5, 3)], group.base, seed)).toBe(false);
    for (const at of [0, 4]) {
      const wrong = shares.map((share, place) => (place === at ? group.addPoints(share, group.base) : share));
      expect(combine(group, wrong, [...choices(5, 3)], constant, seed)).toBe(false);
    }
  });
});
