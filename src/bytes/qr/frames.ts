import { Problem } from '../../problem.ts';
import { concatBytes, equalBytes } from '../hex.ts';
import { fileHash } from '../tagged-hash.ts';
import { partsOf, pieceOf } from './fountain.ts';

/*
 * A file as frames, one for each QR code: docs/protocol.md, section 24.
 *
 *   FC 01 | stream: first 6 bytes of the file's SHA-256 | length of the file: 3 bytes | number: 3 bytes | piece | check: 4 bytes
 *
 * The pieces are those of a fountain over `SHA-256 of the file || file`.
 */

export interface Frame {
  /** The first six bytes of the file's SHA-256. */
  readonly stream: Uint8Array;
  /** Of the file, in bytes. */
  readonly length: number;
  readonly number: number;
  readonly piece: Uint8Array;
}

/** What a frame has besides its piece. */
export const frameOverhead = 18;
export const longestFile = 2 ** 24 - 1;
/** More would take too long to put together; 4096 pieces of 407 bytes are 1.6 MB. */
export const mostParts = 4096;
export const numbers = 2 ** 24;
export const smallestPiece = 16;
export const largestPiece = 2953 - frameOverhead; // what the largest QR code holds

const marker = 0xfc; // no text begins with it
const version = 1;
/** What stands before the file: its SHA-256. */
export const hashLength = 32;
const headLength = 14;
const checkLength = 4;

export const partCount = (length: number, size: number): number => Math.ceil((hashLength + length) / size);

export interface Stream {
  /** So many frames without a loss are enough. */
  readonly count: number;
  readonly frame: (number: number) => Uint8Array;
}

/** The frames of a file. Whoever shows them shows 0, 1, 2 and so on; there are as many as anybody can look at. */
export function streamOf(file: Uint8Array, size: number): Stream {
  const hash = fileHash(file);
  const count = partCount(file.length, size);
  const reason = impossible(file.length, size);
  if (reason !== null) throw new Problem('FILE_TOO_LARGE', reason, 'show larger codes, or carry the file on a stick');
  const parts = partsOf(concatBytes(hash, file), size);
  return {
    count,
    frame: (number) => {
      const head = new Uint8Array(headLength);
      head.set([marker, version]);
      head.set(hash.subarray(0, 6), 2);
      head.set(threeBytes(file.length), 8);
      head.set(threeBytes(number), 11);
      const checked = concatBytes(head, pieceOf(parts, number % numbers));
      return concatBytes(checked, fileHash(checked).subarray(0, checkLength));
    },
  };
}

/** A frame as it was scanned. What is wrong with one that is refused is said in words for whoever holds the camera. */
export function readFrame(bytes: Uint8Array): Frame {
  if (bytes[0] !== marker) throw new Problem('FRAME_FOREIGN', 'this QR code does not come from conclave');
  const checked = bytes.subarray(0, -checkLength);
  if (
    bytes.length < frameOverhead ||
    !equalBytes(fileHash(checked).subarray(0, checkLength), bytes.slice(-checkLength))
  ) {
    throw new Problem('FRAME_DAMAGED', 'this frame is not what was sent: its checksum is wrong');
  }
  if (bytes[1] !== version) {
    throw new Problem('FRAME_INVALID', `this frame is of version ${bytes[1]}, and only version 1 is known here`);
  }
  const piece = bytes.slice(headLength, -checkLength);
  const length = number24(bytes, 8);
  const reason = impossible(length, piece.length);
  if (reason !== null) throw new Problem('FRAME_INVALID', `this frame cannot be: ${reason}`);
  return { stream: bytes.slice(2, 8), length, number: number24(bytes, 11), piece };
}

/** The file out of all parts, or null where it is not the one that the frames spoke of. */
export function fileOf(whole: Uint8Array, frame: Pick<Frame, 'stream' | 'length'>): Uint8Array | null {
  const file = whole.slice(hashLength, hashLength + frame.length);
  const hash = fileHash(file);
  const padding = whole.subarray(hashLength + frame.length);
  const right =
    equalBytes(hash, whole.slice(0, hashLength)) &&
    equalBytes(hash.slice(0, 6), frame.stream) &&
    padding.every((byte) => byte === 0);
  return right ? file : null;
}

function impossible(length: number, size: number): string | null {
  if (length < 1) return 'there is nothing in the file';
  if (length > longestFile) return `the file has ${length} bytes, and frames carry at most ${longestFile}`;
  if (size < smallestPiece || size > largestPiece) return `a piece of ${size} bytes`;
  const count = partCount(length, size);
  return count > mostParts
    ? `${length} bytes are ${count} pieces of ${size} bytes, and ${mostParts} are the most`
    : null;
}

const threeBytes = (value: number): number[] => [(value >> 16) & 255, (value >> 8) & 255, value & 255];
const number24 = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number);
