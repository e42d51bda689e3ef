import { equalBytes } from '../bytes/hex.ts';
import type { Card } from './card.ts';
import type { Participant, Plan, PlanFacts } from './plan.ts';
import type { Link } from './succession.ts';

/**
 * What a recovery may not be. Everybody keeps the place, and so the index; who was declared lost comes back at that
 * place: under the same identity where only the share is gone, else under the same name with a card of a new machine.
 */
export function notRecovering(
  facts: Pick<PlanFacts, 'old' | 'new' | 'threshold'>,
  cards: readonly Card[],
  parent: Link,
) {
  const { members, threshold } = parent.proven;
  if (facts.threshold !== threshold || facts.new.length !== members.length) {
    return 'a recovery keeps the size of the committee and its threshold';
  }
  if (facts.old.every(({ card }) => card !== null)) return 'a recovery has to say whose share is lost';
  for (const [place, { name, identity }] of members.entries()) {
    const card = cards[facts.new[place]?.card ?? -1];
    if (card === undefined || equalBytes(card.signing, identity)) continue;
    if (facts.old[place]?.card !== null) return 'a recovery keeps everybody at the own place whose share is not lost';
    if (members.some((member) => equalBytes(member.identity, card.signing))) {
      return `a recovery puts nobody of the old committee in the place of ${name}`;
    }
    if (card.name.toLowerCase() !== name.toLowerCase()) {
      return `a recovery is to the same people: ${card.name} is not ${name}, whose share is lost`;
    }
  }
  return null;
}

/** Row 20: an old member who is in the new committee as it was, and a second time as a new machine of the same name. */
export function twiceInNew(facts: Pick<PlanFacts, 'new'>, cards: readonly Card[], parent: Link): string | undefined {
  const receiving = facts.new.map(({ card }) => cards[card]);
  const again = parent.proven.members.find(
    ({ name, identity }) =>
      receiving.some((card) => card !== undefined && equalBytes(card.signing, identity)) &&
      receiving.some(
        (card) =>
          card !== undefined &&
          card.name.toLowerCase() === name.toLowerCase() &&
          !parent.proven.members.some((member) => equalBytes(member.identity, card.signing)),
      ),
  );
  return again?.name;
}

/** How an old member who was declared lost comes back, or null if not. `place` is that in the old committee. */
export type Return = 'same-card' | 'new-card' | null;

export function returnOf({ parent, holders, receivers }: Plan, place: number): Return {
  const member = parent?.proven.members[place];
  if (member === undefined || holders[place] !== null) return null;
  if (receivers.some(({ card }) => equalBytes(card.signing, member.identity))) return 'same-card';
  const { name } = member;
  return receivers.some((one) => one.oldIndex === null && one.name.toLowerCase() === name.toLowerCase())
    ? 'new-card'
    : null;
}

/** The place in the old committee that this receiver lost its share of, if it is one who comes back. */
export function lostPlaceOf(plan: Plan, { card, name, newIndex, oldIndex }: Participant): number | null {
  if (newIndex === null || oldIndex !== null) return null;
  const place = (plan.parent?.proven.members ?? []).findIndex(
    (member, at) =>
      plan.holders[at] === null &&
      (equalBytes(member.identity, card.signing) ||
        (returnOf(plan, at) === 'new-card' && member.name.toLowerCase() === name.toLowerCase())),
  );
  return place < 0 ? null : place;
}
