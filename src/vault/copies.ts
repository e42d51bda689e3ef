import { equalBytes, toHex } from '../bytes/hex.ts';
import type { Random } from '../bytes/random.ts';
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
}

/** As many as a state and a closing can list. */
const mostCopies = 1000;

/** In the register for good when this returns: a copy that exists and is not listed is the dangerous one. */
export function registerCopy(vault: Vault, record: KeysetRecord, copy: NewCopy): CopyRecord {
  if (record.copies.length >= mostCopies) {
    throw new Problem('USAGE', `the register of ${record.name} is full: it has ${mostCopies} copies`);
  }
  const entry: CopyRecord = { id: freshId(vault.state, vault.host.random), ...copy, invalid: false };
  vault.commit((state) => ({
    ...state,
    keysets: state.keysets.map((keyset) =>
      equalBytes(keyset.id, record.id) ? { ...keyset, copies: [...keyset.copies, entry] } : keyset,
    ),
  }));
  return entry;
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
  readonly state: 'current' | 'invalid';
}

/** Worthless is what was declared so, and what belongs to an epoch that is over: the declaration comes with closing. */
export function copiesOf(record: KeysetRecord): CopyStanding[] {
  const latest = latestEpoch(record);
  return record.copies.map((copy) => ({ copy, state: copy.invalid || copy.epoch < latest ? 'invalid' : 'current' }));
}
