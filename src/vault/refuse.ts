import { Problem } from '../problem.ts';
import type { Ceremonies, Held } from './ceremonies.ts';
import { myIdentity } from './identity.ts';
import { type Moment, say } from './say.ts';

/**
 * Says no, once for each part that this machine has and has not used yet. Of a receiver, or of a dealer that has not
 * dealt, it ends the attempt; whoever has accepted can only let go of it again with the others.
 */
export function refuse(ceremonies: Ceremonies, held: Held, moment: Moment, reason: string): void {
  const { plan, view } = held;
  const identity = myIdentity(ceremonies.vault.state);
  const me = plan.byIdentity.get(identity);
  if (me === undefined) throw new Problem('PLAN_WITHOUT_ME', 'the plan does not name this machine');
  const said = (kind: string): boolean =>
    view.packets.some((packet) => packet.identity === identity && packet.kind === kind);
  if (said('refusal')) return;
  if (said('acceptance')) {
    throw new Problem(
      'REFUSED',
      'this machine has accepted and cannot refuse any more: others may rely on it',
      'finish the ceremony',
    );
  }
  if (reason === '') throw new Problem('ANSWER_MISSING', 'a refusal needs a reason', 'give it with --reason T');
  const dealer = view.current.attempt.dealers.some(({ participant }) => participant.identity === identity);
  const parts: ('receiver' | 'dealer' | 'approver' | 'member')[] = [
    ...(me.newIndex !== null ? (['receiver'] as const) : []),
    ...(dealer && !said('deal') ? (['dealer'] as const) : []),
    ...(me.approver && !said('approval') ? (['approver'] as const) : []),
  ];
  if (parts.length === 0) parts.push('member');
  for (const as of parts) say(ceremonies, held, moment, 'refusal', { as, reason }, (state) => state);
}
