import { beforeAll, describe, expect, test } from 'vitest';
import { FileError } from '../../src/media/file-system.ts';
import { type Proposed, type Ran, World } from './world.ts';

/** Three who hold a key two of three; alice proposes to refresh it, and alice and bob are to deal. */
const people = ['alice', 'bob', 'carol'] as const;
const base = new World('repair');
let refresh: Proposed;
/** The same, where everybody has accepted and alice, who came last, has signed. */
let signed: World;

beforeAll(async () => {
  await base.arrive(...people);
  await base.makeKeyset('treasury', people, 2, ['main:ristretto255']);
  refresh = await base.propose('alice', 'refresh', '--keyset', 'treasury', '--dealers', 'alice,bob');
  signed = base.fork();
  for (const name of ['alice', 'bob', 'carol', 'alice']) await signed.visit(name, refresh.phrase);
}, 120_000);

const error = ({ status, json }: Ran) => ({ status, ...json.error });
const slots = async (world: World, name: string) =>
  (await world.machine(name).ok('keyset', 'show', 'treasury')).json.slots.map(
    ({ epoch, state }: { epoch: number; state: string }) => `${epoch} ${state}`,
  );
const said = (world: World, name: string) => world.machine(name).look(({ state }) => state.said.length);

/** Runs it, and it ends in this error; this machine has said nothing by it. */
async function refused(world: World, name: string, ...words: string[]) {
  const before = said(world, name);
  const ran = error(await world.machine(name).run(...words));
  expect(said(world, name)).toBe(before);
  return ran;
}

describe('amend', () => {
  const words = ['amend', '--without', 'bob', '--reason', 'bob is on holiday'];

  test('is another attempt with other dealers, and the plan ends well with bob as a member', async () => {
    const world = base.fork();
    await world.visit('alice', refresh.phrase);
    const { json } = await world.machine('alice').ok(...words, '--stick', world.stick);
    expect(json).toMatchObject({ v: 1, ceremonies: [{ ceremony: refresh.ceremony, did: ['amend'] }], rejected: [] });
    expect(json.ceremonies[0].attempt).not.toBe(refresh.ceremony);
    expect(json.synced.out).toBeGreaterThan(0);
    expect(json.nextStops).not.toContain('alice');
    const did = await world.walk(refresh, people);
    expect(did).toContain('carol deal');
    expect(did).not.toContain('bob deal');
    for (const name of people) {
      await world.visit(name, refresh.phrase);
      expect(await slots(world, name)).toEqual(['1 active']);
    }
  });

  test('asks a person why, says who deals now, and without a stick goes out with the next visit', async () => {
    const world = base.fork();
    const { status, asked, stdout } = await world.machine('alice').type(['bob is away'], 'amend', '--without', 'bob');
    expect({ status, asked }).toEqual({ status: 0, asked: ['why?'] });
    expect(stdout).toContain('amended: alice, carol deal');
    expect(stdout).toContain('it goes out with the next visit of the stick');
    expect((await world.visit('alice', refresh.phrase)).json.synced.out).toBeGreaterThan(0);
    expect((await world.visit('carol', refresh.phrase)).json.ceremonies.at(-1).did).toContain('deal');
  });

  test('is what others consent to: the screen says who deals now, and who does not any more', async () => {
    const world = base.fork();
    await world.machine('alice').ok(...words, '--stick', world.stick);
    const ran = await world.machine('carol').tell('next', '--stick', world.stick, '--phrase', refresh.phrase);
    expect(ran.stdout).toContain('  amended: alice, carol deal; bob does not\n');
    expect(ran.stdout).toMatch(/carol \(this machine\) deals/);
    expect(ran.stdout).not.toContain('bob deals');
  });

  test('names the flag where there is nobody to ask, and wants a reason that is one', async () => {
    const world = base.fork();
    expect(await refused(world, 'alice', 'amend', '--without', 'bob')).toMatchObject({
      status: 2,
      code: 'ANSWER_MISSING',
      hint: expect.stringContaining('--reason'),
      changed: false,
    });
    for (const reason of [' ', 'x'.repeat(2001)])
      expect(await refused(world, 'alice', 'amend', '--without', 'bob', '--reason', reason)).toMatchObject({
        status: 2,
        code: 'USAGE',
        hint: expect.stringContaining('--reason'),
      });
  });

  test('is the proposer alone who does it', async () => {
    const world = base.fork();
    await world.visit('bob', refresh.phrase);
    expect(await refused(world, 'bob', ...words)).toMatchObject({
      status: 6,
      code: 'REFUSED',
      hint: expect.stringContaining('the proposer'),
    });
  });

  test('is refused for names that are none, and where too few would deal: then another plan is named', async () => {
    const world = base.fork();
    expect(await refused(world, 'alice', 'amend', '--without', 'zoe', '--reason', 'x')).toMatchObject({
      status: 2,
      code: 'USAGE',
      message: expect.stringContaining('zoe'),
    });
    expect(await refused(world, 'alice', 'amend', '--without', 'bob,carol', '--reason', 'x')).toMatchObject({
      status: 6,
      code: 'AMENDMENT_IMPOSSIBLE',
      hint: expect.stringContaining(
        `a plan without bob, carol: conclave propose reshare --instead-of ${refresh.ceremony.slice(0, 16)}`,
      ),
    });
    const genesis = world.machine('alice').look(({ state }) => state.ceremonies.length);
    expect(genesis).toBe(2);
    const first = (await world.machine('alice').ok('status', '--all')).json.ceremonies.find(
      ({ kind }: { kind: string }) => kind === 'genesis',
    ).ceremony;
    expect(await refused(world, 'alice', ...words, '--ceremony', first)).toMatchObject({
      code: 'AMENDMENT_IMPOSSIBLE',
    });
    expect(await refused(world, 'alice', ...words, '--ceremony', 'ffff')).toMatchObject({ code: 'CEREMONY_UNKNOWN' });
  });

  test('is refused once the new committee is proven, and of a plan that was withdrawn', async () => {
    const done = signed.fork();
    await done.walk(refresh, people);
    await done.visit('alice', refresh.phrase);
    expect(await refused(done, 'alice', ...words)).toMatchObject({
      code: 'AMENDMENT_IMPOSSIBLE',
      hint: 'finish with conclave next',
    });
    const world = base.fork();
    await world.machine('alice').ok('abort', '--reason', 'the wrong day');
    expect(await refused(world, 'alice', ...words)).toMatchObject({
      code: 'AMENDMENT_IMPOSSIBLE',
      hint: expect.stringContaining('another plan'),
    });
  });
});

describe('release', () => {
  const words = ['release', '--reason', 'carol is gone'];

  test('is for who has accepted: before that a machine says no', async () => {
    const world = base.fork();
    expect(await refused(world, 'alice', ...words)).toMatchObject({
      status: 6,
      code: 'RELEASE_REFUSED',
      hint: expect.stringContaining('conclave next --refuse'),
    });
  });

  test('goes back to the old share and destroys nothing; a second one says so', async () => {
    const world = signed.fork();
    const { json } = await world.machine('bob').ok(...words, '--stick', world.stick);
    expect(json.ceremonies).toMatchObject([{ ceremony: refresh.ceremony, did: ['release'] }]);
    expect(await slots(world, 'bob')).toEqual(['0 active', '1 pending']);
    expect(await refused(world, 'bob', ...words)).toMatchObject({
      status: 6,
      code: 'RELEASE_REFUSED',
      message: expect.stringContaining('already'),
    });
  });

  test('of one is asked of the others by next as by status, and the stick goes to who can release', async () => {
    const world = signed.fork();
    const released = await world.machine('bob').ok(...words, '--stick', world.stick);
    expect(released.json.nextStops).toEqual(['alice', 'carol']);
    const again = await world.machine('bob').tell('next', '--stick', world.stick);
    expect(again.stdout).toContain('the stick goes to alice next');
    expect(again.stdout).not.toContain('waiting for');
    const alice = await world.machine('alice').tell('next', '--stick', world.stick);
    expect(alice.stdout).toContain('here: the release of alice\n    conclave release --stick DIR\n');
    expect(alice.stdout).toContain('the stick goes to carol next');
    const status = (await world.machine('alice').tell('status')).stdout;
    expect(status).toContain('here: the release of alice\n    conclave release --stick DIR\n');
  });

  test('of a machine that has signed waits for a block, and is decided on what the stick brings', async () => {
    const world = signed.fork();
    const alone = await refused(world, 'alice', ...words);
    expect(alone).toMatchObject({ status: 6, code: 'RELEASE_REFUSED' });
    expect(alone.hint).toContain('--salvage --override "give up ceremony');
    await world.machine('bob').ok(...words, '--stick', world.stick);
    const { json } = await world.machine('alice').ok(...words, '--stick', world.stick);
    expect(json.ceremonies).toMatchObject([{ did: ['release'], phase: 'aborted' }]);
    expect(json.synced.in).toBeGreaterThan(0);
    expect(await slots(world, 'alice')).toEqual(['0 active', '1 retired']);
    // and the next plan is nobody's second vote
    const next = await world.propose('alice', 'refresh', '--keyset', 'treasury');
    await world.walk(next, people);
    expect((await world.visit('alice', next.phrase)).json.ceremonies.at(-1)).toMatchObject({
      phase: 'complete',
      faults: [],
    });
  });

  test('is refused once the new committee is proven', async () => {
    const world = signed.fork();
    await world.walk(refresh, people);
    expect(await refused(world, 'alice', ...words)).toMatchObject({
      code: 'RELEASE_REFUSED',
      hint: 'finish with conclave next',
    });
  });

  test('with --salvage wants its sentence: given, typed, or named where there is nobody to ask', async () => {
    const salvage = [...words, '--salvage'];
    const sentence = `give up ceremony ${refresh.ceremony.slice(0, 16)} although it may still complete`;
    const world = signed.fork();
    expect(await refused(world, 'alice', ...salvage)).toMatchObject({
      status: 2,
      code: 'ANSWER_MISSING',
      hint: expect.stringContaining(sentence),
    });
    for (const wrong of ['yes', '', `${sentence}!`])
      expect(await refused(world, 'alice', ...salvage, '--override', wrong)).toMatchObject({
        status: 6,
        code: 'SENTENCE_WRONG',
        hint: expect.stringContaining(sentence),
      });
    // --yes answers small questions, and this is none
    expect(await refused(world, 'alice', ...salvage, '--yes')).toMatchObject({ code: 'ANSWER_MISSING' });
    const before = said(world, 'alice');
    const mistyped = await world.machine('alice').type(['give up'], ...salvage);
    expect(mistyped).toMatchObject({ status: 6, asked: [`type this sentence to go on: ${sentence}`] });
    expect(mistyped.stderr).toContain('nothing was given up');
    expect(mistyped.stderr).toContain('nothing was changed');
    expect(said(world, 'alice')).toBe(before);
    expect(await slots(world, 'alice')).toEqual(['0 retired', '1 active']);

    const typed = await world
      .fork()
      .machine('alice')
      .type([sentence], ...salvage);
    expect(typed.status).toBe(0);
    expect(typed.stdout).toContain('the old share is the active one again, and nothing was destroyed');
    const { json } = await world.machine('alice').ok(...salvage, '--override', sentence);
    expect(json.ceremonies).toMatchObject([{ did: ['salvage'] }]);
    expect(await slots(world, 'alice')).toEqual(['0 active', '1 retired']);
  });

  test('without --salvage takes no sentence: who typed it meant something else', async () => {
    expect(await refused(signed.fork(), 'bob', ...words, '--override', 'give up')).toMatchObject({
      status: 2,
      code: 'USAGE',
      hint: expect.stringContaining('--salvage'),
    });
  });
});

describe('reprove', () => {
  const words = ['reprove', '--reason', 'the machine of carol burnt'];

  test('proves the new committee without the one that is lost, and says who is to sign', async () => {
    const world = signed.fork();
    const ran = await world.machine('alice').ok(...words, '--signers', 'alice,bob', '--stick', world.stick);
    expect(ran.json.ceremonies).toMatchObject([{ ceremony: refresh.ceremony, did: ['reprove'] }]);
    expect(ran.json.nextStops[0]).toBe('bob');
    const bob = await world.visit('bob', refresh.phrase);
    expect(bob.json.ceremonies.at(-1).did).toContain('reprove');
    const alice = await world.visit('alice', refresh.phrase);
    expect(alice.json.ceremonies.at(-1)).toMatchObject({ did: ['reprove', 'close'], faults: [] });
    await world.visit('bob', refresh.phrase);
    const { json } = await world.machine('bob').ok('status', '--all');
    expect(json.ceremonies).toContainEqual(
      expect.objectContaining({ ceremony: refresh.ceremony, phase: 'complete', outstanding: ['carol'] }),
    );
    // two signers of a threshold of two: without a backup the old share stays
    expect(await slots(world, 'alice')).toEqual(['0 retired', '1 active']);
    const transcript = await world.machine('bob').ok('transcript', '--ceremony', refresh.ceremony);
    expect(transcript.json.outcome).toMatchObject({ succeeded: true });
    expect(transcript.json.outcome.says).toContain('but carol, declared lost');
  });

  test('names nobody by itself: without signers it says who was seen signing, and who was not', async () => {
    const world = signed.fork();
    expect(await refused(world, 'alice', ...words)).toMatchObject({
      status: 2,
      code: 'USAGE',
      hint: 'give --signers a,b,c; seen signing: alice; not seen here: bob, carol',
    });
  });

  test('is refused where it can come to nothing', async () => {
    const world = signed.fork();
    for (const [signers, code] of [
      ['alice', 'REPROVE_REFUSED'],
      ['bob,carol', 'REPROVE_REFUSED'],
      ['alice,zed', 'USAGE'],
    ] as const)
      expect(await refused(world, 'alice', ...words, '--signers', signers)).toMatchObject({ code });
    const early = base.fork();
    await early.visit('alice', refresh.phrase);
    expect(await refused(early, 'alice', ...words, '--signers', 'alice,bob')).toMatchObject({
      status: 6,
      code: 'REPROVE_REFUSED',
    });
  });
});

describe('abort', () => {
  test('says that a visit here ends it, where its proposer is a new member itself', async () => {
    const { stdout } = await base
      .fork()
      .machine('alice')
      .tell('abort', '--reason', 'the wrong day', '--ceremony', refresh.ceremony);
    expect(stdout).toContain('it is over once a new member has seen this; next: conclave next here');
  });

  const words = ['abort', '--reason', 'the wrong day'];

  test('withdraws a plan, and the machines of the others end it by themselves, without consent', async () => {
    const world = base.fork();
    const { json } = await world.machine('alice').ok(...words, '--stick', world.stick);
    expect(json.ceremonies).toMatchObject([{ did: ['abort'] }]);
    const told = await world.machine('bob').run('next', '--stick', world.stick);
    expect(told.json.ceremonies.at(-1)).toMatchObject({ did: ['refuse'], phase: 'aborted', faults: [] });
    expect(world.machine('bob').look(({ state }) => state.votes)).toEqual([]);
    expect(await refused(world, 'alice', ...words)).toMatchObject({
      status: 6,
      code: 'REFUSED',
      message: expect.stringContaining('already'),
    });
  });

  test('is the proposer alone who does it', async () => {
    const world = base.fork();
    await world.machine('bob').run('next', '--stick', world.stick); // hears of the plan
    expect(await refused(world, 'bob', ...words)).toMatchObject({
      status: 6,
      code: 'REFUSED',
      hint: expect.stringContaining('conclave next --refuse'),
    });
  });

  test('is refused once somebody has dealt, also where only the stick knows that', async () => {
    const world = base.fork();
    await world.visit('bob', refresh.phrase);
    const late = await refused(world, 'alice', ...words, '--stick', world.stick);
    expect(late).toMatchObject({ status: 6, code: 'REFUSED', hint: expect.stringContaining('conclave release') });
    // the packets that the stick brought are here now, whatever became of the command
    expect(late.changed).toBe(true);
    const { stderr } = await world.machine('alice').tell(...words, '--stick', world.stick);
    expect(stderr).toContain('nothing was changed');
  });
});

describe('the stick of such a command', () => {
  test('that fails after the work is trouble with a code; the deed is in the vault, and goes out later', async () => {
    const world = base.fork();
    const fs = world.memory;
    const full = {
      ...fs,
      createFile: (path: string, mode: number) => {
        if (path.startsWith(world.stick)) throw new FileError('ENOSPC', 'createFile', path);
        return fs.createFile(path, mode);
      },
    };
    const words = ['abort', '--reason', 'the wrong day', '--stick', world.stick];
    const { status, json } = await world.machine('alice').runWith({ fs: full }, ...words);
    expect(status).not.toBe(0);
    expect(json.error).toMatchObject({ changed: true, message: expect.stringContaining('safe in the vault') });
    expect(json.ceremonies).toMatchObject([{ did: ['abort'] }]);
    await world.visit('alice', refresh.phrase);
    const { json: told } = await world.machine('bob').run('next', '--stick', world.stick);
    expect(told.ceremonies.at(-1)).toMatchObject({ phase: 'aborted' });
  });
});

describe('an old copy of a vault', () => {
  test('amends, releases and withdraws nothing, and says to use the newest one', async () => {
    const world = base.fork();
    const old = [...world.memory.files()].filter(([path]) => path.startsWith('/home/alice/'));
    await world.machine('alice').ok('amend', '--without', 'bob', '--reason', 'away', '--stick', world.stick);
    for (const [path, bytes] of old) world.memory.put(path, bytes, 0o600);
    for (const name of ['amend', 'release', 'abort']) {
      const ran = await refused(world, 'alice', name, '--reason', 'x', '--stick', world.stick);
      expect(ran).toMatchObject({ status: 5, code: 'VAULT_ROLLED_BACK', hint: expect.stringContaining('the newest') });
    }
  });
});
