import { equalBytes } from '../bytes/hex.ts';
import { Problem } from '../problem.ts';
import type { Attempt } from './attempt.ts';
import type { Fault } from './faults.ts';
import type { AnyPacket, KindName, PacketOf } from './kinds.ts';
import type { Plan } from './plan.ts';

/** Results of checks that depend on nothing but the packets that they name; handed back in, they are not repeated. */
export type Memo = Map<string, unknown>;

/** The packets of a ceremony while they are weighed, and what is found against them. */
export interface Evaluation {
  readonly plan: Plan;
  /** In order of their digests: neither arrival nor claimed time orders anything. */
  readonly packets: readonly AnyPacket[];
  readonly byDigest: ReadonlyMap<string, AnyPacket>;
  readonly faults: Fault[];
  readonly waiting: { readonly packet: string; readonly names: string }[];
  of<K extends KindName>(kind: K, attempt?: Attempt): PacketOf<K>[];
  /** Runs a check once per packet and context; a Problem is the author's fault, and comes back as null. */
  checked<T>(packet: AnyPacket, context: string, check: () => T): T | null;
  /** Whether that check was never run, here or by whoever handed the results back in. */
  isUnchecked(packet: AnyPacket, context: string): boolean;
  fault(packet: AnyPacket, error: Problem): null;
  /** Notes that a packet names another one that is not here. */
  wait(packet: AnyPacket, names: string): void;
  /** Computes once what depends on nothing but the key. */
  once<T>(key: string, compute: () => T): T;
}

export function isOf(packet: AnyPacket, attempt: Attempt): boolean {
  return equalBytes(packet.attempt, attempt.id);
}

export function evaluationOf(plan: Plan, admitted: readonly AnyPacket[], memo: Memo): Evaluation {
  const byDigest = new Map(admitted.map((packet) => [packet.digest, packet]));
  const packets = [...byDigest.values()].sort((a, b) => (a.digest < b.digest ? -1 : 1));
  const faults: Fault[] = [];
  const waiting: { packet: string; names: string }[] = [];
  const once = <T>(key: string, compute: () => T): T => {
    if (!memo.has(key)) memo.set(key, compute());
    return memo.get(key) as T;
  };
  const fault = (packet: AnyPacket, error: Problem): null => {
    const member = plan.byIdentity.get(packet.identity)?.name ?? '';
    faults.push({ member, identity: packet.identity, fault: error.code, packet: packet.digest, detail: error.message });
    return null;
  };
  return {
    plan,
    packets,
    byDigest,
    faults,
    waiting,
    of: <K extends KindName>(kind: K, attempt?: Attempt) =>
      packets.filter(
        (packet) => packet.kind === kind && (attempt === undefined || isOf(packet, attempt)),
      ) as unknown as PacketOf<K>[],
    checked: <T>(packet: AnyPacket, context: string, check: () => T): T | null => {
      const found = once(`${context} ${packet.digest}`, () => resultOf(check));
      return 'value' in found ? found.value : fault(packet, found.error);
    },
    isUnchecked: (packet, context) => !memo.has(`${context} ${packet.digest}`),
    fault,
    wait: (packet, names) => {
      waiting.push({ packet: packet.digest, names });
    },
    once,
  };
}

function resultOf<T>(check: () => T): { readonly value: T } | { readonly error: Problem } {
  try {
    return { value: check() };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { error };
  }
}
