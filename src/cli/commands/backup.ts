import type { Command } from 'commander';
import { escapeText } from '../../bytes/printable.ts';
import { Problem } from '../../problem.ts';
import { claimedTime } from '../../report/time.ts';
import { type CopyStanding, copiesOf, copyEpoch, registerCopy } from '../../vault/copies.ts';
import { keysetByName } from '../../vault/propose.ts';
import type { KeysetRecord, VaultState } from '../../vault/state.ts';
import type { Register } from '../program.ts';
import type { Session } from '../session.ts';
import { table } from '../ui/table.ts';

interface Options {
  readonly keyset?: string;
  readonly external?: boolean;
  readonly label?: string;
  readonly epoch?: string;
}

export const registerBackup: Register = (program: Command, action) => {
  const backup = program.command('backup').description('the register of copies of the shares of this vault');
  backup
    .command('register [keyset]')
    .description('a backup that was made with other means: listed now, declared invalid at the closing that ends it')
    .option('--external', 'made outside this program')
    .option('--label <text>', 'where it is, or what is written on its bag')
    .option('--keyset <name>', 'of which keyset, if the vault has more than one')
    .option('--epoch <n>', 'of which epoch, if not of the share that is active now')
    .action(action<Options>(register));
  backup
    .command('list [keyset]')
    .description('all copies: backups and exports, of every epoch')
    .option('--keyset <name>', 'only those of this keyset')
    .action(action<Options>(list));
};

export function copyJson(record: KeysetRecord, { copy, state }: CopyStanding): object {
  const { id, label, kind, epoch, at } = copy;
  return { id, keyset: record.name, label, kind, epoch, state, declared: copy.invalid, at };
}

const longestLabel = 200;

/** One line that the others read in the record of the closing. */
export function copyLabel(text: string): string {
  const label = text.trim();
  if (label === '' || label.length > longestLabel) {
    throw new Problem('USAGE', `a label has 1 to ${longestLabel} characters`, '--label "where it is"');
  }
  return label;
}

function named({ keyset }: Options, [word]: readonly string[]): string | undefined {
  if (keyset !== undefined && word !== undefined && keyset !== word)
    throw new Problem('USAGE', `is it ${keyset} or ${word}?`, 'name the keyset once');
  return keyset ?? word;
}

/** The keyset that was named, or the only one. */
function oneKeyset(state: VaultState, name: string | undefined): KeysetRecord {
  if (name !== undefined) return keysetByName(state, name);
  const [only, second] = state.keysets;
  if (only !== undefined && second === undefined) return only;
  throw new Problem(
    'USAGE',
    only === undefined ? 'this vault holds no keyset yet' : 'this vault holds more than one keyset',
    only === undefined ? undefined : `name one: ${state.keysets.map((record) => record.name).join(', ')}`,
  );
}

async function register(session: Session, options: Options, words: readonly string[]): Promise<undefined> {
  const { context, say } = session;
  const name = named(options, words);
  if (options.external !== true) {
    throw new Problem(
      'USAGE',
      'only backups that were made outside this program are registered by hand',
      'say so with --external',
    );
  }
  if (options.epoch !== undefined && !/^[0-9]{1,9}$/.test(options.epoch))
    throw new Problem('USAGE', `--epoch takes a whole number, not ${options.epoch}`);
  const label = copyLabel(
    options.label ?? (await context.ask.text('where is it, or what is written on it?', { flag: '--label L' })),
  );
  return session.withVault(({ vault }) => {
    const record = oneKeyset(vault.state, name);
    const epoch = copyEpoch(record, options.epoch === undefined ? null : Number(options.epoch));
    const { id } = registerCopy(vault, record, { label, kind: 'external', epoch, at: context.now() });
    const standing = copiesOf(oneKeyset(vault.state, record.name)).find(({ copy }) => copy.id === id) as CopyStanding;
    say.line(`copy ${id}: ${record.name} at epoch ${epoch}, ${escapeText(label)}`);
    say.line(
      standing.state === 'current'
        ? 'write the number on it; when this epoch ends, the closing declares it invalid'
        : 'that epoch is over: the copy is of no use any more; destroy it',
    );
    say.result({ v: 1, ...copyJson(record, standing) });
    return undefined;
  });
}

async function list(session: Session, options: Options, words: readonly string[]): Promise<undefined> {
  const { say } = session;
  const name = named(options, words);
  return session.withVault(({ vault }) => {
    const { state } = vault;
    const records = name === undefined ? state.keysets : [keysetByName(state, name)];
    const found = records.flatMap((record) => copiesOf(record).map((standing) => ({ record, standing })));
    if (found.length === 0) say.line('no copies are registered here');
    else {
      const rows = found.map(({ record, standing: { copy, state: standing } }) => [
        copy.id,
        record.name,
        String(copy.epoch),
        copy.kind,
        standing,
        claimedTime(copy.at),
        escapeText(copy.label),
      ]);
      say.line(table(rows, { head: ['copy', 'keyset', 'epoch', 'kind', 'state', 'registered', 'label'] }));
    }
    say.result({ v: 1, copies: found.map(({ record, standing }) => copyJson(record, standing)) });
    return undefined;
  });
}
