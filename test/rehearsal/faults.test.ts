import { describe, expect, test } from 'vitest';
import { fault, faults, missed, played } from './stage.ts';

describe('a ceremony in which something goes wrong ends as its file says', () => {
  test.each(faults)('%s', { timeout: 30_000 }, async (file) => {
    const scenario = fault(file);
    expect(`${scenario.name}.json`).toBe(file);
    expect(missed(await played(scenario))).toEqual([]);
  });
});
