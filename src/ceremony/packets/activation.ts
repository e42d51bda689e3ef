import * as v from 'valibot';
import { equalBytes, fromHex, toHex } from '../../bytes/hex.ts';
import { taggedHash, u64 } from '../../bytes/tagged-hash.ts';
import { Problem } from '../../problem.ts';
import type { Kind } from '../kind.ts';
import type { Packet } from '../packet.ts';
import type { Plan } from '../plan.ts';
import * as is from '../schema.ts';
import { type Link, readLink, succession } from '../succession.ts';
import type { Transcript } from '../transcript.ts';
import { aggregateTurn, checkTurnPart, signTurn, type Turn, type TurnPart, type TurnSigner } from '../turn.ts';
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

/** A signing of the proof of life: what it signs follows from the certificate. */
export interface ProofTurn extends Turn {
  readonly hash: Uint8Array;
  readonly certificate: Certificate;
}

/** A turn over the new descriptor of a certificate: its number, and the packets that bring the nonces. */
export function proofTurn(
  certificate: Certificate,
  number: number,
  signers: readonly (TurnSigner & { readonly digest: string })[],
): ProofTurn {
  const { transcript } = certificate;
  const digests = signers.map(({ digest }) => fromHex(digest) as Uint8Array);
  return {
    hash: taggedHash('turn', transcript.hash, u64(number), ...digests),
    certificate,
    descriptor: transcript.descriptor,
    statement: succession(transcript.descriptor, transcript.hash),
    signers,
  };
}

/** Turn 0 names all new members, and their nonces came with their acceptances. */
export function turnZero(certificate: Certificate): ProofTurn {
  const signers = certificate.acceptances.map(({ packet, index }) => ({
    index,
    nonces: packet.body.nonces,
    digest: packet.digest,
  }));
  return proofTurn(certificate, 0, signers);
}

/** Signs every key. The nonces are used up by this: whoever calls stores the result and erases them in one step. */
export function draftActivation(
  turn: ProofTurn,
  index: number,
  share: Share,
  nonces: readonly Uint8Array[],
): ActivationBody {
  const { transcript, acceptances } = turn.certificate;
  return {
    transcript: transcript.hash,
    certificate: acceptances.map(({ packet }) => fromHex(packet.digest) as Uint8Array),
    shares: signTurn(turn, index, share, nonces),
  };
}

export function checkActivation(plan: Plan, turn: ProofTurn, packet: ActivationPacket): CheckedActivation {
  const index = plan.byIdentity.get(packet.identity)?.newIndex ?? null;
  if (index === null) throw new Problem('ACTIVATION_INVALID', 'the author is no receiver');
  const { transcript, acceptances } = turn.certificate;
  const named = [packet.body.transcript, ...acceptances.map((one) => one.packet.body.transcript)];
  // row 10: one transcript for all
  if (!named.every((hash) => equalBytes(hash, transcript.hash))) {
    throw new Problem('ACTIVATION_INVALID', 'names acceptances over another transcript');
  }
  // rule 4: one turn has one list, or a release could be blocked by who signed it
  if (acceptances.some((one, at) => toHex(packet.body.certificate[at] ?? new Uint8Array()) !== one.packet.digest)) {
    throw new Problem('ACTIVATION_INVALID', 'has to name the acceptances in index order');
  }
  // row 13: every key, not only the first
  if (packet.body.shares.length !== transcript.descriptor.keys.length) {
    throw new Problem('ACTIVATION_INVALID', 'has to hold one signature share per key');
  }
  checkTurnPart(turn, { index, packet });
  return { packet, index };
}

/**
 * The proof of life: every key's signature over the descriptor of its new committee. Null if good shares made no good
 * signature, which cannot be.
 */
export function completeTurn(turn: ProofTurn, parts: readonly TurnPart[]): Link | null {
  const { transcript } = turn.certificate;
  try {
    const signatures = aggregateTurn(turn, parts);
    return readLink({ descriptor: transcript.descriptor.encoded, transcript: transcript.hash, signatures });
  } catch (error) {
    if (error instanceof Problem) return null;
    throw error;
  }
}
