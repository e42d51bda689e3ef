import * as v from 'valibot';
import { toHex } from '../../bytes/hex.ts';
import type { Kind } from '../kind.ts';
import * as is from '../schema.ts';

const schema = v.strictObject({
  /** The one part in which the author refuses; who has several parts says so for each. */
  as: v.picklist(['receiver', 'dealer', 'approver', 'proposer', 'member']),
  reason: is.prose,
});

export type RefusalBody = v.InferOutput<typeof schema>;

export const refusal: Kind<'refusal', typeof schema> = {
  kind: 'refusal',
  meaning:
    'no: of a receiver or, before dealing, of a dealer it ends the attempt; of the proposer it asks the receivers to end it; of anyone else it is recorded dissent',
  schema,
  mayAuthor: () => true,
  slot: ({ body, attempt }) => {
    switch (body.as) {
      case 'receiver':
        return `receive ${toHex(attempt)}`;
      case 'dealer':
        return `deal ${toHex(attempt)}`;
      case 'approver':
        return 'approve';
      case 'proposer':
        return 'withdraw';
      case 'member':
        return 'dissent';
    }
  },
};
