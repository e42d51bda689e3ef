import type { ReaderOptions } from 'zxing-wasm/reader';
import { Problem } from '../../problem.ts';
import { decoderWasm } from './decoder.ts';
import { imageFile, type Pixels } from './image-file.ts';

/** What a look at one image found. */
export interface Look {
  /** The bytes of each code, exactly as they were put in. */
  readonly codes: readonly Uint8Array[];
  /** Something looks like a code and cannot be read: it is blurred, cut off, overexposed. */
  readonly unreadable: boolean;
}

export interface ReadOptions {
  /** False does without WebAssembly, as on a machine that does not allow it. */
  readonly wasm?: boolean;
}

/** All QR codes of a PNG or JPEG file. */
export async function readImage(bytes: Uint8Array, options: ReadOptions = {}): Promise<Look> {
  const { kind } = imageFile(bytes);
  if (wasmAllowed(options)) return zxing(bytes);
  if (kind === 'jpeg') {
    throw new Problem(
      'IMAGE_UNREADABLE',
      'this machine does not allow WebAssembly, and without it JPEG files are not read',
      'save the picture as PNG',
    );
  }
  return jsqr(await pngPixels(bytes));
}

/**
 * All QR codes of one picture of a camera or a video. Most of them are good ones, and the next one comes soon: only where a
 * quick look finds nothing is it looked at as a photograph is.
 */
export async function readPixels(pixels: Pixels, options: ReadOptions = {}): Promise<Look> {
  if (!wasmAllowed(options)) return jsqr(pixels);
  const { width, height } = pixels;
  const image: Image = { data: rgba(pixels), width, height, colorSpace: 'srgb' };
  const first = await zxing(image, quickly);
  return first.codes.length > 0 ? first : zxing(image);
}

/** Node without it (`--jitless`) has not even the name. */
const wasmAllowed = (options: ReadOptions) => (options.wasm ?? true) && 'WebAssembly' in globalThis;

const thoroughly: ReaderOptions = {
  formats: ['QRCode'],
  tryHarder: true,
  tryRotate: true,
  tryInvert: true,
  tryDownscale: true,
  maxNumberOfSymbols: 32, // a sheet of paper has a dozen
  returnErrors: true,
};

const quickly: ReaderOptions = { ...thoroughly, tryHarder: false, tryInvert: false, tryDownscale: false };

/** What zxing-wasm takes for an image; the name is the browser's, whose types are not here. */
interface Image {
  readonly data: Uint8ClampedArray<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
  readonly colorSpace: 'srgb';
}

async function zxing(image: Uint8Array | Image, options = thoroughly): Promise<Look> {
  const { prepareZXingModule, purgeZXingModule, readBarcodes } = await import('zxing-wasm/reader');
  wasm ??= decoderWasm();
  prepareZXingModule({ overrides: { wasmBinary: wasm.buffer } });
  let results: Awaited<ReturnType<typeof readBarcodes>>;
  try {
    results = await readBarcodes(image as Parameters<typeof readBarcodes>[0], options);
  } catch {
    purgeZXingModule(); // it stopped somewhere within: the next image gets a new one
    throw damaged();
  }
  if (results.some((result) => result.symbology !== 'QRCode')) throw damaged(); // an error that is about no code
  return {
    codes: results.filter((result) => result.isValid).map((result) => result.bytes.slice()),
    unreadable: results.some((result) => !result.isValid),
  };
}

let wasm: Uint8Array<ArrayBuffer> | null = null;

/** One code an image, and what it does not read it does not see. */
async function jsqr(pixels: Pixels): Promise<Look> {
  const { default: decode } = (await import('jsqr')) as unknown as { readonly default: Decode }; // its types name a wrapper
  const found = decode(rgba(pixels), pixels.width, pixels.height);
  // `.data` is text, and loses what is none
  return found === null ? nothing : { codes: [Uint8Array.from(found.binaryData)], unreadable: false };
}

type Decode = typeof import('jsqr')['default'];

const nothing: Look = { codes: [], unreadable: false };

async function pngPixels(bytes: Uint8Array): Promise<Pixels> {
  const { PNG } = await import('pngjs');
  try {
    const { width, height, data } = PNG.sync.read(Buffer.from(bytes));
    return { width, height, gray: Uint8Array.from({ length: width * height }, (_, at) => data[4 * at + 1] ?? 0) };
  } catch {
    throw damaged();
  }
}

const damaged = () =>
  new Problem('IMAGE_UNREADABLE', 'this image cannot be decoded', 'copy it again, or save it again as PNG');

function rgba({ width, height, gray }: Pixels): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint32Array(width * height);
  const most = Math.min(gray.length, pixels.length);
  for (let at = 0; at < most; at += 1) pixels[at] = 0xff000000 | ((gray[at] as number) * 0x010101);
  return new Uint8ClampedArray(pixels.buffer);
}
