import { toHex } from '../../src/bytes/hex.ts';
import type { Held, Seen } from './looking.ts';
import type { Report } from './machine.ts';
import type { Packets } from './packets.ts';
import type { World } from './world.ts';

/*
 * What must hold, in words that do not use the product's own judgement where it is that judgement that is asked about:
 * who signed is counted from packets, and what was destroyed is seen from what is missing.
 */

/** What is wrong with a step of an honest machine, or nothing. */
export function stepWrong(packets: Packets, before: Seen, after: Seen, report: Report): string | null {
  return (
    unexpected(report) ??
    lost(packets, before, after) ??
    saidTwice(packets, after) ??
    spokenFirst(packets, after) ??
    nonceKept(packets, after) ??
    (after.oldCopy && !before.oldCopy ? 'takes itself for an old copy, and is none' : null)
  );
}

/** Codes that say that a vault or its disk is broken: no step of ours breaks one. */
function unexpected({ problem, holds }: Report): string | null {
  const broken = [...holds, ...(problem === null ? [] : [problem])].find((code) =>
    /^(VAULT_(DAMAGED|FAILING|FULL|NEWER)|UNFORESEEN|SHARE_MISMATCH)/.test(code),
  );
  return broken === undefined ? null : `stops with ${broken}`;
}

/** Safety (a) and rule 7: no share goes before the proof that makes it worthless. */
function lost(packets: Packets, before: Seen, after: Seen): string | null {
  const broken = after.shares.find(({ sound }) => !sound);
  if (broken !== undefined) return `holds a share of epoch ${broken.epoch} that cannot be read`;
  if (after.shares.filter(({ state }) => state === 'active').length > 1) return 'has two active shares of one key';
  const gone = before.shares.filter(
    (share) => !after.shares.some(({ committee, index }) => committee === share.committee && index === share.index),
  );
  for (const share of gone) {
    const why = mayGo(packets, share, after);
    if (why !== null) return `destroyed its share of epoch ${share.epoch} ${why}`;
  }
  return null;
}

function mayGo(packets: Packets, share: Held, after: Seen): string | null {
  const turns = completeTurns(packets, after.packets);
  // another attempt of the same epoch has won, and this share was never signed for
  if (turns.some(({ epoch, attempt }) => epoch === share.epoch && attempt !== share.attempt))
    return share.signed ? 'although it had signed for it' : null;
  const [later] = turns.filter(({ epoch }) => epoch > share.epoch).sort((a, b) => b.signers - a.signers);
  if (later === undefined) return 'before any proof of life';
  const least = Math.min(later.members, later.threshold + 1);
  if (later.signers < least) return `on a proof of life of ${later.signers} where it takes ${least}`;
  if (later.threshold === later.members) return 'although all of the new committee have to sign';
  const mine = later.receivers.includes(after.identity);
  if (mine && !after.shares.some(({ attempt, sound }) => attempt === later.attempt && sound))
    return 'and does not have the new one';
  return null;
}

export interface Turn {
  readonly attempt: string;
  readonly epoch: number;
  readonly threshold: number;
  readonly members: number;
  readonly receivers: readonly string[];
  readonly signers: number;
}

/** Turns that all named signers signed, counted from the packets alone. */
export function completeTurns(packets: Packets, held: readonly number[]): Turn[] {
  const found = new Map<string, { turn: Omit<Turn, 'signers'>; authors: Set<string>; named: number }>();
  for (const number of held) {
    const { packet } = packets.get(number);
    if (packet.kind !== 'activation' && packet.kind !== 'signature') continue;
    const { body } = packet;
    const named = 'certificate' in body ? body.certificate : body.commitments;
    const key = ['certificate' in body ? body.transcript : body.call, ...named].map(toHex).join(' ');
    const plan = packets.planOf(packet);
    const known = found.get(key) ?? {
      turn: {
        attempt: toHex(packet.attempt),
        epoch: plan.epoch.to,
        threshold: plan.threshold,
        members: plan.receivers.length,
        receivers: plan.receivers.map(({ identity }) => identity),
      },
      authors: new Set<string>(),
      named: named.length,
    };
    known.authors.add(packet.identity);
    found.set(key, known);
  }
  return [...found.values()]
    .filter(({ authors, named }) => authors.size === named)
    .map(({ turn, authors }) => ({ ...turn, signers: authors.size }));
}

/** Safety (b) and (c): nobody honest contradicts itself, and no nonce signs twice. */
function saidTwice(packets: Packets, after: Seen): string | null {
  const own = after.packets
    .map((number) => packets.get(number))
    .filter(({ packet }) => packet.identity === after.identity);
  const said = new Set<string>();
  for (const { once } of own) {
    for (const one of once) {
      if (said.has(one)) return `said two things where it may say one: ${one.replace(/[0-9a-f]{64}/g, shortened)}`;
      said.add(one);
    }
  }
  for (const { packet } of own) {
    if (packet.kind !== 'release') continue;
    const listed = new Set(packet.body.signed.map(({ packet: signed }) => toHex(signed)));
    const unlisted = own.some(
      (other) =>
        (other.packet.kind === 'activation' || other.packet.kind === 'signature') &&
        toHex(other.packet.attempt) === toHex(packet.attempt) &&
        !listed.has(other.packet.digest),
    );
    if (unlisted) return 'gave an attempt up without listing what it had signed';
  }
  return null;
}

function shortened(hex: string): string {
  return hex.slice(0, 8);
}

/** Write first, speak second: what of mine lies among the packets to be carried, the journal knows. */
function spokenFirst(packets: Packets, after: Seen): string | null {
  const unknown = after.packets
    .map((number) => packets.get(number).packet)
    .find(({ identity, digest }) => identity === after.identity && !after.said.has(digest));
  return unknown === undefined ? null : `laid down a ${unknown.kind} that its journal does not know`;
}

/** Row 17: a nonce is erased in the step that stores the signature, and all of an attempt's with its release. */
function nonceKept(packets: Packets, after: Seen): string | null {
  for (const number of after.packets) {
    const { packet } = packets.get(number);
    if (packet.identity !== after.identity) continue;
    const attempt = toHex(packet.attempt);
    const erased = (nonce: string): boolean =>
      packet.kind === 'activation'
        ? nonce === `${attempt} 0`
        : packet.kind === 'signature'
          ? nonce === `${attempt} ${toHex(packet.body.call)}`
          : packet.kind === 'release' && nonce.startsWith(attempt);
    if (after.nonces.some(erased)) return `still has the nonces of what it said: ${packet.kind}`;
  }
  return null;
}

/** Who is who in a world, as far as it is judged. */
export interface Cast {
  /** Identities that lie, or whose old vault came back. */
  readonly liars: ReadonlySet<string>;
  /** Whether what is left of the old committee without those who vanish is still enough for the key to be safe. */
  readonly enough: boolean;
}

/** What is asked of a state of the whole world, with whatever can be known of one machine looked up and not repeated. */
export class Judge {
  readonly #world: World;
  readonly #cast: Cast;
  readonly #committees = new Map<string, number>();
  readonly #thresholds: number[] = [];
  readonly #shares: (readonly { readonly committee: number; readonly index: number }[])[] = [];
  readonly #proven = new Map<number, readonly string[]>();
  readonly #blames: (string | null)[] = [];

  constructor(world: World, cast: Cast) {
    this.#world = world;
    this.#cast = cast;
  }

  /** What is wrong with machines in these states, or nothing. `present` are those that answer and do not lie. */
  wrong(all: readonly number[], present: readonly number[], overridden: boolean): string | null {
    if (this.#cast.enough && !this.#usable(present)) return 'no epoch has enough shares any more';
    const { sets } = this.#world;
    const said = all.reduce((union, local) => sets.union(union, this.#world.get(local).set), sets.empty);
    const proven = this.proven(said);
    if (proven.length > 1 && !convicted(this.#world.packets, sets.get(said), this.#cast.liars))
      return 'two committees of one epoch are proven';
    // also, and above all, where somebody lies
    const blame = all.map((local) => this.#blame(local)).find((one) => one !== null);
    if (blame !== undefined) return blame;
    if (this.#cast.liars.size > 0 || overridden || proven.length === 0) return null;
    const attempts = all.flatMap((local) => this.#world.get(local).seen.attempts);
    return attempts.some(({ dead, attempt }) => dead && proven.includes(attempt))
      ? 'an attempt is dead for one and proven for another'
      : null;
  }

  /** Attempts of which a complete turn has been said, by anybody to anybody. */
  proven(said: number): readonly string[] {
    const known = this.#proven.get(said);
    if (known !== undefined) return known;
    const turns = completeTurns(this.#world.packets, this.#world.sets.get(said));
    const proven = [...new Set(turns.map(({ attempt }) => attempt))];
    this.#proven.set(said, proven);
    return proven;
  }

  #usable(present: readonly number[]): boolean {
    const counts = new Map<number, number>();
    for (const local of present) {
      for (const { committee } of this.#sharesOf(local)) {
        const left = (counts.get(committee) ?? (this.#thresholds[committee] as number)) - 1;
        if (left === 0) return true;
        counts.set(committee, left);
      }
    }
    return false;
  }

  /** One machine has one share of a committee. */
  #sharesOf(local: number): readonly { readonly committee: number; readonly index: number }[] {
    const known = this.#shares[local];
    if (known !== undefined) return known;
    const shares = this.#world.get(local).seen.shares.filter(({ sound }) => sound);
    const found = shares.map(({ committee, index, threshold }) => {
      const number = this.#committees.get(committee) ?? this.#thresholds.push(threshold) - 1;
      this.#committees.set(committee, number);
      return { committee: number, index };
    });
    this.#shares[local] = found;
    return found;
  }

  #blame(local: number): string | null {
    const known = this.#blames[local];
    if (known !== undefined) return known;
    const { faults, alarms } = this.#world.get(local).seen;
    const { liars } = this.#cast;
    // an alarm that names nobody is what two proven committees are, and those a liar can make
    const fair = (author: string): boolean => liars.has(author) || (author === '' && liars.size > 0);
    const blame = [...faults, ...alarms].some((author) => !fair(author)) ? 'somebody honest is named as a liar' : null;
    this.#blames[local] = blame;
    return blame;
  }
}

/** Whether the packets show to anybody that a liar said two things. */
function convicted(packets: Packets, said: readonly number[], liars: ReadonlySet<string>): boolean {
  const seen = new Set<string>();
  for (const number of said) {
    const { packet, once } = packets.get(number);
    if (!liars.has(packet.identity)) continue;
    for (const one of once) {
      if (seen.has(`${packet.identity} ${one}`)) return true;
      seen.add(`${packet.identity} ${one}`);
    }
  }
  return false;
}
