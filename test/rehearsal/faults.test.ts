import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { boardsPage, boardsSection, sectionOf } from '../../docs/boards.js';
import { ceremonies, ceremony, fault, faults, missed, playedOn } from './stage.ts';

const page = readFileSync(new URL('../../docs/what-status-shows.md', import.meta.url), 'utf8');

describe('a ceremony in which something goes wrong ends as its file says', () => {
  test.each(faults)('%s', { timeout: 60_000 }, async (file) => {
    const scenario = fault(file);
    expect(`${scenario.name}.json`).toBe(file);
    const { done, readings } = await playedOn(scenario);
    expect(missed(done)).toEqual([]);
    // npm run docs:status writes the page
    expect(boardsSection(done, readings).trimEnd()).toBe(sectionOf(page, scenario.name).trimEnd());
  });
});

describe('the file of what goes wrong', () => {
  test.each(faults)(
    '%s says who holds which epoch, who is at fault, what the manifest shows and what everybody reads',
    (file) => {
      const { people, steps, expect: end } = fault(file);
      const gone = steps.flatMap(({ step, is }) => (step === 'absent' ? is : []));
      expect(Object.keys(end.epochs ?? {}).sort()).toEqual([...people].sort());
      expect(Object.keys(end.statusSays ?? {}).sort()).toEqual(people.filter((who) => !gone.includes(who)).sort());
      for (const words of Object.values(end.statusSays ?? {})) expect(words).not.toEqual([]);
      expect(end.faults).toBeDefined();
      expect(end.manifestSays).toBeDefined();
      // where nobody ever had a share, nobody can sign with one
      const founded = Object.values(end.epochs ?? {}).some((epoch) => epoch !== null);
      expect(end.sharesSign !== undefined).toBe(founded);
    },
  );
});

test('the page of what status shows has these scenarios and no others', () => {
  const shown = ceremonies.map((file) => ceremony(file.replace(/\.json$/, ''))).filter((one) => one.expect.statusSays);
  const names = [...shown, ...faults.map(fault)].map(({ name }) => name);
  expect([...page.matchAll(/^## (.*)$/gm)].map(([, name]) => name)).toEqual(names);
  expect(page).toBe(boardsPage(names.map((name) => `${sectionOf(page, name).trimEnd()}\n`)));
});
