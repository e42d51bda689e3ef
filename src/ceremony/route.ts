import { equalBytes } from '../bytes/hex.ts';
import { callWalk } from './call-route.ts';
import { type Duty, duties, owedBy } from './duties.ts';
import type { View } from './evaluate.ts';
import { isKind, type KindName } from './kinds.ts';
import { movesShares, type Participant } from './plan.ts';
import { policiesOver } from './policy.ts';
import { openCalls } from './reprove.ts';
import { stillWalk } from './still-route.ts';

/** One stop of the stick at a machine, and what will be done there. */
export interface Stop {
  readonly member: string;
  readonly does: readonly Duty[];
}

export interface Walk {
  /** Empty where nothing is left to do, and where no walk leads to the end. */
  readonly stops: readonly Stop[];
  /** How often the stick goes from one site to another; null where no sites were given. */
  readonly moves: number | null;
  /** Why no walk leads to the end. */
  readonly stuck: readonly string[];
  /** Whether every order was weighed; else the ceremony is too big for that, and a shorter walk may be left. */
  readonly exact: boolean;
}

export interface WalkOptions {
  /** Where the stick is: the walk begins here if that costs nothing. */
  readonly from?: string | undefined;
  /** The site of each machine by the member's name; who is not in here is at a site of their own. */
  readonly sites?: ReadonlyMap<string, number> | undefined;
  /** States to look at before the search gives way to the first fruitful visit each time. */
  readonly budget?: number;
}

/** The order of machines in which one stick finishes the ceremony with the fewest visits. */
export function route(view: View, from?: string): string[] {
  return walk(view, { from }).stops.map(({ member }) => member);
}

/**
 * The same with what each stop does. An abstract walk over who has done what: a visit does all that is possible at that
 * machine with what the stick has seen, by the rules of duties.ts. The search is exact: it goes on visit by visit
 * through every state that differs, and members who have the same still before them (at the same site) do not differ.
 */
export function walk(view: View, { from, sites, budget = 20_000 }: WalkOptions = {}): Walk {
  if (!movesShares(view.plan)) return stillWalk(view, from, sites !== undefined);
  const call = view.current.proof === null && view.current.death === null ? openCalls(view.current)[0] : undefined;
  if (call !== undefined) return callWalk(view, call, from, sites !== undefined);
  const stuck = stuckOn(view);
  if (stuck.length > 0) return { stops: wayOut(view, from), moves: sites === undefined ? null : 0, stuck, exact: true };
  const ceremony = new Abstract(view, sites);
  const start = ceremony.start(from);
  const found = shortest(ceremony, start, budget);
  const path = found === 'too big' ? greedy(ceremony, start) : found;
  const stops: Stop[] = [];
  let [state, moves] = [start, 0];
  for (const at of path ?? []) {
    const does: Duty[] = [];
    const next = ceremony.visit(state, at, does) as State;
    moves += ceremony.distance(state, next);
    stops.push({ member: ceremony.names[at] as string, does });
    state = next;
  }
  return {
    stops,
    moves: sites === undefined ? null : moves,
    stuck: path === null ? ['not enough approvals or endorsements can be had any more'] : [],
    exact: found !== 'too big',
  };
}

/** Where nothing leads to the end as things are: first whoever can say that this attempt is over, then its proposer. */
function wayOut(view: View, from: string | undefined): Stop[] {
  const stops = view.plan.participants.map((one) => ({ member: one.name, does: owedBy(view, one) }));
  const ending = stops.filter(({ does }) => does.includes('refuse'));
  const amending = stops.filter(({ does }) => does.includes('amend'));
  const [first] = [...ending.filter(({ member }) => member === from), ...ending, ...amending];
  return first === undefined ? [] : [first];
}

/** What no visit can mend: it takes a packet that is somewhere else, an amendment, or a new plan. */
function stuckOn(view: View): string[] {
  const { plan, current } = view;
  const { death, deals, proof, transcript, attempt } = current;
  if (proof !== null) return [];
  if (death !== null)
    return [`the attempt is over: ${death.why === 'released' ? 'given up' : 'refused'} by ${death.by.join(', ')}`];
  if (view.withdrawn) return ['the proposer withdrew the plan'];
  const found: string[] = [];
  for (const { participant } of attempt.dealers) {
    const good = deals.get(participant.identity)?.length ?? 0;
    if (good > 1) found.push(`${participant.name} dealt twice`);
    if (good === 0 && said(view, 'deal', participant))
      found.push(`the deal of ${participant.name} does not count here`);
  }
  if (found.length === 0 && current.counts && transcript === null)
    found.push('the deals together would change the key');
  for (const receiver of plan.receivers) {
    if (said(view, 'acceptance', receiver) && !current.acceptances.has(receiver.identity))
      found.push(`the acceptance of ${receiver.name} does not count here`);
    if (said(view, 'activation', receiver) && !current.activations.has(receiver.identity))
      found.push(`the activation of ${receiver.name} does not count here`);
    if (current.releases.has(receiver.identity) && !current.activations.has(receiver.identity))
      found.push(`${receiver.name} gave the attempt up`);
  }
  return found;
}

/** Whether this member has said it in the attempt that is worked on, good or bad. */
function said({ packets, current }: View, kind: KindName, { identity }: Participant): boolean {
  return packets.some(
    (packet) => packet.kind === kind && packet.identity === identity && equalBytes(packet.attempt, current.attempt.id),
  );
}

/** What a member has still before itself, one bit each; and the site of its machine. */
const approving = 1;
/** As an approver whom the policy of the keyset names, and one whom the policy names that the plan changes it to. */
const policyApproving = [2, 4] as const;
const dealing = 8;
const endorsing = 16;
const accepting = 32;
const activating = 64;
const closing = 128;

interface State {
  readonly left: Uint8Array;
  /** Where the stick is: a site where sites count, and the machine that was visited last. */
  readonly site: number;
  readonly last: number;
}

class Abstract {
  readonly names: readonly string[];
  readonly #sites: readonly number[];
  readonly #first: Uint8Array;
  /** What has to be reached, less what is here already. */
  readonly #missing: { readonly approvals: number; readonly policies: readonly number[]; readonly votes: number };
  readonly #approved: boolean;
  /** Votes that count once every named dealer has dealt: no more are asked for. */
  readonly #votesInSight: number;
  readonly #sited: boolean;

  constructor(view: View, sites: ReadonlyMap<string, number> | undefined) {
    const { plan, packets, current, approvals, approved } = view;
    const actors = plan.participants;
    const refused = new Set(
      packets.flatMap((packet) =>
        isKind(packet, 'refusal') && packet.body.as === 'approver' ? [packet.identity] : [],
      ),
    );
    const policies = policiesOver(plan);
    const named = policies.map(({ approvers }) => new Set(approvers.map((bytes) => bytes.join())));
    const ofPolicy = (p: Participant, at: number): boolean => named[at]?.has(p.card.signing.join()) === true;
    const asApprover = (p: Participant): number =>
      policyApproving.reduce<number>((bits, bit, at) => (ofPolicy(p, at) ? bits | bit : bits), approving);
    const deals = (p: Participant): boolean =>
      current.attempt.dealers.some(({ participant }) => participant.identity === p.identity);
    const beginning = current.proof === null;

    this.names = actors.map(({ name }) => name);
    this.#sited = sites !== undefined;
    this.#sites = actors.map(({ name }, at) => sites?.get(name) ?? 1000 + at);
    this.#first = Uint8Array.from(actors, (p) => {
      let left = 0;
      if (beginning) {
        if (p.approver && !approvals.has(p.identity) && !refused.has(p.identity)) left |= asApprover(p);
        if (deals(p) && !said(view, 'deal', p)) left |= dealing;
        if (p.oldIndex !== null && !deals(p) && !said(view, 'endorsement', p)) left |= endorsing;
        if (p.newIndex !== null) {
          if (!current.acceptances.has(p.identity)) left |= accepting;
          if (!current.activations.has(p.identity)) left |= activating;
        }
      }
      const lost = current.proof?.lost.some(({ identity }) => identity === p.identity) === true;
      if ((p.newIndex !== null || p.oldIndex !== null) && !lost && !current.closings.has(p.identity)) left |= closing;
      return left;
    });
    const agreed = plan.participants.filter((p) => approvals.has(p.identity));
    this.#approved = approved;
    this.#missing = {
      approvals: plan.approvals - agreed.length,
      policies: policies.map(({ approvals }, at) => approvals - agreed.filter((p) => ofPolicy(p, at)).length),
      votes: plan.quorum - current.endorsers.size,
    };
    this.#votesInSight =
      plan.quorum -
      new Set([...current.attempt.dealers.map(({ participant }) => participant.identity), ...current.endorsers]).size;
  }

  start(from: string | undefined): State {
    const at = this.names.indexOf(from ?? '');
    return { left: this.#first, site: this.#sited ? (this.#sites[at] ?? -1) : 0, last: at - 1 };
  }

  finished({ left }: State): boolean {
    return left.every((bits) => (bits & closing) === 0);
  }

  /** Machines in plan order, beginning behind the last one: the order that a person would walk in. */
  *order({ last }: State): Generator<number> {
    const { length } = this.names;
    for (let i = 1; i <= length; i++) yield (last + i + length) % length;
  }

  distance(before: State, after: State): number {
    return before.site === after.site || before.site < 0 ? 0 : 1;
  }

  /** Two states are one if as many members have the same before them at the same site, and the stick is there. */
  key({ left, site }: State): string {
    if (!this.#sited) return String.fromCharCode(...left.toSorted());
    const members = Array.from(left, (_, at) => this.code({ left }, at)).sort((a, b) => a - b);
    return String.fromCharCode(site, ...members.flatMap((code) => [code >> 8, code & 255]));
  }

  /** What one member has still before itself, and where. */
  code({ left }: Pick<State, 'left'>, at: number): number {
    return (this.#sited ? (this.#sites[at] as number) * 256 : 0) + (left[at] as number);
  }

  /** The state after a visit, or null where it would do nothing. */
  visit(state: State, at: number, does?: Duty[]): State | null {
    const left = state.left.slice();
    const done = new Set<Duty>();
    const open = (bit: number): number => left.reduce((count, bits) => count + ((bits & bit) === 0 ? 0 : 1), 0);
    const since = (bit: number): number => this.#count(bit) - open(bit);
    const here = (bit: number): boolean => ((left[at] as number) & bit) !== 0;
    const act = (duty: Duty, bits: number): void => {
      left[at] = (left[at] as number) & ~bits;
      done.add(duty);
    };
    const approved = (): boolean =>
      this.#approved ||
      (since(approving) >= this.#missing.approvals &&
        this.#missing.policies.every((missing, at) => since(policyApproving[at] ?? 0) >= missing));

    if (here(approving) && !approved()) act('approve', approving | policyApproving[0] | policyApproving[1]);
    if (approved()) {
      if (here(dealing)) act('deal', dealing);
      if (here(endorsing) && since(endorsing) < this.#votesInSight) act('endorse', endorsing);
      const counts = open(dealing) === 0 && since(dealing) + since(endorsing) >= this.#missing.votes;
      if (counts && here(accepting)) act('accept', accepting);
      if (open(accepting) === 0 && here(activating)) act('activate', activating);
    }
    if (open(activating) === 0 && here(closing)) act('close', closing);
    if (done.size === 0) return null;
    does?.push(...duties.filter((duty) => done.has(duty)));
    return { left, site: this.#sited ? (this.#sites[at] as number) : 0, last: at };
  }

  #count(bit: number): number {
    return this.#first.reduce((count, bits) => count + ((bits & bit) === 0 ? 0 : 1), 0);
  }
}

interface Node {
  readonly state: State;
  readonly moves: number;
  readonly before: Node | null;
  readonly at: number;
}

/**
 * Breadth first, so the first layer that holds an end has the fewest visits; of the ways into one state, and of the
 * ends, the one with the fewest moves. Null where nothing leads to the end.
 */
function shortest(ceremony: Abstract, start: State, budget: number): number[] | null | 'too big' {
  let layer = new Map<string, Node>([[ceremony.key(start), { state: start, moves: 0, before: null, at: -1 }]]);
  const seen = new Set<string>();
  while (layer.size > 0) {
    const ends = [...layer.values()].filter(({ state }) => ceremony.finished(state));
    if (ends.length > 0) return pathTo(ends.reduce((best, end) => (end.moves < best.moves ? end : best)));
    for (const key of layer.keys()) seen.add(key);
    if (seen.size > budget) return 'too big';
    const next = new Map<string, Node>();
    for (const before of layer.values()) {
      const tried = new Set<number>();
      for (const at of ceremony.order(before.state)) {
        const code = ceremony.code(before.state, at);
        if (tried.has(code)) continue; // interchangeable with one that was tried from here
        tried.add(code);
        const state = ceremony.visit(before.state, at);
        if (state === null) continue;
        const key = ceremony.key(state);
        if (seen.has(key)) continue;
        const moves = before.moves + ceremony.distance(before.state, state);
        const known = next.get(key);
        if (known === undefined || moves < known.moves) next.set(key, { state, moves, before, at });
      }
    }
    layer = next;
  }
  return null;
}

function pathTo(end: Node): number[] {
  const path: number[] = [];
  for (let node = end; node.before !== null; node = node.before) path.unshift(node.at);
  return path;
}

/** The first fruitful visit each time, at this site if there is one. Null where that does not lead to the end. */
function greedy(ceremony: Abstract, start: State): number[] | null {
  const path: number[] = [];
  let state = start;
  while (!ceremony.finished(state)) {
    let best: { readonly at: number; readonly next: State } | null = null;
    for (const at of ceremony.order(state)) {
      const next = ceremony.visit(state, at);
      if (next === null || (best !== null && ceremony.distance(state, next) > 0)) continue;
      best = best === null || ceremony.distance(state, best.next) > 0 ? { at, next } : best;
    }
    if (best === null) return null;
    path.push(best.at);
    state = best.next;
  }
  return path;
}
