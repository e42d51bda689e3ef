import type { Random } from '../bytes/random.ts';
import type { FileSystem } from '../media/file-system.ts';
import { joinPath } from '../media/file-system.ts';
import { Problem } from '../problem.ts';

/** Where text goes: a screen, or a pipe. */
export interface Sink {
  write(text: string): unknown;
}

/** What one machine of a rehearsal has of its own. */
export interface Machine {
  readonly fs: FileSystem;
  readonly random: Random;
  readonly now: () => number;
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly ask: Person;
}

/** Runs one command line on a machine, through the very program that people run. Given by cli, which is above. */
export type Runner = (argv: readonly string[], machine: Machine) => Promise<number>;

/** What a question was for. Only `other` was not to be expected. */
export type Purpose = 'passphrase' | 'phrase' | 'proposal' | 'other';

export interface Question {
  readonly purpose: Purpose;
  readonly question: string;
  /** For a consent: the ceremony that stood on the screen. */
  readonly about: string | null;
}

/** The phrases that were read aloud, by ceremony: everybody in the room hears them. */
export class Room {
  readonly #heard = new Map<string, readonly string[]>();
  #last: readonly string[] | undefined;

  /** Whoever was in the other room remembers what was read aloud there. */
  remember(other: Room): void {
    for (const [ceremony, words] of other.#heard) this.#heard.set(ceremony, words);
    this.#last = other.#last;
  }

  /** Somebody reads from a screen: twelve numbered words, in rows of four, below the number of a ceremony. */
  readAloud(screen: string): void {
    const rows = screen.split('\n').filter((line) => /^\s*(?:\d{1,2} [A-Za-z]+\s*){4}$/.test(line));
    const words: string[] = [];
    for (const [, place, word] of rows.join('\n').matchAll(/(\d{1,2}) ([A-Za-z]+)/g))
      words[Number(place) - 1] = word as string;
    if (words.filter((word) => word !== undefined).length !== 12) return;
    const ceremony = ceremonyOn(screen);
    if (ceremony !== null) this.#heard.set(ceremony, words);
    this.#last = words;
  }

  word(ceremony: string | null, place: number): string | undefined {
    return ((ceremony === null ? undefined : this.#heard.get(ceremony)) ?? this.#last)?.[place - 1];
  }
}

/** The one whose plan is shown: others may be spoken of beside it. */
function ceremonyOn(screen: string): string | null {
  return [...screen.matchAll(/\u00b7 ceremony ([0-9a-f]{16})/g)].at(-1)?.[1] ?? null;
}

export interface Flagged {
  readonly flag: string;
}

interface Offered<T> {
  readonly value: T;
  readonly disabled?: string;
  readonly checked?: boolean;
}

/** What somebody knows by heart, or keeps in another place than the machine. */
export interface Secrets {
  readonly passphrase: string;
  readonly backupPassphrase: string;
}

/**
 * A person at a terminal who knows the own passphrase, hears what is read aloud, agrees to the plan of the scenario,
 * and is sure of nothing else. Every question is counted as it is put, before it is known whether there is an answer.
 */
export class Person {
  readonly interactive = true;
  readonly questions: Question[] = [];
  readonly #secrets: Secrets;
  readonly #room: Room;
  readonly #screen: () => string;
  readonly #listens: boolean;

  /** Who does not listen gets the words wrong, and so consents to nothing. */
  constructor(secrets: Secrets, room: Room, screen: () => string, listens = true) {
    this.#secrets = secrets;
    this.#room = room;
    this.#screen = screen;
    this.#listens = listens;
  }

  get asked(): readonly string[] {
    return this.questions.map(({ question }) => question);
  }

  async text(
    question: string,
    {
      default: suggested,
      validate,
      flag,
    }: Flagged & { default?: string; validate?: (answer: string) => true | string },
  ): Promise<string> {
    const place = /\bword (\d{1,2})\b/.exec(question)?.[1];
    if (place !== undefined) {
      const ceremony = ceremonyOn(this.#screen());
      this.#hear('phrase', question, ceremony);
      if (!this.#listens) return 'mumble';
      return this.#room.word(ceremony, Number(place)) ?? this.#lost(question);
    }
    this.#hear('other', question);
    // a rehearsal makes no files that hold a share: its backups are registered, as those made by other means are
    if (flag.startsWith('--backup-to')) return '';
    if (suggested !== undefined && (validate === undefined || validate(suggested) === true)) return suggested;
    return this.#lost(question);
  }

  async secret(question: string, _: Flagged): Promise<string> {
    const before = this.questions.at(-1)?.question ?? '';
    this.#hear(/passphrase|the same again/.test(question) ? 'passphrase' : 'other', question);
    const ofBackup = /\bbackup\b/.test(question === 'the same again' ? before : question);
    return ofBackup ? this.#secrets.backupPassphrase : this.#secrets.passphrase;
  }

  async choice<T>(question: string, choices: readonly Offered<T>[], _: Flagged): Promise<T> {
    this.#hear('other', question);
    const first = choices.find(({ disabled }) => disabled === undefined);
    return first === undefined ? this.#lost(question) : first.value;
  }

  async many<T>(question: string, choices: readonly Offered<T>[], _: Flagged): Promise<T[]> {
    this.#hear('other', question);
    return choices.filter(({ checked }) => checked === true).map(({ value }) => value);
  }

  async confirm(question: string, _: Flagged): Promise<boolean> {
    const proposing = /^propose\b/.test(question);
    this.#hear(proposing ? 'proposal' : 'other', question, ceremonyOn(this.#screen()));
    return true;
  }

  /** The plan says that old shares go: KEYSET@EPOCH is typed. An override is nothing that a script of ours decides. */
  async typed(sentence: string, _?: Flagged): Promise<boolean> {
    this.#hear('other', `type: ${sentence}`);
    return /^[^\s@]+@\d+$/.test(sentence);
  }

  #hear(purpose: Purpose, question: string, about: string | null = null): void {
    this.questions.push({ purpose, question, about });
  }

  #lost(question: string): never {
    throw new Problem('REHEARSAL_STUCK', `nobody in this rehearsal knows what to answer to: ${question}`);
  }
}

/** Somebody with a machine: a home of its own, and passphrases. */
export class Party {
  readonly name: string;
  readonly home: string;
  passphrase: string;
  readonly backupPassphrase: string;
  readonly random: Random;

  constructor(name: string, folder: string, random: Random) {
    this.name = name;
    this.home = joinPath(folder, 'homes', name);
    this.passphrase = `the passphrase of ${name}`;
    this.backupPassphrase = `the words in the safe of ${name}`;
    this.random = random;
  }
}
