import { inflateSync } from 'node:zlib';
import type { Pixels } from '../../src/media/qr/image-file.ts';

/** What stands on each sheet of a PDF of ours, in the order in which it was drawn: no more of the format than it takes. */
export function sheetsOf(pdf: Uint8Array): string[] {
  return contents(pdf).map((content) =>
    [...content.matchAll(/<([0-9A-F]*)> Tj/g)]
      .map(([, hex = '']) => Buffer.from(hex, 'hex').toString('latin1'))
      .join('\n'),
  );
}

function contents(pdf: Uint8Array): string[] {
  const file = Buffer.from(pdf).toString('latin1');
  return [...file.matchAll(/stream\r?\n([\s\S]*?)\nendstream/g)]
    .map(([, stream = '']) => unpacked(stream))
    .filter((content) => content.includes(' Tj'));
}

function unpacked(stream: string): string {
  const bytes = Buffer.from(stream, 'latin1');
  try {
    return inflateSync(bytes).toString('latin1');
  } catch {
    return stream;
  }
}

/** The sheets of a PDF of ours with nothing on them but the squares of its codes, as a printer lays them out. */
export function codeSheets(pdf: Uint8Array, pixelsPerPoint: number): Pixels[] {
  const [width, height] = [595.28, 841.89].map((side) => Math.round(side * pixelsPerPoint)) as [number, number];
  return contents(pdf).map((content) => {
    const gray = new Uint8Array(width * height).fill(255);
    for (const [, left = '', bottom = '', scale = '', drawn = ''] of content.matchAll(
      /1 0 0 1 (\S+) (\S+) cm\n1 0 0 1 0 0 cm\n(\S+) 0 0 -\S+ 0 0 cm\n([\s\S]*?)\nf\n/g,
    )) {
      for (const path of drawn.split('\nh')) {
        const points = [...path.matchAll(/(\S+) (\S+) [ml]$/gm)].map(([, x, y]) => [
          Number(left) + Number(x) * Number(scale),
          841.89 - (Number(bottom) - Number(y) * Number(scale)),
        ]);
        if (points.length === 0) continue;
        const [x, y] = [0, 1].map((axis) => points.map((point) => Math.round((point[axis] ?? 0) * pixelsPerPoint)));
        for (let row = Math.min(...(y as number[])); row < Math.max(...(y as number[])); row++)
          gray.fill(0, row * width + Math.min(...(x as number[])), row * width + Math.max(...(x as number[])));
      }
    }
    return { width, height, gray };
  });
}
