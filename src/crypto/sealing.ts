import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes } from '../bytes/hex.ts';
import type { Random } from '../bytes/random.ts';
import { lengthPrefixed, taggedHash, text } from '../bytes/tagged-hash.ts';
import { Problem } from '../problem.ts';
import { decrypt, encrypt } from './aead.ts';
import { ristretto255 as group, type Point, type Scalar } from './group.ts';
import {
  areKnown,
  challenge,
  type KnowledgeClaim,
  proofNonce,
  proveKnowledge,
  readProof,
  verifyKnowledge,
} from './knowledge.ts';

/** One-time: destroyed in the step that stores what came in its box. */
export interface Prekey {
  readonly secret: Uint8Array;
  readonly public: Uint8Array;
}

/** Whose box this is. `binding` is a hash of the commitments that the sub-shares inside must match. */
export interface SealContext {
  readonly ceremony: Uint8Array;
  readonly attempt: Uint8Array;
  readonly dealer: Uint8Array;
  readonly receiver: Uint8Array;
  readonly binding: Uint8Array;
}

/** R = r * B, proof that its author knows r, ciphertext under K = r * Q. */
export interface Box {
  readonly R: Uint8Array;
  readonly proof: Uint8Array;
  readonly ciphertext: Uint8Array;
}

/** K of one box and a proof that it is K: whoever has this can judge that box, and no other. */
export interface Opening {
  readonly K: Uint8Array;
  readonly proof: Uint8Array;
}

export type Judgement =
  | { readonly kind: 'bad-opening' }
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'opened'; readonly plaintext: Uint8Array };

export function generatePrekey(random: Random): Prekey {
  const secret = group.randomScalar(random);
  return { secret: group.encodeScalar(secret), public: group.encodePoint(group.multiplyBase(secret)) };
}

export function decodePrekey(bytes: Uint8Array): Point {
  return group.decodePoint(bytes);
}

export function sealBox(plaintext: Uint8Array, prekey: Uint8Array, context: SealContext, random: Random): Box {
  const Q = decodePrekey(prekey);
  const r = group.randomScalar(random);
  const pointR = group.multiplyBase(r);
  const R = group.encodePoint(pointR);
  const K = group.encodePoint(group.multiplySecret(Q, r));
  const proof = proveKnowledge(group, r, pointR, 'box', proofContext(context, prekey), random);
  const { key, nonce, associated } = deriveKey(K, context, prekey, R);
  const ciphertext = encrypt(key, nonce, plaintext, associated);
  K.fill(0);
  key.fill(0);
  return { R, proof, ciphertext };
}

/**
 * What everyone can check, and must before anything else (row 27). Without the proof a dealer could blind the R of
 * another, put garbage behind it, and have the honest complaint decrypt the other's box.
 */
export function checkBox(box: Box, prekey: Uint8Array, context: SealContext): void {
  decodePrekey(prekey);
  verifyKnowledge(group, group.decodePoint(box.R), 'box', proofContext(context, prekey), box.proof);
}

/** Whether all of these boxes pass that check: quicker for many, and it only ever says yes. */
export function areSound(
  boxes: readonly { readonly box: Box; readonly prekey: Uint8Array; readonly context: SealContext }[],
): boolean {
  try {
    const claims = boxes.map(({ box, prekey, context }): KnowledgeClaim => {
      decodePrekey(prekey);
      const point = group.decodePoint(box.R);
      return { point, domain: 'box', context: proofContext(context, prekey), proof: box.proof };
    });
    return areKnown(group, claims);
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}

export function openBox(box: Box, prekeySecret: Uint8Array, context: SealContext): Uint8Array {
  const { K, Q } = agree(box, prekeySecret, context);
  const plaintext = decryptBox(box, group.encodePoint(K), group.encodePoint(Q), context);
  if (plaintext === null) throw new Problem('BOX_UNREADABLE', 'the box does not open under the key agreed for it');
  return plaintext;
}

/** Chaum-Pedersen over (B, Q, R, K): the same secret behind Q and K. Bound to complainer, dealer and box. */
export function proveOpening(
  box: Box,
  prekeySecret: Uint8Array,
  context: SealContext,
  complainer: Uint8Array,
  random: Random,
): Opening {
  const { q, Q, R, K } = agree(box, prekeySecret, context);
  const nonce = proofNonce(group, q, random, text('opening'), complainer, boxHash(box));
  const T = [group.multiplyBase(nonce), group.multiplySecret(R, nonce)] as const;
  const c = openingChallenge(box, context, complainer, Q, R, K, T);
  const z = group.add(nonce, group.mul(c, q));
  return {
    K: group.encodePoint(K),
    proof: concatBytes(group.encodePoint(T[0]), group.encodePoint(T[1]), group.encodeScalar(z)),
  };
}

/** Throws when the box itself is bad in public: that is the dealer's fault before anyone opens anything. */
export function judgeOpening(
  box: Box,
  prekey: Uint8Array,
  context: SealContext,
  complainer: Uint8Array,
  opening: Opening,
): Judgement {
  checkBox(box, prekey, context);
  try {
    verifyOpening(box, decodePrekey(prekey), context, complainer, opening);
  } catch (error) {
    if (error instanceof Problem) return { kind: 'bad-opening' };
    throw error;
  }
  const plaintext = decryptBox(box, opening.K, prekey, context);
  return plaintext === null ? { kind: 'unreadable' } : { kind: 'opened', plaintext };
}

export function boxHash(box: Box): Uint8Array {
  return taggedHash('box', box.R, box.proof, box.ciphertext);
}

function verifyOpening(box: Box, Q: Point, context: SealContext, complainer: Uint8Array, opening: Opening): void {
  const R = group.decodePoint(box.R);
  const [K, T1, T2, z] = readProof(() => {
    return [
      group.decodePoint(opening.K),
      group.decodePoint(opening.proof.subarray(0, 32)),
      group.decodePoint(opening.proof.subarray(32, 64)),
      group.decodeScalar(opening.proof.subarray(64)),
    ] as const;
  });
  const c = openingChallenge(box, context, complainer, Q, R, K, [T1, T2]);
  const same = (base: Point, image: Point, T: Point) => group.equalPoints(group.combine([base, image], [z, -c]), T);
  // row 27: both equations, else a false K could blame an honest dealer
  if (!same(group.base, Q, T1) || !same(R, K, T2)) throw new Problem('PROOF_INVALID', 'K is not the key of this box');
}

function openingChallenge(
  box: Box,
  context: SealContext,
  complainer: Uint8Array,
  Q: Point,
  R: Point,
  K: Point,
  T: readonly [Point, Point],
): Scalar {
  const points = [Q, R, K, ...T].map((point) => group.encodePoint(point));
  return challenge(group, 'opening', complainer, contextBytes(context), boxHash(box), ...points);
}

function agree(box: Box, prekeySecret: Uint8Array, context: SealContext) {
  const q = group.decodeScalar(prekeySecret);
  const Q = group.multiplyBase(q);
  checkBox(box, group.encodePoint(Q), context);
  const R = group.decodePoint(box.R);
  return { q, Q, R, K: group.multiplySecret(R, q) };
}

function decryptBox(box: Box, K: Uint8Array, Q: Uint8Array, context: SealContext): Uint8Array | null {
  const { key, nonce, associated } = deriveKey(K, context, Q, box.R);
  const plaintext = decrypt(key, nonce, box.ciphertext, associated);
  key.fill(0);
  return plaintext;
}

/** K is fresh with every box, so key and nonce may both come from it. */
function deriveKey(K: Uint8Array, context: SealContext, Q: Uint8Array, R: Uint8Array) {
  const associated = lengthPrefixed(text('conclave/v1/sealed-box'), contextBytes(context), Q, R);
  const material = hkdf(sha256, K, undefined, associated, 56);
  return { key: material.subarray(0, 32), nonce: material.subarray(32), associated };
}

function contextBytes({ ceremony, attempt, dealer, receiver, binding }: SealContext): Uint8Array {
  return lengthPrefixed(ceremony, attempt, dealer, receiver, binding);
}

function proofContext(context: SealContext, Q: Uint8Array): Uint8Array {
  return lengthPrefixed(contextBytes(context), Q);
}
