import * as v from 'valibot';
import { encodeCbor } from '../../bytes/cbor.ts';
import { equalBytes, toHex } from '../../bytes/hex.ts';
import type { Random } from '../../bytes/random.ts';
import { lengthPrefixed, taggedHash, text, u64 } from '../../bytes/tagged-hash.ts';
import { checkConstants, checkShares, commit, type Dealt, evaluateCommitments } from '../../crypto/commitments.ts';
import type { Group, Point, Scalar } from '../../crypto/group.ts';
import { proveKnowledge, verifyKnowledge } from '../../crypto/knowledge.ts';
import { evaluate, lagrange, randomPolynomial } from '../../crypto/polynomial.ts';
import { areSound, type Box, checkBox, type SealContext, sealBox } from '../../crypto/sealing.ts';
import { suite } from '../../crypto/suites.ts';
import { Problem } from '../../problem.ts';
import type { Attempt, Dealer } from '../attempt.ts';
import { decodeKeys, keysBySuite } from '../descriptor.ts';
import type { Kind } from '../kind.ts';
import type { Packet } from '../packet.ts';
import { keysOf, type Plan } from '../plan.ts';
import * as is from '../schema.ts';
import { type Vote, voteSchema } from './endorsement.ts';

const keySchema = v.strictObject({
  /** a_i,m * G, constant first: exactly as many as the new threshold. */
  commitments: is.list(is.someBytes(33), is.limits.members, 1),
  /** In a genesis, proof that the dealer knows the constant. */
  proof: v.nullable(is.someBytes(96)),
});

const boxSchema = v.strictObject({
  R: is.bytes(32),
  proof: is.bytes(64),
  ciphertext: is.someBytes(is.limits.packetBytes),
});

const schema = v.strictObject({
  /** The dealer's endorsement. In a genesis there is no parent to vote about. */
  vote: v.nullable(voteSchema),
  /** The approvals that this deal relies on. */
  approvals: is.list(is.hash, 16),
  keys: is.list(keySchema, is.limits.keys, 1),
  /** One per receiver, in index order. */
  boxes: is.list(boxSchema, is.limits.members, 2),
});

export type DealBody = v.InferOutput<typeof schema>;
export type DealPacket = Packet<'deal', DealBody>;

export const deal: Kind<'deal', typeof schema> = {
  kind: 'deal',
  meaning: "commitments to the dealer's polynomials, and one sealed box of sub-shares per receiver",
  schema,
  mayAuthor: (participant, plan) =>
    plan.parent === null ? participant.newIndex !== null : participant.oldIndex !== null,
  slot: ({ attempt }) => `deal ${toHex(attempt)}`,
};

/** A deal whose every public part was checked: what comes after may sum these points without looking again. */
export interface CheckedDeal {
  readonly packet: DealPacket;
  readonly dealer: Dealer;
  readonly points: readonly (readonly Point[])[];
}

/** lambda_i * s_i is what a dealer deals: the sum over the exact set of dealers is the key. */
export function dealerFactor(group: Group, attempt: Attempt, dealer: Dealer): Scalar {
  return lagrange(
    group,
    attempt.dealers.map((other) => other.index),
    dealer.index,
  );
}

/** The verification shares of one old member, for the given keys: public, derived from the proven descriptor. */
export function verificationShares(plan: Plan, places: readonly number[], group: Group, index: number): Point[] {
  const parent = plan.parent;
  if (parent === null) throw new Problem('PLAN_INVALID', 'a genesis has no parent');
  return places.map((place) => evaluateCommitments(group, parent.proven.points[place] as readonly Point[], index));
}

function sealContext(
  plan: Plan,
  attempt: Attempt,
  dealer: Dealer,
  receiver: Uint8Array,
  keys: DealBody['keys'],
): SealContext {
  return {
    ceremony: plan.id,
    attempt: attempt.id,
    dealer: dealer.participant.card.signing,
    receiver,
    binding: taggedHash('dealt', encodeCbor(keys)),
  };
}

export function boxContext(plan: Plan, attempt: Attempt, dealer: Dealer, body: DealBody, index: number): SealContext {
  const receiver = plan.receivers[index - 1];
  if (receiver === undefined) throw new Problem('INDEX_INVALID', 'no such receiver');
  return sealContext(plan, attempt, dealer, receiver.card.signing, body.keys);
}

function genesisContext(plan: Plan, attempt: Attempt, dealer: Dealer, place: number): Uint8Array {
  return lengthPrefixed(plan.id, attempt.id, dealer.participant.card.signing, u64(place));
}

export interface DealInput {
  readonly plan: Plan;
  readonly attempt: Attempt;
  readonly dealer: Dealer;
  /** The dealer's share of every key, encoded; null in a genesis, where the constants are drawn. */
  readonly shares: readonly Uint8Array[] | null;
  readonly vote: Vote | null;
  readonly approvals: readonly Uint8Array[];
  readonly random: Random;
}

/** Deals: one polynomial per key, evaluated by Horner at every receiver's index, sealed to every receiver. */
export function draftDeal({ plan, attempt, dealer, shares, vote, approvals, random }: DealInput): DealBody {
  const wanted = keysOf(plan);
  if (shares !== null) checkOwnShares(plan, dealer, shares, random);
  const subshares = plan.receivers.map(() => new Uint8Array(32 * wanted.length));
  const keys = wanted.map(({ suite: name }, place) => {
    const { group } = suite(name);
    const constant =
      shares === null
        ? group.randomScalar(random)
        : group.mul(dealerFactor(group, attempt, dealer), group.decodeScalar(shares[place] as Uint8Array));
    const polynomial = randomPolynomial(group, constant, plan.threshold, random);
    plan.receivers.forEach(({ newIndex }, at) => {
      const subshare = group.encodeScalar(evaluate(group, polynomial, newIndex));
      (subshares[at] as Uint8Array).set(subshare, 32 * place);
      subshare.fill(0);
    });
    const points = commit(group, polynomial);
    const proof =
      shares === null
        ? proveKnowledge(
            group,
            constant,
            points[0] as Point,
            'genesis',
            genesisContext(plan, attempt, dealer, place),
            random,
          )
        : null;
    return { commitments: points.map((point) => group.encodePoint(point)), proof };
  });
  const boxes = plan.receivers.map(({ card }, at): Box => {
    const prekey = attempt.prekeys[at] as Uint8Array;
    const plaintext = subshares[at] as Uint8Array;
    const box = sealBox(plaintext, prekey, sealContext(plan, attempt, dealer, card.signing, keys), random);
    plaintext.fill(0);
    return box;
  });
  return { vote, approvals: [...approvals], keys, boxes };
}

/** Row 21: a share of another epoch, however it came here, is not dealt. Its dealer would be named for it by everyone. */
function checkOwnShares(plan: Plan, dealer: Dealer, shares: readonly Uint8Array[], random: Random): void {
  const parent = plan.parent?.proven;
  for (const [name, places] of keysBySuite(parent?.keys ?? [])) {
    const { group } = suite(name);
    const points = places.map((place) => parent?.points[place] as readonly Point[]);
    const scalars = places.map((place) => group.decodeScalar(shares[place] ?? new Uint8Array()));
    // row 21: of this very committee
    if (!checkShares(group, points, scalars, dealer.index, random(32))) {
      throw new Problem('SHARE_MISMATCH', 'the share to deal from is not that of the committee which hands over');
    }
  }
}

/** A deal whose shape and points are good; `taken` where one sum over several said the same of its constants and boxes. */
export interface ReadDeal {
  readonly deal: CheckedDeal;
  readonly taken: boolean;
}

/**
 * Reads these deals, and asks in one sum for each group whether all of them hold. It only ever says yes: one that is not
 * among those that come back, or is not taken, is looked at by itself.
 */
export function takeDeals(
  plan: Plan,
  attempt: Attempt,
  packets: readonly DealPacket[],
): ReadonlyMap<DealPacket, ReadDeal> {
  const deals = packets.flatMap((packet) => {
    try {
      return [readDeal(plan, attempt, packet)];
    } catch (error) {
      if (error instanceof Problem) return [];
      throw error;
    }
  });
  const boxes = () => deals.flatMap(({ packet, dealer }) => boxesOf(plan, attempt, dealer, packet.body));
  const taken = plan.parent !== null && deals.length > 1 && areDealt(plan, attempt, deals) && areSound(boxes());
  return new Map(deals.map((deal) => [deal.packet, { deal, taken }]));
}

/** Shape and points: all but whether they are what the dealer has to deal. */
function readDeal(plan: Plan, attempt: Attempt, packet: DealPacket): CheckedDeal {
  const dealer = attempt.dealers.find(({ participant }) => participant.identity === packet.identity);
  if (dealer === undefined) throw new Problem('DEAL_INVALID', 'the author is no dealer of this attempt');
  const { body } = packet;
  const wanted = keysOf(plan);
  if (body.keys.length !== wanted.length)
    throw new Problem('DEAL_INVALID', 'does not deal exactly the keys of the keyset');
  if (body.boxes.length !== plan.receivers.length)
    throw new Problem('DEAL_INVALID', 'does not hold one box per receiver');
  if ((body.vote === null) !== (plan.parent === null)) throw new Problem('DEAL_INVALID', 'has to endorse the parent');
  // rows 3 and 16: exactly t' points each, all canonical, none the identity
  const points = decodeKeys(
    wanted.map(({ suite: name }, place) => ({ suite: name, commitments: body.keys[place]?.commitments ?? [] })),
    plan.threshold,
  );
  return { packet, dealer, points };
}

/** Whether each of these dealers dealt its own share of every key. */
function areDealt(plan: Plan, attempt: Attempt, deals: readonly CheckedDeal[]): boolean {
  const seed = taggedHash('constants', ...deals.map(({ packet }) => text(packet.digest)));
  const parts = new Map<Group, number[]>();
  for (const [name, places] of keysBySuite(keysOf(plan))) {
    const { group } = suite(name);
    parts.set(group, [...(parts.get(group) ?? []), ...places]);
  }
  return [...parts].every(([group, places]) => {
    const dealt = deals.map(({ dealer, points }): Dealt => {
      const expected = verificationShares(plan, places, group, dealer.index);
      const constants = places.map((place) => points[place]?.[0] as Point);
      return { constants, factor: dealerFactor(group, attempt, dealer), expected };
    });
    return checkConstants(group, dealt, seed);
  });
}

function boxesOf(plan: Plan, attempt: Attempt, dealer: Dealer, body: DealBody) {
  return plan.receivers.map(({ newIndex }, at) => ({
    box: body.boxes[newIndex - 1] as Box,
    prekey: attempt.prekeys[at] as Uint8Array,
    context: boxContext(plan, attempt, dealer, body, newIndex),
  }));
}

/**
 * Everything about a deal that anyone can check: shape, points, the constant against the dealer's own verification
 * share (row 5) or the proof that the constant is known (row 8), and the proof behind every box (row 27).
 */
export function checkDeal(
  plan: Plan,
  attempt: Attempt,
  packet: DealPacket,
  read: ReadDeal = { deal: readDeal(plan, attempt, packet), taken: false },
): CheckedDeal {
  const { deal, taken } = read;
  const { dealer, points } = deal;
  const { body } = packet;
  const wanted = keysOf(plan);
  if (plan.parent === null) {
    for (const [name, places] of keysBySuite(wanted)) {
      for (const place of places) {
        const proof = body.keys[place]?.proof ?? null;
        // row 8: a rogue key is one whose author does not know it
        if (proof === null) throw new Problem('PROOF_INVALID', 'no proof that the constant is known');
        const constant = points[place]?.[0] as Point;
        verifyKnowledge(suite(name).group, constant, 'genesis', genesisContext(plan, attempt, dealer, place), proof);
      }
    }
  } else {
    // row 5: against the dealer's own verification share, so that the one who cheats is named
    if (!taken && !areDealt(plan, attempt, [deal])) {
      throw new Problem('CONSTANT_MISMATCH', 'deals something other than its own share');
    }
    if (body.keys.some((key) => key.proof !== null))
      throw new Problem('DEAL_INVALID', 'only a genesis has such proofs');
    if (!equalBytes(body.vote?.parent ?? new Uint8Array(), plan.parent.proven.id)) {
      throw new Problem('DEAL_INVALID', 'endorses another parent');
    }
  }
  const boxes = boxesOf(plan, attempt, dealer, body);
  const sized = ({ box }: { readonly box: Box }): boolean => box.ciphertext.length === 32 * wanted.length + 16;
  if (boxes.every(sized) && (taken || areSound(boxes))) return deal;
  for (const one of boxes) {
    if (!sized(one)) throw new Problem('DEAL_INVALID', 'a box of the wrong size');
    // row 27: before anybody opens it
    checkBox(one.box, one.prekey, one.context);
  }
  return deal;
}
