import type { FaultPlan } from '../../src/media/faults.ts';
import { looking, type Seen } from './looking.ts';
import { type Act, home, type Machine, play, type Report, within } from './machine.ts';
import { Packets } from './packets.ts';
import { Secrets } from './secrets.ts';
import { Sets } from './sets.ts';

/** A machine in one of its states: a number in a state of the world. */
export interface Local {
  readonly number: number;
  /** Whose it is: the place of its machine in the world. */
  readonly place: number;
  readonly machine: Machine;
  readonly seen: Seen;
  /** What it holds. */
  readonly set: number;
  /** Its state apart from what it holds, by number; what a visit comes to depends on this and on what is there then. */
  readonly state: number;
}

export interface Step {
  readonly to: number;
  readonly report: Report;
}

/** Where the power goes in a visit: before or after the n-th step that the vault writes down. */
export type Cut = { readonly commit: number; readonly written: boolean } | null;

/**
 * What machines do, remembered: the product's own code runs once for each state of one machine and what it is brought,
 * however many states of the whole world that is part of.
 */
export class World {
  readonly packets = new Packets();
  readonly sets = new Sets();
  readonly locals: Local[] = [];
  readonly secrets = new Secrets();
  /** All that was ever said to an operator. */
  readonly words = new Set<string>();
  /** How often the vault really ran. */
  runs = 0;
  readonly #look = looking(this.packets, this.secrets);
  readonly #states = new Map<string, number>();
  readonly #numbers = new Map<number, number>();
  readonly #places = new Map<number, readonly number[]>();
  /** By what is done, and then by state and by what is at hand. */
  readonly #steps = new Map<string, Map<number, Step | null>>();

  enter(place: number, machine: Machine): number {
    const looked = within(machine, this.#look);
    return this.#local(place, looked.machine, looked.value);
  }

  get(local: number): Local {
    return this.locals[local] as Local;
  }

  /** Somebody does something at a machine where all of `set` is at hand. Null: there is no such cut in what they do. */
  step(local: number, set: number, act: Act, cut: Cut = null): Step | null {
    const before = this.get(local);
    const all = this.sets.union(before.set, before.machine.twin === 0 ? set : this.#fit(before, set));
    const what = act.act === 'visit' && cut === null ? 'visit' : wordsOf(act, cut);
    const steps = this.#steps.get(what) ?? new Map<number, Step | null>();
    this.#steps.set(what, steps);
    const key = keyOf(before.state, all);
    const known = steps.get(key);
    if (known !== undefined) return known;
    const step = this.#play(before, all, act, cut);
    steps.set(key, step);
    return step;
  }

  #play(before: Local, all: number, act: Act, cut: Cut): Step | null {
    if (cut === null) {
      const { machine, report, seen } = this.#run(before, all, act);
      if (seen === null) return { to: before.number, report };
      return { to: this.#local(before.place, machine, seen), report };
    }
    const places = this.#commits(before, all, act);
    const place = places[cut.commit];
    if (place === undefined) return null;
    // the name is durable when the folder is synced, which is the operation after the rename
    const { machine, report } = this.#run(before, all, act, { at: cut.written ? place + 2 : place, fault: 'kill' });
    if (!report.cut) return null;
    // whoever comes next opens the vault, and that finishes what was decided
    const looked = within(machine, this.#look);
    return { to: this.#local(before.place, looked.machine, looked.value), report };
  }

  /** The operations of the disk, counted from 1, by which the vault's state becomes another. */
  #commits(before: Local, all: number, act: Act): readonly number[] {
    const key = keyOf(before.state, all);
    const known = act.act === 'visit' ? this.#places.get(key) : undefined;
    if (known !== undefined) return known;
    const { operations } = this.#run(before, all, act, { at: Number.POSITIVE_INFINITY, fault: 'kill' });
    const places = operations.flatMap((operation, at) => (isCommit(operation) ? [at + 1] : []));
    if (act.act === 'visit') this.#places.set(key, places);
    return places;
  }

  #run(before: Local, all: number, act: Act, plan?: FaultPlan) {
    this.runs++;
    const held = new Set(this.sets.get(before.set));
    const fresh = this.sets.get(all).filter((number) => !held.has(number));
    const played = play(before.machine, this.packets.files(fresh), act, this.#look, plan);
    for (const words of played.report.words) this.words.add(words);
    return played;
  }

  /** A liar's machine hears nothing of what its twin said: each would know itself for an old copy. */
  #fit(local: Local, set: number): number {
    const own = new Set(this.sets.get(local.set));
    const fitting = this.sets
      .get(set)
      .filter((number) => own.has(number) || this.packets.get(number).packet.identity !== local.seen.identity);
    return this.sets.of(fitting);
  }

  #local(place: number, machine: Machine, seen: Seen): number {
    const set = this.sets.of(seen.packets);
    const word = `${place} ${machine.twin} ${machine.cuts} ${seen.key}`;
    const state = this.#states.get(word) ?? this.#states.size;
    this.#states.set(word, state);
    const key = keyOf(state, set);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.locals.length;
    this.locals.push({ number, place, machine, seen, set, state });
    this.#numbers.set(key, number);
    return number;
  }
}

function keyOf(state: number, set: number): number {
  return state * 0x4000000 + set;
}

function isCommit({ operation, path }: { operation: string; path: string }): boolean {
  return operation === 'rename' && path === `${home}/state`;
}

function wordsOf(act: Act, cut: Cut): string {
  const power = cut === null ? '' : ` ${cut.commit} ${cut.written}`;
  switch (act.act) {
    case 'visit':
      return `visit${power}`;
    case 'amend':
    case 'reprove':
      return `${act.act} ${act.ceremony} without ${act.without.join(' ')}`;
    default:
      return `${act.act} ${act.ceremony}`;
  }
}
