import { describe, expect, test } from 'vitest';
import type { Descriptor } from '../../src/ceremony/descriptor.ts';
import type { Group, Scalar } from '../../src/crypto/group.ts';
import { evaluate, randomPolynomial } from '../../src/crypto/polynomial.ts';
import { suite } from '../../src/crypto/suites.ts';
import { type Holding, sharesWrong, subsets } from '../../src/rehearsal/holdings.ts';
import { drawn } from '../crypto/drawn.ts';

const random = drawn('holdings');
const { group } = suite('p256');
const secret = group.randomScalar(random);

/** A committee that holds this secret by a polynomial of this many coefficients. */
function committee(threshold: number, members: number, coefficients = threshold, of: Group = group): Holding[] {
  const polynomial = randomPolynomial(of, secret, coefficients, random);
  const names = ['alice', 'bob', 'carol', 'dave', 'erin'].slice(0, members);
  const publicKey = of.encodePoint(of.multiplyBase(secret));
  const descriptor = { threshold, members: names, keys: [{ label: 'main', suite: 'p256', publicKey }] };
  return names.map((who, at) => ({
    who,
    state: 'active' as const,
    ceremony: 'c',
    index: at + 1,
    descriptor: descriptor as unknown as Descriptor,
    share: [evaluate(of, polynomial, at + 1)],
  }));
}

describe('the shares of a committee', () => {
  test('are right when any threshold of them make the key, fewer do not, and no old one helps', () => {
    expect(sharesWrong(committee(3, 5), committee(2, 3))).toBeNull();
    expect(sharesWrong(committee(2, 3), [])).toBeNull();
    expect(sharesWrong(committee(2, 2), committee(2, 3))).toBeNull();
  });

  test('are wrong when one of them is another number', () => {
    for (let at = 0; at < 5; at++) {
      const shares = committee(3, 5).map((one, i) =>
        i === at ? { ...one, share: [group.add(one.share[0] as Scalar, group.scalar(1n))] } : one,
      );
      expect(sharesWrong(shares, [])).toMatch(/main/);
    }
  });

  test('are wrong when fewer than the threshold are enough', () => {
    expect(sharesWrong(committee(3, 5, 2), [])).toMatch(/too few and make main/);
  });

  test('are wrong when an old share still fits', () => {
    const now = committee(3, 5);
    expect(sharesWrong(now, now)).toBe('old and new shares together make main');
  });

  test('are wrong when somebody has none', () => {
    expect(sharesWrong(committee(2, 3).slice(1), [])).toBe('2 of 3 members hold a share');
    expect(sharesWrong([], [])).toBe('nobody holds a share');
  });

  test('are taken in every choice', () => {
    expect(subsets([1, 2, 3, 4], 2)).toEqual([
      [1, 2],
      [1, 3],
      [1, 4],
      [2, 3],
      [2, 4],
      [3, 4],
    ]);
    expect(subsets([1], 2)).toEqual([]);
  });
});
