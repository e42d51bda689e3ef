import { beforeAll, describe, expect, test } from 'vitest';
import { World } from './world.ts';

/** alice leaves without having dealt, and comes late. */
let world: World;
let phrase = '';
const advice: string[][] = [];

beforeAll(async () => {
  world = new World('next stops');
  await world.arrive('alice', 'bob', 'carol', 'dave');
  await world.makeKeyset('treasury', ['alice', 'bob', 'carol'], 2, ['main:ed25519']);
  const words = [
    '--keyset',
    'treasury',
    '--stay',
    'bob,carol',
    '--leave',
    'alice',
    '--join',
    'dave',
    '--threshold',
    '2',
  ];
  ({ phrase } = await world.propose('bob', 'reshare', ...words, '--dealers', 'bob,carol'));
  for (let who: string | undefined = 'bob'; who !== undefined; who = advice.at(-1)?.find((name) => name !== 'alice')) {
    const { json } = await world.visit(who, phrase);
    advice.push(json.nextStops);
    if (advice.length > 20) throw new Error('going around');
  }
}, 120_000);

describe('where the stick goes', { timeout: 60_000 }, () => {
  test('is never where it is, and everybody is named once', async () => {
    for (const stops of advice) expect(new Set(stops).size).toBe(stops.length);
    const { json } = await world.visit('bob', phrase);
    expect(json.nextStops).not.toContain('bob');
  });

  test('is to who left and has not closed, once the rest is complete', async () => {
    expect(advice.at(-1)).toEqual(['alice']);
  });

  test('is nowhere for visits after that: a leaver that never comes is not asked for ever', async () => {
    const { json } = await world.visit('carol', phrase);
    expect(json.ceremonies.at(-1)).toMatchObject({ phase: 'complete', outstanding: ['alice'] });
    expect(json.nextStops).toEqual([]);
  });

  test('is not to that leaver in a later ceremony either', async () => {
    const later = await world.propose('dave', 'refresh', '--keyset', 'treasury');
    const { json } = await world.visit('dave', later.phrase);
    expect(json.nextStops).not.toContain('alice');
    expect([...json.nextStops].sort()).toEqual(['bob', 'carol']);
  });

  test('is nowhere any more once the leaver has closed', async () => {
    const { json } = await world.visit('alice', phrase);
    expect(json.ceremonies.at(-1)).toMatchObject({ did: ['close'], outstanding: [] });
    expect(json.nextStops).toEqual([]);
  });
});
