import { equalBytes, toHex } from '../bytes/hex.ts';
import { Problem } from '../problem.ts';
import type { Attempt } from './attempt.ts';
import { isBad } from './dealing.ts';
import type { Evaluation } from './evaluation.ts';
import type { PacketOf } from './kinds.ts';
import type { CheckedAcceptance } from './packets/acceptance.ts';
import {
  type Certificate,
  type CheckedActivation,
  checkActivation,
  completeTurn,
  type ProofTurn,
  turnZero,
} from './packets/activation.ts';
import { laterTurn } from './packets/reprove.ts';
import type { Participant, Plan } from './plan.ts';
import type { ReproveView } from './reprove.ts';
import type { Link } from './succession.ts';
import type { Transcript } from './transcript.ts';
import { takeTogether } from './turn.ts';

/** The good acceptances of one attempt, and the transcripts that they are over. */
export interface Accepting {
  readonly accepted: readonly CheckedAcceptance[];
  readonly transcripts: ReadonlyMap<string, Transcript>;
  /** Packets that no later one can make good. */
  readonly bad: Set<string>;
}

/** All new members accepted this one transcript, each once. */
export function certify(
  plan: Plan,
  transcript: Transcript,
  accepted: readonly CheckedAcceptance[],
): Certificate | null {
  const acceptances = plan.receivers.map(({ newIndex }) => accepted.filter(({ index }) => index === newIndex));
  // row 10: every new member, each once, over one transcript
  if (acceptances.some((found) => found.length !== 1)) return null;
  return { transcript, acceptances: acceptances.flat() };
}

/**
 * The certificate that a packet names: of what it names, not of what else is here, so that the answer is the same
 * whatever arrives later. Null where it can never be one.
 */
export function certificateNamed(
  evaluation: Evaluation,
  attempt: Attempt,
  { accepted, transcripts, bad }: Accepting,
  digests: readonly Uint8Array[],
): Certificate | null | 'absent' {
  const named = digests.map((digest) => accepted.find(({ packet }) => packet.digest === toHex(digest)));
  const present = named.filter((acceptance) => acceptance !== undefined);
  if (digests.some((digest) => isBad(evaluation, attempt, bad, digest, 'acceptance'))) return null;
  if (present.length < named.length) return 'absent';
  const [first] = present;
  const transcript = first === undefined ? undefined : transcripts.get(toHex(first.packet.body.transcript));
  return transcript === undefined ? null : certify(evaluation.plan, transcript, present);
}

/** Who has signed turn 0, grouped by the exact acceptances that they name. */
export interface Group {
  readonly turn: ProofTurn;
  readonly signed: readonly CheckedActivation[];
}

export function weighActivations(evaluation: Evaluation, attempt: Attempt, accepting: Accepting): Group[] {
  const { plan, of, checked, wait, once, isUnchecked } = evaluation;
  const context = `activation ${toHex(attempt.id)}`;
  const turns = new Map<string, Group>();
  const named = of('activation', attempt).flatMap((packet) => {
    const certificate = certificateNamed(evaluation, attempt, accepting, packet.body.certificate);
    if (certificate === 'absent') wait(packet, 'an acceptance');
    if (certificate === 'absent') return [];
    const turn = certificate === null ? null : turnZero(certificate);
    // one and the same for all who signed it, so that what is computed of it is computed once
    return [{ packet, turn: turn === null ? null : once(`turn ${toHex(turn.hash)}`, () => turn) }];
  });
  for (const turn of new Set(named.flatMap((one) => one.turn ?? []))) {
    const fresh = named.filter((one) => one.turn === turn && isUnchecked(one.packet, context));
    takeTogether(
      turn,
      fresh.flatMap(({ packet }) => {
        const index = plan.byIdentity.get(packet.identity)?.newIndex ?? null;
        return index === null ? [] : [{ packet, index }];
      }),
    );
  }
  for (const { packet, turn } of named) {
    const good = checked(packet, context, () => {
      if (turn === null) throw new Problem('ACTIVATION_INVALID', 'has to name one good acceptance of every new member');
      return checkActivation(plan, turn, packet);
    });
    if (good === null || turn === null) continue;
    const key = toHex(turn.hash);
    const before = turns.get(key)?.signed ?? [];
    turns.set(key, { turn, signed: [...before.filter(({ index }) => index !== good.index), good] });
  }
  return [...turns].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}

/** A complete turn: the threshold signature of each key over its new descriptor. */
export interface Proof {
  readonly turn: ProofTurn;
  readonly link: Link;
  /** The packets in which its signers signed, in index order. */
  readonly signed: readonly PacketOf<'activation' | 'signature'>[];
  /** New members whom the turn leaves out: they were declared lost, and nobody waits for them. */
  readonly lost: readonly Participant[];
}

/** Every complete turn, the one with the most signers first: what is closed on stands on as many as can be. */
export function proofsOf(
  { plan, once }: Evaluation,
  groups: readonly Group[],
  reproves: readonly ReproveView[],
): Proof[] {
  // rule 3: all that are named, or it proves nothing
  const zero = groups.filter(({ signed }) => signed.length === plan.receivers.length);
  const later = reproves.flatMap(({ packet, certificate, complete }) =>
    complete.map(({ turn, signed }) => ({ turn: laterTurn(certificate, packet, turn), signed })),
  );
  const complete = [...zero, ...later].sort(
    (a, b) => b.signed.length - a.signed.length || (toHex(a.turn.hash) < toHex(b.turn.hash) ? -1 : 1),
  );
  return complete.flatMap(({ turn, signed }): Proof[] => {
    const parts = signed.toSorted((a, b) => a.index - b.index);
    const key = `proof ${parts.map(({ packet }) => packet.digest).join(' ')}`;
    const link = once(key, () => completeTurn(turn, parts));
    if (link === null) return [];
    const indices = new Set(parts.map(({ index }) => index));
    const lost = plan.receivers.filter(({ newIndex }) => !indices.has(newIndex));
    return [{ turn, link, signed: parts.map(({ packet }) => packet), lost }];
  });
}

/** A closing counts that names a turn which is complete here; another one waits for it. */
export function weighClosings(
  { of, wait }: Evaluation,
  attempt: Attempt,
  proofs: readonly Proof[],
): Map<string, PacketOf<'closing'>> {
  const closings = new Map<string, PacketOf<'closing'>>();
  for (const packet of of('closing', attempt)) {
    const { turn, transcript } = packet.body;
    // rule 7: nobody closes but on a complete turn
    const seen = proofs.some(
      (proof) => equalBytes(proof.turn.hash, turn) && equalBytes(proof.link.transcript, transcript),
    );
    if (seen) closings.set(packet.identity, packet);
    else wait(packet, 'the complete turn');
  }
  return closings;
}
