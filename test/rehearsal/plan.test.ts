import { beforeAll, describe, expect, test } from 'vitest';
import { scenarioOfPlan } from '../../src/rehearsal/plan-scenario.ts';
import { World } from '../cli/world.ts';
import { missed, played } from './stage.ts';

/** Plans as `propose --out-plan` writes them are rehearsed by people who are made up from the names in them. */
let world: World;

beforeAll(async () => {
  world = new World('plans');
  await world.arrive('alice', 'bob', 'carol', 'dave', 'olga', 'iris');
  const policy = ['--approvers', 'olga', '--observers', 'iris', '--because', 'policy', '--out-plan', '/genesis.json'];
  const first = await world.propose(
    'alice',
    'genesis',
    ...['--keyset', 'treasury', '--members', 'alice,bob,carol', '--threshold', '2'],
    ...['--key', 'main:secp256k1-tr', '--key', 'other:p256', ...policy],
  );
  await world.walk(first, ['olga', 'alice', 'bob', 'carol']);
  await world.propose('bob', 'refresh', '--keyset', 'treasury', '--out-plan', '/refresh.json');
  const draft = ['--refresh-every', '90d', '--backups', '1', '--approvers', 'iris', '--draft', '--out-plan'];
  await world.machine('bob').ok('policy', 'set', 'treasury', ...draft, '/policy.json');
  await world.propose(
    'carol',
    'reshare',
    ...['--keyset', 'treasury', '--stay', 'alice,carol', '--leave', 'bob', '--join', 'dave', '--threshold', '2'],
    ...['--dealers', 'carol,bob', '--backup', 'required', '--copies', '2', '--destroy', 'ask', '--ticket', 'K-1'],
    ...['--reason', 'bob: "leaves"', '--out-plan', '/reshare.json'],
  );
}, 120_000);

function plan(kind: string) {
  return JSON.parse(world.read(`/${kind}.json`) ?? 'null');
}

describe('a plan that was written by propose --out-plan', { timeout: 60_000 }, () => {
  test('of a genesis is rehearsed from empty homes', async () => {
    const scenario = scenarioOfPlan(plan('genesis'));
    expect(scenario.people).toEqual(['alice', 'bob', 'carol', 'olga', 'iris']);
    expect(scenario.setup).toEqual([]);
    const done = await played(scenario);
    expect(missed(done)).toEqual([]);
    expect(done.ceremonies).toMatchObject([{ kind: 'genesis', keyset: 'treasury', phase: 'complete' }]);
    expect(done.tally.consents).toBe(4); // three members and the approver; who only reads along is not asked
  });

  test('of a refresh is rehearsed with a key of the same shape, its policy included', async () => {
    const scenario = scenarioOfPlan(plan('refresh'));
    expect(scenario.people).toEqual(['alice', 'bob', 'carol', 'olga']);
    const done = await played(scenario);
    expect(missed(done)).toEqual([]);
    expect(done.tally.consents).toBe(4);
    expect(done.setup.visits).toBeGreaterThan(0);
  });

  test('of a policy is rehearsed with those who approve it, before and after', async () => {
    const scenario = scenarioOfPlan(plan('policy'));
    expect(scenario.people).toEqual(['alice', 'bob', 'carol', 'iris', 'olga']);
    expect(scenario.steps[0]?.is).toMatchObject({
      kind: 'refresh',
      policy: { refreshEvery: '90d', backups: 1, approvers: ['iris'] },
    });
    const done = await played(scenario);
    expect(missed(done)).toEqual([]);
    expect(done.tally.consents).toBe(5);
  });

  test('of a reshare is rehearsed with its backups, and with the question before a share goes', async () => {
    const scenario = scenarioOfPlan(plan('reshare'));
    expect(scenario.people).toEqual(['alice', 'bob', 'carol', 'dave', 'olga']);
    const done = await played(scenario);
    expect(missed(done)).toEqual([]);
    const registered = done.told.flatMap((one) =>
      'stop' in one && one.stop.part === 'measured'
        ? one.stop.deeds.filter((deed) => deed === 'backup register').map(() => one.stop.who)
        : [],
    );
    expect(registered.sort()).toEqual(['alice', 'alice', 'carol', 'carol', 'dave', 'dave']);
    // alice, bob and carol type which old share may go; alice, carol and dave are asked twice where a backup is to go
    expect(done.tally.questions).toBe(9);
  });

  test('keeps what was wished', () => {
    expect(scenarioOfPlan(plan('reshare')).steps[0]?.is).toMatchObject({
      by: 'carol',
      kind: 'reshare',
      keyset: 'treasury',
      members: ['alice', 'carol', 'dave'],
      threshold: 2,
      dealers: ['carol', 'bob'],
      approvers: ['olga'],
      backup: 'required',
      copies: 2,
      destroy: 'ask',
      reason: 'bob: "leaves"',
      ticket: 'K-1',
      expires: '14d',
    });
  });

  test('can still be proposed from the file itself', async () => {
    const { json } = await world
      .machine('alice')
      .ok('propose', 'refresh', '--plan', '/refresh.json', '--yes', '--stick', world.stick);
    expect(json.kind).toBe('refresh');
  });
});
