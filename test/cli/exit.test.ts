import { describe, expect, test } from 'vitest';
import { exitFor, exits, toProblem, worst } from '../../src/cli/exit.ts';
import { Problem, type ProblemCode, problems } from '../../src/problem.ts';

test('the statuses are those that scripts were promised', () => {
  expect(exits).toEqual({
    done: 0,
    unforeseen: 1,
    usage: 2,
    waiting: 3,
    failed: 4,
    stale: 5,
    refused: 6,
    locked: 7,
    damaged: 8,
    interrupted: 130,
  });
});

test.each([
  ['USAGE', 2],
  ['ANSWER_MISSING', 2],
  ['INTERRUPTED', 130],
  ['UNFORESEEN', 1],
  ['VAULT_LOCKED', 7],
  ['VAULT_DAMAGED', 8],
  ['PROOF_INVALID', 4],
  ['CEREMONY_UNKNOWN', 2],
  ['KEYSET_UNPROVEN', 3],
  ['VAULT_ROLLED_BACK', 5],
  ['CONSENT_NEEDED', 6],
  ['CONSENT_WRONG', 6],
  ['DESTROY_NOT_CONFIRMED', 6],
  ['BACKUP_REQUIRED', 6],
  ['VOTE_TAKEN', 6],
  ['PREKEY_TAKEN', 6],
  ['PLAN_EXPIRED', 6],
  ['MACHINE_UNSAFE', 6],
  ['PIN_MISMATCH', 4],
] as const)('%s ends with %i', (code, status) => {
  expect(exitFor(code)).toBe(status);
});

test('every code of the program ends with one of these statuses, and never as if all were well', () => {
  const statuses: readonly number[] = Object.values(exits);
  for (const code of Object.keys(problems) as ProblemCode[]) {
    expect(statuses, code).toContain(exitFor(code));
    expect(exitFor(code), code).not.toBe(exits.done);
  }
});

describe('worst', () => {
  test('takes the first that applies of 8, 7, 4, 5, 6, 3, 0', () => {
    expect(worst([0, 3, 6, 5, 4, 7, 8])).toBe(8);
    expect(worst([0, 3, 6, 5, 4, 7])).toBe(7);
    expect(worst([0, 3, 6, 5, 4])).toBe(4);
    expect(worst([0, 3, 6, 5])).toBe(5);
    expect(worst([0, 3, 6])).toBe(6);
    expect(worst([0, 3])).toBe(3);
    expect(worst([0])).toBe(0);
    expect(worst([])).toBe(0);
  });
});

test('whatever is thrown becomes something to read, without a stack', () => {
  const known = new Problem('SCHEMA', 'no');
  expect(toProblem(known)).toBe(known);
  expect(toProblem(new TypeError('x is not a function'))).toMatchObject({
    code: 'UNFORESEEN',
    message: 'x is not a function',
  });
  expect(toProblem('what')).toMatchObject({ code: 'UNFORESEEN', message: 'what' });
});
