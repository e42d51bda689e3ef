import { partNames } from '../bytes/numbered-lines.ts';
import { quietZone } from '../bytes/qr/code.ts';
import { qrTextMatrix } from '../bytes/qr/text-code.ts';
import { text } from '../bytes/tagged-hash.ts';
import { partsOf, readBackup } from '../ceremony/backup.ts';
import type { CopyPlace } from '../ceremony/packets/closing.ts';
import { PaperReading, paperCodes, paperLines } from '../ceremony/paper-backup.ts';
import { readPixels } from '../media/qr/read.ts';
import { Problem } from '../problem.ts';
import type { Block, DrawnCode } from '../report/page-block.ts';
import { type PaperPart, paperPage } from '../report/paper-page.ts';

/** A backup as sheets of paper. */
export interface Paper {
  readonly pdf: Uint8Array;
  /** What was drawn. */
  readonly blocks: readonly Block[];
}

export async function onPaper(file: string, where: CopyPlace): Promise<Paper> {
  const backup = readBackup(text(file));
  const paper = paperLines(backup.header.id, partsOf(file));
  const codes = paperCodes(paper);
  const [share, header, proof] = partNames.map(
    (part): PaperPart => ({
      codes: codes
        .filter((code) => code.part === part)
        .map(({ caption, content }) => ({ caption, ...qrTextMatrix(content, 'M') })),
      lines: paper.lines.filter((line) => line.startsWith(part)),
    }),
  ) as [PaperPart, PaperPart, PaperPart];
  const { blocks } = paperPage(backup, { head: paper.head, share, header, proof }, where);
  const { pagePdf } = await import('../report/page-pdf.ts'); // only who asks for a PDF waits for the library
  return { pdf: await pagePdf(blocks), blocks };
}

/** The file, read again from the squares and from the lines as they were drawn: each of them has to give the same. */
export async function readDrawn(blocks: readonly Block[]): Promise<Uint8Array> {
  const [seen, typed] = [new PaperReading(), new PaperReading()];
  for (const block of blocks) {
    if (block.kind === 'numbered') for (const line of block.lines) typed.takeHead(line) || typed.take(line);
    if (block.kind === 'codes') for (const code of block.codes) seen.takeCode(await decoded(code));
  }
  if (seen.file() !== typed.file())
    throw new Problem('BACKUP_DAMAGED', 'the codes on the page say something else than its lines');
  return text(seen.file());
}

/** Squares of so many pixels, with light around them. */
const scale = 4;

async function decoded({ size, dark }: DrawnCode): Promise<string> {
  const width = (size + 2 * quietZone) * scale;
  const gray = Uint8Array.from({ length: width * width }, (_, at) => {
    const [x, y] = [at % width, Math.floor(at / width)].map((pixel) => Math.floor(pixel / scale) - quietZone);
    return dark(x as number, y as number) ? 0 : 255;
  });
  const { codes } = await readPixels({ width, height: width, gray });
  return new TextDecoder().decode(codes[0]);
}
