import type { Command } from 'commander';
import { escapeText } from '../../bytes/printable.ts';
import { Problem } from '../../problem.ts';
import { copyWords, placeText } from '../../report/copy-text.ts';
import { lifeText } from '../../report/epoch-life-text.ts';
import { claimedTime } from '../../report/time.ts';
import { type CopyStanding, copiesOf, copyEpoch, registerCopy } from '../../vault/copies.ts';
import { livesOf } from '../../vault/lives.ts';
import { keysetByName } from '../../vault/propose.ts';
import { copyJson, copyLabel, namedKeyset, oneKeyset, placeOf } from '../copy-words.ts';
import type { Register } from '../program.ts';
import type { Session } from '../session.ts';
import { table } from '../ui/table.ts';
import { registerCheck } from './backup-check.ts';
import { registerCreate } from './backup-create.ts';
import { registerRestore } from './backup-restore.ts';
import { registerRetire } from './backup-retire.ts';

interface Options {
  readonly keyset?: string;
  readonly external?: boolean;
  readonly label?: string;
  readonly custodian?: string;
  readonly place?: string;
  readonly medium?: string;
  readonly bag?: string;
  readonly epoch?: string;
}

export const registerBackup: Register = (program: Command, action) => {
  const backup = program.command('backup').description('backups of the shares of this vault, and the register of them');
  registerCreate(backup, action);
  registerCheck(backup, action);
  registerRestore(backup, action);
  backup
    .command('register [keyset]')
    .description('a backup that was made with other means: listed now, declared worthless at the closing that ends it')
    .option('--external', 'made outside this program')
    .option('--label <text>', 'what is written on it')
    .option('--custodian <name>', 'who keeps it')
    .option('--place <text>', 'where it is')
    .option('--medium <text>', 'what it is: a stick, a card, an HSM, a cloud')
    .option('--bag <number>', 'the number of its tamper-evident bag')
    .option('--keyset <name>', 'of which keyset, if the vault has more than one')
    .option('--epoch <n>', 'of which epoch, if not of the share that is active now')
    .action(action<Options>(register));
  backup
    .command('list [keyset]')
    .description(
      'all copies of every epoch: current, destroyed, or worthless and not destroyed; and which epochs are dead',
    )
    .option('--keyset <name>', 'only those of this keyset')
    .action(action<Options>(list));
  registerRetire(backup, action);
};

async function register(session: Session, options: Options, words: readonly string[]): Promise<undefined> {
  const { context, say } = session;
  const name = namedKeyset(options, words);
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
  const { custodian, place, medium, bag } = options;
  const where = placeOf({ custodian, place, medium, bag });
  return session.withVault(({ vault }) => {
    const record = oneKeyset(vault.state, name);
    const epoch = copyEpoch(record, options.epoch === undefined ? null : Number(options.epoch));
    const { id } = registerCopy(vault, record, { label, where, kind: 'external', epoch, at: context.now() });
    const standing = copiesOf(oneKeyset(vault.state, record.name)).find(({ copy }) => copy.id === id) as CopyStanding;
    say.line(`copy ${id}: ${record.name} at epoch ${epoch}, ${escapeText(label)}`);
    say.line(
      standing.state === 'current'
        ? 'write the number on it; when this epoch ends, the closing declares it worthless'
        : 'that epoch is over, and enough copies of it still make the key: destroy it',
    );
    say.result({ v: 1, ...copyJson(record, standing) });
    return undefined;
  });
}

async function list(session: Session, options: Options, words: readonly string[]): Promise<undefined> {
  const { say } = session;
  const name = namedKeyset(options, words);
  return session.withVault((ceremonies) => {
    const { state } = ceremonies.vault;
    const records = name === undefined ? state.keysets : [keysetByName(state, name)];
    const found = records.flatMap((record) => copiesOf(record).map((standing) => ({ record, standing })));
    if (found.length === 0) say.line('no copies are registered here');
    else {
      const rows = found.map(({ record, standing: { copy, state: standing } }) => [
        copy.id,
        record.name,
        String(copy.epoch),
        copy.kind,
        copyWords[standing],
        claimedTime(copy.at),
        escapeText(copy.label),
        placeText(copy.where),
      ]);
      say.line(table(rows, { head: ['copy', 'keyset', 'epoch', 'kind', 'state', 'registered', 'label', 'where'] }));
      const left = found.filter(({ standing: { outstanding } }) => outstanding).length;
      if (left > 0)
        say.line(
          `${left} worthless and not destroyed, as far as this vault knows: destroy each, then conclave backup retire ID --witness N --method M`,
        );
      if (found.some(({ standing: { state: standing } }) => standing === 'unfinished'))
        say.line(
          'unfinished: a run did not get to its end, and something may lie there; conclave backup create clears the folder',
        );
    }
    const epochs = records.flatMap((record) => {
      const lives = livesOf(ceremonies, record);
      lives.forEach((life, at) => {
        say.line(lifeText(record.name, life, at === lives.length - 1));
      });
      return lives.map((life) => ({ keyset: record.name, ...life }));
    });
    say.result({ v: 1, epochs, copies: found.map(({ record, standing }) => copyJson(record, standing)) });
    return undefined;
  });
}
