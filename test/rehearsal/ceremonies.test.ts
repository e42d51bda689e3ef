import { describe, expect, test } from 'vitest';
import { ceremonies, ceremony, missed, played } from './stage.ts';

/** Those whose numbers are held in numbers.test.ts. */
const elsewhere = ['first-key-2of3.json', 'refresh-3of5.json'];

describe('a ceremony ends as its file says', () => {
  test.each(ceremonies.filter((file) => !elsewhere.includes(file)))('%s', { timeout: 60_000 }, async (file) => {
    const scenario = ceremony(file.replace(/\.json$/, ''));
    expect(`${scenario.name}.json`).toBe(file);
    const done = await played(scenario);
    expect(missed(done)).toEqual([]);
    expect(done.ok).toBe(true);
  });
});
