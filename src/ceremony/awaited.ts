import { type MemberView, membersOf, waitedFor } from './duties.ts';
import type { View } from './evaluate.ts';
import { openCalls } from './reprove.ts';

/* What is said to people: who is waited for in vain is not named. */

/** Members with what still helps. A machine may sign turn 0 all the same, but nothing comes of it where it cannot be whole. */
export function asked(view: View): MemberView[] {
  const all = membersOf(view);
  if (turnZeroAwaited(view)) return all;
  return all.map((member) => ({ ...member, owes: member.owes.filter((duty) => duty !== 'activate') }));
}

/** Those whom a person waits for now. */
export function awaited(view: View): string[] {
  const owing = new Set(asked(view).flatMap(({ participant, owes }) => (owes.length > 0 ? [participant.name] : [])));
  return waitedFor(view).filter((name) => owing.has(name));
}

/** Not once a later turn was called for, nor once somebody gave the attempt up without signing turn 0. */
function turnZeroAwaited({ plan, current }: View): boolean {
  const { releases, activations } = current;
  const blocked = plan.receivers.some(({ identity }) => releases.has(identity) && !activations.has(identity));
  return !blocked && openCalls(current).length === 0;
}

/** Whom open calls leave out: declared lost by whoever called. */
export function declaredLost({ plan, current }: View): Set<string> {
  const calls = openCalls(current);
  const out = plan.receivers.filter(({ identity }) =>
    calls.some(({ signers }) => signers.every((signer) => signer.identity !== identity)),
  );
  return new Set(out.map(({ name }) => name));
}
