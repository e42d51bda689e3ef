import { statementMessage, verifyStatement } from '../crypto/proof-of-life.ts';
import { type SuiteName, suiteNames } from '../crypto/suites.ts';
import type { Descriptor } from './descriptor.ts';
import { bad, good, open, type Result } from './result.ts';
import { follows, type Link, succession } from './succession.ts';

/* What one link of a succession proves by itself, to somebody who has no packet of the ceremony that made it. */

/** The signature of one key over the descriptor of its new committee, for any verifier of its kind. */
export interface ProofOfLife {
  readonly label: string;
  readonly suite: SuiteName;
  readonly publicKey: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

export function proofsOfLife({ proven, transcript, signatures }: Link): ProofOfLife[] {
  const statement = succession(proven, transcript);
  return proven.keys.map(({ label, suite, publicKey }, place) => ({
    label,
    suite,
    publicKey,
    message: statementMessage(suite, statement),
    signature: signatures[place] ?? new Uint8Array(),
  }));
}

/** Whose verifier takes the signatures of a suite. */
export const verifiers: Readonly<Record<SuiteName, string>> = {
  'secp256k1-tr': 'BIP-340',
  secp256k1: 'RFC 9591',
  ed25519: 'RFC 8032',
  p256: 'RFC 9591',
  ristretto255: 'RFC 9591',
};

/** By whose verifiers the signatures of these keys pass. */
export function suitesOf(keys: readonly { readonly suite: SuiteName }[]): string {
  const used = suiteNames.filter((name) => keys.some(({ suite }) => suite === name));
  return used.map((name) => `${name} by ${verifiers[name]}`).join(', ');
}

/** Key by key, as a stranger would who has nothing but this. */
export function checkProofOfLife(link: Link | null): Result {
  if (link === null) return open('there is no complete turn yet');
  const { keys } = link.proven;
  const unsigned = proofsOfLife(link)
    .filter(({ suite, publicKey, message, signature }) => !verifyStatement(suite, publicKey, message, signature))
    .map(({ label }) => label);
  if (unsigned.length > 0) return bad(`no signature of ${unsigned.join(', ')} over the new committee`);
  const by = keys.length > 4 ? `${keys.length} keys` : keys.map(({ label }) => label).join(', ');
  return good(`${by} signed the new committee; passes ${suitesOf(keys)}`);
}

/** The one promise: whatever was done, the keys are what they were. */
export function checkKeys(before: Descriptor | null, after: Descriptor): Result {
  const count = after.keys.length === 1 ? 'the public key' : `all ${after.keys.length} public keys`;
  if (before === null) return good(`${count} made here for the first time`);
  return follows(after, before)
    ? good(`${count} as in epoch ${before.epoch}, byte for byte`)
    : bad('the new committee does not follow the old one');
}
