import { toHex } from '../bytes/hex.ts';
import { type Addresses, addressesOf } from '../crypto/addresses.ts';
import type { SuiteName } from '../crypto/suites.ts';
import { type Deed, type Duty, membersOf, outstanding, type Role, waitedFor } from './duties.ts';
import type { Phase, View } from './evaluate.ts';
import type { KindName } from './kinds.ts';
import { type NoteFacts, noteFacts } from './note-facts.ts';
import type { ClosingBody, Copy } from './packets/closing.ts';
import type { RefusalBody } from './packets/refusal.ts';
import { keysOf, movesShares, type PlanKind } from './plan.ts';
import { lostPlaceOf, type Return, returnOf } from './recovery.ts';
import type { ReproveView } from './reprove.ts';
import { type CensusResult, censusResult, type DrillResult, drillResult } from './still-result.ts';

export interface ManifestMember {
  readonly name: string;
  readonly identity: string;
  readonly oldIndex: number | null;
  readonly newIndex: number | null;
  readonly roles: readonly Role[];
  readonly done: readonly Deed[];
  readonly owes: readonly Duty[];
}

/** One place in a committee. */
export interface Seat {
  readonly index: number;
  readonly name: string;
  readonly identity: string;
  /** `leaves` and `lost` of the old committee, `joins`, `stays` and `comes-back` of the new one. */
  readonly becomes: 'stays' | 'leaves' | 'lost' | 'joins' | 'comes-back';
}

/** An old share that was declared lost, which is not to say destroyed; and how its member comes back, if at all. */
export interface LostShare {
  readonly name: string;
  readonly index: number;
  readonly returns: Return;
}

/** An old member who ends without a share (row 19). */
export interface Dispossessed {
  readonly name: string;
  readonly index: number;
  readonly why: 'leaves' | 'lost';
  /** What the member's own closing says; null as long as there is none. */
  readonly oldShare: ClosingBody['oldShare'] | null;
}

/** Without public key and addresses until a proof of life: nobody is to pay to a key that was not shown to sign. */
export interface ManifestKey {
  readonly label: string;
  readonly suite: SuiteName;
  readonly publicKey: string | null;
  readonly addresses: Addresses;
}

export interface ManifestPacket {
  readonly digest: string;
  readonly kind: KindName;
  readonly attempt: string;
  readonly author: string;
  readonly identity: string;
  /** As the author's clock claims. */
  readonly at: number;
  readonly attended: boolean;
  readonly bytes: number;
}

export interface MemberCopy extends Copy {
  readonly member: string;
}

interface Said {
  readonly member: string;
  readonly at: number;
  readonly packet: string;
}

/** A ceremony and its progress, as plain data. A view that anyone can derive again from the packets, no authority. */
export interface Manifest {
  readonly ceremony: string;
  readonly keyset: string;
  /** Null until the deals of a genesis are in. */
  readonly keysetId: string | null;
  readonly kind: PlanKind;
  readonly rehearsal: boolean;
  readonly phase: Phase;
  readonly epoch: { readonly from: number | null; readonly to: number };
  readonly threshold: { readonly from: number | null; readonly to: number };
  readonly attempt: { readonly id: string; readonly dealers: readonly string[]; readonly quorum: number };
  readonly committee: { readonly before: readonly Seat[]; readonly after: readonly Seat[] };
  readonly keys: readonly ManifestKey[];
  readonly because: string;
  readonly reason: string;
  readonly ticket: string | null;
  readonly proposed: { readonly by: string; readonly at: number; readonly expires: number };
  readonly transcript: string | null;
  readonly descriptor: string | null;
  readonly members: readonly ManifestMember[];
  readonly waitingFor: readonly string[];
  /** Who left and has not closed: an old share may still exist there. */
  readonly outstanding: readonly string[];
  readonly withoutShare: readonly Dispossessed[];
  readonly lost: readonly LostShare[];
  readonly packets: readonly ManifestPacket[];
  readonly faults: readonly { member: string; fault: string; packet: string; detail: string }[];
  readonly contradictions: readonly { member: string; slot: string; packets: readonly string[]; grave: boolean }[];
  /** Why the attempt can never be completed, and who said so. */
  readonly death: { readonly why: string; readonly by: readonly string[] } | null;
  readonly oldShares: readonly ({ readonly member: string } & ClosingBody['oldShare'])[];
  /** Copies of the new epoch that members recorded, and those of older epochs that they declared worthless. */
  readonly copies: { readonly recorded: readonly MemberCopy[]; readonly invalid: readonly MemberCopy[] };
  readonly dissent: readonly (Said & RefusalBody)[];
  readonly notes: readonly (Said & NoteFacts)[];
  /** Calls for later turns of the proof of life, and whom they declare lost. */
  readonly reproves: readonly Reproved[];
  readonly drill: DrillResult | null;
  readonly census: CensusResult | null;
  /** "Not seen here", never "not sent". */
  readonly missing: readonly { packet: string; names: string }[];
}

/** A call for a later turn, as its author meant it. */
export interface Reproved {
  readonly packet: string;
  readonly caller: string;
  readonly at: number;
  readonly number: number;
  readonly signers: readonly string[];
  readonly lost: readonly string[];
  readonly reason: string;
  readonly complete: boolean;
}

export function manifestOf(view: View): Manifest {
  const { plan, current } = view;
  const parent = plan.parent?.proven ?? null;
  const descriptor = current.proof?.link.proven ?? current.transcript?.descriptor ?? null;
  const nameOf = (identity: string): string => plan.byIdentity.get(identity)?.name ?? '';
  const said = ({ identity, at, digest }: View['packets'][number]): Said => ({
    member: nameOf(identity),
    at,
    packet: digest,
  });
  const closings = plan.participants.flatMap(({ identity, name }) => {
    const closing = current.closings.get(identity);
    return closing === undefined ? [] : [{ member: name, identity, body: closing.body }];
  });
  const copies = (which: 'recorded' | 'invalid'): MemberCopy[] =>
    closings.flatMap(({ member, body }) => body[which].map((copy) => ({ member, ...copy })));
  return {
    ceremony: plan.ceremony,
    keyset: plan.keyset,
    keysetId: descriptor === null ? parent && toHex(parent.keysetId) : toHex(descriptor.keysetId),
    kind: plan.kind,
    rehearsal: plan.rehearsal,
    phase: view.phase,
    epoch: plan.epoch,
    threshold: { from: parent?.threshold ?? null, to: plan.threshold },
    attempt: {
      id: toHex(current.attempt.id),
      dealers: current.attempt.dealers.map(({ participant }) => participant.name),
      quorum: plan.quorum,
    },
    committee: committeeOf(view),
    keys: keysOf(plan).map(({ label, suite }, place) => {
      const publicKey = (current.proof?.link.proven ?? parent)?.keys[place]?.publicKey;
      const addresses = publicKey === undefined ? {} : addressesOf(suite, publicKey);
      return { label, suite, publicKey: toHexOrNull(publicKey), addresses };
    }),
    because: plan.because,
    reason: plan.reason,
    ticket: plan.ticket,
    proposed: {
      by: plan.participants.find(({ proposer }) => proposer)?.name ?? '',
      at: plan.at,
      expires: plan.expires,
    },
    transcript: toHexOrNull(current.proof?.link.transcript ?? current.transcript?.hash),
    descriptor: toHexOrNull(descriptor?.id),
    members: membersOf(view).map(({ participant, roles, done, owes }) => ({
      name: participant.name,
      identity: participant.identity,
      oldIndex: participant.oldIndex,
      newIndex: participant.newIndex,
      roles,
      done,
      owes,
    })),
    waitingFor: waitedFor(view),
    outstanding: outstanding(view),
    withoutShare: plan.holders.flatMap((holder, place): Dispossessed[] => {
      const [index, name] = [place + 1, parent?.members[place]?.name ?? ''];
      if (holder === null) {
        return returnOf(plan, place) === null ? [{ name, index, why: 'lost', oldShare: null }] : [];
      }
      if (holder.newIndex !== null || !movesShares(plan)) return [];
      const closed = closings.find(({ identity }) => identity === holder.identity);
      return [{ name: holder.name, index, why: 'leaves', oldShare: closed?.body.oldShare ?? null }];
    }),
    lost: plan.holders.flatMap((holder, place) => {
      const name = parent?.members[place]?.name ?? '';
      return holder === null ? [{ name, index: place + 1, returns: returnOf(plan, place) }] : [];
    }),
    packets: view.packets.map(({ digest, kind, attempt, identity, at, attended, bytes }) => ({
      digest,
      kind,
      attempt: toHex(attempt),
      author: nameOf(identity),
      identity,
      at,
      attended,
      bytes: bytes.length,
    })),
    faults: view.faults.map(({ member, fault, packet, detail }) => ({ member, fault, packet, detail })),
    contradictions: view.contradictions.map(({ member, slot, packets, grave }) => ({ member, slot, packets, grave })),
    death: current.death && { why: current.death.why, by: current.death.by },
    oldShares: closings.map(({ member, body }) => ({ member, ...body.oldShare })),
    copies: { recorded: copies('recorded'), invalid: copies('invalid') },
    dissent: view.dissent.map((packet) => ({ ...said(packet), ...packet.body })),
    notes: view.notes.map((packet) => ({ ...said(packet), ...noteFacts(view.plan, packet.body) })),
    reproves: current.reproves.map(reproved),
    drill: drillResult(view),
    census: censusResult(view),
    missing: view.waiting,
  };
}

function reproved({ packet, caller, signers, certificate, complete }: ReproveView): Reproved {
  const named = new Set(signers.map(({ index }) => index));
  const members = certificate.transcript.descriptor.members.map(({ name }) => name);
  return {
    packet: packet.digest,
    caller: caller.name,
    at: packet.at,
    number: packet.body.number,
    signers: signers.map(({ name }) => name),
    lost: members.filter((_, place) => !named.has(place + 1)),
    reason: packet.body.reason,
    complete: complete.length > 0,
  };
}

function committeeOf({ plan }: View): Manifest['committee'] {
  const members = plan.parent?.proven.members ?? [];
  const before = members.map(({ name, identity }, place): Seat => {
    const holder = plan.holders[place] ?? null;
    return {
      index: place + 1,
      name: holder?.name ?? name,
      identity: toHex(identity),
      becomes: holder === null ? 'lost' : holder.newIndex === null && movesShares(plan) ? 'leaves' : 'stays',
    };
  });
  if (!movesShares(plan)) return { before, after: before };
  const after = plan.receivers.map(
    (receiver): Seat => ({
      index: receiver.newIndex,
      name: receiver.name,
      identity: receiver.identity,
      becomes: receiver.oldIndex !== null ? 'stays' : lostPlaceOf(plan, receiver) === null ? 'joins' : 'comes-back',
    }),
  );
  return { before, after };
}

function toHexOrNull(bytes: Uint8Array | undefined): string | null {
  return bytes === undefined ? null : toHex(bytes);
}
