import { Problem } from '../../problem.ts';
import { text } from '../tagged-hash.ts';

/*
 * A frame as a line of text, for scanners that type what they see: `FC:` and the frame in base32 (RFC 4648, without
 * padding). All of its letters are of the alphanumeric mode of QR codes and of every keyboard; the frame's own checksum
 * tells when a keyboard of another language was assumed.
 */

const begin = 'FC:';
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export function frameText(frame: Uint8Array): string {
  let line = begin;
  let held = 0;
  let bits = 0;
  for (const byte of frame) {
    held = ((held << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) line += letters[(held >> (bits - 5)) & 31];
  }
  return bits === 0 ? line : line + letters[(held << (5 - bits)) & 31];
}

/** The frame of such a line; null where it is no such line at all. Case and blanks around it do not matter. */
export function frameOfText(line: string): Uint8Array | null {
  const typed = line.trim().toUpperCase();
  if (!typed.startsWith(begin)) return null;
  const digits = Array.from(typed.slice(begin.length), (letter) => letters.indexOf(letter));
  if (digits.includes(-1)) throw mistyped();
  const bytes = new Uint8Array(Math.floor((digits.length * 5) / 8));
  let held = 0;
  let bits = 0;
  let at = 0;
  for (const digit of digits) {
    held = ((held << 5) | digit) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at++] = (held >> bits) & 255;
  }
  if (frameText(bytes) !== typed) throw mistyped();
  return bytes;
}

/** A code may hold the text instead of the bytes: then the scanner was one that does not type. */
export function frameInCode(bytes: Uint8Array): Uint8Array {
  const marked = text(begin).every((byte, at) => bytes[at] === byte);
  return marked ? (frameOfText(String.fromCharCode(...bytes)) ?? bytes) : bytes;
}

const mistyped = () =>
  new Problem(
    'FRAME_DAMAGED',
    'this line is not what was sent',
    'a scanner that types has to be set to the keyboard of this machine, or to US English on both',
  );
