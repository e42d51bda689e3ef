import type { Descriptor } from './descriptor.ts';
import type { Phase } from './evaluate.ts';
import type { Evaluation } from './evaluation.ts';
import { type CheckedCensus, checkCensus, type Folded, foldFor } from './packets/census.ts';
import type { Participant } from './plan.ts';

/** Who of a committee has shown its share, and in what state machine and copies are. */
export interface CensusView {
  readonly descriptor: Descriptor;
  /** Everybody who is asked: the committee, without those whose share was declared lost. */
  readonly members: readonly (Participant & { readonly oldIndex: number })[];
  /** By identity in hex. Of two good ones of one member the first by its digest; the contradiction is shown beside it. */
  readonly reports: ReadonlyMap<string, CheckedCensus>;
  readonly refused: readonly Participant[];
}

export function evaluateCensus({ plan, of, checked, once }: Evaluation): CensusView | null {
  const descriptor = plan.parent?.proven;
  if (plan.kind !== 'census' || descriptor === undefined) return null;
  const members = plan.holders.flatMap((holder, place) =>
    holder === null ? [] : [{ ...holder, oldIndex: place + 1 }],
  );
  const packets = of('census');
  const folded = (): Folded => once(`census ${plan.ceremony}`, () => foldFor(plan, descriptor));
  const reports = new Map<string, CheckedCensus>();
  for (const packet of packets) {
    const index = members.find(({ identity }) => identity === packet.identity)?.oldIndex ?? 0;
    const good = checked(packet, 'census', () => checkCensus(plan, descriptor, folded(), index, packet));
    if (good !== null && !reports.has(packet.identity)) reports.set(packet.identity, good);
  }
  const said = new Set(of('refusal').map(({ identity }) => identity));
  return {
    descriptor,
    members,
    reports,
    refused: members.filter(({ identity }) => said.has(identity) && !reports.has(identity)),
  };
}

export function owesCensus({ members, reports, refused }: CensusView, who: string): boolean {
  const asked = members.some(({ identity }) => identity === who);
  return asked && !reports.has(who) && !refused.some(({ identity }) => identity === who);
}

/** Complete when everybody has answered; a no is an answer, and nobody else has to wait for it. */
export function censusPhase({ members, reports, refused }: CensusView): Phase {
  if (refused.length === members.length) return 'aborted';
  if (reports.size + refused.length === members.length) return 'complete';
  return reports.size + refused.length > 0 ? 'proving' : 'proposed';
}
