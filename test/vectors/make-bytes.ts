import { encodeCbor } from '../../src/bytes/cbor.ts';
import { concatBytes, fromHex } from '../../src/bytes/hex.ts';
import { evenWords, oddWords } from '../../src/bytes/words.ts';
import { filled, group, hex, type Questions, type Wanted } from './form.ts';

const raw = (digits: string): string => `hex:${digits.replace(/ /g, '')}`;

function refusedItems(): Wanted[] {
  const item = (says: string, digits: string, limits: { size?: number; depth?: number } = {}): Wanted => ({
    says,
    given: { item: raw(digits), size: limits.size ?? 1000, depth: limits.depth ?? 12 },
    code: 'CBOR_MALFORMED',
  });
  return [
    item('larger than was allowed', '83010203', { size: 3 }),
    item('no bytes at all', ''),
    item('an argument that is cut short', '19 01'),
    item('a byte string longer than what follows', '44 010203'),
    item('an array that announces more items than there are bytes', '9a 00ffffff 01'),
    item('an array whose last item is missing', '82 8101'),
    item('nested deeper than was allowed', '81 81 80', { depth: 2 }),
    item('an array of indefinite length', '9f 01 ff'),
    item('a reserved head', '1c'),
    item('bytes behind the item', '01 01'),
    item('a tag', 'c0 61 30'),
    item('a half-precision float', 'f9 3c00'),
    item('a double, although its value is whole', 'fb 3ff0000000000000'),
    item('undefined', 'f7'),
    item('a simple value', 'e0'),
    item('a map key that is an integer', 'a1 01 02'),
    item('a map key that is a byte string', 'a1 41 61 02'),
    item('a map key named __proto__', 'a1 69 5f5f70726f746f5f5f 01'),
    item('2^53', '1b 0020000000000000'),
    item('-2^53', '3b 001fffffffffffff'),
    item('an integer longer than it has to be', '18 01'),
    item('a length longer than it has to be', '58 01 61'),
    item('one map key twice', 'a2 61 61 01 61 61 02'),
    item('map keys in the wrong order', 'a2 61 62 01 61 61 02'),
    item('map keys ordered by alphabet where the shorter has to go first', 'a2 62 6161 01 61 62 02'),
    item('text that is not UTF-8', '61 ff'),
    item('text with half a surrogate pair', '63 eda080'),
    item('text that begins with a byte order mark', '63 efbbbf'),
  ];
}

export function makeBytes(): Questions {
  const deep = (levels: number): Uint8Array => concatBytes(filled(levels - 1, 0x81), filled(1, 0x80));
  const accepted = (says: string, item: Uint8Array, depth = 12): Wanted => ({
    says,
    given: { item: hex(item), size: 1000, depth },
  });
  const phraseBytes = fromHex('00ff7f80102030405060708f') as Uint8Array;
  return {
    about: [
      'The encodings below everything: docs/protocol.md sections 2 and 3.',
      'A text that begins with hex: stands for the bytes that follow in hexadecimal.',
    ],
    groups: [
      group(
        'tagged hash',
        'SHA-256(h || h || for each part: its length as 8 bytes, big-endian, and the part), where h = SHA-256("conclave/v1/" || tag).',
        [
          { says: 'no part', given: { tag: 'plan', parts: [] } },
          { says: 'one empty part is not no part', given: { tag: 'plan', parts: ['hex:'] } },
          { says: 'the tag divides', given: { tag: 'packet', parts: ['hex:'] } },
          { says: 'two parts', given: { tag: 'plan', parts: ['hex:61', 'hex:6263'] } },
          {
            says: 'the same bytes cut elsewhere are something else',
            given: { tag: 'plan', parts: ['hex:6162', 'hex:63'] },
          },
        ],
      ),
      group('length-prefixed', 'For each part: its length as 8 bytes, big-endian, and the part.', [
        { says: 'nothing', given: { parts: [] } },
        { says: 'two parts', given: { parts: ['hex:61', 'hex:'] } },
      ]),
      group('cbor encode', 'Deterministic CBOR (RFC 8949, 4.2.1) of what the protocol uses.', [
        { says: 'an empty map', given: { value: {} } },
        {
          says: 'map keys in bytewise order of their encodings: shorter first',
          given: { value: { b: 1, aa: 2, a: 3 } },
        },
        { says: 'null, booleans, text, bytes', given: { value: [null, true, false, 'é', 'hex:00ff'] } },
        {
          says: 'integers in their shortest form',
          given: { value: [0, 23, 24, 255, 256, 65536, 4294967296, -1, -25] },
        },
        { says: 'the largest and the smallest integer', given: { value: [9007199254740991, -9007199254740991] } },
        { says: 'a fraction', given: { value: 1.5 }, code: 'CBOR_MALFORMED' },
        { says: 'a text with a byte order mark', given: { value: '\ufeff' }, code: 'CBOR_MALFORMED' },
      ]),
      group(
        'cbor decode',
        '`size` and `depth` are what may arrive at most: bytes in all, and arrays and maps inside each other.',
        [
          accepted('a map', encodeCbor({ a: 1, b: [true, null] })),
          accepted('as deep as is allowed', deep(12)),
          accepted('a text with an escape sequence is only text', encodeCbor('\u001b[2J')),
          ...refusedItems(),
        ],
      ),
      group(
        'words encode',
        'The PGP word list: two-syllable words at places 0, 2, 4 and so on, three-syllable words at 1, 3, 5 and so on.',
        [
          { says: 'twelve bytes', given: { bytes: hex(phraseBytes) } },
          {
            says: 'all two-syllable words, each beside the first three-syllable one',
            given: { bytes: hex(pairs((byte) => [byte, 0])) },
          },
          { says: 'all three-syllable words', given: { bytes: hex(pairs((byte) => [0, byte])) } },
        ],
      ),
      group('words decode', 'In any case. `wrongAt` counts from 0.', [
        { says: 'upper and lower case mean the same', given: { words: 'AARDVARK yucatan' } },
        { says: 'two words swapped', given: { words: `${oddWords[255]} ${evenWords[0]}` } },
        { says: 'no such word', given: { words: `${evenWords[0]} conclave` } },
      ]),
    ],
  };
}

function pairs(pair: (byte: number) => [number, number]): Uint8Array {
  return Uint8Array.from(Array.from({ length: 256 }, (_, byte) => pair(byte)).flat());
}
