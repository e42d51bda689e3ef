import { lengthPrefixed, taggedHash, text, u64 } from '../../src/bytes/tagged-hash.ts';
import { drillStatementOf } from '../../src/ceremony/drill.ts';
import { membersOf } from '../../src/ceremony/duties.ts';
import type { View } from '../../src/ceremony/evaluate.ts';
import { foldFor, provesPossession } from '../../src/ceremony/packets/census.ts';
import { draftCommitment } from '../../src/ceremony/packets/commitment.ts';
import { draftSignature } from '../../src/ceremony/packets/signature.ts';
import type { Plan } from '../../src/ceremony/plan.ts';
import { evaluateCommitments, weights } from '../../src/crypto/commitments.ts';
import type { Point } from '../../src/crypto/group.ts';
import { challenge } from '../../src/crypto/knowledge.ts';
import { suite } from '../../src/crypto/suites.ts';
import { bytes, type Given, hex, type Json, manyBytes, type Operations, replayed, toJson } from './form.ts';
import { planOf, viewOf } from './operations-ceremony.ts';

function parentOf(plan: Plan) {
  const descriptor = plan.parent?.proven;
  if (descriptor === undefined) throw new Error('no parent');
  return descriptor;
}

function drillOf(given: Given): View & { readonly drill: NonNullable<View['drill']> } {
  const view = viewOf(given.plan, given.packets);
  if (view.drill === null) throw new Error('no drill');
  return { ...view, drill: view.drill };
}

function namesOf(view: View, identities: Iterable<string>): string[] {
  return [...identities].map((identity) => view.plan.byIdentity.get(identity)?.name ?? identity).sort();
}

/** What is said of every ceremony that moves no share. */
function common(view: View) {
  return {
    phase: view.phase,
    faults: view.faults.map(({ member, fault, packet }) => ({ member, fault, packet })),
    contradictions: view.contradictions.map(({ member, slot, packets, grave }) => ({ member, slot, packets, grave })),
    waiting: view.waiting.map(({ packet }) => packet),
    owes: Object.fromEntries(membersOf(view).map(({ participant, owes }) => [participant.name, owes])),
  };
}

/** What the proof of one suite is made of. */
function proven(plan: Plan, index: number, author: Uint8Array, proof: Uint8Array) {
  const descriptor = parentOf(plan);
  const [[name, folded] = ['ed25519' as const, []]] = foldFor(plan, descriptor);
  const { group } = suite(name);
  const seed = taggedHash('census', plan.id, descriptor.id);
  const Y = group.encodePoint(evaluateCommitments(group, folded as readonly Point[], index));
  const context = lengthPrefixed(u64(index), lengthPrefixed(plan.id, descriptor.id, author, text(name)));
  const R = proof.slice(0, -32);
  const factors = weights(seed, descriptor.keys.length);
  return {
    seed,
    weights: factors.map((factor) => hex(bytes(`hex:${factor.toString(16).padStart(32, '0')}`))),
    Y,
    context,
    R,
    challenge: group.encodeScalar(challenge(group, 'knowledge', text('census'), context, Y, R)),
    z: proof.slice(-32),
  };
}

export const stillOperations: Operations = {
  'commitment draft': ({ plan: encoded, index, share, random }) => {
    const plan = planOf(encoded);
    return toJson(
      draftCommitment(plan.id, parentOf(plan), index as number, manyBytes(share), replayed(random as Json)),
    );
  },
  'signature draft': (given) => {
    const { turn } = drillOf(given).drill;
    if (turn === null) throw new Error('nothing to sign');
    return toJson(draftSignature(turn, given.index as number, manyBytes(given.share), manyBytes(given.nonces)));
  },
  drill: (given) => {
    const view = drillOf(given);
    const { descriptor, commitments, turn, signatures, proof, refused, spoilt } = view.drill;
    return toJson({
      ...common(view),
      statement: drillStatementOf(view.plan, descriptor),
      committed: namesOf(view, commitments.keys()),
      toSign: turn === null ? null : turn.commitments.map(({ packet }) => packet.digest),
      signed: namesOf(view, signatures.keys()),
      signatures: proof?.signatures ?? null,
      refused: refused.map(({ name }) => name),
      spoilt: spoilt.map(({ name }) => name),
    });
  },
  'census draft': ({ plan: encoded, member, index, share, random }) => {
    const plan = planOf(encoded);
    const author = plan.participants.find(({ name }) => name === member)?.card.signing;
    if (author === undefined) throw new Error(`no ${member}`);
    const descriptor = parentOf(plan);
    const source = replayed(random as Json);
    const possession = provesPossession(plan, descriptor, index as number, manyBytes(share), author, source);
    const [{ proof } = { proof: new Uint8Array() }] = possession;
    return toJson({ possession, between: proven(plan, index as number, author, proof) });
  },
  census: (given) => {
    const view = viewOf(given.plan, given.packets);
    if (view.census === null) throw new Error('no census');
    const { reports, refused } = view.census;
    return toJson({
      ...common(view),
      reported: namesOf(view, reports.keys()),
      refused: refused.map(({ name }) => name),
    });
  },
};
