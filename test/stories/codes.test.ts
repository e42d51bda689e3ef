import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { pngFile } from '../../src/media/qr/png.ts';
import { darkTerminal, lightTerminal, terminal } from '../courier/qr/terminal.ts';
import { drawn } from '../crypto/drawn.ts';
import { photograph } from '../media/qr/photograph.ts';

/* The built program in a terminal, a camera in front of it, and the built program once more with the photographs. */

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const program = here('../../bin/conclave.js');
const folder = mkdtempSync(join(tmpdir(), 'conclave-codes-'));
afterAll(() => rmSync(folder, { recursive: true }));

function conclave(...words: readonly string[]): string {
  return execFileSync(process.execPath, [program, ...words], { cwd: folder, encoding: 'utf8' });
}

test.each([
  ['dark', 80, 24, darkTerminal, 300],
  ['light', 120, 40, lightTerminal, 1200],
])(
  'what the program writes to a %s terminal is scanned by the program',
  async (name, columns, rows, colours, size) => {
    const file = drawn(name)(size);
    writeFileSync(join(folder, name), file);
    const keys = 'E'.repeat(8);
    const words = ['qr', 'show', name, '--by-hand'];
    const written = execFileSync(
      'python3',
      ['-B', here('terminal.py'), String(columns), String(rows), `${keys}q`, process.execPath, program, ...words],
      { cwd: folder, encoding: 'utf8' },
    );
    const [beginning, ...drawings] = written.split('\u001b[?2026h');
    const end = drawings.at(-1)?.split('\u001b[?2026l').at(-1);
    expect(beginning).toContain('\u001b[?1049h\u001b[?25l');
    expect(end).toMatch(/^\u001b\[0m\u001b\[\?25h\u001b\[\?1049lshown: 9 different codes of (dark|light)/);

    const screen = terminal(columns, rows, colours);
    const photos = join(folder, `photos of ${name}`);
    mkdirSync(photos);
    for (const [at, drawing] of drawings.entries()) {
      screen.write(drawing.split('\u001b[?2026l')[0] ?? '');
      if (at === 1 || at === 4) continue; // the camera missed them
      const seen = photograph(screen.picture(4), {
        turned: 3 * at - 8,
        tilted: 0.06,
        noise: 35,
        seed: `${name} ${at}`,
      });
      writeFileSync(join(photos, `${at}.png`), await pngFile(seen));
    }
    expect(drawings.length).toBe(9);
    const said = conclave('qr', 'scan', photos, '--out', `${name}.back`);
    expect(said).toContain('1 new');
    expect(new Uint8Array(readFileSync(join(folder, `${name}.back`)))).toEqual(file);
  },
  120_000,
);
