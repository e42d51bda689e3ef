import { toHex } from '../bytes/hex.ts';
import type { Plan } from '../ceremony/plan.ts';
import { type Policy, samePolicy } from '../ceremony/policy.ts';

const hour = 3600;
const day = 24 * hour;

/** How often, as people say it: "every 90 days". */
export function periodText({ refreshEvery }: Pick<Policy, 'refreshEvery'>): string {
  if (refreshEvery === undefined) return 'on demand';
  if (refreshEvery === 'quarterly') return 'every quarter';
  const [number, unit] =
    refreshEvery % day === 0 ? [refreshEvery / day, 'day'] : [Math.round((refreshEvery / hour) * 100) / 100, 'hour'];
  return number === 1 ? `every ${unit}` : `every ${number} ${unit}s`;
}

/** A policy, line by line; `nameOf` knows what an identity is called. */
export function policyLines(policy: Policy, nameOf: (identity: string) => string): string[] {
  const { approvers, approvals, backups, minimumThreshold, shapes } = policy;
  const names = approvers.map((identity) => nameOf(toHex(identity))).join(', ');
  return [
    approvals === 0 ? 'nobody has to approve' : `${approvals} of ${names} approve every ceremony`,
    `shares are renewed ${periodText(policy)}`,
    backups === undefined
      ? 'backups as each plan says'
      : `${backups} ${backups === 1 ? 'backup' : 'backups'} of every new share, by each member`,
    minimumThreshold === undefined ? 'any threshold from 2' : `at least ${minimumThreshold} sign`,
    shapes === undefined
      ? 'any weak shape that a plan names'
      : shapes.length === 0
        ? 'no weak shape'
        : `no weak shape but ${shapes.join(', ')}`,
  ];
}

/** What a plan says of the policy: nothing where there is none, what changes where it changes. */
export function policyRows({ policy, parent, participants }: Plan): [label: string, value: string][] {
  const called = new Map(participants.map(({ identity, name }) => [identity, name]));
  const nameOf = (identity: string): string => called.get(identity) ?? identity.slice(0, 16);
  const now = policyLines(policy, nameOf);
  const before = parent === null ? null : policyLines(parent.proven.policy, nameOf);
  const bare = { approvers: policy.approvers, approvals: policy.approvals };
  if (parent === null || samePolicy(parent.proven.policy, policy))
    return samePolicy(bare, policy) ? [] : [['policy', now.slice(1).join('; ')]];
  return now.flatMap((line, at): [string, string][] =>
    line === before?.[at] ? [] : [['NEW POLICY', `${line} (so far: ${before?.[at]})`]],
  );
}
