import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
export const program = here('../../bin/conclave.js');

/** How a drawing on the terminal ends. */
export const picture = '\u001b[?2026l';

/** The program in a terminal of its own, where a person waits for something and types something, one after the other. */
export function inTerminal(
  folder: string,
  columns: number,
  rows: number,
  steps: readonly (readonly [string, string])[],
  ...words: readonly string[]
): string {
  const all = [
    '-B',
    here('terminal.py'),
    String(columns),
    String(rows),
    JSON.stringify(steps),
    process.execPath,
    program,
    ...words,
  ];
  return execFileSync('python3', all, { cwd: folder, encoding: 'utf8', timeout: 200_000, maxBuffer: 2 ** 26 });
}

/** What was written before, for, and behind each picture. */
export function drawingsIn(written: string) {
  const [beginning = '', ...rest] = written.split('\u001b[?2026h');
  const drawings = rest.map((drawing) => drawing.split(picture)[0] ?? '');
  return { beginning, drawings, end: rest.at(-1)?.split(picture).at(-1) ?? '' };
}
