import { concatBytes, equalBytes } from '../../../src/bytes/hex.ts';
import type { Random } from '../../../src/bytes/random.ts';
import { taggedHash } from '../../../src/bytes/tagged-hash.ts';
import type { SigningKey } from '../../../src/crypto/signature.ts';
import { edwards25519 } from './group.ts';

export type { SigningKey };

/* A signature is a hash that names its signer. Nobody forges one, because nobody in a simulation tries. */

/** A point of the group that the product looks for it in. */
function publicOf(secret: Uint8Array): Uint8Array {
  const drawn = new DataView(taggedHash('simulated signer', secret).buffer).getBigUint64(0);
  return edwards25519.encodePoint(edwards25519.multiplyBase(edwards25519.scalar(drawn)));
}

function signed(signer: Uint8Array, message: Uint8Array): Uint8Array {
  return concatBytes(taggedHash('simulated signature', signer, message), signer);
}

export function generateSigningKey(random: Random): SigningKey {
  const secret = new Uint8Array(random(32));
  return { secret, public: publicOf(secret) };
}

export function sign(secret: Uint8Array, message: Uint8Array): Uint8Array {
  return signed(publicOf(secret), message);
}

export function verifySignature(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  return equalBytes(signed(publicKey, message), signature);
}
