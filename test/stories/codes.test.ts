import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { pngFile } from '../../src/media/qr/png.ts';
import { darkTerminal, lightTerminal, terminal } from '../courier/qr/terminal.ts';
import { drawn } from '../crypto/drawn.ts';
import { photograph } from '../media/qr/photograph.ts';
import { drawings, inTerminal, picture, program } from './in-terminal.ts';

/* The built program in a terminal, a camera in front of it, and the built program once more with the photographs. */

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
    const steps = [[picture, `${'\r'.repeat(8)}q`]] as const;
    const written = inTerminal(folder, { columns, rows }, steps, ['qr', 'show', name, '--by-hand']);
    const end = written.split(picture).at(-1);
    expect(written.split('\u001b[?2026h')[0]).toContain('\u001b[?1049h\u001b[?25l');
    expect(end).toMatch(/^\u001b\[0m\u001b\[\?25h\u001b\[\?1049lshown: 9 different codes of (dark|light)/);

    const screen = terminal(columns, rows, colours);
    const photos = join(folder, `photos of ${name}`);
    mkdirSync(photos);
    const shown = drawings(written);
    for (const [at, drawing] of shown.entries()) {
      screen.write(drawing);
      if (at === 1 || at === 4) continue; // the camera missed them
      const seen = photograph(screen.picture(4), {
        turned: 3 * at - 8,
        tilted: 0.06,
        noise: 35,
        seed: `${name} ${at}`,
      });
      writeFileSync(join(photos, `${at}.png`), await pngFile(seen));
    }
    expect(shown.length).toBe(9);
    const said = conclave('qr', 'scan', photos, '--out', `${name}.back`);
    expect(said).toContain('1 new');
    expect(new Uint8Array(readFileSync(join(folder, `${name}.back`)))).toEqual(file);
  },
  120_000,
);

test('next --qr asks, shows and reads on one terminal, one after the other, and ends well', () => {
  writeFileSync(join(folder, 'pass'), 'only for this test\n', { mode: 0o600 });
  mkdirSync(join(folder, 'other'));
  const as = (who: string) => ['--home', who, '--passphrase-file', 'pass'];
  for (const who of ['ada', 'ben']) {
    const stick = who === 'ben' ? ['--stick', 'other'] : [];
    conclave(...as(who), 'init', '--name', who, '--rehearsal', ...stick);
  }
  const brought = conclave('qr', 'show', '--stick', 'other', '--text');
  const has = conclave('qr', 'have', '--stick', 'other', '--text');
  const steps = [
    ['to come here?', 'y\r'],
    [picture, 'q'],
    ['a scanner that types', brought],
    ['to go to?', 'y\r'],
    ['a scanner that types', has],
    [picture, 'q'],
  ] as const;
  const said = inTerminal(folder, { columns: 120, rows: 40 }, steps, [...as('ada'), 'next', '--qr']);
  expect(said).toContain('1 new files came');
  expect(said).toContain('took in the card of ben');
  expect(said.trimEnd().split('\n').at(-1)).toContain('different codes of what it lacks');
}, 120_000);
