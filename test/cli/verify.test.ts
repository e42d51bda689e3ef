import { beforeAll, describe, expect, test } from 'vitest';
import { readExport } from '../../src/ceremony/export.ts';
import { lie } from './liar.ts';
import { type Proposed, type Ran, World } from './world.ts';

const people = ['alice', 'bob', 'carol', 'dave'];
const base = new World('verify');
let [genesis, handover] = [] as unknown as [Proposed, Proposed];
const [all, early, late] = ['/all.conclave', '/early.conclave', '/late.conclave'];

beforeAll(async () => {
  await base.arrive(...people);
  genesis = await base.makeKeyset('treasury', ['alice', 'bob', 'carol'], 2, ['main:ristretto255', 'tr:secp256k1-tr']);
  await base.machine('bob').ok('export', '--keyset', 'treasury', '--out', early);
  const members = ['--members', 'bob,carol,dave', '--threshold', '2'];
  handover = await base.propose('alice', 'reshare', '--keyset', 'treasury', ...members);
  await base.walk(handover, people);
  await base.visit('bob', handover.phrase);
  await base.machine('bob').ok('export', '--keyset', 'treasury', '--out', all);
  await base.machine('bob').ok('export', '--ceremony', handover.ceremony, '--out', late);
}, 120_000);

/** On a machine that has no vault, and no passphrase to give. */
const verify = (world: World, ...words: readonly string[]): Promise<Ran> =>
  world.machine('a stranger').run('verify', ...words);
const tell = (world: World, ...words: readonly string[]): Promise<Ran> =>
  world.machine('a stranger').tell('verify', ...words);
interface Shown {
  readonly check: string;
  readonly ok: boolean;
  readonly open: boolean;
}
const failed = ({ json }: Ran): string[] =>
  json.checks.filter(({ ok, open }: Shown) => !ok && !open).map(({ check }: Shown) => check);

describe('verify', () => {
  test('accepts a whole succession without a vault, and says what it proves', async () => {
    const world = base.fork();
    const { status, json } = await verify(world, all);
    const { json: shown } = await world.machine('bob').ok('keyset', 'show', 'treasury');
    expect(status).toBe(0);
    expect(json).toMatchObject({
      v: 1,
      valid: true,
      intact: true,
      keyset: 'treasury',
      epoch: 1,
      threshold: 2,
      rehearsal: true,
    });
    expect(json.keys.map(({ publicKey }: { publicKey: string }) => publicKey)).toEqual(
      shown.keys.map(({ publicKey }: { publicKey: string }) => publicKey),
    );
    expect(json.checks.every(({ ok }: Shown) => ok)).toBe(true);
    expect(
      json.ceremonies.map(({ ceremony, proven }: { ceremony: string; proven: boolean }) => [ceremony, proven]),
    ).toEqual([
      [genesis.ceremony, true],
      [handover.ceremony, true],
    ]);
    expect(world.memory.kind('/home/a stranger')).toBe('absent');
  });

  test('is read at 80 columns, speaks of the latest epoch in this file, and asks whose key it is', async () => {
    const world = base.fork();
    const { status, stdout } = await tell(world, all);
    expect(status).toBe(0);
    world.write('/other', 'something else');
    const more = await tell(world, all, early, '/other');
    for (const line of [...stdout.split('\n'), ...more.stdout.split('\n')]) expect(line.length).toBeLessThanOrEqual(80);
    for (const words of [
      'VALID: all',
      'REHEARSAL',
      'the latest epoch in this file is 1',
      'any 2 of these 3',
      'name it with --key',
      '\nnot asked    whether a later epoch exists (--expect-epoch, --head, another file)\n',
    ])
      expect(stdout).toContain(words);
    expect((await tell(world, all, '--expect-epoch', '1')).stdout).not.toContain('not asked');
  });

  test('refuses a file of which a byte is another, with status 4 and the check that failed', async () => {
    const world = base.fork();
    const bytes = world.memory.readFile(late);
    const packet = readExport(bytes).ceremonies[0]?.packets[3] as Uint8Array;
    const inSignature = Buffer.from(bytes).indexOf(packet) + packet.length - 20;
    for (const [place, names] of [
      [0, ['file']],
      [25, ['file']],
      [bytes.length - 20, ['proposals']],
      [inSignature, ['signatures']],
    ] as const) {
      const changed = bytes.slice();
      changed[place] = (changed[place] as number) ^ 1;
      world.memory.put('/changed', changed);
      const ran = await verify(world, '/changed');
      expect([place, ran.status, ran.json.valid, failed(ran)]).toEqual([place, 4, false, names]);
      expect((await tell(world, '/changed')).stdout).toContain(names[0]);
    }
  });

  test('starts from nothing but a public key', async () => {
    const world = base.fork();
    const { json } = await verify(world, all);
    for (const { publicKey } of json.keys) {
      const ran = await verify(world, all, '--key', publicKey);
      expect([ran.status, failed(ran)]).toEqual([0, []]);
    }
    const taproot = json.keys.find(({ suite }: { suite: string }) => suite === 'secp256k1-tr').publicKey;
    expect((await verify(world, all, '--key', `0x${taproot.slice(2)}`)).status).toBe(0);
    const other = await verify(
      world,
      all,
      '--key',
      `02${'79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798'}`,
    );
    expect([other.status, failed(other)]).toEqual([4, ['key']]);
    expect((await verify(world, all, '--key', 'zz')).status).toBe(2);
    expect((await tell(world, all, '--key', taproot)).stdout).not.toContain('or name it with');
  });

  test('refuses a succession that was cut short, by the epoch and by the head', async () => {
    const world = base.fork();
    const { json } = await verify(world, all);
    expect((await verify(world, early)).status).toBe(0);
    for (const [file, words, names] of [
      [all, ['--expect-epoch', '1'], []],
      [early, ['--expect-epoch', '1'], ['expect-epoch']],
      [all, ['--expect-epoch', '0'], ['expect-epoch']],
      [all, ['--head', json.head.toUpperCase()], []],
      [early, ['--head', json.head], ['head']],
    ] as const) {
      const ran = await verify(world, file, ...words);
      expect([words, ran.status, failed(ran)]).toEqual([words, names.length === 0 ? 0 : 4, names]);
      expect([ran.json.valid, ran.json.intact]).toEqual([names.length === 0, true]);
      const { stdout } = await tell(world, file, ...words);
      expect(
        stdout.replace(/\s+/g, ' ').includes('NOT VALID AS ASKED: the file is intact, but not what you expected'),
      ).toBe(names.length > 0);
    }
    for (const words of [
      ['--expect-epoch', '-1'],
      ['--expect-epoch', '1.5'],
      ['--expect-epoch', ''],
      ['--head', 'ab'],
    ])
      expect((await verify(world, all, ...words)).status).toBe(2);
  });

  test('compares exports of one keyset, and says which is newer', async () => {
    const world = base.fork();
    const ran = await verify(world, early, all);
    expect([ran.status, ran.json.valid, ran.json.epoch, ran.json.keyset]).toEqual([0, true, 1, 'treasury']);
    expect(ran.json.files.map(({ file, epoch }: { file: string; epoch: number }) => [file, epoch])).toEqual([
      [early, 0],
      [all, 1],
    ]);
    expect(ran.json.comparisons).toMatchObject([{ ok: true, files: [early, all] }]);
    const { stdout } = await tell(world, early, all);
    expect(stdout).toContain('no fork: file 2 is the newest, at epoch 1; the oldest ends');
  });

  test('says that files of several keysets have nothing in common', async () => {
    const world = base.fork();
    await world.makeKeyset('other', ['alice', 'bob'], 2, ['main:ristretto255']);
    await world.machine('alice').ok('export', '--keyset', 'other', '--out', '/other.conclave');
    const ran = await verify(world, all, '/other.conclave');
    expect(ran.json).toMatchObject({ valid: true, keyset: null, epoch: null, comparisons: [] });
    expect((await tell(world, all, '/other.conclave')).stdout).toContain('no two of these files are of one keyset');
  });

  test('of a ceremony in which somebody cheated names who, and ends with status 4 though nothing was changed', async () => {
    const world = base.fork();
    const refresh = await world.propose('bob', 'refresh', '--keyset', 'treasury');
    await world.visit('bob', refresh.phrase);
    await world.visit('carol', refresh.phrase);
    lie(world, 'carol', refresh.ceremony, 'deal', (body) => ({ ...body, boxes: [...body.boxes].reverse() }));
    await world.visit('bob', refresh.phrase);
    await world.machine('bob').ok('export', '--ceremony', refresh.ceremony, '--out', '/cheated');
    const ran = await verify(world, '/cheated');
    expect(ran.status).toBe(4);
    expect(ran.json).toMatchObject({ valid: false, intact: true, epoch: 1 });
    expect(ran.json.faults.map(({ member }: { member: string }) => member)).toContain('carol');
    const [{ identity }] = ran.json.faults;
    expect((await tell(world, '/cheated')).stdout.replace(/\s+/g, ' ')).toContain(
      `the file is as it was signed, but carol (identity ${identity.slice(0, 16)}) is at fault`,
    );
  });

  test('says what another file is, and what takes it', async () => {
    const world = base.fork();
    await world.machine('bob').ok('card', '--out', '/bob.card');
    await world
      .machine('bob')
      .ok('transcript', '--ceremony', handover.ceremony, '--format', 'json', '--out', '/t.json');
    await world.machine('bob').ok('transcript', '--ceremony', handover.ceremony, '--format', 'pdf', '--out', '/t.pdf');
    for (const [file, says] of [
      ['/t.pdf', 'evidence, and no file that conclave knows: ask whoever sent it for the .conclave file'],
      ['/bob.card', 'conclave roster add takes it'],
      ['/t.json', 'ask for the export that goes with it'],
    ] as const) {
      const ran = await verify(world, file);
      expect([ran.status, ran.json.valid, ran.json.checks[0].check]).toEqual([4, false, 'file']);
      expect(ran.json.checks[0].detail).toContain(says);
    }
    expect((await verify(world)).status).toBe(2);
    expect((await verify(world, '/nothing')).status).toBe(2);
  });

  test('judges evidence beside exports, and looks for no key in it', async () => {
    const world = base.fork();
    const refresh = await world.propose('bob', 'refresh', '--keyset', 'treasury');
    await world.visit('bob', refresh.phrase);
    await world.visit('carol', refresh.phrase);
    lie(world, 'carol', refresh.ceremony, 'deal', (body) => ({ ...body, boxes: [...body.boxes].reverse() }));
    await world.visit('bob', refresh.phrase);
    await world.machine('bob').ok('export', '--fault', 'carol', '--out', '/carol.conclave');
    const ran = await verify(world, '/carol.conclave', all);
    expect([ran.status, ran.json.valid, ran.json.files.length]).toEqual([0, true, 2]);
    const { status, json } = await verify(world, '/carol.conclave', '--expect-epoch', '1');
    expect([status, json.error.code]).toEqual([2, 'USAGE']);
  });
});
