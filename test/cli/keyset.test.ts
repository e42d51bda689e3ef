import { beforeAll, describe, expect, test } from 'vitest';
import { type Proposed, type Ran, World } from './world.ts';

/** alice, bob and carol, two of whom sign with a Taproot and an Ed25519 key. */
let made: World;
/** The same people while alice alone has accepted: nothing is proven. */
let unfinished: World;

beforeAll(async () => {
  const early = new World('keyset');
  await early.arrive('alice', 'bob', 'carol');
  const words = ['genesis', '--keyset', 'treasury', '--members', 'alice,bob,carol', '--threshold', '2'];
  const genesis = await early.propose('alice', ...words, '--key', 'main:secp256k1-tr', '--key', 'sol:ed25519');
  for (const name of ['alice', 'bob', 'carol', 'alice']) await early.visit(name, genesis.phrase);
  unfinished = early.fork();
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
          addresses: { 'bitcoin-taproot': expect.stringMatching(/^bc1p[a-z0-9]{58}$/) },
        },
        {
          label: 'sol',
          suite: 'ed25519',
          publicKey: expect.stringMatching(/^[0-9a-f]{64}$/),
          addresses: { solana: expect.stringMatching(/^[1-9A-HJ-NP-Za-km-z]{32,44}$/) },
        },
      ],
      slots: [{ epoch: 0, state: 'active' }],
      copies: [],
      proven: true,
      rehearsal: true,
    });
    const { stdout } = await made.machine('bob').tell('keyset', 'show', 'treasury');
    expect(stdout).toContain(json.keys[0].publicKey);
    expect(stdout).toContain('2 of 3 sign');
    expect(stdout).toMatch(/^ {2}2 {2}bob \(this machine\) /m);
    expect(stdout).toContain(`    Bitcoin   ${json.keys[0].addresses['bitcoin-taproot']}\n`);
    expect(stdout).toContain(`    Solana    ${json.keys[1].addresses.solana}\n`);
  });

  test('is the same on every machine but for what each knows of the shares', async () => {
    const [alice, carol] = await Promise.all(
      ['alice', 'carol'].map(async (name) => (await made.machine(name).ok('keyset', 'show', 'treasury')).json),
    );
    // who may still have what: of its own share each knows more than of those of others
    const shared = ({ epochs, ...rest }: typeof alice) => rest;
    expect(shared(alice)).toEqual(shared(carol));
    for (const { epochs } of [alice, carol]) expect(epochs).toHaveLength(1);
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
    const shown = stderr + everything(told) + everything(listed);
    for (const { publicKey, addresses } of keys) {
      for (const secret of [publicKey.slice(-32), ...Object.values(addresses)]) expect(shown).not.toContain(secret);
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

  const bitcoin = 'bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr';
  const ethereum = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266';

  test('takes an address as it is, in its one spelling, also from a file, and never for the name of one', async () => {
    const world = made.fork();
    const bob = world.machine('bob');
    world.write(`/${bitcoin}`, hex.odd);
    expect((await bob.ok('keyset', 'pin', bitcoin.toUpperCase())).json.pins).toEqual([bitcoin]);
    const lines = world.write('/pins.txt', `${bitcoin}\n${ethereum}\n`);
    expect((await bob.ok('keyset', 'pin', lines)).json.pins).toEqual([bitcoin, ethereum]);
    expect((await bob.tell('keyset', 'list')).stdout).toContain(`pinned ${bitcoin}\npinned ${ethereum}\n`);
    expect((await bob.ok('keyset', 'pin', '--remove', bitcoin)).json).toMatchObject({
      removed: [bitcoin],
      pins: [ethereum],
    });
  });

  test('says when nothing of an address would have shown a mistake', async () => {
    const told = async (given: string) => (await made.fork().machine('bob').tell('keyset', 'pin', given)).stdout;
    expect(await told(ethereum)).toContain(`pinned ${ethereum}  ethereum\na plan`);
    expect(await told(ethereum.toLowerCase())).toContain(`pinned ${ethereum}  ethereum\n  it was given without`);
    expect(await told('24PNhTaNtomHhoy3fTRaMhAFCRj4uHqhZEEoWrKDbR5p')).toContain('compare every character');
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
      'a mistyped address',
      'bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcx',
      'checksum (bech32m) of this Bitcoin address',
    ],
    ['an address of a test network', 'tb1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqp3mvzv', 'test network'],
    ['a file that is not there', './no-such-file', 'neither a public key, nor an address, nor a file'],
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
    let addresses: string[];
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
      const { keys } = (await world.machine('alice').ok('keyset', 'show', 'treasury')).json;
      key = keys[0].publicKey;
      addresses = [keys[0].addresses['bitcoin-taproot'], keys[1].addresses.solana];
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

    test('lets it go on with an address of any of its keys', async () => {
      for (const address of addresses) expect(await consented([address])).toEqual({ status: 0, code: undefined });
    });

    test('keeps it from consenting when another address was pinned', async () => {
      for (const other of [bitcoin, ethereum]) {
        expect(await consented([other])).toEqual({ status: 4, code: 'PIN_MISMATCH' });
      }
    });

    test('shows the addresses that stay before it consents', async () => {
      const { stderr } = await world.fork().visit('dave', plan.phrase);
      expect(stderr).toContain(`    Bitcoin   ${addresses[0]}\n`);
      expect(stderr).toContain(`    Solana    ${addresses[1]}\n`);
      expect(stderr).toContain('keys and addresses stay the same');
    });

    test('keeps it from consenting when another key was pinned', async () => {
      expect(await consented([hex.odd])).toEqual({ status: 4, code: 'PIN_MISMATCH' });
      const flipped = `${key.startsWith('02') ? '03' : '02'}${key.slice(2)}`;
      expect(await consented([flipped])).toEqual({ status: 4, code: 'PIN_MISMATCH' });
    });
  });
});

test('verify takes an address where it takes a key, and shows those of the keys', async () => {
  const alice = made.fork().machine('alice');
  const { keys } = (await alice.ok('keyset', 'show', 'treasury')).json;
  await alice.ok('export', '--keyset', 'treasury', '--out', '/treasury.conclave');
  for (const asked of [keys[0].publicKey, keys[0].addresses['bitcoin-taproot'], keys[1].addresses.solana]) {
    const { json } = await alice.ok('verify', '/treasury.conclave', '--key', asked);
    expect(json).toMatchObject({ valid: true, keys });
    expect((await alice.tell('verify', '/treasury.conclave')).stdout).toContain(` ${asked}\n`);
  }
  const other = await alice.run('verify', '/treasury.conclave', '--key', '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266');
  expect([other.status, other.json.valid]).toEqual([4, false]);
  const mistyped = await alice.run('verify', '/treasury.conclave', '--key', `${keys[0].addresses['bitcoin-taproot']}q`);
  expect([mistyped.status, mistyped.json.error.code]).toEqual([2, 'PIN_INVALID']);
});
