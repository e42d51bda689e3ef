import { equalBytes, toHex } from '../bytes/hex.ts';
import { contradictionsAcross } from './across.ts';
import type { View } from './evaluate.ts';
import type { Contradiction, Fault } from './faults.ts';
import type { AnyPacket, PacketOf } from './kinds.ts';

/** The gravest thing that can be said of a packet. */
export type Standing = 'faulty' | 'contested' | 'ends the attempt' | 'dissent' | 'waiting' | 'admitted';

/** What a packet comes to, with the packets that show it. */
export interface PacketStanding {
  readonly standing: Standing;
  readonly faults: readonly Fault[];
  readonly contradictions: readonly Contradiction[];
  /** What it names and is here: the evidence, where it is faulty. */
  readonly names: readonly AnyPacket[];
  /** What it names and was not seen here, as digests. */
  readonly notSeen: readonly string[];
  /** What it waits for, in words. */
  readonly waitsFor: readonly string[];
  /** Whether it was said in an attempt that is dead: good or bad, nothing follows from it any more. */
  readonly deadAttempt: boolean;
}

export function standingOf(view: View, packet: AnyPacket, all: readonly View[] = [view]): PacketStanding {
  const faults = view.faults.filter((fault) => fault.packet === packet.digest);
  const contradictions = contradictionsOf(view, all).filter(({ packets }) => packets.includes(packet.digest));
  const waitsFor = view.waiting.filter((one) => one.packet === packet.digest).map(({ names }) => names);
  const { death } = view.attempts.find(({ attempt }) => equalBytes(attempt.id, packet.attempt)) ?? { death: null };
  const ended = view.attempts.some((one) => one.death?.evidence.some(({ digest }) => digest === packet.digest));
  const named = namedBy(packet);
  const shown = new Set([...named, ...faults.flatMap(({ evidence = [] }) => evidence)]);
  const names = view.packets.filter(({ digest }) => digest !== packet.digest && shown.has(digest));
  const seen = new Set(names.map(({ digest }) => digest));
  return {
    standing:
      faults.length > 0
        ? 'faulty'
        : contradictions.some(({ grave }) => grave)
          ? 'contested'
          : ended
            ? 'ends the attempt'
            : packet.kind === 'refusal' && isDissent(view, packet)
              ? 'dissent'
              : waitsFor.length > 0
                ? 'waiting'
                : 'admitted',
    faults,
    contradictions,
    names,
    notSeen: named.filter((digest) => !seen.has(digest)),
    waitsFor,
    deadAttempt: death !== null,
  };
}

/** A no that is recorded and has no effect (rule 6): every refusal but of a receiver, or one that ended an attempt. */
export function isDissent(view: View, packet: PacketOf<'refusal'>): boolean {
  const receives = view.plan.byIdentity.get(packet.identity)?.newIndex != null;
  if (packet.body.as === 'proposer' || (packet.body.as === 'receiver' && receives)) return false;
  // a no to a drill or a census is an answer, which its result shows
  const answered = [...(view.drill?.refused ?? []), ...(view.census?.refused ?? [])];
  if (answered.some(({ identity }) => identity === packet.identity)) return false;
  return !view.attempts.some(({ death }) => death?.evidence.some(({ digest }) => digest === packet.digest));
}

/** In a ceremony, and with others over the same parent. */
export function contradictionsOf(view: View, all: readonly View[]): Contradiction[] {
  const across = contradictionsAcross(all).filter(
    ({ identity, ceremonies }) => identity !== '' && ceremonies.includes(view.plan.ceremony),
  );
  return [...view.contradictions, ...across];
}

/** The packets that a packet relies on, by their digests. */
function namedBy(packet: AnyPacket): string[] {
  switch (packet.kind) {
    case 'deal':
      return packet.body.approvals.map(toHex);
    case 'acceptance':
      return packet.body.deals.map(toHex);
    case 'activation':
      return packet.body.certificate.map(toHex);
    case 'signature':
      return [toHex(packet.body.call), ...packet.body.commitments.map(toHex)];
    case 'commitment':
      return [toHex(packet.body.call)];
    case 'reprove':
      return packet.body.certificate.map(toHex);
    case 'complaint':
      return [toHex(packet.body.deal)];
    case 'release':
      return packet.body.signed.flatMap(({ packet: signed, blocked }) =>
        blocked === null ? [toHex(signed)] : [toHex(signed), toHex(blocked)],
      );
    case 'proposal':
    case 'approval':
    case 'refusal':
    case 'endorsement':
    case 'amendment':
    case 'closing':
    case 'census':
    case 'note':
      return [];
  }
}
