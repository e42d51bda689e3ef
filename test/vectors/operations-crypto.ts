import { decodeCbor, encodeCbor } from '../../src/bytes/cbor.ts';
import { lengthPrefixed, taggedHash } from '../../src/bytes/tagged-hash.ts';
import { decodeWords, encodeWords } from '../../src/bytes/words.ts';
import {
  commit,
  decodeCommitments,
  evaluateCommitments,
  sumCommitments,
  weights,
} from '../../src/crypto/commitments.ts';
import { edwards25519, type Group, p256, ristretto255, type Scalar, secp256k1 } from '../../src/crypto/group.ts';
import { challenge, type KnowledgeDomain, proveKnowledge, verifyKnowledge } from '../../src/crypto/knowledge.ts';
import { evaluate, lagrange, randomPolynomial } from '../../src/crypto/polynomial.ts';
import { combineVerification, provePossession, verifyPossession } from '../../src/crypto/possession.ts';
import {
  aggregateStatement,
  commitNonces,
  frostPublic,
  type NonceCommitment,
  signStatement,
  statementMessage,
  successionStatement,
  verifyStatement,
  verifyStatementShare,
} from '../../src/crypto/proof-of-life.ts';
import {
  type Box,
  boxHash,
  checkBox,
  generatePrekey,
  judgeOpening,
  openBox,
  proveOpening,
  type SealContext,
  sealBox,
} from '../../src/crypto/sealing.ts';
import type { SuiteName } from '../../src/crypto/suites.ts';
import { bytes, fromJson, type Given, hex, type Json, manyBytes, type Operations, replayed, toJson } from './form.ts';

const groups: Readonly<Record<string, Group>> = { secp256k1, ed25519: edwards25519, p256, ristretto255 };

function groupOf(given: Given): Group {
  return groups[given.group as string] as Group;
}

function scalars(group: Group, json: Json | undefined): Scalar[] {
  return manyBytes(json).map((encoded) => group.decodeScalar(encoded));
}

function lists(group: Group, json: Json | undefined) {
  return (json as Json[]).map((list) => manyBytes(list).map((point) => group.decodePoint(point)));
}

function listed(json: Json | undefined): NonceCommitment[] {
  return fromJson(json as Json) as NonceCommitment[];
}

function publicOf(given: Given) {
  const { suite, threshold, members } = given as { suite: SuiteName; threshold: number; members: number };
  return frostPublic(suite, threshold, members, manyBytes(given.commitments));
}

const bytesOperations: Operations = {
  'tagged hash': ({ tag, parts }) => ({ hash: hex(taggedHash(tag as string, ...manyBytes(parts))) }),
  'length-prefixed': ({ parts }) => ({ bytes: hex(lengthPrefixed(...manyBytes(parts))) }),
  'cbor encode': ({ value }) => ({ bytes: hex(encodeCbor(fromJson(value as Json) as never)) }),
  'cbor decode': ({ item, size, depth }) =>
    toJson({ value: decodeCbor(bytes(item), { bytes: size as number, depth: depth as number }) }),
  'words encode': ({ bytes: given }) => ({ words: encodeWords(bytes(given)).join(' ') }),
  'words decode': ({ words }) => {
    const read = decodeWords((words as string).split(' '));
    return read instanceof Uint8Array ? { bytes: hex(read) } : { wrongAt: read.wrongAt };
  },
};

const arithmeticOperations: Operations = {
  'point decode': (given) => {
    const group = groupOf(given);
    return { point: hex(group.encodePoint(group.decodePoint(bytes(given.encoded)))) };
  },
  'scalar decode': (given) => {
    const group = groupOf(given);
    return { scalar: group.decodeScalar(bytes(given.encoded)).toString() };
  },
  'scalar draw': (given) => {
    const group = groupOf(given);
    return { encoded: hex(group.encodeScalar(group.randomScalar(replayed(given.random)))) };
  },
  challenge: (given) => {
    const group = groupOf(given);
    return { scalar: hex(group.encodeScalar(challenge(group, given.tag as string, ...manyBytes(given.parts)))) };
  },
  'polynomial draw': (given) => {
    const group = groupOf(given);
    const constant = group.decodeScalar(bytes(given.constant));
    const polynomial = randomPolynomial(group, constant, given.threshold as number, replayed(given.random));
    return {
      coefficients: polynomial.map((coefficient) => hex(group.encodeScalar(coefficient))),
      commitments: commit(group, polynomial).map((point) => hex(group.encodePoint(point))),
    };
  },
  'polynomial evaluate': (given) => {
    const group = groupOf(given);
    const value = evaluate(group, scalars(group, given.coefficients), given.index as number);
    return { value: hex(group.encodeScalar(value)) };
  },
  lagrange: (given) => {
    const group = groupOf(given);
    const factor = lagrange(group, given.indices as number[], given.index as number);
    return { factor: hex(group.encodeScalar(factor)) };
  },
  'commitments decode': (given) => {
    const group = groupOf(given);
    const points = decodeCommitments(group, manyBytes(given.commitments), given.threshold as number);
    return { points: points.length };
  },
  'commitments evaluate': (given) => {
    const group = groupOf(given);
    const [points = []] = lists(group, [given.commitments as Json]);
    return { point: hex(group.encodePoint(evaluateCommitments(group, points, given.index as number))) };
  },
  'commitments sum': (given) => {
    const group = groupOf(given);
    return { sum: sumCommitments(group, lists(group, given.lists)).map((point) => hex(group.encodePoint(point))) };
  },
  weights: ({ seed, count }) => ({
    weights: weights(bytes(seed), count as number).map((weight) => weight.toString(16).padStart(32, '0')),
  }),
};

const proofOperations: Operations = {
  'knowledge prove': (given) => {
    const group = groupOf(given);
    const secret = group.decodeScalar(bytes(given.secret));
    const point = group.multiplyBase(secret);
    const domain = given.domain as KnowledgeDomain;
    const proof = proveKnowledge(group, secret, point, domain, bytes(given.context), replayed(given.random));
    return { point: hex(group.encodePoint(point)), proof: hex(proof) };
  },
  'knowledge verify': (given) => {
    const group = groupOf(given);
    const point = group.decodePoint(bytes(given.point));
    verifyKnowledge(group, point, given.domain as KnowledgeDomain, bytes(given.context), bytes(given.proof));
    return { holds: true };
  },
  'possession prove': (given) => {
    const group = groupOf(given);
    const seed = bytes(given.seed);
    const combined = combineVerification(group, lists(group, given.keys), seed);
    const shares = scalars(group, given.shares);
    const random = replayed(given.random);
    const proof = provePossession(group, shares, seed, combined, given.index as number, bytes(given.context), random);
    return { combined: combined.map((point) => hex(group.encodePoint(point))), proof: hex(proof) };
  },
  'possession verify': (given) => {
    const group = groupOf(given);
    const combined = combineVerification(group, lists(group, given.keys), bytes(given.seed));
    verifyPossession(group, combined, given.index as number, bytes(given.context), bytes(given.proof));
    return { holds: true };
  },
  'prekey draw': ({ random }) => toJson(generatePrekey(replayed(random))),
  'box seal': (given) => {
    const context = fromJson(given.context as Json) as SealContext;
    const box = sealBox(bytes(given.plaintext), bytes(given.prekey), context, replayed(given.random));
    return toJson({ box, hash: boxHash(box) });
  },
  'box check': ({ box, prekey, context }) => {
    checkBox(fromJson(box as Json) as Box, bytes(prekey), fromJson(context as Json) as SealContext);
    return { holds: true };
  },
  'box open': ({ box, secret, context }) => ({
    plaintext: hex(openBox(fromJson(box as Json) as Box, bytes(secret), fromJson(context as Json) as SealContext)),
  }),
  'opening prove': ({ box, secret, context, complainer, random }) =>
    toJson(
      proveOpening(
        fromJson(box as Json) as Box,
        bytes(secret),
        fromJson(context as Json) as SealContext,
        bytes(complainer),
        replayed(random),
      ),
    ),
  'opening judge': ({ box, prekey, context, complainer, opening }) =>
    toJson(
      judgeOpening(
        fromJson(box as Json) as Box,
        bytes(prekey),
        fromJson(context as Json) as SealContext,
        bytes(complainer),
        fromJson(opening as Json) as { K: Uint8Array; proof: Uint8Array },
      ),
    ),
};

const proofOfLifeOperations: Operations = {
  statement: ({ descriptor, transcript }) => ({
    statement: hex(successionStatement(bytes(descriptor), bytes(transcript))),
  }),
  message: ({ suite, statement }) => ({ message: hex(statementMessage(suite as SuiteName, bytes(statement))) }),
  'nonces commit': ({ suite, index, share, random }) => {
    const drawn = commitNonces(suite as SuiteName, index as number, bytes(share), replayed(random));
    return toJson({ secret: drawn.secret, ...drawn.public });
  },
  'share sign': (given) => {
    const name = given.suite as SuiteName;
    const message = bytes(given.message);
    const [index, share, nonces] = [given.index as number, bytes(given.share), bytes(given.nonces)];
    return { share: hex(signStatement(name, publicOf(given), index, share, nonces, listed(given.listed), message)) };
  },
  'share verify': (given) => {
    const name = given.suite as SuiteName;
    const holds = verifyStatementShare(
      name,
      publicOf(given),
      listed(given.listed),
      bytes(given.message),
      given.index as number,
      bytes(given.share),
    );
    return { holds };
  },
  aggregate: (given) => {
    const name = given.suite as SuiteName;
    const shares = fromJson(given.shares as Json) as { index: number; share: Uint8Array }[];
    const signature = aggregateStatement(name, publicOf(given), listed(given.listed), bytes(given.message), shares);
    return { signature: hex(signature) };
  },
  'signature verify': (given) => ({
    holds: verifyStatement(
      given.suite as SuiteName,
      bytes(given.publicKey),
      bytes(given.message),
      bytes(given.signature),
    ),
  }),
};

export const cryptoOperations: Operations = {
  ...bytesOperations,
  ...arithmeticOperations,
  ...proofOperations,
  ...proofOfLifeOperations,
};
