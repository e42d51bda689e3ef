import { Problem } from '../../problem.ts';
import { isBomb } from './bombs.ts';
import { decoderWasm } from './decoder.ts';
import { imageFile, type Pixels } from './image-file.ts';
import { damaged, glanceAt, type Look, lookAt, zxing } from './look.ts';

export interface ReadOptions {
  /** False does without WebAssembly, as on a machine that does not allow it. */
  readonly wasm?: boolean;
}

/** All QR codes of a PNG or JPEG file. */
export async function readImage(bytes: Uint8Array, options: ReadOptions = {}): Promise<Look> {
  const { kind } = imageFile(bytes);
  if (isBomb(kind, bytes)) throw damaged();
  if (wasmAllowed(options)) return zxing(bytes, loaded());
  if (kind === 'jpeg') {
    throw new Problem(
      'IMAGE_UNREADABLE',
      'this machine does not allow WebAssembly, and without it JPEG files are not read',
      'save the picture as PNG',
    );
  }
  return lookAt(await pngPixels(bytes), null);
}

/** All QR codes of one picture of a camera or a video. */
export async function readPixels(pixels: Pixels, options: ReadOptions = {}): Promise<Look> {
  return glanceAt(pixels, wasmAllowed(options) ? loaded() : null);
}

/** Node without it (`--jitless`) has not even the name. */
const wasmAllowed = (options: ReadOptions) => (options.wasm ?? true) && 'WebAssembly' in globalThis;

function loaded(): Uint8Array<ArrayBuffer> {
  wasm ??= decoderWasm();
  return wasm;
}

let wasm: Uint8Array<ArrayBuffer> | null = null;

async function pngPixels(bytes: Uint8Array): Promise<Pixels> {
  const { PNG } = await import('pngjs');
  try {
    const { width, height, data } = PNG.sync.read(Buffer.from(bytes));
    return { width, height, gray: Uint8Array.from({ length: width * height }, (_, at) => data[4 * at + 1] ?? 0) };
  } catch {
    throw damaged();
  }
}
