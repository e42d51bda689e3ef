import { resolve } from 'node:path';
import type { Backup } from '../ceremony/backup.ts';
import { decryptUnder, decryptWith } from '../courier/age.ts';
import { readBackupShare } from '../exchange/backup-share.ts';
import { Problem } from '../problem.ts';
import { readPassphraseFile, type Session } from './session.ts';

export interface Keys {
  readonly backupPassphraseFile?: string;
  readonly identity?: string;
}

/** What came of opening a backup: its share, or why there is none. */
export type Opened =
  | { readonly share: Uint8Array[] }
  | { readonly share: null; readonly why: 'not-asked' | 'locked' | 'damaged'; readonly reason: string };

/**
 * Opens the sealed share with what was given: a passphrase, an age identity, or the identity of this vault if it is one
 * of the recipients. On a terminal a passphrase is asked for, and an empty answer leaves the backup closed.
 */
export async function openBackup(session: Session, backup: Backup, keys: Keys, own: string | null): Promise<Opened> {
  const { recipients } = backup.header;
  let plain: Uint8Array | null | string;
  try {
    plain =
      recipients.length === 0
        ? await withPassphrase(session, backup, keys)
        : await withIdentity(session, backup, keys, own);
  } catch (error) {
    // an age header that nobody of good will writes
    if (!(error instanceof Problem) || error.code !== 'PACKET_DAMAGED') throw error;
    return { share: null, why: 'damaged', reason: error.message };
  }
  if (typeof plain === 'string') return { share: null, why: 'not-asked', reason: plain };
  if (plain === null) {
    const what = recipients.length === 0 ? 'the passphrase does' : 'none of the identities at hand does';
    return { share: null, why: 'locked', reason: `${what} not open it` };
  }
  try {
    return { share: readBackupShare(new TextDecoder().decode(plain), backup) };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { share: null, why: 'damaged', reason: error.message };
  } finally {
    plain.fill(0);
  }
}

/** The content; null where the passphrase is wrong; a sentence where there is none. */
async function withPassphrase(
  { context }: Session,
  { ageFile, header }: Backup,
  { backupPassphraseFile: file }: Keys,
): Promise<Uint8Array | null | string> {
  const none = 'no passphrase was given for it (--backup-passphrase-file F)';
  if (file === undefined && !context.ask.interactive) return none;
  const passphrase =
    file === undefined
      ? await context.ask.secret(`passphrase of backup ${header.id} (empty: leave it closed)`, {
          flag: '--backup-passphrase-file F',
        })
      : readPassphraseFile(context, file);
  if (passphrase === '') return none;
  // two keyboards may spell one text in different code points; a new one is the same in both
  const plain = await decryptUnder(passphrase, ageFile);
  const normal = passphrase.normalize('NFKC');
  return plain !== null || normal === passphrase ? plain : decryptUnder(normal, ageFile);
}

async function withIdentity(
  { context }: Session,
  { ageFile }: Backup,
  { identity }: Keys,
  own: string | null,
): Promise<Uint8Array | null | string> {
  const identities = identity === undefined ? [] : identitiesIn(context.fs.readFile, identity);
  if (own !== null) identities.push(own);
  if (identities.length === 0) return 'no age identity was given for it (--identity F)';
  for (const one of identities) {
    const content = await decryptWith(one, ageFile);
    if (content !== null) return content;
  }
  return null;
}

/** An identity file as age-keygen writes it: comments, and a secret key on a line of its own. */
function identitiesIn(read: (path: string, limit?: number) => Uint8Array, file: string): string[] {
  let content: string;
  try {
    content = new TextDecoder().decode(read(resolve(file), 64 * 1024));
  } catch {
    throw new Problem('USAGE', `the identity file ${file} cannot be read`, 'name a file that age-keygen wrote');
  }
  const found = content.split(/\r?\n/).filter((line) => /^AGE-SECRET-KEY-1[A-Z0-9]{58}$/.test(line));
  if (found.length === 0)
    throw new Problem('USAGE', `there is no age identity in ${file}`, 'a line of it begins with AGE-SECRET-KEY-1');
  return found;
}
