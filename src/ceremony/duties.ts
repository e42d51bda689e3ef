import type { AttemptView, View } from './evaluate.ts';
import { isKind } from './kinds.ts';
import type { Participant } from './plan.ts';

/** What a participant does in a ceremony, in the words of the JSON contract. */
export const duties = ['propose', 'approve', 'endorse', 'deal', 'accept', 'activate', 'close'] as const;
export type Duty = (typeof duties)[number];
export type Deed = Duty | 'refuse' | 'note';

export type Role = 'old' | 'new' | 'dealer' | 'approver' | 'observer';

export interface MemberView {
  readonly participant: Participant;
  readonly roles: readonly Role[];
  readonly done: readonly Deed[];
  /** What can be asked of this member as far as the packets here show. */
  readonly owes: readonly Duty[];
}

export function membersOf(view: View): MemberView[] {
  return view.plan.participants.map((participant) => ({
    participant,
    roles: rolesOf(view.current, participant),
    done: doneBy(view, participant),
    owes: owedBy(view, participant),
  }));
}

export function rolesOf(view: AttemptView, participant: Participant): Role[] {
  const roles: Role[] = [];
  if (participant.oldIndex !== null) roles.push('old');
  if (participant.newIndex !== null) roles.push('new');
  if (view.attempt.dealers.some((dealer) => dealer.participant.identity === participant.identity)) roles.push('dealer');
  if (participant.approver) roles.push('approver');
  if (participant.observer) roles.push('observer');
  return roles;
}

const deeds: Record<string, Deed> = {
  proposal: 'propose',
  approval: 'approve',
  refusal: 'refuse',
  endorsement: 'endorse',
  deal: 'deal',
  acceptance: 'accept',
  activation: 'activate',
  closing: 'close',
  note: 'note',
};

function doneBy(view: View, { identity }: Participant): Deed[] {
  const done = new Set<Deed>();
  for (const packet of view.packets) {
    const deed = deeds[packet.kind];
    if (packet.identity === identity && deed !== undefined) done.add(deed);
  }
  return Object.values(deeds).filter((deed) => done.has(deed));
}

/**
 * The one table of who owes what and when. It looks at packets alone: whether this machine also has consented, has
 * the share, or may vote is asked where the duty is done.
 */
export function owedBy(view: View, participant: Participant): Duty[] {
  const { plan, current } = view;
  const { identity } = participant;
  const owed: Duty[] = [];
  const said = (kind: 'approval' | 'refusal' | 'deal' | 'endorsement' | 'acceptance' | 'activation' | 'closing') =>
    view.packets.some((packet) => isKind(packet, kind) && packet.identity === identity);

  if (current.proof !== null) {
    if ((participant.newIndex !== null || participant.oldIndex !== null) && !current.closings.has(identity))
      owed.push('close');
    // a member that saw the proof before it signed has nothing left to sign: the turn is complete without doubt
    return owed;
  }
  if (current.death !== null) return owed;
  if (participant.approver && !view.approved && !said('approval') && !said('refusal')) owed.push('approve');
  if (!view.approved) return owed;
  const deals = current.attempt.dealers.some((dealer) => dealer.participant.identity === identity);
  if (deals && !said('deal')) owed.push('deal');
  if (plan.parent !== null && participant.oldIndex !== null && !deals && !said('endorsement')) {
    // enough votes once every named dealer has dealt? then an idle member has nothing to add
    const voters = new Set([...current.attempt.dealers.map((d) => d.participant.identity), ...current.endorsers]);
    if (voters.size < plan.quorum) owed.push('endorse');
  }
  if (participant.newIndex !== null) {
    // where no committee comes of the deals, there is still a box to open that tells whose fault it is
    const toAccept = current.transcript !== null || current.unfit != null;
    if (toAccept && !said('acceptance') && !said('refusal')) owed.push('accept');
    if (current.turn !== null && current.acceptances.has(identity) && !said('activation')) owed.push('activate');
  }
  return owed;
}

/** Those who are waited for now. A leaver that does not come back holds nothing up: it is outstanding instead. */
export function waitedFor(view: View): string[] {
  const waiting = membersOf(view).filter(({ owes, participant }) =>
    view.current.proof === null ? owes.length > 0 : participant.newIndex !== null && owes.length > 0,
  );
  return waiting.map(({ participant }) => participant.name);
}

/** Old members who leave and have not closed: their old share may still exist somewhere. */
export function outstanding(view: View): string[] {
  if (view.current.proof === null) return [];
  return view.plan.holders.flatMap((holder) =>
    holder !== null && holder.newIndex === null && !view.current.closings.has(holder.identity) ? [holder.name] : [],
  );
}
