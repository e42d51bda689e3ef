import { equalBytes, toHex } from '../bytes/hex.ts';
import { type Backup, type BackupHeader, encodeLink } from '../ceremony/backup.ts';
import { type BackupStanding, judgeBackup, type KnownCommittees, shareOf } from '../ceremony/backup-standing.ts';
import { type Descriptor, readDescriptor } from '../ceremony/descriptor.ts';
import type { LinkFacts } from '../ceremony/succession.ts';
import { keyFits } from '../crypto/known-key.ts';
import { Problem } from '../problem.ts';
import { freeName, linkOf } from './acts.ts';
import type { Ceremonies } from './ceremonies.ts';
import { emptyRegister } from './copies.ts';
import { holdingOf } from './holding.ts';
import { myIdentity } from './identity.ts';
import { hasShare, isReadable } from './lost-share.ts';
import { isOldCopyOf, isRecordOf } from './standing.ts';
import type { ApartShare, CopyRecord, KeysetRecord, Slot, VaultState } from './state.ts';

/* What a vault makes of a backup: what it knows to judge it by, and what may become of the share in it. */

/** In the log of shares: from then on, a share that has yet to show that it signs. */
export const shareRestored = 'share put back from a backup';

/** The link that proves a committee, kept or still among the packets of its ceremony. */
export function linkFor(ceremonies: Ceremonies, record: KeysetRecord, { encoded }: Descriptor): LinkFacts {
  const kept = record.links.find(({ descriptor }) => equalBytes(descriptor, encoded));
  if (kept !== undefined) return kept;
  for (const { view } of ceremonies.all()) {
    for (const { proof } of view.attempts)
      if (proof !== null && equalBytes(proof.link.descriptor, encoded)) return proof.link;
  }
  throw new Problem('KEYSET_UNPROVEN', `the committee of ${record.name} is not proven here`, 'run conclave next');
}

/** The proof of the committee that a header names, encoded, if this vault has it: a page need not be typed to its end. */
export function knownLink(ceremonies: Ceremonies, header: BackupHeader): Uint8Array | null {
  const record = ceremonies.vault.state.keysets.find(
    ({ id, keys }) => equalBytes(id, header.keyset) && equalBytes(keys, header.keys),
  );
  if (record === undefined) return null;
  const committee = committeesOf(ceremonies, record).committees.find(({ id }) => equalBytes(id, header.descriptor));
  return committee === undefined ? null : encodeLink(linkFor(ceremonies, record, committee));
}

/** The keyset that a backup belongs to, if this vault knows it. */
export function recordOfBackup({ keysets }: VaultState, { link }: Backup): KeysetRecord | undefined {
  return keysets.find((record) => isRecordOf(record, link.proven));
}

/** Every committee of a keyset that is proven to this vault, by epoch. */
export function committeesOf(ceremonies: Ceremonies, record: KeysetRecord): KnownCommittees {
  const { head } = holdingOf(ceremonies, record);
  const kept = [...record.links].sort((a, b) => a.epoch - b.epoch).map(({ descriptor }) => readDescriptor(descriptor));
  const committees = head === null ? kept : [...kept.filter(({ epoch }) => epoch < head.epoch), head];
  return { keyset: record.id, keys: record.keys, committees };
}

/** What became of the share of a backup. */
export type Restored =
  | { readonly did: 'put-back' | 'nothing'; readonly record: KeysetRecord; readonly index: number }
  | { readonly did: 'quarantined' | 'kept-apart'; readonly record: KeysetRecord; readonly index: number };

/**
 * Puts the share of a backup where it may go. Into its own place in the committee only where this vault remembers being
 * there and cannot read its share any more; a share of anything else signs nothing here (docs/decisions/0013).
 */
export function restore(
  ceremonies: Ceremonies,
  backup: Backup,
  share: readonly Uint8Array[] | null,
  { quarantine, at }: { readonly quarantine: boolean; readonly at: number },
): Restored | null {
  const { vault } = ceremonies;
  const { header, link } = backup;
  if (header.rehearsal !== vault.state.rehearsal)
    throw new Problem('BACKUP_FOREIGN', 'a backup of a rehearsal and a real vault cannot meet');
  const record = recordOfBackup(vault.state, backup);
  const standing = judgeBackup(backup, share, record === undefined ? null : committeesOf(ceremonies, record));
  switch (standing.state) {
    case 'damaged':
      throw new Problem('BACKUP_DAMAGED', `the backup is damaged: ${standing.reason}`, otherBackup(header.name));
    case 'stale':
      if (!quarantine) throw staleProblem(backup, standing, hasShare(ceremonies, record));
      break;
    case 'newer':
      throw new Problem(
        'BACKUP_NEWER',
        `the backup is of epoch ${standing.epoch}, and this vault has seen nothing after epoch ${standing.currentEpoch}: it is older than the backup`,
        'bring the packets of that ceremony with conclave next --stick DIR; if this vault is an old copy of itself, put it away and ask for conclave propose recover',
      );
    case 'foreign':
      if (record !== undefined)
        throw new Problem(
          'BACKUP_FOREIGN',
          `${standing.reason}; nothing was restored`,
          'do not go on: show both to the other members',
        );
      checkPins(vault.state, link.proven);
      if (quarantine)
        throw new Problem(
          'USAGE',
          `this vault knows nothing of ${header.name}, so it cannot say that the backup is stale`,
          'leave --quarantine away: in a vault that is not its own the share signs nothing either',
        );
      break;
    case 'current':
      if (quarantine)
        throw new Problem(
          'USAGE',
          'this backup is not stale: it is of the committee that holds the key now',
          'leave --quarantine away',
        );
  }
  if (share === null) return null; // judged as far as that goes without opening it
  const place = record === undefined ? null : ownPlace(ceremonies, record, backup, standing.state === 'stale');
  if (place !== null) {
    if (isReadable(vault, place)) return { did: 'nothing', record: record as KeysetRecord, index: place.index };
    const stored = store(ceremonies, backup, share);
    const put = changed(ceremonies, backup, at, shareRestored, (before) => ({
      ...before,
      slots: before.slots.map((slot) => (equalBytes(slot.file, place.file) ? { ...slot, ...stored } : slot)),
    }));
    return { did: 'put-back', record: put, index: place.index };
  }
  return setApart(ceremonies, backup, share, standing.state === 'stale' ? 'stale' : 'other-machine', at);
}

/** Where this share belongs in this vault: its own place. Null: nowhere, and it may be kept apart. */
function ownPlace(
  { vault: { state } }: Ceremonies,
  record: KeysetRecord,
  { header, link }: Backup,
  stale: boolean,
): Slot | null {
  if (stale) return null;
  const me = myIdentity(state);
  if (toHex(header.identity) === me) {
    if (isOldCopyOf(state, record))
      throw new Problem(
        'VAULT_ROLLED_BACK',
        `this vault is an old copy: ${record.name} may have gone on without this share, and nothing is put back here`,
        'put this copy away and use the newest one',
      );
    // retired while its successors have not proven themselves: then it may be the one that is needed again
    const slot = record.slots.find(
      ({ descriptor, index, state }) =>
        state !== 'pending' && index === header.index && equalBytes(descriptor, link.descriptor),
    );
    if (slot !== undefined) return slot;
    throw new Problem(
      'VAULT_ROLLED_BACK',
      `this vault does not remember that it holds a share of ${record.name} at epoch ${header.epoch}: it is an old copy, or it gave that share up`,
      `what it forgot, it may have said already; put this copy away, and ask for conclave propose recover --lost ${header.member}`,
    );
  }
  if (link.proven.members.some(({ identity }) => toHex(identity) === me)) {
    throw new Problem(
      'BACKUP_FOREIGN',
      `this is the share of ${header.member}, and this vault has a share of ${record.name} of its own: two shares in one place make the committee smaller than it says`,
      'restore it into a vault of its own: conclave --home DIR init',
    );
  }
  return null;
}

function setApart(
  ceremonies: Ceremonies,
  backup: Backup,
  share: readonly Uint8Array[],
  why: ApartShare['why'],
  at: number,
): Restored {
  const { vault } = ceremonies;
  const { header, link } = backup;
  const known = recordOfBackup(vault.state, backup);
  const same = (one: ApartShare): boolean => one.index === header.index && equalBytes(one.descriptor, link.descriptor);
  // beside another one of its committee, be it an old one of this member that a closing kept
  const another = (slot: Slot): boolean => slot.index !== header.index && equalBytes(slot.descriptor, link.descriptor);
  const other =
    known?.apart.find((one) => one.epoch === header.epoch && !same(one)) ?? known?.slots.find((one) => another(one));
  if (known !== undefined && other !== undefined) {
    throw new Problem(
      'BACKUP_FOREIGN',
      `this vault keeps the share of member ${other.index} of ${known.name} at epoch ${other.epoch} already: two shares in one place make the committee smaller than it says`,
      'restore each into a vault of its own: conclave --home DIR init',
    );
  }
  const before = known?.apart.find(same);
  const did = why === 'stale' ? 'quarantined' : 'kept-apart';
  if (before !== undefined && isReadable(vault, before))
    return { did: 'nothing', record: known as KeysetRecord, index: header.index };
  const kept: ApartShare = {
    epoch: header.epoch,
    descriptor: link.descriptor,
    index: header.index,
    why,
    ...store(ceremonies, backup, share),
  };
  const event = why === 'stale' ? 'share out of a stale backup, in quarantine' : 'share of another machine, kept apart';
  const record = changed(ceremonies, backup, at, event, (one) => ({
    ...one,
    apart: [...one.apart.filter((entry) => !same(entry)), kept],
  }));
  return { did, record, index: header.index };
}

/** Written, read back and checked against its committee, before anything points to it. */
function store({ vault }: Ceremonies, { header, link }: Backup, share: readonly Uint8Array[]) {
  const { readBack, ...stored } = vault.storeShare([...share]);
  if (!shareOf(link.proven, header.index, readBack))
    throw new Problem('VAULT_DAMAGED', 'the share that was stored does not read back as it was', 'check the disk');
  for (const secret of readBack) secret.fill(0);
  return stored;
}

/** One step over the record of the keyset, which is made where there is none; the backup is in its register after it. */
function changed(
  { vault }: Ceremonies,
  backup: Backup,
  at: number,
  event: string,
  change: (record: KeysetRecord) => KeysetRecord,
): KeysetRecord {
  const { header, link } = backup;
  const { keyset: id, keys, epoch } = header;
  vault.commit((state) => {
    const known = recordOfBackup(state, backup);
    const before: KeysetRecord = known ?? {
      id,
      keys,
      name: freeName(state, header.name),
      links: [linkOf(link)],
      slots: [],
      ...emptyRegister,
    };
    const after = change({ ...before, copies: withThisOne(before, backup) });
    const keysets =
      known === undefined ? [...state.keysets, after] : state.keysets.map((one) => (one === known ? after : one));
    return { ...state, keysets, log: [...state.log, { at, keyset: id, epoch, event }] };
  });
  return recordOfBackup(vault.state, backup) as KeysetRecord;
}

/** Whoever restores from a backup knows that it is there: the next closing declares it worthless with the others. */
function withThisOne({ copies }: KeysetRecord, { header }: Backup): CopyRecord[] {
  if (copies.some(({ id }) => id === header.id)) return copies;
  const { id, label, epoch, at } = header;
  const where = { custodian: '', place: '', medium: '', bag: '' };
  const rest = { where, destroyed: null, invalid: false, attested: false, unfinished: null };
  return [...copies, { id, label, kind: 'backup', epoch, at, ...rest }];
}

function checkPins({ pins }: VaultState, { keys }: Descriptor): void {
  if (pins.length === 0 || keys.some((key) => pins.some((pin) => keyFits(pin, key)))) return;
  throw new Problem(
    'PIN_MISMATCH',
    'none of the keys of this backup is one that was pinned on this machine',
    'conclave keyset list shows the pins; do not go on before the backup is the one that you mean',
  );
}

/** For somebody who is tired and wants it to work. No flag makes a stale share sign. */
function staleProblem({ header }: Backup, { epoch, currentEpoch: current }: BackupStanding, here: boolean): Problem {
  const instead = here
    ? `nothing is missing here: this vault has a share of ${header.name} that can be read (conclave keyset show ${header.name})`
    : `look for a backup of epoch ${current} (conclave backup list). if there is none, the others make you a new share: conclave propose recover --keyset ${header.name} --lost ${header.member}`;
  return new Problem(
    'BACKUP_STALE',
    `this backup is too old: it has the share of ${header.member} at epoch ${epoch}, and ${header.name} is at epoch ${current} now. the address is the same, but every share was replaced since. the old one signs nothing together with the new ones, and no flag changes that: putting it back would repair nothing`,
    `${instead}. this one is to be destroyed (conclave backup retire ${header.id}); to keep it out of reach until the next closing does that: --quarantine`,
  );
}

const otherBackup = (name: string): string => `take another backup of ${name} (conclave backup list)`;
