import { expect, test } from 'vitest';
import { Kept } from '../../src/bytes/kept.ts';

test('what is kept comes back by its name, and nothing else does', () => {
  const kept = new Kept<number>();
  expect(kept.get('a')).toBeUndefined();
  expect(kept.keep('a', 1)).toBe(1);
  expect([kept.get('a'), kept.get('b')]).toEqual([1, undefined]);
});

test('whoever fills it up costs no memory: all of it is let go at once', () => {
  const kept = new Kept<number>();
  for (let at = 0; at <= 4096; at++) kept.keep(String(at), at);
  expect([kept.get('0'), kept.get('4095'), kept.get('4096')]).toEqual([undefined, undefined, 4096]);
});
