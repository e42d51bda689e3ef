import * as v from 'valibot';
import { encodeCbor } from '../bytes/cbor.ts';
import { equalBytes, toHex } from '../bytes/hex.ts';
import * as is from './schema.ts';
import { weakShapeWords } from './weak-shapes.ts';

const hour = 3600;
const day = 24 * hour;

/**
 * Weak shapes that a policy can forbid: those that somebody chooses. `few-spares` and `below-quorum` come of a loss, and a
 * policy that stood in the way out of a loss would turn it into the loss of the key.
 */
export const governedShapes = ['all-must-sign', 'minority-signs', 'lower-threshold'] as const;

/** What every ceremony of a keyset has to keep to. What is absent is left open, so there is one way to say nothing. */
export const policySchema = v.strictObject({
  /** Identities whose approval every ceremony of this keyset needs, and how many of them. */
  approvers: is.list(is.bytes(32), 16),
  approvals: is.count,
  /** When shares are to be renewed: after so many seconds, or after three months of the calendar. Absent: on demand. */
  refreshEvery: v.exactOptional(
    v.union([v.pipe(is.count, v.minValue(hour), v.maxValue(3660 * day)), v.literal('quarterly')]),
  ),
  /** How many backups each member makes of each new share before the old one goes. */
  backups: v.exactOptional(v.pipe(is.count, v.minValue(1), v.maxValue(16))),
  /** Below 3 there is nothing to say: a threshold is at least 2. */
  minimumThreshold: v.exactOptional(v.pipe(is.index, v.minValue(3))),
  /** The weak shapes that are allowed. Absent: any that the plan names. */
  shapes: v.exactOptional(is.list(v.picklist(governedShapes), governedShapes.length)),
});

export type Policy = v.InferOutput<typeof policySchema>;

/** Why this is no policy at all; null if it is one. */
export function policyFault({ approvers, approvals, shapes = [] }: Policy): string | null {
  if (approvals > approvers.length) return 'the policy asks for more approvals than approvers';
  // one person who stands twice on the list would be two approvals
  if (new Set(approvers.map(toHex)).size !== approvers.length) return 'the policy names an approver twice';
  const ordered = governedShapes.filter((shape) => shapes.includes(shape));
  if (shapes.some((shape, at) => shape !== ordered[at])) return 'the shapes of the policy are not in their order';
  return null;
}

export function samePolicy(one: Policy, other: Policy): boolean {
  return equalBytes(encodeCbor(one), encodeCbor(other));
}

interface Governed {
  readonly policy: Policy;
  readonly parent: { readonly proven: { readonly policy: Policy } } | null;
}

/**
 * What a ceremony has to keep to: the policy of the committee that hands over, and, where the plan changes it, the one that
 * comes. The old one holds until the new one is proven; and whom the new one names says so himself, so that nobody is
 * put in charge of a key who is not there.
 */
export function policiesOver({ policy, parent }: Governed): Policy[] {
  if (parent === null || samePolicy(parent.proven.policy, policy)) return [policy];
  return [parent.proven.policy, policy];
}

/** How many have to approve, as far as a number says it. */
export function approvalsNeeded(plan: Governed & { readonly approvals: number }): number {
  return Math.max(plan.approvals, ...policiesOver(plan).map(({ approvals }) => approvals));
}

interface Shaped {
  readonly threshold: number;
  readonly weak: readonly string[];
  readonly backup: 'none' | 'required';
  readonly copies: number;
}

/** How a plan that makes a committee breaks this policy; null if it keeps to it. */
export function breach(policy: Policy, { threshold, weak, backup, copies }: Shaped): string | null {
  const { minimumThreshold = 2, shapes, backups = 0 } = policy;
  if (threshold < minimumThreshold)
    return `${threshold} are to sign, and the policy of the keyset wants at least ${minimumThreshold}`;
  const shape = shapes && governedShapes.find((one) => weak.includes(one) && !shapes.includes(one));
  if (shape !== undefined)
    return `the policy of the keyset does not allow the shape ${shape} (${weakShapeWords[shape]})`;
  if (backups > 0 && (backup === 'none' || Math.max(1, copies) < backups))
    return `the policy of the keyset wants ${backups} ${backups === 1 ? 'backup' : 'backups'} of every new share`;
  return null;
}
