import { asked } from '../ceremony/awaited.ts';
import { owedBy } from '../ceremony/duties.ts';
import type { View } from '../ceremony/evaluate.ts';
import { isOver, type Over, replacedBy } from '../ceremony/over.ts';
import { listed, noun, short, visit } from '../ceremony/remedy.ts';
import { wayOn } from '../ceremony/way-on.ts';
import { whyNotMoving } from '../ceremony/why.ts';
import type { Board, Here } from '../report/status-text.ts';
import type { Ceremonies, Held } from '../vault/ceremonies.ts';
import { myIdentity } from '../vault/identity.ts';
import { type Hold, holdsOf } from '../vault/standing.ts';
import { keptShares, keysetName } from './visit.ts';

/** A ceremony as this machine sees it: what it should do itself, and where the stick goes otherwise. */
export function boardOf(ceremonies: Ceremonies, held: Held): Board & { readonly holds: readonly Hold[] } {
  const { view, plan, record, damaged } = held;
  const me = myIdentity(ceremonies.vault.state);
  const views = ceremonies.all().map((other) => other.view);
  const over = isOver(view, views);
  const name = plan.byIdentity.get(me)?.name;
  const mine = plan.byIdentity.get(me);
  const duty = mine === undefined ? undefined : owedBy(view, mine)[0];
  // where nothing is asked, what holds for everything is said all the same: an old copy, and contradictions
  const holds = over === 'replaced' || over === 'withdrawn' ? [] : holdsOf(ceremonies, held, duty ?? 'close');
  const consented = record.consent !== null || mine === undefined;
  const kept = keptShares(ceremonies, held);
  const instead = consented || holds.length > 0 || duty === 'refuse' ? undefined : replacedBy(view, views);
  // what is complete elsewhere is not over for a copy that does not remember its own part in it
  const old = holds.some(({ code }) => code === 'VAULT_ROLLED_BACK');
  const alive = instead === undefined ? doHere(held, holds, name ?? '', consented) : replacedHere(instead);
  const here = over === null || old ? alive : overHere(over, kept);
  return {
    keyset: keysetName(ceremonies, held),
    view,
    over,
    me,
    phrase: record.phrase,
    consented,
    damaged,
    kept,
    holds,
    here,
    nextStop: over === null ? nextStop(held, name, here) : null,
  };
}

function overHere(over: Over, kept: Board['kept']): Here {
  const says: Readonly<Record<Over, string>> = {
    complete: kept.length === 0 ? 'all is done' : 'all is done; the old share stays for now',
    withdrawn: 'nothing more is done here: its proposer withdrew it',
    replaced: 'nothing more is done here: another ceremony took its place',
  };
  return { kind: 'over', says: says[over], command: null };
}

/** Its own proposer laid another plan in its place, so nobody is asked to consent to this one any more. */
function replacedHere({ plan }: View): Here {
  return { kind: 'nothing', says: `nothing is asked here: ${short(plan.ceremony)} is in its place`, command: null };
}

function doHere({ view, plan }: Held, holds: readonly Hold[], name: string, consented: boolean): Here {
  const [hold] = holds;
  if (hold !== undefined) {
    const more = holds.length === 1 ? '' : ` (and ${holds.length - 1} more)`;
    return { kind: 'hold', says: `${hold.message}${more}`, command: hold.hint ?? null };
  }
  const mine = plan.participants.find((one) => one.name === name);
  if (!consented && view.current.death === null) {
    const no = view.dissent.some(({ identity }) => identity === mine?.identity);
    const says = no
      ? 'the member at this machine said no, which is on record and stops nothing; a consent is still asked for'
      : 'the member at this machine has not consented to the plan yet';
    return { kind: 'do', says, command: visit };
  }
  // an amendment is offered with its reasons; everything else that is owed a visit does by itself
  const owed = asked(view).find(({ participant }) => participant === mine)?.owes ?? [];
  const owes = owed.filter((duty) => duty !== 'amend');
  const obstacle = whyNotMoving(view).find(({ duty, at }) => (duty === null || duty === 'amend') && at.includes(name));
  if (owes.length > 0)
    return { kind: 'do', says: `this machine owes its ${listed(owes.map((one) => noun[one]))}`, command: visit };
  if (obstacle !== undefined) return { kind: 'do', says: obstacle.notSeen, command: obstacle.command };
  return { kind: 'nothing', says: 'nothing can be done on this machine now', command: null };
}

/** Where a walk leads on, or else whoever can unblock it. No walk counts on a machine that is on hold. */
function nextStop({ view }: Held, name: string | undefined, here: Here): string | null {
  const walked = here.kind === 'hold' ? undefined : wayOn(view, name).find((stop) => stop !== name);
  if (walked !== undefined) return walked;
  const at = whyNotMoving(view).flatMap((obstacle) => obstacle.at);
  return at.includes(name ?? '') ? null : (at[0] ?? null);
}
