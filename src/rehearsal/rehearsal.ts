import { toHex } from '../bytes/hex.ts';
import { type Phase, phases } from '../ceremony/evaluate.ts';
import { openStick } from '../courier/stick.ts';
import { makeDirectoryDurably } from '../media/durable-file.ts';
import { joinPath } from '../media/file-system.ts';
import { Vault } from '../vault/vault.ts';
import {
  type MadeBackup,
  madeIn,
  type NextJson,
  named,
  nextJson,
  notSaid,
  proposeJson,
  proposeWords,
  type Ran,
  read,
  refused,
  stuck,
  told,
} from './conversation.ts';
import { emptyFolder, filesIn, putBack } from './disk.ts';
import { Liar } from './lies/liar.ts';
import { lies } from './lies/lies.ts';
import { swapCard } from './lies/strays.ts';
import { Party, Person, Room } from './party.ts';
import { Rounds } from './rounds.ts';
import type { LieStep, Proposal, Scenario, Step } from './scenario.ts';
import { seededClock, seededRandom } from './seeded.ts';
import { type Begun, deeds, type Part, type Stage, type Stop, type Told } from './stage.ts';

/** The people of a scenario with their machines and sticks, and what they do. */
export class Rehearsal {
  readonly begun: Begun[] = [];
  readonly parties: ReadonlyMap<string, Party>;
  readonly rounds: Rounds;
  readonly #stage: Stage;
  readonly #tell: (told: Told) => void;
  readonly #clock: { now: () => number; tick: () => void };
  readonly #room = new Room();
  readonly #absent = new Set<string>();
  readonly #kept = new Map<string, ReadonlyMap<string, Uint8Array>>();
  /** The backup that somebody made last: the file, and its number. */
  readonly #backups = new Map<string, MadeBackup>();
  /** Where the program last said that the stick goes; null: it has not been asked since something was proposed. */
  #advice: readonly string[] | null = null;
  /** Of each ceremony, which machine that knows it was visited last, and what it said. */
  readonly #seen = new Map<string, { who: string; phase: Phase; stops: readonly string[] }>();

  constructor(
    scenario: Pick<Scenario, 'people' | 'sticks'>,
    stage: Stage,
    folder: string,
    seed: string | null,
    tell: (told: Told) => void,
  ) {
    this.#stage = stage;
    this.#tell = tell;
    this.#clock = seed === null ? { now: stage.now, tick: () => undefined } : seededClock();
    const { fs } = stage;
    for (const part of ['homes', 'sticks']) makeDirectoryDurably(fs, joinPath(folder, part));
    this.parties = new Map(
      scenario.people.map((name) => [
        name,
        new Party(name, folder, seed === null ? stage.random : seededRandom(seed, name)),
      ]),
    );
    const sticks = new Map(scenario.sticks.map((name) => [name, joinPath(folder, 'sticks', name)]));
    for (const path of sticks.values()) makeDirectoryDurably(fs, path);
    this.rounds = new Rounds(sticks, tell);
  }

  /** Goes on where the set-up of another rehearsal ended: the same people, on a copy of its disk. */
  goOn(from: Rehearsal): void {
    this.rounds.goOn(from.rounds);
    this.begun.push(...from.begun);
    this.#room.remember(from.#room);
    this.#advice = from.#advice;
    for (const who of from.#absent) this.#absent.add(who);
    for (const [who, copy] of from.#kept) this.#kept.set(who, copy);
    for (const [who, backup] of from.#backups) this.#backups.set(who, backup);
    for (const [who, { passphrase }] of from.parties) this.party(who).passphrase = passphrase;
    for (const [ceremony, last] of from.#seen) this.#seen.set(ceremony, last);
  }

  /** Who was visited last of those who know of a ceremony, and so knows the most. */
  lastOn(ceremony: string): Party | null {
    const seen = this.#seen.get(ceremony);
    return seen === undefined ? null : this.party(seen.who);
  }

  party(name: string): Party {
    const party = this.parties.get(name);
    if (party === undefined) throw stuck(`the stick is to go to ${name}, and nobody of that name is here`);
    return party;
  }

  /** The steps of one part. */
  async play(part: Part, steps: readonly Step[]): Promise<void> {
    this.rounds.begin(part);
    try {
      for (const step of steps) await this.#step(step);
    } finally {
      this.rounds.leave(null);
    }
  }

  async #step({ step, is }: Step): Promise<void> {
    switch (step) {
      case 'init':
        for (const who of is) await this.#init(who);
        return;
      case 'propose':
        return this.#propose(is);
      case 'walk':
        return this.#walk(is);
      case 'visit':
        await (typeof is === 'string' ? this.#visit(is) : this.#visit(is.who, is.sticks));
        return;
      case 'absent':
        for (const who of is) this.#absent.add(who);
        return;
      case 'back':
        for (const who of is) this.#absent.delete(who);
        return;
      case 'loseMachine':
        for (const who of is) this.#lose(who);
        return;
      case 'loseShare':
        for (const who of is) emptyFolder(this.#stage.fs, joinPath(this.party(who).home, 'shares'));
        return;
      case 'losePassphrase':
        for (const who of is) this.party(who).passphrase = `what ${who} takes for the passphrase`;
        return;
      case 'command':
        return this.#command(is.by, is.words, is.exit ?? 0, is.says);
      case 'lie':
        return this.#lie(is);
      case 'swapCards':
        return this.#inVault(is.by, (vault) => {
          for (const name of is.of) swapCard(vault, name, this.#clock.now());
        });
      case 'lose':
        emptyFolder(this.#stage.fs, this.rounds.path(is));
        return;
      case 'keepVault':
        this.#kept.set(is, filesIn(this.#stage.fs, this.party(is).home));
        return;
      case 'restoreVault':
        return putBack(this.#stage.fs, this.party(is).home, this.#kept.get(is) ?? new Map());
      case 'refuse':
        return this.#refuse(is.by, is.reason);
      case 'reads':
        for (const [who, words] of Object.entries(is)) await this.#reads(who, words);
    }
  }

  async #init(who: string): Promise<void> {
    const stop = this.#arrive(who);
    const ran = await this.#counted(who, ['init', '--name', who, '--stick', this.rounds.path()]);
    if (ran.status !== 0) throw refused(who, 'init', ran);
    stop.deeds.push('made a vault, left a card');
  }

  /** Out of reach for everybody: nothing that is played from here on looks there. */
  #lose(who: string): void {
    const { home } = this.party(who);
    for (let at = 1; ; at++) {
      const away = `${home}.lost-${at}`;
      if (this.#stage.fs.kind(away) !== 'absent') continue;
      this.#stage.fs.rename(home, away);
      return;
    }
  }

  async #propose(proposal: Proposal): Promise<void> {
    const { by, kind, keyset } = proposal;
    const stop = this.#arrive(by, [proposal.stick ?? this.rounds.main]);
    const instead = proposal.insteadOf === undefined ? [] : ['--instead-of', this.#begun().ceremony];
    const words = [...proposeWords(proposal), ...instead, '--stick', this.rounds.path(proposal.stick)];
    const ran = await this.#counted(by, words);
    if (ran.status !== 0) throw refused(by, 'propose', ran);
    const { ceremony } = read(proposeJson, ran, 'propose');
    this.begun.push({ part: this.rounds.part, ceremony, kind, keyset });
    this.#room.readAloud(ran.screen);
    this.#advice = null;
    stop.deeds.push(`proposed a ${kind} of ${keyset}`);
  }

  /** `next`, as often as the program gives this person something to do first. */
  async #visit(
    who: string,
    sticks: readonly string[] = [this.rounds.main],
  ): Promise<{ moved: boolean; json: NextJson }> {
    const stop = this.#arrive(who, sticks);
    const words = ['next', ...sticks.flatMap((stick) => ['--stick', this.rounds.path(stick)])];
    let moved = false;
    for (let registered = 0; ; registered++) {
      const ran = await this.#counted(who, words);
      const json = read(nextJson, ran, `next at ${who}`);
      if (ran.questions.some(({ purpose }) => purpose === 'phrase')) stop.deeds.push('consented');
      for (const { did } of json.ceremonies) stop.deeds.push(...did.map((deed) => deeds[deed] ?? deed));
      stop.in += json.synced.in;
      stop.out += json.synced.out;
      moved ||= json.synced.in + json.synced.out > 0 || json.ceremonies.some(({ did }) => did.length > 0);
      this.#heard(who, json);
      const wanted = json.holds.find(({ code }) => code === 'BACKUP_REQUIRED');
      if (wanted !== undefined && registered < 16) {
        const keyset = json.ceremonies.find(({ ceremony }) => ceremony === wanted.ceremony)?.keyset ?? '';
        await this.#command(
          who,
          ['backup', 'register', keyset, '--external', '--label', `safe ${registered + 1} of ${who}`],
          0,
        );
        continue;
      }
      for (const { file, reason } of json.rejected) stop.remarks.push(`left alone ${file}: ${reason}`);
      for (const { message } of json.holds) stop.remarks.push(`not done: ${message}`);
      if (stop.deeds.length === 0) {
        const waiting = new Set(json.ceremonies.flatMap(({ waitingFor }) => waitingFor));
        stop.remarks.push(
          waiting.size === 0 ? 'nothing to do' : `nothing to do: waiting for ${[...waiting].join(', ')}`,
        );
      }
      return { moved, json };
    }
  }

  #heard(who: string, { nextStops: stops, ceremonies }: NextJson): void {
    this.#advice = stops;
    for (const { ceremony, phase } of ceremonies) this.#seen.set(ceremony, { who, phase, stops });
  }

  /** The stick goes where the program says, like a person who does what is on the screen. */
  async #walk(goal: Phase): Promise<void> {
    const { here } = this.rounds;
    if (here === undefined) throw stuck('the stick is nowhere yet: begin with init, propose or visit');
    let phase: Phase | null = null;
    let idle = 0;
    const see = ({ moved, json }: { moved: boolean; json: NextJson }): void => {
      idle = moved ? 0 : idle + 1;
      phase = json.ceremonies.find(({ ceremony }) => ceremony === this.begun.at(-1)?.ceremony)?.phase ?? null;
    };
    if (this.#advice === null) see(await this.#visit(here));
    while (idle <= this.parties.size) {
      if (goal !== 'complete' && phase !== null && phases.indexOf(phase) >= phases.indexOf(goal)) return;
      const to = this.#goes(this.rounds.here ?? here);
      if (to === undefined) return;
      see(await this.#visit(to));
    }
  }

  /** As the program says here; or as it said elsewhere, of a ceremony that this machine has no part in. */
  #goes(here: string): string | undefined {
    const elsewhere = [...this.#seen.values()].filter(({ who, phase }) => who !== here && phase !== 'complete');
    return [...(this.#advice ?? []), ...elsewhere.flatMap(({ stops }) => stops)].find(
      (name) => name !== here && !this.#absent.has(name),
    );
  }

  async #command(who: string, words: readonly string[], exit: number, says: readonly string[] = []): Promise<void> {
    const stop = this.rounds.stay(this.party(who).name);
    const ran = await this.#counted(
      who,
      words.map((word) => this.#filled(word, who)),
    );
    if (ran.status !== exit) throw refused(who, words.join(' '), ran, exit);
    const missing = notSaid(
      told(ran),
      says.map((some) => this.#filled(some, who)),
    );
    if (missing.length > 0) throw stuck(`${words.join(' ')} at ${who} does not say: ${missing.join('; ')}`);
    const made = madeIn(ran);
    if (made !== null) this.#backups.set(who, made);
    stop.deeds.push(words.slice(0, 2).join(' '));
  }

  async #refuse(who: string, reason: string): Promise<void> {
    const stop = this.#arrive(who);
    const of = ['--ceremony', this.#begun().ceremony, '--stick', this.rounds.path()];
    const ran = await this.#counted(who, ['next', '--refuse', '--reason', reason, ...of]);
    this.#heard(who, read(nextJson, ran, `the refusal of ${who}`));
    stop.deeds.push('said no');
  }

  /** Looking is no visit, and nothing of it is counted. */
  async #reads(who: string, words: readonly string[]): Promise<void> {
    const { screen } = await this.run(this.party(who), ['status']);
    this.#tell({ reads: { who, screen } });
    const missing = notSaid(
      screen,
      words.map((word) => named(word, this.begun)),
    );
    if (missing.length > 0) throw stuck(`the board of ${who} does not say: ${missing.join('; ')}`);
  }

  /** Nothing of this is counted but the visit: liars do not use the program. */
  async #lie({ by, how, to = [], in: within, from, stick: named }: LieStep): Promise<void> {
    const stop = this.#arrive(by, [named ?? this.rounds.main]);
    const path = this.rounds.path(named);
    const { ceremony } = this.#begun(within);
    const known = await this.#inVault(by, ({ state }) => state.ceremonies.some(({ id }) => toHex(id) === ceremony));
    // takes the proposal in as everybody does, and gets the words wrong, so that nothing is done yet
    if (!known) await this.run(this.party(by), ['next', '--stick', path, '--json'], false);
    const other = from ?? this.begun.indexOf(this.#begun(within)) - 1;
    await this.#inVault(by, async (vault) => {
      const moment = { now: this.#clock.now(), tool: { version: 'a program of its own', digest: null } };
      const liar = new Liar(vault, ceremony, moment, openStick(this.#stage.fs, path));
      liar.takeIn();
      await lies[how](liar, { to, from: this.begun[other]?.ceremony ?? null });
    });
    stop.deeds.push(`LIED: ${how}`);
    this.#advice = null;
  }

  async #inVault<T>(who: string, work: (vault: Vault) => T | Promise<T>): Promise<T> {
    const { fs, random, kdf, processes } = this.#stage;
    const { home, passphrase } = this.party(who);
    const vault = Vault.open(home, { fs, random, kdf, processes }, passphrase);
    try {
      return await work(vault);
    } finally {
      vault.close();
    }
  }

  /** A word of a scenario with what it stands for here. */
  #filled(word: string, who: string): string {
    const { file = '', id = '' } = this.#backups.get(who) ?? {};
    return named(word, this.begun)
      .replace(/\{stick(?::([^}]+))?\}/g, (_, stick?: string) => this.rounds.path(stick))
      .replaceAll('{backup}', file)
      .replaceAll('{copy}', id);
  }

  #begun(at = this.begun.length - 1): Begun {
    const begun = this.begun[at];
    if (begun === undefined) throw stuck('nothing was proposed yet');
    return begun;
  }

  #arrive(who: string, sticks?: readonly string[]): Stop {
    return this.rounds.arrive(this.party(who).name, sticks);
  }

  async #counted(who: string, words: readonly string[]): Promise<Ran> {
    const ran = await this.run(this.party(who), [...words, '--json']);
    this.rounds.count(ran.questions);
    return ran;
  }

  /** A command on somebody's machine, with that person at the keyboard. Not counted by itself. */
  async run(party: Party, words: readonly string[], listens = true): Promise<Ran> {
    const wantsJson = words.includes('--json');
    let screen = '';
    let document = '';
    const person = new Person(party, this.#room, () => screen, listens);
    const onScreen = (text: string): void => {
      screen += text;
    };
    const status = await this.#stage.run(['--home', party.home, ...words], {
      fs: this.#stage.fs,
      random: party.random,
      now: this.#clock.now,
      stdout: {
        write: (text) => {
          if (wantsJson) document += text;
          else onScreen(text);
        },
      },
      stderr: { write: onScreen },
      ask: person,
    });
    this.#clock.tick();
    const json: unknown = document === '' ? null : JSON.parse(document);
    return { status, json, screen, questions: person.questions };
  }
}
