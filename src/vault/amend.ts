import { equalBytes, toHex } from '../bytes/hex.ts';
import type { Card } from '../ceremony/card.ts';
import { otherDealers } from '../ceremony/duties.ts';
import { type AmendmentBody, mostAmendments } from '../ceremony/packets/amendment.ts';
import { otherPlan } from '../ceremony/remedy.ts';
import { Problem } from '../problem.ts';
import type { Ceremonies, Held } from './ceremonies.ts';
import { myCard, myIdentity, rosterOf } from './identity.ts';
import { usedPrekeys } from './propose.ts';
import { asCbor, type Moment, say } from './say.ts';

/**
 * Another attempt at the same plan, with other dealers and fresh prekeys. The one before need not be dead yet: receivers
 * that have not accepted it refuse it when they see this, and nobody votes for the new one before that is proven.
 */
export function amend(
  ceremonies: Ceremonies,
  held: Held,
  moment: Moment,
  without: readonly string[],
  reason: string,
): readonly string[] {
  const { plan, view } = held;
  const { state } = ceremonies.vault;
  if (plan.byIdentity.get(myIdentity(state))?.proposer !== true) {
    throw new Problem('REFUSED', 'only the proposer amends a plan', 'ask the proposer to run conclave amend');
  }
  if (view.current.proof !== null)
    throw new Problem('AMENDMENT_IMPOSSIBLE', 'the new committee is proven already', 'finish with conclave next');
  if (view.withdrawn)
    throw new Problem('AMENDMENT_IMPOSSIBLE', 'this plan was withdrawn', 'conclave propose makes another plan');
  if (plan.parent === null) {
    throw new Problem(
      'AMENDMENT_IMPOSSIBLE',
      'a key is made by all its members: none of them can stay away from the dealing',
      another(held, without),
    );
  }
  const stranger = without.find((name) => !plan.holders.some((holder) => holder?.name === name));
  if (stranger !== undefined)
    throw new Problem('USAGE', `${stranger} is no old member of this plan`, 'conclave status shows who deals');
  const dealers = otherDealers(view, without);
  if (dealers === null) {
    throw new Problem('AMENDMENT_IMPOSSIBLE', 'too few old members are left who could deal', another(held, without));
  }
  const numbers = view.packets.map((packet) => (packet.kind === 'amendment' ? packet.body.number : 0));
  const number = Math.max(0, ...numbers) + 1;
  if (number > mostAmendments) {
    throw new Problem(
      'AMENDMENT_IMPOSSIBLE',
      `this plan was amended ${mostAmendments} times already`,
      another(held, without),
    );
  }
  const body: AmendmentBody = {
    number,
    dealers: dealers.map(({ index }) => index),
    receivers: freshPrekeys(ceremonies, held),
    reason,
  };
  say(ceremonies, held, moment, 'amendment', asCbor(body), (before) => before, plan.id);
  return dealers.map(({ participant }) => participant.name);
}

function another({ view }: Held, without: readonly string[]): string {
  return otherPlan(view, without.length === 0 ? null : without.join(', '));
}

/** From the newest card of each receiver, a one-time key that nothing known here has named. */
function freshPrekeys(ceremonies: Ceremonies, { plan }: Held): AmendmentBody['receivers'] {
  const { state } = ceremonies.vault;
  const used = usedPrekeys(ceremonies);
  return plan.receivers.map(({ card: planned, identity, name }) => {
    const newest = (one: Card, other: Card): Card => (other.serial > one.serial ? other : one);
    const known = [myCard(state), ...rosterOf(state)].filter((card) => card.identity === identity);
    const card = known.reduce(newest, planned);
    const mine = identity === myIdentity(state);
    const prekey = card.prekeys.find(
      (candidate) =>
        !used.has(toHex(candidate)) &&
        (!mine || state.prekeys.some((own) => own.attempt === null && equalBytes(own.public, candidate))),
    );
    if (prekey === undefined) {
      throw new Problem(
        'PREKEY_TAKEN',
        `every one-time key on the card of ${name} is used up`,
        `run conclave card --renew --stick DIR on the machine of ${name} and bring the stick here`,
      );
    }
    used.add(toHex(prekey)); // two cards may hold the same ones, and nobody can see whose they are
    return { card: card.file, prekey };
  });
}
