import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { blaming, broken, telling, withoutRollback } from './broken.js';
import { bundle } from './bundle.js';
import { Simulator } from './simulator.js';
import { situations } from './situations.ts';

/* What must hold (safety.md section 3), asked of every state of small committees and of walks through larger ones. */

vi.setConfig({ testTimeout: 900_000, hookTimeout: 300_000 });

describe('the product as it is', () => {
  let simulator: Simulator;
  let states = 0;
  beforeAll(async () => {
    simulator = await Simulator.build();
  });
  afterAll(() => {
    simulator.remove();
    console.log(`${states} states of small committees`);
  });

  const inEveryRun = situations.filter(({ long }) => long !== true).map(({ name }) => name);
  test.each(inEveryRun)('holds in every state: %s', async (name) => {
    const searched = await simulator.search(name);
    expect(searched.violation).toBeNull();
    expect(searched.ends).toBeGreaterThan(0);
    states += searched.states;
  });

  test('holds on walks at random', async () => {
    expect(await simulator.walk('ristretto255', 1, 31)).toMatchObject({ walks: 30, failed: null, secrets: null });
  });

  test('does the same things on every run of one seed, whatever ran before', async () => {
    const [among, alone] = [await simulator.walk('ristretto255', 10, 15), await simulator.walk('ristretto255', 14, 15)];
    expect(alone.last).toBe(among.last);
  });
});

describe('the product as it is, with the real cryptography', () => {
  test('holds on walks at random', async () => {
    const simulator = await Simulator.build({ transparent: false });
    expect(await simulator.walk('ed25519', 1, 4)).toMatchObject({ walks: 3, failed: null, secrets: null });
    simulator.remove();
  });

  test('comes to as many states as with the stand-ins', async () => {
    const name = '2-of-2 to the same members, refused and given up';
    const [real, standIn] = [await Simulator.build({ transparent: false }), await Simulator.build()];
    const [one, other] = [await real.search(name), await standIn.search(name)];
    expect(one.violation).toBeNull();
    expect([one.states, one.transitions, one.locals]).toEqual([other.states, other.transitions, other.locals]);
    for (const simulator of [real, standIn]) simulator.remove();
  });
});

describe('a build in which a rule is missing is caught', () => {
  test.each(Object.entries(broken))('%s', async (_, { situation, patches }) => {
    const simulator = await Simulator.build({ patches });
    const { violation } = await simulator.search(situation);
    expect(violation?.what).toBeTruthy();
    expect(violation?.story.length).toBeGreaterThan(0);
    simulator.remove();
  });

  test('by walks as well, and what goes wrong is told in as few steps as it takes', async () => {
    const simulator = await Simulator.build({ patches: broken.destroy?.patches ?? [] });
    const { failed } = await simulator.walk('ristretto255', 1, 60);
    expect(failed?.what).toContain('destroyed its share');
    expect(failed?.story.length).toBeLessThan(16);
    simulator.remove();
  });

  test('where an old copy of a vault does not notice that it is one', async () => {
    const simulator = await Simulator.build({ patches: withoutRollback });
    const { failed } = await simulator.walk('ristretto255', 45, 60);
    expect(failed?.what).toContain('does not notice');
    simulator.remove();
  });

  test('where somebody honest is named for what a liar said', async () => {
    const simulator = await Simulator.build({ patches: blaming });
    const { violation } = await simulator.search('2-of-3 to the same members, one lies');
    expect(violation?.what).toContain('somebody honest is named as a liar');
    simulator.remove();
  });

  test('where a secret stands in what an operator is told', async () => {
    const simulator = await Simulator.build({ patches: telling });
    expect((await simulator.walk('ristretto255', 1, 12)).secrets).toContain('the signing key of an identity is told');
    simulator.remove();
  });

  test.each([
    ['src/vault/say.ts', 'no such line', 'found 0 times'],
    ['src/vault/say.ts', 'import', 'to be replaced once'],
    ['src/vault/gone.ts', 'import', 'is no part of the simulator'],
  ])('and a line that is not there to be replaced is an error: %s, %s', async (file, find, why) => {
    const patches = [{ file, find, put: '' }];
    const wanted = { entry: 'test/simulator/main.ts', outfile: '/dev/null', transparent: true, patches };
    await expect(bundle(wanted)).rejects.toThrow(why);
  });
});
