import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { broken } from './simulator/broken.js';

/* docs/assurance.md names tests and places. What it names has to be there, or the page says more than is so. */

const page = readFileSync(new URL('../docs/assurance.md', import.meta.url), 'utf8');
const model = readFileSync(new URL('../docs/threat-model.md', import.meta.url), 'utf8');
const named = [...page.matchAll(/`([\w/-]+)` "([^"]+)"/g)].map(([, file = '', title = '']) => ({ file, title }));

/** The titles of the tests of a file, as they are written there. */
function titlesOf(file: string): string[] {
  const source = readFileSync(new URL(`${file}.test.ts`, import.meta.url), 'utf8');
  const titles = source.matchAll(/\b(?:test|it|describe)(?:\.\w+\([\s\S]*?\))?\(\s*(['"`])((?:\\.|(?!\1).)+)\1/g);
  return [...titles].map(([, , title = '']) => title.replace(/\\(['"`])/g, '$1'));
}

/** The first cells of the rows of the tables below a heading. */
function firstCells(text: string, heading: string): string[] {
  const section = text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  return [...section.matchAll(/^\| ([^|]+?) +\|/gm)].map(([, cell = '']) => cell).slice(2);
}

describe('the page of assurance', () => {
  test('names tests that are there', () => {
    expect(named.length).toBeGreaterThan(80);
    expect(named.filter(({ file, title }) => !titlesOf(file).includes(title))).toEqual([]);
  });

  test('names tests that run, all of them and always', () => {
    const files = [...new Set(named.map(({ file }) => file))];
    const left = /\b(?:test|it|describe)(?:\.\w+)*\.(?:skip|todo|only|fails|skipIf|runIf)\b/;
    const source = (file: string) => readFileSync(new URL(`${file}.test.ts`, import.meta.url), 'utf8');
    expect(files.filter((file) => left.test(source(file)))).toEqual([]);
    expect(left.test('test.skip(')).toBe(true);
  });

  test('names places that are there', () => {
    const places = [...page.matchAll(/`((?:[\w-]+\/)+[\w-]+\.ts)`/g)].map(([, place = '']) => place);
    const found = (place: string) =>
      ['', 'src/', 'src/ceremony/'].some((room) => existsSync(new URL(`../${room}${place}`, import.meta.url)));
    expect(places.filter((place) => !found(place))).toEqual([]);
  });

  test('names builds of the simulator that are there', () => {
    const builds = [...page.matchAll(/simulator: ((?:\*[^*]+\*(?:, )?)+)/g)].flatMap(([, list = '']) =>
      list.split(', '),
    );
    expect(builds.map((build) => build.replaceAll('*', '')).filter((build) => !(build in broken))).toEqual([]);
    expect(builds.length).toBe(Object.keys(broken).length);
  });

  test('has every row, every rule and everybody who attacks', () => {
    const numbers = (count: number) => Array.from({ length: count }, (_, at) => String(at + 1));
    expect(firstCells(page, 'Attacks on resharing')).toEqual(numbers(29));
    expect(firstCells(model, 'The rules')).toEqual(numbers(8));
    expect(firstCells(page, 'Who decides, and when anything goes').map((cell) => cell.split(',')[0])).toEqual(
      expect.arrayContaining(numbers(8)),
    );
    expect(firstCells(page, 'Who attacks')).toHaveLength(firstCells(model, 'Who attacks').length);
  });
});
