import { basename, resolve } from 'node:path';
import { equalBytes } from '../bytes/hex.ts';
import { escapeText } from '../bytes/printable.ts';
import { text } from '../bytes/tagged-hash.ts';
import { mostBackupBytes, readBackup, writeBackup } from '../ceremony/backup.ts';
import type { CopyPlace } from '../ceremony/packets/closing.ts';
import { sealedUnit } from '../ceremony/paper-backup.ts';
import { decryptUnder, decryptWith, encryptTo, encryptUnder, newAgeIdentity } from '../courier/age.ts';
import { readBackupShare, writeBackupShare } from '../exchange/backup-share.ts';
import { removeDurably, writeDurably } from '../media/durable-file.ts';
import { FileError, type FileSystem, joinPath, parentPath } from '../media/file-system.ts';
import { Problem } from '../problem.ts';
import { linkFor } from '../vault/backups.ts';
import type { Ceremonies } from '../vault/ceremonies.ts';
import { finishCopy, forgetUnfinished, registerCopy } from '../vault/copies.ts';
import { holdingOf, shareInCharge } from '../vault/holding.ts';
import { isShortPassphrase, shortPassphrase } from '../vault/password.ts';
import type { CopyRecord, KeysetRecord } from '../vault/state.ts';
import { newPassphrase } from './commands/init.ts';
import { onPaper, readDrawn } from './paper.ts';
import type { Session } from './session.ts';

/** One place that gets a backup, and what the register says of it. */
export interface BackupPlace {
  /** A folder on a medium, which gets a file; or the PDF that is printed. */
  readonly to: { readonly kind: 'folder' | 'paper'; readonly path: string };
  readonly label: string;
  readonly where: CopyPlace;
}

export interface BackupWish {
  readonly places: readonly BackupPlace[];
  /** age recipients; a passphrase where there are none. */
  readonly recipients: readonly string[];
  readonly passphraseFile: string | undefined;
}

export interface Made {
  readonly copy: CopyRecord;
  readonly file: string;
}

const suffix = '.new';

/**
 * Backups of the active share, one for each place. Each is in the register as unfinished before a byte of it is written,
 * and counts once it was read back and opened: so there is never a backup that nobody knows of, and none counts that is
 * not there. What an earlier run left behind in these places goes first.
 */
export async function backUp(
  session: Session,
  ceremonies: Ceremonies,
  keyset: KeysetRecord,
  wish: BackupWish,
): Promise<Made[]> {
  const { context, say } = session;
  const { vault } = ceremonies;
  const { slot, descriptor } = shareInCharge(ceremonies, holdingOf(ceremonies, keyset));
  const link = linkFor(ceremonies, keyset, descriptor);
  const places = wish.places.map((place) => ({ ...place, to: openPlace(session, place.to) }));
  const twice = places.find(({ to }, at) => places.findIndex((one) => one.to.path === to.path) !== at);
  if (twice !== undefined)
    throw new Problem(
      'BACKUP_PLACE',
      `${escapeText(twice.to.path)} is named twice`,
      'two backups belong in two places',
    );
  const passphrase = wish.recipients.length > 0 ? null : await backupPassphrase(session, wish.passphraseFile);
  // one recipient more, whose identity is forgotten when this returns: what nobody here can open nobody can check
  const witness = await newAgeIdentity();
  clearUnfinished(context.fs, ceremonies, keyset, places);
  const share = vault.readShare(slot);
  const made: Made[] = [];
  try {
    for (const { to, label, where } of places) {
      const now = context.now();
      // before a byte of it is anywhere: a backup that exists and is in no register would outlive its epoch unseen
      const copy = registerCopy(vault, keyset, {
        label,
        where,
        kind: 'backup',
        epoch: slot.epoch,
        at: now,
        unfinished: to.path,
      });
      const file =
        to.kind === 'paper' ? to.path : joinPath(to.path, fileName(keyset, slot.epoch, vault.state.name, copy.id));
      const seal = (plain: Uint8Array): Promise<Uint8Array> =>
        passphrase === null
          ? encryptTo([...wish.recipients, witness.recipient], plain)
          : encryptUnder(passphrase, plain, vault.state.rehearsal);
      try {
        const plain = writeBackupShare(copy.id, descriptor, slot.index, share);
        const ageFile = to.kind === 'paper' ? await sealedInUnits(plain, seal) : await sealed(plain, seal);
        const header = {
          id: copy.id,
          keyset: keyset.id,
          keys: keyset.keys,
          name: keyset.name,
          epoch: slot.epoch,
          descriptor: descriptor.id,
          member: descriptor.members[slot.index - 1]?.name ?? vault.state.name,
          index: slot.index,
          identity: vault.state.signing.public,
          at: now,
          label,
          recipients: [...wish.recipients],
          rehearsal: vault.state.rehearsal,
        };
        const backup = writeBackup(header, link, ageFile, vault.state.signing.secret);
        const paper = to.kind === 'paper' ? await onPaper(backup, where) : null;
        const content = paper?.pdf ?? text(backup);
        writeDurably(context.fs, file, content, { suffix, tolerant: true });
        if (!equalBytes(context.fs.readFile(file, mostBackupBytes), content))
          throw new Problem('BACKUP_DAMAGED', 'it does not read back as it was written');
        await openAgain(paper === null ? content : await readDrawn(paper.blocks), share, (sealed) =>
          passphrase === null ? decryptWith(witness.identity, sealed) : decryptUnder(passphrase, sealed),
        );
      } catch (error) {
        throw failed(session, ceremonies, keyset, copy, file, made, error);
      }
      finishCopy(vault, keyset, copy.id);
      made.push({ copy, file });
      say.line(`backup ${copy.id} of epoch ${slot.epoch}: ${escapeText(file)}, read back and opened`);
    }
  } finally {
    for (const secret of share) secret.fill(0);
  }
  if (places.some(({ to }) => to.kind === 'paper'))
    say.line(
      'print the PDF, photograph the print and check it: conclave backup check PICTURES; destroy the PDF only then',
    );
  return made;
}

/** Whether the medium that is there now has this backup. A page cannot be asked, and a medium that fails has none. */
export function isBackedUpIn(
  { context: { fs } }: Session,
  { kind, path }: BackupPlace['to'],
  { vault: { state } }: Ceremonies,
  keyset: KeysetRecord,
  { id, epoch }: CopyRecord,
): boolean {
  try {
    return kind === 'folder' && fs.kind(joinPath(resolve(path), fileName(keyset, epoch, state.name, id))) === 'file';
  } catch (error) {
    if (error instanceof FileError) return false;
    throw error;
  }
}

/** Says how to find it again to whoever reads the list of a folder; fits every medium. */
function fileName({ name }: KeysetRecord, epoch: number, member: string, id: string): string {
  return `${name}-epoch${epoch}-${member}-${id}.backup`;
}

async function sealed(plain: string, seal: (plain: Uint8Array) => Promise<Uint8Array>): Promise<Uint8Array> {
  const bytes = text(plain);
  try {
    return await seal(bytes);
  } finally {
    bytes.fill(0);
  }
}

/** With as many empty lines behind it as make the sealed bytes come out in whole units. */
async function sealedInUnits(plain: string, seal: (plain: Uint8Array) => Promise<Uint8Array>): Promise<Uint8Array> {
  const once = await sealed(plain, seal);
  const over = once.length % sealedUnit;
  return over === 0 ? once : sealed(plain + '\n'.repeat(sealedUnit - over), seal);
}

/** The folder has to be there: making it would hide that the medium is not mounted. A page is a new file in one. */
function openPlace({ context, home }: Session, { kind, path: named }: BackupPlace['to']): BackupPlace['to'] {
  const refuse = (why: string): never => {
    throw new Problem(
      'BACKUP_PLACE',
      `no backup can go to ${escapeText(named)}: ${why}`,
      kind === 'paper' ? 'name another file, in a folder that is there' : 'mount the medium, or name another folder',
    );
  };
  try {
    const path = resolve(named);
    const real = context.fs.realPath(kind === 'paper' ? parentPath(path) : path);
    if (context.fs.kind(real) !== 'directory') refuse('it is no folder');
    const vault = context.fs.realPath(home);
    if (real === vault || real.startsWith(`${vault}/`)) refuse('it is inside the vault that it is a backup of');
    if (kind === 'folder') return { kind, path: real };
    const file = joinPath(real, basename(path));
    if (context.fs.kind(file) !== 'absent') refuse('something is there already, and nothing is ever written over it');
    return { kind, path: file };
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return refuse('there is no such folder');
  }
}

/** Chosen for this backup alone. What plain age is to open has to be typed there letter by letter. */
async function backupPassphrase(session: Session, file: string | undefined): Promise<string> {
  const passphrase = await newPassphrase(session, '--backup-passphrase-file F', file, 'backup');
  if (isShortPassphrase(passphrase))
    throw new Problem('VAULT_PASSPHRASE', 'the passphrase of the backup is short', shortPassphrase);
  if (passphrase.normalize('NFKC') !== passphrase) {
    throw new Problem(
      'VAULT_PASSPHRASE',
      'the passphrase has a character that another keyboard may spell in another way',
      'choose one of plain letters, digits and signs',
    );
  }
  return passphrase;
}

/** What was read from the medium, not what is in memory; a backup that was not opened is none. */
async function openAgain(
  file: Uint8Array,
  share: readonly Uint8Array[],
  open: (sealed: Uint8Array) => Promise<Uint8Array | null>,
): Promise<void> {
  const backup = readBackup(file);
  const plain = await open(backup.ageFile);
  if (plain === null) throw new Problem('BACKUP_DAMAGED', 'it does not open again');
  const opened = readBackupShare(new TextDecoder().decode(plain), backup);
  plain.fill(0);
  if (opened.length !== share.length || opened.some((secret, at) => !equalBytes(secret, share[at] as Uint8Array)))
    throw new Problem('BACKUP_DAMAGED', 'it opens, and the share in it is another one');
  for (const secret of opened) secret.fill(0);
}

/** The backup is taken away again as far as the medium lets it; if not, it stays in the register as unfinished. */
function failed(
  { context, say }: Session,
  { vault }: Ceremonies,
  keyset: KeysetRecord,
  copy: CopyRecord,
  file: string,
  made: readonly Made[],
  error: unknown,
): unknown {
  if (!(error instanceof FileError) && !(error instanceof Problem)) return error;
  let gone = false;
  try {
    gone = removed(context.fs, file);
    if (gone) forgetUnfinished(vault, keyset, copy.id);
  } catch (next) {
    if (!(next instanceof FileError) && !(next instanceof Problem)) return next;
  }
  const why = error instanceof FileError ? `the medium does not take it (${error.errno})` : error.message;
  const left = gone
    ? 'nothing of it is left there'
    : `something of it may be left there: it stays in the register as copy ${copy.id}`;
  for (const { copy: done } of made) say.line(`backup ${done.id} is good, and stays`);
  return new Problem(
    error instanceof FileError ? 'OUTPUT_FAILED' : error.code,
    `no backup was made in ${escapeText(file)}: ${why}; ${left}`,
    'run it again, with another medium if this one is worn out',
    true,
  );
}

function removed(fs: FileSystem, file: string): boolean {
  for (const path of [file, file + suffix]) if (fs.kind(path) !== 'absent') removeDurably(fs, path, { tolerant: true });
  return [file, file + suffix].every((path) => fs.kind(path) === 'absent');
}

/** What a run that did not get to its end has left in these places: found by its number, and taken away. */
function clearUnfinished(
  fs: FileSystem,
  { vault }: Ceremonies,
  keyset: KeysetRecord,
  places: readonly BackupPlace[],
): void {
  const record = vault.state.keysets.find(({ name }) => name === keyset.name);
  for (const { id, epoch, unfinished } of record?.copies ?? []) {
    const to = places.map((place) => place.to).find(({ path }) => path === unfinished);
    if (to === undefined) continue;
    try {
      if (to.kind === 'paper') {
        // a page that got its name may have been printed and taken away: it stays in the register
        if (fs.kind(to.path + suffix) === 'absent') continue;
        removeDurably(fs, to.path + suffix, { tolerant: true });
      } else if (!removed(fs, joinPath(to.path, fileName(keyset, epoch, vault.state.name, id)))) continue;
    } catch (error) {
      if (error instanceof FileError) continue; // it stays in the register
      throw error;
    }
    forgetUnfinished(vault, keyset, id);
  }
}
