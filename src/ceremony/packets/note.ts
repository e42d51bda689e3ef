import * as v from 'valibot';
import type { Kind } from '../kind.ts';
import * as is from '../schema.ts';

export const noteKinds = ['deviation', 'observation', 'bag', 'witness', 'absent', 'anchor'] as const;

const shortText = (most: number) => v.pipe(v.string(), v.minLength(1), v.maxLength(most));

const everyNote = {
  text: is.prose,
  /** Counts the author's notes in this ceremony. */
  number: is.count,
};

export const noteSchema = v.variant('kind', [
  v.strictObject({ kind: v.picklist(['deviation', 'observation']), ...everyNote }),
  /** A sealed bag that was opened (`in`) or closed (`out`), and what is in it. */
  v.strictObject({
    kind: v.literal('bag'),
    ...everyNote,
    bag: shortText(64),
    way: v.picklist(['in', 'out']),
    what: shortText(64),
  }),
  /** Somebody who is there without a part in the plan. */
  v.strictObject({ kind: v.literal('witness'), ...everyNote, name: shortText(100), role: shortText(100) }),
  v.strictObject({ kind: v.literal('absent'), ...everyNote, member: is.hash }),
  /** Where the digest of the record was made public: see window.ts. */
  v.strictObject({ kind: v.literal('anchor'), ...everyNote, place: shortText(200), digest: is.hash }),
]);

export type NoteBody = v.InferOutput<typeof noteSchema>;

export const note: Kind<'note', typeof noteSchema> = {
  kind: 'note',
  meaning:
    'a deviation, an observation, a bag, a witness, an absence or an anchor, for the record; nothing follows from it',
  schema: noteSchema,
  mayAuthor: () => true,
  slot: ({ body }) => `note ${body.number}`,
};
