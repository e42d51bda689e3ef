import { toHex } from '../bytes/hex.ts';
import { drillStatement } from '../crypto/proof-of-life.ts';
import { Problem } from '../problem.ts';
import type { Descriptor } from './descriptor.ts';
import type { Memo, Phase } from './evaluate.ts';
import type { AnyPacket, KindName, PacketOf } from './kinds.ts';
import { type CheckedCommitment, checkCommitment } from './packets/commitment.ts';
import { type CalledTurn, type CheckedSignature, checkSignature, completeCall } from './packets/signature.ts';
import type { Participant, Plan } from './plan.ts';

/** What an evaluation lends to those of one kind of ceremony. */
export interface Evaluation {
  of<K extends KindName>(kind: K): PacketOf<K>[];
  /** Runs a check once; a Problem is the author's fault, and comes back as null. */
  checked<T>(packet: AnyPacket, context: string, check: () => T): T | null;
  /** Notes that a packet names another one that is not here. */
  wait(packet: AnyPacket, names: string): void;
  readonly memo: Memo;
}

/** How far the named signers of a drill are. Keys are identities in hex. */
export interface DrillView {
  readonly call: Uint8Array;
  readonly descriptor: Descriptor;
  readonly signers: Plan['signers'];
  /** Good commitments. With more than one by a signer nobody signs: one nonce, one signature. */
  readonly commitments: ReadonlyMap<string, readonly CheckedCommitment[]>;
  /** What the signers sign, once the commitments of all are here. */
  readonly turn: CalledTurn | null;
  readonly signatures: ReadonlyMap<string, CheckedSignature>;
  /** The turn that all named signers signed, and the signature of each key. */
  readonly proof: { readonly turn: CalledTurn; readonly signatures: readonly Uint8Array[] } | null;
  /** Named signers who said no: a turn without one of its signers is never complete. */
  readonly refused: readonly Participant[];
  /** Named signers who said something that does not count, or two things: this turn can come to nothing any more. */
  readonly spoilt: readonly Participant[];
}

/** Computed by each machine from its own plan, never taken from a packet (row 18). */
export function drillStatementOf(plan: Plan, descriptor: Descriptor): Uint8Array {
  return drillStatement(descriptor.encoded, plan.id);
}

export function evaluateDrill(plan: Plan, { of, checked, wait, memo }: Evaluation): DrillView | null {
  const descriptor = plan.parent?.proven;
  if (plan.kind !== 'drill' || descriptor === undefined) return null;
  const { signers } = plan;
  const [call, statement] = [plan.id, drillStatementOf(plan, descriptor)];
  const indexOf = (packet: AnyPacket): number =>
    signers.find(({ identity }) => identity === packet.identity)?.oldIndex ?? 0;
  const called = (body: { readonly call: Uint8Array }): void => {
    if (toHex(body.call) !== plan.ceremony)
      throw new Problem('TURN_INVALID', 'answers another call than that of the plan');
  };

  const bad = new Set<string>();
  const commitments = new Map<string, CheckedCommitment[]>();
  const byDigest = new Map<string, CheckedCommitment | null>();
  for (const packet of of('commitment')) {
    const good = checked(packet, 'commitment', () => {
      called(packet.body);
      return checkCommitment(descriptor, indexOf(packet), packet);
    });
    byDigest.set(packet.digest, good);
    if (good === null) bad.add(packet.identity);
    else commitments.set(packet.identity, [...(commitments.get(packet.identity) ?? []), good]);
  }
  const single = signers.flatMap(({ identity }) => {
    const [first, ...more] = commitments.get(identity) ?? [];
    return first === undefined || more.length > 0 ? [] : [first];
  });
  const turn = single.length === signers.length ? { call, descriptor, statement, commitments: single } : null;

  // grouped by the exact commitments that they name, of which nothing that comes later can take one away
  const turns = new Map<string, { turn: CalledTurn; signed: CheckedSignature[] }>();
  for (const packet of of('signature')) {
    const named = packet.body.commitments.map((digest) => byDigest.get(toHex(digest)));
    if (named.some((commitment) => commitment === undefined)) {
      wait(packet, 'a commitment');
      continue;
    }
    const good = checked(packet, 'signature', () => {
      called(packet.body);
      const all = named.flatMap((commitment) => commitment ?? []);
      if (all.length !== signers.length || all.some(({ index }, at) => index !== signers[at]?.oldIndex))
        throw new Problem('TURN_INVALID', 'has to name one good commitment of every named signer, in order');
      const signing: CalledTurn = { call, descriptor, statement, commitments: all };
      return { signing, good: checkSignature(signing, indexOf(packet), packet) };
    });
    if (good === null) {
      bad.add(packet.identity);
      continue;
    }
    const key = packet.body.commitments.map(toHex).join(' ');
    const group = turns.get(key) ?? { turn: good.signing, signed: [] };
    group.signed.push(good.good);
    turns.set(key, group);
  }

  let proof: DrillView['proof'] = null;
  for (const [key, { turn: signing, signed }] of [...turns].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const shares = signers.map(({ oldIndex }) => signed.find(({ index }) => index === oldIndex));
    const present = shares.filter((share) => share !== undefined);
    if (proof !== null || present.length < signers.length) continue;
    if (!memo.has(`drill ${key}`)) memo.set(`drill ${key}`, completeCall(signing, present));
    const signatures = memo.get(`drill ${key}`) as readonly Uint8Array[] | null;
    if (signatures !== null) proof = { turn: signing, signatures };
  }
  const said = new Set(of('refusal').map(({ identity }) => identity));
  const signatures = new Map(
    [...turns.values()].flatMap(({ signed }) => signed.map((one) => [one.packet.identity, one] as const)),
  );
  return {
    call,
    descriptor,
    signers,
    commitments,
    turn,
    signatures,
    proof,
    refused: signers.filter(({ identity }) => said.has(identity) && !signatures.has(identity)),
    spoilt: signers.filter(({ identity }) => bad.has(identity) || (commitments.get(identity) ?? []).length > 1),
  };
}

/** Commit first; sign when the commitments of all are here. */
export function owesDrill(view: DrillView, who: string): boolean {
  const { signers, commitments, turn, signatures, proof, refused, spoilt } = view;
  if (proof !== null || refused.length + spoilt.length > 0) return false;
  if (!signers.some(({ identity }) => identity === who)) return false;
  return !commitments.has(who) || (turn !== null && !signatures.has(who));
}

export function drillPhase({ commitments, proof, refused, spoilt }: DrillView): Phase {
  if (proof !== null) return 'complete';
  if (refused.length > 0) return 'aborted';
  if (spoilt.length > 0) return 'failed';
  return commitments.size > 0 ? 'proving' : 'proposed';
}
