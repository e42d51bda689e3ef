import { Problem } from '../../problem.ts';

/** Gray, one byte a pixel, row by row. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly gray: Uint8Array;
}

export interface ImageFile {
  readonly kind: 'png' | 'jpeg';
  readonly width: number;
  readonly height: number;
}

/** More than any phone takes; a decoder asks for up to four bytes a pixel. */
const mostPixels = 64_000_000;

/**
 * What kind of image this is and how large it says it is, read from its head alone: a decoder is asked only for what it is
 * meant to read, and never for more memory than an honest photograph needs.
 */
export function imageFile(bytes: Uint8Array): ImageFile {
  const found = pngHead(bytes) ?? jpegHead(bytes);
  if (found === null) {
    throw new Problem('IMAGE_UNREADABLE', 'this is neither a PNG nor a JPEG file', 'save the picture as one of them');
  }
  if (found.width === 0 || found.height === 0) throw new Problem('IMAGE_UNREADABLE', 'this image has no size');
  if (found.width * found.height > mostPixels) {
    throw new Problem(
      'IMAGE_UNREADABLE',
      `this image says that it has ${found.width} × ${found.height} pixels, which no photograph needs`,
      'scale it down, or photograph the code with a lower resolution',
    );
  }
  return found;
}

const pngMagic = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

function pngHead(bytes: Uint8Array): ImageFile | null {
  if (bytes.length < 24 || !pngMagic.every((byte, at) => bytes[at] === byte)) return null;
  const view = viewOf(bytes);
  return { kind: 'png', width: view.getUint32(16), height: view.getUint32(20) };
}

/** Walks the segments up to the one with the size: SOF0 to SOF15 without the three that mean something else. */
function jpegHead(bytes: Uint8Array): ImageFile | null {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return null;
  const view = viewOf(bytes);
  for (let at = 2; at + 9 <= bytes.length; ) {
    if (bytes[at] !== 0xff) return null;
    const marker = bytes[at + 1] as number;
    if (marker === 0xff)
      at += 1; // a filling byte
    else if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return { kind: 'jpeg', height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    } else at += 2 + view.getUint16(at + 2);
  }
  return null;
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
