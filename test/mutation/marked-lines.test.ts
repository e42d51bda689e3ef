import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { markedLines } from './mutate.js';

/* No mutant of a line that names a row or a rule may survive: `npm run mutate` says so, and ends with 1. */

const marked = (...lines: string[]) => [...markedLines(lines.join('\n'))];

describe('a marked line', () => {
  it('is one below a comment that names a row, a rule or a section, to the end of its statement', () => {
    expect(marked('// row 7: from the descriptor', 'if (a < b)', "  refuse('no');", 'other();')).toEqual([2, 3]);
    expect(marked('// Rules 4 and 5', '// go on here', 'if (a) {', '  b();', '}')).toEqual([3]);
    expect(marked('// protocol section 5, rule 1', '', 'a();')).toEqual([]);
  });

  it('is one that such a comment stands on, and no other', () => {
    expect(marked('a(); // row 16', 'b(); // why not', "c('// row 3');")).toEqual([1]);
    expect(marked('/** What everyone can check (row 27). */', 'function a() {}')).toEqual([]);
  });
});

describe('the checks in src', () => {
  const named = new Set<string>();
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  for (const file of files) {
    for (const [, comment = ''] of readFileSync(`src/${file}`, 'utf8').matchAll(/(?<=^|\s)\/\/(.*)$/gm)) {
      for (const [, what = '', numbers = ''] of comment.matchAll(/\b(rows?|rules?) (\d+(?:(?:,| and) \d+)*)/gi)) {
        const kind = what.toLowerCase().replace(/s$/, '');
        for (const number of numbers.match(/\d+/g) ?? []) named.add(`${kind} ${number}`);
      }
    }
  }
  const each = (kind: string, count: number) => Array.from({ length: count }, (_, at) => `${kind} ${at + 1}`);

  it('name each attack of the threat model, and each rule of the protocol', () => {
    expect([...each('row', 29), ...each('rule', 8)].filter((one) => !named.has(one))).toEqual([]);
  });
});

describe('the list of mutants that are no mistake', () => {
  const listed = JSON.parse(readFileSync(new URL('equivalent.json', import.meta.url), 'utf8')) as {
    file: string;
    code: string;
    becomes: string;
    why: string;
  }[];

  it('speaks of code that is there, and says why', () => {
    for (const { file, code, why } of listed) {
      expect(existsSync(file), file).toBe(true);
      expect(readFileSync(file, 'utf8').replace(/\s+/g, ' ')).toContain(code);
      expect(why).toMatch(/\w+ \w+ \w+/);
    }
  });
});
