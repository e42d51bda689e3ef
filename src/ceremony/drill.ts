import { toHex } from '../bytes/hex.ts';
import { drillStatement } from '../crypto/proof-of-life.ts';
import { Problem } from '../problem.ts';
import { type CallView, evaluateCall, owesAnswer } from './call.ts';
import type { Descriptor } from './descriptor.ts';
import type { Phase } from './evaluate.ts';
import type { Evaluation } from './evaluation.ts';
import type { PacketOf } from './kinds.ts';
import { type CalledTurn, completeCall } from './packets/signature.ts';
import type { Participant, Plan } from './plan.ts';

/** How far the named signers of a drill are: it is called by its plan. */
export interface DrillView extends CallView {
  /** The turn that all named signers signed, and the signature of each key. */
  readonly proof: { readonly turn: CalledTurn; readonly signatures: readonly Uint8Array[] } | null;
  /** Named signers who said no: a turn without one of its signers is never complete. */
  readonly refused: readonly Participant[];
}

/** Computed by each machine from its own plan, never taken from a packet (row 18). */
export function drillStatementOf(plan: Plan, descriptor: Descriptor): Uint8Array {
  return drillStatement(descriptor.encoded, plan.id);
}

export function evaluateDrill(evaluation: Evaluation): DrillView | null {
  const { plan, of, checked, once } = evaluation;
  const descriptor = plan.parent?.proven;
  if (plan.kind !== 'drill' || descriptor === undefined) return null;
  const astray = new Set<string>();
  const answers = (packet: PacketOf<'commitment'> | PacketOf<'signature'>): boolean => {
    const good = checked(packet, 'drill', () => {
      if (toHex(packet.body.call) !== plan.ceremony)
        throw new Problem('TURN_INVALID', 'answers another call than that of the plan');
      return true;
    });
    if (good === null) astray.add(packet.identity);
    return good !== null;
  };
  const call = {
    id: plan.id,
    descriptor,
    statement: drillStatementOf(plan, descriptor),
    signers: plan.signers.map((signer) => ({ ...signer, index: signer.oldIndex })),
  };
  const view = evaluateCall(evaluation, call, {
    commitments: of('commitment').filter(answers),
    signatures: of('signature').filter(answers),
  });
  const made = view.complete.map(({ turn, signed }) => ({
    turn,
    signatures: once(`drill ${signed.map(({ packet }) => packet.digest).join(' ')}`, () => completeCall(turn, signed)),
  }));
  const said = new Set(of('refusal').map(({ identity }) => identity));
  const proof = made.find(({ signatures }) => signatures !== null);
  return {
    ...view,
    spoilt: view.signers.filter((signer) => astray.has(signer.identity) || view.spoilt.includes(signer)),
    proof: proof === undefined ? null : { turn: proof.turn, signatures: proof.signatures ?? [] },
    refused: view.signers.filter(({ identity }) => said.has(identity) && !view.signatures.has(identity)),
  };
}

export function owesDrill(view: DrillView, who: string): boolean {
  return view.proof === null && view.refused.length === 0 && owesAnswer(view, who);
}

export function drillPhase({ commitments, proof, refused, spoilt }: DrillView): Phase {
  if (proof !== null) return 'complete';
  if (refused.length > 0) return 'aborted';
  if (spoilt.length > 0) return 'failed';
  return commitments.size > 0 ? 'proving' : 'proposed';
}
