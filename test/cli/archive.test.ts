import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { verifyExport } from '../../src/ceremony/verify.ts';
import { FileError } from '../../src/media/file-system.ts';
import { type Proposed, World } from './world.ts';

vi.mock('../../src/report/verifier-page.ts', () => ({ verifierPage: () => '<!doctype html><title>a page</title>' }));

const members = ['alice', 'bob', 'carol'];
const base = new World('archives');
let key: Proposed;

beforeAll(async () => {
  await base.arrive(...members);
  key = await base.makeKeyset('treasury', members, 2, ['main:ristretto255'], '--reason', 'a first key');
}, 60_000);

const names = [
  'README.txt',
  'ceremony.conclave',
  'digests.txt',
  'transcript.html',
  'transcript.json',
  'transcript.pdf',
  'transcript.txt',
  'verifier.html',
  'SHA256SUMS',
];

describe('transcript --archive', () => {
  test('is a folder that sha256sum finds whole, and that says how to check it', async () => {
    const world = base.fork();
    const { json } = await world.machine('alice').ok('transcript', '--archive', '/stick/record');
    expect(json).toMatchObject({ ceremony: key.ceremony, archive: '/stick/record', record: { of: 'proof' } });
    expect(json.files.map(({ name }: { name: string }) => name)).toEqual(names);
    const folder = mkdtempSync(join(tmpdir(), 'archive-'));
    try {
      for (const name of names) writeFileSync(join(folder, name), world.memory.readFile(`/stick/record/${name}`));
      const said = execFileSync('sha256sum', ['--strict', '-c', 'SHA256SUMS'], { cwd: folder, encoding: 'utf8' });
      expect(said.trim().split('\n')).toEqual(names.slice(0, -1).map((name) => `${name}: OK`));
      writeFileSync(join(folder, 'transcript.txt'), 'another');
      expect(() => execFileSync('sha256sum', ['-c', 'SHA256SUMS'], { cwd: folder, stdio: 'pipe' })).toThrow();
    } finally {
      rmSync(folder, { recursive: true });
    }
    const readme = world.read('/stick/record/README.txt') ?? '';
    for (const name of names.filter((one) => one !== 'README.txt'))
      expect(readme).toContain(name.replace('transcript.html', '.html').replace('transcript.txt', '.txt'));
    expect(readme).toContain('sha256sum -c SHA256SUMS');
  });

  test('holds the export that verifies alone, and the digests that follow from it', async () => {
    const world = base.fork();
    const { json } = await world.machine('alice').ok('transcript', '--archive', '/stick/record');
    const found = verifyExport(world.memory.readFile('/stick/record/ceremony.conclave'));
    expect(found).toMatchObject({ valid: true, epoch: 0 });
    const digests = world.read('/stick/record/digests.txt') ?? '';
    expect(digests).toContain(`${json.record.digest}  record\n`);
    expect(digests).toContain(`${found.head}  descriptor\n`);
    for (const { digest } of found.ceremonies[0]?.packets ?? []) expect(digests).toContain(digest);
  });

  test('has names of a local sheet on what people read, and in nothing else', async () => {
    const world = base.fork();
    world.write('/stick/names.csv', 'alice,Alice Example,Head of Treasury\n');
    await world.machine('alice').ok('transcript', '--archive', '/stick/record', '--names', '/stick/names.csv');
    const has = names.filter((name) => world.read(`/stick/record/${name}`)?.includes('Alice Example'));
    expect(has).toEqual(['transcript.html', 'transcript.txt']); // in the PDF as well, but that is compressed
  });

  test('never writes over anything', async () => {
    const world = base.fork();
    const alice = world.machine('alice');
    world.write('/stick/there', 'a file');
    world.write('/stick/folder/mine', 'a file of mine');
    for (const path of ['/stick/there', '/stick/folder']) {
      expect(await alice.run('transcript', '--archive', path)).toMatchObject({
        status: 2,
        json: { error: { code: 'USAGE', changed: false } },
      });
    }
    world.write('/stick/record.part/mine', 'a file of mine');
    expect(await alice.run('transcript', '--archive', '/stick/record')).toMatchObject({
      status: 1,
      json: { error: { code: 'OUTPUT_FAILED' } },
    });
    expect(world.read('/stick/record.part/mine')).toBe('a file of mine');
  });

  test('is there whole or not at all, and is done again after a disk that failed', async () => {
    const world = base.fork();
    const alice = world.machine('alice');
    let failures = 0;
    for (let at = 0; ; at += 5) {
      let left = at;
      const fs = {
        ...world.fs,
        ...Object.fromEntries(
          (['createFile', 'write', 'sync', 'rename', 'makeDirectory'] as const).map((operation) => [
            operation,
            (...args: never[]) => {
              if (String(args[0]).includes('/stick') || JSON.stringify(args[0])?.includes('/stick'))
                if (left-- === 0) throw new FileError('EIO', operation, '/stick');
              return (world.fs[operation] as (...all: never[]) => unknown)(...args);
            },
          ]),
        ),
      };
      const ran = await alice.runWith({ fs: fs as never }, 'transcript', '--archive', '/stick/record');
      if (ran.status === 0) break;
      failures++;
      expect(ran.json.error.code).toBe('OUTPUT_FAILED');
      expect(world.memory.kind('/stick/record')).toBe('absent');
    }
    expect(failures).toBeGreaterThan(2);
    expect(
      world.memory
        .list('/stick/record', 100)
        .map(({ name }) => name)
        .sort(),
    ).toEqual([...names].sort());
    expect(world.memory.kind('/stick/record.part')).toBe('absent');
  }, 60_000);

  test('goes with no other output', async () => {
    const alice = base.fork().machine('alice');
    for (const words of [
      ['--out', '/stick/x'],
      ['--format', 'pdf'],
    ])
      expect(await alice.run('transcript', '--archive', '/stick/record', ...words)).toMatchObject({ status: 2 });
  });

  test('of a ceremony that failed is as good', async () => {
    const world = base.fork();
    const refused = await world.propose('alice', 'refresh', '--keyset', 'treasury');
    await world.machine('alice').ok('next', '--refuse', '--reason', 'no', '--ceremony', refused.ceremony);
    const { json } = await world.machine('alice').ok('transcript', '--archive', '/stick/record');
    expect(json).toMatchObject({ ceremony: refused.ceremony, record: { of: 'packets' } });
    expect(world.read('/stick/record/README.txt')).toContain('alice, who was to receive, refused');
  });
});
