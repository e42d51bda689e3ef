import { beforeAll, describe, expect, test } from 'vitest';
import { type Machine, World } from './world.ts';

/* What is left of epochs that are over, in numbers, and what makes a keyset due. */

const people = ['alice', 'bob', 'carol'] as const;
let made: World;
let copies: Record<string, string>;

const words = ['--backup-passphrase-file', '/words'] as const;

/** Alice and bob have backups of epoch 0, and the key is at epoch 1. */
beforeAll(async () => {
  made = new World('backup epochs');
  await made.arrive(...people);
  await made.makeKeyset('treasury', people, 2, ['main:ristretto255']);
  made.write('/words', 'six words that nobody guesses\n');
  made.write('/usb/holiday.txt', 'of somebody else\n');
  copies = {};
  for (const name of ['alice', 'bob']) {
    const { json } = await made.machine(name).ok('backup', 'create', '--to', '/usb', '--bag', '17', ...words);
    copies[name] = json.backups[0].id;
  }
  await refresh(made);
  await made.machine('alice').run('next', '--stick', made.stick); // whoever closed first has not seen the others close
}, 120_000);

async function refresh(world: World): Promise<void> {
  await world.walk(await world.propose('alice', 'refresh', '--keyset', 'treasury'), people);
}

// biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects to be there
const epochs = async (machine: Machine): Promise<any[]> => (await machine.ok('backup', 'list')).json.epochs;

describe('an epoch that is over', () => {
  test('is not dead while as many members as make the key may have a copy, and says who they are', async () => {
    const alice = made.fork().machine('alice');
    const [first, second] = await epochs(alice);
    expect(first).toMatchObject({ epoch: 0, threshold: 2, alive: 2, dead: false });
    expect(first.members).toMatchObject([
      { name: 'alice', share: 'deleted', copies: [copies.alice], alive: true },
      { name: 'bob', share: 'deleted', copies: [copies.bob], alive: true },
      { name: 'carol', share: 'deleted', copies: [], alive: false },
    ]);
    expect(second).toMatchObject({ epoch: 1, alive: 3, dead: false });
    const numbers =
      'treasury at epoch 0: 2 of 3 members may have a share or a copy of it, and 2 make the key; it is NOT dead';
    for (const words of [['status'], ['due'], ['keyset', 'show', 'treasury'], ['transcript']])
      expect((await alice.tell(...words)).stdout.replace(/\s+/g, ' ')).toContain(numbers);
    for (const found of [
      (await alice.run('due')).json.keysets[0].epochs,
      (await alice.run('status')).json.keysets[0].epochs,
      (await alice.run('keyset', 'show', 'treasury')).json.epochs,
      (await alice.run('transcript', '--format', 'json')).json.own.epochs,
    ])
      expect({ keyset: 'treasury', ...found[0] }).toEqual(first);
    const { stdout } = await alice.tell('backup', 'list');
    expect(stdout).toContain(
      'treasury at epoch 0: 2 of 3 members may have a share or a copy of it, and 2 make the key',
    );
    expect(stdout).toContain(`bob (copy ${copies.bob} not destroyed)`);
  });

  test('is dead in the eyes of the others once a closing hands on what people destroyed', async () => {
    const world = made.fork();
    const [alice, bob] = [world.machine('alice'), world.machine('bob')];
    const seen = ['--witness', 'Ada', '--method', 'shred'];
    await bob.ok('backup', 'retire', copies.bob as string, ...seen);
    expect((await epochs(bob))[0]).toMatchObject({ alive: 1, dead: true });
    expect((await epochs(alice))[0]).toMatchObject({ alive: 2, dead: false });
    await refresh(world);
    await alice.run('next', '--stick', world.stick);
    expect((await epochs(alice))[0]).toMatchObject({ alive: 1, dead: true });
    const status = (await alice.ok('status')).json;
    expect(status.keysets).toMatchObject([{ keyset: 'treasury', outstandingCopies: [copies.alice] }]);
    // a dead one is no news where people look every day
    for (const words of [['status'], ['due']]) expect((await alice.tell(...words)).stdout).not.toMatch(/at epoch 0:/);
    expect((await alice.tell('keyset', 'show', 'treasury')).stdout).toMatch(
      /treasury at epoch 0, 1: dead, since fewer/,
    );
    expect((await alice.tell('status')).stdout).toContain('1 worthless copy not destroyed');
    for (const words of [
      ['backup', 'list'],
      ['keyset', 'show', 'treasury'],
    ])
      expect((await alice.tell(...words)).stdout).toMatch(new RegExp(`${copies.alice}.*worthless, not destroyed`));
    // said once: a third closing does not list it again
    await refresh(world);
    expect((await epochs(alice))[0]).toMatchObject({ alive: 1, dead: true });
  }, 60_000);

  test('is not dead while it is not known that enough members have closed', async () => {
    const world = made.fork();
    const plan = await world.propose('alice', 'refresh', '--keyset', 'treasury');
    await world.walk(plan, people);
    // alice has not met the closings of the others since her own
    const [, second] = await epochs(world.machine('bob'));
    expect(second.epoch).toBe(1);
    expect(second.alive).toBe(second.members.filter(({ share }: { share: string }) => share !== 'deleted').length);
    expect(second.dead).toBe(second.alive < 2);
  }, 60_000);
});

describe('keyset mark-exposed', () => {
  test('counts against the threshold and makes the keyset due until a ceremony replaced the shares', async () => {
    const world = made.fork();
    const alice = world.machine('alice');
    const mark = (...rest: readonly string[]) => alice.run('keyset', 'mark-exposed', 'treasury', ...rest);
    const { json } = await mark('--member', 'bob', '--epoch', '1');
    expect(json).toMatchObject({ exposed: 1, threshold: 2, due: [expect.stringContaining('propose refresh')] });
    expect((await mark('--member', 'bob', '--epoch', '1')).json.exposed).toBe(1);
    const shown = async () => (await alice.ok('keyset', 'show', 'treasury')).json;
    expect(await shown()).toMatchObject({ exposed: [{ epoch: 1, index: 2 }], due: [expect.stringContaining('bob')] });
    expect((await alice.tell('status')).stdout).toMatch(/treasury is\s+due/);
    await refresh(world);
    expect((await shown()).due).toEqual([]);
    const [, second] = await epochs(alice);
    expect(second.members[1]).toMatchObject({ name: 'bob', exposed: true, alive: true });
    // both that make the key: no ceremony helps any more
    await mark('--member', 'carol', '--epoch', '1');
    expect((await shown()).due).toEqual([expect.stringContaining('whoever has them has the key')]);
  }, 60_000);

  test.each([
    ['without a member', ['--epoch', '1']],
    ['without an epoch', ['--member', 'bob']],
    ['of nobody', ['--member', 'dora', '--epoch', '1']],
    ['of an epoch that nobody knows', ['--member', 'bob', '--epoch', '7']],
  ])('is refused %s', async (_, rest) => {
    const alice = made.fork().machine('alice');
    expect((await alice.run('keyset', 'mark-exposed', 'treasury', ...rest)).status).toBe(2);
    expect((await alice.ok('keyset', 'show', 'treasury')).json.exposed).toEqual([]);
  });
});
