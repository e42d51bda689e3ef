import { toHex } from '../bytes/hex.ts';
import { type Deed, type Duty, otherDealers, owedBy } from '../ceremony/duties.ts';
import { replanned } from '../ceremony/remedy.ts';
import { Problem } from '../problem.ts';
import { accept, activate, deal, endorse, type Stop } from './acts.ts';
import { amend } from './amend.ts';
import { census } from './census.ts';
import type { Ceremonies, Held } from './ceremonies.ts';
import { close } from './close.ts';
import { drill } from './drill.ts';
import { myIdentity } from './identity.ts';
import { giveUp, withoutPrekey } from './refuse.ts';
import { answerReprove } from './reprove.ts';
import { type Moment, say } from './say.ts';
import { alarmsFor, type Hold, holdsOf, oldCopy } from './standing.ts';

/** What a visit did in one ceremony, and why it went no further. */
export interface Performed {
  readonly did: Deed[];
  readonly holds: readonly Hold[];
  /** Dealers whose boxes for this machine are bad: seen here only, until it is opened to all. */
  readonly blame: readonly { readonly member: string; readonly packet: string }[];
}

/** Does everything that is asked of this machine now. Running it again when nothing is asked does nothing. */
export function perform(ceremonies: Ceremonies, ceremony: string, moment: Moment): Performed {
  const did: Deed[] = [];
  const blame: { readonly member: string; readonly packet: string }[] = [];
  const done = new Set<string>();
  for (;;) {
    const held = ceremonies.get(ceremony);
    const identity = myIdentity(ceremonies.vault.state);
    const me = held.plan.byIdentity.get(identity);
    if (me === undefined)
      return { did, holds: [{ code: 'PLAN_WITHOUT_ME', message: 'the plan does not name this machine' }], blame };
    const duty = owedBy(held.view, me)[0];
    spendPrekeys(ceremonies, held);
    if (duty === undefined) return { did, holds: oldCopy(ceremonies.vault.state, held.plan, held.view), blame };
    if (held.record.consent === null && duty !== 'refuse') {
      return {
        did,
        holds: [{ code: 'CONSENT_NEEDED', message: 'the operator of this machine has not consented to the plan yet' }],
        blame: [],
      };
    }
    const holds = holdsOf(ceremonies, held, duty);
    if (holds.length > 0) return { did, holds, blame };
    if (duty === 'amend' && moment.amend !== true) return { did, holds: [amendmentDue(held)], blame };
    // several attempts may have to be refused in one visit, and several calls be answered
    const key = `${duty} ${toHex(held.view.current.attempt.id)} ${duty === 'reprove' ? saidBy(held.view, identity) : ''}`;
    if (duty !== 'refuse' && done.has(key))
      throw new Problem('VAULT_DAMAGED', `${duty} was done, but its packet is not in the vault`);
    const stop = act(ceremonies, held, duty, moment);
    if (stop !== null && stop.instead === undefined) return { did, holds: [], blame, ...stop };
    done.add(key);
    blame.push(...(stop?.blame ?? []));
    did.push(stop?.instead ?? duty);
  }
}

function act(ceremonies: Ceremonies, held: Held, duty: Duty, moment: Moment): Stop | null {
  switch (duty) {
    case 'propose':
      return null; // said when the ceremony began
    case 'approve':
      say(ceremonies, held, moment, 'approval', {}, (state) => state);
      return null;
    case 'refuse':
      giveUp(ceremonies, held, moment);
      return null;
    case 'amend':
      amend(ceremonies, held, moment, [], whyAmend(held));
      return null;
    case 'deal':
      return deal(ceremonies, held, moment);
    case 'endorse':
      return endorse(ceremonies, held, moment);
    case 'accept':
      return accept(ceremonies, held, moment);
    case 'activate':
      return activate(ceremonies, held, moment);
    case 'reprove':
      return answerReprove(ceremonies, held, moment);
    case 'close':
      return close(ceremonies, held, moment);
    case 'drill':
      return drill(ceremonies, held, moment);
    case 'census':
      return census(ceremonies, held, moment);
  }
}

/** Each answer to a call is a packet more: an act that adds none was not done. */
function saidBy({ packets }: Held['view'], identity: string): number {
  return packets.filter((packet) => packet.identity === identity).length;
}

function whyAmend({ view }: Held): string {
  const { spoiledBy, death } = view.current;
  const whom = spoiledBy.length > 0 ? spoiledBy : (death?.by ?? []);
  return `without ${whom.join(', ')} as dealer`;
}

/** What the proposer is offered: the same plan with other dealers. Whoever is left out stays a member. */
function amendmentDue({ plan, view }: Held): Hold {
  const { spoiledBy, death } = view.current;
  const whom = spoiledBy.length > 0 ? spoiledBy : (death?.by ?? []);
  const out = whom.join(', ');
  const receives = plan.receivers.some(({ name }) => whom.includes(name));
  const dealers = otherDealers(view)?.map(({ participant }) => participant.name) ?? [];
  return {
    code: 'AMENDMENT_DUE',
    message: `this attempt is over because of ${out}; the plan can go on with ${dealers.join(', ')} as dealers (${out} ${receives ? 'does not deal, but stays a member and still has to accept' : 'does not deal'})`,
    hint: `conclave amend --ceremony ${plan.ceremony.slice(0, 16)} --without ${out.replaceAll(' ', '')}; a committee without ${out} is another plan: ${replanned(view, out)}`,
  };
}

/**
 * Row 23: of an attempt that is dead, whoever killed it, the prekey goes, so that what was sealed to this machine stays
 * sealed for ever. Of the attempt that is worked on it is bound, so that no other plan can have it.
 */
function spendPrekeys(ceremonies: Ceremonies, held: Held): void {
  const { plan, view, record } = held;
  const { vault } = ceremonies;
  const index = plan.byIdentity.get(myIdentity(vault.state))?.newIndex ?? null;
  if (index === null || record.consent === null || alarmsFor(ceremonies, held).some(({ overridden }) => !overridden))
    return;
  const dead = view.attempts.filter(({ death, proof }) => death !== null && proof === null);
  const after = dead.reduce((state, { attempt }) => withoutPrekey(state, plan, attempt), vault.state);
  const { attempt, death } = view.current;
  const named = toHex(attempt.prekeys[index - 1] ?? new Uint8Array());
  const bound = after.prekeys.map((own) =>
    death === null && own.attempt === null && toHex(own.public) === named ? { ...own, attempt: attempt.id } : own,
  );
  if (bound.length === vault.state.prekeys.length && bound.every((own, at) => own === vault.state.prekeys[at])) return;
  vault.commit((state) => ({ ...state, prekeys: bound }));
}
