import { Encrypter } from 'age-encryption';
import { beforeAll, describe, expect, test } from 'vitest';
import { text } from '../../src/bytes/tagged-hash.ts';
import { type Backup, type BackupHeader, readBackup, writeBackup } from '../../src/ceremony/backup.ts';
import { decryptUnder, encryptUnder } from '../../src/courier/age.ts';
import { faultyFileSystem } from '../../src/media/faults.ts';
import { type Machine, World } from './world.ts';

/* Backups in the hands of somebody who means harm, and of somebody who is too tired to. */

const people = ['alice', 'bob', 'carol'] as const;
const passphrase = 'six words that nobody guesses';
const words = ['--backup-passphrase-file', '/words'] as const;
let made: World;
const files: Record<string, string> = {};

beforeAll(async () => {
  made = new World('backup attacks');
  await made.arrive(...people);
  await made.makeKeyset('treasury', people, 2, ['main:ristretto255']);
  made.write('/words', `${passphrase}\n`);
  made.write('/usb/holiday.txt', 'of somebody else\n');
  for (const name of people) {
    const { json } = await made.machine(name).ok('backup', 'create', '--to', '/usb', ...words);
    files[name] = json.backups[0].file;
  }
}, 60_000);

const of = (world: World, name: string): Backup => readBackup(world.memory.readFile(files[name] as string));
const check = (machine: Machine, file: string) => machine.run('backup', 'check', file, ...words);
const restore = (machine: Machine, file: string, ...rest: readonly string[]) =>
  machine.run('backup', 'restore', file, ...words, ...rest);
const refresh = async (world: World, ...rest: readonly string[]) =>
  world.propose('alice', 'refresh', '--keyset', 'treasury', ...rest);

function loseShares(world: World, name: string): void {
  for (const path of [...world.memory.files().keys()])
    if (path.startsWith(`/home/${name}/shares/`)) world.memory.remove(path);
}

/** A backup as somebody signs it who has this identity, and something else in the place of what they should have. */
function signedBy(
  world: World,
  name: string,
  like: Backup,
  { header = {}, ageFile = like.ageFile }: { header?: Partial<BackupHeader>; ageFile?: Uint8Array },
): string {
  return world.machine(name).look(({ state }) => {
    const { sealed: _, ...facts } = { ...like.header, ...header };
    return world.write('/usb/forged.backup', writeBackup(facts, like.link, ageFile, state.signing.secret));
  });
}

const identityOf = (world: World, name: string) => world.machine(name).look(({ state }) => state.signing.public);

describe('a backup that somebody made up', () => {
  test('is damaged where another than its member signed it, for that place or for the own one', async () => {
    const world = made.fork();
    const [alice, carols] = [world.machine('alice'), identityOf(made, 'carol')];
    for (const header of [{}, { identity: carols }, { identity: carols, member: 'carol' }]) {
      const forged = signedBy(world, 'carol', of(world, 'alice'), { header });
      expect((await check(alice, forged)).json.state).toBe('damaged');
      expect((await restore(alice, forged)).json.error.code).toBe('BACKUP_DAMAGED');
    }
  });

  test('is damaged where its member says another epoch, keyset, committee or world than the proof', async () => {
    const world = made.fork();
    const other = new Uint8Array(32).fill(7);
    const lies: Partial<BackupHeader>[] = [
      ...[{ epoch: 1 }, { keyset: other }, { keys: other }, { descriptor: other }],
      ...[{ index: 2 }, { rehearsal: false }],
    ];
    for (const header of lies) {
      const forged = signedBy(world, 'alice', of(world, 'alice'), { header });
      expect([header, (await check(world.machine('bob'), forged)).json.state]).toEqual([header, 'damaged']);
    }
  });

  test('is damaged where the sealed share is that of another backup, member or epoch, rightly signed or not', async () => {
    const world = made.fork();
    const [alice, mine, bobs] = [world.machine('alice'), of(world, 'alice'), of(world, 'bob')];
    const content = world.read(files.alice as string) ?? '';
    const sealed = (file: string) => file.slice(file.indexOf('-----BEGIN AGE'));
    const swapped = content.replace(sealed(content), sealed(world.read(files.bob as string) ?? ''));
    expect((await check(alice, world.write('/usb/swapped.backup', swapped))).json.state).toBe('damaged');
    const resealed = signedBy(world, 'alice', mine, { ageFile: bobs.ageFile });
    expect((await check(alice, resealed)).json).toMatchObject({ state: 'damaged', opened: false });
    // and where what is in it calls itself what it should, and is another share
    const plain = new TextDecoder().decode((await decryptUnder(passphrase, mine.ageFile)) ?? new Uint8Array());
    const [share = '', other = ''] = [alice, world.machine('bob')].map((one) => one.share('treasury')[0]);
    expect(plain).toContain(share);
    const ageFile = await encryptUnder(passphrase, text(plain.replace(share, other)), true);
    const lie = signedBy(world, 'alice', mine, { ageFile });
    loseShares(world, 'alice');
    expect((await check(alice, lie)).json.state).toBe('damaged');
    expect((await restore(alice, lie)).json.error.code).toBe('BACKUP_DAMAGED');
    expect(() => alice.share('treasury')).toThrow();
  });

  test('is called damaged, and costs nothing, where its age header asks for more work than any passphrase is worth', async () => {
    const world = made.fork();
    const [alice, mine] = [world.machine('alice'), of(world, 'alice')];
    const honest = new TextDecoder('latin1').decode(mine.ageFile);
    const dear = honest.replace(/^(-> scrypt \S+) \d+$/m, '$1 19');
    expect(dear).not.toBe(honest);
    const crowd = new Encrypter();
    for (let at = 0; at < 100; at++) crowd.addRecipient(alice.look(({ state }) => state.age.recipient));
    const crowded = new Uint8Array(await crowd.encrypt(new Uint8Array(1)));
    for (const ageFile of [Uint8Array.from(dear, (one) => one.charCodeAt(0)), crowded]) {
      const forged = signedBy(world, 'alice', mine, { ageFile });
      const { status, json } = await check(alice, forged);
      expect([status, json.state, json.reason]).toEqual([4, 'damaged', expect.stringContaining('age header')]);
    }
  });
});

describe('a share that is put back', () => {
  test('goes to its place also while that is retired, as long as no later committee is proven', async () => {
    const world = made.fork();
    const alice = world.machine('alice');
    const { phrase } = await refresh(world);
    // alice signs for the new committee, and nobody after her
    for (const name of ['alice', 'bob', 'carol', 'bob', 'alice', 'alice']) await world.visit(name, phrase);
    const slots = async () => (await alice.ok('keyset', 'show', 'treasury')).json.slots;
    const both = [
      { epoch: 0, state: 'retired' },
      { epoch: 1, state: 'active' },
    ];
    expect(await slots()).toEqual(both);
    loseShares(world, 'alice');
    expect((await restore(alice, files.alice as string)).json).toMatchObject({ did: 'put-back', epoch: 0 });
    expect(await slots()).toEqual(both);
    expect((await restore(alice, files.alice as string)).json.did).toBe('nothing');
  });

  test('stays out of a vault that is known to be an old copy', async () => {
    const world = made.fork();
    const alice = world.machine('alice');
    loseShares(world, 'alice');
    alice.look((vault) =>
      vault.commit((state) => ({
        ...state,
        rollbacks: [{ scope: of(world, 'alice').link.proven.id, packet: new Uint8Array(32), at: world.clock }],
      })),
    );
    const { status, json } = await restore(alice, files.alice as string);
    expect([status, json.error.code]).toEqual([5, 'VAULT_ROLLED_BACK']);
  });

  test('is there or not, wherever the power fails, and running it again puts it back', async () => {
    const line = ['backup', 'restore', files.alice as string, ...words];
    const counted = made.fork();
    const share = counted.machine('alice').share('treasury');
    loseShares(counted, 'alice');
    const lost = counted.fork();
    const count = faultyFileSystem(counted.fs);
    await counted.machine('alice').runWith({ fs: count }, ...line);
    const places = count.operations.length;
    expect(places).toBeGreaterThan(10);
    // every place with one of them
    const faults = ['kill', 'torn', 'EIO', 'ENOSPC'] as const;
    for (const [first, fault] of faults.entries()) {
      for (let at = first + 1; at <= places; at += faults.length) {
        const world = lost.fork();
        const alice = world.machine('alice');
        await alice.runWith({ fs: faultyFileSystem(world.fs, { at, fault }) }, ...line);
        world.memory.crash('nothing');
        expect((await alice.run(...line)).status).toBe(0);
        expect(alice.share('treasury')).toEqual(share);
      }
    }
  }, 120_000);

  test('is on two new machines at once, signs on neither, and the one that lost it goes on', async () => {
    const world = made.fork();
    loseShares(world, 'alice');
    for (const name of ['laptop', 'desktop']) {
      await world.arrive(name);
      expect((await restore(world.machine(name), files.alice as string)).json.did).toBe('kept-apart');
    }
    expect((await restore(world.machine('alice'), files.alice as string)).json.did).toBe('put-back');
    const plan = await refresh(world);
    await world.walk(plan, people);
    for (const name of ['laptop', 'desktop']) {
      const { json } = await world.visit(name, plan.phrase);
      expect(json.ceremonies).toEqual([]);
      expect((await world.machine(name).run('backup', 'create', '--to', '/usb', ...words)).json.error.code).toBe(
        'SHARE_MISSING',
      );
    }
  }, 60_000);
});

describe('quarantine', () => {
  test('takes no share of another member beside an old one of its own that is still here', async () => {
    const world = made.fork();
    const alice = world.machine('alice');
    // proven, and nobody confirms that the old share goes
    const plan = await refresh(world, '--destroy', 'ask');
    await world.walk(plan, people);
    await world.visit('alice', plan.phrase);
    expect((await alice.ok('keyset', 'show', 'treasury')).json.slots).toMatchObject([{ epoch: 0 }, { epoch: 1 }]);
    expect((await restore(alice, files.bob as string, '--quarantine')).json.error.code).toBe('BACKUP_FOREIGN');
    expect((await alice.ok('keyset', 'show', 'treasury')).json.apart).toEqual([]);
  }, 60_000);

  test('hands nothing out, also where the share that signs is lost', async () => {
    const world = made.fork();
    const alice = world.machine('alice');
    await world.walk(await refresh(world), people);
    await restore(alice, files.alice as string, '--quarantine');
    const out = ['keyset', 'export', 'treasury', '--format', 'frost'];
    await alice.ok(...out, '--out', '/good');
    loseShares(world, 'alice');
    await restore(alice, files.alice as string, '--quarantine');
    expect((await alice.run(...out, '--out', '/lost')).status).not.toBe(0);
    expect(world.memory.kind('/lost/main-key-package.json')).toBe('absent');
    expect((await alice.run('backup', 'create', '--to', '/usb', ...words)).status).not.toBe(0);
  }, 60_000);

  test('is for what is stale: a vault that cannot tell says so, and takes nothing', async () => {
    const world = made.fork();
    await world.arrive('dora');
    const { status, json } = await restore(world.machine('dora'), files.alice as string, '--quarantine');
    expect([status, json.error.code]).toEqual([2, 'USAGE']);
    expect((await world.machine('dora').ok('keyset', 'list')).json.keysets).toEqual([]);
  });
});

describe('the register', () => {
  test('is held against the file: one that was called destroyed, or that it does not have, is looked at', async () => {
    const world = made.fork();
    const alice = world.machine('alice');
    const file = files.alice as string;
    const { id } = of(world, 'alice').header;
    const told = async (machine = alice) => (await machine.tell('backup', 'check', file, ...words)).stdout;
    expect(await told()).not.toContain('LOOK');
    await world.walk(await refresh(world), people);
    expect(await told()).toContain(`conclave backup retire ${id} --witness N --method M`);
    await alice.ok('backup', 'retire', id, '--witness', 'Ada', '--method', 'shred');
    expect(await told()).toContain('LOOK: the register says that it is destroyed (shred, seen by Ada)');
    expect(await told()).not.toContain('backup retire');
    alice.look((vault) =>
      vault.commit((state) => ({ ...state, keysets: state.keysets.map((one) => ({ ...one, copies: [] })) })),
    );
    expect(await told()).toContain('its register does not have it');
    expect(await told(world.machine('bob'))).not.toContain('LOOK'); // a register has the copies of its own member
  }, 60_000);

  test('keeps what people said of a copy as it was signed; before that, they may say it better', async () => {
    const world = made.fork();
    const alice = world.machine('alice');
    const { id } = of(world, 'alice').header;
    await world.walk(await refresh(world), people);
    const retire = (witness: string) => alice.run('backup', 'retire', id, '--witness', witness, '--method', 'shred');
    expect((await retire('Ada')).status).toBe(0);
    expect((await retire('Ben')).status).toBe(0);
    await world.walk(await refresh(world), people);
    expect((await retire('Cem')).json.error).toMatchObject({ code: 'USAGE', changed: false });
    const { copies } = (await alice.ok('backup', 'list')).json;
    expect(copies[0].destroyed.witnesses).toEqual(['Ben']);
  }, 60_000);
});
