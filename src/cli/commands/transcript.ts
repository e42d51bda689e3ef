import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { printableJson } from '../../bytes/printable.ts';
import { transcriptText } from '../../report/transcript-text.ts';
import { ceremonyOption, chosenCeremony } from '../chosen.ts';
import type { Register } from '../program.ts';
import { recordOf } from '../record.ts';
import type { Session } from '../session.ts';
import { writeReport } from '../written.ts';

const formats = ['text', 'json'] as const;

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
  const { say } = session;
  return session.withVault((ceremonies) => {
    const record = recordOf(session, ceremonies, chosenCeremony(ceremonies, options.ceremony));
    const format = options.format ?? (say.json ? 'json' : 'text');
    const text = format === 'text' ? transcriptText(record) : `${printableJson(record)}\n`;
    if (options.out !== undefined) {
      const path = resolve(options.out);
      writeReport(session.context.fs, path, text);
      say.line(`written to ${path}`);
    } else if (format === 'text' || !say.json) say.line(text.trimEnd());
    say.result(record);
    return undefined;
  });
}
