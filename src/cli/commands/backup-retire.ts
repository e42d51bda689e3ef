import type { Command } from 'commander';
import { escapeText } from '../../bytes/printable.ts';
import { Problem } from '../../problem.ts';
import { type CopyStanding, copiesOf, retireCopy } from '../../vault/copies.ts';
import type { KeysetRecord, VaultState } from '../../vault/state.ts';
import { copyJson, copyLabel } from '../copy-words.ts';
import type { Session } from '../session.ts';
import type { Action } from './backup-create.ts';

interface Options {
  readonly witness?: string[];
  readonly method?: string;
  readonly override?: string;
}

export function registerRetire(backup: Command, action: Action): void {
  const several = (value: string, before: string[] = []): string[] => [...before, value];
  backup
    .command('retire <id>')
    .description('record that people destroyed a copy; the next closing says so to the others')
    .option('--witness <name>', 'who saw it; may be given more than once', several)
    .option('--method <text>', 'how: shred, wipe, burn, overwrite, returned')
    .option('--override <sentence>', 'for a copy whose epoch is not over: the sentence that a terminal would ask for')
    .action(action<Options>(retire));
}

/** What is typed before a copy is called gone that the key may still need. */
export function retireSentence(record: KeysetRecord, id: string): string {
  return `backup ${id} of ${record.name} is gone although its epoch is not over`;
}

const mostWitnesses = 16;

async function retire(session: Session, options: Options, [id = '']: readonly string[]): Promise<undefined> {
  const { say, context } = session;
  return session.withVault(async ({ vault }) => {
    const { record, standing } = find(vault.state, id);
    const { copy, state } = standing;
    if (copy.attested) {
      throw new Problem(
        'USAGE',
        `copy ${copy.id} was destroyed, as this machine told the others when it closed: that is signed, and stays as it is`,
        'if it was another one, say so with conclave note --kind deviation, and retire that one',
      );
    }
    if (state === 'current')
      say.line(`backup ${copy.id} is of the epoch that ${record.name} is at now: the share may need it`);
    const method = copyLabel(
      options.method ?? (await context.ask.text('how was it destroyed?', { flag: '--method M' })),
    );
    const seen = options.witness ?? [await context.ask.text('who saw it?', { flag: '--witness N' })];
    if (seen.length > mostWitnesses) throw new Problem('USAGE', `no more than ${mostWitnesses} witnesses`);
    const witnesses = seen.map(copyLabel);
    if (state === 'current') await confirm(session, options, record, id);
    retireCopy(vault, record, id, { at: context.now(), method, witnesses });
    const now = find(vault.state, id);
    say.line(`copy ${id} of epoch ${copy.epoch}: ${escapeText(method)}, seen by ${escapeText(witnesses.join(', '))}`);
    say.line('this is what people say; the next closing and the next census hand it on to the others');
    say.result({ v: 1, ...copyJson(now.record, now.standing) });
    return undefined;
  });
}

async function confirm({ context }: Session, options: Options, record: KeysetRecord, id: string): Promise<void> {
  const sentence = retireSentence(record, id);
  const typed =
    options.override === undefined ? await context.ask.typed(sentence) : options.override.trim() === sentence;
  if (typed) return;
  throw new Problem(
    'SENTENCE_WRONG',
    'the sentence is not the one that was asked for, so nothing was recorded',
    `it is: ${sentence}`,
  );
}

function find({ keysets }: VaultState, id: string): { record: KeysetRecord; standing: CopyStanding } {
  for (const record of keysets) {
    const standing = copiesOf(record).find(({ copy }) => copy.id === id.toLowerCase());
    if (standing !== undefined) return { record, standing };
  }
  throw new Problem('USAGE', `no copy has the number ${escapeText(id)} here`, 'conclave backup list shows them');
}
