import { ed25519 } from '@noble/curves/ed25519.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { bytesToNumberBE } from '@noble/curves/utils.js';
import { describe, expect, it } from 'vitest';
import { multiScalar } from '../../src/crypto/multi-scalar.ts';
import { drawn, refusal } from './drawn.ts';

const random = drawn('multi-scalar');

describe.each([
  ['edwards25519', ed25519.Point],
  ['secp256k1', secp256k1.Point],
] as const)('a sum of scalars times points on %s', (_, cons) => {
  const { ORDER: order } = cons.Fn;
  /** Points whose logarithms are known: 1, 2, 3, ... */
  const points = (count: number) => {
    const all = [cons.BASE];
    while (all.length < count) all.push((all.at(-1) as typeof cons.BASE).add(cons.BASE as never));
    return all;
  };
  const scalars = (count: number, bytes: number) =>
    Array.from({ length: count }, () => bytesToNumberBE(random(bytes)) % order);
  const due = (all: readonly bigint[]) => {
    const sum = all.reduce((total, scalar, at) => total + scalar * BigInt(at + 1), 0n);
    const reduced = ((sum % order) + order) % order;
    return reduced === 0n ? cons.ZERO : cons.BASE.multiplyUnsafe(reduced);
  };
  const made = (all: readonly bigint[]) => multiScalar(cons as never, points(all.length) as never[], all);

  it.each([
    [3, 32],
    [99, 2],
    [100, 2],
    [101, 3],
    [130, 16],
  ])('is the sum of all of them, of %i points and scalars of %i bytes', (count, bytes) => {
    const all = scalars(count, bytes);
    expect((made(all) as typeof cons.BASE).equals(due(all) as never)).toBe(true);
  });

  it('is the same for few and for many where scalars are zero, negative, or next to the order', () => {
    for (const count of [4, 100]) {
      const odd = [0n, -1n, order - 1n, -(2n ** 100n)];
      const all = [...odd, ...scalars(count - odd.length, 2)];
      expect((made(all) as typeof cons.BASE).equals(due(all) as never)).toBe(true);
    }
  });

  it('of nothing but zeros is the identity, of few and of many', () => {
    expect((made([0n, 0n]) as typeof cons.BASE).is0()).toBe(true);
    expect((made(Array.from({ length: 100 }, () => 0n)) as typeof cons.BASE).is0()).toBe(true);
  });

  it('wants as many scalars as points', () => {
    expect(refusal(() => multiScalar(cons as never, points(2) as never[], [1n]))).toBe('SCALAR_INVALID');
  });
});
