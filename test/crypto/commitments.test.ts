import { describe, expect, it } from 'vitest';
import { text } from '../../src/bytes/tagged-hash.ts';
import {
  checkConstant,
  checkConstants,
  checkShare,
  checkShares,
  commit,
  decodeCommitmentLists,
  decodeCommitments,
  evaluateCommitments,
  sumCommitments,
  weights,
} from '../../src/crypto/commitments.ts';
import { edwards25519, type Point, p256, ristretto255, secp256k1 } from '../../src/crypto/group.ts';
import { evaluate, randomPolynomial } from '../../src/crypto/polynomial.ts';
import { drawn, refusal } from './drawn.ts';

const seed = text('fixed after everything else');

for (const group of [secp256k1, edwards25519, p256, ristretto255]) {
  describe(`commitments on ${group.name}`, () => {
    const random = drawn(`commitments ${group.name}`);
    const polynomials = Array.from({ length: 30 }, () =>
      randomPolynomial(group, group.randomScalar(random), 2, random),
    );
    const keys = polynomials.map((polynomial) => commit(group, polynomial));
    const one = group.scalar(1n);

    it('evaluate to the share times the base point', () => {
      const polynomial = randomPolynomial(group, group.randomScalar(random), 4, random);
      for (const index of [1, 2, 9, 65536]) {
        const expected = group.multiplyBase(evaluate(group, polynomial, index));
        expect(group.equalPoints(evaluateCommitments(group, commit(group, polynomial), index), expected)).toBe(true);
      }
      expect(refusal(() => evaluateCommitments(group, keys[0] ?? [], 0))).toBe('INDEX_INVALID');
      expect(refusal(() => evaluateCommitments(group, [], 1))).toBe('COMMITMENTS_LENGTH');
    });

    it('check the shares of all keys at once, and see one wrong share or one wrong commitment', () => {
      const shares = polynomials.map((polynomial) => evaluate(group, polynomial, 3));
      expect(checkShares(group, keys, shares, 3, seed)).toBe(true);
      expect(checkShares(group, keys, shares, 2, seed)).toBe(false);
      const wrongShare = shares.with(17, group.add(shares[17] ?? one, one));
      expect(checkShares(group, keys, wrongShare, 3, seed)).toBe(false);
      const swapped = shares.with(4, shares[5] ?? one).with(5, shares[4] ?? one);
      expect(checkShares(group, keys, swapped, 3, seed)).toBe(false);
      const cancelling = wrongShare.with(18, group.sub(shares[18] ?? one, one));
      expect(checkShares(group, keys, cancelling, 3, seed)).toBe(false);
      const wrongKey = keys.with(29, [keys[29]?.[0] ?? group.base, group.base]);
      expect(checkShares(group, wrongKey, shares, 3, seed)).toBe(false);
      const blamed = keys.flatMap((key, k) => (checkShare(group, key, wrongShare[k] ?? one, 3) ? [] : [k]));
      expect(blamed).toEqual([17]);
    });

    it('check the constants of all keys at once (row 5), and see a single wrong one', () => {
      const factor = group.randomScalar(random);
      const expected = keys.map((key) => key[0] ?? group.base);
      const dealt = polynomials.map(([constant]) => group.multiplyBase(group.mul(constant ?? one, factor)));
      const holds = (...constants: (readonly Point[])[]): boolean =>
        checkConstants(
          group,
          constants.map((list) => ({ constants: list, factor, expected })),
          seed,
        );
      expect(holds(dealt)).toBe(true);
      expect(checkConstants(group, [{ constants: dealt, factor: group.add(factor, one), expected }], seed)).toBe(false);
      const wrong = dealt.with(11, group.addPoints(dealt[11] ?? group.base, group.base));
      expect(holds(wrong)).toBe(false);
      const minus = group.negate(group.base);
      expect(holds(wrong.with(12, group.addPoints(dealt[12] ?? group.base, minus)))).toBe(false);
      // of several dealers, none of whom makes up for another
      expect(holds(dealt, dealt)).toBe(true);
      expect(holds(dealt, wrong)).toBe(false);
      expect(holds(wrong, dealt.with(11, group.addPoints(dealt[11] ?? group.base, minus)))).toBe(false);
      const blamed = wrong.flatMap((point, k) =>
        checkConstant(group, point, factor, expected[k] ?? group.base) ? [] : [k],
      );
      expect(blamed).toEqual([11]);
    });
  });
}

describe('commitment lists', () => {
  const group = secp256k1;
  const random = drawn('lists');
  const list = commit(group, randomPolynomial(group, group.randomScalar(random), 3, random));
  const encoded = list.map((point) => group.encodePoint(point));

  it('are exactly as long as the threshold and never empty (row 3)', () => {
    expect(decodeCommitments(group, encoded, 3)).toHaveLength(3);
    expect(refusal(() => decodeCommitments(group, encoded, 2))).toBe('COMMITMENTS_LENGTH');
    expect(refusal(() => decodeCommitments(group, encoded, 4))).toBe('COMMITMENTS_LENGTH');
    expect(refusal(() => decodeCommitments(group, [], 0))).toBe('COMMITMENTS_LENGTH');
    expect(refusal(() => decodeCommitmentLists(group, [encoded, encoded.slice(1)], 3))).toBe('COMMITMENTS_LENGTH');
  });

  it('are decoded key by key', () => {
    const [first, second] = decodeCommitmentLists(group, [encoded, encoded.toReversed()], 3);
    expect(first?.map((point) => group.encodePoint(point))).toEqual(encoded);
    expect(second?.map((point) => group.encodePoint(point))).toEqual(encoded.toReversed());
  });

  it('hold no identity, neither dealt (row 3) nor as a sum', () => {
    expect(refusal(() => decodeCommitments(group, [...encoded.slice(1), new Uint8Array(33)], 3))).toBe('POINT_INVALID');
    const opposite = list.map((point) => group.negate(point));
    expect(refusal(() => sumCommitments(group, [list, opposite]))).toBe('POINT_INVALID');
    const topOnly = [...list.slice(0, 2), opposite[2] ?? group.base];
    expect(refusal(() => sumCommitments(group, [list, topOnly]))).toBe('POINT_INVALID');
  });

  it('are summed only when they are equally long (row 3)', () => {
    expect(refusal(() => sumCommitments(group, []))).toBe('COMMITMENTS_LENGTH');
    expect(refusal(() => sumCommitments(group, [[]]))).toBe('COMMITMENTS_LENGTH');
    expect(refusal(() => sumCommitments(group, [list, list.slice(1)]))).toBe('COMMITMENTS_LENGTH');
    expect(refusal(() => sumCommitments(group, [list.slice(1), list]))).toBe('COMMITMENTS_LENGTH');
    expect(refusal(() => sumCommitments(group, [list, list, list.slice(1)]))).toBe('COMMITMENTS_LENGTH');
  });

  it('are not checked against nothing: as many shares as keys, and at least one', () => {
    expect(refusal(() => checkShares(group, [], [], 1, seed))).toBe('COMMITMENTS_LENGTH');
    expect(refusal(() => checkShares(group, [list], [], 1, seed))).toBe('COMMITMENTS_LENGTH');
    const one = group.scalar(1n);
    for (const dealers of [[], [[]], [[], list], [[group.base], list]].map((all) =>
      all.map((constants) => ({ constants, factor: one, expected: constants.slice(0, 1) })),
    ))
      expect(refusal(() => checkConstants(group, dealers, seed))).toBe('COMMITMENTS_LENGTH');
  });

  it('are weighed by 128 bits that all differ and follow the seed', () => {
    const drawnWeights = weights(seed, 50);
    expect(new Set(drawnWeights).size).toBe(50);
    expect(drawnWeights.every((weight) => weight > 0n && weight < 2n ** 128n)).toBe(true);
    expect(drawnWeights.some((weight) => weight > 2n ** 120n)).toBe(true);
    expect(weights(seed, 50)).toEqual(drawnWeights);
    expect(weights(text('another'), 1)).not.toEqual(drawnWeights.slice(0, 1));
  });
});
