import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { equalBytes, toHex } from '../../src/bytes/hex.ts';
import { lengthPrefixed, text } from '../../src/bytes/tagged-hash.ts';
import { admit } from '../../src/ceremony/admission.ts';
import { type Attempt, firstAttempt } from '../../src/ceremony/attempt.ts';
import { deathOf, weighing, whatItNames } from '../../src/ceremony/death.ts';
import { membersOf } from '../../src/ceremony/duties.ts';
import type { AnyPacket, PacketOf } from '../../src/ceremony/kinds.ts';
import { attemptOf } from '../../src/ceremony/packets/amendment.ts';
import { judgeComplaint } from '../../src/ceremony/packets/complaint.ts';
import { boxContext, type CheckedDeal, checkDeal, type DealPacket } from '../../src/ceremony/packets/deal.ts';
import type { Plan } from '../../src/ceremony/plan.ts';
import { ristretto255 as group } from '../../src/crypto/group.ts';
import { challenge } from '../../src/crypto/knowledge.ts';
import { type Box, boxHash, judgeOpening, proveOpening, type SealContext } from '../../src/crypto/sealing.ts';
import { Problem } from '../../src/problem.ts';
import { bytes, hex, type Json, type Operations, replayed, toJson } from './form.ts';
import { admitted, planOf, viewOf } from './operations-ceremony.ts';

function attemptFrom(plan: Plan, amendment: Json | undefined): Attempt {
  if (amendment == null) return firstAttempt(plan);
  return attemptOf(plan, admit(plan, bytes(amendment)) as PacketOf<'amendment'>);
}

interface Disputed {
  readonly plan: Plan;
  readonly attempt: Attempt;
  readonly deal: CheckedDeal;
}

function disputed(plan: Plan, amendment: Json | undefined, deal: Json | undefined): Disputed {
  const attempt = attemptFrom(plan, amendment);
  return { plan, attempt, deal: checkDeal(plan, attempt, admit(plan, bytes(deal)) as DealPacket) };
}

/** The box of this receiver, the key that it is sealed to, and what it is bound to. */
function boxOf({ plan, attempt, deal }: Disputed, author: Uint8Array): { box: Box; Q: Uint8Array; X: SealContext } {
  const index = plan.byIdentity.get(toHex(author))?.newIndex ?? 0;
  const [box, Q] = [deal.packet.body.boxes[index - 1], attempt.prekeys[index - 1]];
  if (box === undefined || Q === undefined) throw new Error('no such box');
  return { box, Q, X: boxContext(plan, attempt, deal.dealer, deal.packet.body, index) };
}

/** Everything between a prekey's secret and an opened box. */
function between(box: Box, Q: Uint8Array, X: SealContext, complainer: Uint8Array, K: Uint8Array, proof: Uint8Array) {
  const context = lengthPrefixed(X.ceremony, X.attempt, X.dealer, X.receiver, X.binding);
  const [T1, T2] = [proof.slice(0, 32), proof.slice(32, 64)];
  const c = challenge(group, 'opening', complainer, context, boxHash(box), Q, box.R, K, T1, T2);
  const info = lengthPrefixed(text('conclave/v1/sealed-box'), context, Q, box.R);
  const material = hkdf(sha256, K, undefined, info, 56);
  return {
    binding: X.binding,
    X: context,
    Q,
    R: box.R,
    boxHash: boxHash(box),
    T1,
    T2,
    challenge: group.encodeScalar(c),
    z: proof.slice(64),
    info,
    key: material.slice(0, 32),
    nonce: material.slice(32),
  };
}

/** The attempt of this number, if an amendment among the packets makes it. */
function attemptAmong(plan: Plan, packets: readonly AnyPacket[], id: Uint8Array): Attempt {
  const amendment = packets.find(({ digest }) => digest === toHex(id));
  if (amendment?.kind === 'amendment') return attemptOf(plan, amendment);
  if (!equalBytes(id, plan.id)) throw new Error('no such attempt');
  return firstAttempt(plan);
}

export const attemptOperations: Operations = {
  'complaint draft': (given) => {
    const plan = planOf(given.plan);
    const about = disputed(plan, given.amendment, given.deal);
    const complainer = plan.participants.find(({ name }) => name === given.complainer)?.card.signing;
    if (complainer === undefined) throw new Error(`no ${given.complainer}`);
    const { box, Q, X } = boxOf(about, complainer);
    const { K, proof } = proveOpening(box, bytes(given.secret), X, complainer, replayed(given.random));
    const judged = judgeOpening(box, Q, X, complainer, { K, proof });
    return toJson({
      body: { deal: hex(bytes(`hex:${about.deal.packet.digest}`)), K, proof },
      between: between(box, Q, X, complainer, K, proof),
      plaintext: judged.kind === 'opened' ? judged.plaintext : null,
    });
  },
  'complaint judge': (given) => {
    const plan = planOf(given.plan);
    const about = disputed(plan, given.amendment, given.deal);
    const packet = admit(plan, bytes(given.complaint)) as PacketOf<'complaint'>;
    const { at } = judgeComplaint(plan, about.attempt, about.deal, packet);
    const { box, Q, X } = boxOf(about, packet.author);
    const judged = judgeOpening(box, Q, X, packet.author, packet.body);
    return toJson({ atFault: at, plaintext: judged.kind === 'opened' ? judged.plaintext : null });
  },
  'amendment read': ({ plan: encoded, amendment }) => {
    const plan = planOf(encoded);
    const { id, number, dealers, prekeys } = attemptFrom(plan, amendment);
    const named = dealers.map(({ participant, index }) => ({ name: participant.name, index }));
    return toJson({ attempt: id, number, dealers: named, prekeys });
  },
  'release judge': ({ plan: encoded, packets, release }) => {
    const plan = planOf(encoded);
    const [own] = admitted(plan, [release as Json]);
    const named = whatItNames(plan, own as PacketOf<'release'>, weighing(admitted(plan, packets)));
    if (named === 'absent') return { waits: true };
    if ('wrong' in named) throw new Problem('RELEASE_INVALID', named.wrong);
    return { waits: false, names: [...new Set(named.map(({ digest }) => `hex:${digest}`))].sort() };
  },
  death: ({ plan: encoded, attempt, packets }) => {
    const plan = planOf(encoded);
    const all = admitted(plan, packets);
    return { dead: deathOf(plan, attemptAmong(plan, all, bytes(attempt)), all) !== null };
  },
  attempts: ({ plan, packets }) => {
    const view = viewOf(plan, packets);
    return toJson({
      phase: view.phase,
      current: view.current.attempt.id,
      attempts: view.attempts.map(({ attempt, death, spoiledBy, releases, proof }) => ({
        attempt: attempt.id,
        number: attempt.number,
        dealers: attempt.dealers.map(({ participant }) => participant.name),
        dead: death?.why ?? null,
        spoiledBy,
        released: [...releases.keys()].map((identity) => view.plan.byIdentity.get(identity)?.name ?? '').sort(),
        proven: proof !== null,
      })),
      faults: view.faults.map(({ member, fault, packet }) => ({ member, fault, packet })),
      contradictions: view.contradictions.map(({ member, slot, grave }) => ({ member, slot, grave })),
      waiting: view.waiting.map(({ packet }) => packet),
      owes: Object.fromEntries(membersOf(view).map(({ participant, owes }) => [participant.name, owes])),
    });
  },
};
