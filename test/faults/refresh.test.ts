import { beforeAll, describe, expect, test } from 'vitest';
import { faultyFileSystem } from '../../src/media/faults.ts';
import { World } from '../cli/world.ts';
import { type DiskFault, diskFaults, readFault } from './disks.ts';
import { casesOf, endingOf, look, played, type Rules, type Scene, type Step, sampled, tried } from './story.ts';

/*
 * A refresh two of three through the real commands, in which every operation on the disk goes wrong in every way
 * (safety.md section 3). Every day a sample; with CONCLAVE_FAULTS=every each and all: npm run faults.
 */

const every = process.env.CONCLAVE_FAULTS === 'every';
const seed = Number(process.env.CONCLAVE_SEED ?? 1);
const people = ['alice', 'bob', 'carol'];
const propose: Step = { who: 'alice', words: ['propose', 'refresh', '--keyset', 'treasury', '--stick', '/stick'] };
const visit = (who: string, phrase: string): Step => ({
  who,
  words: ['next', '--stick', '/stick', '--phrase', phrase],
});

const phraseIn = (world: World): string =>
  look(world, 'alice', ({ state }) => state.ceremonies.at(-1)?.phrase ?? '') ?? '';
const ceremonies = (world: World): number => look(world, 'alice', ({ state }) => state.ceremonies.length) ?? 0;

let scenes: Scene[] = [];
let rules: Rules;

/** The stick goes around until nobody does, brings or takes anything any more. */
async function walk(world: World): Promise<void> {
  const phrase = phraseIn(world);
  for (let idle = 0, visits = 0; idle < people.length; visits++) {
    if (visits > 40) throw new Error('the stick is still going around');
    const { status, json } = await world.visit(people[visits % people.length] as string, phrase);
    if (![0, 3].includes(status)) throw new Error(`a visit ends with ${status}: ${JSON.stringify(json.error)}`);
    const { synced } = json;
    const done = json.ceremonies.flatMap(({ did }: { did: string[] }) => did).length + synced.in + synced.out;
    idle = done > 0 ? 0 : idle + 1;
  }
}

beforeAll(async () => {
  const world = new World('faults');
  await world.arrive(...people);
  await world.makeKeyset('treasury', people, 2, ['main:ristretto255']);
  await walk(world);
  const before = ceremonies(world);
  const first = await played(world, propose);
  scenes = [first.scene];
  for (let idle = 0, visits = 0; idle < people.length; visits++) {
    const { scene, ran } = await played(world, visit(people[visits % people.length] as string, first.ran.json.phrase));
    const { synced, ceremonies: found } = ran.json;
    idle = found.at(-1).did.length + synced.in + synced.out > 0 ? 0 : idle + 1;
    if (idle === 0) scenes.push(scene);
  }
  rules = {
    people,
    ending: endingOf(world, people),
    keyed: true,
    ended: new Set(),
    // who does not know whether the plan was made looks: if so, `next` lays it on the stick
    again: (now, step) => (step === propose && ceremonies(now) > before ? [visit('alice', phraseIn(now))] : [step]),
    onward: walk,
  };
});

describe('a refresh whose disk fails at some operation', () => {
  test('loses nothing, says nothing twice, and ends where it would have ended', { timeout: 0 }, async () => {
    const all = casesOf(scenes, diskFaults);
    const reading = casesOf(scenes, [readFault]);
    const cases = every
      ? [...all, ...sampled(reading, 400, seed)]
      : [...sampled(all, 36, seed), ...sampled(reading, 4, seed)];
    const operations = scenes.reduce((sum, { changes }) => sum + changes.length, 0);
    const begun = performance.now();
    const wrong: string[] = [];
    for (const [done, one] of cases.entries()) {
      const name = `${one.fault.name} at ${one.at} of ${one.scene.step.who} ${one.scene.step.words[0]}`;
      const operation = one.scene[one.fault.count][one.at - 1];
      for (const sentence of await tried(one, rules))
        wrong.push(`${name} (${operation?.operation} ${operation?.path}): ${sentence}`);
      if (every && done % 500 === 499) console.log(`${done + 1} of ${cases.length}, ${wrong.length} wrong`);
    }
    const seconds = Math.round((performance.now() - begun) / 1000);
    console.log(
      `${cases.length} of ${all.length + reading.length} cases: ${operations} operations in ${scenes.length} commands, ${diskFaults.length} kinds of faults, ${rules.ended.size} states told to their end, ${seconds} s`,
    );
    expect(wrong).toEqual([]);
  });

  test('would be caught speaking before it has written', async () => {
    // a program that syncs what lies on the stick, and not what lies in its vault
    const vault = (path: string): boolean => path.startsWith('/home/');
    const careless: DiskFault = {
      name: 'power cut, vault not synced',
      deadly: true,
      count: 'changes',
      at: () => true,
      disk: (memory, at) =>
        faultyFileSystem(
          {
            ...memory,
            sync: (handle) => (vault(handle.path) ? undefined : memory.sync(handle)),
            syncDirectory: (path) => (vault(path) ? undefined : memory.syncDirectory(path)),
          },
          { at, fault: 'kill' },
        ),
      after: (memory) => memory.crash('nothing'),
    };
    const scene = scenes.at(2) as Scene;
    const wrong = await tried({ scene, fault: careless, at: scene.changes.length }, { ...rules, ended: new Set() });
    expect(wrong.join('\n')).toMatch(/is out, and not in its journal/);
    expect(wrong.join('\n')).toMatch(/takes itself for an old copy/);
  });
});
