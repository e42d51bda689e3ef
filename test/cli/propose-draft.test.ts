import { beforeAll, describe, expect, test } from 'vitest';
import { World } from './world.ts';

const members = ['alice', 'bob', 'carol'];
const base = new World('drafts');
const words = ['propose', 'refresh', '--keyset', 'treasury', '--reason', 'every quarter'];

beforeAll(async () => {
  await base.arrive(...members);
  await base.makeKeyset('treasury', members, 2, ['main:ristretto255']);
}, 60_000);

/** Every file but the plan: what a machine and a stick hold. */
function held(world: World): string[] {
  return [...world.memory.files()].filter(([path]) => path !== '/plan.json').map(([path, bytes]) => `${path} ${bytes}`);
}

describe('propose --draft', () => {
  test('writes the file, from which the same is proposed, and changes nothing else in the vault or on the stick', async () => {
    const world = base.fork();
    const alice = world.machine('alice');
    await alice.ok('status');
    const before = held(world);
    const drafted = await alice.tell(...words, '--draft', '--out-plan', '/plan.json');
    expect(drafted.status).toBe(0);
    expect(drafted.stdout).toContain('not proposed; nothing was signed');
    expect(drafted.stdout).not.toMatch(/ceremony [0-9a-f]{16}|phrase/);
    expect(held(world)).toEqual(before);
    const { json } = await alice.ok(...words, '--draft', '--out-plan', '/plan.json');
    expect(json).toEqual({ v: 1, draft: true, file: '/plan.json', keyset: 'treasury', kind: 'refresh', weak: [] });
    expect((await alice.ok('propose', 'refresh', '--plan', '/plan.json')).json.plan).toMatchObject({
      reason: 'every quarter',
    });
  });

  test('without a file to write, or with a stick, is a slip of the command line', async () => {
    const alice = base.fork().machine('alice');
    for (const wrong of [[], ['--out-plan', '/plan.json', '--stick', '/stick']])
      expect(await alice.run(...words, '--draft', ...wrong)).toMatchObject({
        status: 2,
        json: { error: { code: 'USAGE' } },
      });
  });
});

describe('propose', () => {
  test('with --out-plan writes the plan and proposes, and says where no stick was named that it is only here', async () => {
    const world = base.fork();
    const alice = world.machine('alice');
    const told = await alice.tell(...words, '--out-plan', '/plan.json');
    expect(told.stdout).toContain('no stick was named: the proposal is in this vault only');
    expect(world.read('/plan.json')).toContain('every quarter');
    expect((await alice.ok('status')).json.ceremonies).toHaveLength(2);
    const other = await base
      .fork()
      .machine('alice')
      .tell(...words, '--stick', '/stick');
    expect(other.stdout).toMatch(/proposed; you have consented by proposing\. \d+ file\(s\) written to the stick/);
  });
});
