import { equalBytes } from '../bytes/hex.ts';
import { hasActivated, type View } from './evaluate.ts';
import { type AnyPacket, isKind } from './kinds.ts';
import { movesShares } from './plan.ts';

/** What became of one share, as far as signed packets say: claims of its member, in the order of the claimed times. */
export interface ShareLog {
  readonly member: string;
  readonly committee: 'old' | 'new';
  readonly index: number;
  readonly epoch: number;
  readonly state: string;
  readonly events: readonly { readonly at: number; readonly event: string; readonly packet: string }[];
}

/** Of every share of the old committee and of the new one. Empty where no share moves. */
export function shareLogs(view: View): ShareLog[] {
  if (!movesShares(view.plan)) return [];
  return [...oldShares(view), ...newShares(view)];
}

function oldShares(view: View): ShareLog[] {
  const { plan, current } = view;
  const parent = plan.parent?.proven;
  return plan.holders.map((holder, place) => {
    const common = { committee: 'old', index: place + 1, epoch: parent?.epoch ?? 0 } as const;
    if (holder === null) {
      const state = 'declared lost in the plan, which is not to say destroyed';
      return { ...common, member: parent?.members[place]?.name ?? '', state, events: [] };
    }
    const closing = current.closings.get(holder.identity);
    const events = eventsOf(view, holder.identity, (packet) => {
      if (isKind(packet, 'deal')) return 'dealt from';
      if (isKind(packet, 'closing')) return oldShareWords[packet.body.oldShare.state];
      return null;
    });
    const untouched =
      current.proof === null
        ? 'in force: no machine destroys an old share by itself before a proof of life'
        : 'not known: its member has not closed, so it may still exist';
    return {
      ...common,
      member: holder.name,
      state:
        closing === undefined ? untouched : `${oldShareWords[closing.body.oldShare.state]}, as its member declared`,
      events,
    };
  });
}

const oldShareWords = {
  'wrapping-key-deleted': 'its wrapping key deleted from this medium',
  kept: 'kept',
  none: 'none was there',
} as const;

function newShares(view: View): ShareLog[] {
  const { plan, current } = view;
  return plan.receivers.map(({ name, identity, newIndex }) => {
    const events = eventsOf(view, identity, (packet) => {
      switch (packet.kind) {
        case 'refusal':
          return isKind(packet, 'refusal') && packet.body.as === 'receiver' ? 'refused' : null;
        case 'complaint':
          return 'not taken: a box was opened to everybody';
        case 'acceptance':
          return 'stored and read back, pending';
        case 'activation':
          return 'turn 0 signed with it: active';
        case 'signature':
          return 'a later turn signed with it: active';
        case 'release':
          return 'given up';
        case 'closing':
          return 'its member closed';
        default:
          return null;
      }
    });
    return { member: name, committee: 'new', index: newIndex, epoch: plan.epoch.to, state: state(identity), events };
  });

  function state(identity: string): string {
    const active = hasActivated(current, identity);
    if (current.proof?.lost.some((lost) => lost.identity === identity)) return 'declared lost in the proof of life';
    if (current.proof !== null) {
      if (current.closings.has(identity)) return 'active; its member has closed';
      return active ? 'active; its member has not closed yet' : 'pending; its member has not closed yet';
    }
    if (current.releases.has(identity)) return 'given up';
    if (active) return 'active on its machine, of a committee that is not proven';
    if (current.acceptances.has(identity))
      return 'pending: not in use before the committee is proven, and to be guarded all the same';
    return 'none';
  }
}

function eventsOf(view: View, identity: string, words: (packet: AnyPacket) => string | null): ShareLog['events'] {
  const more = view.attempts.length > 1;
  const faulty = new Set(view.faults.map(({ packet }) => packet));
  return view.packets
    .filter((packet) => packet.identity === identity)
    .flatMap((packet) => {
      const event = words(packet);
      if (event === null) return [];
      const attempt = view.attempts.find((one) => equalBytes(one.attempt.id, packet.attempt));
      const which = more && attempt !== undefined ? `, attempt ${attempt.attempt.number}` : '';
      const suffix = `${which}${faulty.has(packet.digest) ? ': claimed in a packet that is at fault, and counts for nothing' : ''}`;
      return [{ at: packet.at, event: `${event}${suffix}`, packet: packet.digest }];
    })
    .sort((a, b) => a.at - b.at || order(a.event) - order(b.event) || (a.packet < b.packet ? -1 : 1));
}

/** Within one second of one clock, the order in which it is done: what ends it comes last. */
function order(event: string): number {
  const at = ['dealt', 'stored', 'turn', 'a later'].findIndex((start) => event.startsWith(start));
  return at < 0 ? 4 : at;
}
