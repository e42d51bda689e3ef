import { escapeText } from '../bytes/printable.ts';
import type { Copy, CopyPlace } from '../ceremony/packets/closing.ts';

/** Where a copy is, on one line; empty where nobody said anything. */
export function placeText({ custodian, place, medium, bag }: CopyPlace): string {
  const parts = [custodian, place, medium, bag === '' ? '' : `bag ${bag}`];
  return escapeText(parts.filter((part) => part !== '').join(', '));
}

/** How a copy stands, in the words of every list. */
export const copyWords = {
  current: 'current',
  invalid: 'worthless, not destroyed',
  destroyed: 'destroyed',
  unfinished: 'unfinished',
} as const;

/** What a record says of a copy beyond its number: where it is, and what people say became of it. */
export function copyFate({ where, destroyed }: Copy): string {
  const place = placeText(where);
  const gone =
    destroyed === null ? '' : `; destroyed by ${destroyed.method}, seen by ${destroyed.witnesses.join(', ')}`;
  return `${place === '' ? '' : ` (${place})`}${escapeText(gone)}`;
}
