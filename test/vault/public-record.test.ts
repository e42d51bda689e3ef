import { beforeAll, expect, test } from 'vitest';
import { World } from '../cli/world.ts';

/* What a vault can show of a keyset that it did not see all of. */

const base = new World('public record');

/** Alice leaves at epoch 1 and comes back at epoch 4: of what lay between she knows only the last committee. */
beforeAll(async () => {
  const everybody = ['alice', 'bob', 'carol'];
  await base.arrive(...everybody);
  await base.makeKeyset('treasury', ['alice', 'bob'], 2, ['main:ristretto255']);
  const hand = async (by: string, members: string, people = ['bob', 'carol']): Promise<void> => {
    const words = ['--keyset', 'treasury', '--members', members, '--threshold', '2'];
    const proposed = await base.propose(by, 'reshare', ...words);
    await base.walk(proposed, people);
    for (const name of people) await base.visit(name, proposed.phrase);
  };
  await hand('alice', 'bob,carol', everybody);
  await hand('bob', 'bob,carol');
  await hand('bob', 'bob,carol');
  await hand('bob', 'alice,bob,carol', everybody);
}, 240_000);

test('a succession that was not seen whole is exported from where it has no gap, and the gap is told', async () => {
  const world = base.fork();
  const { json } = await world.machine('alice').ok('export', '--keyset', 'treasury', '--out', '/alice');
  expect([json.epochs, json.ceremonies.length]).toEqual([[3, 4], 3]);
  const { stdout } = await world.machine('alice').tell('export', '--keyset', 'treasury', '--out', '/alice');
  expect(stdout).toContain('what lies before epoch 3 was not all seen here');
  const { status, json: said } = await world.machine('nobody').run('verify', '/alice');
  expect([status, said.valid, said.epoch]).toEqual([0, true, 4]);
  expect(said.checks.find(({ check }: { check: string }) => check === 'succession')).toMatchObject({
    open: true,
    detail: expect.stringContaining('not in this file: epoch 2'),
  });
});

test('who saw all of it exports all of it', async () => {
  const world = base.fork();
  const { json } = await world.machine('bob').ok('export', '--keyset', 'Treasury', '--out', '/bob');
  expect([json.epochs, json.ceremonies.length]).toEqual([[0, 1, 2, 3, 4], 5]);
  expect((await world.machine('nobody').run('verify', '/alice')).status).toBe(2);
  const { json: said } = await world.machine('nobody').ok('verify', '/bob', '--expect-epoch', '4');
  expect(said.checks.every(({ ok }: { ok: boolean }) => ok)).toBe(true);
});
