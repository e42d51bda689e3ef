import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { concatBytes } from './hex.ts';
import { Kept } from './kept.ts';

/**
 * SHA-256 over a tag and length-prefixed parts: H(tag) || H(tag) || for each part, u64be length || part.
 * Every hash of the protocol has its own tag and no two lists of parts have one encoding (safety row 15).
 */
export function taggedHash(tag: string, ...parts: readonly Uint8Array[]): Uint8Array {
  return taggedHashOf(tag, parts);
}

/** The same of a list whose length others decide: as arguments of one call, some 125,000 parts are more than the stack holds. */
export function taggedHashOf(tag: string, parts: readonly Uint8Array[]): Uint8Array {
  const tagHash = tagHashOf(tag);
  const hash = sha256.create().update(tagHash).update(tagHash);
  // row 15: each part behind its length
  for (const part of parts) hash.update(u64(part.length)).update(part);
  return hash.digest();
}

/** There are as many tags as the protocol has names. */
const tagHashes = new Kept<Uint8Array>();

function tagHashOf(tag: string): Uint8Array {
  return tagHashes.get(tag) ?? tagHashes.keep(tag, sha256(utf8ToBytes(`conclave/v1/${tag}`)));
}

/** The one length-safe concatenation, for whatever takes bytes instead of a hash (HKDF info, associated data). */
export function lengthPrefixed(...parts: readonly Uint8Array[]): Uint8Array {
  return concatBytes(...parts.flatMap((part) => [u64(part.length), part]));
}

export function u64(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}

export function text(value: string): Uint8Array {
  return utf8ToBytes(value);
}

/** Untagged SHA-256, for files as they lie on a medium: `sha256sum` must give the same. */
export function fileHash(bytes: Uint8Array): Uint8Array {
  return sha256(bytes);
}
