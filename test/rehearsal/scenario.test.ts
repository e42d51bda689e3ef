import { describe, expect, test } from 'vitest';
import { Problem } from '../../src/problem.ts';
import { scenarioOfPlan } from '../../src/rehearsal/plan-scenario.ts';
import { readScenario } from '../../src/rehearsal/scenario.ts';
import { seededClock, seededRandom } from '../../src/rehearsal/seeded.ts';
import { usual } from '../../src/rehearsal/usual.ts';
import { ceremonies, ceremonyJson } from './stage.ts';

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof Problem && error.code === 'SCENARIO_INVALID') return error.message;
    throw error;
  }
  return '';
}

// biome-ignore lint/suspicious/noExplicitAny: made wrong on purpose
function with_(change: (json: any) => void): string {
  const json = ceremonyJson('leaver-never-returns.json');
  change(json);
  return refusal(() => readScenario(json));
}

describe('a scenario', () => {
  test.each(ceremonies)('of the project can be read: %s', (file) => {
    expect(readScenario(ceremonyJson(file)).people.length).toBeGreaterThan(1);
  });

  test('is the one of the file where none is named', () => {
    expect(usual).toEqual(ceremonyJson('reshare-2of3-to-3of5.json'));
  });

  test.each<[string, (json: ReturnType<typeof ceremonyJson>) => void, string]>([
    ['a field too many', (json) => Object.assign(json, { color: 'red' }), 'color: '],
    [
      'a field too many in a step',
      (json) => Object.assign(json.steps[0].propose, { treshold: 3 }),
      'steps.0.propose.treshold: ',
    ],
    [
      'a number that is text',
      (json) => Object.assign(json.steps[0].propose, { threshold: '3' }),
      'steps.0.propose.threshold: ',
    ],
    ['an unknown step', (json) => Object.assign(json, { steps: [{ dance: 'alice' }] }), 'steps.0: dance is no step'],
    [
      'a step of an inherited name',
      (json) => Object.assign(json, { steps: [{ toString: 'alice' }] }),
      'steps.0: toString is no step',
    ],
    [
      'two steps in one',
      (json) => Object.assign(json.steps[1], { visit: 'bob' }),
      'steps.1: a step has exactly one field',
    ],
    ['nothing to do', (json) => Object.assign(json, { steps: [] }), 'steps: nothing is done'],
    ['an unknown phase', (json) => Object.assign(json.steps[1], { walk: 'home' }), 'steps.1.walk: '],
    [
      'a stranger who makes a vault',
      (json) => json.setup[0].init.push('mallory'),
      'setup.0.init: mallory is not among',
    ],
    [
      'a stranger in a proposal',
      (json) => json.steps[0].propose.join.push('mallory'),
      'steps.0.propose: mallory is not among',
    ],
    ['a stranger to visit', (json) => json.steps.push({ visit: 'mallory' }), 'steps.4.visit: mallory is not among'],
    [
      'a stranger with a command',
      (json) => json.steps.push({ command: { by: 'mallory', words: ['status'] } }),
      'steps.4.command: mallory',
    ],
    [
      'a stick that is not there',
      (json) => json.steps.push({ visit: { who: 'bob', sticks: ['red'] } }),
      'steps.4.visit: red is not among',
    ],
    ['a stranger with an epoch', (json) => Object.assign(json.expect.epochs, { mallory: 1 }), 'expect.epochs: mallory'],
    ['a stranger who is outstanding', (json) => json.expect.outstanding.push('mallory'), 'expect.outstanding: mallory'],
    [
      'a stranger at fault',
      (json) => json.expect.faults.push({ member: 'mallory', fault: 'X' }),
      'expect.faults: mallory',
    ],
    [
      'a policy that no refresh sets',
      (json) => Object.assign(json.steps[0].propose, { policy: { backups: 1 } }),
      'steps.0.propose: a policy is set by a refresh',
    ],
    [
      'a genesis whose policy names its approvers a second time',
      (json) => Object.assign(json.setup[1].propose, { policy: { approvers: ['bob'] } }),
      'setup.1.propose: a policy is set by a refresh',
    ],
    [
      'a stranger in a policy',
      (json) =>
        json.steps.push({ propose: { by: 'bob', kind: 'refresh', keyset: 'k', policy: { approvers: ['mallory'] } } }),
      'steps.4.propose: mallory is not among',
    ],
    ['two people whose homes are one', (json) => json.people.push('Alice'), 'people: '],
    ['a name that is a path', (json) => json.people.push('../alice'), 'people.4: not a name'],
    ['another version', (json) => Object.assign(json, { v: 2 }), 'v: '],
    ['no end', (json) => delete json.expect, 'expect: '],
  ])('is refused with %s, and the place is named', (_, change, place) => {
    expect(with_(change)).toContain(`cannot be rehearsed: ${place}`);
  });

  test('is refused when it is no object at all', () => {
    expect(refusal(() => readScenario([]))).not.toBe('');
    expect(refusal(() => readScenario(null))).toContain('the whole: ');
  });
});

describe('a plan', () => {
  const plan = {
    v: 1,
    propose: 'reshare',
    answers: { keyset: 'treasury', members: 'bob, Dave,erin', threshold: '2', approvers: 'olga', observers: '' },
    standing: {
      by: 'bob',
      holders: { members: ['alice', 'bob'], threshold: 2, keys: ['main:p256'], approvers: ['Paul'], approvals: 1 },
    },
  };

  test('is played by everybody whom it names, after a genesis by those who hold the key', () => {
    const { people, setup, steps } = scenarioOfPlan(plan);
    expect(people).toEqual(['alice', 'bob', 'Dave', 'erin', 'olga', 'Paul']);
    expect(setup.map(({ step }) => step)).toEqual(['init', 'propose', 'walk']);
    expect(setup[1]?.is).toMatchObject({
      kind: 'genesis',
      members: ['alice', 'bob'],
      approvers: ['Paul'],
      approvals: 1,
    });
    expect(steps[0]?.is).toMatchObject({
      by: 'bob',
      kind: 'reshare',
      members: ['bob', 'Dave', 'erin'],
      approvers: ['olga', 'Paul'],
    });
  });

  test('takes one spelling of a name for another', () => {
    const { people, steps } = scenarioOfPlan({ ...plan, answers: { ...plan.answers, members: 'ALICE,bob' } });
    expect(people).toEqual(['alice', 'bob', 'olga', 'Paul']);
    expect(steps[0]?.is).toMatchObject({ members: ['alice', 'bob'] });
  });

  test('that does not say who holds the key cannot be played', () => {
    expect(refusal(() => scenarioOfPlan({ ...plan, standing: undefined }))).toContain('standing.holders: ');
  });

  test('is refused with a field too many or a threshold that is no number', () => {
    expect(refusal(() => scenarioOfPlan({ ...plan, phrase: 'x' }))).toContain('phrase: ');
    const answers = { ...plan.answers, threshold: 'two' };
    expect(refusal(() => scenarioOfPlan({ ...plan, answers }))).toContain('answers.threshold: ');
  });
});

describe('what is drawn from a seed', () => {
  test('is the same again for the same seed and person, and never twice the same', () => {
    const [one, again] = [seededRandom('seed', 'alice'), seededRandom('seed', 'alice')];
    const drawn = [one(48), one(48), one(1)];
    expect(drawn).toEqual([again(48), again(48), again(1)]);
    expect(drawn[0]).not.toEqual(drawn[1]);
    expect(seededRandom('seed', 'bob')(48)).not.toEqual(drawn[0]);
    expect(seededRandom('another', 'alice')(48)).not.toEqual(drawn[0]);
    expect(one(1000)).toHaveLength(1000);
  });

  test('happens at a time that only ticks', () => {
    const clock = seededClock();
    const before = clock.now();
    expect(clock.now()).toBe(before);
    clock.tick();
    expect(clock.now()).toBeGreaterThan(before);
  });
});
