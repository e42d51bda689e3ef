import type { Judge } from './invariants.ts';
import type { World } from './world.ts';

type Decision = 'refuse' | 'reprove' | 'release' | 'salvage';

/**
 * Whether there is a way to an end from anywhere: everybody who is there hears everything, and where that is not enough
 * operators say no, give up what can be given up, and at the very last salvage what a member that is gone has blocked.
 * An end is a committee that has proven itself and that everybody has closed on, or the old one with nothing that
 * stands against another plan.
 */
export class Progress {
  readonly #world: World;
  readonly #judge: Judge;
  readonly #ceremonies: readonly string[];
  /** Whether the ceremony has to come to its good end by visits alone: nobody says no, and nobody is gone. */
  readonly #unhindered: boolean;
  readonly #settled = new Map<string, readonly number[]>();
  readonly #verdicts = new Map<string, string | null>();

  /** Of everybody, also of those who are gone. */
  readonly #names: readonly string[];

  constructor(
    world: World,
    judge: Judge,
    names: readonly string[],
    ceremonies: readonly string[],
    unhindered: boolean,
  ) {
    this.#names = names;
    this.#world = world;
    this.#judge = judge;
    this.#ceremonies = ceremonies;
    this.#unhindered = unhindered;
  }

  /** Why machines that are all there, in these states, can come to no end any more; nothing if they can. */
  stuck(present: readonly number[], vanished: boolean): string | null {
    const settled = this.#settle(present);
    const key = `${settled.join(' ')} ${vanished}`;
    const known = this.#verdicts.get(key);
    if (known !== undefined) return known;
    const verdict = this.#verdict(settled, vanished);
    this.#verdicts.set(key, verdict);
    return verdict;
  }

  #verdict(settled: readonly number[], vanished: boolean): string | null {
    const first = this.#open(settled, this.#unhindered);
    if (first === null || this.#unhindered) return first;
    let now = settled;
    const once: Decision[] = [
      'refuse',
      ...(vanished ? (['reprove'] as const) : []),
      ...settled.map(() => 'release' as const),
      ...(vanished ? (['salvage'] as const) : []),
    ];
    // an attempt that is given up may lay open another one, which has to be given up in its turn
    for (const decision of [...once, ...once]) {
      now = this.#settle(this.#decide(now, decision));
      if (this.#open(now, false) === null) return null;
    }
    return this.#open(now, false);
  }

  /** Everybody visits with all that there is, until that changes nothing. */
  #settle(present: readonly number[]): readonly number[] {
    const chain: string[] = [];
    const now = [...present];
    for (;;) {
      const key = now.join(' ');
      const known = this.#settled.get(key);
      if (known !== undefined || chain.includes(key)) {
        const end = known ?? now;
        for (const before of [...chain, key]) this.#settled.set(before, end);
        return end;
      }
      chain.push(key);
      for (const [place, local] of now.entries()) {
        const next = this.#world.step(local, this.#union(now), { act: 'visit' })?.to ?? local;
        if (next === local) continue;
        now[place] = next;
        break;
      }
    }
  }

  #decide(present: readonly number[], decision: Decision): number[] {
    return present.map((local) =>
      this.#ceremonies.reduce((now, ceremony) => {
        const { seen, set } = this.#world.get(now);
        if (!seen.attempts.some((attempt) => attempt.ceremony === ceremony)) return now;
        const here = present.map((one) => this.#world.get(one).machine.name);
        const without = this.#names.filter((name) => !here.includes(name));
        const act = decision === 'reprove' ? { act: decision, ceremony, without } : { act: decision, ceremony };
        return this.#world.step(now, set, act)?.to ?? now;
      }, local),
    );
  }

  #union(present: readonly number[]): number {
    const { sets } = this.#world;
    return present.reduce((union, local) => sets.union(union, this.#world.get(local).set), sets.empty);
  }

  /** What is still open, or nothing. */
  #open(settled: readonly number[], mustComplete: boolean): string | null {
    const all = settled.map((local) => this.#world.get(local).seen);
    const [proven, second] = this.#judge.proven(this.#union(settled));
    if (second !== undefined) return 'two committees of one epoch come about';
    if (proven !== undefined) {
      // whoever is of that plan knows of it by now
      const late = all.find((one) => one.attempts.some(({ attempt }) => attempt === proven) && !one.closed.has(proven));
      return late === undefined ? null : 'a committee is proven, and not everybody can close on it';
    }
    if (mustComplete) return 'nobody has anything left to do, and no committee is proven';
    for (const { voted, attempts, shares } of all) {
      const alive = attempts.find(({ attempt, dead }) => voted.includes(attempt) && !dead);
      if (alive !== undefined) return 'an attempt can neither be completed nor given up';
      if (
        shares.some(({ epoch }) => epoch === 0) &&
        !shares.some(({ epoch, state }) => epoch === 0 && state === 'active')
      )
        return 'the old share is not the active one again';
    }
    return null;
  }
}
