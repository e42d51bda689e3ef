import * as v from 'valibot';
import { toHex } from '../../bytes/hex.ts';
import type { Kind } from '../kind.ts';
import type { Packet } from '../packet.ts';
import * as is from '../schema.ts';

const schema = v.strictObject({
  /**
   * Every packet in which the author signed a turn of this attempt. Each must be blocked: the release of another named
   * signer of the same turn which does not list it. Null only where the operator typed that a member is gone for ever.
   */
  signed: is.list(v.strictObject({ packet: is.hash, blocked: v.nullable(is.hash) }), 16),
  /** A release without the condition (rule 5). */
  salvage: v.boolean(),
  reason: is.prose,
});

export type ReleaseBody = v.InferOutput<typeof schema>;
export type ReleasePacket = Packet<'release', ReleaseBody>;

export const release: Kind<'release', typeof schema> = {
  kind: 'release',
  meaning: 'a receiver that has accepted gives the attempt up: it lists what it signed, and signs no more of it',
  schema,
  mayAuthor: (participant) => participant.newIndex !== null,
  slot: ({ attempt }) => `release ${toHex(attempt)}`,
};
