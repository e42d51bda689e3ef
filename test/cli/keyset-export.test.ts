import { beforeAll, describe, expect, test } from 'vitest';
import { toHex } from '../../src/bytes/hex.ts';
import { suite } from '../../src/crypto/suites.ts';
import { lagrangeAtZero, readKeyPackage, readPublicKeyPackage } from '../../src/exchange/zcash-frost.ts';
import { faultyFileSystem } from '../../src/media/faults.ts';
import type { FileSystem } from '../../src/media/file-system.ts';
import { type Ran, World } from './world.ts';

/** alice, bob and carol, two of whom sign with a Taproot and an Ed25519 key. */
let made: World;
/** The same people while alice has accepted and the others have not. */
let unfinished: World;
/** Everybody has accepted, and bob has made his share active. */
let unproven: World;

beforeAll(async () => {
  const early = new World('export');
  await early.arrive('alice', 'bob', 'carol');
  const words = ['genesis', '--keyset', 'treasury', '--members', 'alice,bob,carol', '--threshold', '2'];
  const genesis = await early.propose('alice', ...words, '--key', 'main:secp256k1-tr', '--key', 'sol:ed25519');
  for (const name of ['alice', 'bob', 'carol', 'alice']) await early.visit(name, genesis.phrase);
  unfinished = early.fork();
  await early.visit('bob', genesis.phrase);
  unproven = early.fork();
  await early.walk(genesis, ['alice', 'bob', 'carol']);
  made = early;
}, 60_000);

const everything = ({ stdout, stderr }: Ran) => stdout + stderr;

describe('keyset export', () => {
  const words = ['keyset', 'export', 'treasury', '--format', 'frost', '--out', '/out/shares'] as const;

  test('writes shares any two of which make the key, and one does not', async () => {
    const world = made.fork();
    for (const name of ['alice', 'bob', 'carol']) {
      const { json } = await world.machine(name).ok(...words.slice(0, -1), `/out/${name}`);
      expect(json).toMatchObject({ keyset: 'treasury', epoch: 0, format: 'frost' });
      expect(json.files).toEqual([
        'main-key-package.json',
        'main-public-key-package.json',
        'sol-key-package.json',
        'sol-public-key-package.json',
      ]);
    }
    const { keys } = (await world.machine('alice').ok('keyset', 'show', 'treasury')).json;
    for (const { label, suite: name, publicKey } of keys) {
      const { group } = suite(name);
      const all = ['alice', 'bob', 'carol'].map((who) =>
        readKeyPackage(world.read(`/out/${who}/${label}-key-package.json`) as string),
      );
      const made = (some: typeof all) => {
        const identifiers = some.map(({ identifier }) => identifier);
        const secret = some.reduce(
          (sum, one) => group.add(sum, group.mul(lagrangeAtZero(name, identifiers, one.identifier), one.signingShare)),
          group.scalar(0n),
        );
        return toHex(group.encodePoint(group.multiplyBase(secret)));
      };
      const [a, b, c] = all as [(typeof all)[0], (typeof all)[0], (typeof all)[0]];
      for (const two of [
        [a, b],
        [b, c],
        [c, a],
      ])
        expect(made(two)).toBe(publicKey);
      for (const one of [[a], [b], [c]]) expect(made(one)).not.toBe(publicKey);
      expect(all.map(({ identifier, minSigners }) => [identifier, minSigners])).toEqual([
        [1n, 2],
        [2n, 2],
        [3n, 2],
      ]);
      const shown = readPublicKeyPackage(world.read(`/out/bob/${label}-public-key-package.json`) as string);
      expect(toHex(group.encodePoint(shown.verifyingKey))).toBe(publicKey);
      expect(world.read(`/out/alice/${label}-public-key-package.json`)).toBe(
        world.read(`/out/carol/${label}-public-key-package.json`),
      );
    }
  });

  test('is in the register of copies, and says nothing secret', async () => {
    const world = made.fork();
    const alice = world.machine('alice');
    const secrets = alice.share('treasury');
    const ran = await alice.ok(...words, '--label', 'for the signer in Bern');
    const told = await alice.tell(...words.slice(0, -1), '/out/again');
    expect(told.status).toBe(0);
    for (const secret of secrets) expect(everything(ran) + everything(told)).not.toContain(secret);
    expect(world.read('/out/shares/main-key-package.json')).toContain(secrets[0]);
    const { copies } = (await alice.ok('backup', 'list')).json;
    expect(copies).toMatchObject([
      {
        id: ran.json.copy.id,
        keyset: 'treasury',
        kind: 'export',
        epoch: 0,
        state: 'current',
        label: 'for the signer in Bern',
      },
      { kind: 'export', epoch: 0, state: 'current' },
    ]);
    expect((await alice.ok('keyset', 'show', 'treasury')).json.copies).toEqual(copies);
  });

  test('makes files that only their owner may read', async () => {
    const world = made.fork();
    await world.machine('alice').ok(...words);
    const files = world.memory.list('/out/shares').map(({ name }) => `/out/shares/${name}`);
    expect(files).toHaveLength(4);
    for (const file of files) expect(world.memory.mode(file)).toBe(0o600);
    expect(world.memory.mode('/out/shares')).toBe(0o700);
  });

  test('writes over nothing, and then is not in the register', async () => {
    const world = made.fork();
    const alice = world.machine('alice');
    world.write('/out/shares/sol-public-key-package.json', 'of somebody else');
    const { status, json } = await alice.run(...words);
    expect(status).toBe(2);
    expect(json.error).toMatchObject({ code: 'OUTPUT_THERE', changed: false });
    expect(world.read('/out/shares/sol-public-key-package.json')).toBe('of somebody else');
    expect(world.memory.list('/out/shares')).toHaveLength(1);
    expect((await alice.ok('backup', 'list')).json.copies).toEqual([]);
  });

  test('takes no file and no missing word for a folder', async () => {
    const world = made.fork();
    const alice = world.machine('alice');
    world.write('/out/shares', 'a file');
    const blocked = await alice.run(...words);
    expect([blocked.status, blocked.json.error.code]).toEqual([1, 'OUTPUT_FAILED']);
    for (const missing of [words.slice(0, 3), words.slice(0, 5)]) {
      const { status, json } = await alice.run(...missing);
      expect([status, json.error.code]).toEqual([2, 'USAGE']);
    }
    const unknown = await alice.run('keyset', 'export', 'treasury', '--format', 'dkls', '--out', '/out');
    expect(unknown.status).toBe(2);
    expect((await alice.ok('backup', 'list')).json.copies).toEqual([]);
  });

  test('exports only the keys that were named', async () => {
    const world = made.fork();
    const alice = world.machine('alice');
    expect((await alice.ok(...words, '--key', 'sol')).json.files).toEqual([
      'sol-key-package.json',
      'sol-public-key-package.json',
    ]);
    const { status, json } = await alice.run(...words, '--key', 'no-such');
    expect([status, json.error.code]).toEqual([2, 'USAGE']);
  });

  test('does not write two keys to one file, and says how to get both', async () => {
    const world = new World('labels');
    await world.arrive('alice', 'bob');
    await world.makeKeyset('treasury', ['alice', 'bob'], 2, ['a:secp256k1', 'a-Public:secp256k1']);
    const alice = world.machine('alice');
    const { status, json } = await alice.run(...words);
    expect([status, json.error.code]).toEqual([2, 'USAGE']);
    expect(json.error.hint).toContain('--key LABEL');
    expect((await alice.ok('backup', 'list')).json.copies).toEqual([]);
    for (const label of ['a', 'a-Public']) await alice.ok(...words.slice(0, -1), `/out/${label}`, '--key', label);
  }, 60_000);

  test('on a terminal a no leaves the share in the vault, and a yes is asked for every time', async () => {
    const world = made.fork();
    const alice = world.machine('alice');
    const refused = await alice.type([false], '--yes', ...words);
    expect([refused.status, refused.asked.length]).toEqual([6, 1]);
    expect(world.memory.list('/out/shares')).toEqual([]);
    expect((await alice.ok('backup', 'list')).json.copies).toEqual([]);
    expect((await alice.type([true], ...words)).status).toBe(0);
  });

  test('no byte of a share is on a disk before its copy is in the register, wherever the power fails', async () => {
    const count = faultyFileSystem(made.fork().fs);
    await made
      .fork()
      .machine('alice')
      .runWith({ fs: count }, ...words);
    let leaked = 0;
    const secrets = made.machine('alice').share('treasury');
    const places = count.operations.length;
    expect(places).toBeGreaterThan(15);
    for (const fault of ['kill', 'torn'] as const) {
      for (let at = 1; at <= places; at++) {
        const world = made.fork();
        const alice = world.machine('alice');
        await alice.runWith({ fs: faultyFileSystem(world.fs, { at, fault }) }, ...words);
        const out = [...world.memory.files()].filter(([path]) => path.startsWith('/out/'));
        const written = out.map(([, bytes]) => new TextDecoder().decode(bytes)).join('');
        world.memory.crash('nothing'); // what was not synced may be on the disk, and the register has to be
        const half = secrets.some((secret) => written.includes(secret.slice(0, 8)));
        const { copies } = (await alice.ok('backup', 'list')).json;
        if (half) leaked++;
        expect({ at, fault, registered: copies.length > 0 || !half }).toEqual({ at, fault, registered: true });
      }
    }
    expect(leaked).toBeGreaterThan(5);
  }, 60_000);

  test('a full disk leaves no file behind, and the copy in the register', async () => {
    const world = made.fork();
    const alice = world.machine('alice');
    const count = faultyFileSystem(world.fork().fs);
    await world
      .fork()
      .machine('alice')
      .runWith({ fs: count }, ...words);
    const second = count.operations.findIndex(
      ({ operation, path }) => operation === 'write' && path === '/out/shares/sol-key-package.json',
    );
    expect(second).toBeGreaterThan(0);
    const full = faultyFileSystem(world.fs, { at: second + 1, fault: 'ENOSPC' });
    const { status, json } = await alice.runWith({ fs: full }, ...words);
    expect(status).toBe(1);
    expect(json.error).toMatchObject({ code: 'OUTPUT_FAILED', changed: true });
    const { copies } = (await alice.ok('backup', 'list')).json;
    expect(json.error.message).toContain(copies[0].id);
    expect(world.memory.list('/out/shares')).toEqual([]);
  });

  test("takes nobody's place, even if a file came in between", async () => {
    const world = made.fork();
    const there = '/out/shares/sol-public-key-package.json';
    world.write(there, 'of somebody else');
    const late: FileSystem = { ...world.fs, kind: (path) => (path === there ? 'absent' : world.fs.kind(path)) };
    const { status, json } = await world.machine('alice').runWith({ fs: late }, ...words);
    expect([status, json.error.code]).toEqual([1, 'OUTPUT_FAILED']);
    expect(world.read(there)).toBe('of somebody else');
    expect(world.memory.list('/out/shares')).toHaveLength(1);
  });

  test('is of no share whose committee is not proven yet', async () => {
    const { status, json } = await unfinished.machine('alice').run(...words);
    expect([status, json.error.code]).toEqual([4, 'SHARE_MISSING']); // pending: there is no active one
    const world = unproven.fork();
    expect((await world.machine('bob').ok('keyset', 'show', 'treasury')).json.slots[0].state).toBe('active');
    const early = await world.machine('bob').run(...words);
    expect([early.status, early.json.error.code]).toEqual([3, 'KEYSET_UNPROVEN']);
    expect(world.memory.kind('/out')).toBe('absent');
  });

  test('is of no vault that was found to be an old copy', async () => {
    const world = made.fork();
    const alice = world.machine('alice');
    alice.look((vault) => {
      const id = vault.state.keysets[0]?.id as Uint8Array; // of epoch 0, whose descriptor it is the hash of
      const rollback = { scope: id, packet: new Uint8Array(32), at: 1 };
      vault.commit((state) => ({ ...state, rollbacks: [...state.rollbacks, rollback] }));
    });
    const { status, json } = await alice.run(...words);
    expect([status, json.error.code]).toEqual([5, 'VAULT_ROLLED_BACK']);
    expect(world.memory.kind('/out')).toBe('absent');
  });
});
