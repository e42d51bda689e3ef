import * as v from 'valibot';
import { equalBytes, fromHex, toHex } from '../../bytes/hex.ts';
import { Problem } from '../../problem.ts';
import type { Attempt } from '../attempt.ts';
import { readCard } from '../card.ts';
import type { Kind } from '../kind.ts';
import type { Packet } from '../packet.ts';
import type { Participant, Plan } from '../plan.ts';
import * as is from '../schema.ts';

/** More than this are a quarrel: each is weighed by everybody at every visit, and costs every later vote a proof. */
export const mostAmendments = 24;

const schema = v.strictObject({
  /** Counts the amendments of one plan. */
  number: v.pipe(is.count, v.minValue(1), v.maxValue(mostAmendments)),
  /** Old indices, in order. Who is left out stays a member, but does not deal. */
  dealers: is.list(is.index, is.limits.members, 1),
  /** One per receiver, in index order: a one-time key that serves this attempt alone, on a card that its owner signed. */
  receivers: is.list(
    v.strictObject({ card: is.someBytes(is.limits.cardBytes), prekey: is.bytes(32) }),
    is.limits.members,
    2,
  ),
  reason: is.prose,
});

export type AmendmentBody = v.InferOutput<typeof schema>;
export type AmendmentPacket = Packet<'amendment', AmendmentBody>;

export const amendment: Kind<'amendment', typeof schema> = {
  kind: 'amendment',
  meaning:
    'another attempt at the same plan, with other dealers; receivers that have not accepted give up those before',
  schema,
  mayAuthor: (participant, plan) => participant.proposer && plan.parent !== null,
  slot: ({ body }) => `amendment ${body.number}`,
};

/** The attempt that an amendment makes, named by the packet's digest. Throws where no member may follow it. */
export function attemptOf(plan: Plan, packet: AmendmentPacket): Attempt {
  const { body } = packet;
  const refuse = (why: string): never => {
    throw new Problem('AMENDMENT_INVALID', why);
  };
  const threshold = plan.parent?.proven.threshold ?? refuse('in a genesis every new member deals');
  if (new Set(body.dealers).size !== body.dealers.length) refuse('names a dealer twice');
  // row 7: the threshold of the committee that hands over comes from its proven descriptor
  if (body.dealers.length < threshold) refuse('names fewer dealers than the threshold of the old committee');
  const allowed = [...plan.dealers, ...plan.reserves];
  const dealers = body.dealers.map((index) => {
    const participant: Participant | null = plan.holders[index - 1] ?? null;
    if (participant === null || !allowed.includes(index)) return refuse('names a dealer that is not one of the plan');
    return { participant, index };
  });
  if (body.receivers.length !== plan.receivers.length) refuse('has to name one prekey per receiver');
  const prekeys = plan.receivers.map(({ card: known, identity, prekey: first }, place) => {
    const { card: file, prekey } = body.receivers[place] ?? refuse('has to name one prekey per receiver');
    const card = readCard(file);
    if (card.identity !== identity || card.rehearsal !== plan.rehearsal) refuse('gives a receiver the card of another');
    if (!card.prekeys.some((own) => equalBytes(own, prekey)))
      refuse(`names a prekey that is not on the card of ${known.name}`);
    if (equalBytes(prekey, first)) refuse(`names the prekey of ${known.name} that the plan uses`);
    return prekey;
  });
  // what is sealed to one receiver is for no other to open
  if (new Set(prekeys.map(toHex)).size < prekeys.length) refuse('names one prekey for two receivers');
  return { id: fromHex(packet.digest) as Uint8Array, number: body.number, dealers, prekeys };
}
