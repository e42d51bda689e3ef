import { equalBytes, toHex } from '../bytes/hex.ts';
import type { Random } from '../bytes/random.ts';
import { type Copy, type CopyPlace, nowhere } from '../ceremony/packets/closing.ts';
import { Problem } from '../problem.ts';
import { latestEpoch } from './standing.ts';
import type { CopyRecord, KeysetRecord, VaultState } from './state.ts';
import type { Vault } from './vault.ts';

/**
 * The register of copies: every place outside this vault where a share of it lies, as its member said or as this
 * program wrote it. Whoever closes a ceremony declares the copies of older epochs invalid, in a signed record.
 */

export interface NewCopy {
  readonly label: string;
  readonly kind: CopyRecord['kind'];
  readonly epoch: number;
  readonly at: number;
  readonly where?: CopyPlace;
  /** The file that is about to be written, for a backup: it counts once it was read back. */
  readonly unfinished?: string;
}

/** What a vault knows of the copies of a keyset that is new to it. */
export const emptyRegister: Pick<KeysetRecord, 'copies' | 'apart' | 'exposed'> = { copies: [], apart: [], exposed: [] };

/** As many as a state and a closing can list. */
const mostCopies = 1000;

/** In the register for good when this returns: a copy that exists and is not listed is the dangerous one. */
export function registerCopy(vault: Vault, record: KeysetRecord, copy: NewCopy): CopyRecord {
  if (record.copies.length >= mostCopies) {
    throw new Problem('USAGE', `the register of ${record.name} is full: it has ${mostCopies} copies`);
  }
  const { where = nowhere, unfinished = null, ...facts } = copy;
  const id = freshId(vault.state, vault.host.random);
  const entry: CopyRecord = { ...facts, id, where, unfinished, destroyed: null, invalid: false, attested: false };
  changeCopies(vault, record, (copies) => [...copies, entry]);
  return entry;
}

/** One step over the register of one keyset. */
export function changeCopies(
  vault: Vault,
  { id, keys }: Pick<KeysetRecord, 'id' | 'keys'>,
  change: (copies: readonly CopyRecord[]) => CopyRecord[],
): void {
  vault.commit((state) => ({
    ...state,
    keysets: state.keysets.map((keyset) =>
      equalBytes(keyset.id, id) && equalBytes(keyset.keys, keys)
        ? { ...keyset, copies: change(keyset.copies) }
        : keyset,
    ),
  }));
}

/** The backup that was begun is whole: read back and opened. */
export function finishCopy(vault: Vault, record: KeysetRecord, id: string): void {
  changeCopies(vault, record, (copies) =>
    copies.map((copy) => (copy.id === id ? { ...copy, unfinished: null } : copy)),
  );
}

/** The backup that was begun is certainly not there: nothing of it was written, or what was is removed. */
export function forgetUnfinished(vault: Vault, record: KeysetRecord, id: string): void {
  changeCopies(vault, record, (copies) => copies.filter((copy) => copy.id !== id || copy.unfinished === null));
}

/** What people say that they did with a copy. It is asked of them, since nobody can take it back. */
export function retireCopy(
  vault: Vault,
  record: KeysetRecord,
  id: string,
  destroyed: NonNullable<Copy['destroyed']>,
): void {
  changeCopies(vault, record, (copies) =>
    copies.map((copy) => (copy.id === id ? { ...copy, destroyed, attested: false } : copy)),
  );
}

/** Those that may stand in for the share of an epoch: made to be kept, whole, and not gone. */
export function backupsOf({ copies }: Pick<KeysetRecord, 'copies'>, epoch: number): CopyRecord[] {
  return copies.filter(
    (copy) =>
      copy.epoch === epoch &&
      copy.kind !== 'export' && // an export is a copy that other software uses
      !copy.invalid &&
      copy.destroyed === null &&
      copy.unfinished === null,
  );
}

/** A copy as the others learn of it. */
export function asCopy({ id, label, kind, epoch, where, destroyed }: CopyRecord): Copy {
  return { id, label, kind, epoch, where, destroyed };
}

/** Short enough to be written on a bag, and no other copy of this vault has it. */
function freshId(state: VaultState, random: Random): string {
  const taken = new Set(state.keysets.flatMap(({ copies }) => copies.map(({ id }) => id)));
  for (let i = 0; i < 100; i++) {
    const id = toHex(random(4));
    if (!taken.has(id)) return id;
  }
  throw new Problem('UNFORESEEN', 'the source of randomness gives the same bytes again and again');
}

/**
 * The epoch that a copy is of: that of the active share, or one that is over, for a copy that turned up late. Nobody
 * can have a copy of a share that is yet to come.
 */
export function copyEpoch(record: KeysetRecord, wanted: number | null): number {
  const active = record.slots.find(({ state }) => state === 'active');
  if (wanted === null) {
    if (active !== undefined) return active.epoch;
    throw new Problem(
      'SHARE_MISSING',
      `this vault has no active share of ${record.name}`,
      'say with --epoch N of which epoch the copy is',
    );
  }
  const newest = Math.max(active?.epoch ?? -1, latestEpoch(record));
  if (wanted <= newest) return wanted;
  throw new Problem(
    'USAGE',
    newest < 0
      ? `${record.name} has no epoch yet that a copy could be of`
      : `${record.name} is at epoch ${newest} here; there can be no copy of epoch ${wanted}`,
  );
}

export interface CopyStanding {
  readonly copy: CopyRecord;
  readonly state: 'current' | 'invalid' | 'destroyed' | 'unfinished';
  /** Worthless, and nobody has said that it is destroyed. */
  readonly outstanding: boolean;
}

/** Worthless is what was declared so, and what belongs to an epoch that is over: the declaration comes with closing. */
export function copiesOf(record: KeysetRecord): CopyStanding[] {
  const latest = latestEpoch(record);
  return record.copies.map((copy) => {
    const worthless = copy.invalid || copy.epoch < latest;
    const state =
      copy.destroyed !== null
        ? 'destroyed'
        : worthless
          ? 'invalid'
          : copy.unfinished !== null
            ? 'unfinished'
            : 'current';
    return { copy, state, outstanding: state === 'invalid' };
  });
}
