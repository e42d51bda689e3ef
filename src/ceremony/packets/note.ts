import * as v from 'valibot';
import type { Kind } from '../kind.ts';
import * as is from '../schema.ts';

export const noteKinds = ['deviation', 'observation'] as const;

const schema = v.strictObject({
  kind: v.picklist(noteKinds),
  text: is.prose,
  /** Counts the author's notes in this ceremony. */
  number: is.count,
});

export type NoteBody = v.InferOutput<typeof schema>;

export const note: Kind<'note', typeof schema> = {
  kind: 'note',
  meaning: 'a deviation or an observation, for the record; nothing follows from it',
  schema,
  mayAuthor: () => true,
  slot: ({ body }) => `note ${body.number}`,
};
