import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { boardsSection, sectionOf } from '../../docs/boards.js';
import { ceremonies, ceremony, missed, playedOn } from './stage.ts';

/** Those whose numbers are held in numbers.test.ts. */
const elsewhere = ['first-key-2of3.json', 'refresh-3of5.json'];

const page = readFileSync(new URL('../../docs/what-status-shows.md', import.meta.url), 'utf8');

describe('a ceremony ends as its file says', () => {
  test.each(ceremonies.filter((file) => !elsewhere.includes(file)))('%s', { timeout: 120_000 }, async (file) => {
    const scenario = ceremony(file.replace(/\.json$/, ''));
    expect(`${scenario.name}.json`).toBe(file);
    const { done, readings } = await playedOn(scenario);
    expect(missed(done)).toEqual([]);
    expect(done.ok).toBe(true);
    if (scenario.expect.statusSays !== undefined)
      expect(boardsSection(done, readings).trimEnd()).toBe(sectionOf(page, scenario.name).trimEnd());
  });
});
