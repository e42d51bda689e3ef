import { equalBytes, fromHex } from '../bytes/hex.ts';
import type { DescriptorKey } from '../ceremony/descriptor.ts';
import { edwards25519, type Group, p256, ristretto255, secp256k1 } from '../crypto/group.ts';
import { Problem } from '../problem.ts';

/*
 * What a joiner knows beforehand of the key that it is going to hold, from another channel than the plan: public keys,
 * of any suite, since a key in hex does not say its suite.
 */

/**
 * Whether this is the pinned key. Taproot knows a key by its x alone, so 32 bytes pin a secp256k1-tr key of either
 * parity; 33 bytes say the parity as well, and are then taken at their word.
 */
export function pinFits(pin: Uint8Array, { suite, publicKey }: Pick<DescriptorKey, 'suite' | 'publicKey'>): boolean {
  if (equalBytes(pin, publicKey)) return true;
  return suite === 'secp256k1-tr' && pin.length === 32 && equalBytes(pin, publicKey.subarray(1));
}

/** A public key as people write it. A typing mistake is mostly on no curve, and then it is noticed here. */
export function readPin(hex: string): Uint8Array {
  const pin = fromHex(hex.toLowerCase());
  if (pin === null || (pin.length !== 32 && pin.length !== 33)) {
    const uncompressed = pin?.length === 65 && pin[0] === 4;
    throw new Problem(
      'PIN_INVALID',
      uncompressed ? 'an uncompressed public key cannot be pinned' : 'a public key has 32 or 33 bytes, in hex',
      uncompressed ? 'give its compressed form: 33 bytes that begin with 02 or 03' : undefined,
    );
  }
  const forms: [Group, Uint8Array][] =
    pin.length === 33
      ? [
          [secp256k1, pin],
          [p256, pin],
        ]
      : [
          [secp256k1, new Uint8Array([2, ...pin])],
          [edwards25519, pin],
          [ristretto255, pin],
        ];
  if (!forms.some(([group, encoded]) => isPoint(group, encoded))) {
    throw new Problem('PIN_INVALID', 'that is on no curve, so it is no public key', 'look for a mistake in typing');
  }
  return pin;
}

function isPoint(group: Group, encoded: Uint8Array): boolean {
  try {
    group.decodePoint(encoded);
    return true;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}
