import { equalBytes, toHex } from '../bytes/hex.ts';
import { Problem } from '../problem.ts';
import type { Ceremonies } from './ceremonies.ts';
import { alarmsFor, isRecordOf, latestEpoch } from './standing.ts';
import type { ApartShare, KeysetRecord, Slot } from './state.ts';

/** What the program says of a destroyed share, everywhere: it deletes a key, and claims nothing about the medium. */
export const deletedWords = 'wrapping key deleted from this medium';

/** What an operator types to have a share destroyed that the program would keep. */
export function purgeSentence(record: KeysetRecord, epoch: number): string {
  return `destroy the share of ${record.name} at epoch ${epoch}`;
}

/** What goes: shares that were of use in ceremonies, and those that never are. */
export interface Purgeable {
  readonly slots: Slot[];
  readonly apart: ApartShare[];
}

/**
 * The shares of an epoch that may go when the operator says so: retired ones, once this machine has closed on a newer
 * committee, and leftovers of attempts that came to nothing. Never an active one (rule 7).
 */
export function purgeable(ceremonies: Ceremonies, record: KeysetRecord, epoch: number): Purgeable {
  const apart = record.apart.filter((share) => share.epoch === epoch);
  const slots = record.slots.filter((slot) => slot.epoch === epoch);
  const idle = slots.filter(({ state }) => state !== 'active');
  if (slots.length === 0 && apart.length === 0) {
    throw new Problem(
      'SHARE_MISSING',
      `this vault has no share of ${record.name} at epoch ${epoch}`,
      `conclave keyset show ${record.name} says what it has`,
    );
  }
  if (idle.length === 0 && apart.length === 0) {
    throw new Problem(
      'PURGE_REFUSED',
      `the share of ${record.name} at epoch ${epoch} is the active one, and an active share is never destroyed`,
      'a ceremony that hands the key on comes first: conclave propose reshare',
    );
  }
  const refused = idle.map((slot) => whyNot(ceremonies, record, slot)).find((why) => why !== null);
  if (refused !== undefined) throw new Problem('PURGE_REFUSED', ...refused);
  contradictions(ceremonies, record, epoch);
  return { slots: idle, apart };
}

function whyNot(ceremonies: Ceremonies, record: KeysetRecord, slot: Slot): [string, string] | null {
  const closed = latestEpoch(record); // a link is kept with the closing
  if (closed > slot.epoch) return null;
  if (slot.state === 'retired') {
    return [
      `no committee after epoch ${slot.epoch} has proven itself to this machine: this may be the last share that is of use`,
      'run conclave next until the ceremony is complete here',
    ];
  }
  // another attempt over the same parent has won, or this one is dead
  const proven = record.links.find(({ epoch }) => epoch === slot.epoch);
  if (proven !== undefined && !equalBytes(proven.descriptor, slot.descriptor)) return null;
  const known =
    ceremonies.record(toHex(slot.ceremony)) === undefined ? null : ceremonies.get(toHex(slot.ceremony)).view;
  const attempt = known?.attempts.find(({ attempt }) => equalBytes(attempt.id, slot.attempt));
  if (attempt !== undefined && attempt.death !== null && attempt.proof === null) return null;
  return [
    `the share of epoch ${slot.epoch} was accepted in a ceremony that is not over: the others count on it`,
    'run conclave next until the ceremony is complete, or proven dead',
  ];
}

/** Rule 8: nothing is destroyed over a parent about which somebody contradicted themselves. */
function contradictions(ceremonies: Ceremonies, record: KeysetRecord, epoch: number): void {
  for (const held of ceremonies.all()) {
    const { parent } = held.plan;
    const about = parent !== null && isRecordOf(record, parent.proven) && parent.proven.epoch === epoch;
    const made = record.slots.some((slot) => slot.epoch === epoch && equalBytes(slot.ceremony, held.plan.id));
    if (!about && !made) continue;
    const open = alarmsFor(ceremonies, held).find(({ overridden }) => !overridden);
    if (open === undefined) continue;
    throw new Problem(
      'CONTRADICTION',
      `${open.contradiction.member} signed two statements of which only one can be honest; nothing is destroyed here until that is decided`,
      'conclave next shows both and how to go on',
    );
  }
}

/** One step: the keys of these shares are gone, with whatever nonces served them; then their files go. */
export function purge(ceremonies: Ceremonies, record: KeysetRecord, { slots, apart }: Purgeable, at: number): void {
  const goes = (share: Pick<Slot, 'file'>): boolean =>
    [...slots, ...apart].some(({ file }) => equalBytes(file, share.file));
  ceremonies.vault.commit((state) => ({
    ...state,
    keysets: state.keysets.map((keyset) =>
      equalBytes(keyset.id, record.id)
        ? {
            ...keyset,
            slots: keyset.slots.filter((slot) => !goes(slot)),
            apart: keyset.apart.filter((share) => !goes(share)),
          }
        : keyset,
    ),
    nonces: state.nonces.filter(({ attempt }) => !slots.some((slot) => equalBytes(slot.attempt, attempt))),
    log: [
      ...state.log,
      ...[...slots, ...apart].map(({ epoch }) => ({ at, keyset: record.id, epoch, event: deletedWords })),
    ],
  }));
}
