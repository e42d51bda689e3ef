import { equalBytes, toHex } from '../bytes/hex.ts';
import { Problem } from '../problem.ts';
import type { Memo } from './evaluation.ts';
import { type AnyPacket, hasPlace, type KindName, kinds } from './kinds.ts';
import { digestOf, readUnchecked, signedByAuthor, type UncheckedPacket } from './packet.ts';
import { type Plan, readPlan } from './plan.ts';
import { parseValue } from './schema.ts';
import type { Link, LinkFacts } from './succession.ts';

/**
 * The door for packets. One that comes back belongs to this ceremony, its author is of the plan and may say such a
 * thing, the signature is over the bytes as they travelled, and the body fits its schema. Nothing is stored before
 * (rows 11 to 14); what else lies in the folder does not matter here.
 */
export function admit(plan: Plan, bytes: Uint8Array): AnyPacket {
  return admitUnchecked(plan, readUnchecked(bytes));
}

function admitUnchecked(plan: Plan, packet: UncheckedPacket): AnyPacket {
  // row 11: the number of a ceremony is the hash of its plan (row 12)
  if (!equalBytes(packet.ceremony, plan.id)) throw new Problem('PACKET_FOREIGN', 'belongs to another ceremony');
  // row 11: nothing from the other world
  if (packet.rehearsal !== plan.rehearsal)
    throw new Problem('PACKET_FOREIGN', 'a rehearsal and a real ceremony cannot meet');
  const identity = toHex(packet.author);
  const participant = plan.byIdentity.get(identity);
  if (participant === undefined) throw new Problem('AUTHOR_UNKNOWN', 'the author is nobody of the plan');
  // row 13: against the key of the plan's card, before anything in the packet is believed
  if (!signedByAuthor(packet)) {
    throw new Problem(
      'SIGNATURE_INVALID',
      `claims to be from ${participant.name}, but the signature is not: a forgery or damage`,
    );
  }
  if (!Object.hasOwn(kinds, packet.kind)) {
    throw new Problem(
      'KIND_UNKNOWN',
      `${participant.name} sent something this version does not know`,
      'use one version everywhere',
    );
  }
  const kind = kinds[packet.kind as KindName];
  // section 11: each kind has its authors
  if (!hasPlace(kind.kind, plan) || !kind.mayAuthor(participant, plan)) {
    throw new Problem('AUTHOR_UNKNOWN', `${participant.name} has no part in which to say ${packet.kind}`);
  }
  const body = parseValue(kind.schema, packet.body, packet.kind);
  const { signed: _, ...rest } = packet;
  const admitted = { ...rest, body, identity } as AnyPacket;
  // row 12: one number, one plan
  if (admitted.kind === 'proposal' && !equalBytes(admitted.body.plan, plan.encoded)) {
    throw new Problem('PACKET_FOREIGN', 'proposes another plan than its number says');
  }
  return admitted;
}

/** The same once for the same bytes: what comes through the doors depends on nothing but them and the plan. */
export function admitOnce(plan: Plan, bytes: Uint8Array, memo: Memo): AnyPacket {
  return once(memo, `packet ${plan.ceremony} ${digestOf(bytes)}`, () => admit(plan, bytes));
}

export function readProposalOnce(bytes: Uint8Array, memo: Memo): { plan: Plan; packet: AnyPacket } {
  return once(memo, `proposal ${digestOf(bytes)}`, () => readProposal(bytes));
}

/** The plan of a proposal that this run has read already, if it has. */
export function planRead(bytes: Uint8Array, memo: Memo): Plan | null {
  const read = memo.get(`proposal ${digestOf(bytes)}`) as { plan: Plan } | undefined;
  return read?.plan ?? null;
}

function once<T>(memo: Memo, key: string, read: () => T): T {
  if (!memo.has(key)) memo.set(key, read());
  return memo.get(key) as T;
}

/** A proposal opens a ceremony: the plan comes out of it, and the packet is admitted to that very plan. */
export function readProposal(
  bytes: Uint8Array,
  parent?: Link,
  readParent?: (facts: LinkFacts) => Link,
): { plan: Plan; packet: AnyPacket } {
  const unchecked = readUnchecked(bytes);
  if (unchecked.kind !== 'proposal') throw new Problem('PACKET_FOREIGN', 'not a proposal');
  const plan = readPlan(parseValue(kinds.proposal.schema, unchecked.body, 'proposal').plan, parent, readParent);
  return { plan, packet: admitUnchecked(plan, unchecked) };
}
