import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Bounds, type Cbor, decodeCbor, encodeCbor } from '../../src/bytes/cbor.ts';
import { fromHex, toHex } from '../../src/bytes/hex.ts';
import { Problem } from '../../src/problem.ts';

const roomy: Bounds = { bytes: 1 << 24, depth: 16 };

function bytes(hex: string): Uint8Array {
  return fromHex(hex.replaceAll(' ', '')) as Uint8Array;
}

function refusal(input: Uint8Array, bounds: Bounds = roomy): string {
  try {
    decodeCbor(input, bounds);
  } catch (error) {
    expect(error).toBeInstanceOf(Problem);
    expect((error as Problem).code).toBe('CBOR_MALFORMED');
    return (error as Problem).message;
  }
  return 'accepted';
}

describe('what decodeCbor accepts', () => {
  test.each<[string, Cbor]>([
    ['00', 0],
    ['17', 23],
    ['1818', 24],
    ['1b001fffffffffffff', Number.MAX_SAFE_INTEGER],
    ['20', -1],
    ['3b001ffffffffffffe', Number.MIN_SAFE_INTEGER],
    ['40', new Uint8Array(0)],
    ['43010203', new Uint8Array([1, 2, 3])],
    ['60', ''],
    ['63e282ac', '\u20ac'],
    ['80', []],
    ['a0', {}],
    ['f4', false],
    ['f5', true],
    ['f6', null],
    ['82 00 a1 61 61 81 20', [0, { a: [-1] }]],
    ['a3 61 61 01 61 62 02 62 61 61 03', { a: 1, b: 2, aa: 3 }],
  ])('%s', (hex, value) => {
    expect(decodeCbor(bytes(hex), roomy)).toEqual(value);
    expect(toHex(encodeCbor(value))).toBe(hex.replaceAll(' ', ''));
  });

  test('whatever encodeCbor wrote', () => {
    const { value } = fc.letrec<{ value: Cbor }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.constantFrom(null, true, false),
        fc.maxSafeInteger().map((n) => n + 0),
        fc.string({ unit: 'grapheme' }).filter((text) => !text.startsWith('\ufeff')),
        fc.uint8Array(),
        fc.array(tie('value'), { maxLength: 5 }),
        fc.dictionary(fc.string({ maxLength: 30 }), tie('value'), { maxKeys: 5 }).map((map) => {
          const { ['__proto__']: _, ...rest } = map;
          return rest;
        }),
      ) as fc.Arbitrary<Cbor>,
    }));
    fc.assert(fc.property(value, (item) => void expect(decodeCbor(encodeCbor(item), roomy)).toEqual(item)));
  });

  test('and hands out bytes that share no memory with the input', () => {
    const input = Buffer.from(bytes('43010203'));
    const output = decodeCbor(input, roomy) as Uint8Array;
    input.fill(0);
    expect(output).toEqual(new Uint8Array([1, 2, 3]));
    expect(output.constructor).toBe(Uint8Array);
    expect(output.buffer.byteLength).toBe(3);
  });
});

describe('what decodeCbor refuses', () => {
  test.each([
    ['nothing at all', '', 'truncated'],
    ['a head cut off', '19 01', 'truncated'],
    ['a string cut off', '63 61 61', 'truncated'],
    ['an array cut off', '82 01', 'announces more items than bytes'],
    ['a nested array cut off', '82 81 01', 'truncated'],
    ['a map without its last value', 'a1 61 61', 'truncated'],
    ['bytes behind the item', '00 00', 'bytes behind the item'],
    ['an item behind a list', '80 80', 'bytes behind the item'],
    ['an integer in two bytes that fits in one', '18 17', 'not'],
    ['an integer in three bytes that fits in two', '19 00 ff', 'not'],
    ['an integer in five bytes that fits in three', '1a 00 00 ff ff', 'not'],
    ['an integer in nine bytes that fits in five', '1b 00 00 00 00 ff ff ff ff', 'not'],
    ['a negative integer that is not minimal', '38 00', 'not'],
    ['a length that is not minimal', '58 01 00', 'not'],
    ['a text length that is not minimal', '78 01 61', 'not'],
    ['an array length that is not minimal', '98 01 00', 'not'],
    ['a map length that is not minimal', 'b8 01 61 61 00', 'not'],
    ['an integer of 2^53', '1b 00 20 00 00 00 00 00 00', 'beyond 2^53'],
    ['an integer of 2^64 - 1', '1b ff ff ff ff ff ff ff ff', 'beyond 2^53'],
    ['an integer of -2^53', '3b 00 1f ff ff ff ff ff ff', 'beyond 2^53'],
    ['an integer of -2^64', '3b ff ff ff ff ff ff ff ff', 'beyond 2^53'],
    ['keys out of order', 'a2 61 62 00 61 61 00', 'not deterministic'],
    ['a longer key before a shorter one', 'a2 62 61 61 00 61 62 00', 'not deterministic'],
    ['a key twice', 'a2 61 61 00 61 61 00', 'not'],
    ['a key twice with different values', 'a2 61 61 00 61 61 01', 'not'],
    ['a key twice, deep inside', '81 a1 61 78 a2 61 61 00 61 61 01', 'not'],
    ['a number as key', 'a1 00 00', 'key that is not text'],
    ['bytes as key', 'a1 41 61 00', 'key that is not text'],
    ['an array as key', 'a1 80 00', 'key that is not text'],
    ['null as key, second entry', 'a2 61 61 00 f6 00', 'key that is not text'],
    ['a key named __proto__ with an object', 'a1 69 5f5f70726f746f5f5f a1 61 78 01', '__proto__'],
    ['a key named __proto__ with a number', 'a1 69 5f5f70726f746f5f5f 01', '__proto__'],
    ['a key named __proto__, deep inside', '81 a2 61 61 80 69 5f5f70726f746f5f5f f6', '__proto__'],
    ['bytes of indefinite length', '5f 41 00 ff', 'indefinite'],
    ['text of indefinite length', '7f 61 61 ff', 'indefinite'],
    ['an array of indefinite length', '9f 00 ff', 'indefinite'],
    ['a map of indefinite length', 'bf 61 61 00 ff', 'indefinite'],
    ['a break alone', 'ff', 'simple'],
    ['a break inside an array', '81 ff', 'simple'],
    ['reserved heads', '1c', 'reserved'],
    ['a reserved head of an array', '9e', 'reserved'],
    ['a half float', 'f9 3e 00', 'float'],
    ['a single float', 'fa 3f c0 00 00', 'float'],
    ['a double', 'fb 3f f1 99 99 99 99 99 9a', 'float'],
    ['one as a half float', 'f9 3c 00', 'float'],
    ['zero as a double', 'fb 00 00 00 00 00 00 00 00', 'float'],
    ['negative zero', 'f9 80 00', 'float'],
    ['infinity', 'f9 7c 00', 'float'],
    ['not a number', 'f9 7e 00', 'float'],
    ['undefined', 'f7', 'undefined'],
    ['undefined inside a map', 'a1 61 61 f7', 'undefined'],
    ['a simple value without meaning', 'f0', 'simple'],
    ['a simple value in two bytes', 'f8 20', 'simple'],
    ['false in two bytes', 'f8 14', 'simple'],
    ['a tag', 'c0 60', 'tags'],
    ['a bignum', 'c2 41 01', 'tags'],
    ['a tag inside', '81 d8 18 40', 'tags'],
    ['text that is not UTF-8', '61 ff', 'not'],
    ['an overlong zero', '62 c0 80', 'not'],
    ['a surrogate in UTF-8', '63 ed a0 80', 'not'],
    ['text cut in a character', '62 e2 82', 'not'],
    ['long text that is not UTF-8', `78 28 ${'61'.repeat(39)} ff`, 'not'],
    ['a key that is not UTF-8', 'a1 61 ff 00', 'not'],
    ['a byte order mark, which decoding would lose', '63 ef bb bf', 'byte order mark'],
    ['a byte order mark before text', 'a1 64 ef bb bf 61 00', 'byte order mark'],
  ])('%s', (_, hex, reason) => {
    expect(refusal(bytes(hex))).toContain(reason);
  });

  test('more bytes than the bound, before looking at them', () => {
    expect(refusal(new Uint8Array(11), { bytes: 10, depth: 1 })).toBe('larger than 10 bytes');
  });

  test('one level more than the bound, and not one less', () => {
    expect(refusal(bytes('81 81 80'), { bytes: 10, depth: 3 })).toBe('accepted');
    expect(refusal(bytes('81 81 80'), { bytes: 10, depth: 2 })).toBe('nested deeper than 2');
    expect(refusal(bytes('a1 61 61 80'), { bytes: 10, depth: 1 })).toBe('nested deeper than 1');
    expect(refusal(bytes('00'), { bytes: 10, depth: 0 })).toBe('accepted');
  });
});

describe('what an attacker may cost', () => {
  function cost(input: Uint8Array): { message: string; milliseconds: number; megabytes: number } {
    const before = process.memoryUsage();
    const start = performance.now();
    const message = refusal(input);
    const milliseconds = performance.now() - start;
    const after = process.memoryUsage();
    const grown = after.heapUsed - before.heapUsed + after.arrayBuffers - before.arrayBuffers;
    return { message, milliseconds, megabytes: grown / 2 ** 20 };
  }

  test.each([
    ['a depth bomb of arrays', new Uint8Array(1 << 24).fill(0x81), 'nested deeper'],
    ['a depth bomb of maps', new Uint8Array(1 << 24).fill(0xa1), 'key that is not text'],
    ['an array that announces 2^32 - 1 items', bytes('9a ff ff ff ff'), 'more items than bytes'],
    ['an array that announces 2^64 - 1 items', bytes('9b ff ff ff ff ff ff ff ff'), 'more items than bytes'],
    ['a map that announces 2^63 entries', bytes('bb 80 00 00 00 00 00 00 00'), 'more items than bytes'],
    ['bytes that announce 2^62', bytes('5b 40 00 00 00 00 00 00 00'), 'truncated'],
    ['text that announces 2^31', bytes('7a 80 00 00 00'), 'truncated'],
    ['arrays that each announce all that follows', announcing(), 'nested deeper'],
  ])('%s', (_, input, reason) => {
    const { message, milliseconds, megabytes } = cost(input);
    expect(message).toContain(reason);
    expect(milliseconds).toBeLessThan(500);
    expect(megabytes).toBeLessThan(32);
  });

  function announcing(): Uint8Array {
    const input = new Uint8Array(5 * 1000);
    const view = new DataView(input.buffer);
    for (let at = 0; at < input.length; at += 5) {
      input[at] = 0x9a;
      view.setUint32(at + 1, input.length - at - 5);
    }
    return input;
  }
});

describe('what encodeCbor refuses, so that nothing is signed that nobody can read', () => {
  test.each<[string, unknown]>([
    ['a fraction', 1.5],
    ['a number beyond 2^53', 2 ** 53],
    ['infinity', Number.POSITIVE_INFINITY],
    ['not a number', Number.NaN],
    ['undefined', { a: undefined }],
    ['a big integer beyond 2^53', 2n ** 60n],
    ['a key named __proto__', JSON.parse('{"__proto__":1}')],
    ['text that starts with a byte order mark', '\ufeffa'],
    ['a Map with numbers as keys', new Map([[1, 1]])],
  ])('%s', (_, value) => {
    expect(() => encodeCbor(value as Cbor)).toThrow(Problem);
  });

  test('negative zero becomes zero', () => {
    expect(toHex(encodeCbor(-0))).toBe('00');
  });
});
