import type { Cbor } from '../../src/bytes/cbor.ts';
import { equalBytes } from '../../src/bytes/hex.ts';
import { admit } from '../../src/ceremony/admission.ts';
import type { AttemptView } from '../../src/ceremony/attempt-view.ts';
import type { Card } from '../../src/ceremony/card.ts';
import { evaluate, type View } from '../../src/ceremony/evaluate.ts';
import type { Memo } from '../../src/ceremony/evaluation.ts';
import type { AnyPacket, KindName } from '../../src/ceremony/kinds.ts';
import { type Header, writePacket } from '../../src/ceremony/packet.ts';
import { draftAcceptance, receive } from '../../src/ceremony/packets/acceptance.ts';
import { draftActivation } from '../../src/ceremony/packets/activation.ts';
import type { DealBody } from '../../src/ceremony/packets/deal.ts';
import { draftDeal } from '../../src/ceremony/packets/deal.ts';
import type { Vote } from '../../src/ceremony/packets/endorsement.ts';
import { ceremonyKeyHash } from '../../src/ceremony/packets/proposal.ts';
import type { Plan } from '../../src/ceremony/plan.ts';
import { drawn } from '../crypto/drawn.ts';
import { digestBytes, now, type Person, renewed } from './cast.ts';
import { recorded } from './form.ts';

/** A packet of the walk, with everything that it was made from. */
export interface Said {
  readonly who: Person;
  readonly header: Header;
  readonly body: Cbor;
  readonly bytes: Uint8Array;
  readonly packet: AnyPacket;
  readonly draws: readonly string[];
}

/** What a receiver keeps to itself. */
export interface Kept {
  readonly index: number;
  readonly share: readonly Uint8Array[];
  readonly nonces: readonly Uint8Array[];
}

/** One ceremony, walked by people whose randomness is known. */
export class Walk {
  readonly plan: Plan;
  readonly seed: string;
  readonly said = new Map<string, Said>();
  readonly kept = new Map<string, Kept>();
  /** The attempt that packets are about from now on, and what is said behind the names of those packets. */
  attempt: Uint8Array;
  behind = '';
  readonly #memo: Memo = new Map();
  #time = now;

  constructor(plan: Plan, seed: string) {
    this.plan = plan;
    this.seed = seed;
    this.attempt = plan.id;
  }

  /** The packet, said and remembered under a name. */
  say(name: string, who: Person, kind: KindName, body: unknown, draws: readonly string[] = []): Said {
    this.#time += 60;
    const said = this.draft(who, kind, body, draws);
    this.said.set(`${name}${this.behind}`, said);
    return said;
  }

  /** The packet alone: what liars say is not remembered. */
  draft(who: Person, kind: KindName, body: unknown, draws: readonly string[] = []): Said {
    const header = this.#header(who, kind);
    const bytes = writePacket(header, body as Cbor, who.signing.secret);
    return { who, header, body: body as Cbor, bytes, packet: admit(this.plan, bytes), draws };
  }

  /** The bytes alone, signed by somebody, of something that may not be admitted. */
  unchecked(who: Person, kind: string, body: unknown, change: Partial<Header> = {}): Uint8Array {
    return writePacket({ ...this.#header(who, kind), ...change }, body as Cbor, who.signing.secret);
  }

  #header(who: Person, kind: string): Header {
    return {
      kind,
      ceremony: this.plan.id,
      attempt: this.attempt,
      author: who.signing.public,
      at: this.#time,
      attended: true,
      rehearsal: this.plan.rehearsal,
    };
  }

  get(name: string): Said {
    const said = this.said.get(name);
    if (said === undefined) throw new Error(`nobody said ${name}`);
    return said;
  }

  /** The same ceremony before this packet was said, in the attempt that it is about. */
  before(name: string): Walk {
    const walk = new Walk(this.plan, this.seed);
    walk.attempt = this.get(name).header.attempt;
    for (const [other, said] of this.said) {
      if (other === name) break;
      walk.said.set(other, said);
    }
    return walk;
  }

  view(without: readonly string[] = [], more: readonly Said[] = []): View {
    const packets = [...this.said].flatMap(([name, { packet }]) => (without.includes(name) ? [] : [packet]));
    return evaluate(this.plan, [...packets, ...more.map(({ packet }) => packet)], this.#memo);
  }

  get current(): AttemptView {
    return this.view().current;
  }

  propose(who: Person): void {
    this.say('proposal', who, 'proposal', {
      plan: this.plan.encoded,
      key: ceremonyKeyHash(drawn('vectors ceremony key')(32)),
    });
  }

  dealBody(who: Person, share: readonly Uint8Array[] | null, vote: Vote | null, seed = ''): [DealBody, string[]] {
    const { attempt } = this.current;
    const dealer = attempt.dealers.find(({ participant }) => participant.name === who.name);
    if (dealer === undefined) throw new Error(`${who.name} does not deal`);
    const approvals = [...this.view().approvals.values()].map(({ digest }) => digestBytes(digest));
    const { random, draws } = recorded(`${this.seed} deal ${who.name} ${seed}`);
    const body = draftDeal({ plan: this.plan, attempt, dealer, shares: share, vote, approvals, random });
    return [body, draws];
  }

  deal(who: Person, share: readonly Uint8Array[] | null = null, vote: Vote | null = null): void {
    const [body, draws] = this.dealBody(who, share, vote);
    this.say(`deal of ${who.name}`, who, 'deal', body, draws);
  }

  accept(who: Person, card: Card = renewed(who)): void {
    const { attempt, transcript } = this.current;
    const receiver = this.plan.receivers.find(({ name }) => name === who.name);
    const sealedTo = attempt.prekeys[(receiver?.newIndex ?? 0) - 1];
    const prekey = who.prekeys.find((own) => equalBytes(own.public, sealedTo ?? own.secret));
    if (transcript === null || receiver === undefined || prekey === undefined) throw new Error('nothing to accept');
    const opened = receive(this.plan, attempt, transcript, receiver.newIndex, prekey.secret);
    if (opened.share === null) throw new Error('a bad box');
    const { random, draws } = recorded(`${this.seed} acceptance ${who.name}`);
    const { body, nonces } = draftAcceptance({
      plan: this.plan,
      attempt,
      transcript,
      index: receiver.newIndex,
      share: opened.share,
      card,
      tool: this.plan.tool,
      random,
    });
    this.kept.set(who.name, { index: receiver.newIndex, share: opened.share, nonces });
    this.say(`acceptance of ${who.name}`, who, 'acceptance', body, draws);
  }

  activate(who: Person): void {
    const { turn } = this.current;
    const kept = this.kept.get(who.name);
    if (turn === null || kept === undefined) throw new Error('nothing to activate');
    const nonces = kept.nonces.map((secret) => new Uint8Array(secret));
    this.say(`activation of ${who.name}`, who, 'activation', draftActivation(turn, kept.index, kept.share, nonces));
  }

  close(who: Person, none: 'joiner' | 'lost' = 'joiner'): void {
    const { proof } = this.current;
    if (proof === null) throw new Error('nothing is proven');
    const old = this.plan.byIdentity.get(who.card.identity)?.oldIndex ?? null;
    this.say(`closing of ${who.name}`, who, 'closing', {
      transcript: proof.link.transcript,
      turn: proof.turn.hash,
      oldShare: old === null ? { state: 'none', why: none } : { state: 'wrapping-key-deleted', why: 'proven' },
      invalid: [],
      recorded: [],
    });
  }
}
