import { p256 } from '@noble/curves/nist.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { commit } from '../../src/crypto/commitments.ts';
import { evaluate, randomPolynomial } from '../../src/crypto/polynomial.ts';
import {
  aggregateStatement,
  commitNonces,
  frostPublic,
  signStatement,
  statementMessage,
  successionStatement,
} from '../../src/crypto/proof-of-life.ts';
import { type SuiteName, suite, suiteNames } from '../../src/crypto/suites.ts';
import { drawn } from '../crypto/drawn.ts';
import {
  filled,
  flip,
  type Given,
  group,
  hex,
  type Json,
  type Questions,
  recorded,
  toJson,
  type Wanted,
} from './form.ts';

const descriptor = filled(5, 0xde);
const transcript = filled(32, 0x7a);
const statement = successionStatement(descriptor, transcript);

/** 424242 times the base point of secp256k1 and this many times it have y of different parity. */
const oddConstant = 424242n + 2n;

interface Made {
  readonly message: Wanted;
  readonly nonces: Wanted[];
  readonly signed: Wanted[];
  readonly verified: Wanted[];
  readonly aggregated: Wanted[];
  readonly signature: Wanted[];
}

/** The other form that many verifiers take a public key in. */
function uncompressed(name: SuiteName, key: Uint8Array): Uint8Array[] {
  if (name === 'p256') return [p256.Point.fromBytes(key).toBytes(false)];
  return name === 'secp256k1' ? [secp256k1.Point.fromBytes(key).toBytes(false)] : [];
}

/** A threshold of 2 of 3, where members 1 and 3 sign. */
function made(name: SuiteName, constant = 424242n, says: string = name): Made {
  const { group: on } = suite(name);
  const polynomial = randomPolynomial(on, on.scalar(constant), 2, drawn(`vectors proof of life ${says}`));
  const commitments = commit(on, polynomial).map((point) => on.encodePoint(point));
  const signers = [1, 3].map((index) => {
    const share = on.encodeScalar(evaluate(on, polynomial, index));
    const { random, draws } = recorded(`nonces ${says} ${index}`);
    return { index, share, draws, drawn: commitNonces(name, index, share, random) };
  });
  const listed = signers.map(({ index, drawn }) => ({ index, ...drawn.public }));
  const message = statementMessage(name, statement);
  const pub = frostPublic(name, 2, 3, commitments);
  const shares = signers.map(({ index, share, drawn }) => ({
    index,
    share: signStatement(name, pub, index, share, new Uint8Array(drawn.secret), listed, message),
  }));
  const signature = aggregateStatement(name, pub, listed, message, shares);
  const about = { suite: name, threshold: 2, members: 3, commitments: commitments.map(hex) };
  const signing = { ...about, listed: toJson(listed), message: hex(message) };
  const shareOf = (at: number): Json => hex(shares[at]?.share ?? new Uint8Array());
  const check = { suite: name, publicKey: hex(commitments[0] as Uint8Array), message: hex(message) };
  const bad = (what: string, change: Given): Wanted => ({
    says: `${says}: ${what}`,
    given: { ...check, signature: hex(signature), ...change },
  });
  return {
    message: { says, given: { suite: name, statement: hex(statement) } },
    nonces: signers.map(({ index, share, draws }) => ({
      says: `${says}, member ${index}`,
      given: { suite: name, index, share: hex(share), random: draws },
    })),
    signed: signers.map(({ index, share, drawn }) => ({
      says: `${says}, member ${index}`,
      given: { ...signing, index, share: hex(share), nonces: hex(drawn.secret) },
    })),
    verified: [
      { says: `${says}, member 1`, given: { ...signing, index: 1, share: shareOf(0) } },
      {
        says: `${says}, the share of member 3 as that of member 1`,
        given: { ...signing, index: 1, share: shareOf(1) },
      },
    ],
    aggregated: [{ says, given: { ...signing, shares: toJson(shares) } }],
    signature: [
      { says, given: { ...check, signature: hex(signature) } },
      bad('another message', { message: hex(flip(message)) }),
      bad('another signature', { signature: hex(flip(signature)) }),
      ...uncompressed(name, commitments[0] as Uint8Array).map((key) =>
        bad('the key in another encoding', { publicKey: hex(key) }),
      ),
    ],
  };
}

function refused({ signed, aggregated }: Made): { signed: Wanted[]; aggregated: Wanted[] } {
  const [first] = signed;
  const [whole] = aggregated;
  const given = first?.given ?? {};
  const listed = given.listed as { index: number; hiding: string; binding: string }[];
  const bad = (says: string, change: Given, code: Wanted['code']): Wanted => ({
    says,
    given: { ...given, ...change },
    ...(code === undefined ? {} : { code }),
  });
  const shares = whole?.given.shares as { index: number; share: string }[];
  return {
    signed: [
      bad('nonces that were used: zeros', { nonces: hex(filled(64, 0)) }, 'SIGNATURE_INVALID'),
      bad('nonces that are not the listed ones', { nonces: hex(filled(64, 1)) }, 'SIGNATURE_INVALID'),
      bad('a member that is not listed', { index: 2 }, 'SIGNATURE_INVALID'),
      bad('a nonce of 63 bytes', { nonces: hex(filled(63, 1)) }, 'SCALAR_INVALID'),
      bad('one member listed twice', { listed: [listed[0] ?? '', listed[0] ?? ''] }, 'INDEX_INVALID'),
      bad(
        'somebody listed who is no member',
        { listed: [listed[0] ?? '', { ...listed[1], index: 4 } as Json] },
        'INDEX_INVALID',
      ),
      bad(
        'a nonce commitment that is no point',
        { listed: [listed[0] ?? '', { ...listed[1], hiding: hex(filled(32, 0)) } as Json] },
        'POINT_INVALID',
      ),
      bad('commitments for another threshold', { threshold: 3 }, 'COMMITMENTS_LENGTH'),
    ],
    aggregated: [
      {
        says: 'a share that does not verify',
        given: {
          ...(whole?.given ?? {}),
          shares: [shares[0] ?? '', { ...shares[1], share: shares[0]?.share ?? '' } as Json],
        },
        code: 'SIGNATURE_INVALID',
      },
      {
        says: 'one member twice',
        given: { ...(whole?.given ?? {}), shares: [shares[0] ?? '', shares[0] ?? ''] },
        code: 'INDEX_INVALID',
      },
    ],
  };
}

export function makeProofOfLife(): Questions {
  const each = [
    ...suiteNames.map((name) => made(name)),
    made('secp256k1-tr', oddConstant, 'secp256k1-tr, where the internal key has the other parity'),
  ];
  const bad = refused(made('ed25519'));
  const make = (operation: string, about: string, wanted: Wanted[]) => group(operation, about, wanted);
  return {
    about: [
      'The proof of life, suite by suite: docs/protocol.md section 17. The arithmetic is FROST (RFC 9591; secp256k1-tr as the Zcash Foundation specifies it).',
      'A threshold of 2 of 3, where members 1 and 3 sign.',
    ],
    groups: [
      make('statement', 'ff || "conclave succession v1" || 00 || SHA-256(descriptor) || transcript hash.', [
        { says: 'a stand-in for a descriptor', given: { descriptor: hex(descriptor), transcript: hex(transcript) } },
        {
          says: 'a transcript hash of 31 bytes',
          given: { descriptor: hex(descriptor), transcript: hex(filled(31, 0)) },
          code: 'SIGNATURE_INVALID',
        },
      ]),
      make(
        'message',
        'The statement, and for secp256k1-tr the tagged hash "proof-of-life" over it.',
        each.map(({ message }) => message),
      ),
      make(
        'nonces commit',
        '`secret` is hiding || binding, each H3(32 random bytes || share) of RFC 9591.',
        each.flatMap(({ nonces }) => nonces),
      ),
      make('share sign', 'One signature share.', [...each.flatMap(({ signed }) => signed), ...bad.signed]),
      make(
        'share verify',
        'Each share singly.',
        each.flatMap(({ verified }) => verified),
      ),
      make('aggregate', 'The signature.', [...each.flatMap(({ aggregated }) => aggregated), ...bad.aggregated]),
      make(
        'signature verify',
        "As any stranger's verifier would.",
        each.flatMap(({ signature }) => signature),
      ),
    ],
  };
}
