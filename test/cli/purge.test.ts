import { beforeAll, expect, test } from 'vitest';
import { type Proposed, World } from './world.ts';

const sentence = 'destroy the share of treasury at epoch 0';
/** Two who must both sign: the old shares of a refresh stay, since nobody may be lost. */
let kept: World;
/** The same two in the middle of the refresh: alice has made the new share active, bob has not yet. */
let open: World;
let refresh: Proposed;

beforeAll(async () => {
  const world = new World('purge');
  await world.arrive('alice', 'bob');
  await world.makeKeyset('treasury', ['alice', 'bob'], 2, ['main:secp256k1-tr']);
  refresh = await world.propose('alice', 'refresh', '--keyset', 'treasury');
  for (const name of ['alice', 'bob', 'alice']) await world.visit(name, refresh.phrase);
  open = world.fork();
  await world.walk(refresh, ['alice', 'bob']);
  kept = world;
}, 60_000);

const slotsOf = async (world: World, name: string) =>
  (await world.machine(name).ok('keyset', 'show', 'treasury')).json.slots;

const shareFiles = (world: World, name: string) =>
  [...world.memory.files().keys()].filter((path) => path.startsWith(`/home/${name}/shares/`));

test('a retired share that was kept is destroyed by the sentence, its file goes, and the log says what was done', async () => {
  const world = kept.fork();
  const alice = world.machine('alice');
  expect(await slotsOf(world, 'alice')).toEqual([
    { epoch: 0, state: 'retired', kept: 'no-backups' },
    { epoch: 1, state: 'active' },
  ]);
  expect(shareFiles(world, 'alice')).toHaveLength(2);
  const { json, status, stderr } = await alice.run('keyset', 'purge', 'treasury@0', '--override', sentence);
  expect(status).toBe(0);
  expect(json).toMatchObject({
    v: 1,
    keyset: 'treasury',
    epoch: 0,
    purged: 1,
    did: 'wrapping key deleted from this medium',
  });
  expect(stderr).toContain('treasury@0: wrapping key deleted from this medium');
  expect(await slotsOf(world, 'alice')).toEqual([{ epoch: 1, state: 'active' }]);
  expect(shareFiles(world, 'alice')).toHaveLength(1);
  const log = alice.look(({ state }) => state.log.map(({ epoch, event }) => `${epoch} ${event}`));
  expect(log.at(-1)).toBe('0 wrapping key deleted from this medium');
  // the new share still signs
  const next = await world.propose('alice', 'refresh', '--keyset', 'treasury');
  expect(await world.walk(next, ['alice', 'bob'])).toContain('bob close');
}, 60_000);

test('on a terminal the same sentence is typed', async () => {
  const world = kept.fork();
  const ran = await world.machine('alice').type([sentence], 'keyset', 'purge', 'treasury@0');
  expect([ran.status, ran.asked]).toEqual([0, [`type this sentence to go on: ${sentence}`]]);
  expect(await slotsOf(world, 'alice')).toEqual([{ epoch: 1, state: 'active' }]);
});

test('any other sentence, no sentence, or a yes to everything destroys nothing', async () => {
  const world = kept.fork();
  const alice = world.machine('alice');
  const purge = ['keyset', 'purge', 'treasury@0'] as const;
  const wrong = await alice.run(...purge, '--override', 'destroy the share of treasury at epoch 1');
  expect([wrong.status, wrong.json.error.code]).toEqual([6, 'SENTENCE_WRONG']);
  expect((await alice.type(['yes'], ...purge)).status).toBe(6);
  const silent = await alice.run('--yes', ...purge);
  expect([silent.status, silent.json.error.code]).toEqual([2, 'ANSWER_MISSING']);
  expect(silent.json.error.hint).toContain(`--override "${sentence}"`);
  expect(await slotsOf(world, 'alice')).toHaveLength(2);
});

test('an active share is never destroyed', async () => {
  const world = kept.fork();
  const words = ['--override', 'destroy the share of treasury at epoch 1'] as const;
  const { status, json } = await world.machine('alice').run('keyset', 'purge', 'treasury@1', ...words);
  expect([status, json.error.code, json.error.changed]).toEqual([6, 'PURGE_REFUSED', false]);
  expect(await slotsOf(world, 'alice')).toHaveLength(2);
});

test('the old share is never destroyed before this machine has closed on the new committee', async () => {
  const world = open.fork();
  expect(await slotsOf(world, 'alice')).toEqual([
    { epoch: 0, state: 'retired' },
    { epoch: 1, state: 'active' },
  ]);
  const { status, json } = await world.machine('alice').run('keyset', 'purge', 'treasury@0', '--override', sentence);
  expect([status, json.error.code]).toEqual([6, 'PURGE_REFUSED']);
  expect(json.error.message).toContain('may be the last share that is of use');
  expect(await slotsOf(world, 'alice')).toHaveLength(2);
});

test('a share is not exported before its committee has proven itself, though an older one has', async () => {
  const world = open.fork();
  const words = ['keyset', 'export', 'treasury', '--format', 'frost', '--out', '/out'] as const;
  const { status, json } = await world.machine('alice').run(...words);
  expect([status, json.error.code]).toEqual([3, 'KEYSET_UNPROVEN']);
  expect(world.memory.kind('/out')).toBe('absent');
});

test('what is not KEYSET@EPOCH, or not here, is a refusal that says so', async () => {
  const alice = kept.fork().machine('alice');
  for (const [what, status, code] of [
    ['treasury', 2, 'USAGE'],
    ['treasury@x', 2, 'USAGE'],
    ['treasury@7', 4, 'SHARE_MISSING'],
    ['reserve@0', 2, 'KEYSET_UNKNOWN'],
  ] as const) {
    const ran = await alice.run('keyset', 'purge', what, '--override', sentence);
    expect([what, ran.status, ran.json.error.code]).toEqual([what, status, code]);
  }
});

test('copies of the epoch are named when its share goes', async () => {
  const world = kept.fork();
  const alice = world.machine('alice');
  const copy = (await alice.ok('backup', 'register', '--external', '--epoch', '0', '--label', 'safe')).json;
  const { json } = await alice.ok('keyset', 'purge', 'treasury@0', '--override', sentence);
  expect(json.copies).toEqual([expect.objectContaining({ id: copy.id, state: 'invalid' })]);
});

test('who leaves a committee that keeps old shares has a retired one, which is not exported and may be purged', async () => {
  const world = kept.fork();
  await world.arrive('carol');
  const words = ['reshare', '--keyset', 'treasury', '--stay', 'bob', '--leave', 'alice', '--join', 'carol'];
  const reshare = await world.propose('bob', ...words, '--threshold', '2');
  await world.walk(reshare, ['bob', 'alice', 'carol']);
  const alice = world.machine('alice');
  expect((await slotsOf(world, 'alice')).at(-1)).toEqual({ epoch: 1, state: 'retired', kept: 'no-backups' });
  const exported = await alice.run('keyset', 'export', 'treasury', '--format', 'frost', '--out', '/out');
  expect([exported.status, exported.json.error.code]).toEqual([4, 'SHARE_MISSING']);
  const last = 'destroy the share of treasury at epoch 1';
  expect((await alice.run('keyset', 'purge', 'treasury@1', '--override', last)).status).toBe(0);
  expect(await slotsOf(world, 'alice')).toEqual([{ epoch: 0, state: 'retired', kept: 'no-backups' }]);
}, 60_000);
