import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { escapeText, printableJson } from '../../bytes/printable.ts';
import { Problem } from '../../problem.ts';
import { pageHtml } from '../../report/page-html.ts';
import type { Transcript } from '../../report/transcript-json.ts';
import { transcriptPage } from '../../report/transcript-page.ts';
import { ceremonyOption, chosenCeremony } from '../chosen.ts';
import type { Register } from '../program.ts';
import { recordOf } from '../record.ts';
import type { Session } from '../session.ts';
import { writeReport } from '../written.ts';

const formats = ['text', 'json', 'html', 'pdf'] as const;

interface Options {
  readonly ceremony?: string;
  readonly format?: (typeof formats)[number];
  readonly out?: string;
}

export const registerTranscript: Register = (program: Command, action) => {
  program
    .command('transcript')
    .description('what a ceremony did, proved and left open, for people and for auditors')
    .option(...ceremonyOption)
    .addOption(new Option('--format <format>', 'how to write it (default: text; with --json: json)').choices(formats))
    .option('--out <file>', 'write it to a new file')
    .action(action<Options>(transcript));
};

async function transcript(session: Session, options: Options): Promise<undefined> {
  const { say, context } = session;
  const format = options.format ?? (say.json ? 'json' : 'text');
  if (format === 'pdf' && options.out === undefined) {
    throw new Problem('USAGE', 'a PDF is no text, and is not written to a screen', 'name a file with --out FILE.pdf');
  }
  return session.withVault(async (ceremonies) => {
    const record = recordOf(session, ceremonies, chosenCeremony(ceremonies, options.ceremony));
    const written = await writtenAs(format, record);
    if (options.out !== undefined) {
      const path = resolve(options.out);
      writeReport(context.fs, path, written);
      say.line(`written to ${escapeText(path)}`);
    } else if (typeof written === 'string' && (format === 'text' || !say.json)) say.line(written.trimEnd());
    say.result(record);
    return undefined;
  });
}

export async function writtenAs(format: (typeof formats)[number], record: Transcript): Promise<string | Uint8Array> {
  switch (format) {
    case 'json':
      return `${printableJson(record)}\n`;
    case 'text':
      return transcriptPage(record).toString();
    case 'html':
      return pageHtml(transcriptPage(record).blocks);
    case 'pdf': {
      const { pagePdf } = await import('../../report/page-pdf.ts'); // only who asks for a PDF waits for the library
      return pagePdf(transcriptPage(record).blocks);
    }
  }
}
