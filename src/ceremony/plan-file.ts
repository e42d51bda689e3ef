import * as v from 'valibot';
import { toHex } from '../bytes/hex.ts';
import { becauses, type Plan, planKinds } from './plan.ts';
import { count, name } from './schema.ts';

/*
 * What `propose --out-plan` writes: the answers, as the flags of `propose` take them, to propose the same again; and
 * how things stood, from which a rehearsal makes up people who hold a key of the same shape. For people and their
 * editors: JSON, and nothing in it is believed more than a flag would be.
 */

const text = v.pipe(v.string(), v.maxLength(2000));

export const planFileSchema = v.strictObject({
  v: v.literal(1),
  propose: v.picklist(planKinds),
  answers: v.partial(
    v.strictObject({
      keyset: text,
      members: text,
      threshold: text,
      key: v.array(text),
      dealers: text,
      signers: text,
      lost: text,
      reason: text,
      because: v.picklist(becauses),
      ticket: text,
      approvers: text,
      approvals: text,
      observers: text,
      backup: v.picklist(['none', 'required']),
      copies: text,
      destroy: v.picklist(['when-proven', 'ask']),
      refreshEvery: text,
      backups: text,
      minimumThreshold: text,
      shapes: text,
      policyApprovers: text,
      policyApprovals: text,
      expires: text,
      beacon: text,
    }),
  ),
  standing: v.optional(
    v.strictObject({
      by: name,
      /** Null in a genesis, where nobody holds anything yet. */
      holders: v.nullable(
        v.strictObject({
          members: v.pipe(v.array(name), v.minLength(2)),
          threshold: count,
          keys: v.array(text),
          approvers: v.array(name),
          approvals: count,
        }),
      ),
    }),
  ),
});

export type PlanFile = v.InferOutput<typeof planFileSchema>;

/** How things stood when this was proposed. */
export function standingOf({ participants, parent, holders }: Plan): NonNullable<PlanFile['standing']> {
  const by = participants.find(({ proposer }) => proposer)?.name ?? '';
  if (parent === null) return { by, holders: null };
  const { members, threshold, keys, policy } = parent.proven;
  const approving = new Set(policy.approvers.map(toHex));
  return {
    by,
    holders: {
      members: members.map((member, at) => holders[at]?.name ?? member.name),
      threshold,
      keys: keys.map(({ label, suite }) => `${label}:${suite}`),
      approvers: participants.filter(({ identity }) => approving.has(identity)).map((one) => one.name),
      approvals: policy.approvals,
    },
  };
}
