import { toHex } from '../bytes/hex.ts';
import type { View } from './evaluate.ts';
import type { Contradiction } from './faults.ts';
import { voteSlot } from './packets/endorsement.ts';

/** A contradiction that only shows when several ceremonies over one parent are seen together (row 29). */
export interface AcrossContradiction extends Contradiction {
  readonly parent: string;
  readonly ceremonies: readonly [string, string];
}

/**
 * Two votes of one member in one slot of one parent, or two proven successors of one parent. The first names a
 * liar. The second can only come from liars, and stops everything.
 */
export function contradictionsAcross(views: readonly View[]): AcrossContradiction[] {
  const found: AcrossContradiction[] = [];
  const votes = new Map<string, { ceremony: string; digest: string }>();
  const proven = new Map<string, { ceremony: string; digest: string; member: string }>();
  for (const { plan, packets, attempts } of views) {
    const parent = plan.parent === null ? null : toHex(plan.parent.proven.id);
    if (parent === null) continue;
    for (const packet of packets) {
      const vote = packet.kind === 'deal' || packet.kind === 'endorsement' ? packet.body.vote : null;
      if (vote === null) continue;
      const key = `${packet.identity} ${voteSlot(vote)}`;
      const before = votes.get(key);
      if (before === undefined) votes.set(key, { ceremony: plan.ceremony, digest: packet.digest });
      else if (before.ceremony !== plan.ceremony) {
        found.push({
          member: plan.byIdentity.get(packet.identity)?.name ?? '',
          identity: packet.identity,
          slot: voteSlot(vote),
          packets: [before.digest, packet.digest],
          grave: true,
          parent,
          ceremonies: [before.ceremony, plan.ceremony],
        });
      }
    }
    for (const { proof } of attempts) {
      if (proof === null) continue;
      const digest = toHex(proof.link.proven.id);
      const before = proven.get(parent);
      if (before === undefined) proven.set(parent, { ceremony: plan.ceremony, digest, member: '' });
      else if (before.digest !== digest) {
        found.push({
          member: 'somebody',
          identity: '',
          slot: `successor ${parent}`,
          packets: [before.digest, digest],
          grave: true,
          parent,
          ceremonies: [before.ceremony, plan.ceremony],
        });
      }
    }
  }
  return found;
}
