import { concatBytes, equalBytes } from '../../../src/bytes/hex.ts';
import { taggedHash, text, u64 } from '../../../src/bytes/tagged-hash.ts';
import { lagrange } from '../../../src/crypto/polynomial.ts';
import type { Suite, SuiteName } from '../../../src/crypto/suites.ts';
import { edwards25519, type Group, type Point, p256, ristretto255, type Scalar, secp256k1 } from './group.ts';

export type { Suite, SuiteName };

export const suiteNames = ['secp256k1-tr', 'secp256k1', 'ed25519', 'p256', 'ristretto255'] as const;

type Frost = Pick<Suite['frost'], 'commit' | 'signShare' | 'verifyShare' | 'aggregate' | 'verify'> & {
  readonly Identifier: Pick<Suite['frost']['Identifier'], 'fromNumber'>;
};
type Commitments = Parameters<Frost['aggregate']>[1];

/** FROST (RFC 9591) in a group where logarithms show: two nonces, binding factors, shares that are verified singly. */
function frostIn(group: Group): Frost {
  const fromNumber = (index: number): string => index.toString(16).padStart(64, '0');
  const indexOf = (identifier: string): number => Number.parseInt(identifier, 16);
  const hash = (...parts: Uint8Array[]): Scalar =>
    group.scalar(new DataView(taggedHash('simulated frost', ...parts).buffer).getBigUint64(0));
  const listed = (commitments: Commitments): Uint8Array =>
    concatBytes(...commitments.flatMap(({ identifier, hiding, binding }) => [text(identifier), hiding, binding]));
  const bindingOf = (identifier: string, commitments: Commitments, message: Uint8Array): Scalar =>
    hash(u64(indexOf(identifier)), listed(commitments), message);
  /** The nonce point of one signer, and of all. */
  const nonceOf = (one: Commitments[number], commitments: Commitments, message: Uint8Array): Point =>
    group.addPoints(
      group.decodePoint(one.hiding),
      group.multiplySecret(group.decodePoint(one.binding), bindingOf(one.identifier, commitments, message)),
    );
  const nonceOfAll = (commitments: Commitments, message: Uint8Array): Point =>
    commitments.map((one) => nonceOf(one, commitments, message)).reduce(group.addPoints, group.zero);
  const weight = (identifier: string, commitments: Commitments): Scalar =>
    lagrange(
      group,
      commitments.map((one) => indexOf(one.identifier)),
      indexOf(identifier),
    );
  const challenge = (nonce: Point, key: Uint8Array, message: Uint8Array): Scalar =>
    hash(group.encodePoint(nonce), key, message);

  const frost: Frost = {
    Identifier: { fromNumber },
    commit: ({ identifier }, random = () => new Uint8Array()) => {
      const [hiding, binding] = [32, 32].map((length) => {
        const drawn = group.scalar(new DataView(random(length).slice().buffer).getBigUint64(0));
        return { secret: group.encodeScalar(drawn), public: group.encodePoint(group.multiplyBase(drawn)) };
      });
      return {
        nonces: { hiding: hiding?.secret, binding: binding?.secret },
        commitments: { identifier, hiding: hiding?.public, binding: binding?.public },
      } as ReturnType<Frost['commit']>;
    },
    signShare: ({ identifier, signingShare }, { commitments: key }, nonces, commitments, message) => {
      const own = commitments.find((one) => one.identifier === identifier);
      const [hiding, binding] = [group.decodeScalar(nonces.hiding), group.decodeScalar(nonces.binding)];
      if (own === undefined || !equalBytes(own.hiding, group.encodePoint(group.multiplyBase(hiding))))
        throw new RangeError('not listed, or other nonces than those listed');
      const c = challenge(nonceOfAll(commitments, message), key[0] as Uint8Array, message);
      const nonce = group.add(hiding, group.mul(binding, bindingOf(identifier, commitments, message)));
      const share = group.mul(weight(identifier, commitments), group.mul(group.decodeScalar(signingShare), c));
      return group.encodeScalar(group.add(nonce, share)) as ReturnType<Frost['signShare']>;
    },
    verifyShare: ({ commitments: key, verifyingShares }, commitments, message, identifier, share) => {
      const own = commitments.find((one) => one.identifier === identifier);
      const verifying = verifyingShares[identifier];
      if (own === undefined || verifying === undefined) return false;
      const c = challenge(nonceOfAll(commitments, message), key[0] as Uint8Array, message);
      const factor = group.mul(weight(identifier, commitments), c);
      const due = group.addPoints(
        nonceOf(own, commitments, message),
        group.multiplySecret(group.decodePoint(verifying), factor),
      );
      return group.equalPoints(group.multiplyBase(group.decodeScalar(share)), due);
    },
    aggregate: ({ commitments: key }, commitments, message, shares) => {
      const nonce = nonceOfAll(commitments, message);
      const sum = commitments
        .map(({ identifier }) => group.decodeScalar(shares[identifier] as Uint8Array))
        .reduce(group.add, group.scalar(0n));
      const signature = concatBytes(group.encodePoint(nonce), group.encodeScalar(sum));
      if (!frost.verify(signature, message, key[0] as Uint8Array)) throw new RangeError('no signature comes of these');
      return signature as ReturnType<Frost['aggregate']>;
    },
    verify: (signature, message, key) => {
      const nonce = group.decodePoint(signature.subarray(0, group.pointBytes));
      const sum = group.decodeScalar(signature.subarray(group.pointBytes));
      const due = group.multiplySecret(group.decodePoint(key), challenge(nonce, key, message));
      return group.equalPoints(group.multiplyBase(sum), group.addPoints(nonce, due));
    },
  };
  return frost;
}

function suiteIn(name: SuiteName, group: Group): Suite {
  const frost = frostIn(group) as Suite['frost'];
  return { name, group, frost, signatureBytes: group.pointBytes + 32 };
}

const suites: Readonly<Record<SuiteName, Suite>> = {
  'secp256k1-tr': suiteIn('secp256k1-tr', secp256k1),
  secp256k1: suiteIn('secp256k1', secp256k1),
  ed25519: suiteIn('ed25519', edwards25519),
  p256: suiteIn('p256', p256),
  ristretto255: suiteIn('ristretto255', ristretto255),
};

export function suite(name: SuiteName): Suite {
  return suites[name];
}
