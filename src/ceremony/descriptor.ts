import * as v from 'valibot';
import { encodeCbor } from '../bytes/cbor.ts';
import { equalBytes, toHex } from '../bytes/hex.ts';
import { taggedHash } from '../bytes/tagged-hash.ts';
import { decodeCommitmentLists } from '../crypto/commitments.ts';
import type { Point } from '../crypto/group.ts';
import { type SuiteName, suite, suiteNames } from '../crypto/suites.ts';
import { Problem } from '../problem.ts';
import { policyFault, policySchema } from './policy.ts';
import * as is from './schema.ts';

const keySchema = v.strictObject({
  label: is.label,
  suite: is.suiteName,
  publicKey: is.someBytes(33),
  chainCode: v.nullable(is.bytes(32)),
  /** t points: the committed coefficients of the sharing polynomial, constant first. */
  commitments: is.list(is.someBytes(33), is.limits.members, 2),
});

const schema = v.strictObject({
  v: v.literal(1),
  /** The keyset's id; null at epoch 0, whose own hash becomes the id. */
  keyset: v.nullable(is.hash),
  epoch: is.count,
  previous: v.nullable(is.hash),
  ceremony: is.hash,
  attempt: is.hash,
  threshold: v.pipe(is.index, v.minValue(2)),
  /** Index i stands at place i - 1. */
  members: is.list(v.strictObject({ name: is.name, identity: is.bytes(32) }), is.limits.members, 2),
  policy: policySchema,
  keys: is.list(keySchema, is.limits.keys, 1),
  rehearsal: v.boolean(),
});

export type DescriptorFacts = Omit<v.InferOutput<typeof schema>, 'v'>;
export type DescriptorKey = DescriptorFacts['keys'][number];

/** The public face of a keyset at one epoch, with its points decoded: an unchecked point cannot be in here. */
export interface Descriptor extends DescriptorFacts {
  readonly encoded: Uint8Array;
  readonly id: Uint8Array;
  /** The keyset this belongs to: its own id at epoch 0. */
  readonly keysetId: Uint8Array;
  /** Over labels, suites and public keys: an id is only claimed after epoch 0, but the keys sign every descriptor. */
  readonly keysHash: Uint8Array;
  /** Decoded commitments, per key. */
  readonly points: readonly (readonly Point[])[];
}

export function writeDescriptor(facts: DescriptorFacts): Descriptor {
  return readDescriptor(encodeCbor({ v: 1, ...facts }));
}

/** The door for descriptors. Everything that later arithmetic relies on is checked here, once. */
export function readDescriptor(encoded: Uint8Array): Descriptor {
  const facts = is.parseCbor(schema, encoded, 'descriptor');
  const refuse = (why: string): never => {
    throw new Problem('DESCRIPTOR_INVALID', `descriptor: ${why}`);
  };
  if ((facts.epoch === 0) !== (facts.keyset === null)) refuse('only epoch 0 has no keyset id');
  if ((facts.epoch === 0) !== (facts.previous === null)) refuse('only epoch 0 has no previous descriptor');
  if (facts.threshold > facts.members.length) refuse('the threshold is above the number of members');
  if (new Set(facts.members.map((m) => toHex(m.identity))).size !== facts.members.length) refuse('an identity repeats');
  if (new Set(facts.members.map((m) => m.name.toLowerCase())).size !== facts.members.length) refuse('a name repeats');
  if (new Set(facts.keys.map((key) => key.label.toLowerCase())).size !== facts.keys.length) refuse('a label repeats');
  const fault = policyFault(facts.policy);
  if (fault !== null) refuse(fault);
  for (const key of facts.keys) {
    if (!equalBytes(key.commitments[0] as Uint8Array, key.publicKey))
      refuse(`${key.label}: the constant is not the key`);
  }
  const points = decodeKeys(facts.keys, facts.threshold);
  const id = taggedHash('descriptor', encoded);
  const keys = facts.keys.map(({ label, suite: name, publicKey }) => [label, name, publicKey]);
  const keysHash = taggedHash('keys', encodeCbor(keys));
  return { ...facts, encoded, id, keysetId: facts.keyset ?? id, keysHash, points };
}

/** Decodes the commitments of many keys, suite by suite: exactly as many points each as the threshold. */
export function decodeKeys(
  keys: readonly { readonly suite: SuiteName; readonly commitments: readonly Uint8Array[] }[],
  threshold: number,
): (readonly Point[])[] {
  const decoded: (readonly Point[])[] = new Array(keys.length);
  for (const [name, places] of keysBySuite(keys)) {
    const lists = places.map((place) => keys[place]?.commitments ?? []);
    decodeCommitmentLists(suite(name).group, lists, threshold).forEach((points, at) => {
      decoded[places[at] as number] = points;
    });
  }
  return decoded;
}

/** The keys of a keyset, by suite, with their places: the arithmetic runs once per suite, not once per key. */
export function keysBySuite(keys: readonly { readonly suite: SuiteName }[]): Map<SuiteName, number[]> {
  const places = new Map<SuiteName, number[]>();
  for (const name of suiteNames) {
    const found = keys.flatMap((key, place) => (key.suite === name ? [place] : []));
    if (found.length > 0) places.set(name, found);
  }
  return places;
}

export function indexOf(descriptor: DescriptorFacts, identity: string): number | null {
  const place = descriptor.members.findIndex((member) => toHex(member.identity) === identity);
  return place < 0 ? null : place + 1;
}
