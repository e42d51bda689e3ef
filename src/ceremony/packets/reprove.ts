import * as v from 'valibot';
import { fromHex, toHex } from '../../bytes/hex.ts';
import { Problem } from '../../problem.ts';
import type { Signer } from '../call.ts';
import type { Kind } from '../kind.ts';
import type { Packet } from '../packet.ts';
import type { Plan } from '../plan.ts';
import * as is from '../schema.ts';
import { type Certificate, type ProofTurn, proofTurn } from './activation.ts';
import type { CalledTurn } from './signature.ts';

/** A caller's newest call is the one that is answered: more than this are a quarrel. */
export const mostCalls = 16;

const schema = v.strictObject({
  /** Counts the calls of one author in one attempt. */
  number: v.pipe(is.count, v.minValue(1), v.maxValue(mostCalls)),
  /** The acceptances that the author saw, in index order. What the turn signs follows from them. */
  certificate: is.list(is.hash, is.limits.members, 2),
  /** New indices, in order. Who is left out is declared lost with this. */
  signers: is.list(is.index, is.limits.members, 2),
  reason: is.prose,
});

export type ReproveBody = v.InferOutput<typeof schema>;
export type ReprovePacket = Packet<'reprove', ReproveBody>;

export const reprove: Kind<'reprove', typeof schema> = {
  kind: 'reprove',
  meaning:
    'a new member with the certificate calls for a later turn; whoever its named signers leave out is declared lost',
  schema,
  mayAuthor: (participant) => participant.newIndex !== null,
  slot: ({ attempt, body }) => `reprove ${toHex(attempt)} ${body.number}`,
};

/** Who is called. Throws where no member may answer. */
export function checkReprove(plan: Plan, certificate: Certificate | null, packet: ReprovePacket): readonly Signer[] {
  const refuse = (why: string): never => {
    throw new Problem('TURN_INVALID', why);
  };
  if (certificate === null) return refuse('has to name one good acceptance of every new member');
  const { certificate: named, signers } = packet.body;
  // one meaning, one encoding
  if (certificate.acceptances.some(({ packet: { digest } }, at) => toHex(named[at] ?? new Uint8Array()) !== digest))
    refuse('has to name the acceptances in index order');
  if (signers.some((index, at) => index <= (signers[at - 1] ?? 0))) refuse('has to name its signers in index order');
  // rule 3: fewer make no signature
  if (signers.length < plan.threshold) refuse('names fewer signers than the new threshold');
  if (!signers.includes(plan.byIdentity.get(packet.identity)?.newIndex ?? 0))
    refuse('calls others, but not its author');
  return signers.map((index) => {
    const receiver = plan.receivers[index - 1] ?? refuse('names a signer that is no new member');
    return { ...receiver, index };
  });
}

/** The turn of the proof of life that the answers to a call make. */
export function laterTurn(
  certificate: Certificate,
  { body }: ReprovePacket,
  { signers, commitments }: CalledTurn,
): ProofTurn {
  const named = signers.map((signer, at) => ({ ...signer, digest: commitments[at]?.packet.digest ?? '' }));
  return proofTurn(certificate, body.number, named);
}

export function callOf({ digest }: ReprovePacket): Uint8Array {
  return fromHex(digest) as Uint8Array;
}
