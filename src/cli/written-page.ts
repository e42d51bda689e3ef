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

/** Before any work is done for it. */
export function refuseOnScreen(format: string | undefined, out: string | undefined): void {
  if (format === 'pdf' && out === undefined)
    throw new Problem('USAGE', 'a PDF is no text, and is not written to a screen', 'name a file with --out FILE.pdf');
}

/** A page on the screen or in a file, and its facts for scripts. */
export async function givePage(
  session: Session,
  page: Page,
  { format = 'text', out }: { readonly format?: PageFormat; readonly out?: string },
  facts: object,
): Promise<void> {
  refuseOnScreen(format, out);
  give(session, await pageAs(format, page), out, !session.say.json);
  session.say.result(facts);
}

/** Into the file that was named, or else onto the screen, if it is to be seen there. */
export function give(
  { say, context }: Session,
  written: string | Uint8Array,
  out: string | undefined,
  shown: boolean,
): void {
  if (out !== undefined) {
    const path = resolve(out);
    writeReport(context.fs, path, written);
    say.line(`written to ${escapeText(path)}`);
  } else if (typeof written === 'string' && shown) say.line(written.trimEnd());
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
