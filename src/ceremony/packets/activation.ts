import * as v from 'valibot';
import { equalBytes, fromHex, toHex } from '../../bytes/hex.ts';
import { taggedHash, u64 } from '../../bytes/tagged-hash.ts';
import {
  aggregateStatement,
  type FrostPublic,
  frostPublicOf,
  type NonceCommitment,
  signStatement,
  statementMessage,
  verifyStatementShare,
} from '../../crypto/proof-of-life.ts';
import { Problem } from '../../problem.ts';
import type { Descriptor } from '../descriptor.ts';
import type { Kind } from '../kind.ts';
import type { Packet } from '../packet.ts';
import type { Plan } from '../plan.ts';
import * as is from '../schema.ts';
import { type Link, readLink, succession } from '../succession.ts';
import type { Transcript } from '../transcript.ts';
import type { CheckedAcceptance, Share } from './acceptance.ts';

const schema = v.strictObject({
  transcript: is.hash,
  /** The acceptances that the author saw, in index order: with them the exact nonce commitments of turn 0. */
  certificate: is.list(is.hash, is.limits.members, 2),
  /** The author's signature share of every key over the new descriptor. */
  shares: is.list(is.bytes(32), is.limits.keys, 1),
});

export type ActivationBody = v.InferOutput<typeof schema>;
export type ActivationPacket = Packet<'activation', ActivationBody>;

export const activation: Kind<'activation', typeof schema> = {
  kind: 'activation',
  meaning: 'the certificate was seen: the new share is active, the old one retired, and turn 0 is signed',
  schema,
  mayAuthor: (participant) => participant.newIndex !== null,
  slot: ({ attempt }) => `turn ${toHex(attempt)} 0`,
};

/** Acceptances of all new members over one transcript, in index order. */
export interface Certificate {
  readonly transcript: Transcript;
  readonly acceptances: readonly CheckedAcceptance[];
}

export interface CheckedActivation {
  readonly packet: ActivationPacket;
  readonly index: number;
}

/** One signing of the proof of life: named signers with their exact nonce commitments. */
export interface Turn {
  readonly hash: Uint8Array;
  readonly certificate: Certificate;
}

export function turnZero(certificate: Certificate): Turn {
  const digests = certificate.acceptances.map(({ packet }) => fromHex(packet.digest) as Uint8Array);
  return { hash: taggedHash('turn', certificate.transcript.hash, u64(0), ...digests), certificate };
}

function commitmentsOf(turn: Turn, place: number): NonceCommitment[] {
  return turn.certificate.acceptances.map(({ packet, index }) => {
    const nonce = packet.body.nonces[place];
    if (nonce === undefined) throw new Problem('ACCEPTANCE_INVALID', 'has to commit to one nonce per key');
    return { index, ...nonce };
  });
}

function publicOf(descriptor: Descriptor, place: number): FrostPublic {
  const [key, points] = [descriptor.keys[place], descriptor.points[place]];
  if (key === undefined || points === undefined) throw new Problem('DESCRIPTOR_INVALID', 'no such key');
  return frostPublicOf(key.suite, descriptor.members.length, points);
}

/** Signs every key. The nonces are used up by this: whoever calls stores the result and erases them in one step. */
export function draftActivation(
  turn: Turn,
  index: number,
  share: Share,
  nonces: readonly Uint8Array[],
): ActivationBody {
  const { transcript, acceptances } = turn.certificate;
  const { descriptor } = transcript;
  const statement = succession(descriptor, transcript.hash);
  const shares = descriptor.keys.map((key, place) => {
    const [mine, nonce] = [share[place] as Uint8Array, nonces[place] as Uint8Array];
    return signStatement(
      key.suite,
      publicOf(descriptor, place),
      index,
      mine,
      nonce,
      commitmentsOf(turn, place),
      statementMessage(key.suite, statement),
    );
  });
  return {
    transcript: transcript.hash,
    certificate: acceptances.map(({ packet }) => fromHex(packet.digest) as Uint8Array),
    shares,
  };
}

/** Each signature share is verified singly; a bad one names its author. */
export function checkActivation(plan: Plan, turn: Turn, packet: ActivationPacket): CheckedActivation {
  const index = plan.byIdentity.get(packet.identity)?.newIndex ?? null;
  if (index === null) throw new Problem('ACTIVATION_INVALID', 'the author is no receiver');
  const { transcript, acceptances } = turn.certificate;
  const { descriptor } = transcript;
  const named = [packet.body.transcript, ...acceptances.map((one) => one.packet.body.transcript)];
  if (!named.every((hash) => equalBytes(hash, transcript.hash))) {
    throw new Problem('ACTIVATION_INVALID', 'names acceptances over another transcript');
  }
  if (acceptances.some((one, at) => toHex(packet.body.certificate[at] ?? new Uint8Array()) !== one.packet.digest)) {
    throw new Problem('ACTIVATION_INVALID', 'has to name the acceptances in index order');
  }
  if (packet.body.shares.length !== descriptor.keys.length) {
    throw new Problem('ACTIVATION_INVALID', 'has to hold one signature share per key');
  }
  const statement = succession(descriptor, transcript.hash);
  descriptor.keys.forEach((key, place) => {
    const share = packet.body.shares[place] as Uint8Array;
    const message = statementMessage(key.suite, statement);
    if (
      !verifyStatementShare(key.suite, publicOf(descriptor, place), commitmentsOf(turn, place), message, index, share)
    ) {
      throw new Problem('SIGNATURE_INVALID', `the signature share for ${key.label} is wrong`);
    }
  });
  return { packet, index };
}

/**
 * The proof of life: every key's signature over the descriptor of its new committee. Null if good shares made no good
 * signature, which cannot be.
 */
export function completeTurn(turn: Turn, activations: readonly CheckedActivation[]): Link | null {
  const { transcript } = turn.certificate;
  const { descriptor } = transcript;
  const statement = succession(descriptor, transcript.hash);
  try {
    const signatures = descriptor.keys.map((key, place) => {
      const shares = activations.map(({ packet, index }) => ({
        index,
        share: packet.body.shares[place] as Uint8Array,
      }));
      return aggregateStatement(
        key.suite,
        publicOf(descriptor, place),
        commitmentsOf(turn, place),
        statementMessage(key.suite, statement),
        shares,
      );
    });
    return readLink({ descriptor: descriptor.encoded, transcript: transcript.hash, signatures });
  } catch (error) {
    if (error instanceof Problem) return null;
    throw error;
  }
}
