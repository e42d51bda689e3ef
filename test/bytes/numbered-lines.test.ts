import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  headText,
  lineTexts,
  type PartName,
  partNames,
  partOf,
  readHead,
  readLine,
} from '../../src/bytes/numbered-lines.ts';
import { text } from '../../src/bytes/tagged-hash.ts';

const empty = new Uint8Array();
const page = (bytes: Uint8Array) => lineTexts('0d15ea5e', { A: bytes, B: text('whose'), C: empty });

describe('numbered lines', () => {
  test('give the bytes back, in whatever case and however spaced they are typed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 130 }), (bytes) => {
        const { head, lines } = page(bytes);
        const typed = lines.map((line) => line.toLowerCase().replace(/ (?=.* )/g, '  - '));
        const found = new Map(
          typed.map((line) => readLine(head, line)).map((line) => [line?.number ?? '', line?.bytes ?? empty]),
        );
        expect(partOf(head, 'A', found)).toEqual(bytes);
        expect(partOf(head, 'B', found)).toEqual(text('whose'));
        expect(readHead(headText(head).toLowerCase())).toEqual(head);
      }),
    );
  });

  test('tell the line in which one sign is another, is missing or changed places with its neighbour', () => {
    const { head, lines } = page(Uint8Array.from({ length: 60 }, (_, at) => at * 7));
    const signs = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'];
    for (const line of lines) {
      const wrong: string[] = [];
      for (let at = 0; at < line.length; at++) {
        if (line[at] === ' ') continue;
        wrong.push(line.slice(0, at) + line.slice(at + 1));
        const sign = signs[(signs.indexOf(line[at] as string) + 5) % signs.length];
        wrong.push(line.slice(0, at) + sign + line.slice(at + 1));
        const next = line[at + 1] ?? ' ';
        if (next !== ' ' && next !== line[at]) wrong.push(line.slice(0, at) + next + line[at] + line.slice(at + 2));
      }
      expect(wrong.filter((typed) => readLine(head, typed) !== null)).toEqual([]);
    }
  });

  test('take a zero for an O, and an I for a one, wherever only one of them can be meant', () => {
    const { head, lines } = page(Uint8Array.from({ length: 50 }, (_, at) => at * 11));
    const misread = (line: string) =>
      line
        .split(' ')
        .map((word, at, words) =>
          at === 0 || at === words.length - 1
            ? word.replaceAll('0', 'O').replaceAll('1', 'l')
            : word.replaceAll('O', '0').replaceAll('I', '1').replaceAll('B', '8'),
        )
        .join(' ');
    const changed = lines.filter((line) => misread(line) !== line);
    expect(changed.length).toBeGreaterThan(1);
    for (const line of changed) expect(readLine(head, misread(line))).toEqual(readLine(head, line));
    const first = headText(head);
    expect(readHead(`CONCLAVE ${first.slice(9).replaceAll('0', 'O').replaceAll('1', 'I')}`)).toEqual(head);
  });

  test('of another page are not taken, and no line that the first one does not announce', () => {
    const { head, lines } = page(Uint8Array.from({ length: 50 }, (_, at) => at));
    const [first = '', second = ''] = lines;
    expect(readLine({ ...head, id: '0d15ea5f' }, first)).toBeNull();
    expect(readLine({ ...head, counts: { ...head.counts, A: 1 } }, second)).toBeNull();
    // a short line is the last one of its part or none
    const short = lineTexts('0d15ea5e', { A: text('x'), B: empty, C: empty });
    expect(readLine(short.head, short.lines[0] ?? '')).not.toBeNull();
    expect(readLine(head, short.lines[0] ?? '')).toBeNull();
  });

  test('are whole only when each of a part is there', () => {
    const { head, lines } = page(Uint8Array.from({ length: 80 }, (_, at) => at));
    const all = lines.map((line) => readLine(head, line));
    for (const part of partNames as readonly PartName[]) {
      const own = all.filter((line) => line?.number.startsWith(part));
      for (const left of own) {
        const others = new Map(
          all.filter((line) => line !== left).map((line) => [line?.number ?? '', line?.bytes ?? empty]),
        );
        expect(partOf(head, part, others)).toBeNull();
      }
    }
    expect(partOf(head, 'C', new Map())).toBeNull();
  });

  test('a first line is not taken with a slip in it', () => {
    const { head } = page(text('some bytes'));
    const first = headText(head);
    expect(first).toMatch(/^CONCLAVE 0D15EA5E A001 B001 C000 [0-9A-F]{4}$/);
    for (const typed of [first.replace('A001', 'A002'), first.replace('5E', '6E'), first.slice(0, -1), 'CONCLAVE', ''])
      expect(readHead(typed)).toBeNull();
  });
});
