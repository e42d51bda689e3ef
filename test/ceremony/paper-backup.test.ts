import { describe, expect, test } from 'vitest';
import { listed, PaperReading, paperCodes, paperLines } from '../../src/ceremony/paper-backup.ts';
import { refusal } from '../crypto/drawn.ts';

const parts = (link: number) => ({
  ageFile: new Uint8Array(275).fill(1),
  header: new Uint8Array(60).fill(2),
  link: new Uint8Array(link).fill(3),
});

describe('a backup as lines and codes', () => {
  test('every line is in one code, of its own part, and no code has more of them than its caption says', () => {
    const paper = paperLines('1a2b3c4d', parts(25 * 21));
    const codes = paperCodes(paper);
    expect(codes.map(({ caption }) => caption)).toEqual([
      'A001 to A006',
      'A007 to A011',
      'B001 to B003',
      'C001 to C007',
      'C008 to C014',
      'C015 to C021',
    ]);
    const carried = codes.flatMap(({ content }) => content.split('/').slice(1));
    expect(carried).toEqual(paper.lines.map((line) => line.replaceAll(' ', '')));
    // what a code holds in its narrow form
    for (const { content } of codes) expect(content).toMatch(/^[0-9A-Z/]+$/);
  });

  test('a code of something else is no code of a page', () => {
    const reading = new PaperReading();
    const [code] = paperCodes(paperLines('1a2b3c4d', parts(25)));
    for (const content of ['https://example.org/A001', '', 'CONCLAVE/A001', code?.content.slice(1) ?? ''])
      expect(reading.takeCode(content)).toBe(false);
    expect(reading.head).toBeNull();
    expect(reading.takeCode(code?.content ?? '')).toBe(true);
    expect(reading.here).toHaveLength(6);
  });

  test('there are as many codes as somebody can photograph, and no more', () => {
    expect(refusal(() => paperLines('1a2b3c4d', parts(25 * 570)))).toBeNull();
    expect(refusal(() => paperLines('1a2b3c4d', parts(25 * 571)))).toBe('BACKUP_PLACE');
  });

  test('numbers are listed in runs', () => {
    expect(listed(['A001', 'A002', 'A003', 'A005', 'B006', 'C001', 'C002'])).toBe(
      'A001 to A003, A005, B006, C001 to C002',
    );
    expect(listed([])).toBe('');
  });
});
