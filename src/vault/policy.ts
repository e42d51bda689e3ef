import { equalBytes } from '../bytes/hex.ts';
import type { Card } from '../ceremony/card.ts';
import { type Policy, samePolicy } from '../ceremony/policy.ts';
import type { Link } from '../ceremony/succession.ts';
import { Problem } from '../problem.ts';

/** What is to change in a policy. Absent: stays as it is; null: is left open from now on. */
export interface PolicyWish {
  /** Names. */
  readonly approvers?: readonly string[];
  readonly approvals?: number;
  readonly refreshEvery?: Policy['refreshEvery'] | null;
  readonly backups?: number | null;
  readonly minimumThreshold?: number | null;
  readonly shapes?: Policy['shapes'] | null;
}

interface Wished {
  readonly approvals: number | null;
  readonly policy?: PolicyWish;
}

/** The policy that a plan carries; `approvers` are those of a genesis, or those whom the wish names. */
export function changedPolicy(
  before: Policy | undefined,
  { approvals, policy: changes }: Wished,
  approvers: readonly Card[],
): Policy {
  const wish = changes ?? {};
  const named = approvers.map(({ signing }) => signing);
  const asked =
    before === undefined
      ? { approvers: named, approvals: approvals ?? named.length }
      : {
          approvers: wish.approvers === undefined ? before.approvers : named,
          approvals: wish.approvals ?? (wish.approvers === undefined ? before.approvals : named.length),
        };
  const rest = { ...before, ...wish };
  const left = ['refreshEvery', 'backups', 'minimumThreshold', 'shapes'] as const;
  const said = left.flatMap((field) => (rest[field] == null ? [] : [[field, rest[field]] as const]));
  const policy: Policy = { ...asked, ...Object.fromEntries(said) };
  if (before !== undefined && changes !== undefined && samePolicy(before, policy))
    throw new Problem('USAGE', 'that is what the policy says already', 'conclave policy show');
  return policy;
}

/** The cards of those whom the policy of the committee names that hands over. */
export function policyCards(parent: Link | null, known: readonly Card[]): Card[] {
  return (parent?.proven.policy.approvers ?? []).map((identity) => {
    const card = known.find(({ signing }) => equalBytes(signing, identity));
    if (card === undefined) {
      throw new Problem(
        'CARD_MISSING',
        'there is no card of an approver whom the policy of the keyset names',
        'take it in with conclave roster add F',
      );
    }
    return card;
  });
}
