import { beforeAll, describe, expect, test } from 'vitest';
import { World } from './world.ts';

const base = new World('passphrase');
beforeAll(() => base.arrive('alice'));

const fresh = 'four other words here';

/** One machine after its passphrase was changed by a file. */
async function changed(): Promise<World> {
  const world = base.fork();
  world.write('/fresh', `${fresh}\nnot this line\n`);
  await world.machine('alice').ok('passphrase', '--new-passphrase-file', '/fresh');
  return world;
}

describe('passphrase', () => {
  test('changed by a file: the vault opens with the first line of it, and no longer with the old one', async () => {
    const world = await changed();
    const alice = world.machine('alice');
    expect(await alice.run('card')).toMatchObject({ status: 7, json: { error: { code: 'VAULT_LOCKED' } } });
    expect(await alice.run('card', '--passphrase-file', '/fresh')).toMatchObject({
      status: 0,
      json: { name: 'alice' },
    });
  });

  test('changed at a terminal is typed twice and shown nowhere', async () => {
    const world = base.fork();
    const { status, stdout, stderr, asked } = await world.machine('alice').type([fresh, fresh], 'passphrase');
    expect([status, asked.length]).toEqual([0, 2]);
    expect(stdout + stderr).not.toContain(fresh);
    world.write('/fresh', fresh);
    expect((await world.machine('alice').run('card', '--passphrase-file', '/fresh')).status).toBe(0);
  });

  test.each([
    ['two that differ', [fresh, `${fresh}!`], 2],
    ['a short one', ['short', 'short'], 2],
  ])('is not changed by %s', async (_, typed, expected) => {
    const world = base.fork();
    const { status, stderr } = await world.machine('alice').type(typed, 'passphrase');
    expect(status).toBe(expected);
    expect(stderr).toContain('nothing was changed');
    expect((await world.machine('alice').run('card')).status).toBe(0);
  });

  test('is not changed by somebody who does not know the old one', async () => {
    const world = base.fork();
    world.write('/wrong', 'who knows what');
    world.write('/fresh', fresh);
    const words = ['--passphrase-file', '/wrong', '--new-passphrase-file', '/fresh'];
    expect(await world.machine('alice').run('passphrase', ...words)).toMatchObject({ status: 7 });
    expect((await world.machine('alice').run('card')).status).toBe(0);
  });

  test('without a terminal names the flag, and without a vault says so before it asks anything', async () => {
    const world = base.fork();
    const { status, json } = await world.machine('alice').run('passphrase');
    expect([status, json.error.hint]).toEqual([2, 'give it with --new-passphrase-file F']);
    expect(await world.machine('nobody').type([], 'passphrase')).toMatchObject({ status: 2, asked: [] });
  });
});
