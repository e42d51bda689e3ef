import { Problem } from '../problem.ts';
import type { Ceremonies, Held } from '../vault/ceremonies.ts';
import { backupsOf } from '../vault/copies.ts';
import { myIdentity } from '../vault/identity.ts';
import { type Hold, keysetOf, recordFor } from '../vault/standing.ts';
import type { KeysetRecord } from '../vault/state.ts';
import { backUp, isBackedUpIn } from './backing-up.ts';
import { checkRecipients, placesOf } from './commands/backup-create.ts';
import type { Session } from './session.ts';

interface Options {
  readonly backupTo?: readonly string[];
  readonly backupPaper?: readonly string[];
  readonly backupLabel?: readonly string[];
  readonly backupPassphraseFile?: string;
  readonly recipient?: readonly string[];
}

/**
 * The backups that the plan asks for, at every place that was named. False where nobody says where they are to go. Trouble
 * with a medium holds up the closing alone: what this visit has said goes out.
 */
export async function backUpFirst(
  session: Session,
  ceremonies: Ceremonies,
  held: Held,
  options: Options,
): Promise<boolean | Hold> {
  const keyset = recordOf(ceremonies, held);
  if (keyset === undefined) return false;
  const backups = backupsOf(keyset, held.plan.epoch.to);
  const missing = Math.max(1, held.plan.copies) - backups.length;
  if (missing <= 0) return false;
  const named = { folders: options.backupTo ?? [], papers: options.backupPaper ?? [] };
  const given = named.folders.length + named.papers.length > 0;
  const { folders, papers } = given ? named : await askPlaces(session, keyset.name, missing);
  if (folders.length + papers.length === 0) return false;
  checkRecipients(options.recipient ?? []);
  try {
    const all = placesOf({ folders, papers }, { label: options.backupLabel }, `backup of ${keyset.name}`);
    // the same command again is to make what is missing, not twice what is there
    const places = all.filter(({ to }) => !backups.some((copy) => isBackedUpIn(session, to, ceremonies, keyset, copy)));
    if (places.length === 0)
      throw new Problem(
        'BACKUP_PLACE',
        `${missing} more is asked for, and each place that was named has one already`,
        'two backups belong in two places: name another one',
      );
    await backUp(session, ceremonies, keyset, {
      places,
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

/** Who names a place in a visit that makes no backup would go home and believe that there is one. */
export function sayNoBackup({ say }: Session, ceremonies: Ceremonies, held: Held, options: Options): void {
  const { plan, view } = held;
  const me = plan.byIdentity.get(myIdentity(ceremonies.vault.state))?.name;
  if ((options.backupTo ?? []).length + (options.backupPaper ?? []).length === 0) return;
  if (view.phase === 'complete' || !plan.receivers.some(({ name }) => name === me)) return;
  const keyset = recordOf(ceremonies, held);
  if (keyset !== undefined && backupsOf(keyset, plan.epoch.to).length > 0) return;
  say.line(
    plan.backup === 'required'
      ? 'no backup was made: it is made in the visit that closes; name its place again then'
      : 'no backup was made: the plan asks for none; conclave backup create makes one once the new share is active',
  );
}

interface Named {
  readonly folders: readonly string[];
  readonly papers: readonly string[];
}

/** On a terminal; whoever leaves one out does it later. */
async function askPlaces({ context, say }: Session, keyset: string, missing: number): Promise<Named> {
  const places: string[] = [];
  if (!context.ask.interactive) return { folders: [], papers: [] };
  say.line(`the plan wants ${missing} backup(s) of the new share of ${keyset} before the old one goes`);
  for (let number = 1; number <= missing; number++) {
    const question = `place ${number} of ${missing}: a folder, or a new file for a page to print, as F.pdf (empty: later)`;
    const place = (await context.ask.text(question, { flag: '--backup-to DIR or --backup-paper F.pdf' })).trim();
    if (place === '') return { folders: [], papers: [] };
    places.push(place);
  }
  const isPage = (place: string): boolean => place.toLowerCase().endsWith('.pdf');
  return { folders: places.filter((place) => !isPage(place)), papers: places.filter(isPage) };
}

function recordOf(ceremonies: Ceremonies, { plan, view }: Held): KeysetRecord | undefined {
  const made = view.current.proof?.link.proven;
  const { state } = ceremonies.vault;
  return made === undefined ? keysetOf(state, plan) : recordFor(state, made);
}
