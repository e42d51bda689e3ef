import { ED25519_TORSION_SUBGROUP, ed25519 } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { concatBytes, fromHex, toHex } from '../../src/bytes/hex.ts';
import { text } from '../../src/bytes/tagged-hash.ts';
import { systemVerifier } from '../../src/cli/system-verifier.ts';
import { openBytes, sealBytes } from '../../src/crypto/aead.ts';
import { edwards25519 } from '../../src/crypto/group.ts';
import { askFirst, generateSigningKey, sign, verifySignature } from '../../src/crypto/signature.ts';
import { drawn, flipped, refusal } from './drawn.ts';

const random = drawn('signature');
const hex = (digits: string) => fromHex(digits) as Uint8Array;

describe.each([
  ['noble alone', null],
  ['the platform, asked first', systemVerifier()],
  ['a platform that says no to everything', () => false],
  [
    'a platform that has no Ed25519',
    () => {
      throw new Error('unsupported');
    },
  ],
])('a signature of an identity, by %s', (_, platform) => {
  beforeEach(() => askFirst(platform));
  afterEach(() => askFirst(null));
  const key = generateSigningKey(random);
  const message = text('message');
  const signature = sign(key.secret, message);

  it('is plain RFC 8032 (7.1, test 2)', () => {
    const secret = hex('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb');
    expect(toHex(sign(secret, Uint8Array.of(0x72)))).toBe(
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da' +
        '085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    );
  });

  it('verifies for its key and message alone', () => {
    expect(verifySignature(key.public, message, signature)).toBe(true);
    expect(verifySignature(generateSigningKey(random).public, message, signature)).toBe(false);
    expect(verifySignature(key.public, text('another'), signature)).toBe(false);
    for (const at of [0, 31, 32, 63]) {
      expect(verifySignature(key.public, message, flipped(signature, at))).toBe(false);
    }
  });

  it('has one form: an S above the order is refused', () => {
    const S = BigInt(`0x${toHex(signature.slice(32).reverse())}`) + edwards25519.order;
    const high = hex(S.toString(16).padStart(64, '0')).reverse();
    expect(verifySignature(key.public, message, concatBytes(signature.subarray(0, 32), high))).toBe(false);
  });

  it('never verifies under a key of small order (row 16)', () => {
    for (const point of ED25519_TORSION_SUBGROUP) {
      const forged = concatBytes(hex(point), new Uint8Array(32)); // R of small order, S = 0
      expect(verifySignature(hex(point), message, forged)).toBe(false);
      expect(verifySignature(hex(point), message, concatBytes(hex(`01${'00'.repeat(31)}`), new Uint8Array(32)))).toBe(
        false,
      );
    }
  });

  it('is false, never an exception, for what is no key or no signature', () => {
    expect(verifySignature(new Uint8Array(31), message, signature)).toBe(false);
    expect(verifySignature(key.public, message, new Uint8Array(63))).toBe(false);
    expect(verifySignature(new Uint8Array(32).fill(255), message, signature)).toBe(false);
  });

  it('is judged as the library judges it under a key with a part outside the prime-order group, whoever is asked first', () => {
    const small = ed25519.Point.fromHex(ED25519_TORSION_SUBGROUP[1] as string);
    const mixed = ed25519.Point.fromBytes(key.public).add(small);
    const nonce = edwards25519.scalar(7n);
    const R = edwards25519.encodePoint(edwards25519.multiplyBase(nonce));
    const secret = edwards25519.scalar(ed25519.utils.getExtendedPublicKey(key.secret).scalar);
    const challenge = edwards25519.scalar(
      BigInt(`0x${toHex(sha512(concatBytes(R, mixed.toBytes(), message)).toReversed())}`),
    );
    const S = edwards25519.encodeScalar(edwards25519.add(nonce, edwards25519.mul(challenge, secret)));
    const forged = concatBytes(R, S);
    const judged = ed25519.verify(forged, message, mixed.toBytes(), { zip215: false });
    expect(verifySignature(mixed.toBytes(), message, forged)).toBe(judged);
  });

  it('needs 32 bytes of randomness for its key', () => {
    expect(refusal(() => generateSigningKey(() => new Uint8Array(31)))).toBe('SCALAR_INVALID');
  });
});

describe('sealed bytes', () => {
  const key = random(32);
  const plaintext = text('plaintext');
  const header = text('header');
  const sealed = sealBytes(key, plaintext, header, random);

  it('open under their key and associated data alone', () => {
    expect(openBytes(key, sealed, header)).toEqual(plaintext);
    expect(openBytes(random(32), sealed, header)).toBe(null);
    expect(openBytes(key, sealed, text('another'))).toBe(null);
    expect(openBytes(key, flipped(sealed, 2), header)).toBe(null);
    expect(openBytes(key, flipped(sealed, sealed.length - 1), header)).toBe(null);
  });

  it('are null when too short to be anything', () => {
    for (const length of [0, 1, 23, 24, 39]) expect(openBytes(key, sealed.subarray(0, length), header)).toBe(null);
  });

  it('have a fresh nonce each time, and none when the source runs dry', () => {
    expect(sealBytes(key, plaintext, header, random).subarray(0, 24)).not.toEqual(sealed.subarray(0, 24));
    expect(refusal(() => sealBytes(key, plaintext, header, () => new Uint8Array(8)))).toBe('BOX_UNREADABLE');
  });
});

describe('a platform that says yes to everything', () => {
  const key = generateSigningKey(random);
  const signature = sign(key.secret, text('message'));
  beforeEach(() => askFirst(() => true));
  afterEach(() => askFirst(null));

  it('is not believed of a key that no card may have, nor of an S above the order (row 16)', () => {
    for (const point of ED25519_TORSION_SUBGROUP)
      expect(verifySignature(hex(point), text('x'), concatBytes(hex(point), new Uint8Array(32)))).toBe(false);
    const mixed = ed25519.Point.fromBytes(key.public).add(ed25519.Point.fromHex(ED25519_TORSION_SUBGROUP[1] as string));
    expect(verifySignature(mixed.toBytes(), text('message'), signature)).toBe(false);
    const high = hex(edwards25519.order.toString(16).padStart(64, '0')).reverse();
    expect(verifySignature(key.public, text('x'), concatBytes(signature.subarray(0, 32), high))).toBe(false);
    expect(verifySignature(key.public, text('x'), signature.subarray(1))).toBe(false);
  });
});
