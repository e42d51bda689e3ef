import * as v from 'valibot';
import { fromHex } from '../bytes/hex.ts';
import { escapeText } from '../bytes/printable.ts';
import type { View } from '../ceremony/evaluate.ts';
import { type NoteBody, type noteKinds, noteSchema } from '../ceremony/packets/note.ts';
import { recordDigest } from '../ceremony/window.ts';
import { Problem } from '../problem.ts';
import type { Session } from './session.ts';

/* What a note says: the flags of its kind, and questions where they are not given. */

export interface NoteOptions {
  readonly kind?: (typeof noteKinds)[number];
  readonly text?: string;
  readonly bag?: string;
  readonly in?: boolean;
  readonly out?: boolean;
  readonly what?: string;
  readonly name?: string;
  readonly role?: string;
  readonly member?: string;
  readonly place?: string;
  readonly digest?: string;
}

/** The flags that one kind has, and no other. */
const flagsOf: Readonly<Record<NonNullable<NoteOptions['kind']>, readonly (keyof NoteOptions)[]>> = {
  deviation: [],
  observation: [],
  bag: ['bag', 'in', 'out', 'what'],
  witness: ['name', 'role'],
  absent: ['member'],
  anchor: ['place', 'digest'],
};

/** A forgotten --kind is no question where the other flags say it. */
export function kindMeant(options: NoteOptions): NoteOptions['kind'] {
  const kinds = Object.keys(flagsOf) as (keyof typeof flagsOf)[];
  const meant = kinds.filter((kind) => flagsOf[kind].some((flag) => options[flag] !== undefined));
  const kind = options.kind ?? (meant.length === 1 ? meant[0] : undefined);
  const strange = meant.filter((other) => other !== kind).flatMap((other) => flagsOf[other]);
  const given = strange.find((flag) => options[flag] !== undefined);
  if (given !== undefined && (kind !== undefined || meant.length > 1))
    throw new Problem('USAGE', `--${given} is no part of a note of kind ${kind ?? meant[0]}`);
  return kind;
}

export async function noteBody(
  { context: { ask } }: Session,
  view: View,
  kind: NonNullable<NoteOptions['kind']>,
  options: NoteOptions,
  number: number,
): Promise<NoteBody> {
  const asked = (given: string | undefined, question: string, flag: string): Promise<string> | string =>
    given ?? ask.text(question, { flag });
  const text = (given = ''): { text: string; number: number } => ({ text: given, number });
  switch (kind) {
    case 'deviation':
    case 'observation': {
      const words = await asked(options.text, 'what happened?', '--text "..."');
      if (words.trim() === '') throw new Problem('USAGE', 'a note has 1 to 2000 characters', 'say what happened');
      return fitting({ kind, ...text(words) });
    }
    case 'bag': {
      const bag = await asked(options.bag, 'what is the number on the bag?', '--bag NUMBER');
      return fitting({ kind, ...text(options.text), bag, way: await way(), what: options.what ?? 'stick' });
    }
    case 'witness': {
      const name = await asked(options.name, 'who is there?', '--name NAME');
      return fitting({ kind, ...text(options.text), name, role: await asked(options.role, 'as what?', '--role ROLE') });
    }
    case 'absent': {
      const who = await asked(options.member, 'who is absent?', '--member NAME');
      const found = view.plan.participants.find(({ name }) => name.toLowerCase() === who.trim().toLowerCase());
      if (found === undefined)
        throw new Problem(
          'USAGE',
          `${escapeText(who)} has no part in this ceremony`,
          `it is one of ${view.plan.participants.map(({ name }) => name).join(', ')}`,
        );
      return fitting({ kind, ...text(options.text), member: found.card.signing });
    }
    case 'anchor': {
      const place = await asked(options.place, 'where was it made public?', '--place "..."');
      const { digest } = recordDigest(view);
      return fitting({ kind, ...text(options.text), place, digest: anchored(options.digest, digest) });
    }
  }

  async function way(): Promise<'in' | 'out'> {
    if (options.in === true && options.out === true)
      throw new Problem('USAGE', 'a bag is opened or closed, not both', 'give --in or --out');
    if (options.in === true) return 'in';
    if (options.out === true) return 'out';
    const ways = [
      { value: 'in' as const, name: 'in', description: 'it came in this bag, which was opened' },
      { value: 'out' as const, name: 'out', description: 'it goes out in this bag, which was closed' },
    ];
    return ask.choice('in or out?', ways, { flag: '--in or --out' });
  }
}

/** The digest that was made public: that of the record here, or another one that somebody typed. */
function anchored(typed: string | undefined, here: Uint8Array): Uint8Array {
  if (typed === undefined) return here;
  const read = fromHex(typed.trim().toLowerCase());
  if (read === null || read.length !== 32)
    throw new Problem(
      'USAGE',
      `${escapeText(typed)} is no digest`,
      'conclave transcript shows it: 64 digits and letters a to f',
    );
  return read;
}

function fitting(body: NoteBody): NoteBody {
  const trimmed = Object.fromEntries(
    Object.entries(body).map(([field, value]) => [field, typeof value === 'string' ? value.trim() : value]),
  );
  const result = v.safeParse(noteSchema, trimmed);
  if (result.success) return result.output;
  const field = v.getDotPath(result.issues[0]) ?? 'text';
  throw new Problem('USAGE', `the ${field} of this note is empty or too long`, limitsOf[field] ?? 'say it shorter');
}

const limitsOf: Readonly<Record<string, string>> = {
  text: 'a note has up to 2000 characters: say it shorter, or in two notes',
  bag: 'the number of a bag has 1 to 64 characters',
  what: 'what is in a bag has 1 to 64 characters',
  name: 'a name has 1 to 100 characters',
  role: 'a role has 1 to 100 characters',
  place: 'a place has 1 to 200 characters',
};
