import type { Duty } from './duties.ts';
import type { View } from './evaluate.ts';
import type { AnyPacket, KindName } from './kinds.ts';
import { packetSizes, type SizedKind, sealedSize } from './packet-sizes.ts';
import type { Participant } from './plan.ts';
import { openCalls } from './reprove.ts';
import type { Stop } from './route.ts';

/** What goes from one machine to the next on a walk, where each takes all that it lacks of what the other has. */
export interface Crossing {
  readonly from: string;
  readonly to: string;
  /** How long each packet is. */
  readonly packets: readonly number[];
  /** The proposal, where the other does not have it yet. */
  readonly proposal: number | null;
}

interface File {
  readonly size: number;
  readonly proposal: boolean;
  readonly holders: Set<string>;
}

/** Whoever has said what stands later here had what stands before it. */
const stages: readonly KindName[][] = [
  ['proposal'],
  ['approval'],
  ['deal', 'endorsement', 'census'],
  ['acceptance'],
  ['activation', 'reprove'],
  ['commitment'],
  ['signature'],
  ['closing'],
];

const stageOf = (kind: KindName): number => stages.findIndex((kinds) => kinds.includes(kind));

/**
 * One crossing before each stop of a walk, null where the stick is there already. Who was not visited yet is taken to have
 * only what its own packets show that it had, so that a crossing may turn out smaller than this, and not larger.
 */
export function crossings(view: View, stops: readonly Stop[], from: string): (Crossing | null)[] {
  const { plan } = view;
  const size = packetSizes(plan);
  const named = new Map(plan.participants.map((one) => [one.name, one]));
  const proposer = plan.participants.find((one) => one.proposer) as Participant;
  const files: File[] = view.packets.map((packet) => ({
    size: packet.kind === 'proposal' ? size('proposal', proposer) : sealedSize(packet),
    proposal: packet.kind === 'proposal',
    holders: new Set([from, ...plan.participants.filter((one) => hadSeen(view, one, packet)).map(({ name }) => name)]),
  }));
  const called = new Called(view);
  let last = from;
  return stops.map(({ member, does }) => {
    const carried = files.filter(({ holders }) => holders.has(last) && !holders.has(member));
    const crossing: Crossing = {
      from: last,
      to: member,
      packets: carried.filter(({ proposal }) => !proposal).map((file) => file.size),
      proposal: carried.find(({ proposal }) => proposal)?.size ?? null,
    };
    for (const { holders } of carried) holders.add(member);
    const author = named.get(member) as Participant;
    for (const kind of does.flatMap((duty) => called.kindsOf(duty, author)))
      files.push({ size: size(kind, author), proposal: false, holders: new Set([member]) });
    const stayed = last === member;
    last = member;
    return stayed ? null : crossing;
  });
}

function hadSeen({ packets }: View, { identity }: Participant, packet: AnyPacket): boolean {
  if (packet.identity === identity) return true;
  const stage = stageOf(packet.kind); // a note and the like nobody names
  const said = packets.filter((one) => one.identity === identity).map(({ kind }) => Math.max(1, stageOf(kind)));
  return stage >= 0 && said.some((further) => further > stage);
}

/** A turn that is called for is answered in two steps, of which the second waits for everybody's first. */
class Called {
  readonly #signers: number;
  readonly #committed: Set<string>;

  constructor({ drill, current }: View) {
    const call = drill ?? openCalls(current)[0];
    this.#signers = call?.signers.length ?? 0;
    this.#committed = new Set(call?.commitments.keys() ?? []);
  }

  kindsOf(duty: Duty, { identity }: Participant): SizedKind[] {
    if (duty !== 'drill' && duty !== 'reprove') return [kindOf[duty]];
    const before = this.#committed.has(identity);
    this.#committed.add(identity);
    const all = this.#committed.size >= this.#signers;
    return [...(before ? [] : (['commitment'] as const)), ...(all ? (['signature'] as const) : [])];
  }
}

const kindOf: Readonly<Record<Exclude<Duty, 'drill' | 'reprove'>, SizedKind>> = {
  propose: 'proposal',
  approve: 'approval',
  refuse: 'refusal',
  amend: 'amendment',
  endorse: 'endorsement',
  deal: 'deal',
  accept: 'acceptance',
  activate: 'activation',
  close: 'closing',
  census: 'census',
};
