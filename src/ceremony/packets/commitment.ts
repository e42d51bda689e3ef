import * as v from 'valibot';
import { toHex } from '../../bytes/hex.ts';
import type { Random } from '../../bytes/random.ts';
import { commitNonces } from '../../crypto/proof-of-life.ts';
import { suite } from '../../crypto/suites.ts';
import { Problem } from '../../problem.ts';
import type { Descriptor } from '../descriptor.ts';
import type { Kind } from '../kind.ts';
import type { Packet } from '../packet.ts';
import * as is from '../schema.ts';
import type { Share } from './acceptance.ts';

const schema = v.strictObject({
  /** What calls for the turn: a drill is called by its plan, a later turn by the packet that asks for it. */
  call: is.hash,
  /** Per key, what the author signs this one turn with. */
  nonces: is.list(v.strictObject({ hiding: is.someBytes(33), binding: is.someBytes(33) }), is.limits.keys, 1),
});

export type CommitmentBody = v.InferOutput<typeof schema>;
export type CommitmentPacket = Packet<'commitment', CommitmentBody>;

export const commitment: Kind<'commitment', typeof schema> = {
  kind: 'commitment',
  meaning: 'a named signer of a turn is ready to sign it: nonce commitments for this turn alone',
  schema,
  mayAuthor: ({ oldIndex, newIndex }, { signers }) =>
    newIndex !== null || signers.some((signer) => signer.oldIndex === oldIndex),
  slot: ({ body }) => `commit ${toHex(body.call)}`,
};

export interface CheckedCommitment {
  readonly packet: CommitmentPacket;
  readonly index: number;
}

/** The body, and the secret nonces per key that it commits to: for one turn, once. */
export function draftCommitment(
  call: Uint8Array,
  { keys }: Descriptor,
  index: number,
  share: Share,
  random: Random,
): { body: CommitmentBody; nonces: Uint8Array[] } {
  const drawn = keys.map((key, place) => commitNonces(key.suite, index, share[place] as Uint8Array, random));
  return { body: { call, nonces: drawn.map((nonce) => nonce.public) }, nonces: drawn.map((nonce) => nonce.secret) };
}

export function checkCommitment({ keys }: Descriptor, index: number, packet: CommitmentPacket): CheckedCommitment {
  const { nonces } = packet.body;
  if (nonces.length !== keys.length) throw new Problem('TURN_INVALID', 'has to commit to one nonce per key');
  nonces.forEach(({ hiding, binding }, place) => {
    const { group } = suite(keys[place]?.suite ?? 'ed25519');
    group.decodePoint(hiding);
    group.decodePoint(binding);
  });
  return { packet, index };
}
