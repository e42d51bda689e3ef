import { concatBytes } from '../../bytes/hex.ts';
import { lengthPrefixed, u64 } from '../../bytes/tagged-hash.ts';
import type { Attempt, Dealer } from '../../ceremony/attempt.ts';
import { boxContext, type DealBody, dealerFactor } from '../../ceremony/packets/deal.ts';
import { keysOf } from '../../ceremony/plan.ts';
import { commit } from '../../crypto/commitments.ts';
import { type Group, type Point, ristretto255, type Scalar } from '../../crypto/group.ts';
import { proveKnowledge } from '../../crypto/knowledge.ts';
import { evaluate, randomPolynomial } from '../../crypto/polynomial.ts';
import { type Box, sealBox } from '../../crypto/sealing.ts';
import { suite } from '../../crypto/suites.ts';
import type { Held } from '../../vault/ceremonies.ts';
import { parentSlot } from '../../vault/standing.ts';
import { stuck } from '../conversation.ts';
import { type Liar, type Lie, ownPackets, sameBody } from './liar.ts';

/* Lies of a dealer. Each is a deal from the dealer's own share, made by hand, with one thing wrong in it. */

interface Wrong {
  readonly constant?: (group: Group, honest: Scalar) => Scalar;
  /** How many coefficients more than the plan says. */
  readonly longer?: number;
  readonly commitments?: (points: readonly Uint8Array[], group: Group) => Uint8Array[];
  readonly unproven?: boolean;
  /** Receivers, by index, whose boxes hold another number than was committed to. */
  readonly false?: readonly number[];
}

/** A deal made by hand: everything is sealed and bound as it should be, but for what is wrong. */
function dealtWith(liar: Liar, honest: DealBody, before: Held, wrong: Wrong): DealBody {
  const { plan, view } = before;
  const { attempt } = view.current;
  const dealer = dealerOf(liar, attempt);
  const { random } = liar.vault.host;
  const slot = parentSlot(liar.vault.state, plan);
  const shares = plan.parent === null || slot === undefined ? null : liar.vault.readShare(slot);
  const made = keysOf(plan).map(({ suite: name }, place) => {
    const { group } = suite(name);
    const share = shares?.[place];
    const own =
      share === undefined
        ? group.randomScalar(random)
        : group.mul(dealerFactor(group, attempt, dealer), group.decodeScalar(share));
    const constant = wrong.constant?.(group, own) ?? own;
    const polynomial = randomPolynomial(group, constant, plan.threshold + (wrong.longer ?? 0), random);
    const points = commit(group, polynomial);
    const context = lengthPrefixed(plan.id, attempt.id, dealer.participant.card.signing, u64(place));
    const proof =
      shares === null && wrong.unproven !== true
        ? proveKnowledge(group, constant, points[0] as Point, 'genesis', context, random)
        : null;
    const encoded = points.map((point) => group.encodePoint(point));
    const key = { commitments: wrong.commitments?.(encoded, group) ?? encoded, proof };
    return { group, polynomial, key };
  });
  const keys = made.map(({ key }) => key);
  const boxes = plan.receivers.map(({ newIndex }): Box => {
    const inside = made.map(({ group, polynomial }) => {
      const subshare = evaluate(group, polynomial, newIndex);
      return group.encodeScalar(
        wrong.false?.includes(newIndex) === true ? group.add(subshare, group.scalar(1n)) : subshare,
      );
    });
    const context = boxContext(plan, attempt, dealer, { ...honest, keys }, newIndex);
    return sealBox(concatBytes(...inside), attempt.prekeys[newIndex - 1] ?? new Uint8Array(), context, random);
  });
  return { ...honest, keys, boxes };
}

function dealerOf({ me }: Liar, attempt: Attempt): Dealer {
  const dealer = attempt.dealers.find(({ participant }) => participant.identity === me.identity);
  if (dealer === undefined) throw stuck(`${me.name} does not deal in this attempt`);
  return dealer;
}

function instead(wrong: Wrong): Lie {
  return (liar) => liar.instead('deal', (honest, before) => dealtWith(liar, honest, before, wrong));
}

const p = 2n ** 255n - 19n;

/** (x, y) of edwards25519 plus the point of order two, which is (-x, -y): outside of the prime-order group. */
function plusOrderTwo(point: Uint8Array): Uint8Array {
  const sign = (point[31] as number) & 0x80;
  const y = point.reduceRight((sum, byte, at) => (sum << 8n) | BigInt(at === 31 ? byte & 0x7f : byte), 0n);
  const negative = p - y;
  const bytes = Uint8Array.from({ length: 32 }, (_, at) => Number((negative >> BigInt(8 * at)) & 255n));
  bytes[31] = (bytes[31] as number) | (sign ^ 0x80);
  return bytes;
}

/** The point of order two itself: (0, -1). */
const orderTwo = Uint8Array.from({ length: 32 }, (_, at) => Number(((p - 1n) >> BigInt(8 * at)) & 255n));

function slope(change: (slope: Uint8Array, group: Group) => Uint8Array): Wrong {
  return {
    commitments: ([constant, second, ...more], group) => [
      constant as Uint8Array,
      change(second as Uint8Array, group),
      ...more,
    ],
  };
}

function edwards(change: (point: Uint8Array) => Uint8Array): Wrong {
  return slope((point, { name }) => {
    if (name !== 'ed25519') throw stuck(`there is no point of small order in ${name}: take a key on ed25519`);
    return change(point);
  });
}

export const dealLies = {
  'bad-subshare': (liar, { to }) => {
    const indices = to.map((name) => liar.member(name).newIndex ?? 0);
    liar.instead('deal', (honest, before) => dealtWith(liar, honest, before, { false: indices }));
  },
  'bad-commitment': instead(
    slope((point, group) => group.encodePoint(group.addPoints(group.decodePoint(point), group.base))),
  ),
  'longer-vector': instead({ longer: 1 }),
  'wrong-constant': instead({ constant: (group, honest) => group.add(honest, group.scalar(1n)) }),
  'no-proof-of-knowledge': instead({ unproven: true }),
  'small-order-point': instead(edwards(() => orderTwo)),
  'mixed-order-point': instead(edwards(plusOrderTwo)),
  'swapped-boxes': (liar, { to }) =>
    liar.instead('deal', (honest) => {
      const [one, other] = to.map((name) => (liar.member(name).newIndex ?? 0) - 1);
      const boxes = [...honest.boxes];
      [boxes[one as number], boxes[other as number]] = [boxes[other as number] as Box, boxes[one as number] as Box];
      return { ...honest, boxes };
    }),
  /** Made from the `R` of another dealer, so that an honest complaint about it would open the box of that one. */
  'blinded-box': (liar, { to }) =>
    liar.instead('deal', (honest, { view }) => {
      const [good] = view.current.deals.get(liar.member(to[0]).identity) ?? [];
      if (good === undefined) throw stuck(`${to[0] ?? 'nobody'} has not dealt here yet, so there is no R to blind`);
      const boxes = honest.boxes.map((box, at) => {
        const theirs = good.packet.body.boxes[at] as Box;
        const R = ristretto255.combine([ristretto255.decodePoint(theirs.R), ristretto255.base], [7n, 11n]);
        return { ...box, R: ristretto255.encodePoint(R), proof: theirs.proof };
      });
      return { ...honest, boxes };
    }),
  /** What was dealt in an earlier attempt, said again in this one. */
  'replay-of-an-attempt': (liar) => {
    const [old] = ownPackets(liar, 'deal');
    if (old === undefined) throw stuck(`${liar.me.name} has dealt in no earlier attempt`);
    liar.instead('deal', ({ vote, approvals }) => ({ ...old, vote, approvals }));
  },
  /** Two good deals: what one part of the committee gets does not fit what the other gets. */
  'two-deals': (liar) => {
    const before = liar.held;
    const honest = liar.honestly('deal');
    const second = dealtWith(liar, honest, before, {});
    if (sameBody(honest, second)) throw stuck('the second deal is the first one');
    liar.utter('deal', second);
  },
} as const satisfies Record<string, Lie>;
