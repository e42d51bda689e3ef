import { readFileSync } from 'node:fs';
import { armor, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { beforeAll, describe, expect, test } from 'vitest';
import { unarmored } from '../../src/bytes/armor.ts';
import { toHex } from '../../src/bytes/hex.ts';
import { readBackup } from '../../src/ceremony/backup.ts';
import { decryptUnder } from '../../src/courier/age.ts';
import { faultyFileSystem } from '../../src/media/faults.ts';
import { FileError } from '../../src/media/file-system.ts';
import { type Machine, World } from './world.ts';

/* Backups as files: made, judged, put back, and outlived by their committee. */

const people = ['alice', 'bob', 'carol'] as const;
let made: World;

beforeAll(async () => {
  made = new World('backup files');
  await made.arrive(...people);
  await made.makeKeyset('treasury', people, 2, ['main:secp256k1-tr', 'other:ed25519']);
  made.write('/words', 'six words that nobody guesses\n');
  made.write('/other-words', 'quite another passphrase\n');
  for (const medium of ['/usb', '/usb2']) made.write(`${medium}/holiday.txt`, 'of somebody else\n');
}, 60_000);

const words = ['--backup-passphrase-file', '/words'] as const;
const create = (machine: Machine, ...rest: readonly string[]) =>
  machine.run('backup', 'create', 'treasury', '--to', '/usb', ...words, ...rest);
const check = (machine: Machine, file: string, ...rest: readonly string[]) =>
  machine.run('backup', 'check', file, ...rest);

/** A world with a backup of alice, and where it lies. */
async function backedUp(): Promise<{ world: World; alice: Machine; file: string; id: string }> {
  const world = made.fork();
  const alice = world.machine('alice');
  const { json } = await create(alice, '--label', 'blue stick');
  return { world, alice, file: json.backups[0].file, id: json.backups[0].id };
}

async function refresh(world: World): Promise<string> {
  const proposed = await world.propose('alice', 'refresh', '--keyset', 'treasury');
  await world.walk(proposed, people);
  return proposed.ceremony;
}

/** The file of the active share is gone from the disk. */
function loseShare(world: World, name: string): void {
  for (const path of [...world.memory.files().keys()])
    if (path.startsWith(`/home/${name}/shares/`)) world.memory.remove(path);
}

describe('backup create', () => {
  test('writes a file that says to people what it is, and registers it with all that is known of its place', async () => {
    const world = made.fork();
    const alice = world.machine('alice');
    const where = ['--custodian', 'Ada', '--place', 'safe 3', '--medium', 'stick', '--bag', '0815'];
    const { status, json } = await create(alice, '--label', 'blue stick', ...where);
    expect(status).toBe(0);
    expect(json.backups).toHaveLength(1);
    const [one] = json.backups;
    expect(one).toMatchObject({
      kind: 'backup',
      state: 'current',
      epoch: 0,
      label: 'blue stick',
      where: { custodian: 'Ada', place: 'safe 3', medium: 'stick', bag: '0815' },
      file: `/usb/treasury-epoch0-alice-${one.id}.backup`,
    });
    const content = world.read(one.file) ?? '';
    expect(content).toContain('the share of alice, member 1 of treasury, at epoch 0; sealed under a passphrase');
    expect(content).toContain(`backup ${one.id}: blue stick`);
    const { copies } = (await alice.ok('backup', 'list')).json;
    expect(copies).toMatchObject([{ id: one.id, state: 'current', outstanding: false }]);
    expect((await alice.tell('backup', 'list')).stdout).toContain('Ada, safe 3, stick, bag 0815');
  });

  test('what plain age gets out of it is the exported FROST form, and nothing else that is secret', async () => {
    const { world, alice, file } = await backedUp();
    const content = world.read(file) ?? '';
    const sealed = unarmored('AGE ENCRYPTED FILE', content) as Uint8Array;
    // what sed leaves, as the file itself says and the guide as well, is armor as age writes and reads it
    const sed = /sed -n '\/(.*)\/,\/(.*)\/p'/;
    const [, begin = '', end = ''] = sed.exec(content) ?? [];
    expect(sed.exec(readFileSync(new URL('../../docs/operator-guide.md', import.meta.url), 'utf8'))?.[1]).toBe(begin);
    const lines = content.split('\n');
    const from = lines.findIndex((line) => new RegExp(begin).test(line));
    const to = lines.findIndex((line, at) => at > from && new RegExp(end).test(line));
    const cut = lines.slice(from, to + 1).join('\n');
    expect(armor.decode(cut)).toEqual(sealed);
    expect(armor.encode(sealed).trim()).toBe(cut);
    const plain = new TextDecoder().decode(
      (await decryptUnder('six words that nobody guesses', sealed)) ?? new Uint8Array(),
    );
    await alice.ok('keyset', 'export', 'treasury', '--format', 'frost', '--out', '/out');
    for (const key of ['main', 'other'])
      expect(plain.split('\n')).toContain(world.read(`/out/${key}-key-package.json`)?.trim());
    const secrets = alice.look(({ state }) => [
      state.signing.secret,
      ...state.prekeys.map(({ secret }) => secret),
      ...state.nonces.flatMap((nonce) => nonce.secrets),
    ]);
    for (const secret of secrets) expect(plain).not.toContain(toHex(secret));
    for (const share of alice.share('treasury')) expect(content).not.toContain(share);
  });

  test('goes to several places, each with its own number, label and bag', async () => {
    const world = made.fork();
    const both = ['--to', '/usb2', '--label', 'one', '--label', 'two', '--bag', '1', '--bag', '2', '--place', 'bank'];
    const { json } = await create(world.machine('alice'), ...both);
    expect(json.backups).toMatchObject([
      { label: 'one', where: { bag: '1', place: 'bank' } },
      { label: 'two', where: { bag: '2', place: 'bank' } },
    ]);
    expect(json.backups[0].id).not.toBe(json.backups[1].id);
    expect(json.backups[1].file).toMatch(/^\/usb2\//);
  });

  test('is sealed to age recipients, and this machine cannot open it', async () => {
    const world = made.fork();
    const alice = world.machine('alice');
    const identity = await generateX25519Identity();
    const recipient = await identityToRecipient(identity);
    const { json } = await alice.ok('backup', 'create', '--to', '/usb', '--recipient', recipient);
    const file = json.backups[0].file;
    expect((await check(alice, file)).json).toMatchObject({ state: 'locked', opened: false });
    world.write('/identity', `# created: today\n${identity}\n`);
    const opened = await check(alice, file, '--identity', '/identity');
    expect([opened.status, opened.json]).toMatchObject([0, { state: 'current', opened: true }]);
  });

  test.each([
    ['into a folder that is not there', ['--to', '/nowhere'], 2],
    ['into the vault', ['--to', '/home/alice'], 2],
    ['twice into one place', ['--to', '/usb', '--to', '/usb'], 2],
    ['with a short passphrase', ['--to', '/usb', '--backup-passphrase-file', '/short'], 2],
    ['without a passphrase', ['--to', '/usb'], 2],
    ['to a recipient that is none', ['--to', '/usb', '--recipient', 'age1nobody'], 2],
    [
      'with two labels for three places',
      ['--to', '/usb', '--to', '/usb2', '--label', 'a', '--label', 'b', '--label', 'c'],
      2,
    ],
  ])('is refused %s, and nothing is registered or written', async (_, rest, status) => {
    const world = made.fork();
    world.write('/short', 'short\n');
    const alice = world.machine('alice');
    const before = [...world.memory.files().keys()].filter((path) => path.endsWith('.backup'));
    expect((await alice.run('backup', 'create', 'treasury', ...rest)).status).toBe(status);
    expect((await alice.ok('backup', 'list')).json.copies).toEqual([]);
    expect([...world.memory.files().keys()].filter((path) => path.endsWith('.backup'))).toEqual(before);
  });
});

describe('backup create, wherever the power fails', () => {
  test('leaves no byte of a backup that is not in the register, and none in the register as good that is not there whole', async () => {
    const line = ['backup', 'create', 'treasury', '--to', '/usb', '--to', '/usb2', '--label', 'x', ...words];
    const counted = made.fork();
    const count = faultyFileSystem(counted.fs);
    await counted.machine('alice').runWith({ fs: count }, ...line);
    const places = count.operations.length;
    expect(places).toBeGreaterThan(25);
    let unfinished = 0;
    // every place with one of them, each of them at every fourth
    const faults = ['kill', 'torn', 'ENOSPC', 'EIO'] as const;
    for (const [first, fault] of faults.entries()) {
      for (let at = first + 1; at <= places; at += faults.length) {
        const world = made.fork();
        const alice = world.machine('alice');
        await alice.runWith({ fs: faultyFileSystem(world.fs, { at, fault }) }, ...line);
        const written = [...world.memory.files().keys()].filter((path) => /^\/usb2?\/treasury/.test(path));
        world.memory.crash('nothing');
        const { copies } = (await alice.ok('backup', 'list')).json;
        const numbers = copies.map(({ id }: { id: string }) => id);
        const unknown = written.filter((path) => !numbers.some((id: string) => path.includes(id)));
        for (const { id, state } of copies) {
          if (state === 'unfinished') unfinished++;
          else {
            const file = [...world.memory.files().keys()].find((path) => path.endsWith(`${id}.backup`)) ?? '/none';
            expect({ at, fault, state: (await check(alice, file, ...words)).json.state }).toEqual({
              at,
              fault,
              state: 'current',
            });
          }
        }
        // what is not there on the disk any more cannot be missed either
        const left = unknown.filter((path) => world.memory.kind(path) !== 'absent');
        expect({ at, fault, left }).toEqual({ at, fault, left: [] });
        if (at % 3 !== 0) continue;
        await alice.ok(...line);
        const after = (await alice.ok('backup', 'list')).json.copies.map(({ state }: { state: string }) => state);
        expect({ at, fault, after }).not.toMatchObject({ after: expect.arrayContaining(['unfinished']) });
        const strays = [...world.memory.files().keys()].filter((path) => path.endsWith('.new'));
        expect({ at, fault, strays }).toEqual({ at, fault, strays: [] });
      }
    }
    expect(unfinished).toBeGreaterThan(5);
  }, 120_000);
});

describe('backup check', () => {
  test('calls a backup of the committee that holds the key current, by the share or by the header alone', async () => {
    const { world, alice, file } = await backedUp();
    const before = new Map(world.memory.files());
    const opened = await check(alice, file, ...words);
    expect([opened.status, opened.json]).toMatchObject([
      0,
      { v: 1, state: 'current', keyset: 'treasury', epoch: 0, currentEpoch: 0, opened: true },
    ]);
    const closed = await check(alice, file);
    expect([closed.status, closed.json]).toMatchObject([0, { state: 'current', opened: false }]);
    expect(closed.json.reason).toContain('signed header alone');
    expect(world.memory.files()).toEqual(before);
  });

  test('says locked to a wrong passphrase', async () => {
    const { alice, file } = await backedUp();
    const { status, json } = await check(alice, file, '--backup-passphrase-file', '/other-words');
    expect([status, json.state]).toEqual([7, 'locked']);
  });

  test('calls it stale after a refresh, with the ceremony and what takes its place, however it is looked at', async () => {
    const { world, alice, file } = await backedUp();
    const ceremony = await refresh(world);
    const again = (await create(alice)).json.backups[0].id;
    for (const keys of [[...words], [], ['--backup-passphrase-file', '/other-words']]) {
      const { status, json } = await check(alice, file, ...keys);
      expect([status, json]).toMatchObject([
        5,
        { state: 'stale', epoch: 0, currentEpoch: 1, endedBy: { ceremony }, instead: [again] },
      ]);
      expect(json.endedBy.at).toBeGreaterThan(1_800_000_000);
    }
    expect((await alice.tell('backup', 'check', file)).stdout).toContain(`in its place: backup ${again}`);
    // a member who has seen nothing of it yet, and one who never had a vault
    expect((await check(world.machine('bob'), file, ...words)).json.state).toBe('stale');
    expect((await check(world.machine('nobody'), file, ...words)).json.state).toBe('foreign');
  }, 60_000);

  test('judges by an export instead of a vault, with the ceremony and what its member recorded since', async () => {
    const { world, alice, file } = await backedUp();
    const against = async (name: string) => {
      await alice.ok('export', '--keyset', 'treasury', '--out', `/${name}.conclave`);
      return ['--against', `/${name}.conclave`];
    };
    const before = await against('before');
    const ceremony = await refresh(world);
    const after = await against('after');
    const auditor = world.machine('auditor');
    expect((await check(auditor, file, ...before, ...words)).json).toMatchObject({ state: 'current', opened: true });
    const { status, json } = await check(auditor, file, ...after);
    expect([status, json]).toMatchObject([5, { state: 'stale', epoch: 0, currentEpoch: 1, endedBy: { ceremony } }]);
    const fresh = (await create(alice)).json.backups[0].file;
    expect((await check(auditor, fresh, ...before, ...words)).json.state).toBe('newer');
    expect((await check(auditor, fresh, ...after, ...words)).json.state).toBe('current');
    world.write('/broken.conclave', 'conclave export v1\nnothing');
    const broken = await check(auditor, fresh, '--against', '/broken.conclave');
    expect([broken.status, broken.json.error.code]).toEqual([4, 'EVIDENCE_INVALID']);
  }, 60_000);

  test('calls it newer where the vault has not seen the ceremony', async () => {
    const world = made.fork();
    const home = [...world.memory.files()].filter(([path]) => path.startsWith('/home/carol/'));
    await refresh(world);
    const file = (await create(world.machine('alice'))).json.backups[0].file;
    for (const path of [...world.memory.files().keys()]) if (path.startsWith('/home/carol/')) world.memory.remove(path);
    for (const [path, bytes] of home) world.memory.put(path, bytes, 0o600);
    const { status, json } = await check(world.machine('carol'), file, ...words);
    expect([status, json]).toMatchObject([4, { state: 'newer', epoch: 1, currentEpoch: 0 }]);
    expect((await world.machine('carol').run('backup', 'restore', file, ...words)).json.error.code).toBe(
      'BACKUP_NEWER',
    );
  }, 60_000);

  test('calls a file damaged in which anything was changed, cut off or added', async () => {
    const { world, alice, file } = await backedUp();
    const content = world.read(file) ?? '';
    const lines = content.split('\n');
    const changed = [
      content.replace('member 1 of', 'member 2 of'),
      content.replace('blue stick', 'red stick'),
      content.slice(0, -30),
      `${content}more\n`,
      ...lines.flatMap((line, at) =>
        /^[A-Za-z0-9+/]{64}$/.test(line)
          ? [
              lines
                .with(
                  at,
                  line.replace(/[a-y]/, (letter) => (letter === 'b' ? 'c' : 'b')),
                )
                .join('\n'),
            ]
          : [],
      ),
    ];
    for (const one of changed) {
      const { status, json } = await check(alice, world.write('/changed', one), ...words);
      expect([status, json.state]).toEqual([4, 'damaged']);
    }
    expect(changed.length).toBeGreaterThan(15);
    // what a mail program does to the ends of lines changes nothing
    const other = world.write('/crlf', content.replaceAll('\n', '\r\n'));
    expect((await check(alice, other, ...words)).json.state).toBe('current');
    expect((await check(alice, world.write('/none', 'shopping list\n'))).json).toMatchObject({
      state: 'damaged',
      keyset: null,
      epoch: null,
    });
  });
});

describe('backup restore', () => {
  test('puts the share back where it was lost, once, and asks for a drill', async () => {
    const { world, alice, file } = await backedUp();
    const share = alice.share('treasury');
    expect((await alice.ok('backup', 'restore', file, ...words)).json.did).toBe('nothing');
    loseShare(world, 'alice');
    expect(() => alice.share('treasury')).toThrow();
    expect((await alice.tell('keyset', 'show', 'treasury')).stdout).toContain('on this machine is LOST: its file');
    const { json } = await alice.ok('backup', 'restore', file, ...words);
    expect(json).toMatchObject({
      did: 'put-back',
      drill: 'conclave propose drill --keyset treasury --signers alice,bob',
    });
    expect(alice.share('treasury')).toEqual(share);
    expect((await alice.ok('backup', 'restore', file, ...words)).json.did).toBe('nothing');
    const drill = await world.propose('alice', 'drill', '--keyset', 'treasury', '--signers', 'alice,bob');
    expect(await world.walk(drill, people)).toContain('alice drill');
    expect((await alice.ok('status', '--ceremony', drill.ceremony)).json.ceremonies[0].phase).toBe('complete');
    await refresh(world);
  }, 60_000);

  test('is refused for a stale backup whatever is said, and in quarantine it signs nothing and goes', async () => {
    const { world, alice, file } = await backedUp();
    await refresh(world);
    const active = alice.share('treasury');
    for (const rest of [[], [...words], ['--yes', ...words]]) {
      const { status, json } = await alice.run('backup', 'restore', file, ...rest);
      expect([status, json.error.code, json.error.changed]).toEqual([5, 'BACKUP_STALE', false]);
      expect(json.error.message).toContain('too old');
    }
    loseShare(world, 'alice');
    expect((await alice.run('backup', 'restore', file, ...words)).status).toBe(5);
    const taken = await alice.run('backup', 'restore', file, '--quarantine', ...words);
    expect([taken.status, taken.json.did]).toEqual([0, 'quarantined']);
    const shown = (await alice.ok('keyset', 'show', 'treasury')).json;
    expect(shown.slots).toEqual([{ epoch: 1, state: 'active' }]);
    expect(shown.apart).toEqual([{ epoch: 0, index: 1, why: 'stale' }]);
    expect(active).not.toEqual([]);
  }, 60_000);

  test('quarantine ends with the next closing, and its file goes', async () => {
    const { world, alice, file } = await backedUp();
    await refresh(world);
    await alice.ok('backup', 'restore', file, '--quarantine', ...words);
    const shares = () => [...world.memory.files().keys()].filter((path) => path.startsWith('/home/alice/shares/'));
    expect(shares()).toHaveLength(2);
    await refresh(world);
    expect((await alice.ok('keyset', 'show', 'treasury')).json.apart).toEqual([]);
    expect(shares()).toHaveLength(1);
  }, 60_000);

  test('into a fresh vault keeps the share apart: it can be exported, and signs in no ceremony', async () => {
    const { world, file } = await backedUp();
    const fresh = world.machine('alice2');
    await fresh.ok('init', '--name', 'alice2', '--stick', world.stick);
    const { json } = await fresh.ok('backup', 'restore', file, ...words);
    expect(json).toMatchObject({
      did: 'kept-apart',
      recover: 'conclave propose recover --keyset treasury --lost alice',
    });
    expect((await fresh.ok('keyset', 'show', 'treasury')).json).toMatchObject({
      epoch: 0,
      slots: [],
      apart: [{ epoch: 0, index: 1, why: 'other-machine' }],
    });
    await fresh.ok('keyset', 'export', 'treasury', '--format', 'frost', '--out', '/emergency');
    await world.machine('alice').ok('keyset', 'export', 'treasury', '--format', 'frost', '--out', '/own');
    expect(world.read('/emergency/main-key-package.json')).toBe(world.read('/own/main-key-package.json'));
    expect((await fresh.run('propose', 'refresh', '--keyset', 'treasury')).status).not.toBe(0);
    // and a share of another member never comes beside it
    const bobs = (await world.machine('bob').ok('backup', 'create', '--to', '/usb', ...words)).json.backups[0].file;
    for (const machine of [fresh, world.machine('carol')])
      expect((await machine.run('backup', 'restore', bobs, ...words)).json.error.code).toBe('BACKUP_FOREIGN');
  }, 60_000);

  test('does not let an old copy of the vault act with a share whose votes it forgot', async () => {
    const world = made.fork();
    const alice = world.machine('alice');
    const file = (await create(alice)).json.backups[0].file;
    alice.look((vault) =>
      vault.commit((state) => ({ ...state, keysets: state.keysets.map((keyset) => ({ ...keyset, slots: [] })) })),
    );
    const { status, json } = await alice.run('backup', 'restore', file, ...words);
    expect([status, json.error.code]).toEqual([5, 'VAULT_ROLLED_BACK']);
  });

  test('is refused with a wrong passphrase, and changes nothing', async () => {
    const { world, alice, file } = await backedUp();
    loseShare(world, 'alice');
    const { status, json } = await alice.run('backup', 'restore', file, '--backup-passphrase-file', '/other-words');
    expect([status, json.error.code, json.error.changed]).toEqual([7, 'BACKUP_LOCKED', false]);
  });

  test('is refused where none of the keys is one that was pinned', async () => {
    const { world, file } = await backedUp();
    const fresh = world.machine('dora');
    await fresh.ok('init', '--name', 'dora');
    await fresh.ok('keyset', 'pin', '02'.repeat(32));
    expect((await fresh.run('backup', 'restore', file, ...words)).json.error.code).toBe('PIN_MISMATCH');
  });
});

describe('backup retire', () => {
  test('records who saw what; the next closing hands it on', async () => {
    const { world, alice, id } = await backedUp();
    const seen = ['--witness', 'Ada', '--witness', 'Ben', '--method', 'shred'];
    const early = await alice.run('backup', 'retire', id, ...seen);
    expect(early.status).toBe(2); // the epoch is not over: a sentence is asked for
    await refresh(world);
    const list = async () => (await alice.ok('backup', 'list')).json.copies[0];
    expect(await list()).toMatchObject({ state: 'invalid', outstanding: true });
    await alice.ok('backup', 'retire', id, ...seen);
    expect(await list()).toMatchObject({
      state: 'destroyed',
      outstanding: false,
      destroyed: { method: 'shred', witnesses: ['Ada', 'Ben'] },
    });
  }, 60_000);
});

describe('next', () => {
  test('makes it also in the visit in which the proof of a new key comes about', async () => {
    const world = made.fork();
    const keyset = [
      '--keyset',
      'young',
      '--members',
      people.join(','),
      '--threshold',
      '2',
      '--key',
      'main:ristretto255',
    ];
    const plan = await world.propose('alice', 'genesis', ...keyset, '--backup', 'required');
    const to = ['--backup-to', '/usb', ...words];
    const did: string[] = [];
    for (const name of [...people, ...people, ...people]) {
      const { json } = await world.visit(name, plan.phrase, ...to);
      // biome-ignore lint/suspicious/noExplicitAny: as in Ran
      const found = json.ceremonies.find((one: any) => one.ceremony === plan.ceremony);
      did.push(`${name} ${found.did.join(' ')}`);
    }
    // whoever signs last sees the proof, backs up and closes, all in one visit
    expect(did.some((line) => line.endsWith('activate close'))).toBe(true);
    for (const name of people) {
      const { copies } = (await world.machine(name).ok('backup', 'list', 'young')).json;
      expect(copies).toMatchObject([{ kind: 'backup', epoch: 0, state: 'current' }]);
    }
  }, 60_000);

  test('makes the backups that the plan requires in the same visit, and only then closes', async () => {
    const world = made.fork();
    const alice = world.machine('alice');
    const wanted = ['--backup', 'required', '--copies', '2'];
    const plan = await world.propose('alice', 'refresh', '--keyset', 'treasury', ...wanted);
    await world.walk(plan, people);
    const held = await world.visit('alice', plan.phrase);
    expect(held.json.holds[0].code).toBe('BACKUP_REQUIRED');
    expect(held.json.holds[0].hint).toContain('--backup-to');
    const wrong = await world.visit('alice', plan.phrase, '--backup-to', '/not-mounted', ...words);
    expect([wrong.status, wrong.json.holds.at(-1).code]).toEqual([4, 'BACKUP_PLACE']);
    const to = ['--backup-to', '/usb', '--backup-to', '/usb2', ...words];
    const closed = await world.visit('alice', plan.phrase, ...to);
    expect([closed.status, closed.json.ceremonies.at(-1).did]).toEqual([0, ['close']]);
    const { copies } = (await alice.ok('backup', 'list')).json;
    expect(copies).toMatchObject([{ epoch: 1, kind: 'backup', state: 'current' }, { epoch: 1 }]);
    for (const folder of ['/usb', '/usb2'])
      for (const path of [...world.memory.files().keys()].filter((one) => one.startsWith(`${folder}/treasury-epoch1`)))
        expect(readBackup(world.memory.readFile(path)).header.epoch).toBe(1);
    expect((await alice.ok('keyset', 'show', 'treasury')).json.slots).toEqual([{ epoch: 1, state: 'active' }]);
  }, 60_000);

  test('makes a page for the safe among them, read back like a folder, before the old share goes', async () => {
    const world = made.fork();
    const alice = world.machine('alice');
    const plan = await world.propose('alice', 'refresh', '--keyset', 'treasury', '--copies', '2');
    await world.walk(plan, people);
    const to = ['--backup-to', '/usb', '--backup-paper', '/usb2/page.pdf', ...words];
    const closed = await world.visit('alice', plan.phrase, ...to);
    expect([closed.status, closed.json.ceremonies.at(-1).did]).toEqual([0, ['close']]);
    expect(closed.stderr).toMatch(/page\.pdf, read back and opened/);
    expect(closed.stderr).toContain('print the PDF');
    const { copies } = (await alice.ok('backup', 'list')).json;
    const standing = { epoch: 1, kind: 'backup', state: 'current' };
    expect(copies).toMatchObject([standing, { ...standing, where: { medium: 'paper' } }]);
    expect(world.read('/usb2/page.pdf')).toMatch(/^%PDF/);
  }, 120_000);

  test('holds up the closing alone where a medium fails that is asked whether it has one already', async () => {
    const world = made.fork();
    const plan = await world.propose('alice', 'refresh', '--keyset', 'treasury', '--copies', '2');
    await world.walk(plan, people);
    await world.visit('alice', plan.phrase, '--backup-to', '/usb', ...words);
    const failing = (path: string): never => {
      throw new FileError('EIO', 'kind', path);
    };
    const fs = {
      ...world.fs,
      kind: (path: string) => (path.startsWith('/usb2') ? failing(path) : world.fs.kind(path)),
    };
    const visit = ['next', '--stick', world.stick, '--backup-to', '/usb2'];
    const failed = await world.machine('alice').runWith({ fs }, ...visit, ...words);
    expect([failed.status, failed.json.holds.at(-1).code]).toEqual([4, 'BACKUP_PLACE']);
  }, 60_000);

  test('asks on a terminal where they are to go, and takes the name of a PDF for a page', async () => {
    const world = made.fork();
    const plan = await world.propose('alice', 'refresh', '--keyset', 'treasury', '--copies', '2');
    await world.walk(plan, people);
    const answers = ['/usb2/Page.PDF', '/usb'];
    const { asked, status } = await world.machine('alice').type(answers, 'next', '--stick', world.stick, ...words);
    expect([status, asked.filter((question) => question.startsWith('place ')).length]).toEqual([0, 2]);
    const { copies } = (await world.machine('alice').ok('backup', 'list')).json;
    expect(copies).toMatchObject([{ where: { medium: '' } }, { where: { medium: 'paper' } }]);
    expect(world.read('/usb2/Page.PDF')).toMatch(/^%PDF/);
  }, 120_000);

  test('makes what is missing when it is run again, and no second one where there is one already', async () => {
    const world = made.fork();
    const alice = world.machine('alice');
    const plan = await world.propose('alice', 'refresh', '--keyset', 'treasury', '--copies', '2');
    await world.walk(plan, people);
    const one = await world.visit('alice', plan.phrase, '--backup-to', '/usb', ...words);
    expect(one.json.holds.at(-1).code).toBe('BACKUP_REQUIRED');
    const same = await world.visit('alice', plan.phrase, '--backup-to', '/usb', ...words);
    expect(same.json.holds.at(-1)).toMatchObject({ code: 'BACKUP_PLACE', hint: expect.stringContaining('two places') });
    const both = await world.visit('alice', plan.phrase, '--backup-to', '/usb', '--backup-to', '/usb2', ...words);
    expect([both.status, both.json.ceremonies.at(-1).did]).toEqual([0, ['close']]);
    const files = [...world.memory.files().keys()].filter((path) => /^\/usb2?\/treasury-epoch1/.test(path));
    expect(files.map((path) => path.split('/')[1]).sort()).toEqual(['usb', 'usb2']);
    expect((await alice.ok('backup', 'list')).json.copies).toHaveLength(2);
  }, 60_000);
});
