import type { Command } from 'commander';
import { type BackupHeader, readBackup } from '../../ceremony/backup.ts';
import { Problem } from '../../problem.ts';
import { knownLink, type Restored, restore } from '../../vault/backups.ts';
import { holdingOf } from '../../vault/holding.ts';
import { type Keys, openBackup } from '../backup-opening.ts';
import { givenBackup, type OnPaper } from '../given-backup.ts';
import type { Session } from '../session.ts';
import type { Action } from './backup-create.ts';

interface Options extends Keys, OnPaper {
  readonly quarantine?: boolean;
}

export function registerRestore(backup: Command, action: Action): void {
  backup
    .command('restore [files...]')
    .description('put a share back that this vault lost, or keep one in a vault that is not its own; never a stale one')
    .option('--quarantine', 'take a stale share in, where it signs nothing and goes with the next closing')
    .option('--typed [file]', 'lines of a page that were typed: those in this file, or asked for one by one')
    .option('--backup-passphrase-file <file>', "first line is the backup's own passphrase")
    .option('--identity <file>', 'an age identity that opens it')
    .action(action<Options>(restoreFile));
}

async function restoreFile(session: Session, options: Options, files: readonly string[]): Promise<undefined> {
  const { say, context } = session;
  const given = await givenBackup(session, files, options);
  const whole = given.whole === null ? null : readBackup(given.whole);
  return session.withVault(async (ceremonies) => {
    const backup = whole ?? readBackup(await given.complete((header) => knownLink(ceremonies, header)));
    const wish = { quarantine: options.quarantine === true, at: context.now() };
    restore(ceremonies, backup, null, wish); // what it can be refused for is said before a passphrase is asked for
    const opened = await openBackup(session, backup, options, ceremonies.vault.state.age.identity);
    if (opened.share === null) {
      throw new Problem(
        opened.why === 'damaged' ? 'BACKUP_DAMAGED' : 'BACKUP_LOCKED',
        `the backup was not opened, so nothing was restored: ${opened.reason}`,
        backup.header.recipients.length === 0
          ? 'it has a passphrase of its own, which is not that of the vault: --backup-passphrase-file F'
          : 'give the age identity that it was sealed to: --identity F',
      );
    }
    let restored: Restored | null;
    try {
      restored = restore(ceremonies, backup, opened.share, wish);
    } finally {
      for (const secret of opened.share) secret.fill(0);
    }
    if (restored === null) throw new Problem('UNFORESEEN', 'the backup was opened and not judged');
    const { record, did, index } = restored;
    const { head } = holdingOf(ceremonies, record);
    const others = (head?.members ?? []).filter((_, at) => at + 1 !== index).map(({ name }) => name);
    const signers = [backup.header.member, ...others.slice(0, (head?.threshold ?? 2) - 1)].join(',');
    const drill = `conclave propose drill --keyset ${record.name} --signers ${signers}`;
    const recover = `conclave propose recover --keyset ${record.name} --lost ${backup.header.member}`;
    for (const line of words(restored, backup.header, { drill, recover })) say.line(line);
    say.result({
      v: 1,
      did,
      keyset: record.name,
      epoch: backup.header.epoch,
      index,
      member: backup.header.member,
      drill: did === 'put-back' ? drill : null,
      recover: did === 'kept-apart' ? recover : null,
    });
    return undefined;
  });
}

function words(
  { did, record }: Restored,
  { member, id }: BackupHeader,
  next: { drill: string; recover: string },
): string[] {
  switch (did) {
    case 'put-back':
      return [
        `the share of ${record.name} is back, read back and checked against the committee`,
        'show that it signs before you rely on it:',
        `  ${next.drill}`,
      ];
    case 'nothing':
      return [`the share of ${record.name} is here and can be read: there is nothing to restore`];
    case 'quarantined':
      return [
        `the stale share is in quarantine: it signs nothing, and goes with the next closing on ${record.name}`,
        `the file is as it was: destroy it, and record that: conclave backup retire ${id} --witness N --method M`,
      ];
    case 'kept-apart':
      return [
        `the share of ${member} is in this vault, apart: this machine is not the member that it belongs to, and signs nothing with it`,
        `whether it is still the share of today only somebody can say who was there since: conclave backup check THIS-FILE, with --against an export of ${record.name}`,
        `to have ${member} in the committee again, one of the others proposes, with the card of this machine:`,
        `  ${next.recover}`,
        `where too few others are left for that: conclave keyset export ${record.name} writes the share for a signer of FROST`,
      ];
  }
}
