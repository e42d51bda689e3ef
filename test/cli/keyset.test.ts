import { beforeAll, describe, expect, test } from 'vitest';
import { toHex } from '../../src/bytes/hex.ts';
import { suite } from '../../src/crypto/suites.ts';
import { lagrangeAtZero, readKeyPackage, readPublicKeyPackage } from '../../src/exchange/zcash-frost.ts';
import { faultyFileSystem } from '../../src/media/faults.ts';
import type { FileSystem } from '../../src/media/file-system.ts';
import { type Proposed, type Ran, World } from './world.ts';

/** alice, bob and carol, two of whom sign with a Taproot and an Ed25519 key. */
let made: World;
/** The same people while alice alone has accepted: nothing is proven. */
let unfinished: World;
/** Everybody has accepted, and bob has made his share active. */
let unproven: World;

beforeAll(async () => {
  const early = new World('keyset');
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

describe('keyset show', () => {
  test('says committee, keys, shares and copies in the words of the contract', async () => {
    const { json } = await made.machine('bob').ok('keyset', 'show', 'treasury');
    expect(json).toMatchObject({
      v: 1,
      name: 'treasury',
      epoch: 0,
      threshold: 2,
      members: [
        { name: 'alice', index: 1 },
        { name: 'bob', index: 2 },
        { name: 'carol', index: 3 },
      ],
      keys: [
        {
          label: 'main',
          suite: 'secp256k1-tr',
          publicKey: expect.stringMatching(/^0[23][0-9a-f]{64}$/),
          addresses: {},
        },
        { label: 'sol', suite: 'ed25519', publicKey: expect.stringMatching(/^[0-9a-f]{64}$/), addresses: {} },
      ],
      slots: [{ epoch: 0, state: 'active' }],
      copies: [],
      proven: true,
      rehearsal: true,
    });
    const { stdout } = await made.machine('bob').tell('keyset', 'show', 'treasury');
    expect(stdout).toContain(json.keys[0].publicKey);
    expect(stdout).toContain('2 of 3 sign');
  });

  test('is the same on every machine but for the shares', async () => {
    const [alice, carol] = await Promise.all(
      ['alice', 'carol'].map(async (name) => (await made.machine(name).ok('keyset', 'show', 'treasury')).json),
    );
    expect(alice).toEqual(carol);
  });

  test('shows no public key before the proof of life', async () => {
    const alice = unfinished.machine('alice');
    const { json, stderr } = await alice.ok('keyset', 'show', 'treasury');
    expect(json).toMatchObject({ proven: false, epoch: null, threshold: null, members: [] });
    expect(json.keys).toEqual([
      { label: 'main', suite: 'secp256k1-tr', publicKey: null, addresses: {} },
      { label: 'sol', suite: 'ed25519', publicKey: null, addresses: {} },
    ]);
    expect(json.slots).toEqual([{ epoch: 0, state: 'pending' }]);
    const told = await alice.tell('keyset', 'show', 'treasury');
    const listed = await alice.ok('keyset', 'list');
    const { keys } = (await made.machine('alice').ok('keyset', 'show', 'treasury')).json;
    for (const { publicKey } of keys) {
      expect(stderr + everything(told) + everything(listed)).not.toContain(publicKey.slice(-32));
    }
  });

  test('of a keyset that is not here is a mistake of whoever typed it', async () => {
    const { status, json } = await made.machine('bob').run('keyset', 'show', 'treasure');
    expect(status).toBe(2);
    expect(json.error.code).toBe('KEYSET_UNKNOWN');
  });
});

test('keyset list has every keyset as show has it, and the pins', async () => {
  const world = made.fork();
  const alice = world.machine('alice');
  const shown = (await alice.ok('keyset', 'show', 'treasury')).json;
  await alice.ok('keyset', 'pin', shown.keys[1].publicKey);
  const { json } = await alice.ok('keyset', 'list');
  const { v: _, ...keyset } = shown;
  expect(json).toEqual({ v: 1, keysets: [keyset], pins: [shown.keys[1].publicKey] });
  expect((await alice.tell('keyset', 'list')).stdout).toMatch(/pinned [0-9a-f]{64} {2}treasury/);
});

describe('keyset pin', () => {
  const hex = {
    odd: '039997a497d964fc1a62885b05a51166a65a90df00492c8d7cf61d6accf54803be',
    xonly: '9997a497d964fc1a62885b05a51166a65a90df00492c8d7cf61d6accf54803be',
    ed25519: 'd4b4f5784868c3020403246717ec169ff79e26608ea126a1ab69ee77d1b16712',
  };

  test('takes hex, a text file with hex, what show said, and a PublicKeyPackage', async () => {
    const world = made.fork();
    const alice = world.machine('alice');
    const shown = await alice.ok('keyset', 'show', 'treasury');
    const keys = shown.json.keys.map(({ publicKey }: { publicKey: string }) => publicKey);
    await alice.ok('keyset', 'export', 'treasury', '--format', 'frost', '--out', '/out');
    const pins = async (given: string) => {
      const fresh = world.fork().machine('bob');
      return (await fresh.ok('keyset', 'pin', given)).json.pins;
    };
    expect(await pins(hex.odd.toUpperCase())).toEqual([hex.odd]);
    expect(await pins(`0x${hex.xonly}`)).toEqual([hex.xonly]);
    expect(await pins(world.write('/key.txt', `# the key\n\n ${hex.ed25519} \n${hex.odd}\r\n`))).toEqual([
      hex.ed25519,
      hex.odd,
    ]);
    expect(await pins(world.write('/shown.json', shown.stdout))).toEqual(keys);
    expect(await pins('/out/main-public-key-package.json')).toEqual([keys[0]]);
    expect(await pins('/out/sol-public-key-package.json')).toEqual([keys[1]]);
  });

  test('keeps a pin once, and forgets it when asked to', async () => {
    const bob = made.fork().machine('bob');
    await bob.ok('keyset', 'pin', hex.odd);
    expect((await bob.ok('keyset', 'pin', hex.odd)).json.pins).toEqual([hex.odd]);
    await bob.ok('keyset', 'pin', hex.ed25519);
    expect((await bob.ok('keyset', 'pin', '--remove', hex.odd)).json).toMatchObject({
      removed: [hex.odd],
      pins: [hex.ed25519],
    });
    const { status, json } = await bob.run('keyset', 'pin', '--remove', hex.odd);
    expect([status, json.error.code]).toEqual([2, 'PIN_INVALID']);
  });

  test.each([
    ['a key with a digit missing', hex.odd.slice(1), '32 or 33 bytes'],
    ['a key that is on no curve', `02${'f'.repeat(64)}`, 'on no curve'],
    ['an uncompressed key', `04${hex.xonly}${hex.xonly}`, 'uncompressed'],
    [
      'an address of Bitcoin',
      'bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr',
      'addresses cannot be pinned yet',
    ],
    ['an address of Ethereum', '0x52908400098527886E0F7030069857D2E4169EE7', 'addresses cannot be pinned yet'],
    ['a file that is not there', './no-such-file', 'neither a public key in hex nor a file'],
    ['an empty file', '/empty', 'no public key'],
    ['JSON of another kind', '/other.json', 'another kind'],
    ['JSON that breaks off', '/broken.json', 'is none'],
  ])('refuses %s in a clear sentence', async (_, given, sentence) => {
    const world = made.fork();
    world.write('/empty', '\n');
    world.write('/other.json', '{"v":1,"error":{"code":"X"}}');
    world.write('/broken.json', '{"keys":[');
    const { status, json } = await world.machine('bob').run('keyset', 'pin', given);
    expect(status).toBe(2);
    expect(json.error).toMatchObject({ code: 'PIN_INVALID', changed: false });
    expect(json.error.message).toContain(sentence);
    expect(world.machine('bob').look(({ state }) => state.pins)).toEqual([]);
  });

  describe('on a machine that is to join', () => {
    let world: World;
    let plan: Proposed;
    let key: string;
    beforeAll(async () => {
      world = made.fork();
      await world.arrive('dave');
      const words = [
        'reshare',
        '--keyset',
        'treasury',
        '--stay',
        'alice,bob,carol',
        '--join',
        'dave',
        '--threshold',
        '2',
      ];
      plan = await world.propose('alice', ...words);
      key = (await world.machine('alice').ok('keyset', 'show', 'treasury')).json.keys[0].publicKey;
    }, 60_000);

    const consented = async (pinned: readonly string[]) => {
      const dave = world.fork().machine('dave');
      for (const pin of pinned) await dave.ok('keyset', 'pin', pin);
      const { json, status } = await dave.world.visit('dave', plan.phrase);
      return { status, code: json.holds[0]?.code };
    };

    test('lets it go on with the key itself, with its x alone, and without any pin', async () => {
      expect(await consented([key])).toEqual({ status: 0, code: undefined });
      expect(await consented([key.slice(2)])).toEqual({ status: 0, code: undefined });
      expect(await consented([hex.ed25519, key])).toEqual({ status: 0, code: undefined });
      expect(await consented([])).toEqual({ status: 0, code: undefined });
    });

    test('keeps it from consenting when another key was pinned', async () => {
      expect(await consented([hex.odd])).toEqual({ status: 4, code: 'PIN_MISMATCH' });
      const flipped = `${key.startsWith('02') ? '03' : '02'}${key.slice(2)}`;
      expect(await consented([flipped])).toEqual({ status: 4, code: 'PIN_MISMATCH' });
    });
  });
});

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
