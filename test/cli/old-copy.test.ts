import { beforeAll, describe, expect, test } from 'vitest';
import { type Proposed, World } from './world.ts';

/* A home that was put back from an older copy: what it says of itself, and what it is not asked any more. */

const members = ['alice', 'bob', 'carol'];
const base = new World('an old copy');
let refresh: Proposed;
let empty: [string, Uint8Array][];
let copy: [string, Uint8Array][];

const saved = (world: World, name: string): [string, Uint8Array][] =>
  [...world.memory.files()].filter(([path]) => path.startsWith(`/home/${name}/`));

function restore(world: World, name: string, files: readonly [string, Uint8Array][]): void {
  for (const [path] of saved(world, name)) world.memory.remove(path);
  for (const [path, bytes] of files) world.memory.put(path, bytes, 0o600);
}

const flat = (text: string): string => text.replace(/\s+/g, ' ');

beforeAll(async () => {
  await base.arrive(...members);
  empty = saved(base, 'bob');
  await base.makeKeyset('treasury', members, 2, ['main:ristretto255']);
  copy = saved(base, 'bob');
  refresh = await base.propose('alice', 'refresh', '--keyset', 'treasury');
  await base.walk(refresh, members);
}, 120_000);

describe('an old copy of a vault', () => {
  test('is asked no consent to what is complete, and says first of all that it is one', async () => {
    const world = base.fork();
    restore(world, 'bob', copy);
    const bob = world.machine('bob');
    const { status, stdout, asked } = await bob.type([], 'next', '--stick', world.stick);
    expect([status, asked]).toEqual([5, []]);
    expect(stdout.split('\n')[0]).toContain('this vault is an old copy of itself: it does nothing more for treasury');
    const shown = flat((await bob.tell('status')).stdout);
    expect(shown).toMatch(/^this vault is an old copy of itself/);
    expect(shown).toContain('on hold: this vault is an old copy: a packet of its own came back');
    const keyset = (await bob.tell('keyset', 'show', 'treasury')).stdout;
    expect(keyset).toMatch(/^this vault is an old copy of itself/);
    expect(keyset).toContain('share of epoch 0: active, in an old copy of this vault');
    expect((await bob.ok('keyset', 'show', 'treasury')).json.oldCopy).toBe(true);
    expect((await world.machine('alice').ok('keyset', 'show', 'treasury')).json.oldCopy).toBe(false);
  });

  test('says so, and not that a share is missing, of the next plan over the same key', async () => {
    const world = base.fork();
    const { ceremony } = await world.propose('alice', 'refresh', '--keyset', 'treasury');
    restore(world, 'bob', copy);
    const { status, json } = await world.machine('bob').run('next', '--stick', world.stick);
    expect(status).toBe(5);
    // biome-ignore lint/suspicious/noExplicitAny: as in Ran
    expect(json.holds.map(({ code }: any) => code)).toEqual(['VAULT_ROLLED_BACK', 'VAULT_ROLLED_BACK']);
    const shown = flat((await world.machine('bob').tell('status', '--ceremony', ceremony)).stdout);
    expect(shown).toContain('on hold: this vault is an old copy: it does not remember');
    expect(shown).toContain('the share of epoch 1 is not in it');
    expect(shown).toContain('conclave propose recover --lost bob');
  });

  test('makes a card with a number that the newer one has not used, where the stick or a packet shows that one', async () => {
    const world = base.fork();
    const newer = (await world.machine('bob').ok('card')).json.serial;
    restore(world, 'bob', copy);
    const bob = world.machine('bob');
    expect((await bob.ok('card')).json.serial).toBeLessThan(newer);
    const { stdout } = await bob.tell('card', '--renew', '--stick', world.stick);
    expect(stdout).toContain(`number ${newer + 1},`);
    expect(stdout).toContain('another copy of this vault has made cards with the numbers between');
    expect(stdout).toContain(`where somebody has another card number ${newer + 1}, renew again`);
    await world.visit('alice', refresh.phrase);
    expect((await world.machine('alice').ok('roster', 'list')).json.cards).toContainEqual(
      expect.objectContaining({ name: 'bob', serial: newer + 1 }),
    );
  });

  test('that renews without having seen that makes a second card of one number, which others refuse aloud', async () => {
    const world = base.fork();
    const newer = (await world.machine('bob').ok('card')).json.serial;
    restore(world, 'bob', copy);
    const bob = world.machine('bob');
    await bob.ok('card', '--renew');
    await bob.ok('card', '--stick', world.stick, '--out', '/bob.card');
    expect((await bob.ok('card')).json.serial).toBe(newer);
    const { json } = await world.visit('alice', refresh.phrase);
    expect(json.rejected).toEqual([
      { file: 'conclave/bob.card', reason: expect.stringContaining(`two cards of bob with number ${newer}`) },
    ]);
    const added = await world.machine('alice').run('roster', 'add', '/bob.card');
    expect([added.status, added.json.error.hint]).toEqual([4, expect.stringContaining('renews again')]);
    await bob.ok('card', '--renew', '--stick', world.stick);
    expect((await world.visit('alice', refresh.phrase)).json.rejected).toEqual([]);
  });

  test('comes back with a new share by a new card, where the others declare its own lost, and is an old copy no more', async () => {
    const world = base.fork();
    restore(world, 'bob', copy);
    const bob = world.machine('bob');
    await bob.run('next', '--stick', world.stick);
    await bob.ok('card', '--renew', '--stick', world.stick);
    const recover = await world.propose('alice', 'recover', '--keyset', 'treasury', '--lost', 'bob');
    await world.walk(recover, members);
    expect((await bob.run('next', '--stick', world.stick)).status).toBe(0);
    expect((await bob.ok('keyset', 'show', 'treasury')).json).toMatchObject({ epoch: 2, oldCopy: false });
    expect((await bob.tell('status')).stdout).not.toContain('old copy');
  }, 60_000);

  test('of before the key was made is none any more, too, once it has a share of a later committee', async () => {
    const world = base.fork();
    restore(world, 'bob', empty);
    const bob = world.machine('bob');
    expect((await bob.run('next', '--stick', world.stick)).status).toBe(5);
    await bob.ok('card', '--renew', '--stick', world.stick);
    await world.walk(await world.propose('alice', 'recover', '--keyset', 'treasury', '--lost', 'bob'), members);
    const { status, json } = await bob.run('next', '--stick', world.stick);
    expect([status, json.holds]).toEqual([0, []]);
  }, 60_000);
});

describe('consent', () => {
  test('is not asked for a plan whose place another committee has taken', async () => {
    const world = base.fork();
    const loser = await world.propose('alice', 'refresh', '--keyset', 'treasury', '--dealers', 'bob,carol');
    const winner = await world.propose('carol', 'refresh', '--keyset', 'treasury', '--dealers', 'bob,carol');
    await world.walk(winner, ['carol', 'bob', 'alice']);
    const { json, stderr } = await world.machine('bob').run('next', '--stick', world.stick);
    // biome-ignore lint/suspicious/noExplicitAny: as in Ran
    const phases = Object.fromEntries(json.ceremonies.map((one: any) => [one.ceremony, one.phase]));
    expect([phases[winner.ceremony], phases[loser.ceremony]]).toEqual(['complete', 'proposed']);
    expect([json.error, json.holds]).toEqual([undefined, []]);
    expect(stderr).not.toContain('consented');
  });

  test('is not asked of an approver who comes when all is proven, since nothing is owed any more', async () => {
    const world = new World('a late approver');
    await world.arrive('alice', 'bob', 'dave');
    const words = ['--keyset', 'vault', '--members', 'alice,bob', '--threshold', '2', '--key', 'main:ristretto255'];
    const approvers = ['--approvers', 'alice,dave', '--approvals', '1', '--weak', 'all-must-sign'];
    const made = await world.propose('alice', 'genesis', ...words, ...approvers);
    await world.walk(made, ['alice', 'bob']);
    const { status, json, asked } = await world.machine('dave').type([], 'next', '--stick', world.stick, '--json');
    expect([status, asked, json.ceremonies[0].phase]).toEqual([0, [], 'complete']);
  });
});
