import { firstAttempt } from './attempt.ts';
import type { AttemptView } from './attempt-view.ts';
import { evaluateAttempt } from './attempt-view.ts';
import { type CensusView, censusPhase, evaluateCensus } from './census.ts';
import { approvable } from './death.ts';
import { type DrillView, drillPhase, evaluateDrill } from './drill.ts';
import { contradictionsIn } from './equivocation.ts';
import { evaluationOf, type Memo } from './evaluation.ts';
import type { Contradiction, Fault } from './faults.ts';
import type { AnyPacket, PacketOf } from './kinds.ts';
import { attemptOf } from './packets/amendment.ts';
import type { Plan } from './plan.ts';

export const phases = [
  'proposed',
  'dealing',
  'accepting',
  'activating',
  'proving',
  'closing',
  'complete',
  'aborted',
  'failed',
] as const;
export type Phase = (typeof phases)[number];

/** The state of a ceremony: a pure function of its packets. Nothing of this is ever stored. */
export interface View {
  readonly plan: Plan;
  /** In order of their digests: neither arrival nor claimed time orders anything. */
  readonly packets: readonly AnyPacket[];
  readonly approvals: ReadonlyMap<string, PacketOf<'approval'>>;
  readonly approved: boolean;
  readonly attempts: readonly AttemptView[];
  /** The proposer asks for the end of it all; receivers that have not accepted then refuse. */
  readonly withdrawn: boolean;
  /** The attempt that is worked on: proven, else certified, else the newest that is not dead. */
  readonly current: AttemptView;
  /** Of a ceremony that moves no share; its one attempt stays empty. */
  readonly drill: DrillView | null;
  readonly census: CensusView | null;
  readonly phase: Phase;
  readonly faults: readonly Fault[];
  readonly contradictions: readonly Contradiction[];
  readonly dissent: readonly PacketOf<'refusal'>[];
  readonly notes: readonly PacketOf<'note'>[];
  /** Packets that name others which are not here. "Not seen here", never "not sent". */
  readonly waiting: readonly { readonly packet: string; readonly names: string }[];
}

export function evaluate(plan: Plan, admitted: readonly AnyPacket[], memo: Memo = new Map()): View {
  const evaluation = evaluationOf(plan, admitted, memo);
  const { packets, faults, waiting, of, checked } = evaluation;
  const approvals = new Map(of('approval').map((packet) => [packet.identity, packet]));
  const amended = of('amendment').flatMap(
    (packet) => checked(packet, 'amendment', () => attemptOf(plan, packet)) ?? [],
  );
  // of the packets alone, in the order of their numbers: what arrived first decides nothing
  const tried = [firstAttempt(plan), ...amended.sort((a, b) => a.number - b.number)];
  const attempts = tried.map((attempt) => evaluateAttempt(evaluation, attempt));
  const living = attempts.filter(({ death }) => death === null);
  const current = (attempts.find(({ proof }) => proof !== null) ??
    living.find(({ certificate }) => certificate !== null) ??
    living.at(-1) ??
    attempts.at(-1)) as AttemptView;
  const drill = evaluateDrill(evaluation);
  const census = evaluateCensus(evaluation);
  const withdrawn = of('refusal').some(
    (packet) => packet.body.as === 'proposer' && plan.byIdentity.get(packet.identity)?.proposer === true,
  );
  const over = withdrawn || current.death !== null;
  return {
    plan,
    packets,
    approvals,
    approved: approvable(plan, (identity) => approvals.has(identity)),
    attempts,
    current,
    withdrawn,
    drill,
    census,
    phase: stillPhase(over, drill, census) ?? phaseOf(plan, current),
    faults,
    contradictions: contradictionsIn(plan, packets),
    dissent: of('refusal'),
    notes: of('note'),
    waiting,
  };
}

function stillPhase(over: boolean, drill: DrillView | null, census: CensusView | null): Phase | null {
  const phase = drill !== null ? drillPhase(drill) : census !== null ? censusPhase(census) : null;
  return phase !== null && phase !== 'complete' && over ? 'aborted' : phase;
}

function phaseOf(plan: Plan, view: AttemptView): Phase {
  if (view.proof !== null) {
    const lost = new Set(view.proof.lost.map(({ identity }) => identity));
    const closed = plan.receivers.every(({ identity }) => lost.has(identity) || view.closings.has(identity));
    return closed ? 'complete' : 'closing';
  }
  if (view.death !== null) return 'aborted';
  if (view.certificate !== null) {
    return plan.receivers.every(({ identity }) => hasActivated(view, identity)) ? 'proving' : 'activating';
  }
  if (view.counts) return 'accepting';
  return view.deals.size > 0 || view.endorsers.size > 0 ? 'dealing' : 'proposed';
}

/** In the step in which it first signs a turn, a member's new share becomes the active one. */
export function hasActivated({ activations, reproves }: AttemptView, identity: string): boolean {
  return activations.has(identity) || reproves.some(({ signatures }) => signatures.has(identity));
}
