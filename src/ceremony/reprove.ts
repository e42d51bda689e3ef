import { equalBytes, toHex } from '../bytes/hex.ts';
import { Problem } from '../problem.ts';
import type { Attempt } from './attempt.ts';
import { type CallView, evaluateCall, owesAnswer } from './call.ts';
import type { Evaluation } from './evaluation.ts';
import type { PacketOf } from './kinds.ts';
import type { Certificate } from './packets/activation.ts';
import { callOf, checkReprove } from './packets/reprove.ts';
import { movesShares, type Participant } from './plan.ts';
import { type Accepting, certificateNamed } from './proving.ts';
import { succession } from './succession.ts';

/** How far a later turn of the proof of life is. */
export interface ReproveView extends CallView {
  readonly packet: PacketOf<'reprove'>;
  readonly caller: Participant;
  readonly certificate: Certificate;
  /** The author called again since: only the newest of its calls is answered. */
  readonly superseded: boolean;
}

/** The calls for later turns in one attempt, with their answers. */
export function evaluateReproves(evaluation: Evaluation, attempt: Attempt, accepting: Accepting): ReproveView[] {
  const { plan, byDigest, of, checked, wait } = evaluation;
  if (!movesShares(plan)) return []; // commitments and signatures there are those of the drill
  const packets = of('reprove', attempt);
  const good = packets.flatMap((packet) => {
    const certificate = certificateNamed(evaluation, attempt, accepting, packet.body.certificate);
    if (certificate === 'absent') {
      wait(packet, 'an acceptance');
      return [];
    }
    const signers = checked(packet, `reprove ${toHex(attempt.id)}`, () => checkReprove(plan, certificate, packet));
    return signers === null || certificate === null ? [] : [{ packet, certificate, signers }];
  });
  const called = new Set(good.map(({ packet }) => packet.digest));
  const here = new Set(packets.map(({ digest }) => digest));
  const answering = (packet: PacketOf<'commitment'> | PacketOf<'signature'>): boolean => {
    const call = toHex(packet.body.call);
    if (called.has(call)) return true;
    // a call that waits itself may still become good; one that is not here at all may come
    if (!byDigest.has(call) || (here.has(call) && !evaluation.faults.some((fault) => fault.packet === call))) {
      wait(packet, 'a call');
      return false;
    }
    checked(packet, `answer ${toHex(attempt.id)}`, () => {
      throw new Problem('TURN_INVALID', 'answers something that is no good call');
    });
    return false;
  };
  const commitments = of('commitment', attempt).filter(answering);
  const signatures = of('signature', attempt).filter(answering);
  return good.map(({ packet, certificate, signers }): ReproveView => {
    const { descriptor, hash } = certificate.transcript;
    const id = callOf(packet);
    const view = evaluateCall(
      evaluation,
      { id, descriptor, statement: succession(descriptor, hash), signers },
      {
        commitments: commitments.filter(({ body }) => equalBytes(body.call, id)),
        signatures: signatures.filter(({ body }) => equalBytes(body.call, id)),
      },
    );
    const superseded = good.some(
      (other) => other.packet.identity === packet.identity && other.packet.body.number > packet.body.number,
    );
    const caller = signers.find(({ identity }) => identity === packet.identity) as Participant;
    return { ...view, packet, caller, certificate, superseded };
  });
}

/** A turn that this many of mine came before is not answered: what I signed has to fit into a release. */
export const mostTurns = 16;

/** And no more than this that one caller called for. */
export const mostTurnsOfOne = 3;

interface Proving {
  readonly reproves: readonly ReproveView[];
  readonly releases: ReadonlyMap<string, PacketOf<'release'>>;
}

/**
 * Calls that can still become a complete turn, the furthest first: nobody whom they name has given the attempt up
 * without signing them.
 */
export function openCalls({ reproves, releases }: Proving): ReproveView[] {
  const open = reproves.filter(
    ({ superseded, spoilt, signers, signatures, complete }) =>
      !superseded &&
      spoilt.length === 0 &&
      complete.length === 0 &&
      signers.every(({ identity }) => !releases.has(identity) || signatures.has(identity)),
  );
  const progress = ({ commitments, signatures }: ReproveView): number => commitments.size + signatures.size;
  return open.sort((a, b) => progress(b) - progress(a));
}

/** The calls that this member has still to answer: none that it gave up, which is not open any more. */
export function callsToAnswer(proving: Proving, who: string): ReproveView[] {
  const signed = proving.reproves.filter(({ signatures }) => signatures.has(who));
  // rule 4: a release lists everything that was signed
  if (signed.length >= mostTurns - 1) return [];
  // who calls and never signs uses up its own share of what fits into a release, and nobody else's
  const leads = ({ identity }: Participant): number =>
    signed.filter(({ caller }) => caller.identity === identity).length;
  return openCalls(proving).filter((call) => owesAnswer(call, who) && leads(call.caller) < mostTurnsOfOne);
}
