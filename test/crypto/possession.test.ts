import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../src/bytes/hex.ts';
import { text } from '../../src/bytes/tagged-hash.ts';
import { commit } from '../../src/crypto/commitments.ts';
import { edwards25519, p256, ristretto255, secp256k1 } from '../../src/crypto/group.ts';
import { challenge, type KnowledgeDomain, proveKnowledge, verifyKnowledge } from '../../src/crypto/knowledge.ts';
import { evaluate, randomPolynomial } from '../../src/crypto/polynomial.ts';
import { combineVerification, provePossession, verifyPossession } from '../../src/crypto/possession.ts';
import { drawn, flipped, refusal } from './drawn.ts';

const seed = text('a transcript hash');
const context = text('ceremony and attempt');

for (const group of [secp256k1, edwards25519, p256, ristretto255]) {
  describe(`proofs on ${group.name}`, () => {
    const random = drawn(`proofs ${group.name}`);
    const secret = group.randomScalar(random);
    const point = group.multiplyBase(secret);
    const proof = proveKnowledge(group, secret, point, 'genesis', context, random);

    it('of knowledge convince', () => {
      verifyKnowledge(group, point, 'genesis', context, proof);
    });

    it('of knowledge hold for one point, one context and one domain (rows 8, 11, 26)', () => {
      const fails = (p = point, domain: KnowledgeDomain = 'genesis', c = context, bytes = proof) =>
        refusal(() => verifyKnowledge(group, p, domain, c, bytes));
      expect(fails()).toBe(null);
      expect(fails(group.addPoints(point, group.base))).toBe('PROOF_INVALID');
      expect(fails(point, 'possession')).toBe('PROOF_INVALID');
      expect(fails(point, 'box')).toBe('PROOF_INVALID');
      expect(fails(point, 'genesis', text('another'))).toBe('PROOF_INVALID');
      expect(fails(point, 'genesis', context, flipped(proof, proof.length - 16))).toBe('PROOF_INVALID');
      expect(fails(point, 'genesis', context, flipped(proof, 8))).toBe('PROOF_INVALID');
      expect(fails(point, 'genesis', context, proof.subarray(1))).toBe('PROOF_INVALID');
      expect(fails(point, 'genesis', context, concatBytes(proof, Uint8Array.of(0)))).toBe('PROOF_INVALID');
      expect(fails(point, 'genesis', context, new Uint8Array(proof.length))).toBe('PROOF_INVALID');
      expect(fails(group.zero)).toBe('PROOF_INVALID');
    });

    it('of knowledge have one encoding: z at or above the order is refused', () => {
      const bytes = new Uint8Array(proof).fill(255, group.pointBytes);
      expect(refusal(() => verifyKnowledge(group, point, 'genesis', context, bytes))).toBe('PROOF_INVALID');
    });

    it('of knowledge never use a nonce twice, not even when the source of randomness repeats', () => {
      const again = proveKnowledge(group, secret, point, 'genesis', context, random);
      const R = (bytes: Uint8Array) => bytes.subarray(0, group.pointBytes);
      expect(R(again)).not.toEqual(R(proof));
      const stuck = (length: number) => new Uint8Array(length).fill(7);
      const one = proveKnowledge(group, secret, point, 'genesis', context, stuck);
      const two = proveKnowledge(group, secret, point, 'possession', context, stuck);
      const three = proveKnowledge(group, secret, point, 'genesis', text('another'), stuck);
      expect(R(two)).not.toEqual(R(one));
      expect(R(three)).not.toEqual(R(one));
      expect(refusal(() => proveKnowledge(group, secret, point, 'genesis', context, () => new Uint8Array()))).toBe(
        'SCALAR_INVALID',
      );
    });

    it('of possession cover all keys, one index and one context', () => {
      const polynomials = Array.from({ length: 5 }, () =>
        randomPolynomial(group, group.randomScalar(random), 3, random),
      );
      const keys = polynomials.map((polynomial) => commit(group, polynomial));
      const shares = polynomials.map((polynomial) => evaluate(group, polynomial, 4));
      const combined = combineVerification(group, keys, seed);
      const possession = provePossession(group, shares, seed, combined, 4, context, random);
      verifyPossession(group, combined, 4, context, possession);
      const fails = (list = combined, index = 4, bound = context) =>
        refusal(() => verifyPossession(group, list, index, bound, possession));
      expect(fails(combined, 5)).toBe('PROOF_INVALID');
      expect(fails(combined, 4, text('another'))).toBe('PROOF_INVALID');
      expect(fails(combineVerification(group, keys, text('another transcript')))).toBe('PROOF_INVALID');
      const otherKey = keys.with(2, [keys[2]?.[1] ?? group.base, ...(keys[2] ?? []).slice(1)]);
      expect(fails(combineVerification(group, otherKey, seed))).toBe('PROOF_INVALID');
      const wrong = shares.with(3, group.add(shares[3] ?? secret, group.scalar(1n)));
      expect(refusal(() => provePossession(group, wrong, seed, combined, 4, context, random))).toBe('SHARE_MISMATCH');
      expect(refusal(() => provePossession(group, [], seed, combined, 4, context, random))).toBe('SHARE_MISMATCH');
      // shares that weigh nothing together, and fit
      const line = [group.negate(group.multiplySmall(group.base, 4)), group.base];
      const none = [group.scalar(0n)];
      expect(refusal(() => provePossession(group, none, seed, line, 4, context, random))).toBe('SHARE_MISMATCH');
    });

    it('of possession bind the index itself, not only the point behind it', () => {
      const flat = [group.multiplyBase(secret), group.zero]; // a constant polynomial: equal shares everywhere
      const possession = provePossession(group, [secret], seed, scaled(flat), 1, context, random);
      expect(refusal(() => verifyPossession(group, scaled(flat), 2, context, possession))).toBe('PROOF_INVALID');
      function scaled(points: typeof flat) {
        return combineVerification(group, [points], seed);
      }
    });

    it('of possession need commitments of one length', () => {
      expect(refusal(() => combineVerification(group, [], seed))).toBe('COMMITMENTS_LENGTH');
      expect(refusal(() => combineVerification(group, [[point], [point, point]], seed))).toBe('COMMITMENTS_LENGTH');
    });
  });
}

describe('a challenge', () => {
  const group = ristretto255;
  const random = drawn('challenge');
  const k = group.randomScalar(random);
  const z = group.randomScalar(random);
  const head = [text('genesis'), context];

  it('follows the point: else a point could be fitted to a proof (row 8)', () => {
    const R = group.multiplyBase(k);
    const c = challenge(group, 'knowledge', ...head, group.encodePoint(R));
    const fitted = group.multiplyBase(group.mul(group.sub(z, k), group.invert(c))); // P = (z * B - R) / c
    const proof = concatBytes(group.encodePoint(R), group.encodeScalar(z));
    expect(refusal(() => verifyKnowledge(group, fitted, 'genesis', context, proof))).toBe('PROOF_INVALID');
  });

  it('follows R: else R could be fitted to the challenge (row 8)', () => {
    const point = group.multiplyBase(k);
    const c = challenge(group, 'knowledge', ...head, group.encodePoint(point));
    const R = group.combine([group.base, point], [z, -c]);
    const proof = concatBytes(group.encodePoint(R), group.encodeScalar(z));
    expect(refusal(() => verifyKnowledge(group, point, 'genesis', context, proof))).toBe('PROOF_INVALID');
  });

  it('differs from group to group and from tag to tag (rows 15, 26)', () => {
    const parts = [text('the same'), text('parts')];
    const here = challenge(ristretto255, 'knowledge', ...parts);
    expect(challenge(edwards25519, 'knowledge', ...parts)).not.toBe(here);
    expect(challenge(ristretto255, 'opening', ...parts)).not.toBe(here);
    expect(challenge(ristretto255, 'knowledge', text('the samep'), text('arts'))).not.toBe(here);
  });
});
