import * as v from 'valibot';
import type { Kind } from '../kind.ts';
import * as is from '../schema.ts';

const schema = v.strictObject({ plan: is.someBytes(is.limits.packetBytes) });

export const proposal: Kind<'proposal', typeof schema> = {
  kind: 'proposal',
  meaning: 'the plan, as its proposer wants it done; the hash of the plan is the number of the ceremony',
  schema,
  mayAuthor: (participant) => participant.proposer,
  slot: () => 'proposal',
};
