// How many degraded codes are read, and how fast: ours (zxing-wasm, as src/media/qr/read.ts asks it) beside jsqr and the decoder of
// `qr`, over images made from seeds. The figures that docs/performance.md quotes.
//
//   npm run build && node bench/qr/decoders.js [SAMPLES]     exits with 1 where ours reads fewer than another
import { createHash } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { capacity, qrMatrix } from '../../build/bytes/qr/code.js';
import { codePixels } from '../../build/media/qr/png.js';
import { readPixels } from '../../build/media/qr/read.js';

const samples = Number(process.argv[2] ?? 1);

/** Numbers from 0 to 1 that are the same on every run. */
function chance(seed) {
  let state = createHash('sha256').update(seed).digest().readUInt32LE(0);
  return () => {
    state = (Math.imul(state ^ (state >>> 15), state | 1) + 0x6d2b79f5) | 0;
    return ((state ^ (state >>> 14)) >>> 0) / 2 ** 32;
  };
}

function drawn(seed, length) {
  const next = chance(seed);
  return Uint8Array.from({ length }, () => Math.floor(256 * next()));
}

/** Turned, tilted, scaled, blurred, in bad light, noisy. */
function degraded(picture, { turned = 0, tilted = 0, scale = 1, blurred = 0, shadow = 1, noise = 0 }, seed) {
  const { width, height, gray } = picture;
  const side = Math.ceil(Math.hypot(width, height) * scale) + 8;
  const [sin, cos] = [Math.sin((turned * Math.PI) / 180), Math.cos((turned * Math.PI) / 180)];
  const pixel = (x, y) => (x < 0 || y < 0 || x >= width || y >= height ? 150 : gray[y * width + x]);
  let seen = new Float32Array(side * side);
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) {
      const [u, v] = [(x - side / 2) / scale, (y - side / 2) / scale];
      const depth = 1 - (tilted * v) / height;
      const [a, b] = [(cos * u + sin * v) / depth + width / 2, (cos * v - sin * u) / depth + height / 2];
      const [left, top] = [Math.floor(a), Math.floor(b)];
      const [right, down] = [a - left, b - top];
      const upper = pixel(left, top) * (1 - right) + pixel(left + 1, top) * right;
      const lower = pixel(left, top + 1) * (1 - right) + pixel(left + 1, top + 1) * right;
      seen[y * side + x] = (upper * (1 - down) + lower * down) * (1 - ((1 - shadow) * x) / side);
    }
  }
  for (let pass = 0; pass < blurred; pass += 1) {
    const next = seen.slice();
    for (let y = 1; y < side - 1; y += 1) {
      for (let x = 1; x < side - 1; x += 1) {
        let sum = 0;
        for (let dy = -1; dy <= 1; dy += 1) for (let dx = -1; dx <= 1; dx += 1) sum += seen[(y + dy) * side + x + dx];
        next[y * side + x] = sum / 9;
      }
    }
    seen = next;
  }
  const random = chance(`noise ${seed}`);
  return {
    width: side,
    height: side,
    gray: Uint8Array.from(seen, (value) => Math.max(0, Math.min(255, value + (random() - 0.5) * 2 * noise))),
  };
}

const conditions = [
  ['clean', {}],
  ['turned', { turned: 17, noise: 20 }],
  ['upside down', { turned: 183, noise: 20 }],
  ['tilted', { tilted: 0.25, turned: 4, noise: 20 }],
  ['small', { scale: 0.5, noise: 20 }],
  ['smaller', { scale: 0.4, turned: 2, noise: 10 }],
  ['blurred', { blurred: 3, noise: 15 }],
  ['more blurred', { blurred: 7, turned: 3, noise: 10 }],
  ['in shadow', { shadow: 0.3, noise: 25 }],
  ['noisy', { noise: 110 }],
  ['all of it', { turned: -7, tilted: 0.12, scale: 0.8, blurred: 2, shadow: 0.6, noise: 35 }],
];

const { default: decodeQR } = await import('qr/decode.js');
const rgba = ({ width, height, gray }) => {
  const data = new Uint8ClampedArray(4 * width * height).fill(255);
  for (let at = 0; at < gray.length; at += 1) data.fill(gray[at], 4 * at, 4 * at + 3);
  return { width, height, data };
};
const decoders = {
  ours: async (picture) => (await readPixels(picture)).codes[0],
  jsqr: async (picture) => (await readPixels(picture, { wasm: false })).codes[0],
  'qr (noble)': async (picture) => {
    try {
      let found;
      const textDecoder = (raw) => {
        found = Uint8Array.from(raw); // as text it would lose what is none
        return '';
      };
      decodeQR(rgba(picture), { textDecoder });
      return found;
    } catch {
      return undefined;
    }
  },
};

const table = Object.fromEntries(Object.keys(decoders).map((name) => [name, { read: 0, milliseconds: 0 }]));
const rows = new Map(
  conditions.map(([name]) => [name, Object.fromEntries(Object.keys(decoders).map((one) => [one, 0]))]),
);
let images = 0;
for (let sample = 0; sample < samples; sample += 1) {
  for (const version of [5, 9, 13, 17, 22]) {
    for (const level of ['L', 'M']) {
      const bytes = drawn(`${version} ${level} ${sample}`, capacity(version, level));
      const clean = codePixels(qrMatrix(bytes, { level, version }), 4);
      for (const [name, condition] of conditions) {
        images += 1;
        const seen = degraded(clean, condition, `${name} ${version} ${level} ${sample}`);
        for (const [decoder, decode] of Object.entries(decoders)) {
          const start = performance.now();
          const found = await decode(seen);
          table[decoder].milliseconds += performance.now() - start;
          if (found === undefined || Buffer.compare(found, bytes) !== 0) continue;
          table[decoder].read += 1;
          rows.get(name)[decoder] += 1;
        }
      }
    }
  }
}

console.log(
  `of ${images} images   ${Object.keys(decoders)
    .map((name) => name.padStart(12))
    .join('')}`,
);
for (const [name, counts] of rows)
  console.log(
    `${name.padEnd(16)} ${Object.values(counts)
      .map((count) => String(count).padStart(12))
      .join('')}`,
  );
for (const [name, { read, milliseconds }] of Object.entries(table))
  console.log(`${name}: ${read} read, ${(milliseconds / images).toFixed(1)} ms each`);
if (Object.values(table).some(({ read }) => read > table.ours.read)) {
  console.error('another decoder reads more than ours');
  process.exitCode = 1;
}
