import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { x25519 } from '@noble/curves/ed25519.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes } from '../../src/bytes/hex.ts';
import type { Random } from '../../src/bytes/random.ts';
import { text } from '../../src/bytes/tagged-hash.ts';

/*
 * The age v1 format, written down once more from its specification (c2sp.org/age), because the library draws its own
 * randomness and vectors have to come out the same each time. What this writes, the library has to open.
 */

const none = new Uint8Array(0);
const firstNonce = new Uint8Array(12);
const lastChunk = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);

export interface AgeIdentity {
  readonly secret: Uint8Array;
  readonly public: Uint8Array;
  readonly identity: string;
  readonly recipient: string;
}

export function ageIdentity(random: Random): AgeIdentity {
  const secret = random(32);
  const point = x25519.getPublicKey(secret);
  const identity = bech32('age-secret-key-', secret).toUpperCase();
  return { secret, public: point, identity, recipient: bech32('age', point) };
}

/** Content of less than 64 KiB, so that one chunk holds it. */
export function ageFile(recipients: readonly Uint8Array[], content: Uint8Array, random: Random): Uint8Array {
  const fileKey = random(16);
  const stanzas = recipients.map((recipient) => {
    const ephemeral = random(32);
    const share = x25519.getPublicKey(ephemeral);
    const shared = x25519.getSharedSecret(ephemeral, recipient);
    const salt = concatBytes(share, recipient);
    const key = hkdf(sha256, shared, salt, text('age-encryption.org/v1/X25519'), 32);
    return `-> X25519 ${base64(share)}\n${base64(chacha20poly1305(key, firstNonce).encrypt(fileKey))}\n`;
  });
  const head = `age-encryption.org/v1\n${stanzas.join('')}---`;
  const mac = hmac(sha256, hkdf(sha256, fileKey, none, text('header'), 32), text(head));
  const nonce = random(16);
  const payload = hkdf(sha256, fileKey, nonce, text('payload'), 32);
  const chunk = chacha20poly1305(payload, lastChunk).encrypt(content);
  return concatBytes(text(`${head} ${base64(mac)}\n`), nonce, chunk);
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '');
}

const alphabet = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const generators = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

function checksum(values: readonly number[]): number {
  return values.reduce((sum, value) => {
    const top = sum >>> 25;
    const next = ((sum & 0x1ffffff) << 5) ^ value;
    return generators.reduce((mixed, generator, bit) => ((top >>> bit) & 1 ? mixed ^ generator : mixed), next);
  }, 1);
}

/** BIP 173, without its limit of 90 characters. */
function bech32(prefix: string, bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const words = (bits.match(/.{1,5}/g) ?? []).map((five) => Number.parseInt(five.padEnd(5, '0'), 2));
  const codes = [...prefix].map((letter) => letter.charCodeAt(0));
  const expanded = [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31)];
  const sum = checksum([...expanded, ...words, 0, 0, 0, 0, 0, 0]) ^ 1;
  const tail = [5, 4, 3, 2, 1, 0].map((place) => (sum >>> (5 * place)) & 31);
  return `${prefix}1${[...words, ...tail].map((word) => alphabet[word]).join('')}`;
}
