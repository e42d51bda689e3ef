import { ed25519 } from '@noble/curves/ed25519.js';
import { schnorr } from '@noble/curves/secp256k1.js';
import { describe, expect, test } from 'vitest';
import { toHex } from '../../src/bytes/hex.ts';
import { text } from '../../src/bytes/tagged-hash.ts';
import { type Descriptor, writeDescriptor } from '../../src/ceremony/descriptor.ts';
import { commit } from '../../src/crypto/commitments.ts';
import type { Scalar } from '../../src/crypto/group.ts';
import { evaluate, randomPolynomial } from '../../src/crypto/polynomial.ts';
import { type SuiteName, suite, suiteNames } from '../../src/crypto/suites.ts';
import {
  keyPackages,
  lagrangeAtZero,
  readKeyPackage,
  readPublicKeyPackage,
  readSecretShare,
  type SecretShare,
  writeKeyPackage,
  writePublicKeyPackage,
  writeSecretShare,
} from '../../src/exchange/zcash-frost.ts';
import { Problem } from '../../src/problem.ts';
import { drawn, refusal } from '../crypto/drawn.ts';

const littleEndian: ReadonlySet<SuiteName> = new Set(['ed25519', 'ristretto255']);

/** A committee that holds one key, with everybody's share: what a generator of fixtures needs. */
function committee(name: SuiteName, polynomial: readonly Scalar[], members: number) {
  const { group } = suite(name);
  const commitments = commit(group, polynomial).map((point) => group.encodePoint(point));
  const descriptor = writeDescriptor({
    keyset: null,
    epoch: 0,
    previous: null,
    ceremony: new Uint8Array(32).fill(1),
    attempt: new Uint8Array(32).fill(1),
    threshold: polynomial.length,
    members: Array.from({ length: members }, (_, i) => ({ name: `m${i}`, identity: new Uint8Array(32).fill(i + 1) })),
    policy: { approvers: [], approvals: 0 },
    keys: [{ label: 'main', suite: name, publicKey: commitments[0] as Uint8Array, chainCode: null, commitments }],
    rehearsal: true,
  });
  const shares = Array.from({ length: members }, (_, i) => group.encodeScalar(evaluate(group, polynomial, i + 1)));
  return { descriptor, shares };
}

function small(name: SuiteName) {
  const { group } = suite(name);
  return committee(name, [group.scalar(1n), group.scalar(1n)], 2); // the secret is 1, the shares are 2 and 3
}

function threeOfFive(name: SuiteName, seed: string) {
  const { group } = suite(name);
  const random = drawn(seed);
  return committee(name, randomPolynomial(group, group.randomScalar(random), 3, random), 5);
}

const exported = (descriptor: Descriptor, index: number, share: Uint8Array) => {
  const found = keyPackages(descriptor, 0, index, share);
  return { key: writeKeyPackage(found.key), public: writePublicKeyPackage(found.public) };
};

/** The generator and its doubles and triples, as the standards of these groups print them. */
const known: Readonly<Record<SuiteName, { cipher: string; points: readonly [string, string, string] }>> = {
  'secp256k1-tr': {
    cipher: 'FROST-secp256k1-SHA256-TR-v1',
    points: [
      '0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798',
      '02c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5',
      '02f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9',
    ],
  },
  secp256k1: {
    cipher: 'FROST-secp256k1-SHA256-v1',
    points: [
      '0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798',
      '02c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5',
      '02f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9',
    ],
  },
  ed25519: {
    cipher: 'FROST-ED25519-SHA512-v1',
    points: [
      '5866666666666666666666666666666666666666666666666666666666666666',
      'c9a3f86aae465f0e56513864510f3997561fa2c9e85ea21dc2292309f3cd6022',
      'd4b4f5784868c3020403246717ec169ff79e26608ea126a1ab69ee77d1b16712',
    ],
  },
  p256: {
    cipher: 'FROST-P256-SHA256-v1',
    points: [
      '036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296',
      '037cf27b188d034f7e8a52380304b51ac3c08969e277f21b35a60b48fc47669978',
      '025ecbe4d1a6330a44c8f7ef951d4bf165e6c6b721efada985fb41661bc6e7fd6c',
    ],
  },
  ristretto255: {
    cipher: 'FROST-RISTRETTO255-SHA512-v1',
    points: [
      'e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76',
      '6a493210f7499cd17fecb510ae0cea23a110e8d5b901f8acadd3095c73a3b919',
      '94741f5d5d52755ece4f23f044ee27d5d1ea1e2bd196b462166b16152a9d0259',
    ],
  },
};

const spelled = (name: SuiteName, value: number): string => {
  const byte = value.toString(16).padStart(2, '0');
  return littleEndian.has(name) ? byte.padEnd(64, '0') : byte.padStart(64, '0');
};

describe.each(suiteNames)('%s', (name) => {
  test('the files are those of frost-core, byte for byte, for numbers that can be looked up', () => {
    const { descriptor, shares } = small(name);
    const { cipher, points } = known[name];
    const [generator, , triple] = points;
    expect(exported(descriptor, 2, shares[1] as Uint8Array)).toEqual({
      key:
        `{"header":{"version":0,"ciphersuite":"${cipher}"},"identifier":"${spelled(name, 2)}",` +
        `"signing_share":"${spelled(name, 3)}","verifying_share":"${triple}","verifying_key":"${generator}",` +
        `"min_signers":2}\n`,
      public:
        `{"header":{"version":0,"ciphersuite":"${cipher}"},"verifying_shares":{"${spelled(name, 1)}":"${points[1]}",` +
        `"${spelled(name, 2)}":"${triple}"},"verifying_key":"${generator}","min_signers":2}\n`,
    });
  });

  test('what is written is read back as it was', () => {
    const { descriptor, shares } = threeOfFive(name, 'round trip');
    const { key, public: shown } = exported(descriptor, 4, shares[3] as Uint8Array);
    expect(writeKeyPackage(readKeyPackage(key))).toBe(key);
    expect(writePublicKeyPackage(readPublicKeyPackage(shown))).toBe(shown);
    expect(readKeyPackage(key)).toMatchObject({ suite: name, identifier: 4n, minSigners: 3 });
  });

  test('any three of the exported shares interpolate to the key, two do not', () => {
    const { descriptor, shares } = threeOfFive(name, 'interpolation');
    const packages = shares.map((share, i) => JSON.parse(exported(descriptor, i + 1, share).key));
    const { group } = suite(name);
    const number = (hex: string) =>
      BigInt(`0x${littleEndian.has(name) ? (hex.match(/../g) as string[]).reverse().join('') : hex}`);
    const mod = (value: bigint) => ((value % group.order) + group.order) % group.order;
    const inverse = (value: bigint) => {
      let [a, b, x, y] = [mod(value), group.order, 1n, 0n];
      while (a > 1n) [a, b, x, y] = [b % a, a, y - (b / a) * x, x];
      return mod(x);
    };
    const secret = (chosen: readonly number[]) => {
      const at = chosen.map((i) => ({ x: number(packages[i].identifier), y: number(packages[i].signing_share) }));
      return at.reduce((sum, { x, y }) => {
        const weight = at.reduce((w, other) => (other.x === x ? w : mod(w * other.x * inverse(other.x - x))), 1n);
        return mod(sum + weight * y);
      }, 0n);
    };
    const keyOf = (value: bigint) => toHex(group.encodePoint(group.multiplyBase(group.scalar(value))));
    for (const three of [
      [0, 1, 2],
      [1, 3, 4],
      [0, 2, 4],
    ])
      expect(keyOf(secret(three))).toBe(packages[0].verifying_key);
    expect(keyOf(secret([0, 1]))).not.toBe(packages[0].verifying_key);
  });

  test("noble's FROST signs with the exported shares, and a plain verifier takes the signature", () => {
    const { frost, group } = suite(name);
    // Taproot keys of both parities
    const prefixes = new Set<string>();
    for (let round = 0; round < 24 && prefixes.size < (name === 'secp256k1-tr' ? 2 : 1); round++) {
      const { descriptor, shares } = threeOfFive(name, `signing ${round}`);
      const files = [5, 1, 3].map((index) => exported(descriptor, index, shares[index - 1] as Uint8Array));
      const shown = readPublicKeyPackage((files[0] as { public: string }).public);
      const key = group.encodePoint(shown.verifyingKey);
      const prefix = name === 'secp256k1-tr' ? toHex(key.subarray(0, 1)) : 'any';
      if (prefixes.has(prefix)) continue;
      prefixes.add(prefix);
      const pub = {
        signers: { min: 3, max: 5 },
        commitments: [key, key, key], // noble takes the key from the first; only the length of the rest matters
        verifyingShares: Object.fromEntries(
          shown.verifyingShares.map(({ identifier, point }) => [
            frost.Identifier.fromNumber(Number(identifier)),
            group.encodePoint(point),
          ]),
        ),
      };
      const signers = files.map(({ key: file }) => {
        const found = readKeyPackage(file);
        const identifier = frost.Identifier.fromNumber(Number(found.identifier));
        return { identifier, signingShare: group.encodeScalar(found.signingShare) };
      });
      const drawnNonces = signers.map((secret) => frost.commit(secret));
      const list = drawnNonces.map(({ commitments }) => commitments);
      const message = text('thirty-two bytes make a message.');
      const signatures = Object.fromEntries(
        signers.map((secret, i) => [
          secret.identifier,
          frost.signShare(secret, pub, (drawnNonces[i] as (typeof drawnNonces)[number]).nonces, list, message),
        ]),
      );
      const signature = frost.aggregate(pub, list, message, signatures);
      if (name === 'secp256k1-tr') expect(schnorr.verify(signature, message, key.subarray(1))).toBe(true);
      else if (name === 'ed25519') expect(ed25519.verify(signature, message, key, { zip215: false })).toBe(true);
      else expect(frost.verify(signature, message, key)).toBe(true);
    }
    expect([...prefixes].sort()).toEqual(name === 'secp256k1-tr' ? ['02', '03'] : ['any']);
  });

  test('a share of the polynomial of a trusted dealer is read, whatever scalar its identifier is', () => {
    const { group } = suite(name);
    const random = drawn('dealer');
    const polynomial = randomPolynomial(group, group.randomScalar(random), 3, random);
    const identifier = group.randomScalar(random);
    const signingShare = polynomial.reduceRight(
      (sum, coefficient) => group.add(group.mul(sum, identifier), coefficient),
      group.scalar(0n),
    );
    const dealt: SecretShare = { suite: name, identifier, signingShare, commitment: commit(group, polynomial) };
    const file = writeSecretShare(dealt);
    expect(writeSecretShare(readSecretShare(file))).toBe(file);
    const forged = writeSecretShare({ ...dealt, signingShare: group.add(signingShare, group.scalar(1n)) });
    expect(refusal(() => readSecretShare(forged))).toBe('SHARE_MISMATCH');
  });
});

describe('a package of somebody else', () => {
  const { descriptor, shares } = threeOfFive('secp256k1-tr', 'somebody else');
  const { key, public: shown } = exported(descriptor, 1, shares[0] as Uint8Array);
  const found = JSON.parse(key);
  const shownFound = JSON.parse(shown);
  const { group } = suite('secp256k1-tr');
  const order = group.order.toString(16);
  const zero = '0'.repeat(64);
  const other = toHex(group.encodePoint(group.multiplyBase(group.scalar(7n))));

  test.each([
    ['no JSON', '{', 'EXCHANGE_INVALID'],
    ['another version', { ...found, header: { ...found.header, version: 1 } }, 'EXCHANGE_INVALID'],
    [
      'an unknown suite',
      { ...found, header: { version: 0, ciphersuite: 'FROST-ED448-SHAKE256-v1' } },
      'EXCHANGE_INVALID',
    ],
    [
      'the suite of another curve',
      { ...found, header: { version: 0, ciphersuite: 'FROST-P256-SHA256-v1' } },
      'POINT_INVALID',
    ],
    ['a field too many', { ...found, extra: 1 }, 'EXCHANGE_INVALID'],
    ['a field too few', { ...found, min_signers: undefined }, 'EXCHANGE_INVALID'],
    ['a threshold of one', { ...found, min_signers: 1 }, 'EXCHANGE_INVALID'],
    ['something else than hex', { ...found, identifier: `${zero.slice(0, 62)}xy` }, 'EXCHANGE_INVALID'],
    ['identifier zero', { ...found, identifier: zero }, 'SCALAR_INVALID'],
    ['a share of zero', { ...found, signing_share: zero }, 'SCALAR_INVALID'],
    ['a scalar that is the order', { ...found, signing_share: order }, 'SCALAR_INVALID'],
    ['a short scalar', { ...found, signing_share: '05' }, 'SCALAR_INVALID'],
    ['a key without its parity', { ...found, verifying_key: found.verifying_key.slice(2) }, 'POINT_INVALID'],
    ['a share that is not its own', { ...found, verifying_share: other }, 'SHARE_MISMATCH'],
  ])('is refused for %s', (_, value, code) => {
    const file = typeof value === 'string' ? value : JSON.stringify(value);
    expect(refusal(() => readKeyPackage(file))).toBe(code);
  });

  test('never has its share in the refusal', () => {
    for (const bad of [
      { ...found, verifying_share: other },
      { ...found, signing_share: `${found.signing_share}x` },
    ]) {
      try {
        readKeyPackage(JSON.stringify(bad));
        throw new Error('it was taken');
      } catch (error) {
        expect(error).toBeInstanceOf(Problem);
        expect(JSON.stringify({ ...(error as Problem), message: (error as Problem).message })).not.toContain(
          found.signing_share,
        );
      }
    }
  });

  const [someone, ...others] = Object.entries(shownFound.verifying_shares);
  test.each([
    ['one share that is another', { ...shownFound.verifying_shares, [someone?.[0] ?? '']: other }, 'SHARE_MISMATCH'],
    [
      'a share under another identifier',
      Object.fromEntries([[`${zero.slice(0, 62)}09`, someone?.[1]], ...others]),
      'SHARE_MISMATCH',
    ],
    ['identifier zero', Object.fromEntries([[zero, someone?.[1]], ...others]), 'SCALAR_INVALID'],
    ['fewer shares than must sign', Object.fromEntries(others.slice(0, 2)), 'EXCHANGE_INVALID'],
    ['no shares', {}, 'EXCHANGE_INVALID'],
  ])('that is public is refused for %s', (_, verifying_shares, code) => {
    expect(refusal(() => readPublicKeyPackage(JSON.stringify({ ...shownFound, verifying_shares })))).toBe(code);
  });

  test('that is public may be of a time when the threshold was not in it', () => {
    const { min_signers: _, ...old } = shownFound;
    const read = readPublicKeyPackage(JSON.stringify(old));
    expect(read.minSigners).toBeNull();
    expect(JSON.parse(writePublicKeyPackage(read))).toEqual(old);
  });

  test('is no package of another kind', () => {
    expect(refusal(() => readKeyPackage(shown))).toBe('EXCHANGE_INVALID');
    expect(refusal(() => readPublicKeyPackage(key))).toBe('EXCHANGE_INVALID');
    expect(refusal(() => readSecretShare(key))).toBe('EXCHANGE_INVALID');
  });
});

test('a share that does not fit its committee is never written', () => {
  const { descriptor, shares } = threeOfFive('ed25519', 'fits');
  expect(refusal(() => keyPackages(descriptor, 0, 2, shares[0] as Uint8Array))).toBe('SHARE_MISMATCH');
});

test('coefficients at zero are those of the textbook', () => {
  const { group } = suite('p256');
  const [one, two, three] = [1n, 2n, 3n].map((value) => group.scalar(value)) as [Scalar, Scalar, Scalar];
  expect([one, two, three].map((x) => lagrangeAtZero('p256', [one, two, three], x))).toEqual([
    3n,
    group.order - 3n,
    1n,
  ]);
});

test('verifying shares are written in the order of their identifiers as numbers', () => {
  const { group } = suite('ed25519');
  const { descriptor, shares } = committee('ed25519', [group.scalar(1n), group.scalar(1n)], 12);
  const { public: found } = keyPackages(descriptor, 0, 1, shares[0] as Uint8Array);
  const identifier = group.scalar(256n); // its bytes sort before those of 1
  const more = [{ identifier, point: group.multiplyBase(group.scalar(257n)) }, ...[...found.verifyingShares].reverse()];
  const written = Object.keys(JSON.parse(writePublicKeyPackage({ ...found, verifyingShares: more })).verifying_shares);
  const ours = Array.from({ length: 12 }, (_, i) => spelled('ed25519', i + 1));
  expect(written).toEqual([...ours, toHex(group.encodeScalar(identifier))]);
});
