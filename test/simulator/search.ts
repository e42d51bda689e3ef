import { quorumOf } from '../../src/ceremony/plan.ts';
import { type Founding, found } from './founding.ts';
import { type Cast, Judge, stepWrong } from './invariants.ts';
import type { Seen } from './looking.ts';
import type { Act } from './machine.ts';
import { Progress } from './progress.ts';
import { told } from './story.ts';
import { type Cut, type Step, World } from './world.ts';

/*
 * Every order of visits, every knowledge and every power cut of a small committee. A state of the world is the state of
 * every machine; states that were come to in two ways are one. What a machine does is what the product does.
 */

export interface Situation extends Founding {
  readonly name: string;
  /** What operators may decide at any time, besides visiting. */
  readonly decisions: readonly ('refuse' | 'release' | 'amend' | 'reprove')[];
  /** How many power cuts there may be, in all. */
  readonly cuts: number;
  /** Who may vanish for ever at any moment: at most one of these does. */
  readonly vanishing: readonly string[];
  /** Who has two vaults of one identity, each with a history of its own, and shows each to whom it likes. */
  readonly liar: string | null;
  /** Whether any single packet may come to anybody at any time, from an old copy of a stick, besides all that somebody has. */
  readonly piecewise?: boolean;
  /** Too large for every test run: `npm run simulate -- --search` looks through it. */
  readonly long?: boolean;
}

export interface Searched {
  readonly situation: string;
  readonly states: number;
  readonly transitions: number;
  /** States of single machines, and how often the product's code ran to find them. */
  readonly locals: number;
  readonly runs: number;
  /** Of a processor. */
  readonly seconds: number;
  readonly ends: number;
  /** What went wrong, after the fewest steps in which it can. */
  readonly violation: { readonly what: string; readonly story: readonly string[] } | null;
}

/** One step of the world, as it is told. */
export interface Move {
  readonly place: number;
  readonly act: Act | { readonly act: 'vanish' };
  /** Whose packets were brought: all that a machine has, or a single one. */
  readonly from: number | { readonly packet: number } | null;
  readonly cut: Cut;
}

export function search(situation: Situation, most = Number.POSITIVE_INFINITY): Searched {
  return new Search(situation, most).run();
}

class Search {
  readonly #situation: Situation;
  readonly #most: number;
  readonly #world = new World();
  readonly #names: string[] = [];
  readonly #judge: Judge;
  readonly #progress: Progress | null;
  readonly #ceremonies: readonly string[];
  readonly #vanishing: readonly number[];
  readonly #liars: readonly boolean[];
  readonly #start: readonly number[];
  /** A state: the state of each machine, and then who vanished, or -1. */
  readonly #states: Int32Array[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #parents: number[] = [];
  readonly #moves: (Move | null)[] = [];
  readonly #judged = new Map<Step, string | null>();
  #transitions = 0;

  constructor(situation: Situation, most: number) {
    this.#situation = situation;
    this.#most = most;
    const { machines, ceremonies } = found(situation);
    this.#ceremonies = ceremonies;
    const all = machines.flatMap((machine) =>
      machine.name === situation.liar
        ? [
            { ...machine, twin: 1 },
            { ...machine, twin: 2 },
          ]
        : [machine],
    );
    this.#names = all.map(({ name, twin }) => (twin === 0 ? name : `${name} (vault ${twin})`));
    this.#start = [...all.map((machine, place) => this.#world.enter(place, machine)), -1];
    this.#liars = all.map(({ twin }) => twin > 0);
    this.#vanishing = all.flatMap(({ name }, place) => (situation.vanishing.includes(name) ? [place] : []));
    const identities = this.#start.slice(0, -1).map((local) => this.#world.get(local).seen.identity);
    const away = (situation.liar === null ? 0 : 1) + (situation.vanishing.length > 0 ? 1 : 0);
    const cast: Cast = {
      liars: new Set(identities.filter((_, place) => this.#liars[place])),
      enough: situation.old.length - away >= situation.threshold,
    };
    this.#judge = new Judge(this.#world, cast);
    const unhindered = situation.decisions.length + situation.vanishing.length === 0 && ceremonies.length === 1;
    const left = situation.old.length - (situation.vanishing.length > 0 ? 1 : 0);
    this.#progress =
      situation.liar === null && left >= quorumOf(situation.threshold, situation.old.length)
        ? new Progress(this.#world, this.#judge, this.#names, ceremonies, unhindered)
        : null;
  }

  run(): Searched {
    const began = process.cpuUsage();
    let violation: Searched['violation'] = null;
    this.#enter(this.#start, -1, null);
    let ends = 0;
    for (let at = 0; at < this.#states.length && violation === null && this.#states.length < this.#most; at++) {
      const before = this.#states.length + this.#transitions;
      const what = this.#expand(at);
      if (what !== null) violation = { what, story: this.#story(this.#states.length - 1) };
      if (this.#states.length + this.#transitions === before) ends++;
    }
    return {
      situation: this.#situation.name,
      states: this.#states.length,
      transitions: this.#transitions,
      locals: this.#world.locals.length,
      runs: this.#world.runs,
      seconds: process.cpuUsage(began).user / 1e6,
      ends,
      violation,
    };
  }

  /** Every step from a state; what is wrong with the last one that was entered, or nothing. */
  #expand(at: number): string | null {
    const state = this.#states[at] as Int32Array;
    const machines = state.length - 1;
    const vanished = state[machines] as number;
    let cuts = this.#situation.cuts;
    for (let place = 0; place < machines; place++) cuts -= this.#world.get(state[place] as number).machine.cuts;
    for (let place = 0; place < machines; place++) {
      if (place === vanished) continue;
      const local = this.#world.get(state[place] as number);
      const tried = new Set<number>();
      for (const { set, from } of this.#brought(state, place, vanished)) {
        if (tried.has(set)) continue;
        tried.add(set);
        const what = this.#take(at, { place, act: { act: 'visit' }, from, cut: null }, set);
        if (what !== null) return what;
        for (let commit = 0; cuts > 0; commit++) {
          let places = 0;
          for (const written of [false, true]) {
            const cut = { commit, written };
            if (this.#world.step(local.number, set, { act: 'visit' }, cut) === null) continue;
            places++;
            const broken = this.#take(at, { place, act: { act: 'visit' }, from, cut }, set);
            if (broken !== null) return broken;
          }
          if (places === 0) break;
        }
      }
      for (const act of this.#decisions(place, local.seen)) {
        const what = this.#take(at, { place, act, from: null, cut: null }, local.set);
        if (what !== null) return what;
      }
    }
    if (vanished < 0) {
      for (const place of this.#vanishing) {
        const next = [...state.subarray(0, machines), place];
        const what = this.#enter(next, at, { place, act: { act: 'vanish' }, from: null, cut: null });
        if (what !== null) return what;
      }
    }
    return null;
  }

  /** What may be brought to a machine: all that one of those who are there has, or its own alone, or single packets. */
  *#brought(state: Int32Array, place: number, vanished: number): Generator<{ set: number; from: Move['from'] }> {
    const { sets } = this.#world;
    const setOf = (other: number): number => this.#world.get(state[other] as number).set;
    const own = setOf(place);
    let pool = own;
    for (let other = 0; other < state.length - 1; other++) {
      pool = sets.union(pool, setOf(other));
      if (other !== vanished) yield { set: sets.union(own, setOf(other)), from: other === place ? null : other };
    }
    if (this.#situation.piecewise !== true) return;
    const held = new Set(sets.get(own));
    for (const packet of sets.get(pool))
      if (!held.has(packet)) yield { set: sets.union(own, sets.of([packet])), from: { packet } };
  }

  /** What an operator of a machine may decide besides visiting. */
  #decisions(place: number, seen: Seen): Act[] {
    const known = this.#ceremonies.flatMap((ceremony, plan) =>
      seen.attempts.some((attempt) => attempt.ceremony === ceremony) ? [{ ceremony, plan }] : [],
    );
    return this.#situation.decisions.flatMap((act) =>
      known.flatMap(({ ceremony, plan }): Act[] => {
        if (act === 'refuse' || act === 'release') return [{ act, ceremony }];
        const { by, members } = this.#situation.plans[plan] as Situation['plans'][number];
        // one amendment, and one call of each machine: what more of them come to is a question for walks
        if (act === 'reprove' && seen.called) return [];
        const attempts = seen.attempts.filter((attempt) => attempt.ceremony === ceremony);
        if (act === 'amend' && (by !== this.#names[place] || attempts.length > 1)) return [];
        if (act === 'amend')
          return [[], ...this.#situation.old.map((name) => [name])].map((without) => ({ act, ceremony, without }));
        return members.map((name) => ({ act, ceremony, without: [name] }));
      }),
    );
  }

  #take(at: number, move: Move & { readonly act: Act | { act: 'vanish' } }, set: number): string | null {
    if (move.act.act === 'vanish') return null;
    const state = this.#states[at] as Int32Array;
    const before = state[move.place] as number;
    const step = this.#world.step(before, set, move.act, move.cut);
    if (step === null || (step.to === before && step.report.problem === null)) return null;
    if (step.to === before && !/^VAULT_|^UNFORESEEN/.test(step.report.problem ?? '')) return null;
    this.#transitions++;
    const next = state.slice();
    next[move.place] = step.to;
    const broken = this.#liars[move.place] === true ? null : this.#stepWrong(before, step);
    if (broken === null) return this.#enter(next, at, move);
    this.#push(next, at, move);
    return `${this.#names[move.place]} ${broken}`;
  }

  /** A step of one machine is part of many steps of the world. */
  #stepWrong(before: number, step: Step): string | null {
    const known = this.#judged.get(step);
    if (known !== undefined) return known;
    const { packets } = this.#world;
    const wrong = stepWrong(packets, this.#world.get(before).seen, this.#world.get(step.to).seen, step.report);
    this.#judged.set(step, wrong);
    return wrong;
  }

  #push(state: ArrayLike<number>, parent: number, move: Move | null): void {
    this.#states.push(Int32Array.from(state));
    this.#parents.push(parent);
    this.#moves.push(move);
  }

  #enter(state: ArrayLike<number>, parent: number, move: Move | null): string | null {
    const key = keyOf(state);
    if (this.#numbers.has(key)) return null;
    this.#numbers.set(key, this.#states.length);
    this.#push(state, parent, move);
    const machines = state.length - 1;
    const all = Array.from({ length: machines }, (_, place) => state[place] as number);
    const present = all.filter((_, place) => place !== state[machines] && this.#liars[place] !== true);
    return (
      this.#judge.wrong(all, present, false) ?? this.#progress?.stuck(present, (state[machines] as number) >= 0) ?? null
    );
  }

  #story(end: number): string[] {
    const path: number[] = [];
    for (let at = end; at > 0; at = this.#parents[at] as number) path.unshift(at);
    return path.map((at) => {
      const move = this.#moves[at] as Move;
      const state = this.#states[this.#parents[at] as number] as Int32Array;
      return told(this.#world, this.#names, state, move);
    });
  }
}

/** Two characters a machine: millions of these are kept. */
function keyOf(state: ArrayLike<number>): string {
  let key = '';
  for (let at = 0; at < state.length; at++) {
    const number = (state[at] as number) + 1;
    key += String.fromCharCode(number & 0x7fff, number >> 15);
  }
  return key;
}
