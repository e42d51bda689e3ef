import { commit } from '../../src/crypto/commitments.ts';
import { edwards25519, type Group, p256, ristretto255, secp256k1 } from '../../src/crypto/group.ts';
import { type KnowledgeDomain, proveKnowledge } from '../../src/crypto/knowledge.ts';
import { evaluate, randomPolynomial } from '../../src/crypto/polynomial.ts';
import { combineVerification, provePossession } from '../../src/crypto/possession.ts';
import { type Box, generatePrekey, proveOpening, type SealContext, sealBox } from '../../src/crypto/sealing.ts';
import { drawn } from '../crypto/drawn.ts';
import { filled, flip, type Given, group, hex, joined, type Questions, recorded, toJson, type Wanted } from './form.ts';

const all: readonly Group[] = [secp256k1, edwards25519, p256, ristretto255];
const context = hex(filled(4, 0xc0));

function knowledge(): { proven: Wanted[]; verified: Wanted[] } {
  const proven: Wanted[] = [];
  const verified: Wanted[] = [];
  for (const on of all) {
    const secret = on.scalar(31337n);
    const { random, draws } = recorded(`knowledge ${on.name}`);
    const point = on.multiplyBase(secret);
    const proof = proveKnowledge(on, secret, point, 'genesis', filled(4, 0xc0), random);
    const given = { group: on.name, domain: 'genesis', context };
    proven.push({ says: on.name, given: { ...given, secret: hex(on.encodeScalar(secret)), random: draws } });
    verified.push({ says: on.name, given: { ...given, point: hex(on.encodePoint(point)), proof: hex(proof) } });
    if (on !== ristretto255) continue;
    const bad = (says: string, change: Given): Wanted => ({
      says,
      given: { ...given, point: hex(on.encodePoint(point)), proof: hex(proof), ...change },
      code: 'PROOF_INVALID',
    });
    const domains: KnowledgeDomain[] = ['possession', 'box'];
    verified.push(
      ...domains.map((domain) => bad(`a proof of genesis is none of ${domain}`, { domain })),
      bad('another context', { context: hex(filled(4, 0xc1)) }),
      bad('another point', { point: hex(on.encodePoint(on.multiplyBase(on.scalar(31338n)))) }),
      bad('another response', { proof: hex(flip(proof, 32)) }),
      bad('a response that is not below the order', { proof: hex(joined(proof.slice(0, 32), filled(32, 0xff))) }),
      bad('a first half that is no point', { proof: hex(joined(filled(32, 0), proof.slice(32))) }),
      bad('a byte too short', { proof: hex(proof.slice(0, -1)) }),
      bad('a byte too long', { proof: hex(joined(proof, filled(1, 0))) }),
    );
  }
  return { proven, verified };
}

function possession(): { proven: Wanted[]; verified: Wanted[] } {
  const on = ristretto255;
  const source = drawn('vectors possession keys');
  const polynomials = [1n, 2n, 3n].map((value) => randomPolynomial(on, on.scalar(value), 2, source));
  const keys = polynomials.map((polynomial) => commit(on, polynomial));
  const shares = polynomials.map((polynomial) => evaluate(on, polynomial, 2));
  const seed = filled(32, 0x5e);
  const { random, draws } = recorded('possession');
  const combined = combineVerification(on, keys, seed);
  const proof = provePossession(on, shares, seed, combined, 2, filled(4, 0xc0), random);
  const given = {
    group: on.name,
    keys: keys.map((points) => points.map((point) => hex(on.encodePoint(point)))),
    seed: hex(seed),
    index: 2,
    context,
  };
  const encoded = shares.map((share) => hex(on.encodeScalar(share)));
  const bad = (says: string, change: Given): Wanted => ({
    says,
    given: { ...given, proof: hex(proof), ...change },
    code: 'PROOF_INVALID',
  });
  return {
    proven: [
      { says: 'three keys, index 2', given: { ...given, shares: encoded, random: draws } },
      {
        says: 'shares of another index: refused before anything wrong is said',
        given: { ...given, index: 3, shares: encoded, random: [] },
        code: 'SHARE_MISMATCH',
      },
      {
        says: 'lists of commitments of different length',
        given: { ...given, keys: [given.keys[0] ?? [], [given.keys[1]?.[0] ?? '']], shares: encoded, random: [] },
        code: 'COMMITMENTS_LENGTH',
      },
    ],
    verified: [
      { says: 'three keys, index 2', given: { ...given, proof: hex(proof) } },
      bad('another index', { index: 1 }),
      bad('another context', { context: hex(filled(4, 0xc1)) }),
      bad('another seed: other weights', { seed: hex(filled(32, 0x5f)) }),
      bad('two keys in another order', { keys: given.keys.toReversed() }),
    ],
  };
}

function boxes(): { sealed: Wanted[]; checked: Wanted[]; opened: Wanted[]; proven: Wanted[]; judged: Wanted[] } {
  const { secret, public: prekey } = generatePrekey(drawn('vectors box prekey'));
  const sealContext: SealContext = {
    ceremony: filled(32, 1),
    attempt: filled(32, 2),
    dealer: filled(32, 3),
    receiver: filled(32, 4),
    binding: filled(32, 5),
  };
  const plaintext = filled(32, 9);
  const { random, draws } = recorded('box');
  const box = sealBox(plaintext, prekey, sealContext, random);
  const open = recorded('opening');
  const complainer = sealContext.receiver;
  const opening = proveOpening(box, secret, sealContext, complainer, open.random);
  const damaged: Box = { ...box, ciphertext: flip(box.ciphertext) };
  const openingOfDamaged = proveOpening(damaged, secret, sealContext, complainer, drawn('vectors opening of damaged'));
  const given = { box: toJson(box), prekey: hex(prekey), context: toJson(sealContext) };
  const other = (change: Partial<SealContext>): Given => ({ context: toJson({ ...sealContext, ...change }) });
  const changed = (change: Partial<Box>): Given => ({ box: toJson({ ...box, ...change }) });
  // protocol section 6: the R of another, blinded, so that an honest complaint would open the box of another
  const blinded = ristretto255.encodePoint(
    ristretto255.addPoints(ristretto255.decodePoint(box.R), ristretto255.multiplyBase(ristretto255.scalar(5n))),
  );
  const check = (says: string, change: Given, code: 'PROOF_INVALID' | 'POINT_INVALID' = 'PROOF_INVALID'): Wanted => ({
    says,
    given: { ...given, ...change },
    code,
  });
  const identity = filled(32, 0);
  const fields = ['ceremony', 'attempt', 'dealer', 'receiver', 'binding'] as const;
  const judge = { ...given, complainer: hex(complainer), opening: toJson(opening) };
  return {
    sealed: [
      {
        says: 'one sub-share',
        given: { plaintext: hex(plaintext), prekey: hex(prekey), context: given.context, random: draws },
      },
      {
        says: 'a prekey that is the identity',
        given: { plaintext: hex(plaintext), prekey: hex(identity), context: given.context, random: [] },
        code: 'POINT_INVALID',
      },
    ],
    checked: [
      { says: 'the box', given },
      ...fields.map((field) => check(`another ${field}`, other({ [field]: filled(32, 0xee) }))),
      check('another prekey', { prekey: hex(generatePrekey(drawn('vectors other prekey')).public) }),
      check('an R whose r the author does not know', changed({ R: blinded })),
      check('R is the identity', changed({ R: identity }), 'POINT_INVALID'),
      check('the prekey is the identity', { prekey: hex(identity) }, 'POINT_INVALID'),
    ],
    opened: [
      { says: 'the box', given: { box: given.box, secret: hex(secret), context: given.context } },
      {
        says: 'another ciphertext',
        given: { ...changed({ ciphertext: flip(box.ciphertext) }), secret: hex(secret), context: given.context },
        code: 'BOX_UNREADABLE',
      },
      {
        says: 'another prekey: the proof in the box already fails',
        given: {
          box: given.box,
          secret: hex(generatePrekey(drawn('vectors other prekey')).secret),
          context: given.context,
        },
        code: 'PROOF_INVALID',
      },
    ],
    proven: [
      {
        says: 'by the receiver',
        given: {
          box: given.box,
          secret: hex(secret),
          context: given.context,
          complainer: hex(complainer),
          random: open.draws,
        },
      },
    ],
    judged: [
      { says: 'the true key: everybody reads what the receiver read', given: judge },
      {
        says: 'bad behind the seal: nobody reads it, and the dealer signed it so',
        given: { ...judge, box: toJson(damaged), opening: toJson(openingOfDamaged) },
      },
      { says: 'the opening of another box', given: { ...judge, box: toJson(damaged) } },
      { says: 'said by another complainer', given: { ...judge, complainer: hex(sealContext.dealer) } },
      { says: 'another K', given: { ...judge, opening: toJson({ ...opening, K: blinded }) } },
      {
        says: 'another response',
        given: { ...judge, opening: toJson({ ...opening, proof: flip(opening.proof, 64) }) },
      },
      {
        says: 'a box that is bad in public is judged without opening',
        given: { ...judge, ...changed({ R: blinded }) },
        code: 'PROOF_INVALID',
      },
    ],
  };
}

export function makeProofs(): Questions {
  const [known, possessed, sealed] = [knowledge(), possession(), boxes()];
  const make = (operation: string, about: string, wanted: Wanted[]) => group(operation, about, wanted);
  return {
    about: [
      'Proofs of knowledge and of possession, sealed boxes and their openings: docs/protocol.md sections 5 and 6.',
      '`random` lists what the source of randomness gave, in the order in which it was asked.',
    ],
    groups: [
      make('knowledge prove', 'Schnorr: R || z. The nonce hashes 32 fresh bytes with the secret.', known.proven),
      make('knowledge verify', 'z*B - c*P == R, in one domain and context.', known.verified),
      make('possession prove', 'Of all keys of a suite at once, under weights from the seed.', possessed.proven),
      make('possession verify', 'From the commitments of all keys.', possessed.verified),
      make('prekey draw', 'A scalar of ristretto255 and its point.', [
        { says: '48 bytes', given: { random: [hex(filled(48, 0x42))] } },
      ]),
      make('box seal', '`hash` is the box\'s: the tagged hash "box" over its three parts.', sealed.sealed),
      make('box check', 'What everybody can check of a box without opening it.', sealed.checked),
      make('box open', 'With the secret of the prekey.', sealed.opened),
      make('opening prove', 'K of one box, with a Chaum-Pedersen proof.', sealed.proven),
      make('opening judge', 'What everybody concludes from an opening.', sealed.judged),
    ],
  };
}
