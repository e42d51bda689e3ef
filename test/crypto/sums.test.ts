import { expect, it } from 'vitest';
import { commit, evaluateCommitments, sumCommitments } from '../../src/crypto/commitments.ts';
import { ristretto255 as group } from '../../src/crypto/group.ts';
import { randomPolynomial } from '../../src/crypto/polynomial.ts';
import { drawn } from './drawn.ts';

it('commitments of dealers add up to those of the sum, and are refused where they cancel (row 3)', () => {
  const random = drawn('sums');
  const [a, b] = [1, 2].map(() => commit(group, randomPolynomial(group, group.randomScalar(random), 2, random))) as [
    never[],
    never[],
  ];
  const sum = sumCommitments(group, [a, b]);
  const parts = [a, b].map((list) => evaluateCommitments(group, list, 3)) as [never, never];
  expect(group.equalPoints(evaluateCommitments(group, sum, 3), group.addPoints(...parts))).toBe(true);
  const minus = a.map((point) => group.combine([point], [group.sub(0n as never, 1n as never)]));
  expect(() => sumCommitments(group, [a, minus])).toThrow('commitments sum to the identity');
});
