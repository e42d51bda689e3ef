import { resolve } from 'node:path';
import { escapeText } from '../bytes/printable.ts';
import { FileError } from '../media/file-system.ts';
import { Problem } from '../problem.ts';
import { type Named, readNameSheet } from '../report/name-sheet.ts';
import type { Page } from '../report/page.ts';
import { pageHtml } from '../report/page-html.ts';
import type { Session } from './session.ts';
import { writeReport } from './written.ts';

export const pageFormats = ['text', 'html', 'pdf'] as const;
export type PageFormat = (typeof pageFormats)[number];

export async function pageAs(format: PageFormat, page: Page): Promise<string | Uint8Array> {
  if (format === 'text') return page.toString();
  if (format === 'html') return pageHtml(page.blocks);
  const { pagePdf } = await import('../report/page-pdf.ts'); // only who asks for a PDF waits for the library
  return pagePdf(page.blocks);
}

/** A page on the screen or in a file, and its facts for scripts. */
export async function givePage(
  { say, context }: Session,
  page: Page,
  { format = 'text', out }: { readonly format?: PageFormat; readonly out?: string },
  facts: object,
): Promise<void> {
  if (format === 'pdf' && out === undefined)
    throw new Problem('USAGE', 'a PDF is no text, and is not written to a screen', 'name a file with --out FILE.pdf');
  const written = await pageAs(format, page);
  if (out !== undefined) {
    const path = resolve(out);
    writeReport(context.fs, path, written);
    say.line(`written to ${escapeText(path)}`);
  } else if (typeof written === 'string' && !say.json) say.line(written.trimEnd());
  say.result(facts);
}

/** The sheet that says who the handles are: read here, put on paper, and nowhere else. */
export function namesIn({ context }: Session, file: string | undefined): readonly Named[] {
  if (file === undefined) return [];
  try {
    return readNameSheet(
      new TextDecoder('utf-8', { fatal: true }).decode(context.fs.readFile(resolve(file), 1024 * 1024)),
    );
  } catch (error) {
    if (!(error instanceof FileError) && !(error instanceof TypeError)) throw error;
    throw new Problem('USAGE', `${escapeText(file)} cannot be read`, 'name a file of lines handle,name,role');
  }
}
