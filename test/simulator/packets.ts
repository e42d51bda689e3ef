import { toHex } from '../../src/bytes/hex.ts';
import { openPacket } from '../../src/ceremony/envelope.ts';
import type { AnyPacket } from '../../src/ceremony/kinds.ts';
import { digestOf } from '../../src/ceremony/packet.ts';
import type { Plan } from '../../src/ceremony/plan.ts';
import type { Ceremonies } from '../../src/vault/ceremonies.ts';

/** A packet as a simulation knows it: read once, and known by a small number from then on. */
export interface Known {
  readonly number: number;
  readonly file: Uint8Array;
  readonly packet: AnyPacket;
  /** What it commits its author to: an honest author never says two packets that have one of these in common. */
  readonly once: readonly string[];
}

/** Every packet that was ever said in a simulation. */
export class Packets {
  readonly all: Known[] = [];
  readonly #byName = new Map<string, Known>();
  readonly #byDigest = new Map<string, Known>();
  readonly #plans = new Map<string, Plan>();

  get(number: number): Known {
    return this.all[number] as Known;
  }

  digest(digest: string): Known | undefined {
    return this.#byDigest.get(digest);
  }

  /** In an order that does not depend on what was said first in this simulation: the proposals come in it as well. */
  files(set: readonly number[]): Uint8Array[] {
    return set
      .map((number) => this.get(number))
      .sort((a, b) => (a.packet.digest < b.packet.digest ? -1 : 1))
      .map(({ file }) => file);
  }

  planOf(packet: AnyPacket): Plan {
    return this.#plans.get(toHex(packet.ceremony)) as Plan;
  }

  /** What a machine holds, as a set of numbers in order. */
  heldBy(ceremonies: Ceremonies): number[] {
    const held = ceremonies.all().flatMap(({ record, plan, view }) => {
      this.#plans.set(plan.ceremony, plan);
      const proposal = toHex(record.proposal);
      return ceremonies.vault.kept(plan.ceremony).files.flatMap(({ name, bytes }) => {
        const known = this.#byName.get(name);
        if (known !== undefined) return [known.number];
        const digest = name === proposal ? null : digestOf(openPacket(plan.id, record.key, bytes));
        const packet = view.packets.find((one) => (digest === null ? one.kind === 'proposal' : one.digest === digest));
        return packet === undefined ? [] : [this.#take(name, bytes, packet).number];
      });
    });
    return [...new Set(held)].sort((a, b) => a - b);
  }

  #take(name: string, file: Uint8Array, packet: AnyPacket): Known {
    // sealed anew by somebody it is still the same statement
    const known = this.#byDigest.get(packet.digest) ?? {
      number: this.all.length,
      file,
      packet,
      once: saidOnce(packet),
    };
    if (known.number === this.all.length) this.all.push(known);
    this.#byName.set(name, known);
    this.#byDigest.set(packet.digest, known);
    return known;
  }
}

/**
 * Written from the protocol and not from the product's own slots, so that a slot that is wrong there is seen here: a
 * receiver answers an attempt once, a dealer deals or refuses once, a vote has one place, a nonce signs once.
 */
function saidOnce(packet: AnyPacket): string[] {
  const attempt = toHex(packet.attempt);
  switch (packet.kind) {
    case 'deal': {
      const { vote } = packet.body;
      return [`deals ${attempt}`, ...(vote === null ? [] : [`votes ${toHex(vote.parent)} ${vote.slot}`])];
    }
    case 'endorsement':
      return [`endorses ${attempt}`, `votes ${toHex(packet.body.vote.parent)} ${packet.body.vote.slot}`];
    case 'acceptance':
    case 'complaint':
      return [`answers ${attempt}`];
    case 'refusal':
      if (packet.body.as === 'receiver') return [`answers ${attempt}`];
      if (packet.body.as === 'dealer') return [`deals ${attempt}`];
      return [`refuses ${attempt} as ${packet.body.as}`];
    case 'activation':
      return [`signs turn 0 of ${attempt}`, ...packet.body.certificate.map((digest) => `signs with ${toHex(digest)}`)];
    case 'reprove':
      return [`calls ${attempt} ${packet.body.number}`];
    case 'commitment':
      return [`commits to ${toHex(packet.body.call)}`];
    case 'signature': {
      const { call, commitments } = packet.body;
      return [`signs ${toHex(call)}`, ...commitments.map((digest) => `signs with ${toHex(digest)}`)];
    }
    case 'closing':
    case 'release':
      return [`${packet.kind} ${attempt}`];
    case 'proposal':
    case 'approval':
      return [`${packet.kind} ${toHex(packet.ceremony)}`];
    case 'amendment':
      return [`amends ${toHex(packet.ceremony)} ${packet.body.number}`];
    default:
      return [`${packet.kind} ${packet.digest}`];
  }
}
