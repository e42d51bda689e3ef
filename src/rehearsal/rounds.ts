import type { Question } from './party.ts';
import { newTally, type Part, type Stop, type Tally, type Told } from './stage.ts';

/** Where the sticks are, at whose machine they stop, and what is counted there. */
export class Rounds {
  readonly tallies: Readonly<Record<Part, Tally>> = { setup: newTally(), measured: newTally() };
  /** Where each is, as a folder. The first is the one that is meant where none is named. */
  readonly sticks: ReadonlyMap<string, string>;
  readonly #tell: (told: Told) => void;
  readonly #where = new Map<string, string>();
  #part: Part = 'setup';
  #stop: Stop | null = null;

  constructor(sticks: ReadonlyMap<string, string>, tell: (told: Told) => void) {
    this.sticks = sticks;
    this.#tell = tell;
  }

  /** Goes on where the set-up of others ended. */
  goOn(from: Rounds): void {
    Object.assign(this.tallies.setup, from.tallies.setup);
    for (const [stick, who] of from.#where) this.#where.set(stick, who);
  }

  get part(): Part {
    return this.#part;
  }

  get main(): string {
    return this.sticks.keys().next().value as string;
  }

  path(stick = this.main): string {
    return this.sticks.get(stick) as string;
  }

  /** At whose machine the first stick is, if it was at any. */
  get here(): string | undefined {
    return this.#where.get(this.main);
  }

  /** What is counted starts anew, and so does the stop where the stick happens to be. */
  begin(part: Part): void {
    this.#part = part;
    this.#tell({ begins: part });
  }

  /** One visit is one stop of the stick, whatever is run there. */
  arrive(who: string, sticks: readonly string[] = [this.main]): Stop {
    if (this.#stop?.who === who && sticks.every((stick) => this.#where.get(stick) === who)) return this.#stop;
    this.leave(who);
    for (const stick of sticks) this.#where.set(stick, who);
    const tally = this.tallies[this.#part];
    tally.visits++;
    const fresh = { deeds: [], remarks: [], prompts: 0, in: 0, out: 0 };
    const stop: Stop = { part: this.#part, number: tally.visits, who, sticks, ...fresh };
    this.#stop = stop;
    return stop;
  }

  /** Where this machine is visited anyway, with whatever sticks, nothing has to arrive. */
  stay(who: string): Stop {
    return this.#stop?.who === who ? this.#stop : this.arrive(who);
  }

  leave(to: string | null): void {
    if (this.#stop !== null) this.#tell({ stop: this.#stop, to });
    this.#stop = null;
  }

  /** One command, and what it asked. */
  count(questions: readonly Question[]): void {
    const tally = this.tallies[this.#part];
    tally.commands++;
    tally.prompts += questions.length;
    if (this.#stop !== null) this.#stop.prompts += questions.length;
    const put = (purpose: Question['purpose']): Question[] => questions.filter((one) => one.purpose === purpose);
    tally.passphrases += put('passphrase').length;
    tally.questions += put('other').length;
    tally.consents += put('proposal').length + new Set(put('phrase').map(({ about }) => about)).size;
  }
}
