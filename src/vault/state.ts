import * as v from 'valibot';
import { encodeCbor } from '../bytes/cbor.ts';
import { copySchema } from '../ceremony/packets/closing.ts';
import * as is from '../ceremony/schema.ts';
import { linkSchema } from '../ceremony/succession.ts';

/**
 * All that this machine keeps to itself, in one document: secrets, decisions, and the journal of what it has said.
 * It is replaced as a whole, so whatever belongs together happens in one step or not at all. Nothing that can be
 * derived from packets is in here.
 */

const prekeySchema = v.strictObject({
  public: is.bytes(32),
  secret: is.bytes(32),
  /** The one attempt that this prekey serves, once a plan that names it was consented to. */
  attempt: v.nullable(is.hash),
});

const slotSchema = v.strictObject({
  epoch: is.count,
  descriptor: is.someBytes(is.limits.packetBytes),
  transcript: is.hash,
  ceremony: is.hash,
  attempt: is.hash,
  index: is.index,
  state: v.picklist(['pending', 'active', 'retired']),
  /** Whether I signed for this share: one that I signed for is never destroyed by the program on its own. */
  signed: v.boolean(),
  /** The sealed share's file, and the key that it is sealed under: without this key the file says nothing. */
  file: is.hash,
  wrappingKey: is.bytes(32),
});

const keysetSchema = v.strictObject({
  id: is.hash,
  /** Hash of its keys: another keyset may claim this id, but cannot sign with these. */
  keys: is.hash,
  name: is.name,
  /** The succession as far as this machine has seen it proven. */
  links: is.list(v.strictObject({ ...linkSchema.entries, epoch: is.count }), 10_000),
  slots: is.list(slotSchema, 64),
  copies: is.list(
    v.strictObject({
      ...copySchema.entries,
      at: is.time,
      /** Whether a closing of mine declared it worthless, and whether one said that it was destroyed. */
      invalid: v.boolean(),
      attested: v.boolean(),
      /** Where a backup was to be written that is not known to be whole: something may lie there. */
      unfinished: v.nullable(v.string()),
    }),
    1000,
  ),
  /** Shares that sign nothing: out of a stale backup, or of a member that this machine is not. */
  apart: is.list(
    v.strictObject({
      epoch: is.count,
      descriptor: is.someBytes(is.limits.packetBytes),
      index: is.index,
      why: v.picklist(['stale', 'other-machine']),
      file: is.hash,
      wrappingKey: is.bytes(32),
    }),
    64,
  ),
  /** Shares that somebody else may know, as the operator was told. */
  exposed: is.list(v.strictObject({ epoch: is.count, index: is.index, at: is.time }), 1000),
});

const ceremonySchema = v.strictObject({
  id: is.hash,
  key: is.bytes(32),
  /** Hash of the proposal file. */
  proposal: is.hash,
  phrase: v.pipe(v.string(), v.maxLength(200)),
  consent: v.nullable(v.strictObject({ at: is.time, attended: v.boolean(), destroy: v.boolean() })),
});

const schema = v.strictObject({
  v: v.literal(1),
  rehearsal: v.boolean(),
  name: is.name,
  signing: v.strictObject({ secret: is.bytes(32), public: is.bytes(32) }),
  age: v.strictObject({ identity: v.string(), recipient: v.string() }),
  card: v.strictObject({ serial: is.count, file: is.someBytes(is.limits.cardBytes) }),
  prekeys: is.list(prekeySchema, 256),
  roster: is.list(is.someBytes(is.limits.cardBytes), 1000),
  /** Public keys, and addresses as text: an address may be a hash, which a key is compared with and not made from. */
  pins: is.list(v.union([is.someBytes(33), v.pipe(v.string(), v.maxLength(90))]), 10_000),
  keysets: is.list(keysetSchema, 1000),
  ceremonies: is.list(ceremonySchema, 10_000),
  /** My votes: per parent, slot by slot. */
  votes: is.list(v.strictObject({ parent: is.hash, slot: is.count, ceremony: is.hash, attempt: is.hash }), 10_000),
  /** Secret nonces, bound to one turn; gone in the step that stores the signature. */
  nonces: is.list(
    v.strictObject({
      /** Of the share that signs. */
      attempt: is.hash,
      /** 0 is the turn of the acceptances; any other is known by its call. */
      turn: v.union([v.literal(0), is.hash]),
      /** The packet in which the commitments went out: for a call, a commitment. */
      acceptance: is.hash,
      secrets: is.list(is.bytes(64), is.limits.keys, 1),
    }),
    10_000,
  ),
  /** Everything that I ever signed. A packet of mine that is not in here means that this vault is an old copy. */
  said: is.list(
    v.strictObject({ ceremony: is.hash, slot: v.pipe(v.string(), v.maxLength(200)), digest: is.hash, file: is.hash }),
    100_000,
  ),
  /** Files of mine that are decided but perhaps not yet laid down beside this one. */
  outbox: is.list(v.strictObject({ ceremony: is.hash, file: is.someBytes(is.limits.packetBytes) }), 64),
  /** Files of shares whose keys are gone: they are removed when this is on the disk, and no other file ever is. */
  trash: is.list(is.hash, 1000),
  /** Epochs of which this vault was found to be an old copy, and what its operator typed about contradictions. */
  rollbacks: is.list(v.strictObject({ scope: is.hash, packet: is.hash, at: is.time }), 1000),
  overrides: is.list(v.strictObject({ scope: is.hash, about: is.hash, sentence: is.prose, at: is.time }), 1000),
  /** What became of each share, for the transcript. */
  log: is.list(
    v.strictObject({ at: is.time, keyset: is.hash, epoch: is.count, event: v.pipe(v.string(), v.maxLength(64)) }),
    100_000,
  ),
});

export type VaultState = v.InferOutput<typeof schema>;
export type KeysetRecord = VaultState['keysets'][number];
export type Slot = KeysetRecord['slots'][number];
export type CeremonyRecord = VaultState['ceremonies'][number];
export type CopyRecord = KeysetRecord['copies'][number];
export type ApartShare = KeysetRecord['apart'][number];

const bounds = { bytes: 1024 * 1024 * 1024, depth: 16 };

export function encodeState(state: VaultState): Uint8Array {
  return encodeCbor(state);
}

export function decodeState(encoded: Uint8Array): VaultState {
  return is.parseCbor(schema, encoded, 'vault', bounds);
}
