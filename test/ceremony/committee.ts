import { type Cbor, decodeCbor } from '../../src/bytes/cbor.ts';
import { equalBytes, fromHex, toHex } from '../../src/bytes/hex.ts';
import { admit } from '../../src/ceremony/admission.ts';
import { type Dealer, firstAttempt } from '../../src/ceremony/attempt.ts';
import type { Descriptor, DescriptorFacts } from '../../src/ceremony/descriptor.ts';
import { attemptToRefuse, type Duty, otherDealers, owedBy } from '../../src/ceremony/duties.ts';
import { evaluate, type View } from '../../src/ceremony/evaluate.ts';
import type { Memo } from '../../src/ceremony/evaluation.ts';
import type { AnyPacket, BodyOf, KindName, PacketOf } from '../../src/ceremony/kinds.ts';
import { type Header, writePacket } from '../../src/ceremony/packet.ts';
import { draftAcceptance, receive, type Share } from '../../src/ceremony/packets/acceptance.ts';
import { draftActivation } from '../../src/ceremony/packets/activation.ts';
import { provesPossession } from '../../src/ceremony/packets/census.ts';
import { draftCommitment } from '../../src/ceremony/packets/commitment.ts';
import { boxContext, type CheckedDeal, draftDeal } from '../../src/ceremony/packets/deal.ts';
import type { Vote } from '../../src/ceremony/packets/endorsement.ts';
import { ceremonyKeyHash } from '../../src/ceremony/packets/proposal.ts';
import { type CalledTurn, draftSignature } from '../../src/ceremony/packets/signature.ts';
import { type Participant, type Plan, type PlanFacts, quorumOf, writePlan } from '../../src/ceremony/plan.ts';
import { callsToAnswer, type ReproveView } from '../../src/ceremony/reprove.ts';
import { packetBounds } from '../../src/ceremony/schema.ts';
import type { Link } from '../../src/ceremony/succession.ts';
import { weakShapes } from '../../src/ceremony/weak-shapes.ts';
import { interpolateAtZero } from '../../src/crypto/polynomial.ts';
import { proveOpening, sealBox } from '../../src/crypto/sealing.ts';
import { suite } from '../../src/crypto/suites.ts';
import { drawn } from '../crypto/drawn.ts';
import { now, type Person } from './people.ts';

export { Person, people } from './people.ts';

/*
 * Whole ceremonies in one process, through the pure core alone. Whatever is said is a signed packet, also by those
 * who lie: a lie is a body that its author altered before signing it. Everything is the same on every run.
 */

const tool = { version: 'test', digest: null };

export interface Wish {
  readonly cast: readonly Person[];
  readonly members: readonly Person[];
  readonly threshold: number;
  readonly keys?: PlanFacts['keys'];
  readonly parent?: Link;
  /** Old indices. */
  readonly dealers?: readonly number[];
  readonly approvers?: readonly Person[];
  readonly approvals?: number;
  readonly proposer?: Person;
  /** Whatever else the plan is to say, true or not. */
  readonly facts?: Partial<PlanFacts>;
}

export const ristretto: PlanFacts['keys'] = [{ label: 'main', suite: 'ristretto255' }];

/** What an honest proposer would write down; `facts` overrides it. */
export function planFacts(wish: Wish): PlanFacts {
  const { cast, members, threshold, parent, approvers = [] } = wish;
  const holders = (parent?.proven.members ?? []).map(
    ({ identity }) => cast.find(({ signing }) => equalBytes(signing.public, identity)) as Person,
  );
  const proposer = wish.proposer ?? holders[0] ?? (members[0] as Person);
  const policy = parent?.proven.policy ?? {
    approvers: approvers.map(({ signing }) => signing.public),
    approvals: wish.approvals ?? approvers.length,
  };
  const bound = policy.approvers.map((one) => cast.find(({ signing }) => equalBytes(signing.public, one)) as Person);
  const approving = [...new Set([...approvers, ...bound])];
  const cards = [...new Set([proposer, ...holders, ...members, ...approving])];
  const at = (person: Person) => cards.indexOf(person);
  const quorum = parent === undefined ? 0 : quorumOf(parent.proven.threshold, holders.length);
  const random = drawn(`plan ${parent === undefined ? 'genesis' : toHex(parent.proven.id)} ${members.length}`);
  const facts: PlanFacts = {
    kind: parent === undefined ? 'genesis' : 'reshare',
    random: random(32),
    keyset: 'treasury',
    parent: parent
      ? { descriptor: parent.descriptor, transcript: parent.transcript, signatures: parent.signatures }
      : null,
    cards: cards.map(({ card }) => card.file),
    proposer: at(proposer),
    old: holders.map((holder) => ({ card: at(holder) })),
    new: members.map((person) => ({ card: at(person), prekey: person.card.prekeys[0] as Uint8Array })),
    threshold,
    dealers: [...(wish.dealers ?? holders.map((_, place) => place + 1).slice(0, quorum))],
    reserves: [],
    approvers: approving.map(at),
    approvals: wish.approvals ?? approving.length,
    observers: [],
    keys: parent === undefined ? (wish.keys ?? ristretto) : [],
    policy,
    backup: 'none',
    copies: 0,
    destroy: 'when-proven',
    belowQuorum: null,
    weak: [],
    reason: 'a test',
    because: 'policy',
    ticket: null,
    insteadOf: null,
    beacon: null,
    tool,
    at: now,
    expires: now + 86_400,
    rehearsal: true,
    ...wish.facts,
  };
  return { ...facts, weak: wish.facts?.weak ?? weakShapes({ ...facts, parent: parent ?? null }) };
}

/** One ceremony and everything that was ever said in it, as somebody who saw it all would see it. */
export class Ceremony {
  readonly plan: Plan;
  readonly cast: readonly Person[];
  readonly memo: Memo = new Map();
  readonly #packets = new Map<string, AnyPacket>();

  constructor(wish: Wish) {
    this.plan = writePlan(planFacts(wish));
    this.cast = wish.cast;
    const proposer = this.plan.participants.find((one) => one.proposer)?.identity;
    this.say(wish.cast.find(({ identity }) => identity === proposer) as Person, 'proposal', {
      plan: this.plan.encoded,
      key: ceremonyKeyHash(new Uint8Array(32).fill(9)),
    });
  }

  get packets(): AnyPacket[] {
    return [...this.#packets.values()];
  }

  get view(): View {
    return evaluate(this.plan, this.packets, this.memo);
  }

  /** As if these had never come by here. */
  without(...gone: readonly AnyPacket[]): View {
    return evaluate(
      this.plan,
      this.packets.filter((packet) => !gone.includes(packet)),
    );
  }

  forget(packet: AnyPacket): void {
    this.#packets.delete(packet.digest);
  }

  /** What anybody brings: admitted, or refused with a Problem. */
  bring(bytes: Uint8Array): AnyPacket {
    const packet = admit(this.plan, bytes);
    this.#packets.set(packet.digest, packet);
    return packet;
  }

  /** Said in the attempt that is worked on. */
  get attempt(): Uint8Array {
    return this.packets.length === 0 ? this.plan.id : this.view.current.attempt.id;
  }

  /** Signs whatever the body says. */
  sign(who: Person, kind: string, body: unknown, header: Partial<Header> = {}): Uint8Array {
    const { id, rehearsal } = this.plan;
    const author = who.signing.public;
    const attempt = this.attempt;
    const facts = { kind, ceremony: id, attempt, author, at: now, attended: true, rehearsal, ...header };
    return writePacket(facts, body as Cbor, who.signing.secret);
  }

  say<K extends KindName>(who: Person, kind: K, body: BodyOf<K>, header: Partial<Header> = {}): PacketOf<K> {
    return this.bring(this.sign(who, kind, body, header)) as unknown as PacketOf<K>;
  }

  said<K extends KindName>(who: Person, kind: K): PacketOf<K> {
    return this.packets.find((packet) => packet.kind === kind && packet.identity === who.identity) as never;
  }

  // what an honest member would say now

  vote(who: Person): Vote {
    const parent = this.plan.parent?.proven.id as Uint8Array;
    const earlier = who.votes.filter(({ plan }) => plan.parent !== null && equalBytes(plan.parent.proven.id, parent));
    const prior = [...new Set(earlier)].flatMap((other) => {
      const votes = other.packets.filter(
        ({ kind, identity }) => identity === who.identity && (kind === 'deal' || kind === 'endorsement'),
      );
      const attempts = other.view.attempts.filter(({ attempt }) =>
        votes.some((packet) => equalBytes(packet.attempt, attempt.id)),
      );
      // a vote that somebody lost is one for the plan's own attempt
      return (attempts.length === 0 ? [other.view.current] : attempts).map(({ attempt, death }) => {
        const made = other.packets.filter(({ digest }) => digest === toHex(attempt.id));
        const evidence = [other.proposal, ...made, ...(death?.evidence ?? [])].map(({ bytes }) => bytes);
        return { ceremony: other.plan.id, attempt: attempt.id, evidence };
      });
    });
    return { parent, slot: prior.length, prior };
  }

  get proposal(): AnyPacket {
    return this.packets.find(({ kind }) => kind === 'proposal') as AnyPacket;
  }

  dealer(who: Person): Dealer {
    const { dealers } = this.packets.length === 0 ? firstAttempt(this.plan) : this.view.current.attempt;
    const dealer = dealers.find(({ participant }) => participant.identity === who.identity);
    if (dealer === undefined) throw new Error(`${who.name} is no dealer`);
    return dealer;
  }

  /** Boxes that are sealed as they should be, for those who deal something else than they would be given. */
  boxes(
    who: Person,
    keys: BodyOf<'deal'>['keys'],
    inside: (index: number) => Uint8Array = () => new Uint8Array(32 * keys.length),
  ): BodyOf<'deal'>['boxes'] {
    const { plan } = this;
    const body = { keys, boxes: [], vote: null, approvals: [] };
    return plan.receivers.map(({ newIndex, prekey }) =>
      sealBox(
        inside(newIndex),
        prekey,
        boxContext(plan, firstAttempt(plan), this.dealer(who), body, newIndex),
        who.random,
      ),
    );
  }

  dealBody(who: Person, plan = this.plan, parentShare?: Share): BodyOf<'deal'> {
    const { view } = this;
    const { attempt } = view.current;
    const dealer = this.dealer(who);
    const known = parentShare ?? who.shares.get(toHex(plan.parent?.proven.id ?? new Uint8Array()));
    const shares = plan.parent === null ? null : (known as Share);
    const approvals = [...view.approvals.values()].map(({ digest }) => fromHex(digest) as Uint8Array);
    const vote = plan.parent === null ? null : this.vote(who);
    return draftDeal({ plan, attempt, dealer, shares, vote, approvals, random: who.random });
  }

  acceptanceBody(who: Person, view = this.view): BodyOf<'acceptance'> {
    const { plan } = this;
    const { attempt, transcript } = view.current;
    const receiver = plan.receivers.find(({ identity }) => identity === who.identity);
    if (transcript === null || receiver === undefined) throw new Error(`nothing for ${who.name} to accept`);
    const prekey = who.prekeys.get(toHex(attempt.prekeys[receiver.newIndex - 1] as Uint8Array)) as Uint8Array;
    const index = receiver.newIndex;
    const { share } = receive(plan, attempt, transcript, index, prekey);
    if (share === null) throw new Error(`a box of ${who.name} is bad`);
    const card = who.renew(who.card.serial + 1);
    const drafted = draftAcceptance({ plan, attempt, transcript, index, share, card, tool, random: who.random });
    who.card = card;
    who.shares.set(toHex(transcript.descriptor.id), share);
    who.nonces.set(toHex(transcript.hash), drafted.nonces);
    return drafted.body;
  }

  activationBody(who: Person, view = this.view): BodyOf<'activation'> {
    const { turn } = view.current;
    if (turn === null) throw new Error('no certificate');
    const { descriptor, hash } = turn.certificate.transcript;
    const nonces = (who.nonces.get(toHex(hash)) ?? []).map((nonce) => new Uint8Array(nonce));
    const index = this.plan.byIdentity.get(who.identity)?.newIndex ?? 0;
    return draftActivation(turn, index, who.shares.get(toHex(descriptor.id)) as Share, nonces);
  }

  closingBody(): BodyOf<'closing'> {
    const { proof } = this.view.current;
    if (proof === null) throw new Error('no proof');
    const oldShare = { state: 'none', why: 'joiner' } as const;
    return { transcript: proof.link.transcript, turn: proof.turn.hash, oldShare, invalid: [], recorded: [] };
  }

  indexIn(who: Person): number {
    return this.plan.byIdentity.get(who.identity)?.oldIndex ?? 0;
  }

  shareOf(who: Person): Share {
    return who.shares.get(toHex(this.plan.parent?.proven.id as Uint8Array)) as Share;
  }

  commitmentBody(who: Person): BodyOf<'commitment'> {
    const { plan } = this;
    const drafted = draftCommitment(
      plan.id,
      plan.parent?.proven as Descriptor,
      this.indexIn(who),
      this.shareOf(who),
      who.random,
    );
    who.nonces.set(plan.ceremony, drafted.nonces);
    return drafted.body;
  }

  signatureBody(who: Person, turn = this.view.drill?.turn as CalledTurn): BodyOf<'signature'> {
    const nonces = (who.nonces.get(this.plan.ceremony) ?? []).map((nonce) => new Uint8Array(nonce));
    return draftSignature(turn, this.indexIn(who), this.shareOf(who), nonces);
  }

  drillStep(who: Person): AnyPacket {
    if (this.view.drill?.commitments.has(who.identity) === false)
      return this.say(who, 'commitment', this.commitmentBody(who));
    return this.say(who, 'signature', this.signatureBody(who));
  }

  /** Calls for a later turn without the author's own commitment. */
  reprove(who: Person, signers: readonly Person[], change: Partial<BodyOf<'reprove'>> = {}): AnyPacket {
    const { plan, view } = this;
    const certificate = view.current.certificate?.acceptances ?? [];
    const mine = view.current.reproves.filter(({ packet }) => packet.identity === who.identity);
    return this.say(who, 'reprove', {
      number: 1 + mine.length,
      certificate: certificate.map(({ packet }) => fromHex(packet.digest) as Uint8Array),
      signers: signers.map(({ identity }) => plan.byIdentity.get(identity)?.newIndex ?? 0).sort((a, b) => a - b),
      reason: 'lost',
      ...change,
    });
  }

  /** The newest call, or the one that this packet is. */
  reproveView(call?: AnyPacket): ReproveView {
    const { reproves } = this.view.current;
    return (call === undefined ? reproves.at(-1) : reproves.find(({ packet }) => packet === call)) as ReproveView;
  }

  /** Commits to a later turn; the nonces are kept under the digest of its call. */
  commit(who: Person, { id, descriptor, packet, certificate }: ReproveView): AnyPacket {
    const share = who.shares.get(toHex(certificate.transcript.descriptor.id)) as Share;
    const index = this.plan.byIdentity.get(who.identity)?.newIndex ?? 0;
    const drafted = draftCommitment(id, descriptor, index, share, who.random);
    who.nonces.set(packet.digest, drafted.nonces);
    return this.say(who, 'commitment', drafted.body);
  }

  signCall(who: Person, { packet, turn, certificate }: ReproveView): AnyPacket {
    const share = who.shares.get(toHex(certificate.transcript.descriptor.id)) as Share;
    const index = this.plan.byIdentity.get(who.identity)?.newIndex ?? 0;
    const nonces = (who.nonces.get(packet.digest) ?? []).map((nonce) => new Uint8Array(nonce));
    return this.say(who, 'signature', draftSignature(turn as CalledTurn, index, share, nonces));
  }

  /** What a signer does next about the call that it answers. */
  answer(who: Person): AnyPacket {
    const call = callsToAnswer(this.view.current, who.identity)[0] as ReproveView;
    return call.commitments.has(who.identity) ? this.signCall(who, call) : this.commit(who, call);
  }

  censusBody(who: Person): BodyOf<'census'> {
    const { plan } = this;
    const descriptor = plan.parent?.proven as Descriptor;
    const possession = provesPossession(
      plan,
      descriptor,
      this.indexIn(who),
      this.shareOf(who),
      who.signing.public,
      who.random,
    );
    return { possession, prekeys: 1, tool, copies: [], findings: [] };
  }

  do(who: Person, duty: Duty): AnyPacket {
    switch (duty) {
      case 'propose':
        return this.proposal;
      case 'approve':
        return this.say(who, 'approval', {});
      case 'endorse': {
        const endorsed = this.say(who, 'endorsement', { vote: this.vote(who) });
        who.votes.push(this);
        return endorsed;
      }
      case 'deal': {
        const dealt = this.say(who, 'deal', this.dealBody(who));
        who.votes.push(this);
        return dealt;
      }
      case 'accept':
        return this.say(who, 'acceptance', this.acceptanceBody(who));
      case 'activate':
        return this.say(who, 'activation', this.activationBody(who));
      case 'close':
        return this.say(who, 'closing', this.closingBody());
      case 'refuse': {
        const me = this.plan.byIdentity.get(who.identity) as Participant;
        const over = attemptToRefuse(this.view, me);
        return this.say(
          who,
          'refusal',
          { as: 'receiver', reason: 'spoiled' },
          { attempt: over?.attempt.id as Uint8Array },
        );
      }
      case 'amend':
        return this.amend(who);
      case 'reprove':
        return this.answer(who);
      case 'drill':
        return this.drillStep(who);
      case 'census':
        return this.say(who, 'census', this.censusBody(who));
    }
  }

  amend(who: Person, without: readonly string[] = []): AnyPacket {
    const { plan, view } = this;
    const number = view.packets.filter(({ kind }) => kind === 'amendment').length + 1;
    const receivers = plan.receivers.map(({ identity }) => {
      const person = this.cast.find((one) => one.identity === identity) as Person;
      person.card = person.renew(person.card.serial + 1);
      return { card: person.card.file, prekey: person.card.prekeys[0] as Uint8Array };
    });
    const dealers = (otherDealers(view, without) ?? []).map(({ index }) => index);
    return this.say(who, 'amendment', { number, dealers, receivers, reason: 'other dealers' }, { attempt: plan.id });
  }

  /** Opens the box of this dealer to everybody, good or bad. */
  complaintBody(who: Person, dealer: Person): BodyOf<'complaint'> {
    const { plan, view } = this;
    const { attempt, deals } = view.current;
    const deal = deals.get(dealer.identity)?.[0] as CheckedDeal;
    const index = plan.byIdentity.get(who.identity)?.newIndex as number;
    const prekey = who.prekeys.get(toHex(attempt.prekeys[index - 1] as Uint8Array)) as Uint8Array;
    const box = deal.packet.body.boxes[index - 1] as BodyOf<'deal'>['boxes'][number];
    const context = boxContext(plan, attempt, deal.dealer, deal.packet.body, index);
    const opening = proveOpening(box, prekey, context, who.signing.public, who.random);
    return { deal: fromHex(deal.packet.digest) as Uint8Array, ...opening };
  }

  refuse(who: Person, as: BodyOf<'refusal'>['as']): AnyPacket {
    return this.say(who, 'refusal', { as, reason: 'no' });
  }

  /** Everybody does what is asked until nothing is; `unless` keeps some from some of it. */
  run(unless: (name: string, duty: Duty) => boolean = () => false): this {
    for (let idle = false; !idle; ) {
      idle = true;
      for (const participant of this.plan.participants) {
        const who = this.cast.find(({ identity }) => identity === participant.identity) as Person;
        for (let steps = 0; ; steps++) {
          const duty = owedBy(this.view, participant).find((one) => !unless(who.name, one));
          if (duty === undefined) break;
          if (steps > 12) throw new Error(`${who.name} owes ${duty}, whatever it does`);
          this.do(who, duty);
          idle = false;
        }
      }
    }
    return this;
  }

  /** Runs as far as this duty, which nobody does any more. */
  before(duty: Duty): this {
    return this.run((_, asked) => asked === duty);
  }

  get link(): Link {
    const { proof } = this.view.current;
    if (proof === null) throw new Error('not proven');
    return proof.link;
  }
}

/** What a descriptor says, to say something else with it. */
export function factsOf({ encoded }: Descriptor): DescriptorFacts {
  const { v: _, ...facts } = decodeCbor(encoded, packetBounds) as { readonly v: 1 } & DescriptorFacts;
  return facts;
}

/** The public key that the shares of these members interpolate to. */
export function interpolated(
  descriptor: Descriptor,
  holders: readonly { person: Person; of?: Descriptor }[],
  place = 0,
): string {
  const key = descriptor.keys[place] as Descriptor['keys'][number];
  const { group } = suite(key.suite);
  const shares = holders.map(({ person, of = descriptor }) => ({
    index: of.members.findIndex(({ identity }) => equalBytes(identity, person.signing.public)) + 1,
    value: group.decodeScalar(person.shares.get(toHex(of.id))?.[place] as Uint8Array),
  }));
  return toHex(group.encodePoint(group.multiplyBase(interpolateAtZero(group, shares))));
}
