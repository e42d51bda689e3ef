import * as v from 'valibot';
import { toHex } from '../../bytes/hex.ts';
import { checkShare } from '../../crypto/commitments.ts';
import type { Point } from '../../crypto/group.ts';
import { judgeOpening } from '../../crypto/sealing.ts';
import { suite } from '../../crypto/suites.ts';
import { Problem } from '../../problem.ts';
import type { Attempt } from '../attempt.ts';
import type { Kind } from '../kind.ts';
import type { Packet } from '../packet.ts';
import { keysOf, type Plan } from '../plan.ts';
import * as is from '../schema.ts';
import { boxContext, type CheckedDeal } from './deal.ts';

const schema = v.strictObject({
  /** The deal whose box for the author is opened to everybody: that one box and no other. */
  deal: is.hash,
  K: is.bytes(32),
  /** Chaum-Pedersen proof that K is the key of that box. */
  proof: is.bytes(96),
});

export type ComplaintBody = v.InferOutput<typeof schema>;
export type ComplaintPacket = Packet<'complaint', ComplaintBody>;

export const complaint: Kind<'complaint', typeof schema> = {
  kind: 'complaint',
  meaning: 'a receiver opens its box of one deal to everybody: a refusal of which anyone can judge whose fault it is',
  schema,
  mayAuthor: (participant) => participant.newIndex !== null,
  // a complaint is a refusal, and whoever has accepted cannot complain any more (row 2)
  slot: ({ attempt }) => `receive ${toHex(attempt)}`,
};

/** What an opened box shows, to anyone: its dealer is at fault, or whoever complained. */
export type Verdict =
  | { readonly at: 'dealer'; readonly why: string }
  | { readonly at: 'complainer'; readonly why: string };

/**
 * Everybody's judgement, from the complaint and the deal alone. Garbage behind the seal, or a sub-share that is not what
 * the dealer committed to, is the dealer's; a good one, or an opening that does not prove itself, the complainer's.
 */
export function judgeComplaint(plan: Plan, attempt: Attempt, deal: CheckedDeal, packet: ComplaintPacket): Verdict {
  const index = plan.byIdentity.get(packet.identity)?.newIndex ?? null;
  if (index === null) return { at: 'complainer', why: 'complains without being a receiver' };
  const box = deal.packet.body.boxes[index - 1];
  const prekey = attempt.prekeys[index - 1];
  if (box === undefined || prekey === undefined) throw new Problem('INDEX_INVALID', 'no box for this index');
  const context = boxContext(plan, attempt, deal.dealer, deal.packet.body, index);
  const { K, proof } = packet.body;
  const judged = judgeOpening(box, prekey, context, packet.author, { K, proof });
  switch (judged.kind) {
    case 'bad-opening':
      return { at: 'complainer', why: 'complains with a key that is not proven to be that of the box' };
    case 'unreadable':
      return { at: 'dealer', why: 'sealed something that does not open' };
    case 'opened': {
      const why = subsharesWrong(plan, deal, judged.plaintext, index);
      return why === null
        ? { at: 'complainer', why: 'complains about a box that holds exactly what was committed to' }
        : { at: 'dealer', why };
    }
  }
}

/** What is wrong with what a box held, or null. */
export function subsharesWrong(plan: Plan, deal: CheckedDeal, plaintext: Uint8Array, index: number): string | null {
  const wanted = keysOf(plan);
  if (plaintext.length !== 32 * wanted.length) return 'sealed the wrong number of sub-shares';
  try {
    for (const [place, { label, suite: name }] of wanted.entries()) {
      const { group } = suite(name);
      const subshare = group.decodeScalar(plaintext.slice(32 * place, 32 * place + 32));
      if (!checkShare(group, deal.points[place] as readonly Point[], subshare, index))
        return `sealed a sub-share of ${label} that is not what was committed to`;
    }
  } catch (error) {
    if (error instanceof Problem) return 'sealed something that is no sub-share';
    throw error;
  }
  return null;
}
