import * as v from 'valibot';
import { toHex } from '../../bytes/hex.ts';
import type { Kind } from '../kind.ts';
import type { Packet } from '../packet.ts';
import * as is from '../schema.ts';

const words = v.pipe(is.prose, v.maxLength(200));

/** Where a copy is, as far as its member says; what nobody said is empty. */
const placeSchema = v.strictObject({ custodian: words, place: words, medium: words, bag: words });

/** A backup or an export of a share, as its member registered it. */
export const copySchema = v.strictObject({
  id: is.label,
  label: is.prose,
  /** A backup is of this program, and was read back; what is external was made with other means. */
  kind: v.picklist(['backup', 'export', 'external']),
  epoch: is.count,
  where: placeSchema,
  /** What people say that they did with it. It is a claim: no program sees what is in a safe. */
  destroyed: v.nullable(v.strictObject({ at: is.time, method: words, witnesses: is.list(words, 16, 1) })),
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
  /** Copies of older epochs: those that are worthless from now on, and those that were destroyed since the last time. */
  invalid: is.list(copySchema, 1000),
  /** Copies of the new epoch that the author has recorded. */
  recorded: is.list(copySchema, 1000),
});

export type ClosingBody = v.InferOutput<typeof schema>;
export type ClosingPacket = Packet<'closing', ClosingBody>;
export type Copy = v.InferOutput<typeof copySchema>;
export type CopyPlace = Copy['where'];

export const nowhere: CopyPlace = { custodian: '', place: '', medium: '', bag: '' };

export const closing: Kind<'closing', typeof schema> = {
  kind: 'closing',
  meaning: 'the proof of life was seen: what became of the old share, and which old copies are worthless now',
  schema,
  mayAuthor: (participant) => participant.newIndex !== null || participant.oldIndex !== null,
  slot: ({ attempt }) => `close ${toHex(attempt)}`,
};
