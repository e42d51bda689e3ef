import { hkdfSync } from 'node:crypto';
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import {
  at,
  bytesOf,
  challenge,
  type Element,
  edwards,
  encode,
  type Fields,
  hexOf,
  type Item,
  little,
  order,
  prefixed,
  ristretto,
  tagged,
  times,
  utf8,
} from '../stranger.ts';
import { holds, possible, unless } from './checks.ts';
import { admit, type Packet, signsTurn } from './packets.ts';
import {
  type Attempt,
  approvable,
  type Descriptor,
  distinct,
  firstAttempt,
  isStill,
  type Participant,
  type Plan,
  payloadOf,
  readCard,
  readPlan,
} from './plan.ts';

// sections 6, 13 and 18: when an attempt goes wrong

/** An attempt that an amendment makes. */
export function amended(plan: Plan, amendment: Packet): Attempt {
  const sound = (condition: boolean, check: string) => unless(condition, 'AMENDMENT_INVALID', check);
  const { number, dealers, receivers } = amendment.body as unknown as {
    number: number;
    dealers: number[];
    receivers: { card: Uint8Array; prekey: Uint8Array }[];
  };
  const allowed = [...(plan.fields.dealers as number[]), ...(plan.fields.reserves as number[])];
  sound(distinct(dealers), 'an amendment names no dealer twice');
  sound(dealers.length >= (plan.parent as Descriptor).threshold, 'as many deal in an amendment as the parent needs');
  sound(
    dealers.every((dealer) => allowed.includes(dealer)),
    'a dealer of an amendment is one of the plan, or a reserve',
  );
  sound(receivers.length === plan.receivers.length, 'an amendment names every receiver');
  const prekeys = receivers.map(({ card: file, prekey }, place) => {
    const card = readCard(file);
    const receiver = plan.receivers[place];
    sound(card.identity === receiver?.identity, 'a card of an amendment is of the very receiver');
    sound(card.rehearsal === plan.fields.rehearsal, 'a card of an amendment is of the same world');
    sound(card.prekeys.includes(hexOf(prekey)), 'a prekey of an amendment is on its card');
    sound(receiver?.prekey !== hexOf(prekey), 'an amendment uses no prekey of the plan again');
    return hexOf(prekey);
  });
  sound(distinct(prekeys), 'an amendment uses no prekey twice');
  return {
    id: amendment.digest,
    number,
    dealers: dealers.map((place) => ({ participant: plan.holders.get(place) as Participant, index: place })),
    prekeys,
  };
}

/** What is known of a box from outside. */
export interface Sealed {
  readonly box: { R: Uint8Array; proof: Uint8Array; ciphertext: Uint8Array };
  readonly Q: Uint8Array;
  readonly X: Uint8Array;
  readonly hash: Uint8Array;
}

export function sealed(plan: Plan, attempt: Attempt, deal: Packet, receiver: string): Sealed {
  const place = plan.receivers.findIndex(({ identity }) => identity === receiver);
  const box = (deal.body.boxes as unknown as Sealed['box'][])[place] as Sealed['box'];
  const binding = tagged('dealt', encode(deal.body.keys as Item));
  const identities = [deal.author, receiver].map(bytesOf) as [Uint8Array, Uint8Array];
  return {
    box,
    Q: bytesOf(attempt.prekeys[place] as string),
    X: prefixed(plan.number, bytesOf(attempt.id), ...identities, binding),
    hash: tagged('box', box.R, box.proof, box.ciphertext),
  };
}

/** A scalar below the order. */
function canonical(scalar: Uint8Array): boolean {
  return little(scalar) < order;
}

/** A good point of ristretto255, which the identity is not. */
function point(encoded: Uint8Array): Element {
  const read = ristretto.point(encoded);
  if (read.is0()) throw new Error('the identity');
  return read;
}

export interface Opening {
  readonly K: Uint8Array;
  readonly T1: Uint8Array;
  readonly T2: Uint8Array;
  readonly z: Uint8Array;
  readonly c: bigint;
}

export function openingOf({ box, Q, X, hash }: Sealed, complaint: Packet): Opening {
  const { K, proof } = complaint.body as { K: Uint8Array; proof: Uint8Array };
  const [T1, T2, z] = [proof.slice(0, 32), proof.slice(32, 64), proof.slice(64)];
  const c = challenge(ristretto, 'opening', bytesOf(complaint.author), X, hash, Q, box.R, K, T1, T2);
  return { K, T1, T2, z, c };
}

function proves({ box, Q }: Sealed, { K, T1, T2, z, c }: Opening): boolean {
  const points = holds(
    [K, T1, T2].every((one) => possible(() => point(one))),
    'an opening is of points',
  );
  const below = holds(canonical(z), 'the response of an opening is below the order');
  if (!points || !below) return false;
  const equation = (base: Element, image: Uint8Array, T: Uint8Array): boolean =>
    times(base, little(z), ristretto)
      .add(times(ristretto.point(image), -c, ristretto))
      .equals(ristretto.point(T));
  const first = holds(equation(ristretto.base, Q, T1), 'an opening is by who has the prekey');
  const second = holds(equation(ristretto.point(box.R), K, T2), 'an opening is of this box');
  return first && second;
}

export function keyOf({ box, Q, X }: Sealed, K: Uint8Array): { info: Uint8Array; key: Uint8Array; nonce: Uint8Array } {
  const info = prefixed(utf8('conclave/v1/sealed-box'), X, Q, box.R);
  const material = new Uint8Array(hkdfSync('sha256', K, new Uint8Array(0), info, 56));
  return { info, key: material.slice(0, 32), nonce: material.slice(32) };
}

/** Whose fault it is, and what the box held. */
export function judge(plan: Plan, attempt: Attempt, deal: Packet, complaint: Packet) {
  const about = sealed(plan, attempt, deal, complaint.author);
  const opening = openingOf(about, complaint);
  if (!proves(about, opening)) return { atFault: 'complainer', plaintext: null };
  const { info, key, nonce } = keyOf(about, opening.K);
  let plaintext: Uint8Array | null = null;
  const opens = possible(() => {
    plaintext = xchacha20poly1305(key, nonce, info).decrypt(about.box.ciphertext);
  });
  if (!holds(opens, 'a box opens')) return { atFault: 'dealer', plaintext: null };
  const index = plan.receivers.findIndex(({ identity }) => identity === complaint.author) + 1;
  const fits = (deal.body.keys as { commitments: Uint8Array[] }[]).every(({ commitments }, place) => {
    const scalar = (plaintext as unknown as Uint8Array).slice(32 * place, 32 * place + 32);
    const committed = at(
      edwards,
      commitments.map((one) => edwards.point(one)),
      index,
    );
    return (
      holds(canonical(scalar), 'a box holds scalars') &&
      holds(times(edwards.base, little(scalar), edwards).equals(committed), 'a box holds what was committed to')
    );
  });
  return { atFault: fits ? 'complainer' : 'dealer', plaintext };
}

/** All that a release stands on, or `waits`. Refused where it can never count. */
export function standsOn(plan: Plan, release: Packet, packets: readonly Packet[], place = 1): Packet[] | 'waits' {
  const sound = (condition: boolean, check: string) => unless(condition, 'RELEASE_INVALID', check);
  sound(place <= plan.receivers.length, 'no chain of releases is longer than there are receivers');
  const find = (digest: Uint8Array) => packets.find((one) => one.digest === hexOf(digest));
  const found: Packet[] = [];
  const entries = release.body.signed as { packet: Uint8Array; blocked: Uint8Array | null }[];
  for (const { packet, blocked } of entries) {
    const own = find(packet);
    if (own === undefined) return 'waits';
    sound(signsTurn(own), 'a release lists what signs a turn');
    sound(own.author === release.author, 'a release lists what its author signed');
    sound(own.attempt === release.attempt, 'a release lists what was signed in its attempt');
    const call = own.kind === 'signature' ? find(own.body.call as Uint8Array) : null;
    if (call === undefined) return 'waits';
    const calls = call === null || (call.kind === 'reprove' && call.attempt === release.attempt);
    sound(calls, 'a signature that a release lists answers a call in its attempt');
    found.push(own, ...(call === null ? [] : [call]));
    sound(blocked !== null || release.body.salvage === true, 'a turn is given up that somebody blocks, or in salvage');
    if (blocked === null) continue;
    const other = find(blocked);
    if (other === undefined) return 'waits';
    sound(other.kind === 'release', 'a release blocks');
    sound(other.author !== release.author, 'nobody blocks the own turn');
    sound(other.attempt === release.attempt, 'what blocks is in the same attempt');
    const index = plan.receivers.findIndex(({ identity }) => identity === other.author) + 1;
    const isNamed = call === null || (call.body.signers as number[]).includes(index);
    sound(isNamed, 'who blocks a turn is named in its call');
    const theirs = standsOn(plan, other, packets, place + 1);
    if (theirs === 'waits') return 'waits';
    const listed = (other.body.signed as { packet: Uint8Array }[]).map((one) => find(one.packet));
    sound(!listed.some((one) => one !== undefined && sameTurn(one, own)), 'who blocks a turn has not signed it');
    found.push(other, ...theirs);
  }
  return found;
}

function sameTurn(one: Packet, other: Packet): boolean {
  const [a, b] = [one, other].map(({ kind, body }) => {
    const parts = kind === 'signature' ? [body.call, body.commitments] : [body.transcript, body.certificate];
    return [kind, ...(parts.flat() as Uint8Array[]).map(hexOf)].join(' ');
  });
  return a === b;
}

/** Whether this attempt is dead by these packets. */
export function isDead(plan: Plan, attempt: Attempt, packets: readonly Packet[]): boolean {
  const here = packets.filter((packet) => packet.attempt === attempt.id);
  const part = (packet: Packet) => plan.participants.find(({ identity }) => identity === packet.author);
  const refused = (packet: Packet, as: string) => packet.kind === 'refusal' && packet.body.as === as;
  const receives = (packet: Packet) => part(packet)?.newIndex !== null;
  const deals = (packet: Packet) => attempt.dealers.some(({ participant }) => participant.identity === packet.author);
  if (here.some((packet) => packet.kind === 'complaint' || (refused(packet, 'receiver') && receives(packet))))
    return true;
  if (here.some((packet) => refused(packet, 'dealer') && deals(packet))) return true;
  const against = packets.filter((packet) => refused(packet, 'approver')).map(({ author }) => author);
  if (!approvable(plan, (identity) => !against.includes(identity))) return true;
  if (isStill(plan)) return false;
  const released = here.filter((packet) => packet.kind === 'release' && possible(() => standing(plan, packet, here)));
  const gone = new Set(released.map(({ author }) => author));
  return gone.size >= plan.receivers.length - plan.threshold + 1;
}

function standing(plan: Plan, release: Packet, packets: readonly Packet[]): void {
  if (standsOn(plan, release, packets) === 'waits') throw new Error('something is not here');
}

const evidential = ['refusal', 'complaint', 'amendment', 'release', 'activation', 'reprove', 'signature'];

/** A vote proves that all attempts before it are dead. */
export function checkVote(plan: Plan, vote: Fields): void {
  const sound = (condition: boolean, check: string) => unless(condition, 'VOTE_INVALID', check);
  const parent = plan.parent as Descriptor;
  const prior = vote.prior as unknown as { ceremony: Uint8Array; attempt: Uint8Array; evidence: Uint8Array[] }[];
  sound(hexOf(vote.parent as Uint8Array) === hexOf(parent.id), 'a vote is about the parent of the plan');
  sound(prior.length === vote.slot, 'a vote says what all votes before it were for');
  const named = prior.map(({ ceremony, attempt }) => `${hexOf(ceremony)} ${hexOf(attempt)}`);
  sound(distinct(named), 'a vote names no attempt twice');
  for (const { ceremony, attempt, evidence } of prior) {
    const [proposal, ...others] = evidence as [Uint8Array, ...Uint8Array[]];
    let of: Plan | null = null;
    const opens = possible(() => {
      of = proposed(proposal);
    });
    sound(opens, 'the evidence of a vote begins with a proposal');
    const about = of as unknown as Plan;
    sound(hexOf(about.number) === hexOf(ceremony), 'the evidence of a vote is about the ceremony that it names');
    const its = about.parent?.encoded ?? new Uint8Array();
    sound(hexOf(its) === hexOf(parent.encoded), 'the evidence of a vote is about the same parent');
    const packets: Packet[] = [];
    for (const other of others) {
      const admitted = possible(() => packets.push(admit(about, other)));
      sound(admitted, 'the evidence of a vote is admitted');
    }
    sound(
      packets.every(({ kind }) => evidential.includes(kind)),
      'the evidence of a vote holds nothing else',
    );
    const maker = packets.find(({ digest, kind }) => digest === hexOf(attempt) && kind === 'amendment');
    let dead = firstAttempt(about);
    // one that nobody may follow makes no attempt
    possible(() => {
      if (maker !== undefined) dead = amended(about, maker);
    });
    sound(dead.id === hexOf(attempt), 'the attempt in a vote is known by its amendment');
    sound(isDead(about, dead, packets), 'the evidence of a vote is of a dead attempt');
  }
}

/** The plan that a proposal opens. */
export function proposed(message: Uint8Array): Plan {
  const { body, kind } = payloadOf(message);
  if (kind !== 'proposal') throw new Error('no proposal');
  const plan = readPlan((body as Fields).plan as Uint8Array);
  admit(plan, message);
  return plan;
}
