import type { Participant, Plan } from './plan.ts';

/** One try at a plan. The plan's own bears the ceremony's id; an amendment's bears the amendment's hash. */
export interface Attempt {
  readonly id: Uint8Array;
  /** Which try this is: 0 is the plan's own, an amendment has the number that its author gave it. */
  readonly number: number;
  readonly dealers: readonly Dealer[];
  /** What is sealed to each receiver in this attempt, in index order: no prekey serves two. */
  readonly prekeys: readonly Uint8Array[];
}

export interface Dealer {
  readonly participant: Participant;
  /** Index in the committee that the dealer deals from: the old one, in a genesis the new one. */
  readonly index: number;
}

export function firstAttempt(plan: Plan): Attempt {
  const dealers =
    plan.parent === null
      ? plan.receivers.map((participant) => ({ participant, index: participant.newIndex }))
      : plan.dealers.map((index) => ({ participant: plan.holders[index - 1] as Participant, index }));
  return { id: plan.id, number: 0, dealers, prekeys: plan.receivers.map(({ prekey }) => prekey) };
}
