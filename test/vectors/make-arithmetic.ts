import { ed25519 } from '@noble/curves/ed25519.js';
import { p256 as nobleP256 } from '@noble/curves/nist.js';
import { secp256k1 as nobleSecp256k1 } from '@noble/curves/secp256k1.js';
import { hexToBytes, numberToBytesBE, numberToBytesLE } from '@noble/curves/utils.js';
import { commit } from '../../src/crypto/commitments.ts';
import { edwards25519, type Group, p256, ristretto255, secp256k1 } from '../../src/crypto/group.ts';
import { filled, group, hex, type Questions, recorded, type Wanted } from './form.ts';

const all: readonly Group[] = [secp256k1, edwards25519, p256, ristretto255];
const little = (on: Group): boolean => on.name === 'ed25519' || on.name === 'ristretto255';
const smallOrder = hexToBytes('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05');

function number(on: Group, value: bigint): string {
  return hex(little(on) ? numberToBytesLE(value, 32) : numberToBytesBE(value, 32));
}

function points(): Wanted[] {
  const accepted = all.flatMap((on): Wanted[] => [
    { says: `${on.name}: the base point`, given: { group: on.name, encoded: hex(on.encodePoint(on.base)) } },
    {
      says: `${on.name}: another point`,
      given: { group: on.name, encoded: hex(on.encodePoint(on.multiplyBase(on.scalar(987654321n)))) },
    },
  ]);
  const refused = (on: Group, says: string, encoded: Uint8Array): Wanted => ({
    says: `${on.name}: ${says}`,
    given: { group: on.name, encoded: hex(encoded) },
    code: 'POINT_INVALID',
  });
  const shorter = all.map((on) => refused(on, 'a byte too short', on.encodePoint(on.base).slice(0, -1)));
  const weierstrass = (on: Group, base: { toBytes(compressed: boolean): Uint8Array }): Wanted[] => [
    refused(on, 'the base point, uncompressed', base.toBytes(false)),
    refused(on, 'the identity as SEC 1 writes it', filled(1, 0)),
    refused(on, 'all zeros', filled(33, 0)),
    refused(on, 'an x that is not below the field prime', Uint8Array.of(2, ...filled(32, 0xff))),
    refused(on, 'an x that no point of the curve has', Uint8Array.of(2, ...numberToBytesBE(on === p256 ? 1n : 5n, 32))),
  ];
  const mixed = ed25519.Point.BASE.add(ed25519.Point.fromBytes(smallOrder)).toBytes();
  const edwards: Wanted[] = [
    refused(edwards25519, 'the identity', Uint8Array.of(1, ...filled(31, 0))),
    refused(edwards25519, 'a point of order 8', smallOrder),
    refused(edwards25519, 'a point of order 2', Uint8Array.of(0xec, ...filled(30, 0xff), 0x7f)),
    refused(edwards25519, 'the base point plus a point of order 8', mixed),
    refused(
      edwards25519,
      'a y of p + 1: the identity in a second encoding',
      Uint8Array.of(0xee, ...filled(30, 0xff), 0x7f),
    ),
    refused(edwards25519, 'x = 0 with the sign bit', Uint8Array.of(1, ...filled(30, 0), 0x80)),
    refused(edwards25519, 'a y that no point of the curve has', Uint8Array.of(2, ...filled(31, 0))),
  ];
  const ristretto: Wanted[] = [
    refused(ristretto255, 'the identity', filled(32, 0)),
    refused(ristretto255, 'a negative field element', Uint8Array.of(1, ...filled(31, 0))),
    refused(ristretto255, 'a field element that is not below p', Uint8Array.of(0xf0, ...filled(30, 0xff), 0x7f)),
    refused(ristretto255, 'no point', Uint8Array.of(8, ...filled(31, 0))),
  ];
  return [
    ...accepted,
    ...shorter,
    ...weierstrass(secp256k1, nobleSecp256k1.Point.BASE),
    ...weierstrass(p256, nobleP256.Point.BASE),
    ...edwards,
    ...ristretto,
  ];
}

function scalars(): Wanted[] {
  return all.flatMap((on): Wanted[] => [
    { says: `${on.name}: zero is a scalar`, given: { group: on.name, encoded: number(on, 0n) } },
    { says: `${on.name}: the order minus one`, given: { group: on.name, encoded: number(on, on.order - 1n) } },
    { says: `${on.name}: the order`, given: { group: on.name, encoded: number(on, on.order) }, code: 'SCALAR_INVALID' },
    { says: `${on.name}: all ones`, given: { group: on.name, encoded: hex(filled(32, 0xff)) }, code: 'SCALAR_INVALID' },
    {
      says: `${on.name}: a byte too long`,
      given: { group: on.name, encoded: hex(filled(33, 0)) },
      code: 'SCALAR_INVALID',
    },
  ]);
}

function polynomials(): { drawn: Wanted[]; evaluated: Wanted[]; committed: Wanted[] } {
  const drawn: Wanted[] = [];
  const evaluated: Wanted[] = [];
  const committed: Wanted[] = [];
  for (const on of all) {
    const { random, draws } = recorded(`polynomial ${on.name}`);
    const constant = on.scalar(42n);
    const polynomial = [constant, on.randomScalar(random), on.randomScalar(random)];
    const encoded = polynomial.map((coefficient) => hex(on.encodeScalar(coefficient)));
    const points = commit(on, polynomial).map((point) => hex(on.encodePoint(point)));
    drawn.push({
      says: `${on.name}: degree 2 for a threshold of 3`,
      given: { group: on.name, constant: number(on, 42n), threshold: 3, random: draws },
    });
    evaluated.push({ says: `${on.name}: at index 5`, given: { group: on.name, coefficients: encoded, index: 5 } });
    committed.push({
      says: `${on.name}: at index 5, the value above times the base point`,
      given: { group: on.name, commitments: points, index: 5 },
    });
  }
  const bad = { group: 'ristretto255', coefficients: [number(ristretto255, 1n), number(ristretto255, 2n)] };
  drawn.push({
    says: 'a constant of zero cannot be shared',
    given: { group: 'ristretto255', constant: number(ristretto255, 0n), threshold: 2, random: [] },
    code: 'SCALAR_INVALID',
  });
  for (const index of [0, -1, 65537, 1.5]) {
    evaluated.push({ says: `${index} is no index`, given: { ...bad, index }, code: 'INDEX_INVALID' });
  }
  committed.push({
    says: 'no commitments, no value',
    given: { group: 'ristretto255', commitments: [], index: 1 },
    code: 'COMMITMENTS_LENGTH',
  });
  return { drawn, evaluated, committed };
}

export function makeArithmetic(): Questions {
  const { drawn, evaluated, committed } = polynomials();
  const base = ristretto255.base;
  const point = (value: bigint): string =>
    hex(ristretto255.encodePoint(ristretto255.multiplyBase(ristretto255.scalar(value))));
  const indices = (says: string, given: { indices: number[]; index: number }): Wanted => ({
    says,
    given: { group: 'p256', ...given },
    code: 'INDEX_INVALID',
  });
  const wide = recorded('scalars');
  for (const on of all) on.randomScalar(wide.random);
  return {
    about: [
      'Groups, scalars and polynomials: docs/protocol.md section 4 (and the challenge of section 5).',
      'Scalars and points are encoded as each group does it: little-endian on ed25519 and ristretto255, big-endian on secp256k1 and p256.',
    ],
    groups: [
      group('point decode', 'One encoding of one point, in the prime-order group, never the identity.', points()),
      group('scalar decode', '32 bytes below the order. The result is in decimal.', scalars()),
      group(
        'scalar draw',
        '48 random bytes as a big-endian number, modulo the order minus one, plus one: never zero.',
        all.map((on, at) => ({ says: on.name, given: { group: on.name, random: [wide.draws[at] as string] } })),
      ),
      group(
        'challenge',
        'Two tagged hashes of tag + "-challenge" over 00 (then 01), the name of the group and the parts; together 64 bytes, big-endian, modulo the order.',
        all.map((on) => ({ says: on.name, given: { group: on.name, tag: 'knowledge', parts: ['hex:61', 'hex:62'] } })),
      ),
      group('polynomial draw', 'Lowest coefficient first; every other one is drawn in order.', drawn),
      group('polynomial evaluate', 'Indices are 1 to 65536.', evaluated),
      group('lagrange', 'The factor of one index, interpolating at zero.', [
        ...all.map((on) => ({ says: on.name, given: { group: on.name, indices: [1, 2, 4], index: 2 } })),
        { says: 'one dealer alone', given: { group: 'p256', indices: [3], index: 3 } },
        indices('an index that is not among them', { indices: [1, 2], index: 3 }),
        indices('an index twice', { indices: [1, 2, 2], index: 1 }),
        indices('index zero', { indices: [0, 1], index: 1 }),
        indices('nobody', { indices: [], index: 1 }),
      ]),
      group('commitments decode', 'Exactly as many as the threshold says.', [
        { says: 'two for two', given: { group: 'ristretto255', commitments: [point(1n), point(2n)], threshold: 2 } },
        {
          says: 'one more than the threshold: it would be raised in secret',
          given: { group: 'ristretto255', commitments: [point(1n), point(2n), point(3n)], threshold: 2 },
          code: 'COMMITMENTS_LENGTH',
        },
        {
          says: 'one fewer',
          given: { group: 'ristretto255', commitments: [point(1n)], threshold: 2 },
          code: 'COMMITMENTS_LENGTH',
        },
        {
          says: 'an empty list',
          given: { group: 'ristretto255', commitments: [], threshold: 0 },
          code: 'COMMITMENTS_LENGTH',
        },
        {
          says: 'the identity as highest coefficient would lower the threshold',
          given: { group: 'ristretto255', commitments: [point(1n), hex(filled(32, 0))], threshold: 2 },
          code: 'POINT_INVALID',
        },
      ]),
      group('commitments evaluate', 'The verification share of an index.', committed),
      group('commitments sum', 'Over dealers, coefficient by coefficient.', [
        {
          says: 'two dealers',
          given: {
            group: 'ristretto255',
            lists: [
              [point(1n), point(2n)],
              [point(3n), point(4n)],
            ],
          },
        },
        {
          says: 'lists of different length',
          given: { group: 'ristretto255', lists: [[point(1n), point(2n)], [point(3n)]] },
          code: 'COMMITMENTS_LENGTH',
        },
        {
          says: 'a coefficient that sums to the identity',
          given: {
            group: 'ristretto255',
            lists: [[point(1n)], [hex(ristretto255.encodePoint(ristretto255.negate(base)))]],
          },
          code: 'POINT_INVALID',
        },
      ]),
      group(
        'weights',
        'The first 16 bytes of the tagged hash "weight" over seed and place (8 bytes, big-endian); zero would become one.',
        [{ says: 'three of them', given: { seed: hex(filled(32, 7)), count: 3 } }],
      ),
    ],
  };
}
