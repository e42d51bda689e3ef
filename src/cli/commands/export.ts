import { resolve } from 'node:path';
import type { Command } from 'commander';
import { escapeText } from '../../bytes/printable.ts';
import { writeExport } from '../../ceremony/export.ts';
import { Problem } from '../../problem.ts';
import type { Ceremonies } from '../../vault/ceremonies.ts';
import { type PublicRecord, publicRecordOf } from '../../vault/public-record.ts';
import { chosenCeremony } from '../chosen.ts';
import type { Register } from '../program.ts';
import type { Session } from '../session.ts';
import { keysetName } from '../visit.ts';
import { writeReport } from '../written.ts';
import { exportFault } from './export-fault.ts';

interface Options {
  readonly fault?: string;
  readonly ceremony?: string;
  readonly keyset?: string;
  readonly out: string;
}

export const registerExport: Register = (program: Command, action) => {
  program
    .command('export')
    .description('everything public in one file, for conclave verify: a ceremony, a keyset, or evidence of a fault')
    .option('--ceremony <id>', 'one ceremony (the beginning of its number is enough)')
    .option('--keyset <keyset>', 'all ceremonies of a keyset, and its whole succession')
    .option(
      '--fault <member>',
      'evidence of what this member did, and nothing else (with --ceremony: only of that one)',
    )
    .requiredOption('--out <file>', 'the file to write, as NAME.conclave')
    .action(action<Options>(exported));
};

async function exported(session: Session, options: Options): Promise<undefined> {
  const { fault, keyset, ceremony } = options;
  if (keyset !== undefined && (ceremony !== undefined || fault !== undefined))
    throw new Problem('USAGE', '--keyset goes with no --ceremony and no --fault', 'choose one of them');
  if (fault !== undefined) return exportFault(session, fault, options);
  if (keyset === undefined && ceremony === undefined) {
    throw new Problem(
      'USAGE',
      'it is not said what to export',
      'name a ceremony with --ceremony ID, a keyset with --keyset K, or with --fault NAME a member who is at fault',
    );
  }
  return session.withVault((ceremonies) => {
    const record = chosenRecord(ceremonies, keyset, ceremony ?? '');
    const bytes = writeExport(record.views, record.links);
    const path = resolve(options.out);
    writeReport(session.context.fs, path, bytes);
    tell(session, record, path, bytes.length);
    return undefined;
  });
}

function chosenRecord(ceremonies: Ceremonies, keyset: string | undefined, ceremony: string): PublicRecord {
  if (keyset !== undefined) return publicRecordOf(ceremonies, keyset);
  const held = chosenCeremony(ceremonies, ceremony);
  return { name: keysetName(ceremonies, held), views: [held.view], links: [], damaged: held.damaged, gapBefore: null };
}

function tell({ say }: Session, record: PublicRecord, path: string, bytes: number): void {
  const { name, views, links, damaged, gapBefore } = record;
  const packets = views.reduce((count, view) => count + view.packets.length, 0);
  const many = (count: number, what: string): string => `${count} ${count === 1 ? what : `${what}s`}`;
  for (const { plan, phase } of views) say.line(`${plan.kind} ${plan.ceremony.slice(0, 16)} of ${name}: ${phase}`);
  const epochs = links.map(({ epoch }) => epoch);
  if (epochs.length > 0) say.line(`links of the succession: epoch ${epochs.join(', ')}`);
  if (gapBefore !== null) say.line(`what lies before epoch ${gapBefore} was not all seen here: its links are left out`);
  for (const file of damaged) say.line(`left out, since it is not what it was: ${escapeText(file)}`);
  say.line(`${many(packets, 'packet')}, ${bytes} bytes, written to ${escapeText(path)}`);
  say.line('anybody can check it, without a vault: conclave verify FILE');
  say.line('whoever has it sees the plans, the reasons and the names in them, and no share');
  say.result({
    v: 1,
    file: path,
    keyset: name,
    ceremonies: views.map(({ plan }) => plan.ceremony),
    epochs,
    packets,
    bytes,
    damaged,
  });
}
