import { basename, resolve } from 'node:path';
import { toHex } from '../bytes/hex.ts';
import { escapeText } from '../bytes/printable.ts';
import { type Level, type QrMatrix, qrMatrix } from '../bytes/qr/code.ts';
import { streamOf } from '../bytes/qr/frames.ts';
import { gifFile, svgFile } from '../bytes/qr/pictures.ts';
import { fileHash } from '../bytes/tagged-hash.ts';
import { cutFor } from '../courier/qr/density.ts';
import { codePixels, pngFile } from '../media/qr/png.ts';
import { openFolder, writeNew } from './output.ts';
import type { Session } from './session.ts';
import { writeReport } from './written.ts';

export interface PictureOptions {
  readonly png?: string;
  readonly svg?: string;
  readonly gif?: string;
  readonly pdf?: string;
  readonly spare?: number;
  readonly density?: number;
  readonly level?: Level;
  readonly speed: number;
}

export const wantsPictures = ({ png, svg, gif, pdf }: PictureOptions): boolean =>
  [png, svg, gif, pdf].some((place) => place !== undefined);

const usualDensity = 17; // modules of 0.9 mm on our sheets, which every phone reads
const pixels = 8;

/** Still codes of a file, as everything that was asked for; what a document says of them. */
export async function codePictures(
  session: Session,
  file: Uint8Array,
  name: string,
  options: PictureOptions,
): Promise<object> {
  const { fs } = session.context;
  const { png, svg, gif, pdf, level = gif === undefined ? 'M' : 'L' } = options;
  const cut = cutFor(file.length, options.density ?? usualDensity, level);
  const spare = options.spare ?? (cut.count === 1 ? 0 : Math.ceil(cut.count / 10));
  const { frame } = streamOf(file, cut.size);
  const codes: QrMatrix[] = Array.from({ length: cut.count + spare }, (_, number) =>
    qrMatrix(frame(number), { level, version: cut.version }),
  );
  const title = (number: number) =>
    `${String(number + 1).padStart(String(codes.length).length, '0')}-of-${codes.length}`;
  const written: string[] = [];

  async function folder(named: string, ending: string, make: (code: QrMatrix) => Promise<string | Uint8Array>) {
    const files = codes.map((_, number) => `${title(number)}.${ending}`);
    const path = openFolder(fs, named, files);
    for (const [number, code] of codes.entries()) {
      writeNew(fs, path, [{ name: files[number] ?? '', content: await make(code) }], number > 0);
    }
    written.push(path);
  }

  if (png !== undefined) await folder(png, 'png', (code) => pngFile(codePixels(code, pixels)));
  if (svg !== undefined) await folder(svg, 'svg', async (code) => svgFile(code));
  if (gif !== undefined) {
    writeReport(fs, resolve(gif), gifFile(codes, Math.round(100 / options.speed), 4));
    written.push(resolve(gif));
  }
  if (pdf !== undefined) {
    const { codeSheets } = await import('../report/code-sheets.ts'); // only who asks for a PDF waits for the library
    const about = `${escapeText(basename(name)).replace(/[^\x20-\x7e]/g, '?')}, ${toHex(fileHash(file)).slice(0, 12)}`;
    const label = (number: number) =>
      `${about}: code ${number + 1}${number < cut.count ? ` of ${cut.count}` : ' (a spare one)'}`;
    writeReport(fs, resolve(pdf), await codeSheets(codes.map((code, number) => ({ code, label: label(number) }))));
    written.push(resolve(pdf));
  }

  const { say } = session;
  for (const path of written) say.line(`written to ${escapeText(path)}`);
  say.line(
    codes.length === 1
      ? `1 code of version ${cut.version}, and it is all of it`
      : `${codes.length} codes of version ${cut.version}; any ${cut.count} of them are enough, or one or two more`,
  );
  return {
    sha256: toHex(fileHash(file)),
    bytes: file.length,
    codes: codes.length,
    needed: cut.count,
    version: cut.version,
    level,
    written,
  };
}
