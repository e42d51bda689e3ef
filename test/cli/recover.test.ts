import { beforeAll, describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../src/bytes/hex.ts';
import { interpolateAtZero } from '../../src/crypto/polynomial.ts';
import { suite } from '../../src/crypto/suites.ts';
import { myIdentity } from '../../src/vault/identity.ts';
import { type Proposed, World } from './world.ts';

/** Three who hold a key two of three; bob's machine falls into the sea. */
const people = ['alice', 'bob', 'carol'] as const;
const base = new World('recover');
let oldShares: string[] = [];

beforeAll(async () => {
  await base.arrive(...people);
  await base.makeKeyset('treasury', people, 2, ['main:ristretto255']);
  oldShares = people.map((name) => base.machine(name).share('treasury')[0] as string);
});

function sink(world: World, name: string): void {
  const { home } = world.machine(name);
  world.memory.rename(home, `${home}-in-the-sea`);
  world.memory.syncDirectory('/home');
}

async function publicKey(world: World, name: string): Promise<string> {
  return (await world.machine(name).ok('keyset', 'show', 'treasury')).json.keys[0].publicKey;
}

/** The public key of what these shares make. */
function made(shares: readonly (readonly [number, string])[]): string {
  const { group } = suite('ristretto255');
  const values = shares.map(([index, share]) => ({ index, value: group.decodeScalar(fromHex(share) as Uint8Array) }));
  return toHex(group.encodePoint(group.multiplyBase(interpolateAtZero(group, values))));
}

describe('a machine that is lost', () => {
  let world: World;
  let key: string;
  let proposed: Proposed;

  beforeAll(async () => {
    world = base.fork();
    key = await publicKey(world, 'alice');
    sink(world, 'bob');
    await world.arrive('bob');
    await world.machine('bob').ok('keyset', 'pin', key);
    await world.machine('alice').ok('roster', 'add', `${world.stick}/conclave/bob.card`, '--replace');
    proposed = await world.propose('alice', 'recover', '--keyset', 'treasury', '--lost', 'bob');
    await world.walk(proposed, people);
  });

  test('is replaced by a new one of the same name, and any two of the three shares make the key', async () => {
    const shares = people.map((name, at) => [at + 1, world.machine(name).share('treasury')[0] as string] as const);
    for (const pair of [
      [0, 1],
      [1, 2],
      [0, 2],
    ] as const)
      expect(made(pair.map((at) => shares[at] as (typeof shares)[number]))).toBe(key);
    const bob = (await world.machine('bob').ok('keyset', 'show', 'treasury')).json;
    expect(bob).toMatchObject({ epoch: 1, threshold: 2, slots: [{ epoch: 1, state: 'active' }] });
  });

  test('took a share with it that is listed as lost, and that makes nothing with the new ones; the other old ones are gone', async () => {
    expect(
      made([
        [2, oldShares[1] as string],
        [1, world.machine('alice').share('treasury')[0] as string],
      ]),
    ).not.toBe(key);
    for (const name of ['alice', 'carol'])
      expect((await world.machine(name).ok('keyset', 'show', 'treasury')).json.slots).toHaveLength(1);
    const { json } = await world.machine('carol').ok('transcript', '--ceremony', proposed.ceremony, '--format', 'json');
    expect(json.lost).toEqual([{ name: 'bob', index: 2, returns: 'new-card' }]);
    expect(json.outcome.open).toContain('the share of bob, old member 2, was declared lost and not destroyed');
    expect(json.oldShares).toContainEqual({ member: 'bob', state: 'none', why: 'lost' });
  });

  test('is shown in the plan as lost beside the new machine, before anybody consents', async () => {
    const here = base.fork();
    sink(here, 'bob');
    await here.arrive('bob');
    const words = ['propose', 'recover', '--keyset', 'treasury', '--lost', 'bob', '--stick', here.stick];
    // without the new card the plan would go to the old one, which is at the bottom of the sea: it says "comes back"
    expect(
      (
        await here
          .fork()
          .machine('alice')
          .tell(...words)
      ).stdout,
    ).toMatch(/2 {2}bob SHARE LOST +2 {2}bob comes back/);
    await here.machine('alice').ok('roster', 'add', `${here.stick}/conclave/bob.card`, '--replace');
    const { json, stderr } = await here.machine('alice').ok(...words);
    expect(stderr).toMatch(/2 {2}bob SHARE LOST +2 {2}bob NEW MACHINE/);
    // the new machine is this one; the share that was lost never was
    await here.machine('bob').ok('keyset', 'pin', await publicKey(here, 'alice'));
    expect((await here.visit('bob', json.phrase)).stderr).toMatch(
      /2 {2}bob SHARE LOST +2 {2}bob \(this machine\) NEW MACHINE/,
    );
    const refresh = await here.machine('alice').run('propose', 'refresh', '--keyset', 'treasury');
    expect(refresh.json.error).toMatchObject({ code: 'CARD_MISSING', hint: expect.stringContaining('--lost bob') });
  });
});

test('a card in the place of another is said to replace it, with the identities that are to be compared', async () => {
  const world = base.fork();
  const alice = world.machine('alice');
  const before = world.machine('bob').look(({ state }) => myIdentity(state));
  sink(world, 'bob');
  await world.arrive('bob');
  const now = world.machine('bob').look(({ state }) => myIdentity(state));
  const told = (
    await world.fork().machine('alice').tell('roster', 'add', `${world.stick}/conclave/bob.card`, '--replace')
  ).stdout;
  expect(told).toMatch(new RegExp(`^bob: replaced\\n  identity now ${now}\\n  before       ${before}`));
  expect((await alice.ok('roster', 'add', `${world.stick}/conclave/bob.card`, '--replace')).json.cards).toEqual([
    { name: 'bob', identity: now, outcome: 'added', replaced: before },
  ]);
});

test('a plan that declares a share lost which is there stops that machine with a word of its own', async () => {
  const world = base.fork();
  const { phrase, ceremony } = await world.propose('alice', 'recover', '--keyset', 'treasury', '--lost', 'bob');
  const stopped = await world.visit('bob', phrase);
  expect(stopped.status).toBe(4);
  expect(stopped.json.holds).toMatchObject([{ code: 'SHARE_NOT_LOST' }]);
  const { json } = await world
    .machine('bob')
    .ok('next', '--refuse', '--ceremony', ceremony, '--reason', 'it is here', '--stick', world.stick);
  expect(json.ceremonies).toMatchObject([{ ceremony, phase: 'aborted' }]);
});

describe('below a majority', () => {
  const sentence = 'hand over vault although only 2 of 4 are left to endorse it';
  const four = ['alice', 'bob', 'carol', 'dave'];
  const words = ['propose', 'recover', '--keyset', 'vault', '--lost', 'carol,dave'];
  let world: World;

  beforeAll(async () => {
    world = base.fork();
    await world.arrive('dave');
    await world.makeKeyset('vault', four, 2, ['main:ristretto255']);
  });

  test('nothing is proposed without the flag, nor without its sentence', async () => {
    const alice = world.machine('alice');
    expect((await alice.run(...words)).json.error).toMatchObject({
      code: 'USAGE',
      hint: expect.stringContaining('--below-quorum'),
    });
    expect((await alice.run(...words, '--below-quorum')).json.error).toMatchObject({
      code: 'ANSWER_MISSING',
      hint: expect.stringContaining(sentence),
    });
    const wrong = await alice.run(...words, '--below-quorum', '--override', 'yes');
    expect(wrong).toMatchObject({ status: 6, json: { error: { hint: expect.stringContaining(sentence) } } });
    const needless = ['propose', 'refresh', '--keyset', 'vault', '--below-quorum', '--override', sentence];
    expect((await alice.run(...needless)).json.error.code).toBe('USAGE');
  });

  test('the sentence is in the plan, given or typed', async () => {
    const given = await world
      .fork()
      .machine('alice')
      .ok(...words, '--below-quorum', '--override', sentence);
    expect(given.json).toMatchObject({ weak: ['minority-signs', 'below-quorum'], plan: { belowQuorum: sentence } });
    const typed = await world
      .fork()
      .machine('alice')
      .type([sentence, '', '', true, true, true], ...words, '--below-quorum');
    expect(typed).toMatchObject({
      status: 0,
      asked: [`type this sentence to go on: ${sentence}`, ...typed.asked.slice(1)],
    });
  });
});

describe('a weak shape', () => {
  const words = ['propose', 'reshare', '--keyset', 'treasury', '--members', 'alice,bob', '--threshold', '2'];

  test('row 20: is a question of its own on a terminal, which --yes does not answer', async () => {
    const alice = base.fork().machine('alice');
    const no = await alice.type(['', '', false], ...words, '--yes');
    expect(no.status).toBe(6);
    expect(no.asked.at(-1)).toMatch(/every new member is needed to sign.*is that meant/);
  });

  test('row 20: may be named by a script, which then has to name exactly what is there', async () => {
    const world = base.fork();
    const run = (...weak: string[]) =>
      world
        .fork()
        .machine('alice')
        .run(...words, ...weak);
    expect((await run('--weak', 'all-must-sign')).json.weak).toEqual(['all-must-sign']);
    for (const wrong of ['all-must-sign,lower-threshold', 'lower-threshold', ''])
      expect((await run('--weak', wrong)).json.error).toMatchObject({
        code: 'USAGE',
        hint: expect.stringContaining('--weak all-must-sign'),
      });
    const { json } = await world.machine('alice').ok(...words);
    const { stdout } = await world.machine('alice').tell('status');
    expect(stdout).toContain('every new member is needed to sign');
    expect((await world.machine('alice').ok('status')).json.ceremonies.at(-1)).toMatchObject({
      ceremony: json.ceremony,
      weak: ['all-must-sign'],
    });
  });
});

test('a second plan like one that is alive is asked about, and --instead-of answers', async () => {
  const world = base.fork();
  const words = ['propose', 'refresh', '--keyset', 'treasury'];
  const alice = world.machine('alice');
  const { json } = await alice.ok(...words);
  // a script is told, and taken at its word
  const again = await alice.run(...words);
  expect(again.status).toBe(0);
  expect(again.stderr).toContain(`${json.ceremony.slice(0, 16)} is to do the same`);
  expect((await alice.run(...words, '--instead-of', json.ceremony)).status).toBe(0);
  // a bare return is a no
  const asked = await alice.type(['', '', ''], ...words);
  const beside = expect.stringContaining('beside it');
  expect(asked).toMatchObject({
    status: 6,
    asked: ['why? (for the record)', expect.stringContaining('a public beacon value'), beside],
  });
  expect(asked.stdout).toContain(`conclave abort --ceremony ${json.ceremony.slice(0, 16)}`);
  expect(asked.stdout).toContain(`--instead-of ${json.ceremony.slice(0, 16)}`);
});
