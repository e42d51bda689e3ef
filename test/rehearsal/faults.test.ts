import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { boardsSection, sectionOf } from '../../docs/boards.js';
import { fault, faults, missed, playedOn } from './stage.ts';

const page = readFileSync(new URL('../../docs/what-status-shows.md', import.meta.url), 'utf8');

describe('a ceremony in which something goes wrong ends as its file says', () => {
  test.each(faults)('%s', { timeout: 30_000 }, async (file) => {
    const scenario = fault(file);
    expect(`${scenario.name}.json`).toBe(file);
    const { done, readings } = await playedOn(scenario);
    expect(missed(done)).toEqual([]);
    // npm run docs:status writes the page
    expect(boardsSection(done, readings).trimEnd()).toBe(sectionOf(page, scenario.name).trimEnd());
  });
});
