// How many moving codes a file needs, and how long putting it together takes: the figures that docs/performance.md quotes.
//
//   npm run build && node bench/qr/frames.js     exits with 1 where the limit is broken
import { createHash } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { capacity } from '../../build/bytes/qr/code.js';
import { collector } from '../../build/bytes/qr/collector.js';
import { frameOverhead, streamOf } from '../../build/bytes/qr/frames.js';

const size = capacity(13, 'L') - frameOverhead;
const seeds = 200;
const limit = 145;

/** Bytes that are the same on every run. */
function drawn(seed, length) {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; at += 32)
    createHash('sha256')
      .update(`${seed} ${at}`)
      .digest()
      .copy(bytes, at, 0, Math.min(32, length - at));
  return new Uint8Array(bytes);
}

function shown(stream, loss, seed) {
  const receiver = collector();
  const missed = drawn(seed, 8192);
  for (let number = 0; ; number += 1) {
    if (missed[number % missed.length] < 256 * loss) continue;
    if (receiver.take(stream.frame(number)).kind === 'whole') return number + 1;
  }
}

const rows = [];
for (const length of [5_000, 50_000]) {
  const stream = streamOf(drawn('file', length), size);
  for (const loss of [0, 0.1, 0.3, 0.5]) {
    const counts = Array.from({ length: loss === 0 ? 1 : seeds }, (_, seed) => shown(stream, loss, `seed ${seed}`));
    const mean = counts.reduce((sum, count) => sum + count) / counts.length;
    rows.push({ length, loss, mean, most: Math.max(...counts) });
  }
}
console.log('bytes   lost   frames shown, mean of 200 and most (version 13 L)');
for (const { length, loss, mean, most } of rows)
  console.log(
    `${String(length).padEnd(7)} ${`${loss * 100} %`.padEnd(6)} ${mean.toFixed(1).padStart(6)} ${String(most).padStart(6)}`,
  );

for (const length of [50_000, 260_000, 1_600_000]) {
  const stream = streamOf(drawn('file', length), size);
  const numbers = Array.from({ length: Math.ceil(1.3 * stream.count) + 10 }, (_, number) => number).filter(
    (number) => number % 10 !== 3,
  );
  const frames = numbers.map((number) => stream.frame(number));
  const receiver = collector();
  const start = performance.now();
  const end = frames.findIndex((frame) => receiver.take(frame).kind === 'whole');
  console.log(
    `${length} bytes are put together out of ${end + 1} frames in ${(performance.now() - start).toFixed(0)} ms`,
  );
}

const measured = rows.find(({ length, loss }) => length === 50_000 && loss === 0.1);
if (measured === undefined || measured.mean > limit) {
  console.error(`50 kB at a loss of 10 % took ${measured?.mean} frames, and ${limit} are the limit`);
  process.exitCode = 1;
}
