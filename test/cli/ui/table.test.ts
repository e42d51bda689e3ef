import { describe, expect, test } from 'vitest';
import { shownWidth, table, wrap } from '../../../src/cli/ui/table.ts';

describe('table', () => {
  test('aligns columns below their heads, without blanks at the end of a line', () => {
    const rows = [
      ['alice', 'deal', ''],
      ['bob', 'accept', 'late'],
    ];
    expect(table(rows, { head: ['member', 'owes', 'note'], indent: 2 })).toBe(
      ['  member  owes    note', '  alice   deal', '  bob     accept  late'].join('\n'),
    );
  });

  test('colour takes no room', () => {
    const rows = [
      ['\x1b[32mok\x1b[39m', 'a'],
      ['fault', 'b'],
    ];
    expect(table(rows)).toBe('\x1b[32mok\x1b[39m     a\nfault  b');
  });

  test('a column with a width is wrapped to it', () => {
    expect(table([['note', 'the stick was lost', 'x']], { widths: [undefined, 9] })).toBe(
      'note  the stick  x\n      was lost',
    );
  });

  test('short rows and no rows are fine', () => {
    expect(table([['a', 'b'], ['c'], []])).toBe('a  b\nc\n');
    expect(table([])).toBe('');
  });
});

describe('wrap', () => {
  test('breaks at blanks, keeps line ends, cuts only what is too long', () => {
    expect(wrap('one two three', 7)).toBe('one two\nthree');
    expect(wrap('one\n\ntwo', 7)).toBe('one\n\ntwo');
    expect(wrap('a abcdefgh b', 3)).toBe('a\nabc\ndef\ngh\nb');
    expect(wrap('fits', 4)).toBe('fits');
  });

  test('no line is wider than asked, and no letter is lost', () => {
    const text = 'Not every \x1b[31mred\x1b[39m word fits into a narrow column-of-text';
    for (const width of [1, 2, 5, 8, 13, 80]) {
      const wrapped = wrap(text, width);
      for (const line of wrapped.split('\n')) expect(shownWidth(line)).toBeLessThanOrEqual(width);
      expect(wrapped.replaceAll(/\s/g, '')).toBe(text.replaceAll(/\s/g, ''));
    }
  });
});

test('shownWidth counts columns', () => {
  expect(shownWidth('abc')).toBe(3);
  expect(shownWidth('e\u0301')).toBe(1);
  expect(shownWidth('\u4e2d\u6587')).toBe(4);
  expect(shownWidth('\x1b[1;31mx\x1b[0m')).toBe(1);
});
