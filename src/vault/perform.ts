import { type Duty, owedBy } from '../ceremony/duties.ts';
import { Problem } from '../problem.ts';
import { accept, activate, deal, endorse, type Stop } from './acts.ts';
import type { Ceremonies, Held } from './ceremonies.ts';
import { close } from './close.ts';
import { myIdentity } from './identity.ts';
import { type Moment, say } from './say.ts';
import { type Hold, holdsOf, oldCopy } from './standing.ts';

/** What a visit did in one ceremony, and why it went no further. */
export interface Performed {
  readonly did: Duty[];
  readonly holds: readonly Hold[];
  /** Dealers whose boxes for this machine are bad: seen here only, until it is opened to all. */
  readonly blame: readonly { readonly member: string; readonly packet: string }[];
}

/** Does everything that is asked of this machine now. Running it again when nothing is asked does nothing. */
export function perform(ceremonies: Ceremonies, ceremony: string, moment: Moment): Performed {
  const did: Duty[] = [];
  for (;;) {
    const held = ceremonies.get(ceremony);
    const identity = myIdentity(ceremonies.vault.state);
    const me = held.plan.byIdentity.get(identity);
    if (me === undefined)
      return { did, holds: [{ code: 'PLAN_WITHOUT_ME', message: 'the plan does not name this machine' }], blame: [] };
    const duty = owedBy(held.view, me)[0];
    if (duty === undefined) return { did, holds: oldCopy(ceremonies.vault.state, held.plan), blame: [] };
    if (held.record.consent === null) {
      return {
        did,
        holds: [{ code: 'CONSENT_NEEDED', message: 'the operator of this machine has not consented to the plan yet' }],
        blame: [],
      };
    }
    const holds = holdsOf(ceremonies, held, duty);
    if (holds.length > 0) return { did, holds, blame: [] };
    if (did.includes(duty)) throw new Problem('VAULT_DAMAGED', `${duty} was done, but its packet is not in the vault`);
    const stop = act(ceremonies, held, duty, moment);
    if (stop !== null) return { did, holds: [], blame: [], ...stop };
    did.push(duty);
  }
}

function act(ceremonies: Ceremonies, held: Held, duty: Duty, moment: Moment): Stop | null {
  switch (duty) {
    case 'propose':
      return null; // said when the ceremony began
    case 'approve':
      say(ceremonies, held, moment, 'approval', {}, (state) => state);
      return null;
    case 'deal':
      return deal(ceremonies, held, moment);
    case 'endorse':
      return endorse(ceremonies, held, moment);
    case 'accept':
      return accept(ceremonies, held, moment);
    case 'activate':
      return activate(ceremonies, held, moment);
    case 'close':
      return close(ceremonies, held, moment);
  }
}
