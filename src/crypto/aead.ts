import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { concatBytes } from '../bytes/hex.ts';
import type { Random } from '../bytes/random.ts';
import { Problem } from '../problem.ts';

const nonceBytes = 24;

/** Nonce || ciphertext: XChaCha20-Poly1305, whose nonces are long enough to be drawn. */
export function sealBytes(key: Uint8Array, plaintext: Uint8Array, associated: Uint8Array, random: Random): Uint8Array {
  const nonce = random(nonceBytes);
  if (nonce.length !== nonceBytes) throw new Problem('BOX_UNREADABLE', 'the source of randomness ran dry');
  return concatBytes(nonce, xchacha20poly1305(key, nonce, associated).encrypt(plaintext));
}

export function openBytes(key: Uint8Array, sealed: Uint8Array, associated: Uint8Array): Uint8Array | null {
  return decrypt(key, sealed.subarray(0, nonceBytes), sealed.subarray(nonceBytes), associated);
}

/** Null when it was not sealed under this key, nonce and associated data. */
export function decrypt(
  key: Uint8Array,
  nonce: Uint8Array,
  ciphertext: Uint8Array,
  associated: Uint8Array,
): Uint8Array | null {
  if (nonce.length !== nonceBytes) return null;
  const cipher = xchacha20poly1305(key, nonce, associated);
  try {
    return cipher.decrypt(ciphertext);
  } catch {
    return null;
  }
}

export function encrypt(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, associated: Uint8Array): Uint8Array {
  return xchacha20poly1305(key, nonce, associated).encrypt(plaintext);
}
