import type { View } from './evaluate.ts';
import type { Participant } from './plan.ts';

/** How far one participant is, in the steps that need a visit of the stick. */
interface Standing {
  readonly participant: Participant;
  readonly deals: boolean;
  readonly receives: boolean;
  readonly leaves: boolean;
  approved: boolean;
  dealt: boolean;
  accepted: boolean;
  activated: boolean;
  closed: boolean;
}

/** Exact search up to this many participants; beyond, the first fruitful visit is taken each time. */
const exactUpTo = 8;

/**
 * The order of machines in which one stick finishes the ceremony with the fewest visits. An abstract walk over who
 * has what: a visit does all that is possible at that machine with what the stick has seen.
 */
export function route(view: View, from?: string): string[] {
  const start = standings(view);
  const needed = { approvals: Math.max(view.plan.approvals, view.plan.policy.approvals) };
  if (view.current.death !== null) return [];
  const first = from === undefined ? [] : start.filter((one) => one.participant.name === from);
  return start.length <= exactUpTo ? shortest(start, needed, first[0]) : greedy(start, needed);
}

function standings({ plan, current, approvals }: View): Standing[] {
  return plan.participants
    .filter((p) => p.newIndex !== null || p.oldIndex !== null || p.approver)
    .map((participant) => ({
      participant,
      deals: current.attempt.dealers.some((dealer) => dealer.participant.identity === participant.identity),
      receives: participant.newIndex !== null,
      leaves: participant.newIndex === null && participant.oldIndex !== null,
      approved: !participant.approver || approvals.has(participant.identity),
      dealt: current.deals.has(participant.identity),
      accepted: current.acceptances.has(participant.identity),
      activated: current.activations.has(participant.identity),
      closed: current.closings.has(participant.identity),
    }));
}

interface Needed {
  readonly approvals: number;
}

/** One visit, in place: returns whether anything was done. */
function visit(all: Standing[], at: number, needed: Needed): boolean {
  const here = all[at] as Standing;
  let did = false;
  const done = (): void => {
    did = true;
  };
  if (!here.approved) {
    here.approved = true;
    done();
  }
  const approved = all.filter((one) => one.participant.approver && one.approved).length >= needed.approvals;
  if (approved && here.deals && !here.dealt) {
    here.dealt = true;
    done();
  }
  if (approved && here.receives && !here.accepted && all.every((one) => !one.deals || one.dealt)) {
    here.accepted = true;
    done();
  }
  if (here.accepted && !here.activated && all.every((one) => !one.receives || one.accepted)) {
    here.activated = true;
    done();
  }
  if ((here.receives || here.leaves) && !here.closed && all.every((one) => !one.receives || one.activated)) {
    here.closed = true;
    done();
  }
  return did;
}

function finished(all: readonly Standing[]): boolean {
  return all.every((one) => one.closed || (!one.receives && !one.leaves));
}

/** What matters of a state: members in one position are interchangeable, so the multiset of positions is enough. */
function keyOf(all: readonly Standing[]): string {
  return all
    .map((one) =>
      [
        one.participant.approver,
        one.deals,
        one.receives,
        one.leaves,
        one.approved,
        one.dealt,
        one.accepted,
        one.activated,
        one.closed,
      ]
        .map(Number)
        .join(''),
    )
    .sort()
    .join(' ');
}

function shortest(start: Standing[], needed: Needed, first: Standing | undefined): string[] {
  let frontier: { all: Standing[]; path: string[] }[] = [{ all: start, path: [] }];
  const seen = new Set<string>([keyOf(start)]);
  while (frontier.length > 0) {
    const next: typeof frontier = [];
    for (const { all, path } of frontier) {
      if (finished(all)) return path;
      const order = all.map((_, at) => at);
      const preferred =
        first === undefined || path.length > 0
          ? -1
          : all.findIndex((one) => one.participant.identity === first.participant.identity);
      if (preferred > 0) order.unshift(...order.splice(preferred, 1));
      for (const at of order) {
        const copy = all.map((one) => ({ ...one }));
        if (!visit(copy, at, needed)) continue;
        const key = keyOf(copy);
        if (seen.has(key)) continue;
        seen.add(key);
        next.push({ all: copy, path: [...path, (all[at] as Standing).participant.name] });
      }
    }
    frontier = next;
  }
  return [];
}

function greedy(start: Standing[], needed: Needed): string[] {
  const all = start.map((one) => ({ ...one }));
  const path: string[] = [];
  for (let idle = 0, at = 0; !finished(all) && idle <= all.length; at = (at + 1) % all.length) {
    if (visit(all, at, needed)) {
      path.push((all[at] as Standing).participant.name);
      idle = 0;
    } else idle++;
  }
  return path;
}
