import { toHex } from '../../src/bytes/hex.ts';
import { fileHash, lengthPrefixed, text, u64 } from '../../src/bytes/tagged-hash.ts';
import type { Memo } from '../../src/ceremony/evaluation.ts';
import type { Context } from '../../src/cli/context.ts';
import { run } from '../../src/cli/program.ts';
import type { Ask } from '../../src/cli/ui/ask.ts';
import { type MemoryFileSystem, memoryFileSystem } from '../../src/media/faults.ts';
import type { FileSystem } from '../../src/media/file-system.ts';
import { Problem } from '../../src/problem.ts';
import { Vault } from '../../src/vault/vault.ts';
import { hashing } from '../vault/support.ts';

/**
 * People with machines and one stick, inside one test process and on a disk in memory: every word goes through the
 * real command line, every packet through the real stick.
 *
 *     const world = new World();
 *     await world.arrive('alice', 'bob', 'carol');                       // init, cards on the stick
 *     const key = await world.makeKeyset('treasury', ['alice', 'bob', 'carol'], 2, ['main:secp256k1-tr']);
 *     const shown = await world.machine('alice').run('keyset', 'show', 'treasury');
 *     shown.status; shown.json; shown.stdout; shown.stderr;
 *
 * `run` adds `--json`; `tell` does not, and `type` has a person at a terminal who gives these answers in order.
 * `fork` copies a world, so that many tests can go on from one ceremony.
 * `walk` carries the stick until nobody owes anything. The same seed gives the same randomness (but for
 * the age library, which draws its own); vaults are those of rehearsals, whose passphrase function costs nothing.
 */

export interface Ran {
  readonly status: number;
  /** The one document on stdout; null without `--json`. Loosely typed, since a test says what it expects. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects to be there
  readonly json: any;
  readonly stdout: string;
  readonly stderr: string;
  /** The questions that were put, in order. */
  readonly asked: readonly string[];
}

export interface Proposed {
  readonly ceremony: string;
  readonly phrase: string;
}

/** What a test may replace for one machine: the disk (to let it fail), the clock, the environment. */
export type Overrides = Partial<
  Pick<
    Context,
    'fs' | 'now' | 'env' | 'random' | 'rehearsal' | 'kdf' | 'stretch' | 'facts' | 'processes' | 'screen' | 'lines'
  >
>;

const passphraseFile = '/passphrase';

export class World {
  /** Everybody's disk and the stick. */
  readonly fs: FileSystem;
  readonly memory: MemoryFileSystem;
  readonly stick = '/stick';
  /** One process, so a check of one packet is made once; it depends on the packets alone. */
  readonly memo: Memo = new Map();
  /** Seconds; every run takes one. A test may wind it. */
  clock = 1_800_000_000;
  readonly #seed: string;
  readonly #machines = new Map<string, Machine>();

  constructor(seed = 'a world') {
    this.#seed = seed;
    this.memory = memoryFileSystem();
    this.fs = this.memory;
    this.memory.putFolder(this.stick);
    this.memory.put(passphraseFile, text('correct horse battery\n'));
  }

  /** Another world that is as this one is now: what a ceremony costs is paid once, and each test goes on from there. */
  fork(): World {
    const copy = new World(this.#seed);
    for (const [path, bytes] of this.memory.files()) copy.memory.put(path, bytes, 0o600);
    for (const [check, result] of this.memo) copy.memo.set(check, result);
    copy.clock = this.clock;
    for (const [name, machine] of this.#machines) copy.machine(name).drawn = machine.drawn;
    return copy;
  }

  machine(name: string): Machine {
    const known = this.#machines.get(name) ?? new Machine(this, name, `${this.#seed} ${name}`);
    this.#machines.set(name, known);
    return known;
  }

  /** Another medium, such as a second stick. */
  folder(path: string): string {
    this.memory.putFolder(path);
    return path;
  }

  /** Text of a file, or nothing if there is none. */
  read(path: string): string | undefined {
    return this.memory.kind(path) === 'file' ? new TextDecoder().decode(this.memory.readFile(path)) : undefined;
  }

  write(path: string, content: string): string {
    this.memory.put(path, text(content));
    return path;
  }

  /** Machines that come into being, their cards on the stick. */
  async arrive(...names: readonly string[]): Promise<void> {
    for (const name of names) await this.machine(name).ok('init', '--name', name, '--stick', this.stick);
  }

  /** `propose` by somebody; the words after it as on the command line. */
  async propose(by: string, ...words: readonly string[]): Promise<Proposed> {
    const { json } = await this.machine(by).ok('propose', ...words, '--stick', this.stick);
    return { ceremony: json.ceremony, phrase: json.phrase };
  }

  /**
   * Carries the stick to whoever of these people owes something, consenting, until none of them does or can. Says who
   * did what. Not everybody sees the end: who is to know of it visits once more.
   */
  async walk({ ceremony, phrase }: Proposed, people: readonly string[]): Promise<string[]> {
    const did: string[] = [];
    let owing = [...people].slice(0, 1);
    let last = -1;
    const idle = new Set<string>();
    for (let visits = 0; visits < 200; visits++) {
      const candidates = owing.filter((name) => people.includes(name) && !idle.has(name));
      if (candidates.length === 0) return did;
      const far = (name: string) => (people.indexOf(name) - last - 1 + people.length) % people.length;
      const name = candidates.sort((a, b) => far(a) - far(b))[0] as string;
      last = people.indexOf(name);
      const { json } = await this.visit(name, phrase);
      // biome-ignore lint/suspicious/noExplicitAny: as in Ran
      const found = json.ceremonies?.find((one: any) => one.ceremony === ceremony);
      if (found === undefined) throw new Error(`${name} has no part in ${ceremony}: ${JSON.stringify(json)}`);
      did.push(...found.did.map((deed: string) => `${name} ${deed}`));
      if (found.did.length > 0) idle.clear();
      else idle.add(name);
      owing = [...found.waitingFor, ...found.outstanding];
    }
    throw new Error(`the stick is still going around: ${did.join(', ')}`);
  }

  /** One visit of the stick, with consent where it is asked for. */
  visit(name: string, phrase: string, ...words: readonly string[]): Promise<Ran> {
    return this.machine(name).run('next', '--stick', this.stick, '--phrase', phrase, ...words);
  }

  /** A new key from its proposal to its end. Keys as `label:suite`; the first member proposes. */
  async makeKeyset(
    keyset: string,
    members: readonly string[],
    threshold: number,
    keys: readonly string[],
    ...words: readonly string[]
  ): Promise<Proposed> {
    const proposed = await this.propose(
      members[0] as string,
      'genesis',
      '--keyset',
      keyset,
      '--members',
      members.join(','),
      '--threshold',
      String(threshold),
      ...keys.flatMap((key) => ['--key', key]),
      ...words,
    );
    await this.walk(proposed, members);
    return proposed;
  }
}

export class Machine {
  readonly world: World;
  readonly name: string;
  readonly home: string;
  readonly #seed: string;
  /** How often randomness was asked for so far. */
  drawn = 0;

  constructor(world: World, name: string, seed: string) {
    this.world = world;
    this.name = name;
    this.home = `/home/${name}`;
    this.#seed = seed;
  }

  /** With `--json`. */
  run(...words: readonly string[]): Promise<Ran> {
    return this.runWith({}, ...words);
  }

  runWith(overrides: Overrides, ...words: readonly string[]): Promise<Ran> {
    return this.#run([...words, '--json'], [], overrides);
  }

  /** The same, and it has to end well. */
  async ok(...words: readonly string[]): Promise<Ran> {
    const ran = await this.run(...words);
    if (ran.status !== 0) throw new Error(`${this.name}: ${words.join(' ')}: ${ran.status} ${ran.stdout}${ran.stderr}`);
    return ran;
  }

  /** For people, without a terminal to ask on. */
  tell(...words: readonly string[]): Promise<Ran> {
    return this.#run(words, [], {});
  }

  tellWith(overrides: Overrides, ...words: readonly string[]): Promise<Ran> {
    return this.#run(words, [], overrides);
  }

  /** For a person at a terminal, who gives these answers. One too few fails the test. */
  type(answers: readonly (string | boolean)[], ...words: readonly string[]): Promise<Ran> {
    return this.#run(words, answers, {}, true);
  }

  typeWith(overrides: Overrides, answers: readonly (string | boolean)[], ...words: readonly string[]): Promise<Ran> {
    return this.#run(words, answers, overrides, true);
  }

  /** What is in the vault, opened and closed again. */
  look<T>(work: (vault: Vault) => T): T {
    const { fs, random, kdf, processes } = this.#context({}, [], false, []).context;
    const vault = Vault.open(this.home, { fs, random, kdf, processes }, 'correct horse battery');
    try {
      return work(vault);
    } finally {
      vault.close();
    }
  }

  /** The secret share of every key in the active slot of a keyset, in hex. */
  share(keyset: string): string[] {
    return this.look((vault) => {
      const slots = vault.state.keysets.find(({ name }) => name === keyset)?.slots ?? [];
      const active = slots.find(({ state }) => state === 'active');
      if (active === undefined) throw new Error(`${this.name} has no active share of ${keyset}`);
      return vault.readShare(active).map(toHex);
    });
  }

  async #run(
    words: readonly string[],
    answers: readonly (string | boolean)[],
    overrides: Overrides,
    interactive = false,
  ): Promise<Ran> {
    this.world.clock++;
    const argv = ['--home', this.home, '--passphrase-file', passphraseFile, ...words];
    const { context, stdout, stderr, asked } = this.#context(overrides, answers, interactive, argv);
    const status = await run(argv, context);
    const out = stdout.join('');
    return {
      status,
      json: words.includes('--json') && out !== '' ? JSON.parse(out) : null,
      stdout: out,
      stderr: stderr.join(''),
      asked,
    };
  }

  #context(
    overrides: Overrides,
    answers: readonly (string | boolean)[],
    interactive: boolean,
    argv: readonly string[],
  ) {
    const stdout: string[] = [];
    const stderr: string[] = [];
    const asked: string[] = [];
    const context: Context = {
      env: {},
      stdout: { write: (chunk) => stdout.push(chunk) },
      stderr: { write: (chunk) => stderr.push(chunk) },
      now: () => this.world.clock,
      random: (length) => this.#draw(length),
      fs: this.world.fs,
      kdf: hashing,
      stretch: (input, salt, { length }) => stretched(fileHash(lengthPrefixed(input, salt)), length),
      processes: { pid: 1, boot: () => '0', started: () => '1', pause: () => undefined, onExit: () => () => undefined },
      platform: 'linux',
      width: 100,
      colour: false,
      ask: scripted(answers, asked, interactive, argv),
      rehearsal: true,
      digest: null,
      memo: this.world.memo,
      facts: { node: '24.11.0', execArgv: [], networks: () => [], superuser: false, guarded: () => true },
      ...overrides,
    };
    return { context, stdout, stderr, asked };
  }

  #draw(length: number): Uint8Array {
    return stretched(fileHash(lengthPrefixed(text(this.#seed), u64(this.drawn++))), length);
  }
}

function stretched(seed: Uint8Array, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 32)
    bytes.set(fileHash(lengthPrefixed(seed, u64(at))).subarray(0, length - at), at);
  return bytes;
}

/** A person who knows the answers beforehand, or nobody at all. */
function scripted(
  answers: readonly (string | boolean)[],
  asked: string[],
  interactive: boolean,
  argv: readonly string[],
): Ask {
  const left = [...answers];
  const answer = (question: string, flag: string): string | boolean => {
    if (!interactive) {
      throw new Problem(
        'ANSWER_MISSING',
        `an answer is missing and there is no terminal to ask on: ${question}`,
        `give it with ${flag}`,
      );
    }
    asked.push(question);
    const next = left.shift();
    if (next === undefined) throw new Error(`nobody knows the answer to "${question}" of ${argv.join(' ')}`);
    return next;
  };
  const words = (question: string, flag: string): string => String(answer(question, flag));
  return {
    asked,
    interactive,
    text: async (question, { flag }) => words(question, flag),
    secret: async (question, { flag }) => words(question, flag),
    choice: async (question, choices, { flag }) => {
      const chosen = words(question, flag);
      const found = choices.find(({ name, value }) => name === chosen || value === chosen);
      if (found === undefined) throw new Error(`"${chosen}" is not offered at "${question}"`);
      return found.value;
    },
    many: async (question, choices, { flag }) => {
      const chosen = words(question, flag).split(',');
      return choices.filter(({ name }) => chosen.includes(name)).map(({ value }) => value);
    },
    // an empty answer is a bare return
    confirm: async (question, { flag, default: bare = false }) => {
      const given = answer(question, flag);
      return given === '' ? bare : given === true;
    },
    typed: async (sentence, options) =>
      words(`type this sentence to go on: ${sentence}`, options?.flag ?? `--override "${sentence}"`).trim() ===
      sentence,
  };
}
