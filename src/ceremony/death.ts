import { equalBytes, toHex } from '../bytes/hex.ts';
import { Problem } from '../problem.ts';
import { admit, readProposal } from './admission.ts';
import type { AnyPacket } from './kinds.ts';
import type { Vote } from './packets/endorsement.ts';
import { type Attempt, firstAttempt, type Plan } from './plan.ts';
import type { Link } from './succession.ts';

/** Why an attempt can never be completed, and the packets that prove it. */
export interface Death {
  readonly why: 'receiver-refused' | 'dealer-refused' | 'approvals-refused';
  readonly by: readonly string[];
  readonly evidence: readonly AnyPacket[];
}

/**
 * Protocol section 5, rule 6, as far as refusals go. Everything that counts here stays true when more packets
 * arrive, so a proof of death that was good once is good for ever.
 */
export function deathOf(plan: Plan, attempt: Attempt, packets: readonly AnyPacket[]): Death | null {
  const refusals = packets.filter((packet) => packet.kind === 'refusal');
  const here = refusals.filter((packet) => equalBytes(packet.attempt, attempt.id));
  const receiver = here.find(
    (packet) => packet.body.as === 'receiver' && plan.byIdentity.get(packet.identity)?.newIndex != null,
  );
  if (receiver !== undefined) return death('receiver-refused', plan, [receiver]);
  const dealer = here.find(
    (packet) =>
      packet.body.as === 'dealer' &&
      attempt.dealers.some(({ participant }) => participant.identity === packet.identity),
  );
  if (dealer !== undefined) return death('dealer-refused', plan, [dealer]);
  const refusing = refusals.filter(
    (packet) => packet.body.as === 'approver' && plan.byIdentity.get(packet.identity)?.approver === true,
  );
  const against = new Map(refusing.map((packet) => [packet.identity, packet]));
  if (!approvable(plan, (identity) => !against.has(identity)))
    return death('approvals-refused', plan, [...against.values()]);
  return null;
}

function death(why: Death['why'], plan: Plan, evidence: readonly AnyPacket[]): Death {
  return { why, by: evidence.map((packet) => plan.byIdentity.get(packet.identity)?.name ?? ''), evidence };
}

/** Whether these approvers are enough, for the plan and for the policy of the keyset. */
export function approvable(plan: Plan, agrees: (identity: string) => boolean): boolean {
  const agreeing = plan.participants.filter((p) => p.approver && agrees(p.identity));
  const ofPolicy = plan.policy.approvers.map(toHex).filter(agrees);
  return agreeing.length >= plan.approvals && ofPolicy.length >= plan.policy.approvals;
}

/**
 * Whether a vote proves that all that its author voted for before is dead (rule 1). Throws where it does not. What is
 * sent as evidence costs no more than its size: it has to start from the parent at hand, whose signatures were
 * verified before, and nothing in it is looked at that may hold evidence in its turn.
 */
export function checkVote(plan: Plan, vote: Vote): void {
  const { parent } = plan;
  if (parent === null || !equalBytes(vote.parent, parent.proven.id)) {
    throw new Problem('VOTE_INVALID', 'endorses another parent');
  }
  if (vote.prior.length !== vote.slot) {
    throw new Problem('VOTE_INVALID', `vote ${vote.slot} has to prove ${vote.slot} earlier attempts dead`);
  }
  if (new Set(vote.prior.map(({ ceremony, attempt }) => `${toHex(ceremony)} ${toHex(attempt)}`)).size < vote.slot) {
    throw new Problem('VOTE_INVALID', 'the evidence is about one earlier attempt twice');
  }
  for (const prior of vote.prior) {
    if (!provesDeath(parent, prior)) {
      throw new Problem('VOTE_INVALID', 'the evidence does not prove that the earlier attempt is dead');
    }
  }
}

function provesDeath(parent: Link, { ceremony, attempt, evidence }: Vote['prior'][number]): boolean {
  try {
    const [first, ...rest] = evidence;
    const { plan } = readProposal(first as Uint8Array, parent);
    const dead = firstAttempt(plan);
    if (!equalBytes(plan.id, ceremony) || !equalBytes(dead.id, attempt)) return false;
    const packets = rest.map((bytes) => admit(plan, bytes));
    return packets.every((packet) => packet.kind === 'refusal') && deathOf(plan, dead, packets) !== null;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}
