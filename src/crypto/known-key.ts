import { base58, bech32, bech32m } from '@scure/base';
import { equalBytes, fromHex, toHex } from '../bytes/hex.ts';
import { escapeText } from '../bytes/printable.ts';
import { Problem } from '../problem.ts';
import { type AddressKind, addressesOf, eip55 } from './addresses.ts';
import { edwards25519, type Group, p256, ristretto255, secp256k1 } from './group.ts';
import type { SuiteName } from './suites.ts';

/*
 * What somebody knows of a key beforehand, from another channel than the plan or the file at hand: the public key, of
 * any suite, since a key in hex does not say its suite; or one of its addresses.
 */

/** A public key, or an address in the one spelling that `addressesOf` gives it. */
export type KnownKey = Uint8Array | string;

export interface ReadKey {
  readonly known: KnownKey;
  readonly kind: 'public key' | AddressKind;
  /** Nothing in what was typed would have shown a mistake in typing. */
  readonly unchecked: boolean;
}

/**
 * Whether this is the known key. Taproot knows a key by its x alone, so 32 bytes mean a secp256k1-tr key of either
 * parity; 33 bytes say the parity as well, and are then taken at their word.
 */
export function keyFits(known: KnownKey, { suite, publicKey }: { suite: SuiteName; publicKey: Uint8Array }): boolean {
  if (typeof known === 'string') return Object.values(addressesOf(suite, publicKey)).includes(known);
  if (equalBytes(known, publicKey)) return true;
  return suite === 'secp256k1-tr' && known.length === 32 && equalBytes(known, publicKey.subarray(1));
}

export function sameKnown(a: KnownKey, b: KnownKey): boolean {
  return knownText(a) === knownText(b);
}

/** In full, always: of two addresses that look alike somebody compares only the ends. */
export function knownText(known: KnownKey): string {
  return typeof known === 'string' ? known : toHex(known);
}

/** Whether this can only be meant as a key or an address; other text may be the name of a file. */
export function isKeyText(given: string): boolean {
  return /^[A-Za-z0-9]{25,140}$/.test(given.trim());
}

/** A key or an address as people write it. Where a checksum, or the curve, shows a mistake, it is said which. */
export function readKnownKey(given: string): ReadKey {
  const text = given.trim();
  if (!isKeyText(text))
    return refuse(`${escapeText(text.slice(0, 140))} is neither a public key nor an address`, forms);
  const hex = text.replace(/^0x/i, '');
  if (/^[0-9a-f]*$/i.test(hex)) {
    if (hex.length !== 40) return { known: readHex(hex), kind: 'public key', unchecked: false };
    return hex === text ? refuse('an Ethereum address begins with 0x') : readEthereum(hex);
  }
  return isBech32(text) ? readBech32(text) : readBase58(text);
}

const forms =
  'give the public key in hex, or an address of Bitcoin (bc1p, bc1q), Ethereum (0x), Cosmos (cosmos1) or Solana';
const typing = 'look for a mistake in typing';

function refuse(why: string, hint?: string): never {
  throw new Problem('PIN_INVALID', why, hint);
}

/** Written in one size of letters, which no address of Solana is; or begun like one of those that are compared here. */
function isBech32(text: string): boolean {
  if (!isMixed(text)) return /^[a-z]+1/i.test(text);
  return /^(bc|tb|bcrt|cosmos)1/i.test(text) && base58Bytes(text)?.length !== 32;
}

function isMixed(text: string): boolean {
  return text !== text.toLowerCase() && text !== text.toUpperCase();
}

/** A typing mistake in a key is mostly on no curve, and then it is noticed here. */
function readHex(hex: string): Uint8Array {
  const key = fromHex(hex.toLowerCase());
  if (key === null || (key.length !== 32 && key.length !== 33)) {
    return key?.length === 65 && key[0] === 4
      ? refuse('this is an uncompressed public key', 'give its compressed form: 33 bytes that begin with 02 or 03')
      : refuse('a public key has 32 or 33 bytes, in hex');
  }
  const encodings: [Group, Uint8Array][] =
    key.length === 33
      ? [
          [secp256k1, key],
          [p256, key],
        ]
      : [
          [secp256k1, new Uint8Array([2, ...key])],
          [edwards25519, key],
          [ristretto255, key],
        ];
  if (!encodings.some(([group, encoded]) => isPoint(group, encoded)))
    refuse('that is on no curve, so it is no public key', typing);
  return key;
}

function readEthereum(digits: string): ReadKey {
  const known = eip55(digits);
  // small or large throughout says nothing; letters of both sizes are a checksum, and then it has to hold
  const unchecked = !isMixed(digits) && digits !== known.slice(2);
  if (!unchecked && digits !== known.slice(2))
    refuse('the checksum (EIP-55: which letters are large) of this Ethereum address does not hold', typing);
  return { known, kind: 'ethereum', unchecked };
}

/** What addresses of these first letters are called. */
const networks: Readonly<Record<string, string>> = {
  bc: 'Bitcoin',
  tb: 'Bitcoin test network',
  bcrt: 'Bitcoin test network',
  cosmos: 'Cosmos',
};

function readBech32(text: string): ReadKey {
  if (isMixed(text)) refuse('this address has small and large letters, and has to have one or the other', typing);
  const small = text.toLowerCase();
  const prefix = small.slice(0, small.lastIndexOf('1'));
  const old = bech32.decodeUnsafe(small);
  const words = (old ?? bech32m.decodeUnsafe(small))?.words;
  const wanted = /^(bc|tb|bcrt)1[^q]/.test(small) ? 'bech32m' : 'bech32';
  const whose = Object.hasOwn(networks, prefix) ? `this ${networks[prefix]} address` : `this address of "${prefix}1"`;
  if (words === undefined) refuse(`the checksum (${wanted}) of ${whose} does not hold`, typing);
  if (prefix === 'tb' || prefix === 'bcrt') refuse('this is an address of a Bitcoin test network', forms);
  if (prefix !== 'bc' && prefix !== 'cosmos') refuse(`addresses that begin with ${prefix}1 are not known here`, forms);
  const checksum = old === undefined ? 'bech32m' : 'bech32';
  if (checksum !== wanted)
    refuse(`this address has the checksum of ${checksum} where it has to have ${wanted}`, typing);
  const [version, ...rest] = words;
  const payload = bech32.fromWordsUnsafe(prefix === 'cosmos' ? words : rest);
  const length = payload instanceof Uint8Array ? payload.length : 0;
  if (prefix === 'cosmos' && length === 20) return { known: small, kind: 'cosmos', unchecked: false };
  if (prefix === 'bc' && version === 0 && length === 20)
    return { known: small, kind: 'bitcoin-segwit', unchecked: false };
  if (prefix === 'bc' && version === 1 && length === 32) {
    if (!isPoint(secp256k1, new Uint8Array([2, ...(payload as Uint8Array)])))
      refuse('the key in this Taproot address is on no curve, so nobody can spend what is there');
    return { known: small, kind: 'bitcoin-taproot', unchecked: false };
  }
  return refuse('this is an address of no single key: of a script, a program or a module', forms);
}

/** Solana's addresses are keys; they have no checksum, but half of all mistakes are on no curve. */
function readBase58(text: string): ReadKey {
  const bytes = base58Bytes(text);
  if (bytes?.length === 25 && /^[123mn]/.test(text))
    refuse('a Bitcoin address of the old form (base58) is not known here', forms);
  if (bytes?.length !== 32) refuse(`${text} is neither a public key nor an address that is known here`, forms);
  if (!isPoint(edwards25519, bytes as Uint8Array))
    refuse('this is on no curve: no key of Solana has this address, though a program may', typing);
  return { known: text, kind: 'solana', unchecked: true };
}

function base58Bytes(text: string): Uint8Array | undefined {
  try {
    return base58.decode(text);
  } catch {
    return undefined;
  }
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
