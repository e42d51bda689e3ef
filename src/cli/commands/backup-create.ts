import type { Command } from 'commander';
import { nowhere } from '../../ceremony/packets/closing.ts';
import { Problem } from '../../problem.ts';
import { copiesOf } from '../../vault/copies.ts';
import type { KeysetRecord } from '../../vault/state.ts';
import { type BackupPlace, backUp, type Made } from '../backing-up.ts';
import { copyJson, copyLabel, namedKeyset, oneKeyset, placeOf } from '../copy-words.ts';
import type { Work } from '../program.ts';
import type { Session } from '../session.ts';

interface Options {
  readonly keyset?: string;
  readonly to?: string[];
  readonly paper?: string[];
  readonly label?: string[];
  readonly custodian?: string[];
  readonly place?: string[];
  readonly medium?: string[];
  readonly bag?: string[];
  readonly recipient?: string[];
  readonly backupPassphraseFile?: string;
}

export type Action = <O>(work: Work<O>) => (...args: unknown[]) => Promise<void>;

export function registerCreate(backup: Command, action: Action): void {
  const several = (value: string, before: string[] = []): string[] => [...before, value];
  backup
    .command('create [keyset]')
    .description('back the active share up, read it back and open it; it is in the register from the start')
    .option('--to <dir>', 'a folder that is there, on a medium; may be given more than once', several)
    .option('--paper <file.pdf>', 'a page for the safe, to be printed; may be given more than once', several)
    .option(
      '--label <text>',
      'what is written on it; once for all places, or once for each (folders first), like the next four',
      several,
    )
    .option('--custodian <name>', 'who keeps it', several)
    .option('--place <text>', 'where it goes', several)
    .option('--medium <text>', 'what it is: a stick, a card', several)
    .option('--bag <number>', 'the number of its tamper-evident bag', several)
    .option(
      '--recipient <age1...>',
      'seal it to this age recipient instead of a passphrase; may be given more than once',
      several,
    )
    .option('--backup-passphrase-file <file>', "first line is the backup's own passphrase")
    .option('--keyset <name>', 'of which keyset, if the vault has more than one')
    .action(action<Options>(create));
}

async function create(session: Session, options: Options, words: readonly string[]): Promise<undefined> {
  const { say, context } = session;
  const name = namedKeyset(options, words);
  const papers = options.paper ?? [];
  const asked = async (): Promise<string[]> => [await context.ask.text('to which folder?', { flag: '--to DIR' })];
  const folders = options.to ?? (papers.length > 0 ? [] : await asked());
  checkRecipients(options.recipient ?? []);
  return session.withVault(async (ceremonies) => {
    const { vault } = ceremonies;
    const keyset = oneKeyset(vault.state, name);
    const made = await backUp(session, ceremonies, keyset, {
      places: placesOf({ folders, papers }, options, `backup of ${keyset.name}`),
      recipients: options.recipient ?? [],
      passphraseFile: options.backupPassphraseFile,
    });
    say.line(
      'write the number and the epoch on each. every refresh, handover or recovery makes it worthless: make a new one then',
    );
    if ((options.recipient ?? []).length === 0)
      say.line('its passphrase is nowhere else: keep that too, and not in the same place');
    say.result({
      v: 1,
      keyset: keyset.name,
      epoch: made[0]?.copy.epoch ?? null,
      backups: madeJson(made, oneKeyset(vault.state, keyset.name)),
    });
    return undefined;
  });
}

function madeJson(made: readonly Made[], now: KeysetRecord): object[] {
  return made.flatMap(({ copy, file }) => {
    const standing = copiesOf(now).find((one) => one.copy.id === copy.id);
    return standing === undefined ? [] : [{ ...copyJson(now, standing), file }];
  });
}

type Part = 'label' | 'custodian' | 'place' | 'medium' | 'bag';

/** What was said once is meant for all places; what was said as often as there are places, for each. */
export function placesOf(
  { folders, papers }: { readonly folders: readonly string[]; readonly papers: readonly string[] },
  said: { readonly [part in Part]?: readonly string[] | undefined },
  label: string,
): BackupPlace[] {
  const all = [
    ...folders.map((path) => ({ kind: 'folder' as const, path })),
    ...papers.map((path) => ({ kind: 'paper' as const, path })),
  ];
  const of = (part: Part, at: number): string | undefined => {
    const given = said[part];
    if (given === undefined || given.length === 1) return given?.[0];
    if (given.length === all.length) return given[at];
    throw new Problem(
      'USAGE',
      `--${part} was given ${given.length} times, for ${all.length} places`,
      'once for all, or once for each --to and --paper',
    );
  };
  return all.map((to, at) => ({
    to,
    label: copyLabel(of('label', at) ?? label),
    where: {
      ...nowhere,
      ...placeOf({
        custodian: of('custodian', at),
        place: of('place', at),
        medium: of('medium', at) ?? (to.kind === 'paper' ? 'paper' : undefined),
        bag: of('bag', at),
      }),
    },
  }));
}

const mostRecipients = 16;

export function checkRecipients(recipients: readonly string[]): void {
  const strange = recipients.find((one) => !/^age1[02-9ac-hj-np-z]{58}$/.test(one));
  if (strange !== undefined)
    throw new Problem('USAGE', `${strange} is no age recipient`, 'one begins with age1 and has 62 characters');
  if (recipients.length > mostRecipients) throw new Problem('USAGE', `no more than ${mostRecipients} recipients`);
}
