import * as v from 'valibot';
import { expect, it } from 'vitest';
import { parseValue } from '../../src/ceremony/schema.ts';
import { Problem } from '../../src/problem.ts';

it('row 24: a key that a stranger made up fills no screen, and none of its signs reach the terminal', () => {
  const said = (key: string): string => {
    try {
      parseValue(v.strictObject({}), { [key]: 1 }, 'packet');
    } catch (error) {
      if (error instanceof Problem && error.code === 'SCHEMA') return error.message;
      throw error;
    }
    return 'nothing';
  };
  expect(said('short')).toBe('packet: short is not what it has to be');
  expect(said('x'.repeat(100_000)).length).toBeLessThan(300);
  expect(said('\u001b[2J')).not.toContain('\u001b');
});
