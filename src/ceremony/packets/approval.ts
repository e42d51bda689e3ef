import * as v from 'valibot';
import type { Kind } from '../kind.ts';

const schema = v.strictObject({});

export const approval: Kind<'approval', typeof schema> = {
  kind: 'approval',
  meaning: 'an approver of the plan or of the policy agrees; nobody deals before the required ones are in',
  schema,
  mayAuthor: (participant) => participant.approver,
  // a refusal by the same approver takes the same slot
  slot: () => 'approve',
};
