import * as v from 'valibot';
import type { Random } from '../../bytes/random.ts';
import { lengthPrefixed, taggedHash, text } from '../../bytes/tagged-hash.ts';
import type { Point } from '../../crypto/group.ts';
import { combineVerification, provePossession, verifyPossession } from '../../crypto/possession.ts';
import { type SuiteName, suite, suiteNames } from '../../crypto/suites.ts';
import { Problem } from '../../problem.ts';
import { type Descriptor, keysBySuite } from '../descriptor.ts';
import type { Kind } from '../kind.ts';
import type { Packet } from '../packet.ts';
import { type Plan, toolSchema } from '../plan.ts';
import * as is from '../schema.ts';
import type { Share } from './acceptance.ts';
import { copySchema } from './closing.ts';

/** One thing that the author's machine looked at in itself. Null where its system does not say. */
const findingSchema = v.strictObject({
  check: v.pipe(v.string(), v.maxLength(64)),
  ok: v.nullable(v.boolean()),
  detail: is.prose,
});

const schema = v.strictObject({
  /** One proof per suite that the author has its shares of all keys, against the current descriptor. */
  possession: is.list(v.strictObject({ suite: is.suiteName, proof: is.someBytes(96) }), suiteNames.length, 1),
  /** One-time keys that no plan has taken: with none left, no plan can name this member. */
  prekeys: is.count,
  tool: toolSchema,
  /** All copies of shares of this keyset that the author has registered, and which of them it holds to be worthless. */
  copies: is.list(v.strictObject({ ...copySchema.entries, invalid: v.boolean() }), 1000),
  findings: is.list(findingSchema, 64),
});

export type CensusBody = v.InferOutput<typeof schema>;
export type CensusPacket = Packet<'census', CensusBody>;
export type CensusFinding = v.InferOutput<typeof findingSchema>;

export const census: Kind<'census', typeof schema> = {
  kind: 'census',
  meaning: 'a member proves that it has its share, and says how its machine and its copies stand; nothing changes',
  schema,
  mayAuthor: ({ oldIndex }) => oldIndex !== null,
  slot: () => 'census',
};

export interface CheckedCensus {
  readonly packet: CensusPacket;
  readonly index: number;
}

/** Per suite, the commitments of all keys folded into one: once for a census, not once for a member. */
export type Folded = ReadonlyMap<SuiteName, readonly Point[]>;

export function foldFor(plan: Plan, descriptor: Descriptor): Folded {
  const folded = new Map<SuiteName, readonly Point[]>();
  for (const [name, places] of keysBySuite(descriptor.keys)) {
    const points = places.map((place) => descriptor.points[place] as readonly Point[]);
    folded.set(name, combineVerification(suite(name).group, points, seedOf(plan, descriptor)));
  }
  return folded;
}

/** The plan comes after the descriptor, which fixes every share: nobody chose a share by the weights. */
function seedOf(plan: Plan, descriptor: Descriptor): Uint8Array {
  return taggedHash('census', plan.id, descriptor.id);
}

function contextOf(plan: Plan, descriptor: Descriptor, name: SuiteName, author: Uint8Array): Uint8Array {
  return lengthPrefixed(plan.id, descriptor.id, author, text(name));
}

export function provesPossession(
  plan: Plan,
  descriptor: Descriptor,
  index: number,
  share: Share,
  author: Uint8Array,
  random: Random,
): CensusBody['possession'] {
  const folded = foldFor(plan, descriptor);
  const seed = seedOf(plan, descriptor);
  return [...keysBySuite(descriptor.keys)].map(([name, places]) => {
    const { group } = suite(name);
    const scalars = places.map((place) => group.decodeScalar(share[place] as Uint8Array));
    const points = folded.get(name) as readonly Point[];
    const context = contextOf(plan, descriptor, name, author);
    return { suite: name, proof: provePossession(group, scalars, seed, points, index, context, random, 'census') };
  });
}

export function checkCensus(
  plan: Plan,
  descriptor: Descriptor,
  folded: Folded,
  index: number,
  packet: CensusPacket,
): CheckedCensus {
  const { possession } = packet.body;
  const suites = [...folded.keys()];
  if (possession.length !== suites.length || possession.some((given, at) => given.suite !== suites[at]))
    throw new Problem('CENSUS_INVALID', 'has to prove possession once per suite');
  for (const { suite: name, proof } of possession) {
    const context = contextOf(plan, descriptor, name, packet.author);
    verifyPossession(suite(name).group, folded.get(name) as readonly Point[], index, context, proof, 'census');
  }
  return { packet, index };
}
