import { fromHex, toHex } from '../../src/bytes/hex.ts';
import type { BodyOf, PacketOf } from '../../src/ceremony/kinds.ts';
import { boxContext } from '../../src/ceremony/packets/deal.ts';
import { proveOpening } from '../../src/crypto/sealing.ts';
import type { Ceremony, Person } from './committee.ts';

/** What a receiver says who opens its box of this deal to everybody, rightly or not. */
export function opened(ceremony: Ceremony, who: Person, deal: PacketOf<'deal'>): BodyOf<'complaint'> {
  const { plan, view } = ceremony;
  const { attempt } = view.current;
  const index = plan.byIdentity.get(who.identity)?.newIndex as number;
  const prekey = who.prekeys.get(toHex(attempt.prekeys[index - 1] as Uint8Array)) as Uint8Array;
  const dealer = attempt.dealers.find(({ participant }) => participant.identity === deal.identity);
  if (dealer === undefined) throw new Error('no dealer of this attempt');
  const context = boxContext(plan, attempt, dealer, deal.body, index);
  const box = deal.body.boxes[index - 1] as BodyOf<'deal'>['boxes'][number];
  const opening = proveOpening(box, prekey, context, who.signing.public, who.random);
  return { deal: fromHex(deal.digest) as Uint8Array, ...opening };
}

/** A deal whose boxes are sealed as they should be, and hold nothing but zeros. */
export function emptyDeal(ceremony: Ceremony, who: Person): PacketOf<'deal'> {
  const body = ceremony.dealBody(who);
  const dealt = ceremony.say(who, 'deal', { ...body, boxes: ceremony.boxes(who, body.keys) });
  who.votes.push(ceremony);
  return dealt;
}
