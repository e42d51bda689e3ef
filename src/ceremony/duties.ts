import { equalBytes } from '../bytes/hex.ts';
import type { Dealer } from './attempt.ts';
import type { AttemptView } from './attempt-view.ts';
import { owesCensus } from './census.ts';
import { owesDrill } from './drill.ts';
import type { View } from './evaluate.ts';
import type { AnyPacket, KindName } from './kinds.ts';
import { mostAmendments } from './packets/amendment.ts';
import { movesShares, type Participant, type Plan } from './plan.ts';
import type { Proof } from './proving.ts';
import { callsToAnswer } from './reprove.ts';

/** What a participant does in a ceremony, in the words of the JSON contract. */
export const duties = [
  'propose',
  'approve',
  'refuse',
  'amend',
  'endorse',
  'deal',
  'accept',
  'activate',
  'reprove',
  'close',
  'drill',
  'census',
] as const;
export type Duty = (typeof duties)[number];
export type Deed = Duty | 'abort' | 'complain' | 'release' | 'salvage' | 'note';

export type Role = 'old' | 'new' | 'dealer' | 'approver' | 'observer';

export interface MemberView {
  readonly participant: Participant;
  readonly roles: readonly Role[];
  readonly done: readonly Deed[];
  /** What can be asked of this member as far as the packets here show. */
  readonly owes: readonly Duty[];
}

/** Whether the plan asks anything of this participant: only then is there something to consent to. */
export function isAsked(plan: Plan, { identity, oldIndex, newIndex, approver }: Participant): boolean {
  if (approver) return true;
  if (plan.kind === 'drill') return plan.signers.some((signer) => signer.identity === identity);
  return oldIndex !== null || newIndex !== null;
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

/** A commitment alone is no deed yet: the signature is. */
const deeds: Readonly<Record<Exclude<KindName, 'commitment'>, Deed>> = {
  proposal: 'propose',
  approval: 'approve',
  refusal: 'refuse',
  amendment: 'amend',
  endorsement: 'endorse',
  deal: 'deal',
  acceptance: 'accept',
  complaint: 'complain',
  activation: 'activate',
  release: 'release',
  reprove: 'reprove',
  closing: 'close',
  signature: 'reprove',
  census: 'census',
  note: 'note',
};

function deedOf(packet: AnyPacket, plan: Plan): Deed | null {
  if (packet.kind === 'commitment') return null;
  if (packet.kind === 'refusal' && packet.body.as === 'proposer') return 'abort';
  if (packet.kind === 'release' && packet.body.salvage) return 'salvage';
  if (packet.kind === 'signature' && plan.kind === 'drill') return 'drill';
  return deeds[packet.kind];
}

function doneBy(view: View, { identity }: Participant): Deed[] {
  const done = new Set(
    view.packets.flatMap((packet) => (packet.identity === identity ? (deedOf(packet, view.plan) ?? []) : [])),
  );
  const order: readonly Deed[] = ['propose', 'abort', ...Object.values(deeds), 'salvage', 'drill'];
  return [...new Set(order)].filter((deed) => done.has(deed));
}

/**
 * The one table of who owes what and when. It looks at packets alone: whether this machine also has consented, has
 * the share, or may vote is asked where the duty is done.
 */
export function owedBy(view: View, participant: Participant): Duty[] {
  const { plan, current } = view;
  const { identity } = participant;
  const owed: Duty[] = [];
  const mine = view.packets.filter((packet) => packet.identity === identity);
  /** Approvals are of the whole plan; everything else is said in one attempt. */
  const said = (...kinds: KindName[]): boolean =>
    mine.some(
      (packet) =>
        kinds.includes(packet.kind) && (packet.kind === 'approval' || equalBytes(packet.attempt, current.attempt.id)),
    );

  if (current.proof !== null) {
    if ((participant.newIndex !== null || participant.oldIndex !== null) && !current.closings.has(identity))
      owed.push('close');
    // a member that saw the proof before it signed has nothing left to sign: the turn is complete without doubt
    return owed;
  }
  if (attemptToRefuse(view, participant) !== null) owed.push('refuse');
  if (current.death !== null) {
    if (participant.proposer && amendable(view)) owed.push('amend');
    return owed;
  }
  if (view.withdrawn && current.certificate === null) return owed;
  const refusedApproval = mine.some((packet) => packet.kind === 'refusal' && packet.body.as === 'approver');
  if (participant.approver && !view.approved && !said('approval') && !refusedApproval) owed.push('approve');
  if (!view.approved) return owed;
  if (view.drill !== null && owesDrill(view.drill, identity)) owed.push('drill');
  if (view.census !== null && owesCensus(view.census, identity)) owed.push('census');
  if (!movesShares(plan)) return owed;
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
    const answered = mine.some((packet) => isAnswer(packet) && equalBytes(packet.attempt, current.attempt.id));
    if (toAccept && !answered) owed.push('accept');
    const released = said('release');
    if (current.turn !== null && current.acceptances.has(identity) && !said('activation') && !released)
      owed.push('activate');
    if (callsToAnswer(current, identity).length > 0) owed.push('reprove');
  }
  return owed;
}

/** What a receiver says once in an attempt, and never takes back: yes, no, or no with an opened box. */
function isAnswer(packet: AnyPacket): boolean {
  const { kind } = packet;
  return kind === 'acceptance' || kind === 'complaint' || (kind === 'refusal' && packet.body.as === 'receiver');
}

/**
 * An attempt that this receiver's machine gives up by itself: the dealing is spoiled, the proposer went on to another
 * attempt, or asked for the end. A refusal costs nobody anything but the attempt, and is the proof that it is dead,
 * without which nobody could vote for the next. Whoever has accepted cannot refuse.
 */
export function attemptToRefuse(view: View, { identity, newIndex }: Participant): AttemptView | null {
  if (newIndex === null) return null;
  const answered = ({ attempt }: AttemptView): boolean =>
    view.packets.some(
      (packet) => packet.identity === identity && isAnswer(packet) && equalBytes(packet.attempt, attempt.id),
    );
  const over = (one: AttemptView, at: number): boolean =>
    view.withdrawn || one.spoiledBy.length > 0 || at < view.attempts.length - 1;
  return (
    view.attempts.find(
      (one, at) =>
        one.death === null && one.certificate === null && one.proof === null && over(one, at) && !answered(one),
    ) ?? null
  );
}

/**
 * Whether other dealers could make good what killed the attempt: a dealer that cheated or said no. Against the no of
 * a receiver or of the approvers no amendment helps.
 */
export function amendable(view: View): boolean {
  const { current, attempts } = view;
  if (view.withdrawn || current.death === null || current.proof !== null) return false;
  if (attempts.length > mostAmendments) return false;
  const dealers = current.spoiledBy.length > 0 || current.death.why === 'dealer-refused';
  return dealers && otherDealers(view) !== null;
}

/**
 * Who deals next: the dealers of the last attempt and then the reserves in order, without those who cheated, said no or
 * are named here. Null where too few are left: then it takes another plan.
 */
export function otherDealers(view: View, without: readonly string[] = []): readonly Dealer[] | null {
  const { plan, current, packets, faults, contradictions } = view;
  const out = new Set([
    ...faults.map(({ identity }) => identity),
    ...contradictions.filter(({ grave }) => grave).map(({ identity }) => identity),
    ...packets.flatMap((packet) =>
      packet.kind === 'refusal' && (packet.body.as === 'dealer' || packet.body.as === 'member')
        ? [packet.identity]
        : [],
    ),
    ...plan.participants.filter(({ name }) => without.includes(name)).map(({ identity }) => identity),
  ]);
  const indices = [...current.attempt.dealers.map(({ index }) => index), ...plan.dealers, ...plan.reserves];
  const willing = [...new Set(indices)].flatMap((index): Dealer[] => {
    const participant = plan.holders[index - 1] ?? null;
    return participant === null || out.has(participant.identity) ? [] : [{ participant, index }];
  });
  const least = plan.parent?.proven.threshold ?? Number.POSITIVE_INFINITY;
  if (willing.length < least || willing.length < plan.quorum) return null;
  return willing.slice(0, Math.max(least, current.attempt.dealers.length));
}

/**
 * Those who are waited for now. A leaver that does not come back holds nothing up, nor does a new member whom the proof
 * of life leaves out: they are outstanding instead.
 */
export function waitedFor(view: View): string[] {
  const { proof } = view.current;
  const waiting = membersOf(view).filter(
    ({ owes, participant }) => owes.length > 0 && (proof === null || !mayStayAway(proof, participant)),
  );
  return waiting.map(({ participant }) => participant.name);
}

/** Old members who leave, or were declared lost, and have not closed: their old share may still exist somewhere. */
export function outstanding(view: View): string[] {
  const { proof, closings } = view.current;
  if (proof === null) return [];
  return view.plan.holders.flatMap((holder) =>
    holder !== null && mayStayAway(proof, holder) && !closings.has(holder.identity) ? [holder.name] : [],
  );
}

function mayStayAway({ lost }: Proof, { newIndex, identity }: Participant): boolean {
  return newIndex === null || lost.some((member) => member.identity === identity);
}
