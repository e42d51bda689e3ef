import type { View } from '../../src/ceremony/evaluate.ts';
import type { Operations } from './form.ts';
import { toJson } from './form.ts';
import { viewOf } from './operations-ceremony.ts';

function named(view: View, identities: Iterable<string>): string[] {
  return [...identities].map((identity) => view.plan.byIdentity.get(identity)?.name ?? identity).sort();
}

export const turnOperations: Operations = {
  'later turns': ({ plan, packets }) => {
    const view = viewOf(plan, packets);
    const { reproves, proof, closings } = view.current;
    return toJson({
      calls: reproves.map((call) => ({
        call: call.packet.digest,
        by: call.caller.name,
        signers: call.signers.map(({ name }) => name),
        statement: call.statement,
        superseded: call.superseded,
        committed: named(view, call.commitments.keys()),
        toSign: call.turn === null ? null : call.turn.commitments.map(({ packet }) => packet.digest),
        signed: named(view, call.signatures.keys()),
        spoilt: call.spoilt.map(({ name }) => name),
      })),
      proof:
        proof === null
          ? null
          : {
              turn: proof.turn.hash,
              transcript: proof.link.transcript,
              descriptor: proof.link.descriptor,
              signatures: proof.link.signatures,
              lost: proof.lost.map(({ name }) => name),
            },
      closed: named(view, closings.keys()),
      faults: view.faults
        .map(({ member, fault, packet }) => ({ member, fault, packet }))
        .sort((a, b) => (a.packet < b.packet ? -1 : 1)),
      contradictions: view.contradictions.map(({ member, slot, packets: two, grave }) => ({
        member,
        slot,
        packets: two,
        grave,
      })),
      waiting: view.waiting.map(({ packet }) => packet).sort(),
    });
  },
};
