import { beforeAll, describe, expect, test } from 'vitest';
import { lie } from './liar.ts';
import { type Proposed, World } from './world.ts';

const members = ['alice', 'bob', 'carol'];
const base = new World('status');
let key: Proposed;
let refresh: Proposed;

beforeAll(async () => {
  await base.arrive(...members);
  key = await base.makeKeyset('treasury', members, 2, ['main:ristretto255']);
  refresh = await base.propose('alice', 'refresh', '--keyset', 'treasury');
  await base.visit('alice', refresh.phrase);
}, 60_000);

const widest = (text: string): number => Math.max(...text.split('\n').map((line) => line.length));

describe('status', () => {
  test('says what is not seen here, what it would unlock, and by which command who unblocks it', async () => {
    const { stdout } = await base.fork().machine('alice').tell('status');
    expect(stdout).toMatch(/not seen here: the deal of bob\n/);
    expect(stdout).toContain('it would unlock the acceptances');
    expect(stdout).toContain('at bob: conclave next --stick DIR');
    expect(stdout).toContain('here: nothing can be done on this machine now');
    expect(stdout).toContain('next: take the stick to bob');
  });

  test('says on the machine that is asked what it owes, or that nobody consented there', async () => {
    const world = base.fork();
    const bob = world.machine('bob');
    await bob.run('next', '--stick', world.stick); // merges, and stops at consent
    const { stdout } = await bob.tell('status');
    expect(stdout).toContain('here: the member at this machine has not consented to the plan yet');
    expect(stdout).not.toContain(refresh.phrase.split(' ')[0]);
  });

  test('shows what is alive first and in full, what is over in one line unless all is asked for', async () => {
    const alice = base.fork().machine('alice');
    const { stdout } = await alice.tell('status');
    const [alive, over] = [refresh.ceremony, key.ceremony].map((id) => stdout.indexOf(id.slice(0, 16)));
    expect(alive).toBeGreaterThanOrEqual(0);
    expect(over).toBeGreaterThan(alive as number);
    expect(stdout.split('\n').filter((line) => line.startsWith('  member'))).toHaveLength(1);
    const all = (await alice.tell('status', '--all')).stdout;
    expect(all.split('\n').filter((line) => line.startsWith('  member'))).toHaveLength(2);
    const one = (await alice.tell('status', '--ceremony', key.ceremony.slice(0, 12))).stdout;
    expect(one).toContain('  member');
  });

  test('fits 80 columns, whatever is long', async () => {
    const world = new World('status wide');
    const long = ['a', 'b', 'c'].map((letter) => letter.repeat(32));
    await world.arrive(...long);
    const made = await world.makeKeyset('t'.repeat(32), long, 2, ['main:ristretto255']);
    const words = ['--keyset', 't'.repeat(32), '--approvers', long.join(','), '--approvals', '3'];
    await world.propose(long[0] as string, 'refresh', ...words);
    const machine = world.machine(long[0] as string);
    expect(widest((await machine.tell('status', '--all')).stdout)).toBeLessThanOrEqual(80);
    expect(made.ceremony).not.toBe('');
  }, 60_000);

  test('adds to the contract of its JSON why it does not move, what to do here, and where the stick goes', async () => {
    const { json } = await base.fork().machine('alice').ok('status', '--ceremony', refresh.ceremony);
    expect(json.ceremonies[0]).toMatchObject({
      ceremony: refresh.ceremony,
      phase: 'dealing',
      members: [{ name: 'alice', roles: ['old', 'new', 'dealer'], done: ['propose', 'deal'], owes: [] }, {}, {}],
      outstanding: [],
      faults: [],
      over: null,
      why: [{ member: 'bob', duty: 'deal', at: ['bob'] }],
      here: { kind: 'nothing' },
      nextStop: 'bob',
    });
  });

  test('names the refusal that ended an attempt, and tells the proposer what to do and the others where to go', async () => {
    const world = base.fork();
    const no = [
      'next',
      '--stick',
      world.stick,
      '--refuse',
      '--reason',
      'not like this',
      '--ceremony',
      refresh.ceremony,
    ];
    await world.machine('bob').run(...no);
    await world.machine('alice').run('next', '--stick', world.stick);
    const asked = (await world.machine('alice').tell('status')).stdout;
    expect(asked).toContain('bob');
    expect(asked).toMatch(/refused/);
    expect(asked).toMatch(/here: .*another plan|here: an amendment/);
    expect(asked).toMatch(/conclave propose refresh --instead-of [0-9a-f]{16}\n/);
    const elsewhere = (await world.machine('bob').tell('status')).stdout;
    expect(elsewhere).toContain('next: take the stick to alice');
  });

  test('says on hold, and by which words it goes on, where somebody contradicted themselves', async () => {
    const world = base.fork();
    await world.visit('bob', refresh.phrase);
    lie(world, 'bob', refresh.ceremony, 'deal', (body) => body);
    await world.visit('carol', refresh.phrase);
    const { stdout } = await world.machine('carol').tell('status');
    const said = stdout.replace(/\s+/g, ' ');
    expect(said).toContain('on hold: bob signed two statements of which only one can be honest');
    expect(said).toContain('--override "go on although bob contradicted themselves"');
    expect(said).toContain('a plan without bob');
    expect(widest(stdout)).toBeLessThanOrEqual(80);
  });

  test('says that a vault is an old copy, on that machine alone', async () => {
    const world = base.fork();
    const before = [...world.memory.files()].filter(([path]) => path.startsWith('/home/bob/'));
    await world.visit('bob', refresh.phrase);
    for (const path of world.memory.files().keys()) if (path.startsWith('/home/bob/')) world.memory.remove(path);
    for (const [path, bytes] of before) world.memory.put(path, bytes, 0o600);
    await world.visit('bob', refresh.phrase);
    await world.visit('alice', refresh.phrase);
    const said = (await world.machine('bob').tell('status')).stdout.replace(/\s+/g, ' ');
    expect(said).toContain('on hold: this vault is an old copy');
    expect(said).toContain('put this copy away');
    expect((await world.machine('alice').tell('status')).stdout).not.toContain('old copy');
  });

  test('says of a drill who has not signed yet, and what helps without them', async () => {
    const world = base.fork();
    await world.propose('alice', 'drill', '--keyset', 'treasury', '--signers', 'alice,bob');
    const { stdout } = await world.machine('alice').tell('status');
    const said = stdout.replace(/\s+/g, ' ');
    expect(said).toContain('the part in the drill of');
    expect(said).toContain('a drill with other signers: conclave propose drill');
    expect(widest(stdout)).toBeLessThanOrEqual(80);
  });
});
