import { base32nopad } from '@scure/base';
import { Problem } from '../../problem.ts';
import { text } from '../tagged-hash.ts';

/*
 * A frame as a line of text, for scanners that type what they see: `FC:` and the frame in base32 (RFC 4648, without
 * padding). All of its letters are of the alphanumeric mode of QR codes and of every keyboard; the frame's own checksum
 * tells when a keyboard of another language was assumed.
 */

const begin = 'FC:';
export function frameText(frame: Uint8Array): string {
  return begin + base32nopad.encode(frame);
}

/** The frame of such a line; null where it is no such line at all. Case and blanks around it do not matter. */
export function frameOfText(line: string): Uint8Array | null {
  const typed = line.trim().toUpperCase();
  if (!typed.startsWith(begin)) return null;
  try {
    return base32nopad.decode(typed.slice(begin.length));
  } catch {
    throw mistyped();
  }
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
