import { createHash } from 'node:crypto';
import { crc32, deflateRawSync, deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { ZXING_WASM_SHA256 } from 'zxing-wasm/reader';
import { capacity, qrMatrix } from '../../../src/bytes/qr/code.ts';
import { holdsItsSize } from '../../../src/media/qr/bombs.ts';
import { decoderWasm } from '../../../src/media/qr/decoder.ts';
import type { Pixels } from '../../../src/media/qr/image-file.ts';
import { codePixels, pngFile } from '../../../src/media/qr/png.ts';
import { readImage, readPixels } from '../../../src/media/qr/read.ts';
import { drawn } from '../../crypto/drawn.ts';
import { jpegFile, photograph } from './photograph.ts';

const everyByte = Uint8Array.from({ length: 256 }, (_, byte) => byte);
const shown = (bytes: Uint8Array, version?: number, scale = 4): Pixels =>
  codePixels(qrMatrix(bytes, { level: 'L', version }), scale);

describe('what was put into a code comes out byte for byte', () => {
  test.each([1, 5, 13, 22, 30, 40])('full, as a file, at version %i', async (version) => {
    const bytes = drawn('full')(capacity(version, 'L'));
    expect(await readImage(await pngFile(shown(bytes)))).toEqual({ codes: [bytes], unreadable: false });
  });

  test('every value of a byte, also where the bytes are no text, with WebAssembly and without', async () => {
    const picture = shown(everyByte);
    for (const wasm of [true, false]) {
      expect((await readPixels(picture, { wasm })).codes).toEqual([everyByte]);
      expect((await readImage(await pngFile(picture), { wasm })).codes).toEqual([everyByte]);
    }
  });

  test.each([
    ['turned', { turned: 33, noise: 30 }],
    ['upside down', { turned: 180 }],
    ['tilted', { tilted: 0.2, turned: 5, noise: 30 }],
    ['out of focus', { scale: 1.5, blurred: 2, noise: 20, turned: 3 }],
    ['in a bad light', { shadow: 0.4, noise: 40, turned: -8 }],
    ['small and noisy', { scale: 0.6, noise: 60, turned: 2 }],
  ])('photographed %s', async (_, conditions) => {
    const bytes = drawn('photographed')(425);
    const picture = photograph(shown(bytes), conditions);
    expect((await readPixels(picture)).codes).toEqual([bytes]);
    expect((await readImage(jpegFile(picture))).codes).toEqual([bytes]);
  });

  test('light on dark, and all codes of a sheet', async () => {
    const dark = shown(everyByte);
    expect((await readPixels({ ...dark, gray: dark.gray.map((value) => 255 - value) })).codes).toEqual([everyByte]);
    const parts = ['a', 'b', 'c'].map((name) => drawn(name)(300));
    const sheet = below(parts.map((part) => shown(part, 13)));
    const { codes } = await readImage(await pngFile(sheet));
    expect(new Set(codes.map(String))).toEqual(new Set(parts.map(String)));
  });

  test('a code that is there and cannot be read is told from none at all', async () => {
    const picture = shown(drawn('spoiled')(425), 13);
    const half = picture.width / 2;
    const gray = picture.gray.map((value, at) => {
      const [x, y] = [at % picture.width, Math.floor(at / picture.width)];
      return x > half - 50 && x < half + 50 && y > half - 60 && y < half + 60 ? 0 : value;
    });
    expect(await readPixels({ ...picture, gray })).toEqual({ codes: [], unreadable: true });
    expect(await readPixels({ ...picture, gray: gray.fill(200) })).toEqual({ codes: [], unreadable: false });
  });
});

describe('what is no picture is refused, and nothing else suffers', () => {
  const head = (width: number, height: number): Uint8Array => {
    const bytes = new Uint8Array(64);
    bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    new DataView(bytes.buffer).setUint32(16, width);
    new DataView(bytes.buffer).setUint32(20, height);
    return bytes;
  };
  test.each([
    ['nothing', new Uint8Array(0)],
    ['text', new TextEncoder().encode('not an image at all')],
    ['a PNG file without size', head(0, 20)],
    ['a PNG file that claims a billion pixels', head(40_000, 40_000)],
    ['a PNG file that ends after its head', head(100, 100)],
    ['the begin of a JPEG file', Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16, 1, 2, 3, 4, 5, 6)],
    ['a JPEG file that claims too much', Uint8Array.of(0xff, 0xd8, 0xff, 0xff, 0xc2, 0, 17, 8, 255, 255, 255, 255, 3)],
    ['a JPEG file whose segments go nowhere', Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 255, 255, 1, 2, 3, 4, 5, 6, 7)],
    ['a GIF file', new TextEncoder().encode(`GIF89a${'\u0001\u0000'.repeat(20)}`)],
  ])('%s', async (_, bytes) => {
    for (const wasm of [true, false]) {
      await expect(readImage(bytes, { wasm })).rejects.toMatchObject({ code: 'IMAGE_UNREADABLE' });
    }
    expect((await readImage(await pngFile(shown(everyByte)))).codes).toEqual([everyByte]);
  });

  const chunk = (name: string, content: Uint8Array): Uint8Array => {
    const bytes = Buffer.concat([Buffer.alloc(4), Buffer.from(name, 'latin1'), content, Buffer.alloc(4)]);
    bytes.writeUInt32BE(content.length);
    bytes.writeUInt32BE(crc32(bytes.subarray(4, -4)), bytes.length - 4);
    return bytes;
  };
  const gray = (side: number, interlaced = 0): Uint8Array => {
    const content = Buffer.alloc(13);
    content.writeUInt32BE(side);
    content.writeUInt32BE(side, 4);
    content.set([8, 0, 0, 0, interlaced], 8);
    return chunk('IHDR', content);
  };
  const png = (...chunks: readonly Uint8Array[]): Uint8Array =>
    new Uint8Array(Buffer.concat([head(0, 0).subarray(0, 8), ...chunks, chunk('IEND', new Uint8Array())]));
  const nothing = chunk('IDAT', deflateSync(Buffer.alloc(100 * 101)));
  const rawNothing = chunk('IDAT', deflateRawSync(Buffer.alloc(100 * 101))); // as that variant has it
  const bomb = chunk('IDAT', deflateSync(Buffer.alloc(2 ** 27)));
  test('a PNG file is not unpacked to eight bytes a pixel where that is half a gigabyte', () => {
    const ofDepth = (depth: number): Uint8Array => {
      const content = Buffer.alloc(13);
      content.writeUInt32BE(8000);
      content.writeUInt32BE(8000, 4);
      content.set([depth, 6], 8);
      return png(chunk('IHDR', content), nothing);
    };
    expect([8, 16].map((depth) => holdsItsSize(ofDepth(depth)))).toEqual([true, false]);
  });

  const looksSmall = chunk('CgBI', Uint8Array.of(0, 0, 0, 9, 0, 0, 0, 9));
  test.each([
    ['holds a thousand times what its size needs', png(gray(100), bomb)],
    ['holds that in interlaced lines', png(gray(100, 1), bomb)],
    ['has something before its head, and its true size behind that', png(looksSmall, gray(100), rawNothing)],
  ])('a PNG file that %s', async (_, bytes) => {
    expect(bytes.length).toBeLessThan(2 ** 18);
    for (const wasm of [true, false]) {
      await expect(readImage(bytes, { wasm })).rejects.toMatchObject({ code: 'IMAGE_UNREADABLE' });
      expect((await readImage(png(gray(100), nothing), { wasm })).codes).toEqual([]);
    }
  });

  test('a JPEG file that goes over its picture again and again', async () => {
    const segment = (marker: number, ...content: readonly number[]) =>
      Uint8Array.of(0xff, marker, 0, content.length + 2, ...content);
    const codes = [1, ...new Uint8Array(15)]; // one, of one bit
    const start = [Uint8Array.of(0xff, 0xd8), segment(0xdb, 0, ...new Uint8Array(64).fill(1))];
    const progressive = segment(0xc2, 8, 0, 64, 0, 64, 1, 1, 0x11, 0);
    const tables = [segment(0xc4, 0, ...codes, 0), segment(0xc4, 0x10, ...codes, 0xe0)];
    const scan = Uint8Array.of(...segment(0xda, 1, 1, 0, 1, 63, 0), 0, 1); // over all blocks, in two bytes
    const going = (times: number) =>
      new Uint8Array(
        Buffer.concat([
          ...start,
          progressive,
          ...tables,
          ...Array.from({ length: times }, () => scan),
          Uint8Array.of(0xff, 0xd9),
        ]),
      );
    expect((await readImage(going(200))).codes).toEqual([]);
    await expect(readImage(going(300))).rejects.toMatchObject({ code: 'IMAGE_UNREADABLE' });
  });

  test('without WebAssembly a JPEG file is refused and not overlooked', async () => {
    const file = jpegFile(shown(everyByte));
    expect((await readImage(file)).codes).toEqual([everyByte]);
    await expect(readImage(file, { wasm: false })).rejects.toMatchObject({
      message: expect.stringMatching(/WebAssembly/),
    });
  });
});

test('the decoder is the one that its package names by its hash', () => {
  expect(createHash('sha256').update(decoderWasm()).digest('hex')).toBe(ZXING_WASM_SHA256);
});

function below(pictures: readonly Pixels[]): Pixels {
  const width = pictures[0]?.width ?? 0;
  const gray = pictures.flatMap((picture) => [...picture.gray]);
  return { width, height: gray.length / width, gray: Uint8Array.from(gray) };
}
