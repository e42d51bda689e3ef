import { inflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { qrMatrix, quietZone } from '../../src/bytes/qr/code.ts';
import { readPixels } from '../../src/media/qr/read.ts';
import { codeSheets } from '../../src/report/code-sheets.ts';
import { drawn } from '../crypto/drawn.ts';

test('the codes on a sheet are scanned, six to a sheet, and the same codes make the same bytes', async () => {
  const parts = Array.from({ length: 7 }, (_, at) => drawn(`part ${at}`)(200));
  const codes = parts.map((part, at) => ({ code: qrMatrix(part, { level: 'M' }), label: `code ${at + 1} of 7` }));
  const pdf = await codeSheets(codes);
  expect(await codeSheets(codes)).toEqual(pdf);
  const pages = contents(pdf);
  expect(pages.map((page) => page.length)).toEqual([6, 1]);
  for (const [at, squares] of pages.flat().entries()) {
    const { codes: read } = await readPixels(picture(squares));
    expect(read).toEqual([parts[at]]);
  }
});

type Square = readonly [x: number, y: number, width: number];

/** The paths of each page, one for each code: where each run of dark modules begins, and how long it is. */
function contents(pdf: Uint8Array): Square[][][] {
  const file = Buffer.from(pdf);
  const found: Square[][][] = [];
  for (const match of file.toString('latin1').matchAll(/stream\r?\n/g)) {
    const page = pageOf(file.subarray(match.index + match[0].length));
    if (page !== null) found.push(page);
  }
  return found;
}

function pageOf(stream: Buffer): Square[][] | null {
  let text: string;
  try {
    text = inflateSync(stream).toString('latin1');
  } catch {
    return null; // a font, or whatever is not compressed
  }
  const paths = text
    .split(/\bq\b/)
    .map((part) =>
      [...part.matchAll(/(-?[\d.]+) (-?[\d.]+) m\s+(-?[\d.]+) \2 l/g)].map(
        ([, x, y, end]): Square => [Number(x), Number(y), Number(end) - Number(x)],
      ),
    );
  return paths.filter((path) => path.length > 0);
}

/** Four pixels a module, without the sheet around it. */
function picture(squares: readonly Square[]) {
  const side = 4 * (Math.max(...squares.map(([x, , width]) => x + width)) + quietZone);
  const gray = new Uint8Array(side * side).fill(255);
  for (const [x, y, width] of squares)
    for (let row = 4 * y; row < 4 * y + 4; row += 1) gray.fill(0, row * side + 4 * x, row * side + 4 * (x + width));
  return { width: side, height: side, gray };
}
