// Photographs of codes that nobody took: made from seeds, the same on every run, for the tables of bench/qr.
import { createHash } from 'node:crypto';
import jpeg from 'jpeg-js';
import { capacity, qrMatrix } from '../../build/bytes/qr/code.js';
import { codePixels } from '../../build/media/qr/png.js';

/** Numbers from 0 to 1. */
export function chance(seed) {
  let state = createHash('sha256').update(seed).digest().readUInt32LE(0);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function drawn(seed, length) {
  const next = chance(seed);
  return Uint8Array.from({ length }, () => Math.floor(256 * next()));
}

/** A picture on a gray table, through what a condition says. Lengths are in pixels; a module is four wide before it is scaled. */
export function photograph(picture, condition, seed) {
  const { shadow = 1, noise = 0, glare = 0, blurred = 0, moved = 0, compressed = null } = condition;
  const { side, seen } = inPlace(picture, condition);
  let light = seen;
  for (let pass = 0; pass < blurred; pass += 1) light = mean(mean(light, side, 1, 1), side, side, 1);
  if (moved > 0) light = mean(light, side, 1, moved);
  const random = chance(`noise ${seed}`);
  const gray = Uint8Array.from(light, (value, at) => {
    const [x, y] = [at % side, Math.floor(at / side)];
    const lit =
      value * (1 - ((1 - shadow) * x) / side) +
      glare * Math.exp(-((x / side - 0.6) ** 2 + (y / side - 0.6) ** 2) / 0.02);
    return Math.max(0, Math.min(255, lit + (random() - 0.5) * 2 * noise));
  });
  const found = { width: side, height: side, gray };
  return compressed === null ? found : throughJpeg(found, compressed);
}

/** Turned, tilted, and larger or smaller. */
function inPlace({ width, height, gray }, { turned = 0, tilted = 0, scale = 1 }) {
  const side = Math.ceil(Math.hypot(width, height) * scale) + 8;
  const [sin, cos] = [Math.sin((turned * Math.PI) / 180), Math.cos((turned * Math.PI) / 180)];
  const pixel = (x, y) => (x < 0 || y < 0 || x >= width || y >= height ? 150 : gray[y * width + x]);
  const seen = new Float32Array(side * side);
  const spread = Math.max(1, Math.ceil(1 / scale)); // a pixel that is larger sees more than one of the picture
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) {
      let sum = 0;
      for (let sub = 0; sub < spread * spread; sub += 1) {
        const [u, v] = [
          (x + ((sub % spread) + 0.5) / spread - 0.5 - side / 2) / scale,
          (y + (Math.floor(sub / spread) + 0.5) / spread - 0.5 - side / 2) / scale,
        ];
        const depth = 1 - (tilted * v) / height;
        const [a, b] = [(cos * u + sin * v) / depth + width / 2, (cos * v - sin * u) / depth + height / 2];
        const [left, top] = [Math.floor(a), Math.floor(b)];
        const [right, down] = [a - left, b - top];
        const upper = pixel(left, top) * (1 - right) + pixel(left + 1, top) * right;
        const lower = pixel(left, top + 1) * (1 - right) + pixel(left + 1, top + 1) * right;
        sum += upper * (1 - down) + lower * down;
      }
      seen[y * side + x] = sum / spread ** 2;
    }
  }
  return { side, seen };
}

/** Each pixel as the mean of those that lie up to so many steps before and behind it. */
function mean(from, side, step, reach) {
  const to = new Float32Array(from.length);
  for (let at = 0; at < from.length; at += 1) {
    const place = step === 1 ? at % side : Math.floor(at / side);
    let [sum, count] = [0, 0];
    for (let near = -reach; near <= reach; near += 1) {
      if (place + near < 0 || place + near >= side) continue;
      sum += from[at + near * step];
      count += 1;
    }
    to[at] = sum / count;
  }
  return to;
}

function throughJpeg({ width, height, gray }, quality) {
  const { data } = jpeg.decode(jpeg.encode({ width, height, data: rgba({ gray }) }, quality).data, { useTArray: true });
  return { width, height, gray: gray.map((_, at) => data[4 * at]) };
}

export function rgba({ gray }) {
  const pixels = new Uint32Array(gray.length);
  for (let at = 0; at < gray.length; at += 1) pixels[at] = 0xff000000 | (gray[at] * 0x010101);
  return new Uint8ClampedArray(pixels.buffer);
}

/** What goes wrong, each from a little to too much. */
export const conditions = {
  clean: [{}],
  turned: [5, 17, 45, 183].map((turned) => ({ turned, noise: 20 })),
  tilted: [0.1, 0.2, 0.3, 0.4, 0.5].map((tilted) => ({ tilted, turned: 4, noise: 20 })),
  small: [0.75, 0.6, 0.5, 0.45, 0.4].map((scale) => ({ scale, turned: 2, noise: 15 })),
  blurred: [1, 3, 5, 7, 9].map((blurred) => ({ blurred, turned: 3, noise: 10 })),
  moved: [1, 2, 3].map((moved) => ({ moved, turned: 2, noise: 10 })),
  'in shadow': [0.6, 0.3, 0.15].map((shadow) => ({ shadow, turned: -3, noise: 20 })),
  glaring: [120, 240].map((glare) => ({ glare, shadow: 0.7, turned: 3, noise: 15 })),
  noisy: [50, 80, 110, 140].map((noise) => ({ noise, turned: 1 })),
  compressed: [30, 15, 8].map((compressed) => ({ compressed, turned: 6, noise: 20 })),
  'all of it': [
    { turned: -7, tilted: 0.12, scale: 0.8, blurred: 1, shadow: 0.7, noise: 25, compressed: 60 },
    { turned: 12, tilted: 0.15, scale: 0.75, blurred: 1, shadow: 0.5, noise: 30, compressed: 50 },
    { turned: -20, tilted: 0.2, scale: 0.8, blurred: 2, shadow: 0.6, noise: 30, compressed: 40 },
    { turned: 95, tilted: 0.25, scale: 0.9, blurred: 2, shadow: 0.4, noise: 35, compressed: 40 },
    { turned: 4, tilted: 0.1, scale: 0.6, blurred: 1, shadow: 0.7, noise: 25, compressed: 50 },
    { turned: -4, tilted: 0.3, scale: 1, blurred: 4, shadow: 0.7, noise: 20, compressed: 50 },
  ],
};

/** From the smallest terminal to the densest that is shown, and one for paper. */
export const codes = [
  { version: 5, level: 'L' },
  { version: 9, level: 'M' },
  { version: 13, level: 'L' },
  { version: 17, level: 'M' },
  { version: 22, level: 'L' },
  { version: 27, level: 'L' },
  { version: 33, level: 'M' },
];

/** Every code under every condition: what it holds, and how it was seen. */
export function* photographs() {
  for (const { version, level } of codes) {
    const bytes = drawn(`${version} ${level}`, capacity(version, level));
    const clean = codePixels(qrMatrix(bytes, { level, version }), 4);
    for (const [name, degrees] of Object.entries(conditions)) {
      for (const [degree, condition] of degrees.entries())
        yield {
          name,
          bytes,
          version,
          degree,
          picture: photograph(clean, condition, `${version} ${level} ${name} ${degree}`),
        };
    }
  }
}
