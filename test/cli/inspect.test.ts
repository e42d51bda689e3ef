import { beforeAll, describe, expect, test } from 'vitest';
import { text } from '../../src/bytes/tagged-hash.ts';
import { type Proposed, World } from './world.ts';

const members = ['alice', 'bob', 'carol'];
const base = new World('inspect');
let key: Proposed;

beforeAll(async () => {
  await base.arrive(...members);
  key = await base.makeKeyset('treasury', members, 2, ['main:ristretto255']);
  await base.propose('alice', 'refresh', '--keyset', 'treasury');
}, 60_000);

/** Paths on the stick with this in their names. */
function onStick(world: World, part: string): string[] {
  return [...world.memory.files().keys()].filter((path) => path.startsWith('/stick/') && path.includes(part)).sort();
}

describe('inspect', () => {
  test.each([
    ['.card', 'card', { name: 'alice', card: 1 }],
    ['refresh-', 'proposal', {}],
  ])('knows a file with %s in its name', async (part, what, facts) => {
    const world = base.fork();
    const path = onStick(world, part)[0] as string;
    const { json } = await world.machine('alice').ok('inspect', path, '--closed');
    expect(json).toMatchObject({ v: 1, what, secret: false, opened: null, ...facts });
  });

  test('opens a packet of a ceremony of this vault, and tells of boxes only how big they are', async () => {
    const world = base.fork();
    const packets = onStick(world, '.packet');
    const seen = new Map<string, object>();
    for (const path of packets) {
      const { json } = await world.machine('alice').ok('inspect', path);
      expect(json).toMatchObject({ what: 'packet', ceremony: key.ceremony });
      seen.set(json.opened.kind, json.opened);
    }
    expect([...seen.keys()].sort()).toEqual(['acceptance', 'activation', 'closing', 'deal']);
    expect(seen.get('deal')).toMatchObject({
      body: { keys: 1, 'commitments for each': 2, boxes: '48 bytes, 48 bytes, 48 bytes' },
    });
  }, 30_000);

  test('opens a proposal that is for this machine, and says so of one that is not', async () => {
    const world = base.fork();
    const path = onStick(world, 'refresh-')[0] as string;
    const { json } = await world.machine('alice').ok('inspect', path);
    expect(json).toMatchObject({
      what: 'proposal',
      recipients: 3,
      opened: { kind: 'proposal', author: 'alice', plan: { kind: 'refresh' } },
    });
    await world.arrive('zoe');
    expect((await world.machine('zoe').ok('inspect', path)).json).toMatchObject({ what: 'proposal', opened: null });
  });

  test('needs no vault for what anybody can know', async () => {
    const world = base.fork();
    const { json } = await world.machine('nobody').ok('inspect', onStick(world, '.packet')[0] as string);
    expect(json).toMatchObject({ what: 'packet', ceremony: key.ceremony, opened: null });
  });

  test('warns of a file that holds a secret, and does not show it', async () => {
    const world = base.fork();
    const alice = world.machine('alice');
    await alice.ok('keyset', 'export', 'treasury', '--format', 'frost', '--out', '/stick/out');
    const [share] = alice.share('treasury');
    const { json, stdout, stderr } = await alice.ok('inspect', '/stick/out/main-key-package.json');
    expect(json).toMatchObject({
      what: 'frost-key-package',
      secret: true,
      suite: 'ristretto255',
      identifier: '1',
      threshold: 2,
    });
    expect(stderr).toContain('SECRET SHARE');
    expect(stdout + stderr).not.toContain(share);
    const open = await alice.ok('inspect', '/stick/out/main-public-key-package.json');
    expect(open.json).toMatchObject({ what: 'frost-public-key-package', secret: false, members: 3 });
    expect((await alice.ok('inspect', '/home/alice/vault')).json).toMatchObject({
      what: 'vault',
      secret: true,
      rehearsal: true,
    });
  });

  test.each([
    [
      'an answers file',
      '{"v":1,"propose":"refresh","answers":{"keyset":"treasury"}}',
      { what: 'plan', propose: 'refresh' },
    ],
    ['any other JSON', '[1,2]', { what: 'json' }],
    ['something else', 'hello', { what: 'unknown' }],
    ['an empty file', '', { what: 'unknown', bytes: 0 }],
    ['JSON too big to look at', `[${' '.repeat(4 * 2 ** 20)}]`, { what: 'unknown' }],
    ['JSON that is cut short', '{"v":1', { what: 'unknown' }],
    ['a deep nest', `${'['.repeat(200_000)}`, { what: 'unknown' }],
    ['an age file', 'age-encryption.org/v1\n-> X25519 abc\ndef\n--- mac\n', { what: 'age', recipients: 1 }],
    ['a kind of conclave file from the future', 'conclave card v9\nxyz', { what: 'conclave' }],
  ])('says what %s is', async (_, content, expected) => {
    const world = base.fork();
    const path = world.write('/stick/file', content);
    expect((await world.machine('alice').ok('inspect', path)).json).toMatchObject(expected);
  });

  test.each([
    ['a card with a wrong signature', 'conclave card v1\n', 'CBOR_MALFORMED'],
    ['a vault with a wrong header', 'conclave vault v1\n', 'VAULT_DAMAGED'],
    ['a proposal that is cut short', 'conclave proposal v1\n', 'PACKET_DAMAGED'],
  ])('refuses %s in one line', async (_, magic, code) => {
    const world = base.fork();
    world.memory.put('/stick/file', text(`${magic}${'\u00ff'.repeat(100)}`));
    const { json, status } = await world.machine('alice').run('inspect', '/stick/file');
    expect(json.error).toMatchObject({ code, changed: false });
    expect(status).toBeGreaterThan(1);
  });

  test('refuses a packet that does not open under the key of its ceremony', async () => {
    const world = base.fork();
    const path = onStick(world, '.packet')[0] as string;
    const bytes = world.memory.readFile(path);
    bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
    world.memory.put('/stick/file', bytes);
    expect(await world.machine('alice').run('inspect', '/stick/file')).toMatchObject({
      status: 4,
      json: { error: { code: 'PACKET_DAMAGED' } },
    });
  });

  test('of what is no file, or is not there, is a usage error', async () => {
    const world = base.fork();
    for (const path of ['/stick', '/stick/none'])
      expect(await world.machine('alice').run('inspect', path)).toMatchObject({
        status: 2,
        json: { error: { code: 'USAGE' } },
      });
  });
});
