import { schnorr } from '@noble/curves/secp256k1.js';
import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../src/bytes/hex.ts';
import { taggedHash, text } from '../../src/bytes/tagged-hash.ts';
import { commit } from '../../src/crypto/commitments.ts';
import { areKnown, type KnowledgeClaim } from '../../src/crypto/knowledge.ts';
import { randomPolynomial } from '../../src/crypto/polynomial.ts';
import { commitNonces, verifyStatements } from '../../src/crypto/proof-of-life.ts';
import { areSound, type Box, generatePrekey, type SealContext, sealBox } from '../../src/crypto/sealing.ts';
import { generateSigningKey, sign } from '../../src/crypto/signature.ts';
import { areDue, areSigned, type Signed, signingRound } from '../../src/crypto/signature-shares.ts';
import { suite } from '../../src/crypto/suites.ts';
import { drawn, flipped, refusal } from './drawn.ts';

/* What looks at many at once only ever says yes. These are the yeses that it must not say. */

const random = drawn('quick ways');
const slip = (): never => {
  throw new TypeError('a slip');
};

describe('many boxes at once', () => {
  const sealed = (receiver: string) => {
    const { public: prekey } = generatePrekey(random);
    const context: SealContext = {
      ceremony: text('ceremony'),
      attempt: text('attempt'),
      dealer: text('alice'),
      receiver: text(receiver),
      binding: text('commitments'),
    };
    return { box: sealBox(text('sub-shares'), prekey, context, random), prekey, context };
  };
  const [first, second] = [sealed('bob'), sealed('carol')];

  it('are sound where each is, and not where one has the proof of another, another prekey or no point', () => {
    expect(areSound([first, second])).toBe(true);
    for (const wrong of [
      { ...second, box: { ...second.box, proof: first.box.proof } },
      { ...second, box: { ...second.box, R: first.box.R } },
      { ...second, box: { ...second.box, R: new Uint8Array(32) } },
      { ...second, box: { ...second.box, proof: flipped(second.box.proof, 40) } },
      { ...second, prekey: first.prekey },
      { ...second, prekey: new Uint8Array(32) },
      { ...second, context: first.context },
    ])
      expect(areSound([first, wrong])).toBe(false);
  });

  it('are no answer where the program itself makes a mistake', () => {
    const broken = {
      get R(): never {
        return slip();
      },
      proof: first.box.proof,
      ciphertext: first.box.ciphertext,
    } as Box;
    expect(() => areSound([{ ...first, box: broken }, second])).toThrow(TypeError);
  });
});

describe('many signatures at once', () => {
  const edwards = (label: string): Signed => {
    const { secret, public: publicKey } = generateSigningKey(random);
    return { suite: 'ed25519', publicKey, message: text(label), signature: sign(secret, text(label)) };
  };
  const taproot = (label: string): Signed => {
    const [secret, message] = [taggedHash(label), taggedHash('message', text(label))];
    const publicKey = concatBytes(Uint8Array.of(2), schnorr.getPublicKey(secret));
    return { suite: 'secp256k1-tr', publicKey, message, signature: schnorr.sign(message, secret, new Uint8Array(32)) };
  };
  const another = (signed: Signed): Signed => ({ ...signed, message: taggedHash('another') });

  it('hold only where those of each group do', () => {
    const [one, other] = [edwards('a'), taproot('b')];
    expect(areSigned([one, other])).toBe(true);
    for (const wrong of [
      [another(one), other],
      [one, another(other)],
      [another(one), another(other)],
    ])
      expect(areSigned(wrong)).toBe(false);
  });

  it('are told one by one where one of them cannot be read', () => {
    const [first, second] = [edwards('c'), edwards('d')];
    const unreadable = { ...edwards('e'), signature: new Uint8Array(64).fill(255) };
    expect(verifyStatements([first, unreadable, second])).toEqual([true, false, true]);
  });

  it('are no answer where the program itself makes a mistake', () => {
    const [first, second] = [edwards('f'), edwards('g')];
    // once for its name, and then where all are weighed
    let reads = 0;
    const broken = {
      ...second,
      get signature(): Uint8Array {
        reads += 1;
        return reads === 2 ? slip() : second.signature;
      },
    };
    expect(() => verifyStatements([first, broken])).toThrow(TypeError);
  });
});

describe('many proofs at once', () => {
  it('are no answer where the program itself makes a mistake', () => {
    const { group } = suite('ed25519');
    const claim = { proof: { subarray: slip } } as unknown as KnowledgeClaim;
    expect(() => areKnown(group, [claim, claim])).toThrow(TypeError);
  });
});

describe('many signature shares at once', () => {
  it('hold no share of somebody who does not sign, not even one that weighs nothing', () => {
    const name = 'ed25519';
    const { group } = suite(name);
    const commitments = commit(group, randomPolynomial(group, group.randomScalar(random), 2, random));
    const nonces = [1, 2].map((index) => ({ index, ...commitNonces(name, index, random(32).fill(1), random).public }));
    const round = signingRound(name, commitments, nonces, text('message'));
    expect(refusal(() => signingRound(name, [], nonces, text('message')))).toBe('COMMITMENTS_LENGTH');
    expect(areDue([round], [{ index: 3, shares: [new Uint8Array(32)] }], text('context'))).toBe(false);
  });
});
