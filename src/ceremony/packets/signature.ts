import * as v from 'valibot';
import { fromHex, toHex } from '../../bytes/hex.ts';
import { statementMessage, verifyStatement } from '../../crypto/proof-of-life.ts';
import { Problem } from '../../problem.ts';
import type { Descriptor } from '../descriptor.ts';
import type { Kind } from '../kind.ts';
import type { Packet } from '../packet.ts';
import * as is from '../schema.ts';
import { aggregateTurn, checkTurnPart, signTurn, type Turn } from '../turn.ts';
import type { Share } from './acceptance.ts';
import type { CheckedCommitment } from './commitment.ts';

const schema = v.strictObject({
  call: is.hash,
  /** The commitments of all named signers, in index order: no nonce signs with any other ones. */
  commitments: is.list(is.hash, is.limits.members, 2),
  /** The author's signature share of every key. What is signed is in no packet: each machine computes it (row 18). */
  shares: is.list(is.bytes(32), is.limits.keys, 1),
});

export type SignatureBody = v.InferOutput<typeof schema>;
export type SignaturePacket = Packet<'signature', SignatureBody>;

export const signature: Kind<'signature', typeof schema> = {
  kind: 'signature',
  meaning: 'the commitments of all named signers of a turn were seen, and its author has signed its part',
  schema,
  mayAuthor: ({ oldIndex, newIndex }, { signers }) =>
    newIndex !== null || signers.some((signer) => signer.oldIndex === oldIndex),
  slot: ({ body }) => `sign ${toHex(body.call)}`,
};

/** A turn that was called for, as soon as all its signers have committed. */
export interface CalledTurn extends Turn {
  readonly call: Uint8Array;
  /** Of all named signers, in index order. */
  readonly commitments: readonly CheckedCommitment[];
}

export interface CheckedSignature {
  readonly packet: SignaturePacket;
  readonly index: number;
}

export function calledTurn(
  call: Uint8Array,
  descriptor: Descriptor,
  statement: Uint8Array,
  commitments: readonly CheckedCommitment[],
): CalledTurn {
  const signers = commitments.map(({ packet, index }) => ({ index, nonces: packet.body.nonces }));
  return { call, descriptor, statement, commitments, signers };
}

/** Signs every key. The nonces are used up by this: whoever calls stores the result and erases them in one step. */
export function draftSignature(
  turn: CalledTurn,
  index: number,
  share: Share,
  nonces: readonly Uint8Array[],
): SignatureBody {
  return {
    call: turn.call,
    commitments: turn.commitments.map(({ packet }) => fromHex(packet.digest) as Uint8Array),
    shares: signTurn(turn, index, share, nonces),
  };
}

export function checkSignature(turn: CalledTurn, index: number, packet: SignaturePacket): CheckedSignature {
  checkTurnPart(turn, { index, packet });
  return { packet, index };
}

/** Each key's signature over the statement. Null if good shares made no good signature, which cannot be. */
export function completeCall(turn: CalledTurn, signed: readonly CheckedSignature[]): readonly Uint8Array[] | null {
  try {
    const made = aggregateTurn(turn, signed);
    const whole = turn.descriptor.keys.every(({ suite, publicKey }, place) =>
      verifyStatement(suite, publicKey, statementMessage(suite, turn.statement), made[place] as Uint8Array),
    );
    return whole ? made : null;
  } catch (error) {
    if (error instanceof Problem) return null;
    throw error;
  }
}
