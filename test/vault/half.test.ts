import { expect, test } from 'vitest';
import { World } from '../cli/world.ts';

test('a vault whose first file is missing is a damaged one, and no new one is made over its shares', async () => {
  const world = new World();
  await world.arrive('alice', 'bob');
  await world.makeKeyset('treasury', ['alice', 'bob'], 2, ['main:ristretto255']);
  world.memory.remove('/home/alice/vault');
  const before = [...world.memory.files()].filter(([path]) => path.startsWith('/home/alice'));
  expect((await world.machine('alice').run('status')).status).toBe(8);
  const again = await world.machine('alice').run('init', '--name', 'alice');
  expect(again.json.error.code).toBe('VAULT_THERE');
  expect([...world.memory.files()].filter(([path]) => path.startsWith('/home/alice'))).toEqual(before);
});

test('an empty name is no stick', async () => {
  const world = new World();
  await world.arrive('alice');
  expect((await world.machine('alice').run('next', '--stick', '')).json.error.code).toBe('USAGE');
});
