import * as v from 'valibot';
import { toHex } from '../../bytes/hex.ts';
import type { Kind } from '../kind.ts';
import type { Packet } from '../packet.ts';
import * as is from '../schema.ts';

/** A backup or an export of a share, as its member registered it. */
export const copySchema = v.strictObject({
  id: is.label,
  label: is.prose,
  kind: v.picklist(['export', 'external']),
  epoch: is.count,
});

const schema = v.strictObject({
  transcript: is.hash,
  /** The complete turn that was seen. */
  turn: is.hash,
  /**
   * What became of the old share. The program deletes a wrapping key; it never claims that anything was erased from
   * a medium.
   */
  oldShare: v.strictObject({
    state: v.picklist(['wrapping-key-deleted', 'kept', 'none']),
    why: v.picklist([
      'proven',
      'no-backups',
      'few-signers',
      'not-confirmed',
      'exposed',
      'joiner',
      'already-gone',
      'lost',
    ]),
  }),
  /** Copies of older epochs that the author declares worthless from now on. */
  invalid: is.list(copySchema, 1000),
  /** Copies of the new epoch that the author has recorded. */
  recorded: is.list(copySchema, 1000),
});

export type ClosingBody = v.InferOutput<typeof schema>;
export type ClosingPacket = Packet<'closing', ClosingBody>;
export type Copy = v.InferOutput<typeof copySchema>;

export const closing: Kind<'closing', typeof schema> = {
  kind: 'closing',
  meaning: 'the proof of life was seen: what became of the old share, and which old copies are worthless now',
  schema,
  mayAuthor: (participant) => participant.newIndex !== null || participant.oldIndex !== null,
  slot: ({ attempt }) => `close ${toHex(attempt)}`,
};
