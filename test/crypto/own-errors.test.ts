import { describe, expect, it } from 'vitest';
import { readProof } from '../../src/crypto/knowledge.ts';
import { generatePrekey, judgeOpening, type SealContext, sealBox } from '../../src/crypto/sealing.ts';
import { Problem } from '../../src/problem.ts';
import { drawn } from './drawn.ts';

/* A mistake of the program itself is nobody's fault: it comes out as it is, and convicts no member. */

const random = drawn('own errors');
const context: SealContext = {
  ceremony: random(32),
  attempt: random(32),
  dealer: random(32),
  receiver: random(32),
  binding: random(32),
};

describe('a mistake of the program', () => {
  it('inside a proof makes no proof malformed', () => {
    const slip = (): never => {
      throw new TypeError('a slip');
    };
    const short = (): never => {
      throw new Problem('SCALAR_INVALID', 'too short');
    };
    expect(() => readProof(slip)).toThrow(TypeError);
    expect(() => readProof(short)).toThrow('the proof is malformed: too short');
  });

  it('while a complaint is judged is no false complaint', () => {
    const { public: prekey } = generatePrekey(random);
    const box = sealBox(random(64), prekey, context, random);
    const slip = {
      get K(): never {
        throw new TypeError('a slip');
      },
      proof: random(96),
    };
    expect(() => judgeOpening(box, prekey, context, context.receiver, slip)).toThrow(TypeError);
  });
});
