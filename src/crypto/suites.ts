import type { FROST } from '@noble/curves/abstract/frost.js';
import { ed25519_FROST, ristretto255_FROST } from '@noble/curves/ed25519.js';
import { p256_FROST } from '@noble/curves/nist.js';
import { schnorr_FROST, secp256k1_FROST } from '@noble/curves/secp256k1.js';
import { edwards25519, type Group, p256, ristretto255, secp256k1 } from './group.ts';

export const suiteNames = ['secp256k1-tr', 'secp256k1', 'ed25519', 'p256', 'ristretto255'] as const;
export type SuiteName = (typeof suiteNames)[number];

/** A group together with the threshold signature that is made in it. */
export interface Suite {
  readonly name: SuiteName;
  readonly group: Group;
  readonly frost: FROST;
  readonly signatureBytes: number;
}

const suites: Readonly<Record<SuiteName, Suite>> = {
  'secp256k1-tr': { name: 'secp256k1-tr', group: secp256k1, frost: schnorr_FROST, signatureBytes: 64 },
  secp256k1: { name: 'secp256k1', group: secp256k1, frost: secp256k1_FROST, signatureBytes: 65 },
  ed25519: { name: 'ed25519', group: edwards25519, frost: ed25519_FROST, signatureBytes: 64 },
  p256: { name: 'p256', group: p256, frost: p256_FROST, signatureBytes: 65 },
  ristretto255: { name: 'ristretto255', group: ristretto255, frost: ristretto255_FROST, signatureBytes: 64 },
};

export function suite(name: SuiteName): Suite {
  return suites[name];
}
