import { Problem } from '../problem.ts';
import type { Ceremonies, Held } from '../vault/ceremonies.ts';
import { backupsOf } from '../vault/copies.ts';
import { type Hold, keysetOf, recordFor } from '../vault/standing.ts';
import type { KeysetRecord } from '../vault/state.ts';
import { backUp } from './backing-up.ts';
import { checkRecipients, placesOf } from './commands/backup-create.ts';
import type { Session } from './session.ts';

interface Options {
  readonly backupTo?: readonly string[];
  readonly backupLabel?: readonly string[];
  readonly backupPassphraseFile?: string;
  readonly recipient?: readonly string[];
}

/**
 * The backups that the plan asks for, as many as are missing. False where nobody says where they are to go. Trouble with a
 * medium holds up the closing alone: what this visit has said goes out.
 */
export async function backUpFirst(
  session: Session,
  ceremonies: Ceremonies,
  held: Held,
  options: Options,
): Promise<boolean | Hold> {
  const keyset = recordOf(ceremonies, held);
  if (keyset === undefined) return false;
  const missing = Math.max(1, held.plan.copies) - backupsOf(keyset, held.plan.epoch.to).length;
  const folders = [...(options.backupTo ?? [])].slice(0, Math.max(missing, 0));
  if (folders.length === 0 && session.context.ask.interactive) {
    session.say.line(`the plan wants ${missing} backup(s) of the new share of ${keyset.name} before the old one goes`);
    for (let number = 1; number <= missing; number++) {
      const folder = await session.context.ask.text(`folder of backup ${number} of ${missing} (empty: later)`, {
        flag: '--backup-to DIR',
      });
      if (folder.trim() === '') return false;
      folders.push(folder.trim());
    }
  }
  if (folders.length === 0) return false;
  checkRecipients(options.recipient ?? []);
  try {
    await backUp(session, ceremonies, keyset, {
      places: placesOf({ folders, papers: [] }, { label: options.backupLabel }, `backup of ${keyset.name}`),
      recipients: options.recipient ?? [],
      passphraseFile: options.backupPassphraseFile,
    });
    return true;
  } catch (error) {
    if (!(error instanceof Problem) || error.code === 'INTERRUPTED') throw error;
    const { code, message, hint } = error;
    return { code, message, ...(hint === undefined ? {} : { hint }) };
  }
}

function recordOf(ceremonies: Ceremonies, { plan, view }: Held): KeysetRecord | undefined {
  const made = view.current.proof?.link.proven;
  const { state } = ceremonies.vault;
  return made === undefined ? keysetOf(state, plan) : recordFor(state, made);
}
