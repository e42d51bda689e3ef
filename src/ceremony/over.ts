import { equalBytes, toHex } from '../bytes/hex.ts';
import type { View } from './evaluate.ts';

/** Over for good: complete, withdrawn, or another ceremony took its place. Only what is alive needs attention. */
export type Over = 'complete' | 'withdrawn' | 'replaced';

export function isOver(view: View, others: readonly View[]): Over | null {
  if (view.phase === 'complete') return 'complete';
  const { plan, current, attempts } = view;
  if (current.proof !== null) return null;
  const replaced = others.some(
    ({ plan: other, current: there }) =>
      other.ceremony !== plan.ceremony &&
      ((other.insteadOf !== null && toHex(other.insteadOf) === plan.ceremony && current.death !== null) ||
        (there.proof !== null && sameParent(other, plan))),
  );
  if (replaced) return 'replaced';
  return view.withdrawn && attempts.every(({ death }) => death !== null) ? 'withdrawn' : null;
}

/** The plan that its own proposer laid in the place of this one: nobody is asked to consent to the old one then. */
export function replacedBy({ plan, current }: View, others: readonly View[]): View | undefined {
  if (current.proof !== null) return undefined;
  const proposer = plan.participants.find((one) => one.proposer)?.identity;
  return others.find(
    ({ plan: other, current: there, withdrawn }) =>
      other.insteadOf !== null &&
      toHex(other.insteadOf) === plan.ceremony &&
      other.participants.some((one) => one.proposer && one.identity === proposer) &&
      there.death === null &&
      !withdrawn,
  );
}

function sameParent(one: View['plan'], other: View['plan']): boolean {
  return one.parent !== null && other.parent !== null && equalBytes(one.parent.proven.id, other.parent.proven.id);
}
