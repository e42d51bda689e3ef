import { equalBytes } from '../bytes/hex.ts';
import type { RefusalBody } from '../ceremony/packets/refusal.ts';
import { Problem } from '../problem.ts';
import { type Ceremonies, type Held, scopeOf } from './ceremonies.ts';
import { myIdentity } from './identity.ts';
import { type Moment, say } from './say.ts';
import { hasAccepted } from './standing.ts';

type Part = RefusalBody['as'];

/**
 * Says no, once for each part that this machine has and has not used yet. Of a receiver, or of a dealer that has not
 * dealt, it ends the attempt; whoever has accepted can only let go of it again with the others.
 */
export function refuse(ceremonies: Ceremonies, held: Held, moment: Moment, reason: string): boolean {
  const { plan, view } = held;
  const identity = myIdentity(ceremonies.vault.state);
  const me = plan.byIdentity.get(identity);
  if (me === undefined) throw new Problem('PLAN_WITHOUT_ME', 'the plan does not name this machine');
  const said = (kind: string): boolean =>
    view.packets.some((packet) => packet.identity === identity && packet.kind === kind);
  const refused = (as: Part): boolean =>
    view.packets.some((packet) => packet.identity === identity && packet.kind === 'refusal' && packet.body.as === as);
  const scope = scopeOf(plan);
  if (ceremonies.vault.state.rollbacks.some((rollback) => equalBytes(rollback.scope, scope))) {
    throw new Problem(
      'VAULT_ROLLED_BACK',
      'this vault is an old copy and does not know what it has said already; it says nothing more for this epoch',
      'use the newest copy of this vault',
    );
  }
  // the journal knows, also where my own packet was lost from the folder
  if (said('acceptance') || hasAccepted(ceremonies.vault.state, plan)) {
    throw new Problem(
      'REFUSED',
      'this machine has accepted and cannot refuse any more: others may rely on it',
      'finish the ceremony',
    );
  }
  const dealer = view.current.attempt.dealers.some(({ participant }) => participant.identity === identity);
  const parts: Part[] = [
    ...(me.newIndex !== null ? (['receiver'] as const) : []),
    ...(dealer && !said('deal') ? (['dealer'] as const) : []),
    ...(me.approver && !said('approval') ? (['approver'] as const) : []),
  ];
  if (parts.length === 0) parts.push('member');
  const open = parts.filter((part) => !refused(part));
  if (open.length === 0) return false;
  if (reason === '') throw new Problem('ANSWER_MISSING', 'a refusal needs a reason', 'give it with --reason T');
  // row 23: with the receiver's refusal goes the prekey, so that what was sealed to it stays sealed
  const mine = plan.receivers.find((receiver) => receiver.identity === identity)?.prekey ?? new Uint8Array();
  for (const as of open) {
    say(ceremonies, held, moment, 'refusal', { as, reason }, (state) =>
      as === 'receiver' ? { ...state, prekeys: state.prekeys.filter((own) => !equalBytes(own.public, mine)) } : state,
    );
  }
  return true;
}
