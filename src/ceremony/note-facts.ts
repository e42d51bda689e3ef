import { toHex } from '../bytes/hex.ts';
import type { NoteBody } from './packets/note.ts';
import type { Plan } from './plan.ts';

type Of<Kind extends NoteBody['kind']> = Extract<NoteBody, { readonly kind: Kind }>;

/** A note as plain data: identities by name, bytes in hex. */
export type NoteFacts =
  | Of<'deviation' | 'observation'>
  | Of<'bag'>
  | Of<'witness'>
  | (Omit<Of<'absent'>, 'member'> & { readonly absent: string })
  | (Omit<Of<'anchor'>, 'digest'> & { readonly digest: string });

export function noteFacts(plan: Plan, body: NoteBody): NoteFacts {
  switch (body.kind) {
    case 'absent': {
      const { member, ...rest } = body;
      const identity = toHex(member);
      return { ...rest, absent: plan.byIdentity.get(identity)?.name ?? identity.slice(0, 16) };
    }
    case 'anchor':
      return { ...body, digest: toHex(body.digest) };
    default:
      return body;
  }
}

/** What a note says, in words. Free text of others: to be escaped where it is shown. */
export function noteWords(note: NoteFacts): string {
  const more = note.text === '' ? '' : `: ${note.text}`;
  switch (note.kind) {
    case 'bag':
      return `bag ${note.bag} with ${note.what} was ${note.way === 'in' ? 'opened' : 'closed'}${more}`;
    case 'witness':
      return `${note.name}, ${note.role}, was there${more}`;
    case 'absent':
      return `${note.absent} was absent${more}`;
    case 'anchor':
      return `digest ${note.digest} was made public at ${note.place}${more}`;
    default:
      return note.text;
  }
}
