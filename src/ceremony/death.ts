import { equalBytes, toHex } from '../bytes/hex.ts';
import { Problem } from '../problem.ts';
import { admit, readProposal } from './admission.ts';
import { type Attempt, firstAttempt } from './attempt.ts';
import type { AnyPacket, KindName, PacketOf } from './kinds.ts';
import { attemptOf } from './packets/amendment.ts';
import type { Vote } from './packets/endorsement.ts';
import { movesShares, type Plan } from './plan.ts';
import { policiesOver } from './policy.ts';
import type { Link } from './succession.ts';

/** Why an attempt can never be completed, and the packets that prove it. */
export interface Death {
  readonly why: 'receiver-refused' | 'complaint' | 'dealer-refused' | 'approvals-refused' | 'released';
  readonly by: readonly string[];
  readonly evidence: readonly AnyPacket[];
}

/**
 * Rule 6. Everything that counts here stays true when more packets arrive, so a proof of death
 * that was good once is good for ever.
 */
export function deathOf(plan: Plan, attempt: Attempt, packets: readonly AnyPacket[]): Death | null {
  const here = packets.filter((packet) => equalBytes(packet.attempt, attempt.id));
  const receiver = here.find(
    (packet) =>
      (packet.kind === 'complaint' || (packet.kind === 'refusal' && packet.body.as === 'receiver')) &&
      plan.byIdentity.get(packet.identity)?.newIndex != null,
  );
  // rule 6: a receiver that refused never accepts
  if (receiver !== undefined)
    return death(receiver.kind === 'complaint' ? 'complaint' : 'receiver-refused', plan, [receiver]);
  const dealer = here.find(
    (packet) =>
      packet.kind === 'refusal' &&
      packet.body.as === 'dealer' &&
      attempt.dealers.some(({ participant }) => participant.identity === packet.identity),
  );
  // rule 6: nor does a dealer that refused ever deal
  if (dealer !== undefined) return death('dealer-refused', plan, [dealer]);
  const refusing = packets.filter(
    (packet) =>
      packet.kind === 'refusal' &&
      packet.body.as === 'approver' &&
      plan.byIdentity.get(packet.identity)?.approver === true,
  );
  const against = new Map(refusing.map((packet) => [packet.identity, packet]));
  if (!approvable(plan, (identity) => !against.has(identity)))
    return death('approvals-refused', plan, [...against.values()]);
  // where no share moves there is nothing to release
  return movesShares(plan) ? releasedBy(plan, here) : null;
}

/** n' - t' + 1 receivers that sign no more: fewer are left than any turn needs. */
function releasedBy(plan: Plan, here: readonly AnyPacket[]): Death | null {
  const sound = new Map<string, readonly AnyPacket[]>();
  const among = weighing(here);
  for (const packet of here) {
    const named = packet.kind === 'release' ? whatItNames(plan, packet, among) : null;
    if (Array.isArray(named)) sound.set(packet.identity, [packet, ...named]);
  }
  const wanted = plan.receivers.length - plan.threshold + 1;
  // rule 6: one fewer could still leave a turn
  if (sound.size < wanted) return null;
  const some = [...sound.values()].slice(0, wanted);
  const by = some.map(([own]) => plan.byIdentity.get(own?.identity ?? '')?.name ?? '');
  return { why: 'released', by, evidence: [...new Set(some.flat())] };
}

type Named = AnyPacket[] | 'absent' | { readonly wrong: string };

/** Packets among which releases are weighed: each is once, in however many ways others name it. */
export interface Weighing {
  readonly byDigest: ReadonlyMap<string, AnyPacket>;
  readonly named: Map<string, Named>;
}

export function weighing(packets: readonly AnyPacket[]): Weighing {
  return { byDigest: new Map(packets.map((packet) => [packet.digest, packet])), named: new Map() };
}

/**
 * The packets that a release stands on, all of them: what its author signed, and the releases that block each of these
 * turns (rule 4). `absent` where one is not here; a sentence where it can never count. Two liars can write as many
 * releases as they like, each naming the one before many times: `place` bounds the chain, and at each place a release is weighed once.
 */
export function whatItNames(plan: Plan, release: PacketOf<'release'>, among: Weighing, place = 1): Named {
  const key = `${place} ${release.digest}`;
  const named = among.named.get(key) ?? weigh(plan, release, among, place);
  among.named.set(key, named);
  return named;
}

function weigh(plan: Plan, release: PacketOf<'release'>, among: Weighing, place: number): Named {
  // of receivers that release once each no chain is longer
  if (place > plan.receivers.length) return { wrong: 'stands on more releases than there are receivers' };
  const find = (digest: Uint8Array) => among.byDigest.get(toHex(digest));
  const found = new Set<AnyPacket>();
  for (const { packet, blocked } of release.body.signed) {
    const signed = find(packet);
    if (signed === undefined) return 'absent';
    if (!isPart(signed) || signed.identity !== release.identity || !equalBytes(signed.attempt, release.attempt))
      return { wrong: 'lists something that its author did not sign' };
    const call = signed.kind === 'signature' ? find(signed.body.call) : null;
    if (call === undefined) return 'absent';
    if (call !== null && (call.kind !== 'reprove' || !equalBytes(call.attempt, release.attempt)))
      return { wrong: 'lists a signature of no turn of this attempt' };
    for (const one of call === null ? [signed] : [signed, call]) found.add(one);
    if (blocked === null) {
      // rule 5: only a salvage gives up what may still complete
      if (!release.body.salvage) return { wrong: 'gives up a turn that its author signed and nobody blocks' };
      continue;
    }
    const other = find(blocked);
    if (other === undefined) return 'absent';
    if (other.kind !== 'release' || other.identity === release.identity || !equalBytes(other.attempt, release.attempt))
      return { wrong: 'names something that blocks nothing' };
    const index = plan.byIdentity.get(other.identity)?.newIndex ?? 0;
    if (call !== null && !call.body.signers.includes(index))
      return { wrong: 'names a release of somebody whom that turn does not name' };
    const theirs = whatItNames(plan, other, among, place + 1);
    if (!Array.isArray(theirs)) return theirs;
    // rule 4: who signed that turn blocks nothing
    if (other.body.signed.some((one) => isSameTurn(find(one.packet), signed)))
      return { wrong: 'names a release whose author has signed that turn as well' };
    for (const one of [other, ...theirs]) found.add(one);
  }
  return [...found];
}

/** A packet in which somebody signed a turn. */
export type Part = PacketOf<'activation'> | PacketOf<'signature'>;

export function isPart(packet: AnyPacket): packet is Extract<AnyPacket, Part> {
  return packet.kind === 'activation' || packet.kind === 'signature';
}

/** A turn is its named signers with their exact nonce commitments: what a part names says which one it is of. */
export function isSameTurn(one: AnyPacket | undefined, other: Part): boolean {
  if (one === undefined || !isPart(one) || one.kind !== other.kind) return false;
  const [mine, theirs] = [turnOf(one), turnOf(other)];
  return (
    mine.length === theirs.length && mine.every((digest, at) => equalBytes(digest, theirs[at] ?? new Uint8Array()))
  );
}

function turnOf({ kind, body }: Part): readonly Uint8Array[] {
  return kind === 'activation' ? [body.transcript, ...body.certificate] : [body.call, ...body.commitments];
}

function death(why: Death['why'], plan: Plan, evidence: readonly AnyPacket[]): Death {
  return { why, by: evidence.map((packet) => plan.byIdentity.get(packet.identity)?.name ?? ''), evidence };
}

/** Whether these approvers are enough, for the plan and for every policy that it has to keep to. */
export function approvable(plan: Plan, agrees: (identity: string) => boolean): boolean {
  const agreeing = plan.participants.filter((p) => p.approver && agrees(p.identity));
  // protocol section 12: a policy changes with the approvals that it asks for itself, and with those of the new one
  const enough = policiesOver(plan).every(
    (policy) => policy.approvers.map(toHex).filter(agrees).length >= policy.approvals,
  );
  return agreeing.length >= plan.approvals && enough;
}

/**
 * Whether a vote proves that all that its author voted for before is dead (rule 1). Throws where it does not. What is
 * sent as evidence costs no more than its size: it has to start from the parent at hand, whose signatures were
 * verified before, and nothing in it is looked at that may hold evidence in its turn.
 */
export function checkVote(plan: Plan, vote: Vote): void {
  const { parent } = plan;
  // rule 1: a vote is for one successor of one parent
  if (parent === null || !equalBytes(vote.parent, parent.proven.id)) {
    throw new Problem('VOTE_INVALID', 'endorses another parent');
  }
  // rule 1: all that came before
  if (vote.prior.length !== vote.slot) {
    throw new Problem('VOTE_INVALID', `vote ${vote.slot} has to prove ${vote.slot} earlier attempts dead`);
  }
  // rule 1: each of it once
  if (new Set(vote.prior.map(({ ceremony, attempt }) => `${toHex(ceremony)} ${toHex(attempt)}`)).size < vote.slot) {
    throw new Problem('VOTE_INVALID', 'the evidence is about one earlier attempt twice');
  }
  for (const prior of vote.prior) {
    // rule 1, row 29: dead for ever, not only late
    if (!provesDeath(parent, prior)) {
      throw new Problem('VOTE_INVALID', 'the evidence does not prove that the earlier attempt is dead');
    }
  }
}

/** Kinds that a proof of death may hold: none that can hold evidence in its turn. */
const evidential: readonly KindName[] = [
  'refusal',
  'complaint',
  'release',
  'activation',
  'reprove',
  'signature',
  'amendment',
];

function provesDeath(parent: Link, { ceremony, attempt, evidence }: Vote['prior'][number]): boolean {
  try {
    const [first, ...rest] = evidence;
    const { plan } = readProposal(first as Uint8Array, parent);
    if (!equalBytes(plan.id, ceremony)) return false;
    const packets = rest.map((bytes) => admit(plan, bytes));
    // row 24: no evidence inside of evidence
    if (!packets.every(({ kind }) => evidential.includes(kind))) return false;
    const amended = packets.find(({ digest }) => digest === toHex(attempt));
    const dead = amended?.kind === 'amendment' ? attemptOf(plan, amended) : firstAttempt(plan);
    return equalBytes(dead.id, attempt) && deathOf(plan, dead, packets) !== null;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}
