import { toHex } from '../bytes/hex.ts';
import { readDescriptor } from '../ceremony/descriptor.ts';
import type { LostHere } from '../ceremony/due.ts';
import { isOver } from '../ceremony/over.ts';
import { Problem } from '../problem.ts';
import type { Ceremonies } from './ceremonies.ts';
import { backupsOf } from './copies.ts';
import { myIdentity } from './identity.ts';
import type { KeysetRecord, Slot } from './state.ts';
import type { Vault } from './vault.ts';

type StoredShare = Pick<Slot, 'file' | 'wrappingKey'>;

/** Whether a share can be read here, now: its file is there, and opens. */
export function isReadable(vault: Pick<Vault, 'readShare'>, slot: StoredShare): boolean {
  try {
    for (const secret of vault.readShare(slot)) secret.fill(0);
    return true;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}

/** Whether the share that signs now can be read here: then there is nothing to look for. */
export function hasShare({ vault }: Ceremonies, record: KeysetRecord | undefined): boolean {
  const active = record?.slots.find(({ state }) => state === 'active');
  return active !== undefined && isReadable(vault, active);
}

/**
 * The share that signs now, where its file is missing or damaged: the vault remembers having it, and that is all. Null
 * where it can be read, and where there is none.
 */
export function lostShare(ceremonies: Ceremonies, record: KeysetRecord): LostHere | null {
  const { vault } = ceremonies;
  const active = record.slots.find(({ state }) => state === 'active');
  if (active === undefined || isReadable(vault, active)) return null;
  const me = myIdentity(vault.state);
  const committee = readDescriptor(active.descriptor);
  return {
    epoch: active.epoch,
    member: committee.members[active.index - 1]?.name ?? vault.state.name,
    backups: backupsOf(record, active.epoch).map(({ id }) => id),
    replacedIn: replacedIn(ceremonies, toHex(committee.id), me),
  };
}

/** The ceremony under way that counts this share as lost already: it makes another one. */
function replacedIn(ceremonies: Ceremonies, committee: string, me: string): string | null {
  const all = ceremonies.all().map(({ view }) => view);
  const found = all.find(({ plan, current }) => {
    const parent = plan.parent?.proven;
    if (parent === undefined || toHex(parent.id) !== committee || current.death !== null) return false;
    const place = parent.members.findIndex(({ identity }) => toHex(identity) === me);
    return place >= 0 && plan.holders[place] === null;
  });
  return found === undefined || isOver(found, all) !== null ? null : found.plan.ceremony;
}
