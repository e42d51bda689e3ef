import { Problem } from '../problem.ts';

/** What of a person's lies beside the packets. */
export const otherName = /\.(card|proposal|conclave)$/;
const longest = 200;
// Devices on Windows, whatever follows the dot.
const reserved = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/;

/** The name in lower case, if FAT, exFAT and every other system can have a file of that name. */
export function checkedName(name: string): string {
  const folded = lower(name);
  const plain = /^[a-z0-9][a-z0-9._-]{0,99}$/.test(folded) && !/\.\./.test(folded) && otherName.test(folded);
  if (plain && !reserved.test(folded)) return folded;
  throw new Problem(
    'STICK_NAME',
    `${printable(name)} cannot be the name of a file on every stick`,
    'use letters, digits, dot, dash and underscore, and end in .card, .proposal or .conclave',
  );
}

/** ASCII only: in a Turkish or any other locale a name means the same. */
export function lower(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

export function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A name as it may be shown: controls, invisible characters and what turns the direction of writing as escapes. */
export function printable(name: string): string {
  const shown = name.replace(/[\p{C}\p{Z}\\]/gu, (character) =>
    character === ' ' ? character : `\\u{${(character.codePointAt(0) as number).toString(16)}}`,
  );
  return shown.length > longest ? `${shown.slice(0, longest)}…` : shown;
}
