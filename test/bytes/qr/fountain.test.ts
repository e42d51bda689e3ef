import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { combination, partsOf, pieceOf, puzzle } from '../../../src/bytes/qr/fountain.ts';
import { drawn } from '../../crypto/drawn.ts';

const ones = (bits: Uint8Array): number =>
  [...bits].reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0);

describe('the combinations', () => {
  test('are the parts themselves first, one by one', () => {
    const bits = Array.from({ length: 19 }, (_, number) => combination(19, number));
    expect(bits.map(ones)).toEqual(Array(19).fill(1));
    expect(bits[0]).toEqual(Uint8Array.of(1, 0, 0));
    expect(bits[18]).toEqual(Uint8Array.of(0, 0, 4));
  });

  test('name no part that is not there, and never no part at all', () => {
    for (const count of [1, 2, 3, 7, 8, 9, 255, 256, 257, 600]) {
      for (let number = count; number < count + 50; number += 1) {
        const bits = combination(count, number);
        expect(bits).toHaveLength(Math.ceil(count / 8));
        expect(ones(bits)).toBeGreaterThan(0);
        expect((bits.at(-1) as number) >> (count % 8 || 8)).toBe(0);
      }
    }
  });

  test('are of about half of the parts, in every block of them', () => {
    const bits = combination(1024, 5000);
    for (let block = 0; block < 4; block += 1) {
      const found = ones(bits.subarray(32 * block, 32 * block + 32));
      expect(found).toBeGreaterThan(88);
      expect(found).toBeLessThan(168);
    }
  });
});

describe('a puzzle', () => {
  test('is solved by any pieces in any order, some of them twice', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 300 }),
        fc.integer({ min: 1, max: 40 }),
        fc.infiniteStream(fc.nat({ max: 400 })),
        (whole, size, numbers) => {
          const parts = partsOf(whole, size);
          const { add, missing, solved } = puzzle(parts.length, size);
          for (const number of numbers) {
            const before = missing();
            const taken = add(number, pieceOf(parts, number));
            expect(taken).toBe(missing() < before ? 'useful' : 'known');
            if (missing() === 0) break;
          }
          expect(solved().subarray(0, whole.length)).toEqual(whole);
          expect(solved()).toHaveLength(parts.length * size);
        },
      ),
      { numRuns: 60, seed: 7 },
    );
  });

  test('says when its pieces contradict each other', () => {
    const parts = partsOf(drawn('parts')(160), 16);
    const { add } = puzzle(parts.length, 16);
    for (let number = 0; number < 9; number += 1) add(number, pieceOf(parts, number));
    const wrong = pieceOf(parts, 4).slice();
    wrong[3] = (wrong[3] as number) ^ 1;
    expect(add(4, pieceOf(parts, 4))).toBe('known');
    expect(add(4, wrong)).toBe('contradiction');
  });
});
