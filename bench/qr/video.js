// How many pictures of a video of 1280x720 are read in a second of one core: ffmpeg, its pipe and the decoder together, as
// `qr scan FILM` does it. In seconds of the processor, of this process and of ffmpeg, so that it says the same on a busy machine.
//
//   npm run build && node bench/qr/video.js     exits with 1 under 30 pictures in a second, and where too few are read
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { capacity, qrMatrix } from '../../build/bytes/qr/code.js';
import { pictures } from '../../build/courier/qr/camera.js';
import { codePixels } from '../../build/media/qr/png.js';
import { readPixels } from '../../build/media/qr/read.js';
import { drawn, photograph } from './photographs.js';

const [width, height, count, least] = [1280, 720, 60, 30];

const paint = drawn('a wall', width * height + count).map((value) => 130 + value / 16);

/** A code as a hand holds it before a camera; and now and then only the wall, which is the slowest to look at. */
function frame(number, version) {
  const wall = paint.slice(number, number + width * height);
  if (number % 10 === 9) return wall;
  const bytes = drawn(`code ${number}`, capacity(version, 'L'));
  const shaking = {
    turned: 4 * Math.sin(number),
    tilted: 0.08,
    noise: 20,
    blurred: number % 7 === 0 ? 3 : 1,
    shadow: 0.7,
  };
  const code = codePixels(qrMatrix(bytes, { level: 'L', version }), 6);
  const seen = photograph(code, { ...shaking, scale: 620 / Math.hypot(code.width, code.height) }, `${number}`);
  const [left, top] = [200 + (number % 30), 40];
  for (let y = 0; y < seen.height; y += 1)
    wall.set(seen.gray.subarray(y * seen.width, (y + 1) * seen.width), (top + y) * width + left);
  return wall;
}

/** Clock ticks of this process and of the children that ended. */
function processor() {
  const fields = readFileSync('/proc/self/stat', 'latin1').split(') ')[1].split(' ');
  const [user, system, ofChildren, systemOfChildren] = fields.slice(11, 15).map(Number);
  return { own: (user + system) / 100, children: (ofChildren + systemOfChildren) / 100 };
}

const folder = mkdtempSync(join(tmpdir(), 'conclave-video-'));
try {
  for (const version of [13, 22]) {
    const file = join(folder, `${version}.mp4`);
    const input = Buffer.concat(Array.from({ length: count }, (_, number) => frame(number, version)));
    const raw = ['-f', 'rawvideo', '-pix_fmt', 'gray', '-s', `${width}x${height}`, '-r', '30', '-i', 'pipe:0'];
    const phone = ['-c:v', 'libx264', '-b:v', '8M', '-pix_fmt', 'yuv420p'];
    const made = spawnSync('ffmpeg', ['-v', 'error', ...raw, ...phone, file], { input });
    if (made.status !== 0) throw new Error(`ffmpeg makes no video: ${made.error ?? made.stderr}`);
    const start = processor();
    let [looks, read] = [0, 0];
    for await (const picture of pictures({ file }, { env: process.env, platform: process.platform })) {
      looks += 1;
      if ((await readPixels(picture)).codes.length > 0) read += 1;
    }
    const end = processor();
    const [own, children] = [end.own - start.own, end.children - start.children];
    const speed = looks / (own + children);
    console.log(
      `version ${version}: ${looks} pictures, ${read} of ${Math.ceil(0.9 * count)} codes read, ${speed.toFixed(0)} pictures in a second of the processor (${((1000 * own) / looks).toFixed(1)} ms each here, ${((1000 * children) / looks).toFixed(1)} in ffmpeg)`,
    );
    if (speed < least || looks !== count || read < 0.6 * count) {
      console.error(`fewer than ${least} pictures in a second, or too few that were read`);
      process.exitCode = 1;
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}
