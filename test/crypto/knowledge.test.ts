import { describe, expect, it } from 'vitest';
import { text } from '../../src/bytes/tagged-hash.ts';
import { areKnown, type KnowledgeClaim, proveKnowledge, verifyKnowledge } from '../../src/crypto/knowledge.ts';
import { suite, suiteNames } from '../../src/crypto/suites.ts';
import { drawn, flipped } from './drawn.ts';

const random = drawn('knowledge');

describe.each(suiteNames)('many proofs of knowledge on %s', (name) => {
  const { group } = suite(name);
  const claim = (label: string): KnowledgeClaim => {
    const secret = group.randomScalar(random);
    const [point, context] = [group.multiplyBase(secret), text(label)];
    return { point, domain: 'box', context, proof: proveKnowledge(group, secret, point, 'box', context, random) };
  };
  const claims = ['a', 'b', 'c'].map(claim);
  const [first, second, third] = claims as [KnowledgeClaim, KnowledgeClaim, KnowledgeClaim];
  const holds = ({ point, domain, context, proof }: KnowledgeClaim): boolean => {
    try {
      verifyKnowledge(group, point, domain, context, proof);
      return true;
    } catch {
      return false;
    }
  };

  it('are taken together, where each holds', () => {
    expect(claims.every(holds)).toBe(true);
    expect(areKnown(group, claims)).toBe(true);
    expect(areKnown(group, [first, third])).toBe(true);
  });

  it('are not taken where one does not', () => {
    for (const wrong of [
      { ...second, context: text('another') },
      { ...second, domain: 'census' as const },
      { ...second, point: first.point },
      { ...second, point: group.zero },
      { ...second, proof: first.proof },
      { ...second, proof: flipped(second.proof, 0) },
      { ...second, proof: flipped(second.proof, group.pointBytes + 15) },
      { ...second, proof: second.proof.subarray(1) },
      { ...second, proof: new Uint8Array() },
    ]) {
      expect(holds(wrong)).toBe(false);
      expect(areKnown(group, [first, wrong, third])).toBe(false);
    }
  });

  it('are not taken where two are wrong by the same, in opposite ways', () => {
    const shifted = (of: KnowledgeClaim, by: bigint): KnowledgeClaim => {
      const z = group.decodeScalar(of.proof.subarray(group.pointBytes));
      const proof = of.proof.slice();
      proof.set(group.encodeScalar(group.add(z, group.scalar(by))), group.pointBytes);
      return { ...of, proof };
    };
    expect(areKnown(group, [shifted(first, 0n), shifted(second, 0n)])).toBe(true);
    expect(areKnown(group, [shifted(first, 1n), shifted(second, -1n)])).toBe(false);
  });

  it('are left to be looked at one by one where there are not many', () => {
    expect(areKnown(group, [first])).toBe(false);
    expect(areKnown(group, [])).toBe(false);
  });
});
