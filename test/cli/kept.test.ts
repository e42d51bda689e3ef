import { beforeAll, describe, expect, test } from 'vitest';
import { World } from './world.ts';

/* An old share that a closing keeps is not a thing that nobody hears of. */

const members = ['alice', 'bob', 'carol'];
const base = new World('kept shares');

beforeAll(async () => {
  await base.arrive(...members);
  await base.makeKeyset('treasury', members, 2, ['main:ristretto255']);
}, 60_000);

const flat = (text: string): string => text.replace(/\s+/g, ' ');
const widest = (text: string): number => Math.max(...text.split('\n').map((line) => line.length));

async function everywhere(world: World, name: string, visit: string, words: string): Promise<void> {
  expect(flat(visit)).toContain(words);
  const { tell, ok } = bound(world, name);
  const all = (await tell('status', '--all')).stdout;
  expect(flat(all)).toContain(words);
  expect(widest(all)).toBeLessThanOrEqual(80);
  expect(flat((await tell('keyset', 'show', 'treasury')).stdout)).toContain(`share of epoch 0: retired ${words}`);
  const why = /\(([a-z-]+)\)/.exec(words)?.[1];
  expect(flat((await tell('status')).stdout)).toContain(`; the old share treasury@0 is still here (${why})`);
  expect((await ok('keyset', 'show', 'treasury')).json.slots[0]).toEqual({ epoch: 0, state: 'retired', kept: why });
}

function bound(world: World, name: string) {
  const machine = world.machine(name);
  return { tell: machine.tell.bind(machine), ok: machine.ok.bind(machine) };
}

describe('the old share that stays where the proof had no more signers than the threshold', () => {
  test('is told of by the visit that closes, by status and by keyset show, until it is purged', async () => {
    const world = base.fork();
    const refresh = await world.propose('alice', 'refresh', '--keyset', 'treasury');
    await world.visit('alice', refresh.phrase);
    await world.visit('bob', refresh.phrase);
    await world.visit('carol', refresh.phrase); // accepts, and is lost
    await world.visit('alice', refresh.phrase);
    const call = ['--signers', 'alice,bob', '--reason', 'carol is lost', '--stick', world.stick];
    await world.machine('alice').ok('reprove', ...call);
    const bob = world.machine('bob');
    await bob.ok('next', '--stick', world.stick);
    await world.machine('alice').run('next', '--stick', world.stick);
    const { stdout } = await bob.tell('next', '--stick', world.stick);
    const words =
      'the old share treasury@0 is still here, because no more new members signed the proof of life than have to, so it does not show that one of them may be lost (few-signers); it goes with the next ceremony that shows it, or with conclave keyset purge treasury@0';
    await everywhere(world, 'bob', stdout, words);
    await bob.ok('keyset', 'purge', 'treasury@0', '--override', 'destroy the share of treasury at epoch 0');
    for (const shown of [await bob.tell('status', '--all'), await bob.tell('keyset', 'show', 'treasury')])
      expect(shown.stdout).not.toContain('still here');
  });
});

describe('the old share that stays where all new members have to sign', () => {
  test('is told of in the same places, and who left is told that it goes by a purge alone', async () => {
    const world = base.fork();
    const words = ['--members', 'bob,carol', '--threshold', '2', '--weak', 'all-must-sign'];
    const reshare = await world.propose('bob', 'reshare', '--keyset', 'treasury', ...words);
    const said = new Map<string, string>();
    for (let round = 0; round < 4; round++) {
      for (const name of members) {
        const { stdout } = await world.machine(name).tell('next', '--stick', world.stick, '--phrase', reshare.phrase);
        if (stdout.includes('saw the proof of life')) said.set(name, stdout);
      }
    }
    const start =
      'the old share treasury@0 is still here, because all new members have to sign from now on, so the proof of life cannot show that one of them may be lost (no-backups); it goes with ';
    const ceremony = 'the next ceremony that shows it, or with ';
    await everywhere(world, 'bob', said.get('bob') ?? '', `${start}${ceremony}conclave keyset purge treasury@0`);
    await everywhere(world, 'alice', said.get('alice') ?? '', `${start}conclave keyset purge treasury@0`);
  });
});

test('explain knows what a closing says of the old share', async () => {
  const alice = base.fork().machine('alice');
  expect(flat((await alice.tell('explain', 'few-signers')).stdout)).toContain('no more new members signed');
  expect((await alice.ok('explain', 'no-backups')).json).toMatchObject({ what: 'old-share', why: 'no-backups' });
});
