import { describe, expect, it } from 'vitest';
import { type Coverage, coverageOf, coverageWords } from '../../src/ceremony/coverage.ts';
import type { Descriptor } from '../../src/ceremony/descriptor.ts';
import { commit } from '../../src/crypto/commitments.ts';
import type { Polynomial } from '../../src/crypto/polynomial.ts';
import { type SuiteName, suite } from '../../src/crypto/suites.ts';

/** A committee as far as the coverage looks at it: one polynomial per key, whose coefficients are these and those after. */
function committee(members: number, threshold: number, names: readonly SuiteName[] = ['ristretto255']): Descriptor {
  const points = names.map((name, place) => {
    const { group } = suite(name);
    return commit(
      group,
      Array.from({ length: threshold }, (_, at) => group.scalar(BigInt(7 + place + at))) as Polynomial,
    );
  });
  return {
    id: new Uint8Array(32).fill(members),
    epoch: 3,
    threshold,
    members: Array(members).fill({}),
    keys: names.map((name) => ({ suite: name })),
    points,
  } as unknown as Descriptor;
}

describe('the coverage of a committee', () => {
  it('is computed for every choice of members, and holds where the commitments fit together', () => {
    expect(coverageOf(committee(5, 3, ['ristretto255', 'secp256k1', 'ristretto255']))).toEqual({
      epoch: 3,
      threshold: 3,
      members: 5,
      keys: 3,
      combinations: 10,
      computed: 10,
      ok: true,
    });
  });

  it('is computed for neighbours alone where the choices are too many', () => {
    expect(coverageOf(committee(12, 5))).toMatchObject({ combinations: 792, computed: 12, ok: true });
    expect(coverageOf(committee(11, 5))).toMatchObject({ combinations: 462, computed: 462, ok: true });
  });

  it('does not hold where one key has more or fewer commitments than the threshold', () => {
    for (const wrong of [2, 4]) {
      const fits = committee(5, 3, ['ristretto255', 'ristretto255']);
      const points = [fits.points[0], committee(5, wrong).points[0]] as Descriptor['points'];
      expect(coverageOf({ ...fits, points })).toMatchObject({ ok: false });
      expect(coverageOf({ ...fits, points: points.toReversed() })).toMatchObject({ ok: false });
      const p256 = committee(5, wrong, ['p256']);
      const keys = [...fits.keys.slice(0, 1), ...p256.keys];
      expect(coverageOf({ ...fits, keys, points: [fits.points[0], p256.points[0]] as never })).toMatchObject({
        ok: false,
      });
    }
  });

  it('is said in words', () => {
    const of = (more: Partial<Coverage>): string => {
      const some = { epoch: 1, threshold: 2, members: 3, keys: 1, combinations: 3, computed: 3, ok: true };
      return coverageWords({ ...some, ...more });
    };
    const commitments = 'from the commitments, which are 2 for each key';
    expect(of({})).toBe(
      `any 2 of 3 can sign with the key: all 3 combinations follow ${commitments}; the factors of each were computed here, and give the public key`,
    );
    expect(of({ members: 2, keys: 2, combinations: 1, computed: 1 })).toBe(
      `any 2 of 2 can sign with all 2 keys: the one combination follows ${commitments}; the factors of it were computed here, and give the public key`,
    );
    expect(of({ members: 60, combinations: 1770, computed: 60 })).toBe(
      `any 2 of 60 can sign with the key: all 1770 combinations follow ${commitments}; the factors of 60 of them were computed here, and give the public key`,
    );
    expect(of({ ok: false })).toBe('NOT ANY 2 of 3 can sign with the key: the commitments do not fit together');
  });
});
