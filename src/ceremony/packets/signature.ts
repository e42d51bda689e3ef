import * as v from 'valibot';
import { fromHex, toHex } from '../../bytes/hex.ts';
import type { Point } from '../../crypto/group.ts';
import {
  aggregateStatement,
  type FrostPublic,
  frostPublicOf,
  type NonceCommitment,
  signStatement,
  statementMessage,
  verifyStatement,
  verifyStatementShare,
} from '../../crypto/proof-of-life.ts';
import { Problem } from '../../problem.ts';
import type { Descriptor } from '../descriptor.ts';
import type { Kind } from '../kind.ts';
import type { Packet } from '../packet.ts';
import * as is from '../schema.ts';
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
  mayAuthor: ({ oldIndex }, { signers }) => signers.some((signer) => signer.oldIndex === oldIndex),
  slot: ({ body }) => `sign ${toHex(body.call)}`,
};

/** A turn that was called for: its named signers with their exact nonce commitments, and what they sign. */
export interface CalledTurn {
  readonly call: Uint8Array;
  /** Whose shares sign. */
  readonly descriptor: Descriptor;
  /** Computed here, from the plan. */
  readonly statement: Uint8Array;
  /** Of all named signers, in index order. */
  readonly commitments: readonly CheckedCommitment[];
}

export interface CheckedSignature {
  readonly packet: SignaturePacket;
  readonly index: number;
}

function commitmentsOf({ commitments }: CalledTurn, place: number): NonceCommitment[] {
  return commitments.map(({ packet, index }) => {
    const nonce = packet.body.nonces[place];
    if (nonce === undefined) throw new Problem('TURN_INVALID', 'has to commit to one nonce per key');
    return { index, ...nonce };
  });
}

function publicOf({ keys, members, points }: Descriptor, place: number): FrostPublic {
  const key = keys[place];
  if (key === undefined) throw new Problem('DESCRIPTOR_INVALID', 'no such key');
  return frostPublicOf(key.suite, members.length, points[place] as readonly Point[]);
}

/** Signs every key. The nonces are used up by this: whoever calls stores the result and erases them in one step. */
export function draftSignature(
  turn: CalledTurn,
  index: number,
  share: Share,
  nonces: readonly Uint8Array[],
): SignatureBody {
  const { call, descriptor, statement, commitments } = turn;
  const shares = descriptor.keys.map((key, place) =>
    signStatement(
      key.suite,
      publicOf(descriptor, place),
      index,
      share[place] as Uint8Array,
      nonces[place] as Uint8Array,
      commitmentsOf(turn, place),
      statementMessage(key.suite, statement),
    ),
  );
  return { call, commitments: commitments.map(({ packet }) => fromHex(packet.digest) as Uint8Array), shares };
}

/** Each signature share is verified singly; a bad one names its author. */
export function checkSignature(turn: CalledTurn, index: number, packet: SignaturePacket): CheckedSignature {
  const { descriptor, statement } = turn;
  const { shares } = packet.body;
  if (shares.length !== descriptor.keys.length)
    throw new Problem('TURN_INVALID', 'has to hold one signature share per key');
  descriptor.keys.forEach((key, place) => {
    const [message, share] = [statementMessage(key.suite, statement), shares[place] as Uint8Array];
    const frost = publicOf(descriptor, place);
    if (!verifyStatementShare(key.suite, frost, commitmentsOf(turn, place), message, index, share))
      throw new Problem('SIGNATURE_INVALID', `the signature share for ${key.label} is wrong`);
  });
  return { packet, index };
}

/** Each key's signature over the statement. Null if good shares made no good signature, which cannot be. */
export function completeCall(turn: CalledTurn, signed: readonly CheckedSignature[]): readonly Uint8Array[] | null {
  const { descriptor, statement } = turn;
  try {
    return descriptor.keys.map((key, place) => {
      const shares = signed.map(({ packet, index }) => ({ index, share: packet.body.shares[place] as Uint8Array }));
      const message = statementMessage(key.suite, statement);
      const frost = publicOf(descriptor, place);
      const made = aggregateStatement(key.suite, frost, commitmentsOf(turn, place), message, shares);
      if (!verifyStatement(key.suite, key.publicKey, message, made))
        throw new Problem('SIGNATURE_INVALID', `no signature of ${key.label}`);
      return made;
    });
  } catch (error) {
    if (error instanceof Problem) return null;
    throw error;
  }
}
