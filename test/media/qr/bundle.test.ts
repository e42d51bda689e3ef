import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { options } from '../../../bundle.js';
import { qrMatrix } from '../../../src/bytes/qr/code.ts';
import { codePixels, pngFile } from '../../../src/media/qr/png.ts';
import { drawn } from '../../crypto/drawn.ts';

/** What the one file of the program does with these modules, where there is no other file of it and no network. */
test('the one file reads codes alone in an empty folder, also where WebAssembly is not allowed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'conclave-bundled-'));
  try {
    const stdin = {
      contents: `import { readFileSync } from 'node:fs';
        import { readImage } from './src/media/qr/read.ts';
        globalThis.fetch = () => { throw new Error('fetched'); };
        const { codes } = await readImage(readFileSync('code.png'));
        console.log(typeof WebAssembly, Buffer.from(codes[0]).toString('hex'));`,
      resolveDir: options.stdin.resolveDir,
      sourcefile: 'reader.js',
    };
    await build({ ...options, stdin, outfile: join(folder, 'reader.mjs'), logLevel: 'silent' });
    const bytes = drawn('bundled')(200);
    writeFileSync(join(folder, 'code.png'), await pngFile(codePixels(qrMatrix(bytes, { level: 'M' }), 4)));
    const run = (...flags: string[]): string =>
      execFileSync(process.execPath, [...flags, 'reader.mjs'], { cwd: folder, encoding: 'utf8', env: {} }).trim();
    const hex = Buffer.from(bytes).toString('hex');
    expect(run()).toBe(`object ${hex}`);
    expect(run('--jitless')).toBe(`undefined ${hex}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
