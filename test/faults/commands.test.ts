import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { toHex } from '../../src/bytes/hex.ts';
import { World } from '../cli/world.ts';
import { diskFaults } from './disks.ts';
import { casesOf, endingOf, look, played, type Rules, runStep, type Step, sampled, tried } from './story.ts';

/*
 * Other commands that write, let down by their disk at every operation: what it was about happened or it did not,
 * the machine says so, and to run it again completes it. A sample every day, each and all with npm run faults.
 */

const every = process.env.CONCLAVE_FAULTS === 'every';
const seed = Number(process.env.CONCLAVE_SEED ?? 1);
const people = ['alice', 'bob', 'carol'];

const worlds = new Map<string, World>();
/** What stands in the words of a command for what is not known before. */
const backup: Record<string, string> = {};

beforeAll(async () => {
  const made = new World('commands');
  await made.arrive(...people);
  await made.makeKeyset('treasury', people, 2, ['main:ristretto255']);
  made.write('/words', 'six words that nobody guesses\n');
  made.write('/usb/holiday.txt', 'of somebody else\n');
  made.write('/key', `${'02'.repeat(32)}\n`);
  worlds.set('made', made);

  const proposed = made.fork();
  await proposed.propose('alice', 'refresh', '--keyset', 'treasury');
  worlds.set('proposed', proposed);

  // carol has accepted, and nobody has signed
  const accepted = proposed.fork();
  const phrase = phraseIn(accepted);
  for (const who of ['alice', 'bob', 'carol']) await accepted.visit(who, phrase);
  worlds.set('accepted', accepted);

  // a backup lies on a medium, and is in the register
  const backed = made.fork();
  const words = ['backup', 'create', 'treasury', '--to', '/usb', '--label', 'usb'];
  const { json } = await backed.machine('alice').ok(...words, '--backup-passphrase-file', '/words');
  [backup.COPY, backup.FILE] = [json.backups[0].id, json.backups[0].file];
  worlds.set('backed', backed);

  // where all must sign, the old share stays until somebody says that it may go
  const kept = new World('purge');
  await kept.arrive('alice', 'bob');
  await kept.makeKeyset('treasury', ['alice', 'bob'], 2, ['main:ristretto255']);
  await kept.walk(await kept.propose('alice', 'refresh', '--keyset', 'treasury'), ['alice', 'bob']);
  worlds.set('kept', kept);
}, 300_000);

const phraseIn = (world: World): string =>
  look(world, 'alice', ({ state }) => state.ceremonies.at(-1)?.phrase ?? '') ?? '';

interface Writing {
  readonly in: string;
  readonly who?: string;
  readonly words: string;
  /** What comes after it, and lays out what was decided, where the command itself would decide it a second time. */
  readonly next?: string;
  /** A file that has to be there in the end. */
  readonly leaves?: string;
}

const stick = '--stick /stick';
const commands: readonly Writing[] = [
  {
    in: 'made',
    who: 'dave',
    words: `init --name dave ${stick}`,
    next: `card ${stick}`,
    leaves: '/stick/conclave/dave.card',
  },
  { in: 'made', words: `card --renew ${stick}`, next: `card ${stick}` },
  { in: 'made', words: 'card --out /mine.card', leaves: '/mine.card' },
  { in: 'made', words: 'roster remove bob', next: 'roster list' },
  { in: 'made', who: 'dave', words: 'roster add /stick/conclave/alice.card /stick/conclave/bob.card' },
  { in: 'made', words: 'keyset pin /key' },
  { in: 'made', words: 'keyset export treasury --format frost --out /shares', next: 'keyset show treasury' },
  { in: 'made', words: 'backup register treasury --external --label safe', next: 'backup list' },
  {
    in: 'made',
    words: 'backup create treasury --to /usb --label usb --backup-passphrase-file /words',
    next: 'backup list',
  },
  { in: 'made', words: 'passphrase --new-passphrase-file /passphrase' },
  { in: 'made', words: 'transcript --format text --out /transcript', leaves: '/transcript' },
  { in: 'made', words: 'transcript --archive /archive', leaves: '/archive/README.txt' },
  { in: 'made', words: `note --kind observation --text seal ${stick}`, next: `next ${stick}` },
  {
    in: 'made',
    words: `propose drill --keyset treasury --signers alice,bob --out-plan /plan ${stick}`,
    next: `next ${stick}`,
  },
  { in: 'made', words: `propose census --keyset treasury ${stick}`, next: `next ${stick}` },
  { in: 'proposed', who: 'bob', words: `next --refuse --reason no --ceremony NEWEST ${stick}`, next: `next ${stick}` },
  { in: 'proposed', words: `abort --reason mistake --ceremony NEWEST ${stick}`, next: `next ${stick}` },
  {
    in: 'proposed',
    words: `amend --without bob --reason ill --ceremony NEWEST ${stick}`,
    next: `next ${stick}`,
  },
  {
    in: 'accepted',
    who: 'carol',
    words: `release --reason vanished --ceremony NEWEST ${stick}`,
    next: `next ${stick}`,
  },
  { in: 'kept', words: 'keyset purge treasury@0 --override', next: 'keyset show treasury' },
  { in: 'made', words: 'keyset mark-exposed treasury --member bob --epoch 0', next: 'keyset show treasury' },
  {
    in: 'backed',
    who: 'dave',
    words: 'backup restore FILE --backup-passphrase-file /words',
    next: 'keyset show treasury',
  },
  { in: 'backed', words: 'backup retire COPY --method burn --witness Ada --override', next: 'backup list' },
  { in: 'made', words: `policy set treasury --refresh-every 90d ${stick}`, next: `next ${stick}` },
  { in: 'proposed', words: 'script --ceremony NEWEST --out /script', leaves: '/script' },
  { in: 'made', words: 'export --keyset treasury --out /record.conclave', leaves: '/record.conclave' },
];

/** The sentences that are asked for before something goes. */
const sentenceFor = (words: string): string =>
  words.startsWith('keyset purge')
    ? 'destroy the share of treasury at epoch 0'
    : `backup ${backup.COPY} of treasury is gone although its epoch is not over`;

async function sceneOf({ in: where, who = 'alice', words, next, leaves }: Writing) {
  const world = (worlds.get(where) as World).fork();
  if (who === 'dave' && !words.startsWith('init')) await world.machine('dave').ok('init', '--name', 'dave');
  const newest = look(world, 'alice', ({ state }) => toHex(state.ceremonies.at(-1)?.id as Uint8Array)) as string;
  const said = words.split(' ').map((word) => (word === 'NEWEST' ? newest : (backup[word] ?? word)));
  const step: Step = { who, words: words.endsWith('--override') ? [...said, sentenceFor(words)] : said };
  const everybody = [...new Set([...(where === 'kept' ? ['alice', 'bob'] : people), who])];
  const onward = async (now: World): Promise<void> => {
    if (next !== undefined) {
      const { status, stdout } = await runStep(now, { who, words: next.split(' ') });
      if (![0, 3, 6].includes(status)) throw new Error(`${next}: ${status} ${stdout}`);
    }
    if (leaves !== undefined && now.memory.kind(leaves) !== 'file') throw new Error(`${leaves} is not there`);
  };
  const ceremonies = (now: World): number => look(now, who, ({ state }) => state.ceremonies.length) ?? 0;
  const before = ceremonies(world);
  const { scene, ran } = await played(world, step);
  expect(ran.status, `${words}: ${ran.stdout}`).toBe(0);
  const done = endingOf(world, [who])[who];
  await onward(world);
  const rules: Rules = {
    people: everybody,
    ending: endingOf(world, everybody),
    keyed: true,
    ended: new Set(),
    // what was decided is not decided again: it only has to come out
    again: (now) => {
      // an archive is put in its place whole, and never over one
      if (said.includes('--archive') && now.memory.kind(leaves ?? '') === 'file') return [];
      const decided = said[0] === 'propose' ? ceremonies(now) > before : endingOf(now, [who])[who] === done;
      return decided && next !== undefined ? [] : [step];
    },
    onward,
  };
  return { scene, rules };
}

/** Commands that are not let down here, and why not. */
const elsewhere: Readonly<Record<string, string>> = {
  'propose refresh': 'refresh.test.ts',
  reprove: 'calls anew when it is run again; its power cuts are in the walks of the simulator',
  'propose genesis': 'lays down a plan as propose drill does',
  'propose reshare': 'lays down a plan as propose drill does',
  'propose recover': 'lays down a plan as propose drill does',
  'propose ask': 'writes one file, as card --out does',
  manifest: 'writes one file, as script does',
  verify: 'writes one file, as script does',
  due: 'writes one file, as script does',
  'qr show': 'writes pictures, and no vault',
  'qr have': 'writes pictures, and no vault',
  'qr station': 'writes a page, and no vault',
  'qr scan': 'lays files on a stick as next does, and writes no vault',
  rehearse: 'its machines are thrown away',
  'keyset list': 'reads',
  'keyset show': 'reads',
  'roster list': 'reads',
  'backup list': 'reads',
  'backup check': 'reads',
  'policy show': 'reads',
  status: 'reads',
  route: 'reads',
  inspect: 'reads',
  explain: 'reads',
  doctor: 'reads',
  selftest: 'reads',
  completion: 'reads',
};

test('every command is let down by its disk here, or it is said why not', () => {
  const page = readFileSync(new URL('../../docs/commands.md', import.meta.url), 'utf8');
  const headings = [...page.matchAll(/^##+ conclave ([a-z -]+)$/gm)].map(([, name = '']) => name);
  const all = headings.filter((name) => !headings.some((other) => other.startsWith(`${name} `)));
  const here = (name: string): boolean => commands.some(({ words }) => `${words} `.startsWith(`${name} `));
  expect(all.length).toBeGreaterThan(40);
  expect(all.filter((name) => here(name) === name in elsewhere)).toEqual([]);
});

describe('a command whose disk fails at some operation', () => {
  test.each(commands)(
    '$words: is done or not done, says which, and is completed by running again',
    { timeout: 0 },
    async (command) => {
      const { scene, rules } = await sceneOf(command);
      expect(scene.changes.length).toBeGreaterThan(2);
      const all = casesOf([scene], diskFaults);
      const cases = every ? all : sampled(all, 6, seed);
      const wrong: string[] = [];
      for (const one of cases) {
        const { operation, path } = scene[one.fault.count][one.at - 1] ?? { operation: '', path: '' };
        for (const said of await tried(one, rules))
          wrong.push(`${one.fault.name} at ${one.at} (${operation} ${path}): ${said}`);
      }
      if (every) console.log(`${command.words}: ${cases.length} cases, ${scene.changes.length} operations`);
      expect(wrong).toEqual([]);
    },
  );
});
