import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { qrMatrix } from '../../../src/bytes/qr/code.ts';
import { streamOf } from '../../../src/bytes/qr/frames.ts';
import { pictures } from '../../../src/courier/qr/camera.ts';
import { scanner } from '../../../src/courier/qr/scan.ts';
import { codePixels, pngFile } from '../../../src/media/qr/png.ts';
import { readPixels } from '../../../src/media/qr/read.ts';
import { drawn } from '../../crypto/drawn.ts';
import { photograph } from '../../media/qr/photograph.ts';

/* The true ffmpeg. On a machine without it these are passed over; .ci/run installs it, and there they have to run. */

const installed = spawnSync('ffmpeg', ['-version']).status === 0;
const folder = mkdtempSync(join(tmpdir(), 'conclave-films-'));
afterAll(() => rmSync(folder, { recursive: true }));

const host = { env: { PATH: process.env.PATH }, platform: process.platform };
const file = drawn('filmed')(1200);
const { frame, count } = streamOf(file, 250);
const side = 480;

/** Codes that pass before a camera, one after the other, as a film of this kind. */
function film(name: string, ...codec: readonly string[]): string {
  const frames = Array.from({ length: count + 3 }, (_, number) => {
    const code = codePixels(qrMatrix(frame(number), { level: 'L' }), 4);
    const { gray, width } = photograph(code, { turned: 2 * number - 6, tilted: 0.05, noise: 15, seed: `${number}` });
    const picture = new Uint8Array(side * side).fill(120);
    for (let y = 0; y < width; y += 1)
      picture.set(gray.subarray(y * width, (y + 1) * width), (y + 20) * side + 20 + number);
    return picture;
  });
  const raw = ['-f', 'rawvideo', '-pix_fmt', 'gray', '-s', `${side}x${side}`, '-r', '10', '-i', 'pipe:0'];
  const path = join(folder, name);
  execFileSync('ffmpeg', ['-v', 'error', ...raw, ...codec, `file:${path}`], { input: Buffer.concat(frames) });
  return path;
}

async function scanned(path: string): Promise<readonly Uint8Array[]> {
  const { look } = scanner();
  const files: Uint8Array[] = [];
  for await (const picture of pictures({ file: path }, host)) files.push(...look(await readPixels(picture)).files);
  return files;
}

test.runIf(process.env.CI === 'true')('ffmpeg is where the tests are run for everybody', () =>
  expect(installed).toBe(true),
);

describe.runIf(installed)('a film that ffmpeg reads', () => {
  test.each([
    ['film.mp4', ['-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-crf', '28']],
    ['film.webm', ['-c:v', 'libvpx', '-b:v', '2M']],
    ['-y http:|pipe:0 %03d.mkv', ['-c:v', 'mpeg4', '-q:v', '5']],
    ['film.avi', ['-c:v', 'mjpeg', '-pix_fmt', 'yuvj420p', '-q:v', '5']],
    ['film.y4m', ['-pix_fmt', 'gray']],
    ['film.gif', []],
  ])('brings the file: %s', async (name, codec) => {
    expect(await scanned(film(name, ...codec))).toEqual([file]);
  });

  test('is no list of other films, and no picture in the place of one', async () => {
    film('behind.mp4', '-c:v', 'mpeg4', '-q:v', '5');
    const playlist = `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://${join(folder, 'behind.mp4')}\n#EXT-X-ENDLIST\n`;
    const still = await pngFile(codePixels(qrMatrix(frame(0), { level: 'L' }), 4));
    const lists = {
      hls: playlist,
      concat: 'ffconcat version 1.0\nfile behind.mp4\n',
      still,
      nothing: 'no film at all',
    };
    for (const [name, content] of Object.entries(lists)) {
      writeFileSync(join(folder, `${name}.mkv`), content);
      await expect(scanned(join(folder, `${name}.mkv`))).rejects.toMatchObject({
        code: 'CAMERA_FAILED',
        message: expect.stringMatching(/ffmpeg gives no picture: ./),
      });
    }
  });

  test('has no pictures larger than any photograph', async () => {
    const words = ['-f', 'lavfi', '-i', 'color=c=gray:s=16000x8000:d=0.1:r=10', '-frames:v', '1', '-c:v', 'mjpeg'];
    const path = join(folder, 'giant.avi');
    execFileSync('ffmpeg', ['-v', 'error', ...words, path]);
    // refused by ffmpeg itself, before it takes the memory
    await expect(scanned(path)).rejects.toMatchObject({ message: expect.stringMatching(/ffmpeg gives no picture/) });
  });
});
