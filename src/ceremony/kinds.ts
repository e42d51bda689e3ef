import type * as v from 'valibot';
import type { Packet } from './packet.ts';
import { acceptance } from './packets/acceptance.ts';
import { activation } from './packets/activation.ts';
import { amendment } from './packets/amendment.ts';
import { approval } from './packets/approval.ts';
import { census } from './packets/census.ts';
import { closing } from './packets/closing.ts';
import { commitment } from './packets/commitment.ts';
import { complaint } from './packets/complaint.ts';
import { deal } from './packets/deal.ts';
import { endorsement } from './packets/endorsement.ts';
import { note } from './packets/note.ts';
import { proposal } from './packets/proposal.ts';
import { refusal } from './packets/refusal.ts';
import { release } from './packets/release.ts';
import { reprove } from './packets/reprove.ts';
import { signature } from './packets/signature.ts';
import type { Plan } from './plan.ts';

/** Every kind of packet there is. An unknown one stops with a clear message; it is never skipped. */
export const kinds = {
  proposal,
  approval,
  refusal,
  deal,
  endorsement,
  acceptance,
  complaint,
  activation,
  closing,
  amendment,
  release,
  reprove,
  commitment,
  signature,
  census,
  note,
} as const;

export type KindName = keyof typeof kinds;
export type BodyOf<K extends KindName> = v.InferOutput<(typeof kinds)[K]['schema']>;
export type PacketOf<K extends KindName> = Packet<K, BodyOf<K>>;
export type AnyPacket = { [K in KindName]: PacketOf<K> }[KindName];

export function isKind<K extends KindName>(packet: AnyPacket, kind: K): packet is Extract<AnyPacket, { kind: K }> {
  return packet.kind === kind;
}

const everywhere: readonly KindName[] = ['proposal', 'approval', 'refusal', 'note'];

/** Whether such a packet has a place in a ceremony of this kind: where no share moves, nobody votes, deals or closes. */
export function hasPlace(kind: KindName, plan: Pick<Plan, 'kind'>): boolean {
  if (plan.kind === 'drill') return kind === 'commitment' || kind === 'signature' || everywhere.includes(kind);
  if (plan.kind === 'census') return kind === 'census' || everywhere.includes(kind);
  return kind !== 'census';
}

export function slotOf(packet: AnyPacket): string {
  return (kinds[packet.kind].slot as (packet: AnyPacket) => string)(packet);
}
