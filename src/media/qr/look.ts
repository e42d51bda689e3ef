import type { ReaderOptions } from 'zxing-wasm/reader';
import { Problem } from '../../problem.ts';
import type { Pixels } from './image-file.ts';

/* Two decoders behind one door. Nothing here is of Node: the page that scans in a browser looks in the same way. */

/** What a look at one image found. */
export interface Look {
  /** The bytes of each code, exactly as they were put in. */
  readonly codes: readonly Uint8Array[];
  /** Something looks like a code and cannot be read: it is blurred, cut off, overexposed. */
  readonly unreadable: boolean;
}

/** All QR codes of a picture: by the first decoder, given as WebAssembly, or by the plain one where that is not allowed. */
export async function lookAt(pixels: Pixels, wasm: Uint8Array<ArrayBuffer> | null): Promise<Look> {
  return wasm === null ? jsqr(pixels) : zxing(imageOf(pixels), wasm);
}

/**
 * The same of one picture among many that move. Most of them are good ones, and the next one comes soon: only where a quick
 * look finds nothing is it looked at as a photograph is.
 */
export async function glanceAt(pixels: Pixels, wasm: Uint8Array<ArrayBuffer> | null): Promise<Look> {
  if (wasm === null) return jsqr(pixels);
  const image = imageOf(pixels);
  const first = await zxing(image, wasm, quickly);
  return first.codes.length > 0 ? first : zxing(image, wasm);
}

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

/** All QR codes of an image, which may still be a PNG or JPEG file. */
export async function zxing(
  image: Uint8Array | Image,
  wasm: Uint8Array<ArrayBuffer>,
  options = thoroughly,
): Promise<Look> {
  const { prepareZXingModule, purgeZXingModule, readBarcodes } = await import('zxing-wasm/reader');
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

/** One code an image, and what it does not read it does not see. */
async function jsqr(pixels: Pixels): Promise<Look> {
  const { default: decode } = (await import('jsqr')) as unknown as { readonly default: Decode }; // its types name a wrapper
  const found = decode(rgba(pixels), pixels.width, pixels.height);
  // `.data` is text, and loses what is none
  return found === null ? nothing : { codes: [Uint8Array.from(found.binaryData)], unreadable: false };
}

type Decode = typeof import('jsqr')['default'];

const nothing: Look = { codes: [], unreadable: false };

export const damaged = () =>
  new Problem('IMAGE_UNREADABLE', 'this image cannot be decoded', 'copy it again, or save it again as PNG');

function imageOf(pixels: Pixels): Image {
  return { data: rgba(pixels), width: pixels.width, height: pixels.height, colorSpace: 'srgb' };
}

function rgba({ width, height, gray }: Pixels): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint32Array(width * height);
  const most = Math.min(gray.length, pixels.length);
  for (let at = 0; at < most; at += 1) pixels[at] = 0xff000000 | ((gray[at] as number) * 0x010101);
  return new Uint8ClampedArray(pixels.buffer);
}
