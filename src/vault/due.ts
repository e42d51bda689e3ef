import { equalBytes, toHex } from '../bytes/hex.ts';
import type { Descriptor } from '../ceremony/descriptor.ts';
import type { DueFacts } from '../ceremony/due.ts';
import { isOver } from '../ceremony/over.ts';
import { movesShares } from '../ceremony/plan.ts';
import { shareRestored } from './backups.ts';
import type { Ceremonies, Held } from './ceremonies.ts';
import { backupsOf, copiesOf } from './copies.ts';
import { holdingOf } from './holding.ts';
import { myIdentity, rosterOf } from './identity.ts';
import { livesOf } from './lives.ts';
import { lostShare } from './lost-share.ts';
import type { KeysetRecord } from './state.ts';

/** What this vault knows of a keyset, as far as something may be due of it. */
export function dueFacts(ceremonies: Ceremonies, record: KeysetRecord): DueFacts {
  const { state } = ceremonies.vault;
  const { head, active } = holdingOf(ceremonies, record);
  const me = myIdentity(state);
  const lives = livesOf(ceremonies, record);
  const member = head?.members.some(({ identity }) => toHex(identity) === me) === true;
  const lost = lostShare(ceremonies, record);
  // of what is lost there is nothing to back up or to try out
  const inCharge = lost === null && active !== null && head !== null && equalBytes(active.descriptor, head.encoded);
  const newest = record.slots.reduce((epoch, slot) => Math.max(epoch, slot.epoch), -1);
  const making = head === null ? undefined : ceremonyOf(ceremonies, head);
  const mine = copiesOf(record).filter(({ outstanding }) => outstanding);
  const copies = mine.length === 0 ? [] : [{ member: state.name, mine: true, copies: mine.map(({ copy }) => copy.id) }];
  const cards = new Set([me, ...rosterOf(state).map(({ identity }) => identity)]);
  return {
    keyset: record.name,
    id: toHex(record.id),
    epoch: head?.epoch ?? null,
    // who is no member any more has nothing to renew
    policy: member ? (head?.policy ?? null) : null,
    renewed: making === undefined ? null : renewedIn(making),
    underWay: head === null ? null : wayFrom(ceremonies, head),
    lives: member ? lives : [],
    lost,
    unproven: {
      committee: newest > (head?.epoch ?? -1) ? newest : null,
      restored: head === null || !inCharge ? null : restoredAt(ceremonies, record, head, me),
    },
    backups:
      head !== null && inCharge ? { made: backupsOf(record, head.epoch).length, wanted: wantedOf(head, making) } : null,
    outstanding: [...copies, ...outstandingOf(lives, me, head)],
    withoutCard: member
      ? (head?.members ?? []).filter(({ identity }) => !cards.has(toHex(identity))).map(({ name }) => name)
      : [],
  };
}

function ceremonyOf(ceremonies: Ceremonies, { ceremony }: Descriptor): Held | undefined {
  const number = toHex(ceremony);
  return ceremonies.record(number) === undefined ? undefined : ceremonies.get(number);
}

/**
 * When the shares were made: when the first of the signers signed, as it claims, but not before the plan. A clock that is
 * wrong, or a lie, makes a keyset due too early, never too late.
 */
function renewedIn({ plan, view }: Held): number | null {
  const { proof } = view.current;
  return proof === null ? null : Math.max(plan.at, Math.min(...proof.signed.map(({ at }) => at)));
}

/** As many as the policy wants, or the plan that made the shares. */
function wantedOf({ policy }: Descriptor, making: Held | undefined): number {
  const asked = making?.plan.backup === 'required' ? Math.max(1, making.plan.copies) : 0;
  return Math.max(policy.backups ?? 0, asked);
}

/** The ceremony that goes on from this committee, if one is alive. */
function wayFrom(ceremonies: Ceremonies, head: Descriptor): string | null {
  const all = ceremonies.all().map(({ view }) => view);
  const found = all.find(
    (view) =>
      movesShares(view.plan) &&
      view.plan.parent !== null &&
      equalBytes(view.plan.parent.proven.id, head.id) &&
      view.current.death === null &&
      isOver(view, all) === null,
  );
  return found?.plan.ceremony ?? null;
}

/** When the share came out of a backup, unless it has shown itself since, in a drill or a census. */
function restoredAt(ceremonies: Ceremonies, record: KeysetRecord, head: Descriptor, me: string): number | null {
  const restored = ceremonies.vault.state.log.findLast(
    ({ keyset, epoch, event }) => equalBytes(keyset, record.id) && epoch === head.epoch && event === shareRestored,
  );
  if (restored === undefined) return null;
  const shown = ceremonies
    .all()
    .filter(({ plan }) => !movesShares(plan) && equalBytes(plan.parent?.proven.id ?? new Uint8Array(), head.id))
    .some(({ view }) =>
      view.packets.some(
        ({ kind, identity, at }) => (kind === 'signature' || kind === 'census') && identity === me && at >= restored.at,
      ),
    );
  return shown ? null : restored.at;
}

/** What the other members said of copies of epochs that are over; one's own register knows better of one's own. */
function outstandingOf(
  lives: ReturnType<typeof livesOf>,
  me: string,
  head: Descriptor | null,
): DueFacts['outstanding'][number][] {
  const found = new Map<string, string[]>();
  for (const { epoch, members } of lives) {
    if (head === null || epoch >= head.epoch) continue;
    for (const { name, identity, copies } of members) {
      if (identity === me || copies.length === 0) continue;
      found.set(name, [...(found.get(name) ?? []), ...copies]);
    }
  }
  return [...found].map(([member, copies]) => ({ member, mine: false, copies }));
}
