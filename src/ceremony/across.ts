import { toHex } from '../bytes/hex.ts';
import type { View } from './evaluate.ts';
import type { Contradiction } from './faults.ts';
import type { Vote } from './packets/endorsement.ts';
import type { Plan } from './plan.ts';

/** A contradiction that only shows when several ceremonies over one parent are seen together (row 29). */
export interface AcrossContradiction extends Contradiction {
  readonly parent: string;
  readonly ceremonies: readonly [string, string];
}

/** What a member says that its vote in one slot was for. */
interface Claim {
  readonly slot: number;
  readonly subject: string;
}

/**
 * A vote says what it is for, and in its list of dead attempts what all votes before it were for. Without the second
 * half a liar could vote for two living attempts, in two slots, and prove some third one dead.
 */
function claimsOf(plan: Plan, attempt: Uint8Array, vote: Vote): Claim[] {
  const before = vote.prior.map((prior, slot) => ({
    slot,
    subject: `${toHex(prior.ceremony)} ${toHex(prior.attempt)}`,
  }));
  return [...before, { slot: vote.slot, subject: `${plan.ceremony} ${toHex(attempt)}` }];
}

/**
 * Two votes of one member in one slot of one parent, or two proven successors of one parent. The first names a
 * liar. The second can only come from liars, and stops everything.
 */
export function contradictionsAcross(views: readonly View[]): AcrossContradiction[] {
  const found: AcrossContradiction[] = [];
  const votes = new Map<string, { ceremony: string; digest: string; subject: string }>();
  const proven = new Map<string, { ceremony: string; digest: string; member: string }>();
  // in one order everywhere: what was seen first on this machine decides nothing
  const ordered = [...views].sort((a, b) => (a.plan.ceremony < b.plan.ceremony ? -1 : 1));
  for (const { plan, packets, attempts } of ordered) {
    const parent = plan.parent === null ? null : toHex(plan.parent.proven.id);
    if (parent === null) continue;
    for (const packet of packets) {
      const vote = packet.kind === 'deal' || packet.kind === 'endorsement' ? packet.body.vote : null;
      if (vote === null) continue;
      for (const { slot, subject } of claimsOf(plan, packet.attempt, vote)) {
        const name = `vote ${toHex(vote.parent)} ${slot}`;
        const key = `${packet.identity} ${name}`;
        const before = votes.get(key);
        if (before === undefined) votes.set(key, { ceremony: plan.ceremony, digest: packet.digest, subject });
        // row 29: two votes in one slot
        else if (before.subject !== subject) {
          found.push({
            member: plan.byIdentity.get(packet.identity)?.name ?? '',
            identity: packet.identity,
            slot: name,
            packets: [before.digest, packet.digest],
            grave: true,
            parent,
            ceremonies: [before.ceremony, plan.ceremony],
          });
        }
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
