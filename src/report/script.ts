import { type Duty, isAsked } from '../ceremony/duties.ts';
import type { View } from '../ceremony/evaluate.ts';
import type { Participant, Plan } from '../ceremony/plan.ts';
import type { Stop } from '../ceremony/route.ts';

/* What everybody does in a ceremony, before it is done: the walk of the stick, as each of them sees it. */

export interface ScriptVisit {
  /** In the whole walk, from 1. */
  readonly number: number;
  readonly member: string;
  readonly does: readonly Duty[];
  /** Whether the plan is shown and consent is asked here. */
  readonly consents: boolean;
  /** Who has the stick before and after. */
  readonly from: string | null;
  readonly to: string | null;
}

export interface ScriptPart {
  readonly member: string;
  /** Old member 2, new member 1, approver and so on. */
  readonly seats: readonly string[];
  readonly proposes: boolean;
  readonly visits: readonly ScriptVisit[];
}

export interface Script {
  readonly plan: Plan;
  readonly keyset: string;
  /** Null as long as nothing is proposed: then there is no number yet. */
  readonly ceremony: string | null;
  /** What its proposer types first; null where that is done. */
  readonly propose: string | null;
  readonly visits: readonly ScriptVisit[];
  /** Who has something to do, in the order in which they have it first; the proposer, who reads the phrase, always. */
  readonly parts: readonly ScriptPart[];
  /** Who is in the plan and has nothing to do. */
  readonly idle: readonly string[];
  /** Who has done all of it already. */
  readonly done: readonly string[];
  /** Whether it is complete, and only who leaves is waited for. */
  readonly over: boolean;
  /** Of a plan: the number of a ceremony here that was proposed with the same answers. */
  readonly already: string | null;
  readonly stick: string;
  /** Whether the stick and the machines travel in sealed bags. */
  readonly bags: boolean;
}

export interface ScriptSource {
  readonly view: View;
  readonly keyset: string;
  readonly stops: readonly Stop[];
  readonly propose: string | null;
  readonly already?: string | null;
  readonly stick: string;
  readonly bags: boolean;
}

export function scriptOf({ view, keyset, stops, propose, already = null, stick, bags }: ScriptSource): Script {
  const { plan } = view;
  const visits = stops.map(({ member, does }, at): ScriptVisit => {
    const first = stops.findIndex((stop) => stop.member === member) === at;
    return {
      number: at + 1,
      member,
      does,
      consents: first && asksConsent(view, member),
      from: stops[at - 1]?.member ?? null,
      to: stops[at + 1]?.member ?? null,
    };
  });
  const proposer = plan.participants.find((one) => one.proposer)?.name ?? '';
  const names = [...new Set([proposer, ...visits.map(({ member }) => member)])];
  const parts = names.map((member) => ({
    member,
    seats: seatsOf(plan.participants.find(({ name }) => name === member)),
    proposes: member === proposer,
    visits: visits.filter((visit) => visit.member === member),
  }));
  const rest = plan.participants.filter(({ name }) => !names.includes(name));
  const said = new Set(view.packets.filter(({ kind }) => kind !== 'note').map(({ identity }) => identity));
  const idle = rest.filter(({ identity }) => !said.has(identity)).map(({ name }) => name);
  const done = rest.filter(({ identity }) => said.has(identity)).map(({ name }) => name);
  const over = view.phase === 'complete';
  const ceremony = propose === null ? plan.ceremony : null;
  return { plan, keyset, ceremony, propose, visits, parts, idle, done, over, already, stick, bags };
}

/** A path as it is typed: a blank or a sign that a shell takes for its own stands in quotes. */
export function typedPath(path: string): string {
  return /^[\w./:@%+=,-]+$/.test(path) ? path : `"${path.replace(/["\\$`]/g, '\\$&')}"`;
}

/** Proposing is consent, and whoever signed something else here consented before. */
function asksConsent({ plan, packets }: View, member: string): boolean {
  const who = plan.participants.find(({ name }) => name === member);
  if (who === undefined || who.proposer || !isAsked(plan, who)) return false;
  return packets.every(({ identity, kind }) => identity !== who.identity || kind === 'note');
}

function seatsOf(who: Participant | undefined): string[] {
  if (who === undefined) return [];
  return [
    ...(who.proposer ? ['proposer'] : []),
    ...(who.oldIndex === null ? [] : [`old member ${who.oldIndex}`]),
    ...(who.newIndex === null ? [] : [`new member ${who.newIndex}`]),
    ...(who.approver ? ['approver'] : []),
    ...(who.observer ? ['observer'] : []),
  ];
}
