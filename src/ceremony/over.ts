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
        (there.proof !== null && plan.parent !== null && sameParent(other, plan))),
  );
  if (replaced) return 'replaced';
  return view.withdrawn && attempts.every(({ death }) => death !== null) ? 'withdrawn' : null;
}

function sameParent(one: View['plan'], other: View['plan']): boolean {
  return one.parent !== null && other.parent !== null && equalBytes(one.parent.proven.id, other.parent.proven.id);
}
