import { beforeAll, describe, expect, test } from 'vitest';
import { isExport, readExport } from '../../src/ceremony/export.ts';
import { type Proposed, World } from './world.ts';

const people = ['alice', 'bob', 'carol', 'dave', 'olga'];
const base = new World('export');
let [genesis, handover, refresh] = [] as unknown as [Proposed, Proposed, Proposed];

/** Dave comes at epoch 1; olga only looks on. A refresh has begun and is not proven. */
beforeAll(async () => {
  await base.arrive(...people);
  genesis = await base.makeKeyset('treasury', ['alice', 'bob', 'carol'], 2, ['main:ristretto255']);
  const members = ['--members', 'bob,carol,dave', '--threshold', '2', '--observers', 'olga'];
  handover = await base.propose('alice', 'reshare', '--keyset', 'treasury', ...members);
  await base.walk(handover, people);
  for (const name of people) await base.visit(name, handover.phrase);
  refresh = await base.propose('bob', 'refresh', '--keyset', 'treasury');
  await base.visit('bob', refresh.phrase);
}, 120_000);

const out = '/out.conclave';
const packets = (world: World): number =>
  readExport(world.memory.readFile(out)).ceremonies.reduce((count, one) => count + 1 + one.packets.length, 0);

describe('export', () => {
  test('of a keyset has all its ceremonies and the links of all epochs', async () => {
    const world = base.fork();
    const { json } = await world.machine('bob').ok('export', '--keyset', 'treasury', '--out', out);
    expect(json).toMatchObject({ v: 1, file: out, keyset: 'treasury', epochs: [0, 1], damaged: [] });
    expect([...json.ceremonies].sort()).toEqual([genesis, handover, refresh].map(({ ceremony }) => ceremony).sort());
    const bytes = world.memory.readFile(out);
    expect(isExport(bytes)).toBe(true);
    expect(json.bytes).toBe(bytes.length);
    expect(json.packets).toBe(packets(world));
    expect(readExport(bytes).succession).toHaveLength(2);
  });

  test('of one ceremony has that one, by the beginning of its number, whatever came of it', async () => {
    for (const { ceremony } of [genesis, handover, refresh]) {
      const world = base.fork();
      const { json } = await world.machine('bob').ok('export', '--ceremony', ceremony.slice(0, 12), '--out', out);
      expect(json).toMatchObject({ ceremonies: [ceremony], epochs: [] });
      expect(packets(world)).toBe(json.packets);
    }
  });

  test('is made also by one who holds no share, and by one who came later', async () => {
    for (const [name, epochs, count] of [
      ['olga', [0, 1], 1],
      ['dave', [0, 1], 1],
      ['alice', [0, 1], 2],
    ] as const) {
      const world = base.fork();
      const { json } = await world.machine(name).ok('export', '--keyset', 'treasury', '--out', out);
      expect([name, json.epochs, json.ceremonies.length]).toEqual([name, epochs, count]);
    }
  });

  test('takes the beginning of the id of a keyset, and no name that it does not know', async () => {
    const world = base.fork();
    const { json: shown } = await world.machine('bob').ok('verify', await written(world));
    const start = shown.keysetId.slice(0, 12);
    expect((await world.machine('bob').ok('export', '--keyset', start, '--out', out)).json.keyset).toBe('treasury');
    const { status, json } = await world.machine('bob').run('export', '--keyset', 'other', '--out', '/x');
    expect([status, json.error.code]).toEqual([2, 'KEYSET_UNKNOWN']);
  });

  test('is the same file from everybody who has the same packets', async () => {
    const files = await Promise.all(
      ['carol', 'dave'].map(async (name) => {
        const world = base.fork();
        await world.machine(name).ok('export', '--ceremony', handover.ceremony, '--out', out);
        return world.memory.readFile(out);
      }),
    );
    expect(files[0]).toEqual(files[1]);
  });

  test('says what to name where nothing is named, or too much', async () => {
    const world = base.fork();
    for (const words of [[], ['--keyset', 'treasury', '--ceremony', genesis.ceremony]]) {
      const { status, json } = await world.machine('bob').run('export', ...words, '--out', '/x');
      expect([status, json.error.code, json.error.hint]).toEqual([2, 'USAGE', expect.any(String)]);
    }
    expect(world.memory.kind('/x')).toBe('absent');
  });

  test('leaves out a packet that was damaged in the vault, and says so', async () => {
    const world = base.fork();
    const folder = `/home/bob/packets/${handover.ceremony}`;
    const [path, bytes] = [...world.memory.files()].find(
      ([name]) => name.startsWith(folder) && name.endsWith('.packet'),
    ) as [string, Uint8Array];
    world.memory.put(path, bytes.slice(0, -1), 0o600);
    const { json } = await world.machine('bob').ok('export', '--ceremony', handover.ceremony, '--out', out);
    expect(json.damaged).toEqual([path.slice(folder.length + 1)]);
    const { stdout } = await world.machine('bob').tell('export', '--ceremony', handover.ceremony, '--out', out);
    expect(stdout).toContain('left out, since it is not what it was');
  });

  test('says where it cannot be written', async () => {
    const world = base.fork();
    const { status, json } = await world.machine('bob').run('export', '--keyset', 'treasury', '--out', '/no/such/x');
    expect([status, json.error.code]).toEqual([1, 'OUTPUT_FAILED']);
  });

  test('is known to inspect', async () => {
    const world = base.fork();
    const { json } = await world.machine('nobody').ok('inspect', await written(world));
    expect(json).toMatchObject({ what: 'export', secret: false, ceremonies: 3, links: 2 });
  });
});

async function written(world: World): Promise<string> {
  await world.machine('bob').ok('export', '--keyset', 'treasury', '--out', out);
  return out;
}
