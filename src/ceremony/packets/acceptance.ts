import * as v from 'valibot';
import { equalBytes, fromHex, toHex } from '../../bytes/hex.ts';
import type { Random } from '../../bytes/random.ts';
import { lengthPrefixed, taggedHash, text } from '../../bytes/tagged-hash.ts';
import { checkShare, checkShares, evaluateCommitments } from '../../crypto/commitments.ts';
import type { Group, Point, Scalar } from '../../crypto/group.ts';
import { areKnown, type KnowledgeClaim } from '../../crypto/knowledge.ts';
import { possessionClaim, provePossession, verifyPossession } from '../../crypto/possession.ts';
import { commitNonces } from '../../crypto/proof-of-life.ts';
import { openBox } from '../../crypto/sealing.ts';
import { type SuiteName, suite, suiteNames } from '../../crypto/suites.ts';
import { Problem } from '../../problem.ts';
import type { Attempt } from '../attempt.ts';
import { type Card, readCard } from '../card.ts';
import { keysBySuite } from '../descriptor.ts';
import type { Kind } from '../kind.ts';
import type { Packet } from '../packet.ts';
import { keysOf, type Plan, toolSchema } from '../plan.ts';
import * as is from '../schema.ts';
import type { Transcript } from '../transcript.ts';
import { boxContext, type CheckedDeal } from './deal.ts';

const schema = v.strictObject({
  /** The deals that were checked, in the attempt's order: what the transcript hash is over. */
  deals: is.list(is.hash, is.limits.members, 1),
  transcript: is.hash,
  /** One proof per suite that the author has the shares of all its keys. */
  possession: is.list(v.strictObject({ suite: is.suiteName, proof: is.someBytes(96) }), suiteNames.length, 1),
  /** Per key, what the author signs turn 0 with. */
  nonces: is.list(v.strictObject({ hiding: is.someBytes(33), binding: is.someBytes(33) }), is.limits.keys, 1),
  /** The author's card, renewed: the prekey of this attempt is gone with this packet. */
  card: is.someBytes(is.limits.cardBytes),
  tool: toolSchema,
});

export type AcceptanceBody = v.InferOutput<typeof schema>;
export type AcceptancePacket = Packet<'acceptance', AcceptanceBody>;

export const acceptance: Kind<'acceptance', typeof schema> = {
  kind: 'acceptance',
  meaning: 'a receiver has checked every deal, stored its new share and read it back; it can never refuse after this',
  schema,
  mayAuthor: (participant) => participant.newIndex !== null,
  // a refusal or a complaint by the same receiver takes the same slot (row 2)
  slot: ({ attempt }) => `receive ${toHex(attempt)}`,
};

export interface CheckedAcceptance {
  readonly packet: AcceptancePacket;
  readonly index: number;
  readonly card: Card;
}

function possessionContext(
  plan: Plan,
  attempt: Attempt,
  transcript: Transcript,
  name: SuiteName,
  author: Uint8Array,
): Uint8Array {
  return lengthPrefixed(plan.id, attempt.id, transcript.hash, author, text(name));
}

/** The new share of every key, encoded, in the order of the keys. */
export type Share = readonly Uint8Array[];

/** What a receiver found when it opened its boxes: its share, or the dealers whose boxes hold something else. */
export type Opened =
  | { readonly share: Share; readonly blame: null }
  | { readonly share: null; readonly blame: readonly CheckedDeal[] };

/**
 * Opens every box, sums over the dealers first and checks all keys of a suite at once. Only when that fails, single
 * checks find whom to blame.
 */
export function receive(
  plan: Plan,
  attempt: Attempt,
  transcript: Transcript,
  index: number,
  prekeySecret: Uint8Array,
): Opened {
  const wanted = keysOf(plan);
  const sums: Scalar[] = wanted.map(({ suite: name }) => suite(name).group.scalar(0n));
  const opened = openBoxes(plan, attempt, transcript.deals, index, prekeySecret);
  for (const { subshares } of opened) {
    subshares?.forEach((subshare, place) => {
      const { group } = suite(wanted[place]?.suite ?? 'ed25519');
      sums[place] = group.add(sums[place] as Scalar, subshare);
    });
  }
  const share = sums.map((sum, place) => suite(wanted[place]?.suite ?? 'ed25519').group.encodeScalar(sum));
  if (opened.every(({ subshares }) => subshares !== null) && shareFits(plan, transcript, index, share)) {
    return { share, blame: null };
  }
  return { share: null, blame: blameFor(plan, opened, index) };
}

/** The dealers whose boxes for me hold something else than they committed to, where no committee comes of the deals. */
export function judgeBoxes(
  plan: Plan,
  attempt: Attempt,
  deals: readonly CheckedDeal[],
  index: number,
  prekeySecret: Uint8Array,
): readonly CheckedDeal[] {
  return blameFor(plan, openBoxes(plan, attempt, deals, index, prekeySecret), index);
}

interface OpenedBox {
  readonly deal: CheckedDeal;
  readonly subshares: readonly Scalar[] | null;
}

function blameFor(plan: Plan, opened: readonly OpenedBox[], index: number): readonly CheckedDeal[] {
  const wanted = keysOf(plan);
  const blame = opened.filter(
    ({ deal, subshares }) =>
      subshares === null ||
      subshares.some((subshare, place) => {
        const { group } = suite(wanted[place]?.suite ?? 'ed25519');
        return !checkShare(group, deal.points[place] as readonly Point[], subshare, index);
      }),
  );
  return blame.map(({ deal }) => deal);
}

function openBoxes(
  plan: Plan,
  attempt: Attempt,
  deals: readonly CheckedDeal[],
  index: number,
  prekeySecret: Uint8Array,
): OpenedBox[] {
  const wanted = keysOf(plan);
  return deals.map((deal) => {
    try {
      const context = boxContext(plan, attempt, deal.dealer, deal.packet.body, index);
      const box = deal.packet.body.boxes[index - 1];
      if (box === undefined) throw new Problem('INDEX_INVALID', 'no box for this index');
      const plaintext = openBox(box, prekeySecret, context);
      if (plaintext.length !== 32 * wanted.length)
        throw new Problem('BOX_UNREADABLE', 'holds the wrong number of sub-shares');
      const subshares = wanted.map(({ suite: name }, place) =>
        suite(name).group.decodeScalar(plaintext.slice(32 * place, 32 * place + 32)),
      );
      plaintext.fill(0);
      return { deal, subshares };
    } catch (error) {
      if (error instanceof Problem) return { deal, subshares: null };
      throw error;
    }
  });
}

/** Whether a share is the one that the new descriptor commits to: asked again after it was stored and read back. */
export function shareFits(plan: Plan, transcript: Transcript, index: number, share: Share): boolean {
  const wanted = keysOf(plan);
  if (share.length !== wanted.length) return false;
  for (const [name, places] of keysBySuite(wanted)) {
    const { group } = suite(name);
    const scalars = places.map((place) => group.decodeScalar(share[place] as Uint8Array));
    const points = places.map((place) => transcript.descriptor.points[place] as readonly Point[]);
    const seed = taggedHash('shares', transcript.hash, text(name));
    if (!checkShares(group, points, scalars, index, seed)) return false;
  }
  return true;
}

export interface AcceptanceInput {
  readonly plan: Plan;
  readonly attempt: Attempt;
  readonly transcript: Transcript;
  readonly index: number;
  readonly share: Share;
  readonly card: Card;
  readonly tool: AcceptanceBody['tool'];
  readonly random: Random;
}

/** The body, and the secret nonces per key that it commits to: for one turn, once. */
export function draftAcceptance(input: AcceptanceInput): { body: AcceptanceBody; nonces: Uint8Array[] } {
  const { plan, attempt, transcript, index, share, card, tool, random } = input;
  const wanted = keysOf(plan);
  const possession = [...keysBySuite(wanted)].map(([name, places]) => {
    const { group } = suite(name);
    const scalars = places.map((place) => group.decodeScalar(share[place] as Uint8Array));
    const combined = transcript.combined.get(name) as readonly Point[];
    const context = possessionContext(plan, attempt, transcript, name, card.signing);
    return { suite: name, proof: provePossession(group, scalars, transcript.hash, combined, index, context, random) };
  });
  wanted.forEach(({ label }, place) => {
    if (share[place]?.every((byte) => byte === 0) !== false) {
      throw new Problem(
        'SHARE_MISMATCH',
        `the new share of ${label} is zero: somebody made it so`,
        'refuse this attempt',
      );
    }
  });
  const drawn = wanted.map(({ suite: name }, place) => commitNonces(name, index, share[place] as Uint8Array, random));
  return {
    body: {
      deals: transcript.deals.map((deal) => fromHex(deal.packet.digest) as Uint8Array),
      transcript: transcript.hash,
      possession,
      nonces: drawn.map((nonce) => nonce.public),
      card: card.file,
      tool,
    },
    nonces: drawn.map((nonce) => nonce.secret),
  };
}

/** Acceptances whose proofs of possession all hold, as was found before anybody asked for one. */
const together = new WeakMap<Transcript, ReadonlySet<AcceptancePacket>>();

/** Where all of these proofs hold, one sum for each group says so, and none has to be looked at again. */
export function takePossessions(
  plan: Plan,
  attempt: Attempt,
  transcript: Transcript,
  packets: readonly AcceptancePacket[],
): void {
  const suites = [...keysBySuite(keysOf(plan)).keys()];
  const claims = new Map<Group, KnowledgeClaim[]>();
  for (const { body, identity, author } of packets) {
    const index = plan.byIdentity.get(identity)?.newIndex ?? null;
    if (index === null || body.possession.length !== suites.length) return;
    for (const [at, name] of suites.entries()) {
      const { group } = suite(name);
      const context = possessionContext(plan, attempt, transcript, name, author);
      const combined = transcript.combined.get(name) as readonly Point[];
      const proof = body.possession[at]?.proof ?? new Uint8Array();
      claims.set(group, [...(claims.get(group) ?? []), possessionClaim(group, combined, index, context, proof)]);
    }
  }
  if ([...claims].every(([group, all]) => areKnown(group, all))) together.set(transcript, new Set(packets));
}

export function checkAcceptance(
  plan: Plan,
  attempt: Attempt,
  transcript: Transcript,
  packet: AcceptancePacket,
): CheckedAcceptance {
  const refuse = (why: string): never => {
    throw new Problem('ACCEPTANCE_INVALID', why);
  };
  const index = plan.byIdentity.get(packet.identity)?.newIndex ?? refuse('the author is no receiver');
  const { body } = packet;
  // row 10: whoever used other deals holds a share of another key
  if (!equalBytes(body.transcript, transcript.hash)) refuse('is over another transcript than the deals that it names');
  const wanted = keysOf(plan);
  // row 13: one for every key, each a good point
  if (body.nonces.length !== wanted.length) refuse('has to commit to one nonce per key');
  body.nonces.forEach(({ hiding, binding }, place) => {
    const { group } = suite(wanted[place]?.suite ?? 'ed25519');
    group.decodePoint(hiding);
    group.decodePoint(binding);
  });
  // a dealer who is a receiver as well can deal itself a share of zero, under which nobody's signing works any more
  wanted.forEach(({ suite: name }, place) => {
    const { group } = suite(name);
    const points = transcript.descriptor.points[place] as readonly Point[];
    if (group.isZero(evaluateCommitments(group, points, index))) refuse('takes a share that is zero');
  });
  const suites = [...keysBySuite(wanted).keys()];
  if (body.possession.length !== suites.length) refuse('has to prove possession once per suite');
  for (const [at, name] of suites.entries()) {
    const given = body.possession[at] ?? refuse('has to prove possession once per suite');
    // row 13: every suite
    if (given.suite !== name) refuse('has to prove possession once per suite');
    if (together.get(transcript)?.has(packet) === true) continue;
    const { group } = suite(name);
    const context = possessionContext(plan, attempt, transcript, name, packet.author);
    verifyPossession(group, transcript.combined.get(name) as readonly Point[], index, context, given.proof);
  }
  const card = readCard(body.card);
  const before = plan.receivers[index - 1] ?? refuse('the author is no receiver');
  if (card.identity !== packet.identity || card.rehearsal !== plan.rehearsal)
    refuse('renews the card of somebody else');
  // under another name it could be taken for somebody else where names are typed
  if (card.name !== before.name) refuse('renews its card under another name');
  const used = attempt.prekeys[index - 1] as Uint8Array;
  // row 23: what was sealed to it is over
  if (card.prekeys.some((own) => equalBytes(own, used))) refuse('offers the prekey of this attempt again');
  return { packet, index, card };
}
