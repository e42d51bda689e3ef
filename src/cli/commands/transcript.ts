import { type Command, Option } from 'commander';
import { toHex } from '../../bytes/hex.ts';
import { escapeText, printableJson } from '../../bytes/printable.ts';
import { fileHash } from '../../bytes/tagged-hash.ts';
import { Problem } from '../../problem.ts';
import type { Named } from '../../report/name-sheet.ts';
import type { Transcript } from '../../report/transcript-json.ts';
import { transcriptPage } from '../../report/transcript-page.ts';
import { archive } from '../archived.ts';
import { ceremonyOption, chosenCeremony } from '../chosen.ts';
import type { Register } from '../program.ts';
import { recordOf } from '../record.ts';
import type { Session } from '../session.ts';
import { give, namesIn, pageAs, refuseOnScreen } from '../written-page.ts';

const formats = ['text', 'json', 'html', 'pdf'] as const;

interface Options {
  readonly ceremony?: string;
  readonly format?: (typeof formats)[number];
  readonly out?: string;
  readonly archive?: string;
  readonly names?: string;
}

export const registerTranscript: Register = (program: Command, action) => {
  program
    .command('transcript')
    .description('what a ceremony did, proved and left open, for people and for auditors')
    .option(...ceremonyOption)
    .addOption(new Option('--format <format>', 'how to write it (default: text; with --json: json)').choices(formats))
    .option('--out <file>', 'write it to a new file')
    .option(
      '--archive <dir>',
      'write a new folder to be kept for years: the packets, all formats, the verifier, checksums',
    )
    .option('--names <file>', 'a sheet of handle,name,role: put on what people read, and into nothing else')
    .action(action<Options>(transcript));
};

async function transcript(session: Session, options: Options): Promise<undefined> {
  const { say } = session;
  const format = options.format ?? (say.json ? 'json' : 'text');
  refuseOnScreen(format, options.out);
  if (options.archive !== undefined && (options.out !== undefined || options.format !== undefined))
    throw new Problem('USAGE', 'an archive has all formats', 'leave --out and --format out');
  const sheet = namesIn(session, options.names);
  return session.withVault(async (ceremonies) => {
    const held = chosenCeremony(ceremonies, options.ceremony);
    const record = recordOf(session, ceremonies, held);
    if (options.archive !== undefined) {
      const { path, files } = await archive(session, options.archive, held, record, sheet);
      for (const { name, bytes } of files) say.line(`${name.padEnd(20)} ${bytes.length} bytes`);
      say.line(`written to ${escapeText(path)}: README.txt there says how to check it`);
      const listed = files.map(({ name, bytes }) => ({ name, sha256: toHex(fileHash(bytes)) }));
      say.result({ v: 1, ceremony: record.ceremony, archive: path, record: record.record, files: listed });
      return undefined;
    }
    give(session, await writtenAs(format, record, sheet), options.out, format === 'text' || !say.json);
    say.result(record);
    return undefined;
  });
}

/** The names of the sheet are put on paper, and not into what programs read. */
async function writtenAs(
  format: (typeof formats)[number],
  record: Transcript,
  sheet: readonly Named[] = [],
): Promise<string | Uint8Array> {
  return format === 'json' ? `${printableJson(record)}\n` : pageAs(format, transcriptPage(record, sheet));
}
