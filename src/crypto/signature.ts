import { ed25519 } from '@noble/curves/ed25519.js';
import { bytesToNumberLE } from '@noble/curves/utils.js';
import type { Random } from '../bytes/random.ts';
import { Problem } from '../problem.ts';
import { edwards25519 } from './group.ts';

export interface SigningKey {
  readonly secret: Uint8Array;
  readonly public: Uint8Array;
}

/** The Ed25519 key of an identity, RFC 8032: the secret is the seed. */
export function generateSigningKey(random: Random): SigningKey {
  const secret = new Uint8Array(random(32));
  if (secret.length !== 32) throw new Problem('SCALAR_INVALID', 'the source of randomness ran dry');
  return { secret, public: ed25519.getPublicKey(secret) };
}

export function sign(secret: Uint8Array, message: Uint8Array): Uint8Array {
  return ed25519.sign(message, secret);
}

/** Whether this signature holds: the platform's own code, which is some ten times as quick. */
export type Verifier = (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;

let platform: Verifier | null = null;

/** The platform is asked first from now on. It only ever says yes: what it does not take is for noble to judge. */
export function askFirst(verifier: Verifier | null): void {
  platform = verifier;
}

/**
 * Strict: canonical encodings, S below the order, no key of small order (row 16). RFC 8032 lets a verifier multiply by
 * the cofactor or not; only where R has no part outside the prime-order group, as the key of a card has none, do both
 * kinds agree, and the state of a ceremony must not depend on whose verifier looked. For the same reason the platform
 * is believed of such a key and such an S alone: then its equation leaves one R, in its one encoding.
 */
export function verifySignature(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    if (platform !== null && isSound(publicKey) && isBelowOrder(signature.subarray(32))) {
      if (saysYes(platform, publicKey, message, signature)) return true;
    }
    const holds = ed25519.verify(signature, message, publicKey, { zip215: false });
    // row 16: so that every verifier says the same
    return holds && ed25519.Point.fromBytes(signature.subarray(0, 32)).isTorsionFree();
  } catch {
    return false;
  }
}

/** A platform without Ed25519, as where only approved algorithms are allowed, throws: that is no answer, and no no. */
function saysYes(verifier: Verifier, publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    return verifier(publicKey, message, signature);
  } catch {
    return false;
  }
}

/** Row 16, as for every other point: the one encoding, not the identity, in the prime-order group. */
function isSound(publicKey: Uint8Array): boolean {
  try {
    edwards25519.decodePoint(publicKey);
    return true;
  } catch {
    return false;
  }
}

function isBelowOrder(encoded: Uint8Array): boolean {
  return encoded.length === 32 && bytesToNumberLE(encoded) < edwards25519.order;
}
