import { schnorr, secp256k1 } from '@noble/curves/secp256k1.js';
import { bytesToNumberBE } from '@noble/curves/utils.js';
import { ripemd160 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { base58, bech32, bech32m } from '@scure/base';
import { concatBytes, toHex } from '../bytes/hex.ts';
import { Kept } from '../bytes/kept.ts';
import { text } from '../bytes/tagged-hash.ts';
import { secp256k1 as group } from './group.ts';
import type { SuiteName } from './suites.ts';

/*
 * The names under which other people know a key. They are of the key itself, on the main networks; what is derived from
 * it with a chain code (BIP-32) has addresses of its own, which are not said here.
 */

export const addressKinds = ['bitcoin-taproot', 'bitcoin-segwit', 'ethereum', 'cosmos', 'solana'] as const;
export type AddressKind = (typeof addressKinds)[number];
export type Addresses = { readonly [K in AddressKind]?: string };

/** A record says them of a key before and after. */
const known = new Kept<Addresses>();

/** Every address that wallets show for this key; none where nobody pays to keys of that suite. */
export function addressesOf(suite: SuiteName, publicKey: Uint8Array): Addresses {
  const name = `${suite} ${toHex(publicKey)}`;
  return known.get(name) ?? known.keep(name, Object.freeze(encodedAddresses(suite, publicKey)));
}

function encodedAddresses(suite: SuiteName, publicKey: Uint8Array): Addresses {
  switch (suite) {
    case 'secp256k1-tr':
      return { 'bitcoin-taproot': witnessAddress(1, taprootOutputKey(publicKey.subarray(1))) };
    case 'secp256k1': {
      const hash = ripemd160(sha256(publicKey));
      return {
        'bitcoin-segwit': witnessAddress(0, hash),
        ethereum: ethereumAddress(publicKey),
        cosmos: bech32.encodeFromBytes('cosmos', hash),
      };
    }
    case 'ed25519':
      return { solana: base58.encode(publicKey) };
    case 'p256':
    case 'ristretto255':
      return {};
    default:
      return suite satisfies never;
  }
}

/** BIP-173 for version 0, BIP-350 for the others. */
function witnessAddress(version: 0 | 1, program: Uint8Array): string {
  const code = version === 0 ? bech32 : bech32m;
  return code.encode('bc', [version, ...code.toWords(program)]);
}

/** BIP-341, a key without a script: Q = P + H_TapTweak(P) G, where P has an even y whatever the key's own is. */
function taprootOutputKey(x: Uint8Array): Uint8Array {
  const tweak = bytesToNumberBE(schnorr.utils.taggedHash('TapTweak', x));
  const internal = group.decodePoint(concatBytes(Uint8Array.of(2), x));
  return group.encodePoint(group.combine([internal, group.base], [1n, tweak])).subarray(1);
}

function ethereumAddress(publicKey: Uint8Array): string {
  const uncompressed = secp256k1.Point.fromBytes(publicKey).toBytes(false);
  return eip55(toHex(keccak_256(uncompressed.subarray(1)).subarray(12)));
}

/** EIP-55: a letter is large where the hash of the small ones has a high bit. */
export function eip55(digits: string): string {
  const small = digits.toLowerCase();
  const hash = toHex(keccak_256(text(small)));
  const letters = [...small].map((digit, at) => ((hash[at] as string) >= '8' ? digit.toUpperCase() : digit));
  return `0x${letters.join('')}`;
}
