import { schnorr } from '@noble/curves/secp256k1.js';
import { concatBytes, toHex } from '../bytes/hex.ts';
import { Kept } from '../bytes/kept.ts';
import type { Random } from '../bytes/random.ts';
import { fileHash, taggedHash, text } from '../bytes/tagged-hash.ts';
import { Problem } from '../problem.ts';
import { decodeCommitments, evaluateCommitments } from './commitments.ts';
import type { Point } from './group.ts';
import { checkIndices } from './polynomial.ts';
import { verifySignature } from './signature.ts';
import { areSigned, type Signed } from './signature-shares.ts';
import { type SuiteName, suite as suiteOf } from './suites.ts';

/** The shape that noble's FROST takes. */
export interface FrostPublic {
  readonly signers: { readonly min: number; readonly max: number };
  readonly commitments: Uint8Array[];
  readonly verifyingShares: Record<string, Uint8Array>;
}

export interface NoncePoints {
  readonly hiding: Uint8Array;
  readonly binding: Uint8Array;
}

export interface NonceCommitment extends NoncePoints {
  readonly index: number;
}

export interface StatementShare {
  readonly index: number;
  readonly share: Uint8Array;
}

/** What FROST knows of one key in public: identifiers are the indices 1..members, their shares derived (row 4). */
export function frostPublic(
  suite: SuiteName,
  threshold: number,
  members: number,
  commitments: readonly Uint8Array[],
): FrostPublic {
  const points = decodeCommitments(suiteOf(suite).group, commitments, threshold);
  return frostPublicOf(suite, members, points);
}

/** The same from commitments that were decoded before. */
export function frostPublicOf(suite: SuiteName, members: number, commitments: readonly Point[]): FrostPublic {
  const { group, frost } = suiteOf(suite);
  const verifyingShares: Record<string, Uint8Array> = {};
  for (let index = 1; index <= members; index++) {
    const share = evaluateCommitments(group, commitments, index);
    verifyingShares[frost.Identifier.fromNumber(index)] = group.encodePoint(share);
  }
  return {
    signers: { min: commitments.length, max: members },
    commitments: commitments.map((point) => group.encodePoint(point)),
    verifyingShares,
  };
}

/** Fresh on every call. The secret is 64 bytes, hiding || binding, and good for one signature (row 17). */
export function commitNonces(
  suite: SuiteName,
  index: number,
  share: Uint8Array,
  random: Random,
): { readonly secret: Uint8Array; readonly public: NoncePoints } {
  const { frost } = suiteOf(suite);
  const identifier = frost.Identifier.fromNumber(index);
  const drawn = frost.commit({ identifier, signingShare: share }, (length = 32) => new Uint8Array(random(length)));
  const secret = concatBytes(drawn.nonces.hiding, drawn.nonces.binding);
  drawn.nonces.hiding.fill(0);
  drawn.nonces.binding.fill(0);
  return { secret, public: { hiding: drawn.commitments.hiding, binding: drawn.commitments.binding } };
}

/** Wipes `nonceSecret`, whatever comes of it: a second signature from the same bytes is refused (row 17). */
export function signStatement(
  suite: SuiteName,
  pub: FrostPublic,
  index: number,
  share: Uint8Array,
  nonceSecret: Uint8Array,
  commitments: readonly NonceCommitment[],
  message: Uint8Array,
): Uint8Array {
  const { frost } = suiteOf(suite);
  const list = commitmentList(suite, pub, commitments);
  if (nonceSecret.length !== 64) throw new Problem('SCALAR_INVALID', 'a nonce pair has 64 bytes');
  const nonces = { hiding: nonceSecret.subarray(0, 32), binding: nonceSecret.subarray(32) };
  const secret = { identifier: frost.Identifier.fromNumber(index), signingShare: share };
  try {
    return frost.signShare(secret, pub, nonces, list, message);
  } catch {
    throw new Problem('SIGNATURE_INVALID', `index ${index} cannot sign: nonces used, not listed, or not those listed`);
  } finally {
    nonceSecret.fill(0);
  }
}

export function verifyStatementShare(
  suite: SuiteName,
  pub: FrostPublic,
  commitments: readonly NonceCommitment[],
  message: Uint8Array,
  index: number,
  share: Uint8Array,
): boolean {
  try {
    const { frost } = suiteOf(suite);
    const list = commitmentList(suite, pub, commitments);
    return frost.verifyShare(pub, list, message, frost.Identifier.fromNumber(index), share);
  } catch {
    return false;
  }
}

export function aggregateStatement(
  suite: SuiteName,
  pub: FrostPublic,
  commitments: readonly NonceCommitment[],
  message: Uint8Array,
  shares: readonly StatementShare[],
): Uint8Array {
  const { frost } = suiteOf(suite);
  const list = commitmentList(suite, pub, commitments);
  checkIndices(shares.map(({ index }) => index));
  const byIdentifier = Object.fromEntries(
    shares.map(({ index, share }) => [frost.Identifier.fromNumber(index), share]),
  );
  try {
    return frost.aggregate(pub, list, message, byIdentifier);
  } catch {
    throw new Problem('SIGNATURE_INVALID', 'the signature shares do not make a signature');
  }
}

/** Signatures that held: a link is read where a plan names it, and shown key by key where it is proven. */
const held = new Kept<true>();

function nameOf({ suite, publicKey, message, signature }: Signed): string {
  return toHex(taggedHash('held', text(suite), publicKey, message, signature));
}

/** As any stranger's verifier would: BIP-340 under the untweaked internal key, RFC 8032, or RFC 9591. */
export function verifyStatement(
  suite: SuiteName,
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  const name = nameOf({ suite, publicKey, message, signature });
  if (held.get(name) !== undefined) return true;
  const holds = verified(suite, publicKey, message, signature);
  if (holds) held.keep(name, true);
  return holds;
}

/** Whether all of them hold, and which not: together first, and one by one where they do not hold together. */
export function verifyStatements(all: readonly Signed[]): boolean[] {
  const fresh = all.filter((one) => held.get(nameOf(one)) === undefined);
  // not by way of what is kept: of a keyset of thousands of keys that forgets the first before the last is there
  const taken = new Set(fresh.length > 1 && holdTogether(fresh) ? fresh : []);
  for (const one of taken) held.keep(nameOf(one), true);
  return all.map((one) => taken.has(one) || verifyStatement(one.suite, one.publicKey, one.message, one.signature));
}

function holdTogether(all: readonly Signed[]): boolean {
  try {
    return areSigned(all);
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}

function verified(suite: SuiteName, publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const { group, frost } = suiteOf(suite);
  if (publicKey.length !== group.pointBytes) return false; // noble takes uncompressed keys too (row 16)
  try {
    if (suite === 'secp256k1-tr') return schnorr.verify(signature, message, publicKey.subarray(1));
    // row 16: as strictly as packets are, or whose verifier looks would decide who the committee is
    if (suite === 'ed25519') return verifySignature(publicKey, message, signature);
    return frost.verify(signature, message, publicKey);
  } catch {
    return false;
  }
}

/** BIP-340 takes 32 bytes from most verifiers. */
export function statementMessage(suite: SuiteName, statement: Uint8Array): Uint8Array {
  return suite === 'secp256k1-tr' ? taggedHash('proof-of-life', statement) : statement;
}

/** Starts with a byte that no transaction, and no text, starts with: the signer is no oracle (row 18). */
export function successionStatement(descriptor: Uint8Array, transcriptHash: Uint8Array): Uint8Array {
  const head = concatBytes(Uint8Array.of(0xff), text('conclave succession v1'), Uint8Array.of(0));
  if (transcriptHash.length !== 32) throw new Problem('SIGNATURE_INVALID', 'a transcript hash has 32 bytes');
  return concatBytes(head, fileHash(descriptor), transcriptHash);
}

/**
 * What the signers of a drill sign, of the same fixed form: no succession, since the text after the byte is another,
 * and no other drill, since the plan is in it.
 */
export function drillStatement(descriptor: Uint8Array, plan: Uint8Array): Uint8Array {
  const head = concatBytes(Uint8Array.of(0xff), text('conclave drill v1'), Uint8Array.of(0));
  if (plan.length !== 32) throw new Problem('SIGNATURE_INVALID', 'the id of a plan has 32 bytes');
  return concatBytes(head, fileHash(descriptor), plan);
}

function commitmentList(suite: SuiteName, pub: FrostPublic, commitments: readonly NonceCommitment[]) {
  const { group, frost } = suiteOf(suite);
  checkIndices(commitments.map(({ index }) => index));
  return commitments.map(({ index, hiding, binding }) => {
    if (index > pub.signers.max) throw new Problem('INDEX_INVALID', `index ${index} is not a member`);
    group.decodePoint(hiding); // noble would take other encodings too (row 16)
    group.decodePoint(binding);
    return { identifier: frost.Identifier.fromNumber(index), hiding, binding };
  });
}
