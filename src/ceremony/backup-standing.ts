import { equalBytes } from '../bytes/hex.ts';
import { taggedHash, text } from '../bytes/tagged-hash.ts';
import { checkShares } from '../crypto/commitments.ts';
import type { Point } from '../crypto/group.ts';
import { suite } from '../crypto/suites.ts';
import type { Backup } from './backup.ts';
import { type Descriptor, keysBySuite } from './descriptor.ts';

/**
 * What a backup is worth, by mathematics and not by a date: the share times the base point against the verification
 * share of the committee that holds the key now. Where the share cannot be looked at, its signed header says whose it is.
 */

export type BackupState = 'current' | 'stale' | 'newer' | 'foreign' | 'damaged';

/** The committees of one keyset that are proven to whoever asks, by epoch; at least one. */
export interface KnownCommittees {
  readonly keyset: Uint8Array;
  readonly keys: Uint8Array;
  readonly committees: readonly Descriptor[];
}

export interface BackupStanding {
  readonly state: BackupState;
  /** Whether the share itself was looked at. */
  readonly opened: boolean;
  /** Of the committee that the share belongs to, as far as that could be found out. */
  readonly epoch: number;
  readonly currentEpoch: number | null;
  readonly reason: string;
}

export function judgeBackup(
  { header, link }: Pick<Backup, 'header' | 'link'>,
  share: readonly Uint8Array[] | null,
  known: KnownCommittees | null,
): BackupStanding {
  const opened = share !== null;
  const head = known?.committees.at(-1) ?? null;
  const standing = (state: BackupState, reason: string, epoch: number = header.epoch): BackupStanding => {
    const how = opened ? '' : '; judged by its signed header alone, since it was not opened';
    return { state, opened, epoch, currentEpoch: head?.epoch ?? null, reason: `${reason}${how}` };
  };
  // a share that does not fit the committee that it came with is worth nothing anywhere
  const fits = (descriptor: Descriptor): boolean =>
    share === null ? equalBytes(descriptor.id, header.descriptor) : shareOf(descriptor, header.index, share);
  if (!fits(link.proven)) return standing('damaged', 'the share in it does not fit the committee that it names');
  if (known === null || head === null) return standing('foreign', 'nothing is known here of its keyset');
  if (!equalBytes(known.keyset, header.keyset) || !equalBytes(known.keys, header.keys))
    return standing('foreign', 'it belongs to another keyset');
  if (fits(head)) {
    return standing(
      'current',
      `it ${opened ? 'fits' : 'names'} member ${header.index} of the committee of epoch ${head.epoch}, the newest known here`,
    );
  }
  const before = known.committees.find((committee) => fits(committee));
  const epoch = before?.epoch ?? header.epoch;
  if (epoch < head.epoch) {
    return standing(
      'stale',
      `it is of epoch ${epoch}, and the key is at epoch ${head.epoch}: this share signs nothing any more`,
      epoch,
    );
  }
  if (epoch > head.epoch) {
    return standing('newer', `it is of epoch ${epoch}, and nothing after epoch ${head.epoch} is known here`, epoch);
  }
  return standing('foreign', `it is of another committee of epoch ${epoch} than the one that is known here`);
}

/** Whether this is the share of this member: every key of it, at once. */
export function shareOf(descriptor: Descriptor, index: number, share: readonly Uint8Array[]): boolean {
  if (share.length !== descriptor.keys.length || index > descriptor.members.length) return false;
  for (const [name, places] of keysBySuite(descriptor.keys)) {
    const { group } = suite(name);
    const own = places.map((place) => share[place] as Uint8Array);
    const points = places.map((place) => descriptor.points[place] as readonly Point[]);
    // over the shares as well: whoever wrote the file chose them
    const seed = taggedHash('backup-shares', descriptor.id, text(name), ...own);
    const scalars = own.map((scalar) => group.decodeScalar(scalar));
    if (!checkShares(group, points, scalars, index, seed)) return false;
  }
  return true;
}
