import { evaluateCommitments } from '../../../src/crypto/commitments.ts';
import type { Point } from '../../../src/crypto/group.ts';
import type { NonceCommitment, StatementShare } from '../../../src/crypto/proof-of-life.ts';
import type { SuiteName } from '../../../src/crypto/suites.ts';
import { suite as suiteOf } from './suites.ts';

/* A turn of the stand-ins' FROST: each share by itself, since nothing is dear there. */

export interface SigningRound {
  readonly indices: readonly number[];
  readonly isDue: (index: number, share: Uint8Array) => boolean;
  readonly signature: (parts: readonly StatementShare[]) => Uint8Array;
}

export function signingRound(
  name: SuiteName,
  commitments: readonly Point[],
  nonces: readonly NonceCommitment[],
  message: Uint8Array,
): SigningRound {
  const { group, frost } = suiteOf(name);
  const of = (index: number) => frost.Identifier.fromNumber(index);
  const sorted = nonces.toSorted((a, b) => a.index - b.index);
  const list = sorted.map(({ index, hiding, binding }) => ({ identifier: of(index), hiding, binding }));
  for (const point of list.flatMap(({ hiding, binding }) => [hiding, binding])) group.decodePoint(point);
  const indices = sorted.map(({ index }) => index);
  const share = (index: number) => group.encodePoint(evaluateCommitments(group, commitments, index));
  const key = {
    signers: { min: 1, max: indices.length },
    commitments: [group.encodePoint(commitments[0] as Point)],
    verifyingShares: Object.fromEntries(indices.map((index) => [of(index), share(index)])),
  };
  return {
    indices,
    isDue: (index, part) => frost.verifyShare(key, list, message, of(index), part),
    signature: (parts) =>
      frost.aggregate(key, list, message, Object.fromEntries(parts.map((part) => [of(part.index), part.share]))),
  };
}

export function areDue(
  rounds: readonly SigningRound[],
  given: readonly { readonly index: number; readonly shares: readonly Uint8Array[] }[],
): boolean {
  return (
    rounds.length > 0 &&
    given.every(
      ({ index, shares }) =>
        shares.length === rounds.length &&
        rounds.every((round, at) => round.isDue(index, shares[at] ?? new Uint8Array())),
    )
  );
}

export function signatureOf({ indices, signature }: SigningRound, parts: readonly StatementShare[]): Uint8Array | null {
  const signers = new Set(parts.map(({ index }) => index));
  if (parts.length !== indices.length || indices.some((index) => !signers.has(index))) return null;
  return signature(parts);
}

export type { Signed } from '../../../src/crypto/signature-shares.ts';

/** The stand-ins have nothing that is quicker than looking at each. */
export function areSigned(): boolean {
  return false;
}
