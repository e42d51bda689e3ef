import { lengthPrefixed } from '../../src/bytes/tagged-hash.ts';
import { boxContext, type DealBody } from '../../src/ceremony/packets/deal.ts';
import { ristretto255 as group, type Scalar } from '../../src/crypto/group.ts';
import { challenge } from '../../src/crypto/knowledge.ts';
import { type Box, boxHash, openBox, type SealContext } from '../../src/crypto/sealing.ts';
import { dave, digestBytes } from './cast.ts';
import { joined } from './form.ts';
import { dealWithin } from './story-disputed.ts';
import type { Said, Walk } from './walk.ts';

/** Another encoding of the same number, by which nobody may be told apart from somebody else. */
export function beyondOrder(scalar: Uint8Array): Uint8Array {
  let sum = group.order;
  for (const [place, byte] of scalar.entries()) sum += BigInt(byte) << BigInt(8 * place);
  return Uint8Array.from(scalar, (_, place) => Number((sum >> BigInt(8 * place)) & 0xffn));
}

function boxForDave(walk: Walk, deal: Said): { box: Box; context: SealContext; secret: Uint8Array; Q: Uint8Array } {
  const { attempt } = walk.current;
  const dealer = attempt.dealers.find(({ participant }) => participant.name === deal.who.name);
  const body = deal.body as unknown as DealBody;
  const [box, prekey] = [body.boxes[2], dave.prekeys[1]];
  if (dealer === undefined || box === undefined || prekey === undefined) throw new Error('no such box');
  return { box, context: boxContext(walk.plan, attempt, dealer, body, 3), secret: prekey.secret, Q: prekey.public };
}

/** K of another secret than that of the prekey, with a proof that holds for one of the two. */
export function twoSecrets(walk: Walk, deal: Said, ofK: boolean): object {
  const { box, context, secret, Q } = boxForDave(walk, deal);
  const [q, other, nonce]: [Scalar, Scalar, Scalar] = [group.decodeScalar(secret), group.scalar(7n), group.scalar(11n)];
  const R = group.decodePoint(box.R);
  const [K, T1, T2] = [
    group.encodePoint(group.multiplySecret(R, other)),
    group.encodePoint(group.multiplyBase(nonce)),
    group.encodePoint(group.multiplySecret(R, nonce)),
  ];
  const X = lengthPrefixed(context.ceremony, context.attempt, context.dealer, context.receiver, context.binding);
  const c = challenge(group, 'opening', dave.signing.public, X, boxHash(box), Q, box.R, K, T1, T2);
  const z = group.encodeScalar(group.add(nonce, group.mul(c, ofK ? other : q)));
  return { deal: digestBytes(deal.packet.digest), K, proof: joined(T1, T2, z) };
}

/** A good deal, but for the encoding of what its box for dave holds. */
export function dealBeyondOrder(walk: Walk, deal: Said): Said {
  const { box, context, secret } = boxForDave(walk, deal);
  const plaintext = beyondOrder(openBox(box, secret, context));
  const body = dealWithin(walk, deal.body as unknown as DealBody, deal.who, 3, plaintext);
  return walk.draft(deal.who, 'deal', body);
}
