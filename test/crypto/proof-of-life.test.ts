import { createHash } from 'node:crypto';
import { ED25519_TORSION_SUBGROUP, ed25519 } from '@noble/curves/ed25519.js';
import { p256 as nobleP256 } from '@noble/curves/nist.js';
import { secp256k1 as nobleSecp256k1, schnorr } from '@noble/curves/secp256k1.js';
import { describe, expect, it } from 'vitest';
import { concatBytes, fromHex, toHex } from '../../src/bytes/hex.ts';
import { fileHash, taggedHash, text } from '../../src/bytes/tagged-hash.ts';
import { checkShares, commit, evaluateCommitments, sumCommitments } from '../../src/crypto/commitments.ts';
import type { Point, Scalar } from '../../src/crypto/group.ts';
import { evaluate, interpolateAtZero, lagrange, randomPolynomial } from '../../src/crypto/polynomial.ts';
import {
  aggregateStatement,
  commitNonces,
  drillStatement,
  frostPublic,
  frostPublicOf,
  signStatement,
  statementMessage,
  successionStatement,
  verifyStatement,
  verifyStatementShare,
  verifyStatements,
} from '../../src/crypto/proof-of-life.ts';
import { areDue, areSigned, signatureOf, signingRound } from '../../src/crypto/signature-shares.ts';
import { type SuiteName, suite, suiteNames } from '../../src/crypto/suites.ts';
import { drawn, flipped, refusal } from './drawn.ts';

const statement = successionStatement(text('descriptor'), taggedHash('transcript'));

/** The identity of ed25519. */
const zero = `01${'00'.repeat(31)}`;

/** 2-of-3 to 3-of-5 by dealers 1 and 3; `odd` picks a key whose y is odd, which Taproot drops. */
function reshared(name: SuiteName, odd = false) {
  const { group } = suite(name);
  const random = drawn(`reshare ${name}`);
  let constant = group.randomScalar(random);
  if (group.pointBytes === 33 && (group.encodePoint(group.multiplyBase(constant))[0] === 3) !== odd) {
    constant = group.sub(group.scalar(0n), constant);
  }
  const old = randomPolynomial(group, constant, 2, random);
  const dealers = [1, 3];
  const deals = dealers.map((i) => {
    const w = group.mul(lagrange(group, dealers, i), evaluate(group, old, i));
    return randomPolynomial(group, w, 3, random);
  });
  const commitments = sumCommitments(
    group,
    deals.map((deal) => commit(group, deal)),
  );
  const shares = [1, 2, 3, 4, 5].map((j) =>
    deals.reduce((sum, deal) => group.add(sum, evaluate(group, deal, j)), group.scalar(0n)),
  );
  const publicKey = group.encodePoint(group.multiplyBase(constant));
  return { group, random, constant, commitments, shares, publicKey };
}

function signing(name: SuiteName, signers: number[], odd = false) {
  const key = reshared(name, odd);
  const { group, random } = key;
  const message = statementMessage(name, statement);
  const pub = frostPublic(
    name,
    3,
    5,
    key.commitments.map((point) => group.encodePoint(point)),
  );
  const share = (index: number) => group.encodeScalar(key.shares[index - 1] as Scalar);
  const drawnNonces = signers.map((index) => ({ index, ...commitNonces(name, index, share(index), random) }));
  const nonces = drawnNonces.map(({ index, public: points }) => ({ index, ...points }));
  const secrets = new Map(drawnNonces.map(({ index, secret }) => [index, secret]));
  const signOne = (index: number, list = nonces, secret = new Uint8Array(secrets.get(index) as Uint8Array)) => ({
    index,
    share: signStatement(name, pub, index, share(index), secret, list, message),
  });
  return { ...key, name, pub, message, share, nonces, secrets, signOne };
}

for (const [name, odd] of [...suiteNames.map((each) => [each, false] as const), ['secp256k1-tr', true] as const]) {
  describe(`a key of ${name}${odd ? ' with odd y' : ''}, reshared from 2-of-3 to 3-of-5`, () => {
    const run = signing(name, [5, 1, 4], odd);
    const { group, pub, nonces, message, publicKey } = run;
    const parts = [5, 1, 4].map((index) => run.signOne(index));
    const signature = aggregateStatement(name, pub, nonces, message, parts);

    it('keeps its public key, and shares that fit the summed commitments', () => {
      expect(group.encodePoint(run.commitments[0] as Point)).toEqual(publicKey);
      expect(pub.commitments[0]).toEqual(publicKey);
      run.shares.forEach((share, i) => {
        expect(checkShares(group, [run.commitments], [share], i + 1, text('seed'))).toBe(true);
        const derived = evaluateCommitments(group, run.commitments, i + 1);
        expect(group.equalPoints(derived, group.multiplyBase(share))).toBe(true);
      });
    });

    it('is held by any three and not by two', () => {
      const held = (indices: number[]) =>
        interpolateAtZero(
          group,
          indices.map((index) => ({ index, value: run.shares[index - 1] as Scalar })),
        );
      expect(held([1, 2, 3])).toBe(run.constant);
      expect(held([5, 2, 4])).toBe(run.constant);
      expect(held([1, 2])).not.toBe(run.constant);
    });

    it('signs under the old key, for the verifiers of strangers', () => {
      expect(signature).toHaveLength(suite(name).signatureBytes);
      expect(verifyStatement(name, publicKey, message, signature)).toBe(true);
      if (name === 'secp256k1-tr') {
        expect(publicKey[0]).toBe(odd ? 3 : 2);
        expect(schnorr.verify(signature, message, publicKey.slice(1))).toBe(true);
      }
      if (name === 'ed25519') expect(ed25519.verify(signature, message, publicKey, { zip215: false })).toBe(true);
    });

    it('is judged among others as by itself, with a good one and with bad ones beside it', () => {
      const good = { suite: name, publicKey, message, signature };
      const wrong = [
        { ...good, message: taggedHash('another') },
        { ...good, signature: flipped(signature, 0) },
        { ...good, signature: flipped(signature, 40) },
        { ...good, signature: flipped(signature, 63) },
        { ...good, signature: signature.subarray(1) },
        { ...good, signature: new Uint8Array([...signature, 0]) },
        { ...good, publicKey: publicKey.subarray(1) },
        { ...good, publicKey: group.encodePoint(group.base) },
      ];
      expect(areSigned([good])).toBe(true);
      expect(areSigned([good, good, good])).toBe(true);
      for (const one of wrong) {
        const alone = ((): boolean => {
          try {
            return areSigned([good, one]);
          } catch {
            return false;
          }
        })();
        expect(alone).toBe(false);
        expect(verifyStatements([good, one, { ...good }])).toEqual([true, false, true]);
      }
      expect(verifyStatements([good, good])).toEqual([true, true]);
    });

    it('signs nothing else, and nothing for another key', () => {
      expect(verifyStatement(name, publicKey, taggedHash('another'), signature)).toBe(false);
      expect(verifyStatement(name, publicKey, message, flipped(signature, 40))).toBe(false);
      expect(verifyStatement(name, publicKey, message, signature.subarray(1))).toBe(false);
      expect(verifyStatement(name, publicKey, message, new Uint8Array([...signature, 0]))).toBe(false);
      if (group.pointBytes === 33) {
        const loose = (group.name === 'p256' ? nobleP256 : nobleSecp256k1).Point.fromBytes(publicKey).toBytes(false);
        expect(verifyStatement(name, loose, message, signature)).toBe(false);
      }
      expect(verifyStatement(name, publicKey.subarray(1), message, signature)).toBe(false);
      expect(verifyStatement(name, group.encodePoint(group.base), message, signature)).toBe(false);
      expect(verifyStatement(name, new Uint8Array(group.pointBytes).fill(255), message, signature)).toBe(false);
    });

    it('has signature shares that the quick way and the library judge alike, share by share', () => {
      const quick = (list: typeof nonces, of: Uint8Array, index: number, share: Uint8Array): boolean => {
        try {
          const round = signingRound(name, run.commitments, list, of);
          return areDue([round], [{ index, shares: [share] }], text('context'));
        } catch {
          return false; // what it cannot read it does not take
        }
      };
      const [first, second, third] = parts as [(typeof parts)[0], (typeof parts)[0], (typeof parts)[0]];
      const swapped = nonces.map(({ index, hiding, binding }) => ({ index, hiding: binding, binding: hiding }));
      const turned = [...nonces].reverse();
      const zero = new Uint8Array(32);
      for (const [list, of, index, share] of [
        ...parts.map((part) => [nonces, message, part.index, part.share] as const),
        ...parts.map((part) => [turned, message, part.index, part.share] as const),
        ...[0, 15, 31].map((byte) => [nonces, message, first.index, flipped(first.share, byte)] as const),
        [nonces, message, first.index, second.share],
        [nonces, message, third.index, first.share],
        [nonces, message, 2, first.share],
        [nonces, taggedHash('another'), first.index, first.share],
        [nonces.slice(1), message, second.index, second.share],
        [nonces.slice(1), message, first.index, first.share],
        [swapped, message, first.index, first.share],
        [nonces, message, first.index, zero],
        [nonces, message, first.index, zero.map(() => 255)],
        [nonces, message, first.index, first.share.subarray(1)],
      ] as const)
        expect(quick(list, of, index, share)).toBe(verifyStatementShare(name, pub, list, of, index, share));
      expect(quick(nonces, message, first.index, first.share)).toBe(true);
    });

    it('has signature shares of several keys that are taken together only if each is good', () => {
      const round = signingRound(name, run.commitments, nonces, message);
      const [{ index, share }] = parts as [(typeof parts)[0]];
      const { decodeScalar, encodeScalar, add, sub, scalar } = group;
      const more = encodeScalar(add(decodeScalar(share), scalar(1n)));
      const less = encodeScalar(sub(decodeScalar(share), scalar(1n)));
      const together = (...shares: Uint8Array[]) => areDue([round, round], [{ index, shares }], text('context'));
      expect(together(share, share)).toBe(true);
      for (const wrong of [[more, share], [share, less], [more, less], [share], []])
        expect(together(...wrong)).toBe(false);
      expect(areDue([], [{ index, shares: [] }], text('context'))).toBe(false);
    });

    it('has signature shares of several signers that are taken together only if each is good', () => {
      const round = signingRound(name, run.commitments, nonces, message);
      const { decodeScalar, encodeScalar, add, scalar } = group;
      const given = (...off: bigint[]) =>
        parts.map(({ index, share }, at) => ({
          index,
          shares: [encodeScalar(add(decodeScalar(share), scalar(off[at] ?? 0n)))],
        }));
      const together = (all: ReturnType<typeof given>) => areDue([round], all, text('context'));
      expect(together(given())).toBe(true);
      expect(together(given().slice(1))).toBe(true);
      for (const wrong of [given(1n), given(0n, 1n), given(1n, -1n), given(1n, 1n, -2n)])
        expect(together(wrong)).toBe(false);
      const [first, second] = given() as [
        { index: number; shares: Uint8Array[] },
        { index: number; shares: Uint8Array[] },
      ];
      expect(
        together([
          { ...first, index: second.index },
          { ...second, index: first.index },
        ]),
      ).toBe(false);
      expect(together([{ ...first, index: 9 }, second])).toBe(false);
      expect(together([{ ...first, shares: [] }, second])).toBe(false);
      // who does not sign at all, with a share that weighs nothing
      expect(together([first, second, { index: 2, shares: [new Uint8Array(32)] }])).toBe(false);
    });

    it('makes the same signature the quick way, of one share of each signer and nothing else', () => {
      const round = signingRound(name, run.commitments, nonces, message);
      expect(signatureOf(round, parts)).toEqual(signature);
      expect(signatureOf(round, parts.slice(1))).toBeNull();
      expect(signatureOf(round, [...parts, parts[0]] as typeof parts)).toBeNull();
      expect(signatureOf(round, [parts[0], parts[0], parts[1]] as typeof parts)).toBeNull();
    });

    it('has signature shares that are verified one by one, so that a bad one names its author', () => {
      for (const part of parts) {
        expect(verifyStatementShare(name, pub, nonces, message, part.index, part.share)).toBe(true);
      }
      const [first, second] = parts as [(typeof parts)[0], (typeof parts)[0]];
      expect(verifyStatementShare(name, pub, nonces, message, first.index, second.share)).toBe(false);
      expect(verifyStatementShare(name, pub, nonces, message, first.index, flipped(first.share, 9))).toBe(false);
      expect(verifyStatementShare(name, pub, nonces, taggedHash('another'), first.index, first.share)).toBe(false);
      expect(verifyStatementShare(name, pub, nonces, message, 2, first.share)).toBe(false);
      expect(verifyStatementShare(name, pub, nonces.slice(1), message, first.index, first.share)).toBe(false);
      expect(verifyStatementShare(name, pub, nonces, message, first.index, new Uint8Array(32).fill(255))).toBe(false);
      expect(verifyStatementShare(name, pub, nonces, message, 0, first.share)).toBe(false);
      const bad = [{ ...first, share: flipped(first.share, 9) }, ...parts.slice(1)];
      expect(refusal(() => aggregateStatement(name, pub, nonces, message, bad))).toBe('SIGNATURE_INVALID');
      expect(refusal(() => aggregateStatement(name, pub, nonces, message, parts.slice(1)))).toBe('SIGNATURE_INVALID');
      expect(refusal(() => aggregateStatement(name, pub, nonces, message, [...parts, first]))).toBe('INDEX_INVALID');
    });
  });
}

describe('nonces', () => {
  const run = signing('secp256k1', [1, 2, 3]);

  it('are fresh on every call (row 17)', () => {
    const one = commitNonces('secp256k1', 1, run.share(1), run.random);
    const two = commitNonces('secp256k1', 1, run.share(1), run.random);
    expect(one.secret).toHaveLength(64);
    expect(one.secret).not.toEqual(two.secret);
    expect(one.public.hiding).not.toEqual(two.public.hiding);
    expect(one.public.hiding).not.toEqual(one.public.binding);
  });

  it('sign once: the bytes are wiped, and wiped bytes are refused (row 17)', () => {
    const secret = new Uint8Array(run.secrets.get(1) as Uint8Array);
    run.signOne(1, run.nonces, secret);
    expect(secret).toEqual(new Uint8Array(64));
    expect(refusal(() => run.signOne(1, run.nonces, secret))).toBe('SIGNATURE_INVALID');
    const refused = new Uint8Array(run.secrets.get(2) as Uint8Array);
    expect(refusal(() => run.signOne(1, run.nonces, refused))).toBe('SIGNATURE_INVALID');
    expect(refused).toEqual(new Uint8Array(64));
  });

  it('sign only in a list that holds their own commitments, at least a threshold of them, none twice', () => {
    const [first, second, third] = run.nonces as [
      (typeof run.nonces)[0],
      (typeof run.nonces)[0],
      (typeof run.nonces)[0],
    ];
    const signed = (list: typeof run.nonces) => refusal(() => run.signOne(1, list));
    expect(signed([second, third])).toBe('SIGNATURE_INVALID');
    expect(signed([first, second])).toBe('SIGNATURE_INVALID');
    expect(signed([{ ...first, hiding: second.hiding }, second, third])).toBe('SIGNATURE_INVALID');
    expect(signed([{ ...first, hiding: first.binding, binding: first.hiding }, second, third])).toBe(
      'SIGNATURE_INVALID',
    );
    expect(signed([first, second, second])).toBe('INDEX_INVALID');
    expect(signed([first, second, { ...third, index: 6 }])).toBe('INDEX_INVALID');
    expect(signed([first, second, { ...third, index: 0 }])).toBe('INDEX_INVALID');
    expect(refusal(() => run.signOne(1, run.nonces, new Uint8Array(63)))).toBe('SCALAR_INVALID');
  });

  it('are points in their one encoding (row 16)', () => {
    const [first, second, third] = run.nonces as [
      (typeof run.nonces)[0],
      (typeof run.nonces)[0],
      (typeof run.nonces)[0],
    ];
    const loose = nobleSecp256k1.Point.fromBytes(third.hiding).toBytes(false);
    for (const point of [loose, new Uint8Array(33), new Uint8Array()]) {
      const hiding = [first, second, { ...third, hiding: point }];
      const binding = [first, second, { ...third, binding: point }];
      expect(refusal(() => run.signOne(1, hiding))).toBe('POINT_INVALID');
      expect(refusal(() => run.signOne(1, binding))).toBe('POINT_INVALID');
      const part = run.signOne(1);
      expect(verifyStatementShare('secp256k1', run.pub, hiding, run.message, 1, part.share)).toBe(false);
    }
    const edwards = signing('ed25519', [1, 2, 3]);
    const torsion = ed25519.Point.fromHex(ED25519_TORSION_SUBGROUP[1] as string);
    const mixed = edwards.nonces.map((each) =>
      each.index === 3 ? { ...each, hiding: ed25519.Point.fromBytes(each.hiding).add(torsion).toBytes() } : each,
    );
    expect(refusal(() => edwards.signOne(1, mixed))).toBe('POINT_INVALID');
  });
});

describe('a signature of a key', () => {
  it('has shares of which any number is refused in words, as where a liar signs thousands of times', () => {
    const { commitments, nonces, message } = signing('secp256k1', [1, 2, 3]);
    const round = signingRound('secp256k1', commitments, nonces, message);
    const many = new Array(70_000).fill({ index: 1, shares: [new Uint8Array(31)] });
    expect(refusal(() => areDue([round], many, text('context')))).toBe('SCALAR_INVALID');
  });

  it('of ed25519 whose R has a part outside the prime-order group is none, alone and beside others (row 16)', () => {
    // only who has the whole key can make one; the library multiplies by eight and takes it, other verifiers do not
    const { publicKey, constant, group, message } = signing('ed25519', [1, 2, 3]);
    const forged = (torsion: string): Uint8Array => {
      const k = group.scalar(7n);
      const R = ed25519.Point.BASE.multiply(k).add(ed25519.Point.fromHex(torsion)).toBytes();
      const hash = createHash('sha512')
        .update(concatBytes(R, publicKey, message))
        .digest()
        .reverse();
      const challenge = group.scalar(BigInt(`0x${hash.toString('hex')}`));
      return concatBytes(R, group.encodeScalar(group.add(k, group.mul(challenge, constant))));
    };
    const [sound, ...mixed] = [...ED25519_TORSION_SUBGROUP].sort((a, b) => Number(b === zero) - Number(a === zero));
    const signed = (torsion: string) => ({ suite: 'ed25519' as const, publicKey, message, signature: forged(torsion) });
    expect(verifyStatement('ed25519', publicKey, message, forged(sound as string))).toBe(true);
    for (const torsion of mixed) {
      expect(ed25519.verify(forged(torsion), message, publicKey, { zip215: false })).toBe(true);
      expect(verifyStatement('ed25519', publicKey, message, forged(torsion))).toBe(false);
      expect(verifyStatements([signed(sound as string), signed(torsion)])).toEqual([true, false]);
    }
  });
});

describe('the public side', () => {
  const run = signing('p256', [1, 2, 3]);
  const encoded = run.commitments.map((point) => run.group.encodePoint(point));

  it('takes exactly a threshold of good commitments (rows 3, 16)', () => {
    expect(refusal(() => frostPublic('p256', 2, 5, encoded))).toBe('COMMITMENTS_LENGTH');
    expect(refusal(() => frostPublic('p256', 3, 5, [...encoded.slice(1), new Uint8Array(33)]))).toBe('POINT_INVALID');
  });

  it('is the same from commitments that were decoded before', () => {
    expect(frostPublicOf('p256', 5, run.commitments)).toEqual(run.pub);
  });
});

describe('what is signed', () => {
  it('is computed byte by byte as the protocol says (row 18)', () => {
    const transcript = taggedHash('transcript');
    const head = fromHex(`ff${Buffer.from('conclave succession v1').toString('hex')}00`) as Uint8Array;
    const digest = createHash('sha256').update('descriptor').digest();
    expect(statement).toEqual(new Uint8Array([...head, ...digest, ...transcript]));
    expect(refusal(() => successionStatement(text('descriptor'), new Uint8Array(31)))).toBe('SIGNATURE_INVALID');
  });

  it('is of one kind: what a drill signs is no succession, also where hash and plan are the same', () => {
    const same = taggedHash('transcript');
    const drill = drillStatement(text('descriptor'), same);
    expect(toHex(drill)).toBe(
      `ff${toHex(text('conclave drill v1'))}00${toHex(fileHash(text('descriptor')))}${toHex(same)}`,
    );
    expect(refusal(() => drillStatement(text('descriptor'), new Uint8Array(31)))).toBe('SIGNATURE_INVALID');
    const succession = successionStatement(text('descriptor'), same);
    const seed = taggedHash('seed');
    const key = concatBytes(Uint8Array.of(2), schnorr.getPublicKey(seed));
    expect(toHex(succession)).not.toContain(toHex(text('conclave drill')));
    for (const [one, other] of [
      [drill, succession],
      [succession, drill],
    ] as const) {
      const signature = ed25519.sign(one, seed);
      expect(verifyStatement('ed25519', ed25519.getPublicKey(seed), one, signature)).toBe(true);
      expect(verifyStatement('ed25519', ed25519.getPublicKey(seed), other, signature)).toBe(false);
      const taproot = schnorr.sign(statementMessage('secp256k1-tr', one), seed);
      expect(verifyStatement('secp256k1-tr', key, statementMessage('secp256k1-tr', one), taproot)).toBe(true);
      expect(verifyStatement('secp256k1-tr', key, statementMessage('secp256k1-tr', other), taproot)).toBe(false);
    }
  });

  it('is a 32-byte hash for taproot and the statement itself elsewhere', () => {
    expect(statementMessage('secp256k1-tr', statement)).toEqual(taggedHash('proof-of-life', statement));
    for (const name of suiteNames.slice(1)) expect(statementMessage(name, statement)).toEqual(statement);
  });
});
