import * as v from 'valibot';
import { toHex } from '../../bytes/hex.ts';
import type { Kind } from '../kind.ts';
import type { Plan } from '../plan.ts';
import * as is from '../schema.ts';

/**
 * Proposal, amendment, and the releases of all receivers but one with sixteen signatures each and their calls: a death that
 * does not fit into a vote would keep its voters from every other attempt for ever.
 */
const mostEvidence = 2 + (is.limits.members - 1) * (1 + 2 * 16);

/**
 * My k-th vote for a successor of one parent sits in slot k and proves that whatever I voted for before is dead, so
 * that two committees can never both be fed by a majority (rule 1; row 29).
 */
export const voteSchema = v.strictObject({
  parent: is.hash,
  slot: is.count,
  /** For each earlier vote: what it was for, and the packets that prove that attempt dead. */
  prior: is.list(
    v.strictObject({
      ceremony: is.hash,
      attempt: is.hash,
      /** The proposal, the amendment if it made that attempt, then refusals, a complaint, or releases and what they name. */
      evidence: is.list(is.someBytes(is.limits.packetBytes), mostEvidence, 2),
    }),
    32,
  ),
});

export type Vote = v.InferOutput<typeof voteSchema>;

export function voteSlot(vote: Vote): string {
  return `vote ${toHex(vote.parent)} ${vote.slot}`;
}

const schema = v.strictObject({ vote: voteSchema });

export const endorsement: Kind<'endorsement', typeof schema> = {
  kind: 'endorsement',
  meaning: 'an old member that does not deal gives this attempt its vote',
  schema,
  mayAuthor: (participant, plan: Plan) => plan.parent !== null && participant.oldIndex !== null,
  slot: ({ body }) => voteSlot(body.vote),
};
