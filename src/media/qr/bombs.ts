import { inflateSync } from 'node:zlib';
import type { ImageFile } from './image-file.ts';

/*
 * Small files that cost a decoder much, whatever size they name in their head. A PNG file of five megabytes can hold five
 * gigabytes of nothing, all of which a decoder takes memory for; a JPEG file can go over the same picture half a million times.
 */

/** A camera's file goes over its picture ten times at most; what looks like a scan inside of its notes counts as well. */
const mostScans = 256;

/** Whether a decoder is to be spared this file. */
export function isBomb(kind: ImageFile['kind'], bytes: Uint8Array): boolean {
  return kind === 'png' ? !holdsItsSize(bytes) : scansOf(bytes) > mostScans;
}

function scansOf(bytes: Uint8Array): number {
  let scans = 0;
  for (let at = bytes.indexOf(0xff); at >= 0; at = bytes.indexOf(0xff, at + 1)) if (bytes[at + 1] === 0xda) scans += 1;
  return scans;
}

const signature = 8;
/** Of unpacked pixels: four bytes for each of the largest photograph that is read, and some. With 16 bits a sample there are eight. */
const mostUnpacked = 2 ** 28;
const channels: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/**
 * Whether the file has its head first, names no more than is unpacked, and has no more pixels inside than that: unpacked, where
 * nothing grows beyond them.
 */
export function holdsItsSize(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const named = most(bytes, view);
  if (named === null || named > mostUnpacked) return false;
  const packed: Uint8Array[] = [];
  for (let at = signature; at + 8 <= bytes.length; ) {
    const length = view.getUint32(at);
    if (chunkName(bytes, at) === 'IDAT') packed.push(bytes.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  try {
    inflateSync(Buffer.concat(packed), { maxOutputLength: named });
    return true;
  } catch {
    return false;
  }
}

/** So many bytes the pixels take at most, with one more a line; interlaced, there are up to two short lines for each. */
function most(bytes: Uint8Array, view: DataView): number | null {
  if (bytes.length < 33 || view.getUint32(signature) !== 13 || chunkName(bytes, signature) !== 'IHDR') return null;
  const [width, height, depth] = [view.getUint32(16), view.getUint32(20), bytes[24] as number];
  const samples = channels[bytes[25] as number];
  if (samples === undefined || depth > 16) return null;
  return height * (Math.ceil((width * samples * depth) / 8) + 16) + 64;
}

const chunkName = (bytes: Uint8Array, at: number): string => String.fromCharCode(...bytes.subarray(at + 4, at + 8));
