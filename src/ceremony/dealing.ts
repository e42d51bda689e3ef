import { toHex } from '../bytes/hex.ts';
import { Problem } from '../problem.ts';
import type { Attempt } from './attempt.ts';
import { approvable, checkVote } from './death.ts';
import { type Evaluation, isOf } from './evaluation.ts';
import type { KindName, PacketOf } from './kinds.ts';
import { judgeComplaint } from './packets/complaint.ts';
import { type CheckedDeal, checkDeal, takeDeals } from './packets/deal.ts';
import { movesShares } from './plan.ts';
import { assemble, type Transcript } from './transcript.ts';

/** What the old members have said in one attempt, as far as it is good. */
export interface Dealing {
  readonly deals: ReadonlyMap<string, readonly CheckedDeal[]>;
  readonly endorsers: ReadonlySet<string>;
  readonly counts: boolean;
  /** Exactly one good deal of every dealer, in an attempt that counts. */
  readonly dealt: readonly CheckedDeal[] | null;
  /** Packets that no later one can make good: who relies on one has not checked it. */
  readonly bad: Set<string>;
}

export function weighDeals(evaluation: Evaluation, attempt: Attempt): Dealing {
  const { plan, byDigest, of, checked, isUnchecked, wait } = evaluation;
  const id = toHex(attempt.id);
  const endorsers = new Set<string>();
  const deals = new Map<string, CheckedDeal[]>();
  const bad = new Set<string>();
  const context = `deal ${id}`;
  const relying: PacketOf<'deal'>[] = [];
  for (const packet of of('deal', attempt)) {
    if (packet.body.approvals.every((digest) => byDigest.has(toHex(digest)))) relying.push(packet);
    else wait(packet, 'an approval');
  }
  const read = takeDeals(
    plan,
    attempt,
    relying.filter((packet) => isUnchecked(packet, context)),
  );
  for (const packet of relying) {
    const good = checked(packet, context, () => {
      const named = packet.body.approvals.map((digest) => byDigest.get(toHex(digest)));
      const agreeing = new Set(named.flatMap((approval) => (approval?.kind === 'approval' ? [approval.identity] : [])));
      if (!approvable(plan, (identity) => agreeing.has(identity))) {
        throw new Problem('DEAL_INVALID', 'dealt before the required approvals were in');
      }
      const sound = checkDeal(plan, attempt, packet, read.get(packet));
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
  // rule 1: all that it names, and a majority of the old committee
  const counts =
    movesShares(plan) &&
    attempt.dealers.every(({ participant }) => deals.has(participant.identity)) &&
    endorsers.size >= plan.quorum;
  const single = attempt.dealers.flatMap(({ participant }) => {
    const [first, ...more] = deals.get(participant.identity) ?? [];
    return first === undefined || more.length > 0 ? [] : [first];
  });
  return { deals, endorsers, counts, dealt: counts && single.length === attempt.dealers.length ? single : null, bad };
}

/** Whether what a packet names is here and can never be what it is named as. */
export function isBad(
  { byDigest }: Evaluation,
  attempt: Attempt,
  bad: Set<string>,
  digest: Uint8Array,
  kind: KindName,
) {
  const packet = byDigest.get(toHex(digest));
  return packet !== undefined && (bad.has(packet.digest) || packet.kind !== kind || !isOf(packet, attempt));
}

/** Null where no committee comes of these deals. */
export function transcriptOf(
  { plan, once }: Evaluation,
  attempt: Attempt,
  chosen: readonly CheckedDeal[],
): Transcript | null {
  const key = `transcript ${toHex(attempt.id)} ${chosen.map((deal) => deal.packet.digest).join(' ')}`;
  return once(key, () => {
    try {
      return assemble(plan, attempt, chosen);
    } catch (error) {
      if (error instanceof Problem) return null;
      throw error;
    }
  });
}

/** Judges every complaint, and comes back with the dealers that were at fault. */
export function weighComplaints(evaluation: Evaluation, attempt: Attempt, { deals, bad }: Dealing): Set<string> {
  const { plan, of, checked, wait, faults } = evaluation;
  const blamed = new Set<string>();
  for (const packet of of('complaint', attempt)) {
    const about = toHex(packet.body.deal);
    const deal = [...deals.values()].flat().find((candidate) => candidate.packet.digest === about);
    if (deal === undefined) {
      if (!isBad(evaluation, attempt, bad, packet.body.deal, 'deal')) wait(packet, 'a deal');
      continue;
    }
    const context = `complaint ${toHex(attempt.id)}`;
    const verdict = checked(packet, context, () => judgeComplaint(plan, attempt, deal, packet));
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
  return blamed;
}
