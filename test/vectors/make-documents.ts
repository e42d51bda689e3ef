import { ed25519 } from '@noble/curves/ed25519.js';
import { bytesToNumberLE, hexToBytes, numberToBytesLE } from '@noble/curves/utils.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { encodeCbor } from '../../src/bytes/cbor.ts';
import { text } from '../../src/bytes/tagged-hash.ts';
import type { DescriptorFacts } from '../../src/ceremony/descriptor.ts';
import { type PlanFacts, writePlan } from '../../src/ceremony/plan.ts';
import { signPayload, withMagic } from '../../src/ceremony/signed.ts';
import { sign } from '../../src/crypto/signature.ts';
import { alice, descriptorBytes, factsOf, genesisFacts, type Person, person } from './cast.ts';
import { filled, flip, type Given, group, hex, joined, type Questions, toJson, type Wanted } from './form.ts';
import { plansRefused, plansTaken } from './refused-plans.ts';
import type { Story } from './story.ts';

const protectedHeader = Uint8Array.of(0xa1, 0x01, 0x27);

function cardFile(facts: object, who: Person = alice): Uint8Array {
  return withMagic(
    'conclave card v1',
    signPayload('conclave card v1', encodeCbor({ v: 1, ...facts }), who.signing.secret),
  );
}

/**
 * A signature that some verifiers take and others do not, since RFC 8032 lets a verifier multiply by the cofactor: the
 * key or R has a component of order 8.
 */
function mixedCard(where: 'key' | 'R'): Uint8Array {
  const { scalar, prefix, point } = ed25519.utils.getExtendedPublicKey(alice.signing.secret);
  const order8 = ed25519.Point.fromBytes(
    hexToBytes('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'),
  );
  const signing = (where === 'key' ? point.add(order8) : point).toBytes();
  const payload = encodeCbor({ v: 1, ...alice.facts, signing });
  const input = encodeCbor(['Signature1', protectedHeader, text('conclave card v1'), payload]);
  const wide = (...parts: Uint8Array[]): bigint => ed25519.Point.Fn.create(bytesToNumberLE(sha512(joined(...parts))));
  const nonce = wide(prefix, input);
  const pure = ed25519.Point.BASE.multiply(nonce);
  const R = (where === 'R' ? pure.add(order8) : pure).toBytes();
  const S = ed25519.Point.Fn.create(nonce + wide(R, signing, input) * scalar);
  const signature = joined(R, numberToBytesLE(S, 32));
  return withMagic('conclave card v1', encodeCbor([protectedHeader, {}, payload, signature]));
}

function cards(): Wanted[] {
  const { file } = alice.card;
  const bad = (says: string, bytes: Uint8Array, code: Wanted['code']): Wanted => ({
    says,
    given: { file: hex(bytes) },
    ...(code === undefined ? {} : { code }),
  });
  const prekey = alice.facts.prekeys[0] as Uint8Array;
  const change = (facts: object): Uint8Array => cardFile({ ...alice.facts, ...facts });
  return [
    { says: "alice's", given: { file: hex(file) } },
    bad('too large for a card', joined(file, filled(5000, 0)), 'CARD_INVALID'),
    bad('another first line', withMagic('conclave card v2', file.slice(17)), 'CARD_INVALID'),
    bad('nothing but the first line', file.slice(0, 17), 'CARD_INVALID'),
    bad('cut short', file.slice(0, -1), 'CBOR_MALFORMED'),
    bad('bytes behind it', joined(file, filled(1, 0)), 'CBOR_MALFORMED'),
    bad('signed by somebody else', cardFile(alice.facts, person('bob')), 'SIGNATURE_INVALID'),
    bad('another signature', flip(file), 'SIGNATURE_INVALID'),
    bad(
      'signed as a packet is signed',
      withMagic(
        'conclave card v1',
        signPayload('conclave packet v1', encodeCbor({ v: 1, ...alice.facts }), alice.signing.secret),
      ),
      'SIGNATURE_INVALID',
    ),
    bad('another version', change({ v: 2 }), 'SCHEMA'),
    bad('a field too many', change({ extra: 1 }), 'SCHEMA'),
    bad('a path as name', change({ name: '../alice' }), 'SCHEMA'),
    bad('a name of 33 characters', change({ name: 'a'.repeat(33) }), 'SCHEMA'),
    bad('no prekey', change({ prekeys: [] }), 'SCHEMA'),
    bad('17 prekeys', change({ prekeys: Array.from({ length: 17 }, () => prekey) }), 'SCHEMA'),
    bad('a recipient that is none', change({ recipient: 'age1qq' }), 'SCHEMA'),
    bad('a serial below zero', change({ serial: -1 }), 'SCHEMA'),
    bad('a prekey that is the identity', change({ prekeys: [filled(32, 0)] }), 'POINT_INVALID'),
    bad(
      'a key outside of the prime-order group, under which only some verifiers take the signature',
      mixedCard('key'),
      'POINT_INVALID',
    ),
    bad(
      'an R outside of the prime-order group, with which only some verifiers take the signature',
      mixedCard('R'),
      'SIGNATURE_INVALID',
    ),
    bad('one prekey twice', change({ prekeys: [prekey, prekey] }), 'CARD_INVALID'),
  ];
}

function signedMessages(): Wanted[] {
  const payload = encodeCbor({ a: 1 });
  const header = protectedHeader;
  const signature = sign(alice.signing.secret, payload);
  const bad = (says: string, message: Uint8Array, code: 'SCHEMA' | 'CBOR_MALFORMED' = 'SCHEMA'): Wanted => ({
    says,
    given: { message: hex(message) },
    code,
  });
  return [
    {
      says: 'payload and signature, taken apart',
      given: { message: hex(encodeCbor([header, {}, payload, signature])) },
    },
    bad(
      'another algorithm in the protected header',
      encodeCbor([Uint8Array.of(0xa1, 0x01, 0x26), {}, payload, signature]),
    ),
    bad('something in the unprotected header', encodeCbor([header, { kid: 1 }, payload, signature])),
    bad('an empty payload', encodeCbor([header, {}, new Uint8Array(0), signature])),
    bad('a detached payload', encodeCbor([header, {}, null, signature])),
    bad('a signature of 63 bytes', encodeCbor([header, {}, payload, signature.slice(1)])),
    bad('five elements', encodeCbor([header, {}, payload, signature, null])),
    bad(
      'with the tag 18 that COSE allows',
      joined(Uint8Array.of(0xd2), encodeCbor([header, {}, payload, signature])),
      'CBOR_MALFORMED',
    ),
  ];
}

function descriptors({ link, genesis, second }: Story): { shared: Given; read: Wanted[]; links: Wanted[] } {
  const next = second.current.proof?.link;
  if (next === undefined) throw new Error('the reshare is not proven');
  const { encoded, id: _, keysetId: _k, keysHash: _kh, points: _p, ...rest } = next.proven;
  const facts = rest as unknown as DescriptorFacts;
  const [key] = facts.keys;
  if (key === undefined) throw new Error('no key');
  const bad = (says: string, change: object, code: Wanted['code'] = 'DESCRIPTOR_INVALID'): Wanted => ({
    says,
    given: { descriptor: hex(descriptorBytes({ ...facts, ...change })) },
    code,
  });
  const members = facts.members;
  const [first, secondMember, third] = members;
  if (first === undefined || secondMember === undefined || third === undefined) throw new Error('no members');
  const governed = {
    ...facts,
    policy: {
      ...facts.policy,
      refreshEvery: 'quarterly' as const,
      backups: 2,
      minimumThreshold: 3,
      shapes: ['all-must-sign' as const],
    },
  };
  const read: Wanted[] = [
    { says: 'epoch 0: its id is the id of the keyset', given: { descriptor: hex(link.descriptor) } },
    { says: 'epoch 1', given: { descriptor: hex(encoded) } },
    bad('another version', { v: 2 }, 'SCHEMA'),
    bad('a field too many', { extra: null }, 'SCHEMA'),
    bad('a threshold of 1', { threshold: 1 }, 'SCHEMA'),
    bad('a committee of one', { members: [first] }, 'SCHEMA'),
    bad('no keys', { keys: [] }, 'SCHEMA'),
    bad('an unknown suite', { keys: [{ ...key, suite: 'bls12-381' }] }, 'SCHEMA'),
    bad('epoch 0 that names a keyset', { epoch: 0, previous: null }),
    bad('a later epoch without a keyset', { keyset: null }),
    bad('a later epoch that follows nothing', { previous: null }),
    bad('epoch 0 that follows something', { epoch: 0, keyset: null }),
    bad('a threshold above the number of members', { threshold: 4 }),
    bad('an identity twice', { members: [first, { ...first, name: 'other' }, third] }),
    bad('names that differ in case alone', { members: [first, { ...secondMember, name: 'BOB' }, third] }),
    bad('labels that differ in case alone', { keys: [key, { ...key, label: 'MAIN' }] }),
    bad('a policy that asks for more than it names', { policy: { ...facts.policy, approvals: 2 } }),
    bad('a policy that names one approver twice', {
      policy: { approvers: [alice.signing.public, alice.signing.public], approvals: 2 },
    }),
    { says: 'with a policy that says all that it can', given: { descriptor: hex(descriptorBytes(governed)) } },
    bad('a policy with its shapes in another order', {
      policy: { ...facts.policy, shapes: ['lower-threshold', 'minority-signs'] },
    }),
    bad('a policy with a field that there is not', { policy: { ...facts.policy, drillEvery: 1 } }, 'SCHEMA'),
    bad('a public key that is not the constant', { keys: [{ ...key, publicKey: key.commitments[1] }] }),
    bad(
      'a commitment more than the threshold',
      { keys: [{ ...key, commitments: [...key.commitments, key.publicKey] }] },
      'COMMITMENTS_LENGTH',
    ),
    bad(
      'a commitment of small order',
      { keys: [{ ...key, commitments: [key.publicKey, Uint8Array.of(0xec, ...filled(30, 0xff), 0x7f)] }] },
      'POINT_INVALID',
    ),
  ];
  const given = toJson(factsOf(link)) as { descriptor: string; transcript: string; signatures: string[] };
  const [signature] = factsOf(link).signatures;
  const links: Wanted[] = [
    { says: 'epoch 0', given },
    { says: 'epoch 1', given: toJson(factsOf(next)) as Given },
    { says: 'no signature', given: { ...given, signatures: [] }, code: 'SUCCESSION_INVALID' },
    {
      says: 'another signature',
      given: { ...given, signatures: [hex(flip(signature as Uint8Array, 40))] },
      code: 'SUCCESSION_INVALID',
    },
    { says: 'another transcript', given: { ...given, transcript: hex(filled(32, 1)) }, code: 'SUCCESSION_INVALID' },
    {
      says: 'the signature of epoch 0 under the descriptor of epoch 1',
      given: { ...given, descriptor: hex(next.descriptor) },
      code: 'SUCCESSION_INVALID',
    },
  ];
  if (genesis.plan.parent !== null) throw new Error('a genesis has no parent');
  return { shared: {}, read, links };
}

export function makeDocuments(story: Story): Questions {
  const { genesis, second } = story;
  const { read, links } = descriptors(story);
  const rehearsal: PlanFacts = {
    ...genesisFacts(),
    rehearsal: true,
    cards: ['alice', 'bob', 'carol', 'olga'].map((name) => person(name).rehearsalCard.file),
  };
  const plan = (says: string, encoded: Uint8Array): Wanted => ({ says, given: { plan: hex(encoded) } });
  return {
    about: [
      'Cards, signed messages, descriptors, links and plans, one by one: docs/protocol.md sections 7, 8 and 9.',
      'A card, a plan or a descriptor is one CBOR map; here it is JSON, where a text that begins with hex: stands for bytes.',
    ],
    groups: [
      group('card write', "The card's map, signed by its own key.", [
        { says: "alice's", given: { facts: toJson(alice.facts), secret: hex(alice.signing.secret) } },
      ]),
      group('card read', 'What arrives as a card.', cards()),
      group('signed open', 'COSE_Sign1, of which one form is taken.', signedMessages()),
      group('descriptor read', 'What arrives as a descriptor.', read),
      group('link read', 'A descriptor with the signature of each of its keys.', links),
      group('plan write', "The plan's map; `ceremony` is its hash and the ceremony's number.", [
        { says: 'a genesis', given: { facts: toJson(genesisFacts()) } },
      ]),
      group('plan read', 'What arrives as a plan.', [
        plan('a genesis', genesis.plan.encoded),
        plan('a reshare', second.plan.encoded),
        ...plansTaken(),
        ...plansRefused(story),
      ]),
      group('phrase', 'scrypt over the tagged hash "phrase" of the number, as twelve words.', [
        plan('a genesis: N is 65536', genesis.plan.encoded),
        plan('a rehearsal: N is 16', writePlan(rehearsal).encoded),
      ]),
    ],
  };
}
