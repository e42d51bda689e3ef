import { toHex } from '../bytes/hex.ts';
import { isPart } from './death.ts';
import type { Contradiction } from './faults.ts';
import { type AnyPacket, slotOf } from './kinds.ts';
import { voteSlot } from './packets/endorsement.ts';
import { movesShares, type Plan } from './plan.ts';

/** Two packets of one author in one slot: both are kept, and the author is named (rows 2 and 14). */
export function contradictionsIn(plan: Plan, packets: readonly AnyPacket[]): Contradiction[] {
  const found: Contradiction[] = [];
  const taken = new Map<string, AnyPacket>();
  for (const packet of packets) {
    const slots = [slotOf(packet)];
    // a deal is a vote as well
    if (packet.kind === 'deal' && packet.body.vote !== null) slots.push(voteSlot(packet.body.vote));
    for (const slot of slots) {
      const key = `${packet.identity} ${slot}`;
      const before = taken.get(key);
      // rows 2 and 14: the second is kept beside the first, and both name their author
      if (before === undefined) taken.set(key, packet);
      else {
        found.push({
          member: plan.byIdentity.get(packet.identity)?.name ?? '',
          identity: packet.identity,
          slot,
          packets: [before.digest, packet.digest],
          // rule 8: in a note, a drill or a census it is only shown
          grave: packet.kind !== 'note' && slot !== 'dissent' && movesShares(plan),
        });
      }
    }
  }
  const parts = new Map<string, AnyPacket[]>();
  for (const packet of packets) {
    if (!isPart(packet)) continue;
    const key = `${packet.identity} ${toHex(packet.attempt)}`;
    const before = parts.get(key);
    if (before === undefined) parts.set(key, [packet]);
    else before.push(packet);
  }
  const told = new Set<string>();
  for (const release of packets) {
    if (release.kind !== 'release') continue;
    const listed = new Set(release.body.signed.map(({ packet }) => toHex(packet)));
    const key = `${release.identity} ${toHex(release.attempt)}`;
    const signed = parts.get(key) ?? [];
    // row 24: of a second release one part is enough, or a liar could have every pair of thousands written down
    const unlisted = told.has(key)
      ? [signed.find(({ digest }) => !listed.has(digest))].filter((packet) => packet !== undefined)
      : signed.filter(({ digest }) => !listed.has(digest));
    if (unlisted.length > 0) told.add(key);
    for (const packet of unlisted) {
      found.push({
        member: plan.byIdentity.get(packet.identity)?.name ?? '',
        identity: packet.identity,
        slot: `release ${toHex(release.attempt)}`,
        packets: [release.digest, packet.digest],
        grave: true,
      });
    }
  }
  return found;
}
