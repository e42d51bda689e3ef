import { beforeAll, describe, expect, test, vi } from 'vitest';
import { type Machine, type Proposed, World } from './world.ts';

// what the build leaves is no part of this
vi.mock('../../src/report/verifier-page.ts', () => ({ verifierPage: () => '<!doctype html>' }));

const members = ['alice', 'bob', 'carol'];
const base = new World('scripts');
let refresh: Proposed;

beforeAll(async () => {
  await base.arrive(...members);
  await base.makeKeyset('treasury', members, 2, ['main:ristretto255']);
  refresh = await base.propose('alice', 'refresh', '--keyset', 'treasury', '--reason', 'every quarter');
}, 60_000);

/** One section of a printed script, by the beginning of its name. */
function section(text: string, name: string): string {
  const found = text.split(/\n(?=SCRIPT OF )/).find((part) => part.startsWith(name.toUpperCase()));
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

/** What is to be typed, as a shell reads it: continued lines are one, and what is in quotes is one word. */
function commandsIn(text: string): string[][] {
  const lines = text.replaceAll(/ \\\n +/g, ' ').split('\n');
  return lines
    .filter((line) => line.startsWith('    conclave '))
    .map((line) => (line.trim().match(/"[^"]*"|\S+/g) ?? []).slice(1).map((word) => word.replaceAll('"', '')));
}

interface Visit {
  readonly number: number;
  readonly machine: Machine;
  readonly commands: readonly string[][];
  readonly says: readonly string[];
  readonly text: string;
}

function visitsIn(text: string, world: World): Visit[] {
  const visits = members.flatMap((name) =>
    section(text, `script of ${name}`)
      .split(/\n(?=\[ \] )/)
      .flatMap((step) => {
        const number = /Visit (\d+) of/.exec(step)?.[1];
        if (number === undefined) return [];
        const flat = step.replaceAll(/\n {13}/g, ' ');
        const says = [
          ...flat.matchAll(
            /says: (done .*?|complete|the stick goes to \w+ next)(?= the screen| and it| The bag| Take| You are|\n)/g,
          ),
        ];
        const [machine, commands] = [world.machine(name), commandsIn(step)];
        return [{ number: Number(number), machine, commands, says: says.map(([, words = '']) => words), text: step }];
      }),
  );
  return visits.sort((a, b) => a.number - b.number);
}

/** Does what is printed, with numbers of bags where a person writes them, and holds each screen against the paper. */
async function follow(visits: readonly Visit[], { phrase }: Proposed): Promise<void> {
  let [bag, last] = [0, 'S-0'];
  for (const { machine, commands, says } of visits) {
    let screen = '';
    for (const [at, words] of commands.entries()) {
      const machines = words.includes('--what');
      const number = machines ? `M-${++bag}` : words.includes('--in') ? last : `S-${++bag}`;
      if (words.includes('--out') && !machines) last = number;
      const typed = words.map((word) => (word === 'NUMBER' ? number : word));
      const ran = await machine.tell(...typed, ...(words[0] === 'next' ? ['--phrase', phrase] : []));
      // what waits for a backup is done once more
      const again = commands.slice(at + 1).some(([verb]) => verb === 'next');
      expect([typed.join(' '), ran.status]).toEqual([typed.join(' '), words[0] === 'next' && again ? 6 : 0]);
      screen += ran.stdout;
    }
    for (const words of says) expect(screen).toContain(words);
    expect(says.length).toBeGreaterThan(1);
  }
}

describe('script', () => {
  test('followed to the letter, ends the ceremony, with every bag where it has to be', async () => {
    const world = base.fork();
    const { stdout } = await world.machine('alice').tell('script', '--bags', '--stick', world.stick);
    const visits = visitsIn(stdout, world);
    expect(visits.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    await follow(visits, refresh);
    const { json } = await world.machine('bob').ok('transcript');
    expect(json).toMatchObject({ phase: 'complete', bags: [], outcome: { succeeded: true } });
    expect(json.notes).toHaveLength(2 * 8 + 2 * 3);
    const archive = `${world.stick}/archive-${refresh.ceremony.slice(0, 16)}`;
    expect(world.read(`${archive}/transcript.txt`)).toContain(refresh.ceremony);
    expect(world.read(`${world.stick}/sign-off.txt`)).toMatch(/^CONCLAVE SIGN-OFF/);
    // every note of the visits is in the archive, and that of the anchor in a second one
    const notes = (folder: string) => JSON.parse(world.read(`${folder}/transcript.json`) ?? '').notes;
    expect(notes(archive)).toEqual(json.notes);
    const last = visits.at(-1) as Visit;
    const [, later = ''] = section(stdout, `script of ${last.machine.name}`).split('Later, when the digest');
    for (const words of commandsIn(later)) expect((await last.machine.tell(...words)).status).toBe(0);
    expect(notes(`${archive}-2`)).toContainEqual(expect.objectContaining({ kind: 'anchor' }));
    expect(notes(`${archive}-2`)).toHaveLength(json.notes.length + 1);
    expect(stdout.match(/Later, when the digest/g)).toHaveLength(1);
    const { stdout: again } = await world.machine('alice').tell('next', '--stick', world.stick);
    expect(again).toContain('3 file(s) on the stick are not part of the exchange, left alone: archive-');
  }, 120_000);

  test('followed to the letter where the plan wants backups, ends the ceremony as well', async () => {
    const world = base.fork();
    const words = ['refresh', '--keyset', 'treasury', '--backup', 'required', '--copies', '2', '--instead-of'];
    await world.machine('alice').ok('next', '--refuse', '--reason', 'no', '--ceremony', refresh.ceremony);
    const wanted = await world.propose('alice', ...words, refresh.ceremony);
    const { stdout } = await world.machine('alice').tell('script', '--stick', world.stick);
    await follow(visitsIn(stdout, world), wanted);
    const { json } = await world.machine('bob').ok('transcript', '--ceremony', wanted.ceremony);
    expect(json).toMatchObject({ phase: 'complete' });
    expect(json.copies.recorded).toHaveLength(6);
  }, 120_000);

  test('is 80 columns wide and has the walk, the phrase in blanks, and room for initials', async () => {
    const { stdout } = await base.fork().machine('alice').tell('script', '--bags');
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    for (const line of stdout.split('\n')) expect(line).not.toMatch(/^ {13}no$|yes \/$/);
    // a word of the list may stand in a sentence; two in a row, or one with its number, do not
    const words = refresh.phrase.split(' ');
    const flat = stdout.replace(/\s+/g, ' ').toLowerCase();
    for (const [at, word] of words.entries()) {
      expect(flat).not.toContain(` ${at + 1} ${word.toLowerCase()} `);
      expect(flat).not.toContain(`${word} ${words[at + 1] ?? 'end of phrase'}`.toLowerCase());
    }
    const alone = section(stdout, 'script of bob');
    expect(alone).toMatch(/ 1 _{12} {3}2 _{12} {3}3 _{12}/);
    expect(alone).toMatch(/12 _{12}/);
    expect(alone.match(/initials _+/g)?.length).toBeGreaterThanOrEqual(6);
    expect(section(stdout, 'script of alice')).not.toContain('12 ____'); // who proposed has consented, and reads aloud
    expect(section(stdout, 'script of alice')).toContain('Read the twelve words aloud');
    expect(section(stdout, 'script of the administrator')).toMatch(/^8 +bob +closes/m);
    expect(section(stdout, 'script of the internal witness')).toMatch(/visit {2}3 {2}carol/);
  });

  test('without bags says nothing of them', async () => {
    const { stdout } = await base.fork().machine('alice').tell('script');
    expect(stdout).not.toMatch(/\bbag\b/);
    expect(stdout).toContain('conclave next --stick /media/stick');
  });

  test('takes only its own ceremony on at each machine, and says when a passphrase can be typed', async () => {
    const { stdout } = await base.fork().machine('alice').tell('script');
    const visits = commandsIn(stdout).filter(([verb]) => verb === 'next');
    expect(visits.length).toBeGreaterThan(8);
    for (const words of visits)
      expect(words).toEqual(['next', '--stick', '/media/stick', '--ceremony', refresh.ceremony.slice(0, 16)]);
    expect(section(stdout, 'script of bob').replace(/\s+/g, ' ')).toContain(
      'wait for the prompt before you type the passphrase',
    );
    expect(stdout).not.toContain('Should another ceremony ask first');
  });

  test('of a ceremony that is over but for who leaves says so, and who has done everything', async () => {
    const world = base.fork();
    await world.machine('alice').ok('next', '--refuse', '--reason', 'no', '--ceremony', refresh.ceremony);
    const words = ['--members', 'alice,bob', '--threshold', '2', '--instead-of', refresh.ceremony];
    const leaving = await world.propose(
      'alice',
      'reshare',
      '--keyset',
      'treasury',
      '--weak',
      'all-must-sign',
      ...words,
    );
    await world.walk(leaving, ['alice', 'bob']);
    await world.visit('alice', leaving.phrase);
    const { stdout } = await world.machine('alice').tell('script', '--ceremony', leaving.ceremony);
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      'THE CEREMONY IS OVER: the new committee has closed. What is left is for carol alone.',
    );
    expect(stdout).toContain('already done: bob');
    expect(stdout).not.toContain('nothing to do');
    expect((await base.fork().machine('alice').tell('script')).stdout).not.toContain('IS OVER');
  }, 60_000);

  test('of one alone is that one', async () => {
    const alice = base.fork().machine('alice');
    const witness = (await alice.tell('script', '--for', 'witness')).stdout;
    expect(witness.match(/SCRIPT OF/g)).toHaveLength(1);
    expect((await alice.tell('script', '--for', 'Carol')).stdout).toContain('SCRIPT OF CAROL');
    expect(await alice.run('script', '--for', 'zoe')).toMatchObject({
      status: 2,
      json: { error: { code: 'USAGE', hint: 'there is one for administrator, witness, alice, bob, carol' } },
    });
  });

  test('of a ceremony that has begun has what is left, and asks nobody twice for consent', async () => {
    const world = base.fork();
    await world.visit('alice', refresh.phrase);
    await world.visit('bob', refresh.phrase);
    const { json } = await world.machine('bob').ok('script');
    expect(json.visits[0]).toMatchObject({ member: 'carol', consents: true });
    expect(json.visits.filter(({ consents }: { consents: boolean }) => consents)).toHaveLength(1);
    expect(JSON.stringify(json)).not.toContain(refresh.phrase);
  });

  test('of a plan that is not proposed yet begins with the proposal, and has no number', async () => {
    const world = base.fork();
    const words = ['propose', 'reshare', '--keyset', 'treasury', '--members', 'alice,bob', '--threshold', '2'];
    await world
      .fork()
      .machine('alice')
      .ok(...words, '--reason', 'fewer', '--out-plan', '/stick/p.json');
    const other = base.fork();
    await other.machine('alice').ok(...words, '--reason', 'fewer', '--out-plan', '/stick/p.json');
    const told = await other.machine('alice').tell('script', '--plan', '/stick/p.json');
    expect(told.status).toBe(0);
    expect(told.stdout).toContain('conclave propose reshare --plan /stick/p.json --stick /media/stick');
    expect(told.stdout).toContain('not proposed yet');
    const flat = told.stdout.replace(/\s+/g, ' ');
    expect(flat).toContain('Should another ceremony ask first: stop, and ask the administrator.');
    expect(flat).toMatch(/LOOK: the same was proposed here already, as ceremony [0-9a-f]{16} /);
    expect(told.stdout).toContain('holds it now 1 alice, 2 bob, 3 carol\nwill hold it 1 alice, 2 bob\n');
    expect(told.stdout).toMatch(/^WEAK {9}every new member is needed to sign/m);
    expect(told.stdout).toContain('--ceremony NUMBER');
    expect(await other.machine('alice').run('script', '--plan', '/stick/p.json', '--ceremony', 'a')).toMatchObject({
      status: 2,
    });
    expect((await other.machine('alice').ok('script', '--plan', '/stick/p.json')).json).toMatchObject({
      ceremony: null,
      kind: 'reshare',
    });
    const draft = base.fork().machine('alice');
    await draft.ok(...words, '--reason', 'fewer', '--draft', '--out-plan', '/stick/p.json');
    expect((await draft.ok('script', '--plan', '/stick/p.json')).json).toMatchObject({ already: null });
  }, 60_000);

  test('of a plan that wants backups and asks before it destroys says so where it happens', async () => {
    const world = base.fork();
    await world.propose(
      'alice',
      'refresh',
      '--keyset',
      'treasury',
      '--backup',
      'required',
      '--copies',
      '2',
      '--destroy',
      'ask',
    );
    const { stdout } = await world.machine('alice').tell('script');
    const flat = stdout.replace(/\s+/g, ' ');
    expect(flat).toContain('It says that the plan wants 2 copies of your new share first');
    expect(flat).toContain('To destroy it, type: treasury@0');
  });

  test('with a sheet of names has them on paper, says where they are from, and keeps them out of the JSON', async () => {
    const world = base.fork();
    const alice = world.machine('alice');
    world.write('/stick/names.csv', 'handle,name,role\nalice,"Example, Alice",Head of Treasury\nBOB,Bob Beispiel\n');
    const told = await alice.tell('script', '--names', '/stick/names.csv');
    expect(told.stdout).toContain('Example, Alice');
    expect(told.stdout).toContain('SCRIPT OF BOB (BOB BEISPIEL)');
    expect(told.stdout).toContain('NAMES FROM A LOCAL SHEET');
    expect((await alice.ok('script', '--names', '/stick/names.csv')).stdout).not.toContain('Example');
    world.write('/stick/names.json', JSON.stringify([{ handle: 'carol', name: 'Carol Chose', role: 'Operations' }]));
    expect((await alice.tell('script', '--names', '/stick/names.json')).stdout).toContain('Carol Chose');
    for (const bad of ['alice', 'alice,a,b,c', 'alice,x\nAlice,y', '[{"handle":1}]', '[']) {
      world.write('/stick/bad', bad);
      expect(await alice.run('script', '--names', '/stick/bad'), bad).toMatchObject({ status: 2 });
    }
    expect(await alice.run('script', '--names', '/stick/absent')).toMatchObject({ status: 2 });
  });

  test('where nothing is left to do, names the sheet that is signed after it', async () => {
    const world = base.fork();
    await world.machine('alice').ok('next', '--refuse', '--reason', 'no', '--ceremony', refresh.ceremony);
    expect(await world.machine('alice').run('script', '--ceremony', refresh.ceremony)).toMatchObject({ status: 2 });
    const told = await world.machine('alice').tell('script', '--sign-off', '--ceremony', refresh.ceremony);
    expect(told.stdout).toMatch(/succeeded +no: alice, who was to receive, refused/);
    expect(told.stdout.match(/signature _/g)).toHaveLength(5);
  });

  test('as HTML and PDF is the same page', async () => {
    const world = base.fork();
    const html = await world.machine('alice').tell('script', '--format', 'html');
    expect(html.stdout).toContain('<!doctype html>');
    expect(await world.machine('alice').run('script', '--format', 'pdf')).toMatchObject({ status: 2 });
    await world.machine('alice').ok('script', '--format', 'pdf', '--out', '/stick/script.pdf');
    expect(new TextDecoder().decode(world.memory.readFile('/stick/script.pdf').slice(0, 5))).toBe('%PDF-');
  });
});
