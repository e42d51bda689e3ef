import { describe, expect, test } from 'vitest';
import { type BackupHeader, partsOf, writeBackup } from '../../src/ceremony/backup.ts';
import { PaperReading, paperCodes, paperLines } from '../../src/ceremony/paper-backup.ts';
import { Problem } from '../../src/problem.ts';
import { Ceremony, people } from './committee.ts';
import { now } from './people.ts';

/* What comes back from a page, code by code or line by line, in any order: the file, or what is still missing. */

const { alice, bob } = people('paper reading', 'alice', 'bob');
const { link } = new Ceremony({ cast: [alice, bob], members: [alice, bob], threshold: 2 }).run();
const { proven } = link;
const header: Omit<BackupHeader, 'sealed'> = {
  id: 'b1',
  keyset: proven.keysetId,
  keys: proven.keysHash,
  name: 'treasury',
  epoch: 0,
  descriptor: proven.id,
  member: 'alice',
  index: 1,
  identity: alice.signing.public,
  at: now,
  label: 'drawer',
  recipients: [],
  rehearsal: true,
};
const file = writeBackup(header, link, new Uint8Array(30).fill(7), alice.signing.secret);
const parts = partsOf(file);
const page = paperLines('1a2b3c4d', parts);
const of = (part: string) => page.lines.filter((line) => line.startsWith(part));
const number = (line: string) => line.slice(0, 4);
const numbers = (...some: string[]) => some.flatMap(of).map(number);
/** One letter of what stands behind the number is another one. */
const mistyped = (line: string) => `${line.slice(0, -1)}${line.endsWith('7') ? '4' : '7'}`;

function read(lines: readonly string[], head: string | null = page.head): PaperReading {
  const reading = new PaperReading();
  if (head !== null) reading.takeHead(head);
  for (const line of lines) reading.take(line);
  return reading;
}
function refused(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof Problem && error.code === 'BACKUP_LINES') return error.message;
    throw error;
  }
  return 'nothing';
}

describe('a page that is read', () => {
  test('is the file again, in whatever order its lines and codes come, and says first whose it is', () => {
    const reading = read(page.lines.toReversed());
    expect(reading.file()).toBe(file);
    expect(reading.here).toEqual(numbers('A', 'B', 'C'));
    expect(reading.header).toMatchObject({ member: 'alice', label: 'drawer' });
    const codes = new PaperReading();
    for (const { content } of paperCodes(page).toReversed()) codes.takeCode(content);
    expect(codes.file()).toBe(file);
    expect(read(of('B')).header?.member).toBe('alice');
    expect(read(of('A')).header).toBeNull();
    expect(read([], null).header).toBeNull();
  });

  test('needs no proof of its committee where whoever reads it has one', () => {
    const reading = read([...of('A'), ...of('B')]);
    expect(reading.file(parts.link)).toBe(file);
    expect(refused(() => reading.file())).toContain('missing: C001');
    expect(refused(() => read(of('A')).file(parts.link))).not.toContain('C001');
    expect(refused(() => read(of('B')).file(parts.link))).toContain('missing: A001');
    expect(read(page.lines).file(new Uint8Array(3))).toBe(file);
  });

  test('says which of its lines are missing, and which are not as they are printed', () => {
    const [first, second, ...rest] = page.lines as [string, string, ...string[]];
    const [a1, a2] = [number(first), number(second)];
    expect(refused(() => read(rest).file())).toBe(`not all lines of backup 1a2b3c4d are here; missing: ${a1} to ${a2}`);
    const reading = read([...rest, mistyped(second), mistyped(first)]);
    expect(reading.wrong).toEqual([a1, a2]);
    expect(refused(() => reading.file())).toBe(
      `not all lines of backup 1a2b3c4d are here; not as they are printed: ${a1} to ${a2}`,
    );
    reading.take(first);
    expect(reading.wrong).toEqual([a2]);
    expect(reading.missing('A')).toEqual([a2]);
    expect(refused(() => read([...rest, mistyped(second)]).file())).toBe(
      `not all lines of backup 1a2b3c4d are here; not as they are printed: ${a2}; missing: ${a1}`,
    );
    expect(reading.take(second)?.number).toBe(a2);
    expect(reading.file()).toBe(file);
  });

  test('has no line before its first one, which says of which backup it is', () => {
    const reading = read(page.lines, null);
    expect([reading.head, reading.here, reading.missing('A'), reading.part('A')]).toEqual([null, [], [], null]);
    expect(reading.wrong).toEqual(numbers('A', 'B', 'C'));
    expect(refused(() => reading.file())).toContain(
      'the first line of the page, which begins with CONCLAVE, is not there',
    );
    expect(reading.take('what is this')).toBeNull();
    expect(reading.wrong.at(-1)).toBe('a line without a number');
  });

  test('is one page: the same first line may come again, and that of another backup is refused', () => {
    const other = paperLines('5e6f7a8b', parts);
    const reading = read([]);
    expect(reading.takeHead(page.head)).toBe(true);
    expect(reading.takeHead('CONCLAVE')).toBe(false);
    expect(refused(() => reading.takeHead(other.head))).toBe('these are lines of two backups, 1a2b3c4d and 5e6f7a8b');
    expect(refused(() => reading.takeCode(paperCodes(other)[0]?.content as string))).toContain('two backups');
  });

  test('knows which line was meant by its number, if it has such a line', () => {
    const reading = read([]);
    const [, second] = page.lines as [string, string];
    expect(reading.meant(mistyped(second))).toBe(number(second));
    expect(reading.meant(`C${second.slice(1)}`)).toBe('C002');
    for (const none of ['A999 0000', 'nothing']) expect(reading.meant(none)).toBeNull();
    expect(read([], null).meant(second)).toBeNull();
  });

  test('has codes that say which lines they hold, also where it is one', () => {
    const short = paperLines('1a2b3c4d', { ...parts, header: new Uint8Array(20) });
    expect(paperCodes(short).map(({ caption }) => caption)).toContain('B001');
  });
});
