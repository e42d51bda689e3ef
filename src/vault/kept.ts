import type { ClosingBody } from '../ceremony/packets/closing.ts';
import type { Ceremonies, Held } from './ceremonies.ts';
import { precedes } from './close.ts';
import { myIdentity } from './identity.ts';
import { isRecordOf, latestEpoch, recordFor } from './standing.ts';
import type { KeysetRecord, Slot, VaultState } from './state.ts';

/** An old share that the closing on the newest committee left in this vault, and what the closing says of it. */
export interface Kept {
  readonly slot: Slot;
  readonly why: ClosingBody['oldShare']['why'];
  /** Whether this member left with that closing. */
  readonly left: boolean;
}

/** The shares that my closing of this ceremony kept, as long as they are here and no later closing has been made. */
export function keptBy(state: VaultState, { plan, view }: Held): Kept[] {
  const { proof, closings } = view.current;
  const me = myIdentity(state);
  const left = plan.byIdentity.get(me)?.newIndex == null;
  const old = closings.get(me)?.body.oldShare;
  if (proof === null || old?.state !== 'kept') return [];
  const record = recordFor(state, proof.link.proven);
  if (record === undefined || latestEpoch(record) !== plan.epoch.to) return [];
  return record.slots
    .filter((slot) => slot.epoch < plan.epoch.to && slot.state === 'retired' && precedes(slot, record.links, plan))
    .map((slot) => ({ slot, why: old.why, left }));
}

export function keptOf(ceremonies: Ceremonies, record: KeysetRecord): Kept[] {
  return ceremonies.all().flatMap((held) => {
    const { proof } = held.view.current;
    return proof !== null && isRecordOf(record, proof.link.proven) ? keptBy(ceremonies.vault.state, held) : [];
  });
}
