import { equalBytes, toHex } from '../bytes/hex.ts';
import { Problem } from '../problem.ts';
import type { Attempt } from './attempt.ts';
import { type Dealing, isBad, transcriptOf, weighComplaints, weighDeals } from './dealing.ts';
import { type Death, deathOf, weighing, whatItNames } from './death.ts';
import type { Evaluation } from './evaluation.ts';
import type { PacketOf } from './kinds.ts';
import { type CheckedAcceptance, checkAcceptance, takePossessions } from './packets/acceptance.ts';
import { type Certificate, type CheckedActivation, type ProofTurn, turnZero } from './packets/activation.ts';
import type { CheckedDeal } from './packets/deal.ts';
import { type Accepting, certify, type Proof, proofsOf, weighActivations, weighClosings } from './proving.ts';
import { evaluateReproves, type ReproveView } from './reprove.ts';
import type { Transcript } from './transcript.ts';

/** What the packets say about one attempt. Keys are identities in hex. */
export interface AttemptView {
  readonly attempt: Attempt;
  /** Good deals. More than one by a dealer is a contradiction, and then nobody accepts. */
  readonly deals: ReadonlyMap<string, readonly CheckedDeal[]>;
  /** Old members whose good vote is here: dealers, and others who endorsed. */
  readonly endorsers: ReadonlySet<string>;
  /** All named deals and a quorum of endorsements: only then does an attempt count. */
  readonly counts: boolean;
  /** What a receiver may accept: exactly one good deal of every dealer, in an attempt that counts. */
  readonly transcript: Transcript | null;
  /**
   * Deals that are good one by one, but of which no committee comes: somebody's commitments cancel those of others.
   * Nobody can see whose; but the boxes behind such commitments cannot be good, and each receiver can open its own.
   */
  readonly unfit: readonly CheckedDeal[] | null;
  readonly acceptances: ReadonlyMap<string, CheckedAcceptance>;
  readonly certificate: Certificate | null;
  /** Turn 0, which the certificate calls for. */
  readonly turn: ProofTurn | null;
  /** Who has signed turn 0. */
  readonly activations: ReadonlyMap<string, CheckedActivation>;
  /** The calls for later turns, and how far their signers are. */
  readonly reproves: readonly ReproveView[];
  /** Of the complete turns the one with the most signers. */
  readonly proof: Proof | null;
  /** Who has closed on a complete turn. */
  readonly closings: ReadonlyMap<string, PacketOf<'closing'>>;
  /** Receivers that gave the attempt up after accepting, with all that a release names. */
  readonly releases: ReadonlyMap<string, PacketOf<'release'>>;
  /** Named dealers of whom no good deal, or more than one, is here: whatever comes, nobody accepts this attempt. */
  readonly spoiledBy: readonly string[];
  readonly death: Death | null;
}

export function evaluateAttempt(evaluation: Evaluation, attempt: Attempt): AttemptView {
  const { plan, packets, of } = evaluation;
  const death = deathOf(plan, attempt, packets);
  const dealing = weighDeals(evaluation, attempt);
  const { deals, endorsers, counts, dealt, bad } = dealing;
  const transcript = dealt === null ? null : transcriptOf(evaluation, attempt, dealt);
  const accepting = weighAcceptances(evaluation, attempt, dealing);
  const groups = weighActivations(evaluation, attempt, accepting);
  const reproves = evaluateReproves(evaluation, attempt, accepting);
  const proofs = proofsOf(evaluation, groups, reproves);
  const certificate = counts ? certificateIn(evaluation, accepting, groups[0]?.turn ?? null) : null;
  const agreed = certificate?.transcript ?? transcript;
  const acceptances = [...(agreed === null ? [] : over(accepting, agreed)), ...(certificate?.acceptances ?? [])];
  const blamed = weighComplaints(evaluation, attempt, dealing);
  const spoiledBy = attempt.dealers.flatMap(({ participant: { identity, name } }) => {
    const good = deals.get(identity)?.length ?? 0;
    const tried = of('deal', attempt).some((packet) => packet.identity === identity && bad.has(packet.digest));
    return good > 1 || blamed.has(identity) || (good === 0 && tried) ? [name] : [];
  });
  return {
    attempt,
    deals,
    endorsers,
    counts,
    transcript,
    unfit: transcript === null ? dealt : null,
    acceptances: new Map(acceptances.map((acceptance) => [acceptance.packet.identity, acceptance])),
    certificate,
    turn: certificate === null ? null : turnZero(certificate),
    activations: new Map(groups.flatMap(({ signed }) => signed.map((one) => [one.packet.identity, one] as const))),
    reproves,
    proof: proofs[0] ?? null,
    closings: weighClosings(evaluation, attempt, proofs),
    releases: weighReleases(evaluation, attempt),
    spoiledBy,
    death,
  };
}

function weighAcceptances(evaluation: Evaluation, attempt: Attempt, { deals, bad }: Dealing): Accepting {
  const { plan, of, checked, wait, isUnchecked } = evaluation;
  const context = `acceptance ${toHex(attempt.id)}`;
  const good = [...deals.values()].flat();
  const accepted: CheckedAcceptance[] = [];
  const transcripts = new Map<string, Transcript>();
  const named = of('acceptance', attempt).flatMap((packet) => {
    const chosen = packet.body.deals.map((digest) => good.find((deal) => deal.packet.digest === toHex(digest)));
    const present = chosen.filter((candidate) => candidate !== undefined);
    const unchecked = packet.body.deals.some((digest) => isBad(evaluation, attempt, bad, digest, 'deal'));
    if (present.length < chosen.length && !unchecked) {
      wait(packet, 'a deal');
      return [];
    }
    const transcript = unchecked ? null : transcriptOf(evaluation, attempt, present);
    if (transcript !== null) transcripts.set(toHex(transcript.hash), transcript);
    return [{ packet, transcript }];
  });
  for (const transcript of transcripts.values()) {
    const fresh = named.filter((one) => one.transcript === transcript && isUnchecked(one.packet, context));
    takePossessions(
      plan,
      attempt,
      transcript,
      fresh.map(({ packet }) => packet),
    );
  }
  for (const { packet, transcript } of named) {
    const sound = checked(packet, context, () => {
      if (transcript === null)
        throw new Problem('ACCEPTANCE_INVALID', 'has to name one good deal of every dealer, in order');
      return checkAcceptance(plan, attempt, transcript, packet);
    });
    if (sound !== null) accepted.push(sound);
    else bad.add(packet.digest);
  }
  return { accepted, transcripts, bad };
}

function over({ accepted }: Accepting, { hash }: Transcript): CheckedAcceptance[] {
  return accepted.filter(({ packet }) => equalBytes(packet.body.transcript, hash));
}

/**
 * From the acceptances, not from what I would accept: a second deal that comes late undoes no certificate; nor does a
 * second acceptance, where somebody has signed on the first.
 */
function certificateIn({ plan }: Evaluation, accepting: Accepting, begun: ProofTurn | null): Certificate | null {
  const certified = [...accepting.transcripts.values()].map((named) => certify(plan, named, over(accepting, named)));
  return certified.find((found) => found !== null) ?? begun?.certificate ?? null;
}

function weighReleases({ plan, packets, of, wait, fault }: Evaluation, attempt: Attempt) {
  const releases = new Map<string, PacketOf<'release'>>();
  const among = weighing(packets);
  for (const packet of of('release', attempt)) {
    const named = whatItNames(plan, packet, among);
    if (named === 'absent') wait(packet, 'what it gives up');
    else if (Array.isArray(named)) releases.set(packet.identity, packet);
    else fault(packet, new Problem('RELEASE_INVALID', named.wrong));
  }
  return releases;
}
