import { equalBytes, toHex } from '../bytes/hex.ts';
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
  for (const release of packets) {
    if (release.kind !== 'release') continue;
    const listed = new Set(release.body.signed.map(({ packet }) => toHex(packet)));
    for (const packet of packets) {
      const same = isPart(packet) && packet.identity === release.identity;
      if (!same || !equalBytes(packet.attempt, release.attempt) || listed.has(packet.digest)) continue;
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
