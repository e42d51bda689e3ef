import { createCipheriv } from 'node:crypto';
import { concatBytes, equalBytes } from '../../../src/bytes/hex.ts';
import type { Random } from '../../../src/bytes/random.ts';
import { taggedHash } from '../../../src/bytes/tagged-hash.ts';

/* Node's AES in counter mode and a hash as tag, in the place of XChaCha20-Poly1305: as much of a seal, and cheap. */

const nonceBytes = 24;
const tagBytes = 16;

function tagOf(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, associated: Uint8Array): Uint8Array {
  return taggedHash('simulated seal', key, nonce, plaintext, associated).subarray(0, tagBytes);
}

function masked(key: Uint8Array, nonce: Uint8Array, bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createCipheriv('aes-256-ctr', key, nonce.subarray(0, 16)).update(bytes));
}

export function sealBytes(key: Uint8Array, plaintext: Uint8Array, associated: Uint8Array, random: Random): Uint8Array {
  const nonce = random(nonceBytes);
  return concatBytes(nonce, encrypt(key, nonce, plaintext, associated));
}

export function openBytes(key: Uint8Array, sealed: Uint8Array, associated: Uint8Array): Uint8Array | null {
  return decrypt(key, sealed.subarray(0, nonceBytes), sealed.subarray(nonceBytes), associated);
}

export function decrypt(
  key: Uint8Array,
  nonce: Uint8Array,
  ciphertext: Uint8Array,
  associated: Uint8Array,
): Uint8Array | null {
  if (nonce.length !== nonceBytes || ciphertext.length < tagBytes) return null;
  const plaintext = masked(key, nonce, ciphertext.subarray(0, -tagBytes));
  return equalBytes(tagOf(key, nonce, plaintext, associated), ciphertext.subarray(-tagBytes)) ? plaintext : null;
}

export function encrypt(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, associated: Uint8Array): Uint8Array {
  return concatBytes(masked(key, nonce, plaintext), tagOf(key, nonce, plaintext, associated));
}
