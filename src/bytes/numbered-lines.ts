import { base32nopad } from '@scure/base';
import { concatBytes, toHex } from './hex.ts';
import { fileHash, text } from './tagged-hash.ts';

/**
 * Bytes as lines that a person can type from paper. Each has its number in front and four digits behind it that tell
 * whether it is what the page says, so that a slip is told by the number of its line. `sha256sum` and `base32` of any
 * machine do the same by hand: nobody needs this program to read what it printed.
 */

/** What is on one page is in up to three parts, each with numbers of its own. */
export const partNames = ['A', 'B', 'C'] as const;
export type PartName = (typeof partNames)[number];
export type Parts = Readonly<Record<PartName, Uint8Array>>;

/** The first line: which page the lines are of, and how many there are of each part. */
export interface LinesHead {
  /** Eight hexadecimal digits. */
  readonly id: string;
  readonly counts: Readonly<Record<PartName, number>>;
}

export interface NumberedLine {
  /** As `A007`. */
  readonly number: string;
  readonly bytes: Uint8Array;
}

/** 40 letters, in 8 groups of 5. */
const lineBytes = 25;
const checkLength = 4;

export function headText({ id, counts }: LinesHead): string {
  const words = `CONCLAVE ${id.toUpperCase()} ${partNames.map((part) => numbered(part, counts[part])).join(' ')}`;
  return `${words} ${checkOf('', squeezed(words))}`;
}

/** Every line but the first, as it is printed. */
export function lineTexts(id: string, parts: Parts): { readonly head: LinesHead; readonly lines: readonly string[] } {
  const count = (part: PartName): number => Math.ceil(parts[part].length / lineBytes);
  const head = { id, counts: { A: count('A'), B: count('B'), C: count('C') } };
  const lines = partNames.flatMap((part) =>
    Array.from({ length: count(part) }, (_, at) => {
      const letters = base32nopad.encode(parts[part].slice(at * lineBytes, (at + 1) * lineBytes));
      const number = numbered(part, at + 1);
      return [number, ...(letters.match(/.{1,5}/g) ?? []), checkOf(id, `${number}${letters}`)].join(' ');
    }),
  );
  return { head, lines };
}

/** The first line as somebody typed it; null where it is not what any page says. */
export function readHead(typed: string): LinesHead | null {
  const letters = squeezed(typed);
  const check = likeDigits(letters.slice(-checkLength));
  const found = /^CONCLAVE(.{8})A(.{3})B(.{3})C(.{3})$/.exec(letters.slice(0, -checkLength));
  if (found === null) return null;
  const [id = '', ...counts] = found.slice(1).map(likeDigits);
  if (!/^[0-9A-F]{8}$/.test(id) || !counts.every((count) => /^[0-9]{3}$/.test(count))) return null;
  const [a, b, c] = counts.map(Number) as [number, number, number];
  const head = { id: id.toLowerCase(), counts: { A: a, B: b, C: c } };
  return squeezed(headText(head)).endsWith(check) ? head : null;
}

/** A line as somebody typed it: which it is, and what is in it, or null where that is not what the page says. */
export function readLine({ id, counts }: LinesHead, typed: string): NumberedLine | null {
  const letters = squeezed(typed);
  const number = lineNumber(letters);
  if (number === null) return null;
  const part = number[0] as PartName;
  const place = Number(number.slice(1));
  if (place < 1 || place > counts[part]) return null;
  const written = likeLetters(letters.slice(4, -checkLength));
  if (checkOf(id, number + written) !== likeDigits(letters.slice(-checkLength))) return null;
  try {
    const bytes = base32nopad.decode(written);
    const whole = place < counts[part] ? bytes.length === lineBytes : bytes.length > 0 && bytes.length <= lineBytes;
    return whole ? { number, bytes } : null;
  } catch {
    return null; // no letters of that kind, or too few for a byte
  }
}

/** Which line this is meant to be, whether or not it is right. */
export function lineNumber(typed: string): string | null {
  const found = /^([ABC])(.{3})/.exec(squeezed(typed));
  const digits = likeDigits(found?.[2] ?? '');
  return found !== null && /^[0-9]{3}$/.test(digits) ? `${found[1]}${digits}` : null;
}

/** The numbers of all lines of a part, in order. */
export function lineNumbers({ counts }: LinesHead, part: PartName): string[] {
  return Array.from({ length: counts[part] }, (_, at) => numbered(part, at + 1));
}

/** A part whose lines are all there; null where one is missing. */
export function partOf(head: LinesHead, part: PartName, lines: ReadonlyMap<string, Uint8Array>): Uint8Array | null {
  const found = lineNumbers(head, part).map((number) => lines.get(number));
  return found.length > 0 && found.every((bytes) => bytes !== undefined) ? concatBytes(...found) : null;
}

function numbered(part: PartName, number: number): string {
  return `${part}${String(number).padStart(3, '0')}`;
}

/** As `printf %s 1A2B3C4DA007... | sha256sum` begins. */
function checkOf(id: string, line: string): string {
  return toHex(fileHash(text(id.toUpperCase() + line)))
    .slice(0, checkLength)
    .toUpperCase();
}

/** However it was spaced, and in whatever case. */
function squeezed(typed: string): string {
  return typed.toUpperCase().replace(/[^A-Z0-9]/g, '');
}

/** The letters have none of the digits that look like one of them, and the digits none of those letters. */
function likeLetters(typed: string): string {
  return typed.replace(/[018]/g, (digit) => ({ 0: 'O', 1: 'I', 8: 'B' })[digit] as string);
}

function likeDigits(typed: string): string {
  return typed.replace(/[OIL]/g, (letter) => (letter === 'O' ? '0' : '1'));
}
