import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex } from '../../src/bytes/hex.ts';
import { decodeWords, encodeWords, evenWords, oddWords } from '../../src/bytes/words.ts';

const published = [
  [
    'e58294f2e9a227486e8b061b31cc528fd7fa3f19',
    'topmost Istanbul Pluto vagabond treadmill Pacific brackish dictator goldfish Medusa ' +
      'afflict bravado chatter revolver Dupont midsummer stopwatch whimsical cowbell bottomless',
  ],
  [
    'd1d464c004f00fb5c9a4c8d8e433e7fb7ff56256',
    'stairway souvenir flytrap recipe adrift upcoming artist positive spearhead Pandora ' +
      'spaniel stupendous tonic concurrent transit Wichita lockup visitor flagpole escapade',
  ],
  ['9030e74b', 'peachy commando transit disable'],
  ['d7fa3f197daa29f8', 'stopwatch whimsical cowbell bottomless klaxon pedigree breakup warranty'],
] as const;

describe('the lists', () => {
  test('hold 256 words each, and no word twice in any case', () => {
    expect(evenWords).toHaveLength(256);
    expect(oddWords).toHaveLength(256);
    expect(new Set([...evenWords, ...oddWords].map((word) => word.toLowerCase())).size).toBe(512);
  });

  test('are alphabetical but for the one place where the published list is not', () => {
    const unsorted = (words: readonly string[]) =>
      words.filter((word, i) => i > 0 && word.toLowerCase() < (words[i - 1] as string).toLowerCase());
    expect(unsorted(evenWords)).toEqual([]);
    expect(unsorted(oddWords)).toEqual(['Apollo']);
  });

  test('are plain letters, so that every keyboard has them', () => {
    for (const word of [...evenWords, ...oddWords]) expect(word).toMatch(/^[A-Z]?[a-z]+$/);
  });
});

describe('encodeWords and decodeWords', () => {
  test.each(published)('agree with the published example %s', (hex, words) => {
    const bytes = fromHex(hex) as Uint8Array;
    expect(encodeWords(bytes).join(' ')).toBe(words);
    expect(decodeWords(words.split(' '))).toEqual(bytes);
  });

  test('undo each other, in any case', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.boolean(), (bytes, loud) => {
        const words = encodeWords(bytes).map((word) => (loud ? word.toUpperCase() : word.toLowerCase()));
        expect(decodeWords(words)).toEqual(bytes);
      }),
    );
  });

  test('a word that does not exist is pointed at', () => {
    expect(decodeWords(['topmost', 'Istambul', 'Pluto'])).toEqual({ wrongAt: 1 });
    expect(decodeWords([''])).toEqual({ wrongAt: 0 });
    expect(decodeWords(['constructor'])).toEqual({ wrongAt: 0 });
  });

  test('a swap and a missing word are pointed at, because the lists take turns', () => {
    expect(decodeWords(['topmost', 'Pluto', 'Istanbul', 'vagabond'])).toEqual({ wrongAt: 1 });
    expect(decodeWords(['topmost', 'Pluto', 'vagabond'])).toEqual({ wrongAt: 1 });
  });
});
