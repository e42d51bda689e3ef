import { describe, expect, test } from 'vitest';
import { World } from './world.ts';

/** As they stand on the screen. */
const entries = {
  init: 'make a vault and an identity for this machine  conclave init',
  card: `${"show this machine's card".padEnd(46)} conclave card`,
  help: `${'see every command'.padEnd(46)} conclave --help`,
  next: `${'do what is asked of this machine'.padEnd(46)} conclave next`,
};

describe('conclave without a command', () => {
  test('is a usage error where there is no terminal', async () => {
    expect(await new World('menu').machine('alice').run()).toMatchObject({
      status: 2,
      json: { error: { code: 'USAGE' } },
    });
  });

  test('offers what can be done now, and does what is chosen', async () => {
    const world = new World('menu');
    const alice = world.machine('alice');
    const first = await alice.type([entries.init, 'alice']);
    expect(first).toMatchObject({ status: 0, asked: ['what is to be done?', 'what is this machine called?'] });
    const second = await alice.type([entries.card]);
    expect(second.stdout).toContain('name       alice');
    expect((await alice.type([entries.help])).stdout).toContain('Usage: conclave');
  });

  test('does not offer to make a second vault, nor what needs one where there is none', async () => {
    const world = new World('menu');
    const alice = world.machine('alice');
    await expect(alice.type([entries.next])).resolves.toMatchObject({ status: 1 });
    await world.arrive('alice');
    expect((await alice.type([entries.init])).stderr).toContain('is not offered');
  });

  test('leaves a wrong word and a group without its command as usage errors, also at a terminal', async () => {
    const alice = new World('menu').machine('alice');
    for (const words of [['nxt'], ['roster']])
      expect(await alice.type([], ...words)).toMatchObject({ status: 2, asked: [] });
  });
});
