import { equalBytes, toHex } from '../bytes/hex.ts';
import { statementMessage, verifyStatement } from '../crypto/proof-of-life.ts';
import { suiteNames } from '../crypto/suites.ts';
import { Problem } from '../problem.ts';
import { admitOnce, planRead } from './admission.ts';
import { outstanding } from './duties.ts';
import { evaluate, type View } from './evaluate.ts';
import type { Memo } from './evaluation.ts';
import { type AnyPacket, isKind, type KindName } from './kinds.ts';
import { checkKeys, checkProofOfLife, suitesOf } from './link-checks.ts';
import { digestOf } from './packet.ts';
import { movesShares, type Plan, readPlan } from './plan.ts';
import { approvalsNeeded } from './policy.ts';
import { bad, good, open, type Result } from './result.ts';
import { censusResult } from './still-result.ts';

export const checkNames = [
  'signatures',
  'plan',
  'approvals',
  'deals',
  'votes',
  'certificate',
  'possession',
  'turn',
  'proof-of-life',
  'key-unchanged',
  'closings',
  'drill',
  'census',
  'contradictions',
  'references',
] as const;
export type CheckName = (typeof checkNames)[number];

export interface Check extends Result {
  readonly check: CheckName;
}

/**
 * What a ceremony proves, check by check. Of the view that is handed in only the bytes count, those of the plan and of
 * the packets: everything is read, verified and evaluated again, and nothing that was concluded before is believed. With
 * a memo, what the same run has computed of the same bytes already is not computed twice: whoever hands it in answers for
 * its having been empty when the run began.
 */
export function checksOf(view: View, memo?: Memo): Check[] {
  const results = verified(view.plan, view.packets, memo);
  return checkNamesFor(view.plan).map((check) => ({ check, ...results[check] }));
}

/** What can be asked of a ceremony of this kind at all. */
export function checkNamesFor(plan: Plan): CheckName[] {
  return checkNames.filter((check) => applies(check, plan));
}

const always: readonly CheckName[] = ['signatures', 'plan', 'approvals', 'contradictions', 'references'];

function applies(check: CheckName, plan: Plan): boolean {
  const still = check === 'drill' || check === 'census';
  return always.includes(check) || (movesShares(plan) ? !still : check === plan.kind);
}

function verified(claimed: Plan, packets: readonly AnyPacket[], memo: Memo = new Map()): Record<CheckName, Result> {
  const read = orProblem(() => planOf(claimed, packets, memo));
  if (read instanceof Problem) return all(bad(`the plan is none: ${read.message}`));
  const admitted: AnyPacket[] = [];
  const refused: string[] = [];
  for (const { bytes, digest } of packets) {
    const packet = orProblem(() => admitOnce(read, bytes, memo));
    if (packet instanceof Problem) refused.push(`${digest.slice(0, 16)}: ${packet.message}`);
    else if (digestOf(bytes) !== digest) refused.push(`${digest.slice(0, 16)}: its digest is another`);
    else admitted.push(packet);
  }
  return judged(claimed, evaluate(read, admitted, memo), refused);
}

/** The same of a view that was made this moment, from bytes that came through the door; `refused` are those that did not. */
export function checksNow(view: View, refused: readonly string[]): Check[] {
  const results = judged(view.plan, view, refused);
  return checkNamesFor(view.plan).map((check) => ({ check, ...results[check] }));
}

function judged(claimed: Plan, view: View, refused: readonly string[]): Record<CheckName, Result> {
  const { packets } = view;
  return {
    signatures:
      refused.length > 0
        ? bad(refused.join('; '))
        : good(
            `${packets.length} packets by ${authors(packets)} people, each signed with the key of its author's card`,
          ),
    plan: checkPlan(claimed, view),
    approvals: checkApprovals(view),
    deals: checkDeals(view),
    votes: checkVotes(view),
    certificate: checkCertificate(view),
    possession: checkPossession(view),
    turn: checkTurn(view),
    'proof-of-life': checkProofOfLife(view.current.proof?.link ?? null),
    'key-unchanged': checkKey(view),
    closings: checkClosings(view),
    drill: checkDrill(view),
    census: checkCensusOf(view),
    contradictions: checkContradictions(view),
    references: checkReferences(view),
  };
}

/** Read from its bytes, but not twice in a run. */
function planOf({ encoded }: Plan, packets: readonly AnyPacket[], memo: Memo): Plan {
  const proposal = packets.find((packet) => isKind(packet, 'proposal'));
  const before = proposal === undefined ? null : planRead(proposal.bytes, memo);
  return before !== null && equalBytes(before.encoded, encoded) ? before : readPlan(encoded);
}

function all(result: Result): Record<CheckName, Result> {
  return Object.fromEntries(checkNames.map((check) => [check, result])) as Record<CheckName, Result>;
}

function checkPlan(claimed: Plan, { plan, packets }: View): Result {
  if (!equalBytes(claimed.id, plan.id)) return bad("the plan's hash is not the number of the ceremony");
  const said = `its hash is the number of the ceremony; ${
    plan.parent === null ? 'a new key' : `from epoch ${plan.parent.proven.epoch}, which its own keys signed`
  }`;
  return packets.some((packet) => isKind(packet, 'proposal'))
    ? good(`${said}; signed by its proposer`)
    : open(`${said}; the proposal itself is not here`);
}

function checkApprovals({ plan, approvals, approved, current }: View): Result {
  const names = plan.participants.filter(({ identity }) => approvals.has(identity)).map(({ name }) => name);
  const needed = approvalsNeeded(plan);
  if (needed === 0) return good('none is asked for');
  if (current.death?.why === 'approvals-refused') return bad(`refused by ${current.death.by.join(', ')}`);
  const detail = `${names.length} of ${needed} that are needed${names.length === 0 ? '' : `: ${names.join(', ')}`}`;
  return approved ? good(detail) : open(detail);
}

function checkDeals(view: View): Result {
  const { plan, current } = view;
  const faults = faultsOf(view, 'deal');
  if (faults.length > 0) return bad(faults.join('; '));
  const dealers = current.attempt.dealers.map(({ participant }) => ({
    name: participant.name,
    good: current.deals.get(participant.identity)?.length ?? 0,
  }));
  const twice = dealers.filter((dealer) => dealer.good > 1).map(({ name }) => name);
  if (twice.length > 0) return bad(`${twice.join(', ')} dealt more than once`);
  const missing = dealers.filter((dealer) => dealer.good === 0).map(({ name }) => name);
  if (missing.length > 0) return open(`not seen here: the deal of ${missing.join(', ')}`);
  const constant =
    plan.parent === null
      ? 'each proves that it knows its constant'
      : `each deals its own share of epoch ${plan.parent.proven.epoch} and nothing else`;
  return good(
    `${dealers.map(({ name }) => name).join(', ')}: ${plan.threshold} commitments for each key; ${constant}; every box has its proof`,
  );
}

function checkVotes(view: View): Result {
  const { plan, current } = view;
  if (plan.parent === null) return good('a new key needs the deals of all its members, and no votes');
  const faults = faultsOf(view, 'endorsement');
  if (faults.length > 0) return bad(faults.join('; '));
  const names = plan.participants.filter(({ identity }) => current.endorsers.has(identity)).map(({ name }) => name);
  const detail = `${names.length} of ${plan.holders.length} old members endorsed this attempt, and ${plan.quorum} are needed${names.length === 0 ? '' : `: ${names.join(', ')}`}`;
  return names.length >= plan.quorum ? good(detail) : open(detail);
}

function checkCertificate({ plan, packets, current }: View): Result {
  const said = packets
    .filter((packet) => isKind(packet, 'acceptance'))
    .filter(({ attempt }) => equalBytes(attempt, current.attempt.id));
  const hashes = new Set(said.map(({ body }) => toHex(body.transcript)));
  if (hashes.size > 1) {
    const each = said.map(({ identity, body }) => `${nameOf(plan, identity)} ${toHex(body.transcript).slice(0, 16)}`);
    return bad(`acceptances over different transcripts: ${each.join(', ')}`);
  }
  const certificate = current.proof?.turn.certificate ?? current.certificate;
  if (certificate === null) {
    return open(`${current.acceptances.size} of ${plan.receivers.length} new members have accepted`);
  }
  return good(
    `all ${plan.receivers.length} new members accepted one transcript, ${toHex(certificate.transcript.hash).slice(0, 16)}`,
  );
}

function checkPossession(view: View): Result {
  const { plan, current } = view;
  const faults = faultsOf(view, 'acceptance');
  if (faults.length > 0) return bad(faults.join('; '));
  const [proven, members] = [current.acceptances.size, plan.receivers.length];
  const keys = current.transcript?.descriptor.keys ?? [];
  const suites = suiteNames.filter((name) => keys.some(({ suite }) => suite === name)).join(', ');
  return proven === members
    ? good(`all ${members} new members proved that they have their share of every key (${suites})`)
    : open(`${proven} of ${members} new members have proved that they have their share`);
}

function checkTurn(view: View): Result {
  const { plan, current } = view;
  const { proof } = current;
  const members = plan.receivers.length;
  // what spoilt one turn spoils no other: a whole one bears its own proof
  const faults = [
    ...faultsOf(view, 'activation'),
    ...(['reprove', 'commitment', 'signature'] as const).flatMap((kind) => faultsOf(view, kind)),
  ];
  if (faults.length > 0 && proof === null) return bad(faults.join('; '));
  if (proof === null) return open(`${current.activations.size} of ${members} have signed turn 0`);
  const lost = proof.lost.map(({ name }) => name);
  const detail = `${proof.signed.length} of ${members} signed ${lost.length === 0 ? 'one turn' : `a later turn without ${lost.join(', ')}`}, each signature share verified by itself`;
  return good(faults.length === 0 ? detail : `${detail}; not counted: ${faults.join('; ')}`);
}

function checkKey({ plan, current }: View): Result {
  const made = current.proof?.link.proven ?? current.transcript?.descriptor ?? null;
  if (made !== null) return checkKeys(plan.parent?.proven ?? null, made);
  const whole = current.counts && [...current.deals.values()].every((deals) => deals.length === 1);
  return whole ? bad('the deals together make no committee for these keys') : open('not all of the deals are here');
}

function checkClosings(view: View): Result {
  const { plan, packets, current } = view;
  const { proof, closings } = current;
  if (proof === null) return open('nobody can close before the proof of life');
  const wrong = packets.filter(
    (packet) => isKind(packet, 'closing') && !equalBytes(packet.body.transcript, proof.link.transcript),
  );
  if (wrong.length > 0) {
    return bad(`something else is closed on by ${wrong.map(({ identity }) => nameOf(plan, identity)).join(', ')}`);
  }
  const gone = outstanding(view);
  const lost = new Set(proof.lost.map(({ identity }) => identity));
  const asked = plan.receivers.filter(({ identity }) => !lost.has(identity) || closings.has(identity));
  const closed = asked.filter(({ identity }) => closings.has(identity)).length;
  const detail = `${closed} of ${asked.length} new members closed on the proof of life${gone.length === 0 ? '' : `; ${lost.size === 0 ? 'left' : 'left or lost,'} and not closed: ${gone.join(', ')}`}`;
  return closed === asked.length ? good(detail) : open(detail);
}

function checkDrill(view: View): Result {
  const { drill } = view;
  if (drill === null) return good('there is none');
  const faults = [...faultsOf(view, 'commitment'), ...faultsOf(view, 'signature')];
  if (faults.length > 0) return bad(faults.join('; '));
  const { signers, signatures, proof, refused, spoilt, descriptor } = drill;
  const gone = [...refused, ...spoilt].map(({ name }) => name);
  if (proof === null) {
    const detail = `${signatures.size} of ${signers.length} named signers have signed`;
    return gone.length > 0 ? bad(`${detail}; not to be had: ${gone.join(', ')}`) : open(detail);
  }
  const unsigned = descriptor.keys.filter(({ suite, publicKey }, place) => {
    const signature = proof.signatures[place] ?? new Uint8Array();
    return !verifyStatement(suite, publicKey, statementMessage(suite, proof.turn.statement), signature);
  });
  if (unsigned.length > 0) return bad(`no signature of ${unsigned.map(({ label }) => label).join(', ')}`);
  return good(
    `${signers.map(({ name }) => name).join(', ')} signed the statement of this drill; passes ${suitesOf(descriptor.keys)}`,
  );
}

function checkCensusOf(view: View): Result {
  const { census } = view;
  if (census === null) return good('there is none');
  const faults = faultsOf(view, 'census');
  if (faults.length > 0) return bad(faults.join('; '));
  const members = censusResult(view)?.members ?? [];
  const without = members.filter(({ share }) => share !== 'proven').map(({ name, share }) => `${name} (${share})`);
  const detail = `${members.length - without.length} of ${members.length} members proved that they have their share`;
  return without.length === 0 ? good(detail) : open(`${detail}; not: ${without.join(', ')}`);
}

function checkContradictions({ contradictions }: View): Result {
  const all = contradictions.filter((contradiction) => contradiction.grave);
  // a deal is a vote as well: the same two packets are said of once
  const grave = [...new Map(all.map((one) => [[...one.packets].sort().join(' '), one])).values()];
  if (grave.length > 0) {
    const each = grave.map(({ member, packets }) => `${member} (${packets.map((p) => p.slice(0, 16)).join(' and ')})`);
    return bad(`two statements of which only one can be honest: ${each.join(', ')}`);
  }
  const harmless = contradictions.length - all.length;
  return good(harmless === 0 ? 'nobody said two things in one place' : `none but ${harmless} in notes or dissent`);
}

function checkReferences({ waiting }: View): Result {
  return waiting.length === 0
    ? good('every packet that another one names is here')
    : open(`not seen here: ${waiting.map(({ packet, names }) => `${names} (for ${packet.slice(0, 16)})`).join(', ')}`);
}

/** Faults of one kind of packet, by name: those of the attempt at hand. What an earlier one died of is told elsewhere. */
function faultsOf({ faults, packets, current }: View, kind: KindName): string[] {
  const here = packets.filter((packet) => packet.kind === kind && equalBytes(packet.attempt, current.attempt.id));
  const of = new Set(here.map(({ digest }) => digest));
  return faults
    .filter(({ packet }) => of.has(packet))
    .map(({ member, detail, packet }) => `${member}: ${detail} (${packet.slice(0, 16)})`);
}

function nameOf(plan: Plan, identity: string): string {
  return plan.byIdentity.get(identity)?.name ?? '';
}

function authors(packets: readonly AnyPacket[]): number {
  return new Set(packets.map(({ identity }) => identity)).size;
}

function orProblem<T>(work: () => T): T | Problem {
  try {
    return work();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}
