import { equalBytes, fromHex } from '../bytes/hex.ts';
import { taggedHash } from '../bytes/tagged-hash.ts';
import { sumCommitments } from '../crypto/commitments.ts';
import type { Point } from '../crypto/group.ts';
import { combineVerification } from '../crypto/possession.ts';
import { type SuiteName, suite } from '../crypto/suites.ts';
import { Problem } from '../problem.ts';
import type { Attempt, Dealer } from './attempt.ts';
import { type Descriptor, keysBySuite, writeDescriptor } from './descriptor.ts';
import type { CheckedDeal } from './packets/deal.ts';
import { keysOf, type Plan } from './plan.ts';

/**
 * What all new members have to agree on: the plan, the attempt, and the exact deals with all their boxes (rows 9
 * and 10). A deal's digest covers its commitments, its boxes, its vote and the approvals that it names.
 */
export interface Transcript {
  readonly hash: Uint8Array;
  readonly deals: readonly CheckedDeal[];
  /** What the new committee will be. Summed over dealers first; nothing is computed per dealer and member. */
  readonly descriptor: Descriptor;
  /** Per suite, the commitments of all keys folded into one, for proofs of possession. */
  readonly combined: ReadonlyMap<SuiteName, readonly Point[]>;
}

export function transcriptHash(plan: Plan, attempt: Attempt, deals: readonly Uint8Array[]): Uint8Array {
  return taggedHash('transcript', plan.id, attempt.id, ...deals);
}

function sameDealer(one: Dealer, other: Dealer | undefined): boolean {
  return one.participant.identity === other?.participant.identity && one.index === other.index;
}

/** All named deals, in the attempt's order; each was checked on its own before. */
export function assemble(plan: Plan, attempt: Attempt, deals: readonly CheckedDeal[]): Transcript {
  // row 10: the dealers are those of the attempt
  if (
    deals.length !== attempt.dealers.length ||
    deals.some((deal, at) => !sameDealer(deal.dealer, attempt.dealers[at]))
  ) {
    throw new Problem('DEAL_INVALID', 'a transcript holds the deals of exactly the named dealers');
  }
  const digests = deals.map((deal) => fromHex(deal.packet.digest) as Uint8Array);
  // row 9: over every deal with all its boxes
  const hash = transcriptHash(plan, attempt, digests);
  const wanted = keysOf(plan);
  const points = wanted.map(({ suite: name }, place) =>
    sumCommitments(
      suite(name).group,
      deals.map((deal) => deal.points[place] as readonly Point[]),
    ),
  );
  const keys = wanted.map(({ label, suite: name }, place) => {
    const { group } = suite(name);
    const commitments = (points[place] as readonly Point[]).map((point) => group.encodePoint(point));
    const publicKey = commitments[0] as Uint8Array;
    const before = plan.parent?.proven.keys[place];
    // the one promise: whatever was dealt, the key stays what it was, parity included
    if (before !== undefined && !equalBytes(before.publicKey, publicKey)) {
      throw new Problem('KEY_CHANGED', `the deals would change the key ${label}`);
    }
    return { label, suite: name, publicKey, chainCode: before?.chainCode ?? null, commitments };
  });
  const parent = plan.parent?.proven ?? null;
  const descriptor = writeDescriptor({
    keyset: parent?.keysetId ?? null,
    epoch: plan.epoch.to,
    previous: parent?.id ?? null,
    ceremony: plan.id,
    attempt: attempt.id,
    threshold: plan.threshold,
    members: plan.receivers.map(({ name, card }) => ({ name, identity: card.signing })),
    policy: plan.policy,
    keys,
    rehearsal: plan.rehearsal,
  });
  const combined = new Map<SuiteName, readonly Point[]>();
  for (const [name, places] of keysBySuite(wanted)) {
    const { group } = suite(name);
    combined.set(
      name,
      combineVerification(
        group,
        places.map((place) => points[place] as readonly Point[]),
        hash,
      ),
    );
  }
  return { hash, deals, descriptor, combined };
}
