import { equalBytes } from '../bytes/hex.ts';
import type { Attempt } from '../ceremony/attempt.ts';
import { attemptToRefuse } from '../ceremony/duties.ts';
import type { KindName } from '../ceremony/kinds.ts';
import type { RefusalBody } from '../ceremony/packets/refusal.ts';
import type { Plan } from '../ceremony/plan.ts';
import { Problem } from '../problem.ts';
import { type Ceremonies, type Held, scopeOf } from './ceremonies.ts';
import { myIdentity } from './identity.ts';
import { type Moment, say } from './say.ts';
import { hasAccepted } from './standing.ts';
import type { VaultState } from './state.ts';

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
  const attempt = view.current.attempt;
  const here = view.packets.filter(
    (packet) =>
      packet.identity === identity &&
      (equalBytes(packet.attempt, attempt.id) || packet.kind === 'approval' || packet.kind === 'refusal'),
  );
  const said = (kind: KindName): boolean => here.some((packet) => packet.kind === kind);
  const refused = (as: Part): boolean =>
    here.some(
      (packet) =>
        packet.kind === 'refusal' &&
        packet.body.as === as &&
        (as === 'approver' || as === 'member' || equalBytes(packet.attempt, attempt.id)),
    );
  const scope = scopeOf(plan);
  if (ceremonies.vault.state.rollbacks.some((rollback) => equalBytes(rollback.scope, scope))) {
    throw new Problem(
      'VAULT_ROLLED_BACK',
      'this vault is an old copy and does not know what it has said already; it says nothing more for this epoch',
      'use the newest copy of this vault',
    );
  }
  // the journal knows, also where my own packet was lost from the folder
  // rule 2: accepted or refused, never both
  if (said('acceptance') || hasAccepted(ceremonies.vault.state, attempt.id)) {
    throw new Problem(
      'REFUSED',
      'this machine has accepted and cannot refuse any more: others may rely on it',
      'finish the ceremony, or give the attempt up with conclave release',
    );
  }
  const dealer = attempt.dealers.some(({ participant }) => participant.identity === identity);
  const parts: Part[] = [
    ...(me.newIndex !== null && !said('complaint') ? (['receiver'] as const) : []),
    ...(dealer && !said('deal') ? (['dealer'] as const) : []),
    ...(me.approver && !said('approval') ? (['approver'] as const) : []),
  ];
  if (parts.length === 0) parts.push('member');
  const open = parts.filter((part) => !refused(part));
  if (open.length === 0) return false;
  if (reason === '') throw new Problem('ANSWER_MISSING', 'a refusal needs a reason', 'give it with --reason T');
  for (const as of open) {
    say(ceremonies, held, moment, 'refusal', { as, reason }, (state) =>
      as === 'receiver' ? withoutPrekey(state, plan, attempt) : state,
    );
  }
  return true;
}

/**
 * Row 23: with the receiver's answer goes the prekey, so that what was sealed to it stays sealed. One that is promised to
 * another attempt stays: whoever names it in a plan of its own would end that attempt as well.
 */
export function withoutPrekey(state: VaultState, plan: Plan, attempt: Attempt): VaultState {
  const index = plan.byIdentity.get(myIdentity(state))?.newIndex ?? null;
  const mine = index === null ? undefined : attempt.prekeys[index - 1];
  if (mine === undefined) return state;
  const elsewhere = (own: VaultState['prekeys'][number]): boolean =>
    own.attempt !== null && !equalBytes(own.attempt, attempt.id);
  return { ...state, prekeys: state.prekeys.filter((own) => elsewhere(own) || !equalBytes(own.public, mine)) };
}

/** What this machine says by itself where an attempt cannot become anything any more (duties.ts). */
export function giveUp(ceremonies: Ceremonies, held: Held, moment: Moment): void {
  const { plan, view } = held;
  const me = plan.byIdentity.get(myIdentity(ceremonies.vault.state));
  const over = me === undefined ? null : attemptToRefuse(view, me);
  if (over === null) return;
  const reason =
    over.spoiledBy.length > 0
      ? `the deal of ${over.spoiledBy.join(', ')} cannot be accepted`
      : view.withdrawn
        ? 'the proposer withdrew the plan'
        : 'the proposer went on with other dealers';
  const { attempt } = over;
  const body = { as: 'receiver', reason };
  // nobody consented: then nothing was promised, and a stranger's plan uses up no prekey that another plan names
  const spent = (state: VaultState): VaultState =>
    held.record.consent === null ? state : withoutPrekey(state, plan, attempt);
  say(ceremonies, held, moment, 'refusal', body, spent, attempt.id);
}

/** The proposer's own end of a plan of which nothing was dealt yet: receivers' machines then refuse by themselves. */
export function abort(ceremonies: Ceremonies, held: Held, moment: Moment, reason: string): void {
  const { plan, view } = held;
  const me = plan.byIdentity.get(myIdentity(ceremonies.vault.state));
  if (me?.proposer !== true) {
    throw new Problem(
      'REFUSED',
      'only the proposer withdraws a plan',
      'a member says no with conclave next --refuse --reason T',
    );
  }
  if (view.withdrawn)
    throw new Problem('REFUSED', 'this plan is withdrawn already', 'conclave status shows how far it is');
  // a deal is an endorsement, also in a genesis
  if (view.attempts.some(({ endorsers }) => endorsers.size > 0)) {
    throw new Problem(
      'REFUSED',
      'somebody has dealt or endorsed already, so the plan is not withdrawn any more',
      'a receiver that has not accepted ends it with conclave next --refuse; one that has, with conclave release',
    );
  }
  say(ceremonies, held, moment, 'refusal', { as: 'proposer', reason }, (state) => state);
}
