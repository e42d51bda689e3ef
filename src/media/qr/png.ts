import { type QrMatrix, quietZone } from '../../bytes/qr/code.ts';
import type { Pixels } from './image-file.ts';

/** A code as it is printed or shown: black on white, each module so many pixels wide, the quiet zone around it. */
export function codePixels(code: QrMatrix, scale: number): Pixels {
  const side = (code.size + 2 * quietZone) * scale;
  const gray = new Uint8Array(side * side).fill(255);
  for (let y = 0; y < code.size; y += 1) {
    for (let x = 0; x < code.size; x += 1) {
      if (!code.dark(x, y)) continue;
      const left = (x + quietZone) * scale;
      for (let row = 0; row < scale; row += 1) {
        const from = ((y + quietZone) * scale + row) * side + left;
        gray.fill(0, from, from + scale);
      }
    }
  }
  return { width: side, height: side, gray };
}

export async function pngFile({ width, height, gray }: Pixels): Promise<Uint8Array> {
  const { PNG } = await import('pngjs');
  const image = new PNG({ width, height });
  image.data = Buffer.from(gray);
  return new Uint8Array(PNG.sync.write(image, { inputColorType: 0, inputHasAlpha: false, colorType: 0 }));
}
