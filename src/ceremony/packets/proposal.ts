import * as v from 'valibot';
import { taggedHash } from '../../bytes/tagged-hash.ts';
import type { Kind } from '../kind.ts';
import * as is from '../schema.ts';

const schema = v.strictObject({
  plan: is.someBytes(is.limits.packetBytes),
  /**
   * Hash of the ceremony key. Whoever has the proposal could wrap it again with another key, and split the
   * participants into groups that take each other's packets for damage.
   */
  key: is.hash,
});

export function ceremonyKeyHash(ceremonyKey: Uint8Array): Uint8Array {
  return taggedHash('ceremony-key', ceremonyKey);
}

export const proposal: Kind<'proposal', typeof schema> = {
  kind: 'proposal',
  meaning: 'the plan, as its proposer wants it done; the hash of the plan is the number of the ceremony',
  schema,
  mayAuthor: (participant) => participant.proposer,
  slot: () => 'proposal',
};
