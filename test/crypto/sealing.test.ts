import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../src/bytes/hex.ts';
import { lengthPrefixed, text } from '../../src/bytes/tagged-hash.ts';
import { ristretto255 as group, type Point, type Scalar } from '../../src/crypto/group.ts';
import { challenge, proveKnowledge } from '../../src/crypto/knowledge.ts';
import {
  type Box,
  boxHash,
  checkBox,
  decodePrekey,
  generatePrekey,
  judgeOpening,
  openBox,
  proveOpening,
  type SealContext,
  sealBox,
} from '../../src/crypto/sealing.ts';
import { drawn, flipped, refusal } from './drawn.ts';

const random = drawn('sealing');
const prekey = generatePrekey(random);
const context: SealContext = {
  ceremony: text('ceremony'),
  attempt: text('attempt'),
  dealer: text('alice'),
  receiver: text('bob'),
  binding: text('commitments'),
};
const secret = text('sub-shares of all keys');
const box = sealBox(secret, prekey.public, context, random);
const bob = text('bob');

describe('a sealed box', () => {
  it('opens for its receiver', () => {
    checkBox(box, prekey.public, context);
    expect(openBox(box, prekey.secret, context)).toEqual(secret);
  });

  it('is refused under any other context, before it is opened (row 11)', () => {
    for (const field of ['ceremony', 'attempt', 'dealer', 'receiver', 'binding'] as const) {
      const other = { ...context, [field]: text('another') };
      expect(refusal(() => checkBox(box, prekey.public, other))).toBe('PROOF_INVALID');
      expect(refusal(() => openBox(box, prekey.secret, other))).toBe('PROOF_INVALID');
    }
    const shifted = { ...context, ceremony: text('ceremonya'), attempt: text('ttempt') };
    expect(refusal(() => checkBox(box, prekey.public, shifted))).toBe('PROOF_INVALID');
  });

  it('is bound to its prekey', () => {
    const other = generatePrekey(random);
    expect(refusal(() => checkBox(box, other.public, context))).toBe('PROOF_INVALID');
    expect(refusal(() => openBox(box, other.secret, context))).toBe('PROOF_INVALID');
  });

  it('is refused when any part of it was changed', () => {
    const R = group.encodePoint(group.addPoints(group.decodePoint(box.R), group.base));
    expect(refusal(() => checkBox({ ...box, R }, prekey.public, context))).toBe('PROOF_INVALID');
    expect(refusal(() => checkBox({ ...box, R: new Uint8Array(32) }, prekey.public, context))).toBe('POINT_INVALID');
    expect(refusal(() => checkBox({ ...box, proof: flipped(box.proof, 40) }, prekey.public, context))).toBe(
      'PROOF_INVALID',
    );
    const ciphertext = flipped(box.ciphertext, 3);
    expect(refusal(() => openBox({ ...box, ciphertext }, prekey.secret, context))).toBe('BOX_UNREADABLE');
    expect(refusal(() => openBox({ ...box, ciphertext: new Uint8Array() }, prekey.secret, context))).toBe(
      'BOX_UNREADABLE',
    );
  });

  it('binds its context in the encryption too, not only in the proof', () => {
    // the same r, proven again for another context: the ciphertext must still not open
    const fixed = drawn('one r');
    const r = group.randomScalar(drawn('one r'));
    const made = sealBox(secret, prekey.public, context, fixed);
    expect(made.R).toEqual(group.encodePoint(group.multiplyBase(r)));
    const other = { ...context, receiver: text('carol') };
    const theirs = sealBox(secret, prekey.public, other, drawn('one r'));
    expect(theirs.R).toEqual(made.R);
    const grafted = { ...theirs, ciphertext: made.ciphertext };
    expect(refusal(() => openBox(grafted, prekey.secret, other))).toBe('BOX_UNREADABLE');
  });

  it('is fresh on every call', () => {
    const again = sealBox(secret, prekey.public, context, random);
    expect(again.R).not.toEqual(box.R);
    expect(again.ciphertext).not.toEqual(box.ciphertext);
    expect(boxHash(again)).not.toEqual(boxHash(box));
  });

  it('is sealed to no prekey that is not a good point', () => {
    for (const bad of [new Uint8Array(32), new Uint8Array(32).fill(255), new Uint8Array(31)]) {
      expect(refusal(() => decodePrekey(bad))).toBe('POINT_INVALID');
      expect(refusal(() => sealBox(secret, bad, context, random))).toBe('POINT_INVALID');
      expect(refusal(() => checkBox(box, bad, context))).toBe('POINT_INVALID');
    }
  });

  it('of a dealer who blinds the R of another cannot be made to open the other (row 27)', () => {
    const c = group.randomScalar(random);
    const d = group.randomScalar(random);
    const honest = group.decodePoint(box.R);
    const blinded = group.addPoints(group.multiplySecret(honest, c), group.multiplyBase(d));
    const mallory = { ...context, dealer: text('mallory') };
    // neither a proof about d, nor the honest proof, nor a proof for a secret that is not behind R'
    const proofs = [
      box.proof,
      sealBox(secret, prekey.public, mallory, random).proof,
      proveKnowledge(group, d, blinded, 'box', text('anything'), random),
    ];
    for (const proof of proofs) {
      const attack: Box = { R: group.encodePoint(blinded), proof, ciphertext: text('garbage, so that bob complains') };
      expect(refusal(() => checkBox(attack, prekey.public, mallory))).toBe('PROOF_INVALID');
      expect(refusal(() => openBox(attack, prekey.secret, mallory))).toBe('PROOF_INVALID');
      expect(refusal(() => proveOpening(attack, prekey.secret, mallory, bob, random))).toBe('PROOF_INVALID');
      const opening = proveOpening(box, prekey.secret, context, bob, random);
      expect(refusal(() => judgeOpening(attack, prekey.public, mallory, bob, opening))).toBe('PROOF_INVALID');
    }
  });
});

describe('an opening', () => {
  const garbage: Box = { ...box, ciphertext: flipped(box.ciphertext, 5) };

  it('shows everyone what is in that box: nothing readable convicts the dealer', () => {
    const opening = proveOpening(garbage, prekey.secret, context, bob, random);
    expect(judgeOpening(garbage, prekey.public, context, bob, opening)).toEqual({ kind: 'unreadable' });
  });

  it('shows the plaintext of a good box, and so a false complaint', () => {
    const opening = proveOpening(box, prekey.secret, context, bob, random);
    expect(judgeOpening(box, prekey.public, context, bob, opening)).toEqual({ kind: 'opened', plaintext: secret });
  });

  it('with another K accuses nobody but its author', () => {
    const honest = proveOpening(box, prekey.secret, context, bob, random);
    const K = group.encodePoint(group.addPoints(group.decodePoint(honest.K), group.base));
    const judge = (opening: typeof honest) => judgeOpening(box, prekey.public, context, bob, opening).kind;
    expect(judge({ ...honest, K })).toBe('bad-opening');
    expect(judge({ ...honest, K: new Uint8Array(32) })).toBe('bad-opening');
    expect(judge({ ...honest, proof: flipped(honest.proof, 70) })).toBe('bad-opening');
    expect(judge({ ...honest, proof: honest.proof.subarray(1) })).toBe('bad-opening');
    expect(judge({ ...honest, proof: concatBytes(honest.proof, Uint8Array.of(0)) })).toBe('bad-opening');
    expect(judge({ ...honest, proof: new Uint8Array(96).fill(255) })).toBe('bad-opening');
  });

  it('needs both equations: the discrete logarithms of Q and of K are one', () => {
    const whole = lengthPrefixed(...Object.values(context));
    const Q = decodePrekey(prekey.public);
    const R = group.decodePoint(box.R);
    const k = group.randomScalar(random);
    const other = group.randomScalar(random);
    const forge = (K: Point, T2: Point, known: Scalar) => {
      const T1 = group.multiplyBase(k);
      const points = [Q, R, K, T1, T2].map((point) => group.encodePoint(point));
      const c = challenge(group, 'opening', bob, whole, boxHash(box), ...points);
      const z = group.encodeScalar(group.add(k, group.mul(c, known)));
      const proof = concatBytes(group.encodePoint(T1), group.encodePoint(T2), z);
      return judgeOpening(box, prekey.public, context, bob, { K: group.encodePoint(K), proof }).kind;
    };
    const q = group.decodeScalar(prekey.secret);
    const good = group.multiplySecret(R, k);
    expect(forge(group.multiplySecret(R, q), good, q)).toBe('opened');
    expect(forge(group.multiplySecret(R, other), good, other)).toBe('bad-opening'); // only the one over R
    expect(forge(group.multiplySecret(R, other), good, q)).toBe('bad-opening'); // only the one over Q
  });

  it('is bound to complainer, dealer and box', () => {
    const opening = proveOpening(box, prekey.secret, context, bob, random);
    expect(judgeOpening(box, prekey.public, context, text('carol'), opening)).toEqual({ kind: 'bad-opening' });
    expect(judgeOpening(garbage, prekey.public, context, bob, opening)).toEqual({ kind: 'bad-opening' });
    const fromMallory = { ...context, dealer: text('mallory') };
    const twin = sealBox(secret, prekey.public, fromMallory, drawn('twin'));
    const twinOpening = proveOpening(twin, prekey.secret, fromMallory, bob, random);
    expect(judgeOpening(box, prekey.public, context, bob, twinOpening)).toEqual({ kind: 'bad-opening' });
  });
});
