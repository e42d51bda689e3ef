import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
export const program = here('../../bin/conclave.js');

/** What the program writes when a drawing is whole. */
export const picture = '\u001b[?2026l';

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** The program in a terminal of its own, where a person waits for something and types something, one after the other. */
export function inTerminal(
  folder: string,
  { columns, rows }: Size,
  steps: readonly (readonly [string | readonly string[], string])[],
  words: readonly string[],
): string {
  const person = ['-B', here('terminal.py'), String(columns), String(rows), JSON.stringify(steps)];
  const all = [...person, process.execPath, program, ...words];
  return execFileSync('python3', all, { cwd: folder, encoding: 'utf8', timeout: 200_000, maxBuffer: 2 ** 26 });
}

/** The drawings in what was written, each as the bytes between its begin and its end. */
export function drawings(written: string): string[] {
  const [, ...begun] = written.split('\u001b[?2026h');
  return begun.map((drawing) => drawing.split(picture)[0] ?? '');
}
