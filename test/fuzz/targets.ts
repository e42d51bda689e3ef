import * as v from 'valibot';
import { type Cbor, decodeCbor, encodeCbor } from '../../src/bytes/cbor.ts';
import { concatBytes } from '../../src/bytes/hex.ts';
import { fileHash, lengthPrefixed, taggedHash, text } from '../../src/bytes/tagged-hash.ts';
import { readProposal } from '../../src/ceremony/admission.ts';
import { type CardFacts, readCard, writeCard } from '../../src/ceremony/card.ts';
import { readDescriptor } from '../../src/ceremony/descriptor.ts';
import { joinProposal, splitProposal, unwrapProposal, wrapProposal } from '../../src/ceremony/envelope.ts';
import type { Memo } from '../../src/ceremony/evaluation.ts';
import { evidenceOf, judgeEvidence } from '../../src/ceremony/evidence.ts';
import { writeExport } from '../../src/ceremony/export.ts';
import { readPlan } from '../../src/ceremony/plan.ts';
import { planFileSchema } from '../../src/ceremony/plan-file.ts';
import { limits, packetBounds } from '../../src/ceremony/schema.ts';
import { type LinkFacts, linkSchema, readLink } from '../../src/ceremony/succession.ts';
import { forksBetween, verifyExport } from '../../src/ceremony/verify.ts';
import { inspected } from '../../src/cli/inspected.ts';
import { decryptWith } from '../../src/courier/age.ts';
import { knownText, readKnownKey, sameKnown } from '../../src/crypto/known-key.ts';
import {
  keyPackages,
  readKeyPackage,
  readPublicKeyPackage,
  readSecretShare,
  writeKeyPackage,
  writePublicKeyPackage,
  writeSecretShare,
} from '../../src/exchange/zcash-frost.ts';
import { scenarioOfPlan } from '../../src/rehearsal/plan-scenario.ts';
import { readScenario } from '../../src/rehearsal/scenario.ts';
import { usual } from '../../src/rehearsal/usual.ts';
import { planText } from '../../src/report/plan-text.ts';
import { verificationJson } from '../../src/report/verification-json.ts';
import { verificationText } from '../../src/report/verification-text.ts';
import { firstState } from '../../src/vault/identity.ts';
import type { Kdf } from '../../src/vault/password.ts';
import { createHeader, openHeader } from '../../src/vault/sealed-file.ts';
import { decodeState, encodeState } from '../../src/vault/state.ts';
import { drawn } from '../crypto/drawn.ts';
import { hashing } from '../vault/support.ts';
import { ageFile, ageIdentity } from '../vectors/age.ts';
import { codeTargets } from './code-targets.ts';
import { packetTargets } from './packet-targets.ts';
import { paperTargets } from './paper-targets.ts';
import { ceremonies, everybody, parent, specimen } from './specimens.ts';
import { type Codec, cborCodec, jsonCodec } from './trees.ts';

/** A parser and everything that works with what it lets through. It may refuse with a Problem, and with nothing else. */
export interface Target {
  readonly name: string;
  readonly seeds: readonly Uint8Array[];
  /** How the inputs are built, for mutations that know it; null for plain bytes. */
  readonly codec: Codec | null;
  /** Whole ceremonies are judged for each input, so there are fewer of them every day. */
  readonly dear?: true;
  readonly run: (input: Uint8Array) => unknown;
}

const random = drawn('fuzz targets');
const cbor = (value: unknown): Uint8Array => encodeCbor(value as Cbor);
const json = (value: unknown): Uint8Array => text(JSON.stringify(value));
const utf8 = (input: Uint8Array): string => new TextDecoder().decode(input);
const decoded = (input: Uint8Array): Cbor => decodeCbor(input, packetBounds);
const [alice] = everybody as [(typeof everybody)[0]];

const reader = ageIdentity(random);
const [whole, amended] = [ceremonies[1], ceremonies[2]] as [(typeof ceremonies)[0], (typeof ceremonies)[0]];
const content = joinProposal(random(32), whole.proposal.bytes);
const sealed = ageFile([ageIdentity(random).public, reader.public], content, random);
const proposalFile = wrapProposal(whole.plan.id, sealed);

const cardFacts: CardFacts = {
  name: 'alice',
  signing: alice.signing.public,
  recipient: reader.recipient,
  prekeys: alice.card.prekeys,
  serial: 1,
  at: 1_800_000_000,
  rehearsal: true,
};

const { descriptor, transcript, signatures, proven } = parent;
const facts: LinkFacts = { descriptor, transcript, signatures };
const packages = proven.keys.map((_, place) => keyPackages(proven, place, 1, shareOf(place)));
function shareOf(_: number): Uint8Array {
  const share = [...alice.shares.values()][0] as readonly Uint8Array[];
  return share[_] as Uint8Array;
}

const state = firstState({ name: 'alice', rehearsal: true, age: { ...reader }, at: 1_800_000_000 }, random);
const header = createHeader('correct horse battery', random(32), true, random, hashing);
const headerMagic = text('conclave vault v1\n');
const headerBody = header.slice(headerMagic.length);

/** What a file asks for is looked at before it is paid for. */
const frugal: Kdf = (passphrase, parameters) => {
  if (parameters.n > 2 ** 20 || parameters.r !== 8 || parameters.p !== 1)
    throw new Error('a file may not ask for that');
  return hashing(passphrase, parameters);
};

/** A header whose checksum is right, whatever it says. */
function openForged(input: Uint8Array): void {
  const fields = decoded(input) as { readonly [key: string]: Cbor };
  const { v: version = null, rehearsal = null, id = null, kdf = null, wrapped } = fields;
  if (!(wrapped instanceof Uint8Array)) return;
  const associated = lengthPrefixed(text('conclave/v1/vault/header'), cbor({ v: version, rehearsal, id, kdf }));
  const check = taggedHash('vault/checksum', associated, wrapped);
  const file = concatBytes(headerMagic, cbor({ ...fields, check }));
  for (const world of [true, false]) refusing(() => openHeader(file, 'correct horse battery', world, frugal));
}

/** One refusal is no reason not to ask the next question. */
function refusing(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    if ((error as Error).name !== 'Problem') throw error;
  }
}

const evidence = evidenceOf([amended.view], everybody[1]?.identity ?? '')?.bytes as Uint8Array;

const exportMagic = text('conclave export v1\n');
const exported = writeExport([whole.view, amended.view], [parent, whole.link]);
const verifying: Memo = new Map();

/** And laid beside itself, and told to people and to scripts. */
function verifiedTwice(input: Uint8Array): void {
  const verification = verifyExport(input, { key: proven.keys[0]?.publicKey as Uint8Array, expectEpoch: 1 }, verifying);
  verificationText(verification, 'a file', false);
  json(verificationJson(verification));
  forksBetween([verification, verification]);
}

const scenario = usual;
const planFile = {
  v: 1,
  propose: 'reshare',
  answers: { keyset: 'treasury', members: 'alice,bob,carol', threshold: '2', dealers: 'alice,bob', expires: '14d' },
  standing: {
    by: 'alice',
    holders: {
      members: ['alice', 'bob', 'carol'],
      threshold: 2,
      keys: ['main:ristretto255'],
      approvers: ['dave'],
      approvals: 1,
    },
  },
};

const documents: readonly Target[] = [
  {
    name: 'cbor',
    seeds: [specimen('acceptance').packet.bytes, cbor({ a: [1, -1, 'x', null, true, new Uint8Array(3)] })],
    codec: cborCodec,
    run: decoded,
  },
  {
    name: 'plan',
    seeds: ceremonies.map(({ plan }) => plan.encoded),
    codec: cborCodec,
    run: (input) => planText(readPlan(input), 'treasury', alice.identity),
  },
  { name: 'proposal', seeds: ceremonies.map(({ proposal }) => proposal.bytes), codec: cborCodec, run: readProposal },
  { name: 'card', seeds: everybody.map(({ card }) => card.file), codec: null, run: readCard },
  {
    name: 'signed card',
    seeds: [cbor(cardFacts)],
    codec: cborCodec,
    run: (input) => writeCard(decoded(input) as unknown as CardFacts, alice.signing.secret),
  },
  { name: 'descriptor', seeds: [descriptor], codec: cborCodec, run: readDescriptor },
  {
    name: 'link',
    seeds: [cbor(facts)],
    codec: cborCodec,
    run: (input) => {
      const link = v.safeParse(linkSchema, decoded(input));
      if (link.success) readLink(link.output);
    },
  },
  {
    name: 'proposal file',
    seeds: [proposalFile],
    codec: null,
    run: (input) => {
      const ageFile = unwrapProposal(input)?.ageFile ?? null;
      return ageFile === null ? null : decryptWith(reader.identity, ageFile);
    },
  },
  {
    name: 'age file',
    seeds: [sealed],
    codec: null,
    run: async (input) => {
      // as a courier would who knows how the file is checked
      const ageFile = unwrapProposal(concatBytes(proposalFile.subarray(0, 53), fileHash(input), input))?.ageFile;
      const opened = await decryptWith(reader.identity, ageFile ?? input);
      if (opened !== null) readProposal(splitProposal(opened).packet);
    },
  },
  {
    name: 'inside of a proposal',
    seeds: [content],
    codec: null,
    run: (input) => readProposal(splitProposal(input).packet),
  },
  {
    name: 'vault header',
    seeds: [header],
    codec: null,
    run: (input) => openHeader(input, 'correct horse battery', true, frugal),
  },
  { name: 'forged vault header', seeds: [headerBody], codec: cborCodec, run: openForged },
  { name: 'vault state', seeds: [encodeState(state)], codec: cborCodec, run: decodeState },
  { name: 'evidence', seeds: [evidence], codec: null, run: judgeEvidence },
  {
    name: 'inside of evidence',
    seeds: [evidence.slice('conclave evidence v1\n'.length)],
    codec: cborCodec,
    run: (input) => judgeEvidence(concatBytes(text('conclave evidence v1\n'), input)),
  },
  { name: 'export', seeds: [exported], codec: null, dear: true, run: verifiedTwice },
  {
    name: 'inside of an export',
    seeds: [exported.slice(exportMagic.length)],
    codec: cborCodec,
    dear: true,
    run: (input) => verifiedTwice(concatBytes(exportMagic, input)),
  },
  {
    name: 'frost key package',
    seeds: packages.map(({ key }) => text(writeKeyPackage(key))),
    codec: jsonCodec,
    run: (input) => readKeyPackage(utf8(input)),
  },
  {
    name: 'frost public key package',
    seeds: packages.map((one) => text(writePublicKeyPackage(one.public))),
    codec: jsonCodec,
    run: (input) => readPublicKeyPackage(utf8(input)),
  },
  {
    name: 'frost secret share',
    seeds: packages.map(({ key: { suite, identifier, signingShare } }, place) =>
      text(writeSecretShare({ suite, identifier, signingShare, commitment: [...(proven.points[place] ?? [])] })),
    ),
    codec: jsonCodec,
    run: (input) => readSecretShare(utf8(input)),
  },
  {
    name: 'key or address',
    seeds: [
      '02c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5',
      'bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr',
      'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4',
      '0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf',
      'cosmos1h806c7khnvmjlywdrkdgk2vrayy2mmvf9rxk2r',
      '24PNhTaNtomHhoy3fTRaMhAFCRj4uHqhZEEoWrKDbR5p',
    ].map(text),
    codec: null,
    run: (input) => {
      const { known } = readKnownKey(utf8(input));
      if (!sameKnown(readKnownKey(knownText(known)).known, known)) throw new Error('not read back as it was said');
    },
  },
  { name: 'scenario', seeds: [json(scenario)], codec: jsonCodec, run: (input) => readScenario(parsedJson(input)) },
  {
    name: 'plan file',
    seeds: [json(planFile), json({ ...planFile, propose: 'genesis', standing: { by: 'alice', holders: null } })],
    codec: jsonCodec,
    run: (input) => {
      const value = parsedJson(input);
      v.safeParse(planFileSchema, value);
      return scenarioOfPlan(value);
    },
  },
];

/** What is no JSON is refused where the file is read. */
function parsedJson(input: Uint8Array): unknown {
  try {
    return JSON.parse(utf8(input));
  } catch {
    return null;
  }
}

const inspect: Target = {
  name: 'inspect',
  seeds: [
    ...documents.flatMap(({ seeds }) => seeds.slice(0, 1)),
    ...packetTargets.flatMap(({ seeds }) => seeds.slice(0, 1)),
  ],
  codec: null,
  run: (input) => inspected(input.subarray(0, limits.packetBytes)),
};

export const targets: readonly Target[] = [...documents, ...packetTargets, ...paperTargets, ...codeTargets, inspect];
