import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concatBytes, toHex } from '../../src/bytes/hex.ts';
import { fileHash, lengthPrefixed, taggedHash, text, u64 } from '../../src/bytes/tagged-hash.ts';

const sha256 = (bytes: Uint8Array) => new Uint8Array(createHash('sha256').update(bytes).digest());

describe('taggedHash', () => {
  test.each([
    ['no part', 'plan', [], '776194fa2eacf45e9aeb3c5bb6c735e2c86eff026fa19bee6750d7e3dbe6dfec'],
    ['an empty part', 'plan', [text('')], 'd5b32fcaf84267075022cf6abead2e3385d754ef4dee2cbe7c10b510b1357a77'],
    ['one part', 'plan', [text('abc')], '87ab77ff2a8c138e2f12aff0f3465ad7f901c265ee1b6c7db7b5ea7e8de7ed16'],
    ['two parts', 'plan', [text('ab'), text('c')], '95d51ac6647366cdbb8a76377e728d2a5f41fea6c5e459e608852e2c9516221b'],
    ['another tag', 'packet', [text('abc')], '6cabc30f744ac181fe7d5c0dc1f7bd72d2dbd22565e54ed11196e83217ad821b'],
  ])('golden bytes: %s', (_, tag, parts, hex) => {
    expect(toHex(taggedHash(tag, ...parts))).toBe(hex);
  });

  test('is SHA-256 over the hashed tag twice and every part behind its length', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.uint8Array()), (tag, parts) => {
        const tagHash = sha256(new TextEncoder().encode(`conclave/v1/${tag}`));
        const lengths = parts.flatMap((part) => [u64(part.length), part]);
        expect(taggedHash(tag, ...parts)).toEqual(sha256(concatBytes(tagHash, tagHash, ...lengths)));
      }),
    );
  });

  test('row 15: no two lists of parts have one encoding', () => {
    const parts = fc.array(fc.uint8Array({ maxLength: 9, max: 2 }), { maxLength: 4 });
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        const same = JSON.stringify(a.map(toHex)) === JSON.stringify(b.map(toHex));
        expect(toHex(lengthPrefixed(...a)) === toHex(lengthPrefixed(...b))).toBe(same);
      }),
    );
    expect(taggedHash('t', text('ab'), text('c'))).not.toEqual(taggedHash('t', text('a'), text('bc')));
    expect(taggedHash('t', text('a'))).not.toEqual(taggedHash('t', text('a'), text('')));
  });
});

test('u64 is eight bytes, big-endian', () => {
  expect(toHex(u64(0))).toBe('0000000000000000');
  expect(toHex(u64(258))).toBe('0000000000000102');
  expect(toHex(u64(Number.MAX_SAFE_INTEGER))).toBe('001fffffffffffff');
});

test('fileHash is what sha256sum prints', () => {
  expect(toHex(fileHash(text('abc')))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});
