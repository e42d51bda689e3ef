import { equalBytes, toHex } from '../bytes/hex.ts';
import type { Descriptor } from '../ceremony/descriptor.ts';
import { Problem } from '../problem.ts';
import type { Ceremonies } from './ceremonies.ts';
import { head } from './propose.ts';
import { isRecordOf, latestEpoch } from './standing.ts';
import type { ApartShare, KeysetRecord, Slot } from './state.ts';

/** What this vault holds of a keyset, and what it has seen the key itself vouch for. */
export interface Holding {
  readonly record: KeysetRecord;
  /** The newest descriptor that is proven here: by a link that was kept, or by packets that are in. */
  readonly head: Descriptor | null;
  /** The share that signs now, whether or not its committee is proven yet. */
  readonly active: Slot | null;
}

export function holdingOf(ceremonies: Ceremonies, record: KeysetRecord): Holding {
  const latest = latestEpoch(record);
  let newest = latest < 0 ? null : head(record).proven;
  // a link is kept with the closing; the proof may be in before that
  for (const slot of record.slots) {
    if (slot.epoch <= latest || ceremonies.record(toHex(slot.ceremony)) === undefined) continue;
    for (const { proof } of ceremonies.get(toHex(slot.ceremony)).view.attempts) {
      const proven = proof?.link.proven;
      if (proven === undefined || !isRecordOf(record, proven)) continue;
      if (newest === null || proven.epoch > newest.epoch) newest = proven;
    }
  }
  return { record, head: newest, active: record.slots.find(({ state }) => state === 'active') ?? null };
}

/**
 * The same for what is handed to another system, where a share that is kept apart will do: it was put here to be used
 * when its own machine is gone, and it signs in no ceremony.
 */
export function shareToExport(
  ceremonies: Ceremonies,
  holding: Holding,
): { slot: Slot | ApartShare; descriptor: Descriptor } {
  const { record, head: proven, active } = holding;
  const apart = record.apart.find(({ why, epoch }) => why === 'other-machine' && epoch === proven?.epoch);
  if (active !== null || apart === undefined || proven === null) return shareInCharge(ceremonies, holding);
  if (!equalBytes(proven.encoded, apart.descriptor)) return shareInCharge(ceremonies, holding);
  return { slot: apart, descriptor: proven };
}

/** The share of the committee that is in charge: active, proven, and of a vault that is no old copy of itself. */
export function shareInCharge(ceremonies: Ceremonies, holding: Holding): { slot: Slot; descriptor: Descriptor } {
  const { record, head: proven, active } = holding;
  if (active === null) {
    throw new Problem(
      'SHARE_MISSING',
      `this vault has no active share of ${record.name}`,
      `conclave keyset show ${record.name} says what it has`,
    );
  }
  if (proven === null || proven.epoch < active.epoch) {
    throw new Problem(
      'KEYSET_UNPROVEN',
      `the share of ${record.name} at epoch ${active.epoch} is active, but its committee has not proven itself here yet`,
      'run conclave next until the ceremony is complete',
    );
  }
  if (!equalBytes(proven.encoded, active.descriptor)) {
    throw new Problem(
      'SHARE_MISSING',
      `${record.name} is at epoch ${proven.epoch}, and the active share of this vault is not of that committee`,
      'run conclave next; a share of an older epoch signs nothing any more, and is to be guarded until it is gone',
    );
  }
  if (ceremonies.vault.state.rollbacks.some(({ scope }) => equalBytes(scope, proven.id))) {
    throw new Problem(
      'VAULT_ROLLED_BACK',
      `this vault is an old copy: ${record.name} may have gone on without this share`,
      'put this copy away and use the newest one',
    );
  }
  return { slot: active, descriptor: proven };
}
