import { equalBytes, toHex } from '../bytes/hex.ts';
import { Problem } from '../problem.ts';
import { type Attempt, firstAttempt } from './attempt.ts';
import { type CensusView, censusPhase, evaluateCensus } from './census.ts';
import { approvable, checkVote, type Death, deathOf, whatItNames } from './death.ts';
import { type DrillView, drillPhase, evaluateDrill } from './drill.ts';
import { contradictionsIn } from './equivocation.ts';
import type { Contradiction, Fault } from './faults.ts';
import type { AnyPacket, KindName, PacketOf } from './kinds.ts';
import { type CheckedAcceptance, checkAcceptance } from './packets/acceptance.ts';
import {
  type Certificate,
  type CheckedActivation,
  checkActivation,
  completeTurn,
  type Turn,
  turnZero,
} from './packets/activation.ts';
import { attemptOf } from './packets/amendment.ts';
import { judgeComplaint } from './packets/complaint.ts';
import { type CheckedDeal, checkDeal } from './packets/deal.ts';
import { movesShares, type Plan } from './plan.ts';
import type { Link } from './succession.ts';
import { assemble, type Transcript } from './transcript.ts';

export const phases = [
  'proposed',
  'dealing',
  'accepting',
  'activating',
  'proving',
  'closing',
  'complete',
  'aborted',
  'failed',
] as const;
export type Phase = (typeof phases)[number];

/** A complete turn, and who has closed on it. */
export interface Proof {
  readonly turn: Turn;
  readonly link: Link;
  readonly activations: readonly CheckedActivation[];
}

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
  readonly turn: Turn | null;
  readonly activations: ReadonlyMap<string, CheckedActivation>;
  readonly proof: Proof | null;
  readonly closings: ReadonlyMap<string, PacketOf<'closing'>>;
  /** Receivers that gave the attempt up after accepting, with all that a release names. */
  readonly releases: ReadonlyMap<string, PacketOf<'release'>>;
  /** Named dealers of whom no good deal, or more than one, is here: whatever comes, nobody accepts this attempt. */
  readonly spoiledBy: readonly string[];
  readonly death: Death | null;
}

/** The state of a ceremony: a pure function of its packets. Nothing of this is ever stored. */
export interface View {
  readonly plan: Plan;
  /** In order of their digests: neither arrival nor claimed time orders anything. */
  readonly packets: readonly AnyPacket[];
  readonly approvals: ReadonlyMap<string, PacketOf<'approval'>>;
  readonly approved: boolean;
  readonly attempts: readonly AttemptView[];
  /** The proposer asks for the end of it all; receivers that have not accepted then refuse. */
  readonly withdrawn: boolean;
  /** The attempt that is worked on: proven, else certified, else the newest that is not dead. */
  readonly current: AttemptView;
  /** Of a ceremony that moves no share; its one attempt stays empty. */
  readonly drill: DrillView | null;
  readonly census: CensusView | null;
  readonly phase: Phase;
  readonly faults: readonly Fault[];
  readonly contradictions: readonly Contradiction[];
  readonly dissent: readonly PacketOf<'refusal'>[];
  readonly notes: readonly PacketOf<'note'>[];
  /** Packets that name others which are not here. "Not seen here", never "not sent". */
  readonly waiting: readonly { readonly packet: string; readonly names: string }[];
}

/** Results of checks that depend on nothing but the packets that they name; handed back in, they are not repeated. */
export type Memo = Map<string, unknown>;

export function evaluate(plan: Plan, admitted: readonly AnyPacket[], memo: Memo = new Map()): View {
  const byDigest = new Map(admitted.map((packet) => [packet.digest, packet]));
  const packets = [...byDigest.values()].sort((a, b) => (a.digest < b.digest ? -1 : 1));
  const faults: Fault[] = [];
  const waiting: { packet: string; names: string }[] = [];

  const fault = (packet: AnyPacket, error: unknown): null => {
    if (!(error instanceof Problem)) throw error;
    const member = plan.byIdentity.get(packet.identity)?.name ?? '';
    faults.push({ member, identity: packet.identity, fault: error.code, packet: packet.digest, detail: error.message });
    return null;
  };
  /** Runs a check once per packet and context; a Problem is the author's fault. */
  const checked = <T>(packet: AnyPacket, context: string, check: () => T): T | null => {
    const key = `${context} ${packet.digest}`;
    if (!memo.has(key)) {
      try {
        memo.set(key, { value: check() });
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        memo.set(key, { error });
      }
    }
    const kept = memo.get(key) as { value: T } | { error: Problem };
    return 'value' in kept ? kept.value : fault(packet, kept.error);
  };
  const of = <K extends KindName>(kind: K, attempt?: Attempt): PacketOf<K>[] =>
    packets.filter(
      (packet) => packet.kind === kind && (attempt === undefined || isOf(packet, attempt)),
    ) as unknown as PacketOf<K>[];

  const contradictions = contradictionsIn(plan, packets);
  const approvals = new Map(of('approval').map((packet) => [packet.identity, packet]));

  const view = (attempt: Attempt): AttemptView => {
    const id = toHex(attempt.id);
    const death = deathOf(plan, attempt, packets);

    // deals, and the votes of those who do not deal
    const endorsers = new Set<string>();
    const deals = new Map<string, CheckedDeal[]>();
    /** Packets that no later one can make good: who relies on one has not checked it. */
    const bad = new Set<string>();
    const isBad = (digest: Uint8Array, kind: KindName): boolean => {
      const packet = byDigest.get(toHex(digest));
      return packet !== undefined && (bad.has(packet.digest) || packet.kind !== kind || !isOf(packet, attempt));
    };
    for (const packet of of('deal', attempt)) {
      const named = packet.body.approvals.map((digest) => byDigest.get(toHex(digest)));
      if (named.some((approval) => approval === undefined)) {
        waiting.push({ packet: packet.digest, names: 'an approval' });
        continue;
      }
      const good = checked(packet, `deal ${id}`, () => {
        const agreeing = new Set(
          named.flatMap((approval) => (approval?.kind === 'approval' ? [approval.identity] : [])),
        );
        if (!approvable(plan, (identity) => agreeing.has(identity))) {
          throw new Problem('DEAL_INVALID', 'dealt before the required approvals were in');
        }
        const sound = checkDeal(plan, attempt, packet);
        if (packet.body.vote !== null) checkVote(plan, packet.body.vote);
        return sound;
      });
      if (good === null) {
        bad.add(packet.digest);
        continue;
      }
      deals.set(packet.identity, [...(deals.get(packet.identity) ?? []), good]);
      endorsers.add(packet.identity);
    }
    for (const packet of of('endorsement', attempt)) {
      const good = checked(packet, `vote ${id}`, () => {
        checkVote(plan, packet.body.vote);
        return true;
      });
      if (good !== null) endorsers.add(packet.identity);
    }
    const counts =
      movesShares(plan) &&
      attempt.dealers.every(({ participant }) => deals.has(participant.identity)) &&
      endorsers.size >= plan.quorum;

    // transcripts: the one that I may accept, and those that acceptances name
    const transcriptOf = (chosen: readonly CheckedDeal[]): Transcript | null => {
      const key = `transcript ${id} ${chosen.map((deal) => deal.packet.digest).join(' ')}`;
      if (!memo.has(key)) {
        try {
          memo.set(key, assemble(plan, attempt, chosen));
        } catch (error) {
          if (!(error instanceof Problem)) throw error;
          memo.set(key, null);
        }
      }
      return memo.get(key) as Transcript | null;
    };
    const single = attempt.dealers.map(({ participant }) => deals.get(participant.identity) ?? []);
    const dealt =
      counts && single.every((candidates) => candidates.length === 1)
        ? single.map((candidates) => candidates[0] as CheckedDeal)
        : null;
    const transcript = dealt === null ? null : transcriptOf(dealt);

    const accepted: CheckedAcceptance[] = [];
    const transcripts = new Map<string, Transcript>();
    for (const packet of of('acceptance', attempt)) {
      const chosen = packet.body.deals.map((digest) =>
        [...deals.values()].flat().find((candidate) => candidate.packet.digest === toHex(digest)),
      );
      const present = chosen.filter((candidate) => candidate !== undefined);
      const unchecked = packet.body.deals.some((digest) => isBad(digest, 'deal'));
      if (present.length < chosen.length && !unchecked) {
        waiting.push({ packet: packet.digest, names: 'a deal' });
        continue;
      }
      const named = unchecked ? null : transcriptOf(present);
      if (named !== null) transcripts.set(toHex(named.hash), named);
      const good = checked(packet, `acceptance ${id}`, () => {
        if (named === null)
          throw new Problem('ACCEPTANCE_INVALID', 'has to name one good deal of every dealer, in order');
        return checkAcceptance(plan, attempt, named, packet);
      });
      if (good !== null) accepted.push(good);
      else bad.add(packet.digest);
    }
    const over = ({ hash }: Transcript): CheckedAcceptance[] =>
      accepted.filter(({ packet }) => equalBytes(packet.body.transcript, hash));

    // turns: grouped by the exact acceptances that they name
    const turns = new Map<string, { turn: Turn; signed: CheckedActivation[] }>();
    for (const packet of of('activation', attempt)) {
      const named = packet.body.certificate.map((digest) => accepted.find((a) => a.packet.digest === toHex(digest)));
      const present = named.filter((acceptance) => acceptance !== undefined);
      const unchecked = packet.body.certificate.some((digest) => isBad(digest, 'acceptance'));
      if (present.length < named.length && !unchecked) {
        waiting.push({ packet: packet.digest, names: 'an acceptance' });
        continue;
      }
      const signed = checked(packet, `activation ${id}`, () => {
        // of what it names, not of what else is here: the answer is the same whatever arrives later
        const [first] = present;
        const of = first === undefined ? undefined : transcripts.get(toHex(first.packet.body.transcript));
        const whole = of === undefined || unchecked ? null : certify(plan, of, present);
        if (whole === null) {
          throw new Problem('ACTIVATION_INVALID', 'has to name one good acceptance of every new member');
        }
        const turn = turnZero(whole);
        return { signing: turn, good: checkActivation(plan, turn, packet) };
      });
      if (signed === null) continue;
      const { signing, good } = signed;
      const group = turns.get(toHex(signing.hash)) ?? { turn: signing, signed: [] };
      turns.set(toHex(signing.hash), {
        turn: group.turn,
        signed: [...group.signed.filter((s) => s.index !== good.index), good],
      });
    }
    // from the acceptances, not from what I would accept: a second deal that comes late undoes no certificate; nor does
    // a second acceptance, where somebody has signed on the first
    const [begun] = [...turns].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group.turn);
    const certified = [...transcripts.values()].map((named) => certify(plan, named, over(named)));
    const certificate = counts ? (certified.find((found) => found !== null) ?? begun?.certificate ?? null) : null;
    const agreed = certificate?.transcript ?? transcript;
    const acceptances = new Map(
      [...(agreed === null ? [] : over(agreed)), ...(certificate?.acceptances ?? [])].map((acceptance) => [
        acceptance.packet.identity,
        acceptance,
      ]),
    );
    const turn = certificate === null ? null : turnZero(certificate);

    let proof: Proof | null = null;
    for (const { turn, signed } of turns.values()) {
      if (signed.length !== plan.receivers.length) continue;
      const activations = signed.sort((a, b) => a.index - b.index);
      const key = `proof ${activations.map(({ packet }) => packet.digest).join(' ')}`;
      if (!memo.has(key)) memo.set(key, completeTurn(turn, activations));
      const link = memo.get(key) as Link | null;
      if (link !== null) proof = { turn, link, activations };
    }
    const activations = new Map(
      [...turns.values()].flatMap(({ signed }) => signed.map((one) => [one.packet.identity, one] as const)),
    );
    const closings = new Map<string, PacketOf<'closing'>>();
    for (const packet of of('closing', attempt)) {
      const seen = proof !== null && equalBytes(packet.body.turn, proof.turn.hash);
      if (!seen || !equalBytes(packet.body.transcript, proof?.link.transcript ?? new Uint8Array())) {
        waiting.push({ packet: packet.digest, names: 'the complete turn' });
      } else {
        closings.set(packet.identity, packet);
      }
    }
    const blamed = new Set<string>();
    for (const packet of of('complaint', attempt)) {
      const about = toHex(packet.body.deal);
      const deal = [...deals.values()].flat().find((candidate) => candidate.packet.digest === about);
      if (deal === undefined) {
        if (!isBad(packet.body.deal, 'deal')) waiting.push({ packet: packet.digest, names: 'a deal' });
        continue;
      }
      const verdict = checked(packet, `complaint ${id}`, () => judgeComplaint(plan, attempt, deal, packet));
      if (verdict === null) continue;
      const guilty = verdict.at === 'dealer' ? deal.packet : packet;
      if (verdict.at === 'dealer') blamed.add(guilty.identity);
      faults.push({
        member: plan.byIdentity.get(guilty.identity)?.name ?? '',
        identity: guilty.identity,
        fault: verdict.at === 'dealer' ? 'BAD_SUBSHARE' : 'COMPLAINT_FALSE',
        packet: guilty.digest,
        detail: verdict.why,
        evidence: [packet.digest, deal.packet.digest],
      });
    }
    const releases = new Map<string, PacketOf<'release'>>();
    for (const packet of of('release', attempt)) {
      const named = whatItNames(plan, packet, packets);
      if (named === 'absent') waiting.push({ packet: packet.digest, names: 'what it gives up' });
      else if (Array.isArray(named)) releases.set(packet.identity, packet);
      else fault(packet, new Problem('RELEASE_INVALID', named.wrong));
    }
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
      acceptances,
      certificate,
      turn,
      activations,
      proof,
      closings,
      releases,
      spoiledBy,
      death,
    };
  };

  const amended = of('amendment').flatMap(
    (packet) => checked(packet, 'amendment', () => attemptOf(plan, packet)) ?? [],
  );
  // of the packets alone, in the order of their numbers: what arrived first decides nothing
  const tried = [firstAttempt(plan), ...amended.sort((a, b) => a.number - b.number)];
  const attempts = tried.map(view);
  const living = attempts.filter(({ death }) => death === null);
  const current = (attempts.find(({ proof }) => proof !== null) ??
    living.find(({ certificate }) => certificate !== null) ??
    living.at(-1) ??
    attempts.at(-1)) as AttemptView;
  const wait = (packet: AnyPacket, names: string): void => {
    waiting.push({ packet: packet.digest, names });
  };
  const evaluation = { of, checked, wait, memo };
  const drill = evaluateDrill(plan, evaluation);
  const census = evaluateCensus(plan, evaluation);
  const withdrawn = of('refusal').some(
    (packet) => packet.body.as === 'proposer' && plan.byIdentity.get(packet.identity)?.proposer === true,
  );
  const over = withdrawn || current.death !== null;
  return {
    plan,
    packets,
    approvals,
    approved: approvable(plan, (identity) => approvals.has(identity)),
    attempts,
    current,
    withdrawn,
    drill,
    census,
    phase: stillPhase(over, drill, census) ?? phaseOf(plan, current),
    faults,
    contradictions,
    dissent: of('refusal'),
    notes: of('note'),
    waiting,
  };
}

function isOf(packet: AnyPacket, attempt: Attempt): boolean {
  return equalBytes(packet.attempt, attempt.id);
}

function certify(plan: Plan, transcript: Transcript, accepted: readonly CheckedAcceptance[]): Certificate | null {
  const acceptances = plan.receivers.map(({ newIndex }) => accepted.filter(({ index }) => index === newIndex));
  if (accepted.length !== plan.receivers.length || acceptances.some((found) => found.length !== 1)) return null;
  return { transcript, acceptances: acceptances.flat() };
}

function stillPhase(over: boolean, drill: DrillView | null, census: CensusView | null): Phase | null {
  const phase = drill !== null ? drillPhase(drill) : census !== null ? censusPhase(census) : null;
  return phase !== null && phase !== 'complete' && over ? 'aborted' : phase;
}

function phaseOf(plan: Plan, view: AttemptView): Phase {
  if (view.proof !== null) {
    return plan.receivers.every(({ identity }) => view.closings.has(identity)) ? 'complete' : 'closing';
  }
  if (view.death !== null) return 'aborted';
  if (view.certificate !== null) {
    return plan.receivers.every(({ identity }) => view.activations.has(identity)) ? 'proving' : 'activating';
  }
  if (view.counts) return 'accepting';
  return view.deals.size > 0 || view.endorsers.size > 0 ? 'dealing' : 'proposed';
}
