import type { CopyPlace } from '../ceremony/packets/closing.ts';
import { Problem } from '../problem.ts';
import type { CopyStanding } from '../vault/copies.ts';
import { keysetByName } from '../vault/propose.ts';
import type { KeysetRecord, VaultState } from '../vault/state.ts';

/* How commands speak of copies, and how the command line says which keyset is meant. */

export function copyJson(record: KeysetRecord, { copy, state, outstanding }: CopyStanding): object {
  const { id, label, kind, epoch, at, where, destroyed, invalid: declared } = copy;
  return { id, keyset: record.name, label, kind, epoch, state, declared, outstanding, at, where, destroyed };
}

const longestLabel = 200;

/** One line that the others read in the record of the closing. */
export function copyLabel(text: string): string {
  const label = text.trim();
  if (label === '' || label.length > longestLabel) {
    throw new Problem('USAGE', `a label has 1 to ${longestLabel} characters`, '--label "where it is"');
  }
  return label;
}

/** What was said of the place, in words that fit a record. */
export function placeOf(said: { readonly [part in keyof CopyPlace]: string | undefined }): CopyPlace {
  const one = (part: keyof CopyPlace): string => {
    const given = said[part];
    return given === undefined ? '' : copyLabel(given);
  };
  return { custodian: one('custodian'), place: one('place'), medium: one('medium'), bag: one('bag') };
}

export function namedKeyset({ keyset }: { readonly keyset?: string }, [word]: readonly string[]): string | undefined {
  if (keyset !== undefined && word !== undefined && keyset !== word)
    throw new Problem('USAGE', `is it ${keyset} or ${word}?`, 'name the keyset once');
  return keyset ?? word;
}

/** The keyset that was named, or the only one. */
export function oneKeyset(state: VaultState, name: string | undefined): KeysetRecord {
  if (name !== undefined) return keysetByName(state, name);
  const [only, second] = state.keysets;
  if (only !== undefined && second === undefined) return only;
  throw new Problem(
    'USAGE',
    only === undefined ? 'this vault holds no keyset yet' : 'this vault holds more than one keyset',
    only === undefined ? undefined : `name one: ${state.keysets.map((record) => record.name).join(', ')}`,
  );
}
