import { beforeAll, describe, expect, test } from 'vitest';
import { faultyFileSystem, type MemoryFileSystem } from '../../src/media/faults.ts';
import { FileError, type FileSystem } from '../../src/media/file-system.ts';
import { type Proposed, World } from './world.ts';

/** alice has proposed a key for three; nobody has dealt. */
let proposedWorld: World;
let proposed: Proposed;

beforeAll(async () => {
  proposedWorld = new World();
  await proposedWorld.arrive('alice', 'bob', 'carol');
  const words = [
    '--keyset',
    'treasury',
    '--members',
    'alice,bob,carol',
    '--threshold',
    '2',
    '--key',
    'main:ristretto255',
  ];
  proposed = await proposedWorld.propose('alice', 'genesis', ...words);
});

const contents = (memory: MemoryFileSystem, below: string): string[] =>
  [...memory.files()]
    .filter(([path]) => path.startsWith(below))
    .map(([path, bytes]) => `${path} ${Buffer.from(bytes).toString('base64')}`);

describe('next', () => {
  test('run again at any moment, changes nothing and says who is missing', async () => {
    const world = proposedWorld.fork();
    await world.visit('alice', proposed.phrase);
    const before = contents(world.memory, '/');
    const again = await world.visit('alice', proposed.phrase);
    expect(again.status).toBe(3);
    expect(again.json.ceremonies[0]).toMatchObject({ did: [], waitingFor: ['bob', 'carol'] });
    expect(again.json.synced).toEqual({ in: 0, out: 0 });
    expect(contents(world.memory, '/')).toEqual(before);
  });

  test('asks for consent before anything, exits with 6 where nobody can give it, and keeps only what it merged', async () => {
    const world = proposedWorld.fork();
    const asked = await world.machine('bob').run('next', '--stick', world.stick);
    expect(asked.status).toBe(6);
    expect(asked.json.error).toMatchObject({ code: 'CONSENT_NEEDED' });
    expect(asked.stderr).toMatch(/; after the consent here the stick goes to \w+ next/);
    expect(
      world.machine('bob').look(({ state }) => [state.said.length, state.votes.length, state.ceremonies[0]?.consent]),
    ).toEqual([0, 0, null]);
  });

  test('does not consent to a phrase that is not the one of the plan', async () => {
    const world = proposedWorld.fork();
    const wrong = await world.visit('bob', 'one two three four five six seven eight nine ten eleven twelve');
    expect(wrong.status).toBe(6);
    expect(wrong.json.error.code).toBe('CONSENT_WRONG');
    expect(world.machine('bob').look(({ state }) => state.said)).toEqual([]);
  });

  test('takes a phrase in any case, numbered and on several lines, as people copy it', async () => {
    const world = proposedWorld.fork();
    const copied = proposed.phrase
      .split(' ')
      .map((word, i) => `${i + 1} ${word.toUpperCase()}`)
      .join('\n');
    expect((await world.visit('bob', copied)).status).toBe(0);
  });

  test('asks a person for four of the twelve words, and never shows them there', async () => {
    const world = proposedWorld.fork();
    const words = proposed.phrase.split(' ');
    const refused = await world.machine('bob').type(Array(12).fill('nothing'), 'next', '--stick', world.stick);
    expect(refused.status).toBe(6);
    expect(refused.asked.filter((question) => /^word \d+$/.test(question)).length).toBeGreaterThan(0);
    for (const word of words) expect(refused.stdout + refused.stderr).not.toContain(word);
    const places = new Set<string>();
    const seen = await world.machine('carol').type(['x', 'x', 'x'], 'next', '--stick', world.stick);
    for (const question of seen.asked) places.add(question);
    expect(places.size).toBe(1); // three tries at one place, then no
  });

  test('with --dry-run shows what it would do, and leaves vault and stick as they were', async () => {
    const world = proposedWorld.fork();
    const before = contents(world.memory, '/');
    const dry = await world.visit('bob', proposed.phrase, '--dry-run');
    expect(dry.json).toMatchObject({ dryRun: true, ceremonies: [{ did: ['deal'] }] });
    expect(contents(world.memory, '/')).toEqual(before);
    expect((await world.visit('bob', proposed.phrase)).json.ceremonies[0].did).toEqual(['deal']);
  });

  test('refuses once, for the record, and ends the attempt', async () => {
    const world = proposedWorld.fork();
    expect((await world.machine('bob').run('next', '--stick', world.stick, '--refuse')).json.error.code).toBe(
      'ANSWER_MISSING',
    );
    const no = await world.machine('bob').run('next', '--stick', world.stick, '--refuse', '--reason', 'not agreed');
    expect(no.json.ceremonies[0]).toMatchObject({ did: ['refuse'], phase: 'aborted' });
    const told = await world.visit('alice', proposed.phrase);
    expect(told.json.ceremonies[0]).toMatchObject({ did: [], phase: 'aborted', waitingFor: [] });
  });

  test('says of a stick that fills up that the work is safe, and another stick gets everything', async () => {
    const world = proposedWorld.fork();
    const full = failing(world.fs, '/stick/', 'ENOSPC');
    const first = await world
      .machine('bob')
      .runWith({ fs: full }, 'next', '--stick', world.stick, '--phrase', proposed.phrase);
    expect(first.status).toBe(1);
    expect(first.json.error).toMatchObject({ code: 'STICK_FULL', changed: true });
    expect(first.json.ceremonies[0].did).toEqual(['deal']);
    const said = world.machine('bob').look(({ state }) => state.said.length);
    const second = await world.visit('bob', proposed.phrase, '--stick', world.folder('/second'));
    expect(second.json.ceremonies[0].did).toEqual([]);
    expect(world.machine('bob').look(({ state }) => state.said.length)).toBe(said);
    expect(contents(world.memory, '/second').length).toBeGreaterThan(0);
  });

  test('loses nothing when the stick is pulled at any write', async () => {
    for (let at = 1; ; at++) {
      const world = proposedWorld.fork();
      const stickOnly = onlyBelow('/stick/', world.fs, at);
      const pulled = await world
        .machine('bob')
        .runWith({ fs: stickOnly.fs }, 'next', '--stick', world.stick, '--phrase', proposed.phrase);
      if (!stickOnly.failed()) {
        expect(at).toBeGreaterThan(4);
        break;
      }
      expect([0, 1]).toContain(pulled.status);
      const again = await world.visit('bob', proposed.phrase);
      expect(again.json.ceremonies[0].waitingFor).toEqual(['alice', 'carol']);
      expect((await world.visit('carol', proposed.phrase)).json.ceremonies[0].waitingFor).toEqual(['alice']);
    }
  });

  test('lists what is damaged, foreign and forged, file by file, and goes on', async () => {
    const world = proposedWorld.fork();
    await world.visit('alice', proposed.phrase);
    const folder = `/stick/conclave/${proposed.ceremony.slice(0, 16)}`;
    const [name] = world.memory.list(folder).map((entry) => entry.name);
    const bytes = world.memory.readFile(`${folder}/${name}`);
    world.memory.put(`${folder}/${name}`, bytes.slice(0, bytes.length - 5));
    world.memory.put(`${folder}/${'0'.repeat(64)}.packet`, bytes);
    world.memory.put('/stick/conclave/mallory.card', bytes);
    const seen = await world.visit('bob', proposed.phrase);
    expect(seen.json.rejected.map(({ file }: { file: string }) => file).sort()).toEqual(
      [
        `conclave/${proposed.ceremony.slice(0, 16)}/${'0'.repeat(64)}.packet`,
        `conclave/${proposed.ceremony.slice(0, 16)}/${name}`,
        'conclave/mallory.card',
      ].sort(),
    );
    expect(seen.status).toBe(0);
    // alice still has the packet: her next visit puts the good one back
    await world.visit('alice', proposed.phrase);
    expect((await world.visit('carol', proposed.phrase)).json.ceremonies[0].phase).toBe('accepting');
  });
});

/** Every write below a path fails. */
function failing(fs: FileSystem, below: string, errno: string): FileSystem {
  return {
    ...fs,
    createFile: (path, mode) => {
      if (path.startsWith(below)) throw new FileError(errno, 'createFile', path);
      return fs.createFile(path, mode);
    },
  };
}

/** The stick goes away at its k-th change; the disk of the vault stays. */
function onlyBelow(below: string, fs: FileSystem, at: number): { fs: FileSystem; failed: () => boolean } {
  const stick = faultyFileSystem(fs, { at, fault: 'EIO', lasting: true });
  const choose = (path: string): FileSystem => (path.startsWith(below) ? stick : fs);
  return {
    fs: {
      ...fs,
      createFile: (path, mode) => choose(path).createFile(path, mode),
      makeDirectory: (path, mode) => choose(path).makeDirectory(path, mode),
      write: (handle, bytes) => choose(handle.path).write(handle, bytes),
      sync: (handle) => choose(handle.path).sync(handle),
      close: (handle) => choose(handle.path).close(handle),
      rename: (from, to) => choose(to).rename(from, to),
      remove: (path) => choose(path).remove(path),
      syncDirectory: (path) => choose(path).syncDirectory(path),
    },
    failed: () => stick.operations.length >= at,
  };
}
