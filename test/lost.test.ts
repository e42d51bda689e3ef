import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Proposed, World } from './cli/world.ts';

/*
 * What docs/lost.md tells people to type is typed here, in that order and at those machines, after what it speaks of was
 * lost. A heading is a story from the beginning; a block of it goes on where the one before ended.
 */

const page = readFileSync(new URL('../docs/lost.md', import.meta.url), 'utf8');

interface Story {
  readonly title: string;
  readonly lines: readonly string[];
}

const stories = page.split(/\n(?=##+ )/).flatMap((section): Story[] => {
  const title = /^##+ (.*)/.exec(section)?.[1] ?? '';
  const blocks = [...section.matchAll(/```sh\n(.*?)```/gs)].map(([, block = '']) => block.trim());
  // what is only for an emergency is another story: it does not follow the one that ended well
  return blocks.length === 0
    ? []
    : [
        {
          title,
          lines: blocks
            .filter((block) => !block.startsWith('# only in an emergency'))
            .join('\n')
            .split('\n'),
        },
        ...blocks
          .filter((block) => block.startsWith('# only in an emergency'))
          .map((block) => ({ title: `${title}: in an emergency`, lines: block.split('\n') })),
      ];
});

let made: World;
let key: string;
const people = ['alice', 'bob', 'carol'];
const words = ['--backup-passphrase-file', '/words'];

beforeAll(async () => {
  made = new World('lost');
  made.write('/words', 'six words that nobody guesses\n');
  for (const medium of ['blue', 'red', 'old', 'transfer'])
    made.write(`/media/${medium}/holiday.txt`, 'of somebody else');
  await made.arrive(...people, 'dave');
  await made.makeKeyset('treasury', people, 2, ['main:ristretto255']);
  await made.machine('bob').ok('backup', 'create', '--to', '/media/blue', ...words);
  await made.machine('alice').ok('backup', 'create', '--to', '/media/old', ...words);
  key = (await made.machine('alice').ok('keyset', 'show', 'treasury')).json.keys[0].publicKey;
}, 60_000);

function loseShare(world: World): void {
  for (const path of [...world.memory.files().keys()])
    if (path.startsWith('/home/bob/shares/')) world.memory.remove(path);
}

function loseHome(world: World, name: string): void {
  world.memory.rename(`/home/${name}`, `/home/${name}-lost`);
}

/** What is lost before somebody opens the page there. */
const losses: Readonly<Record<string, (world: World) => void>> = {
  'With a backup of this epoch': loseShare,
  'With a backup that is STALE, or with none': loseShare,
  'The machine': (world) => loseHome(world, 'bob'),
  'The passphrase': () => undefined, // the page has the folder put aside
  'The passphrase: in an emergency': (world) => loseHome(world, 'bob'),
  'A custodian who is gone for ever': (world) => loseHome(world, 'carol'),
};

/** Somebody at these machines, who types what is on the page. */
class Reader {
  readonly #world: World;
  #who = '';
  #proposed: (Proposed & { readonly by: string }) | null = null;
  /** The last that was read on each machine. */
  #seen = '';

  constructor(world: World) {
    this.#world = world;
  }

  get seen(): string {
    return this.#seen;
  }

  async read(line: string): Promise<void> {
    const at = /^# (?:.*, )?at (\w+)'s/.exec(line);
    if (at !== null) this.#who = at[1] as string;
    else if (line.startsWith('# the stick goes round')) await this.#goesRound();
    else if (line.startsWith('mv ')) loseHome(this.#world, this.#who);
    else if (line.startsWith('conclave ')) await this.#types(line);
    else throw new Error(`nobody knows what to do with: ${line}`);
  }

  async #goesRound(): Promise<void> {
    if (this.#proposed === null) throw new Error('nothing was proposed');
    const there = [...people, 'dave'].filter((name) => this.#world.memory.kind(`/home/${name}`) === 'directory');
    const { ceremony, by } = this.#proposed;
    const known = (await this.#world.machine(by).ok('status', '--ceremony', ceremony)).json.ceremonies[0];
    const asked = known.members.map(({ name }: { name: string }) => name);
    await this.#world.walk(
      this.#proposed,
      there.filter((name) => asked.includes(name)),
    );
    await this.#world.visit(by, this.#proposed.phrase);
    const board = (await this.#world.machine(by).ok('status', '--ceremony', ceremony)).json;
    expect(board.ceremonies).toMatchObject([{ phase: 'complete' }]);
  }

  async #types(line: string): Promise<void> {
    const [command = '', comment = ''] = line.split(/\s+# /);
    const machine = this.#world.machine(this.#who);
    const typed = command.split(' ').slice(1);
    const said: string[] = [];
    for (const word of typed) said.push(await this.#meant(word));
    if (typed[0] === 'backup' && ['create', 'check', 'restore'].includes(typed[1] ?? '')) said.push(...words);
    if (typed[0] === 'next') said.push('--phrase', this.#proposed?.phrase ?? '');
    const status = Number(/^status (\d)/.exec(comment)?.[1] ?? 0);
    const ran = await machine.run(...said);
    expect({ line, status: ran.status, why: ran.json?.error }).toMatchObject({ line, status });
    if (typed[0] === 'propose')
      this.#proposed = { ceremony: ran.json.ceremony, phrase: ran.json.phrase, by: this.#who };
    this.#seen = ran.stderr;
  }

  /** A word with what stands for it in this world. */
  async #meant(word: string): Promise<string> {
    if (word === 'KEY') return key;
    if (word === 'COPY') {
      const { copies } = (await this.#world.machine(this.#who).ok('backup', 'list')).json;
      return copies.find(({ outstanding }: { outstanding: boolean }) => outstanding).id;
    }
    const path = word.replace('/media/stick', this.#world.stick);
    if (!path.includes('*')) return path;
    const [before = '', after = ''] = path.split('*');
    const found = [...this.#world.memory.files().keys()].filter((one) => one.startsWith(before) && one.endsWith(after));
    expect({ path, found: found.length }).toEqual({ path, found: 1 });
    return found[0] as string;
  }
}

describe('who types what stands in docs/lost.md', () => {
  test('finds a story for each of the four things that get lost', () => {
    expect(stories.map(({ title }) => title)).toEqual(Object.keys(losses));
  });

  test.each(stories.map((story) => [story.title, story] as const))(
    'gets over it: %s',
    async (title, { lines }) => {
      const world = made.fork();
      losses[title]?.(world);
      const reader = new Reader(world);
      for (const line of lines) await reader.read(line);
      if (title === 'A custodian who is gone for ever') expect(reader.seen).toContain('it is dead');
      const shares = ['alice', 'bob'].filter((name) => !title.endsWith('in an emergency') || name === 'alice');
      for (const name of shares) expect(world.machine(name).share('treasury')).toHaveLength(1);
    },
    120_000,
  );

  test('reads what the program says', () => {
    const sources = ['src/vault/vault.ts', 'src/vault/sealed-file.ts', 'src/report/epoch-life-text.ts'].map((file) =>
      readFileSync(new URL(`../${file}`, import.meta.url), 'utf8'),
    );
    for (const said of ['the file of a share is missing or damaged', 'the passphrase does not open this vault'])
      expect([page.includes(said), sources.some((source) => source.includes(said))]).toEqual([true, true]);
  });
});
