import { concatBytes } from '../../src/bytes/hex.ts';
import type { Random } from '../../src/bytes/random.ts';
import { u64 } from '../../src/bytes/tagged-hash.ts';
import { boxContext, checkDeal, type DealBody, type DealPacket, draftDeal } from '../../src/ceremony/packets/deal.ts';
import { edwards25519, type Scalar } from '../../src/crypto/group.ts';
import { openBox, sealBox } from '../../src/crypto/sealing.ts';
import { drawn } from '../crypto/drawn.ts';
import { alice, bob, carol, digestBytes } from './cast.ts';
import type { Said, Walk } from './walk.ts';

const order = edwards25519.order;

/** The randomness from which exactly this scalar is drawn. */
function drawing(value: bigint): Uint8Array {
  const wanted = (((value - 1n) % order) + order) % order;
  const bytes = new Uint8Array(48);
  for (let at = 47, left = wanted; at >= 0; at--, left >>= 8n) bytes[at] = Number(left & 0xffn);
  return bytes;
}

function first(chosen: readonly Uint8Array[], then: Random): Random {
  const left = [...chosen];
  return (length) => left.shift() ?? then(length);
}

/** A deal of carol's in the genesis that makes her own new share zero: she knows what the others dealt to her. */
export function zeroDeal(genesis: Walk): { said: Said } {
  const { attempt } = genesis.current;
  const known = [alice, bob].map((who): Scalar => {
    const checked = checkDeal(genesis.plan, attempt, genesis.get(`deal of ${who.name}`).packet as DealPacket);
    const { body } = checked.packet;
    const context = boxContext(genesis.plan, attempt, checked.dealer, body, 3);
    const secret = carol.prekeys[0]?.secret ?? new Uint8Array();
    return edwards25519.decodeScalar(openBox(body.boxes[2] as DealBody['boxes'][number], secret, context));
  });
  const constant = edwards25519.scalar(1234n);
  const others = known.reduce((sum, value) => edwards25519.add(sum, value), constant);
  const slope = edwards25519.mul(
    edwards25519.sub(edwards25519.scalar(0n), others),
    edwards25519.invert(edwards25519.scalar(3n)),
  );
  const random = first([drawing(constant), drawing(slope)], drawn('vectors zero deal'));
  return { said: genesis.draft(carol, 'deal', draft(genesis, random)) };
}

/** A deal of carol's whose slope cancels those of the others: nothing is wrong with it alone, and nothing comes of all. */
export function cancellingDeal(genesis: Walk): Said {
  const { attempt } = genesis.current;
  const random = drawn('vectors cancelling deal');
  const honest = draft(genesis, random);
  const slopes = [alice, bob].map((who) => {
    const body = genesis.get(`deal of ${who.name}`).body as unknown as DealBody;
    return edwards25519.decodePoint(body.keys[0]?.commitments[1] ?? new Uint8Array());
  });
  const sum = slopes.reduce((total, point) => edwards25519.addPoints(total, point), edwards25519.zero);
  const [key] = honest.keys;
  if (key === undefined) throw new Error('an empty deal');
  const slope = edwards25519.encodePoint(edwards25519.negate(sum));
  const keys = [{ ...key, commitments: [key.commitments[0] as Uint8Array, slope] }];
  const dealer = attempt.dealers[2];
  if (dealer === undefined) throw new Error('carol does not deal');
  const boxes = genesis.plan.receivers.map(({ newIndex, prekey }) => {
    const context = boxContext(genesis.plan, attempt, dealer, { ...honest, keys }, newIndex);
    return sealBox(concatBytes(u64(newIndex), new Uint8Array(24)), prekey, context, random);
  });
  return genesis.draft(carol, 'deal', { ...honest, keys, boxes });
}

/** A deal of carol's whose box for alice opens well and holds another sub-share than carol committed to. */
export function wrongSubshare(genesis: Walk): Said {
  const random = drawn('vectors wrong sub-share');
  const body = draft(genesis, random);
  const dealer = genesis.current.attempt.dealers[2];
  const [receiver] = genesis.plan.receivers;
  if (dealer === undefined || receiver === undefined) throw new Error('carol does not deal');
  const context = boxContext(genesis.plan, genesis.current.attempt, dealer, body, 1);
  const plaintext = edwards25519.encodeScalar(edwards25519.scalar(99n));
  const boxes = [sealBox(plaintext, receiver.prekey, context, random), ...body.boxes.slice(1)];
  return genesis.draft(carol, 'deal', { ...body, boxes });
}

function draft(genesis: Walk, random: Random): DealBody {
  const { attempt } = genesis.current;
  const dealer = attempt.dealers[2];
  if (dealer === undefined) throw new Error('carol does not deal');
  const approvals = [digestBytes(genesis.get('approval of olga').packet.digest)];
  return draftDeal({ plan: genesis.plan, attempt, dealer, shares: null, vote: null, approvals, random });
}
