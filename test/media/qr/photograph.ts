import jpeg from 'jpeg-js';
import type { Pixels } from '../../../src/media/qr/image-file.ts';
import { drawn } from '../../crypto/drawn.ts';

export interface Conditions {
  /** In degrees. */
  readonly turned?: number;
  /** How much shorter the far edge is than the near one, as a share of it. */
  readonly tilted?: number;
  /** Radius of a box blur in pixels, gone over twice. */
  readonly blurred?: number;
  /** At most so much more or less of 255. */
  readonly noise?: number;
  /** Light falls off towards one corner, to this share. */
  readonly shadow?: number;
  /** Pixels of the photograph for one of the original. */
  readonly scale?: number;
  readonly seed?: string;
}

/** Noise begins again behind so many pixels, a prime number: nothing that a line or a code could be in step with. */
const grain = 32_749;

/** The same on every run: what a camera that is held like this makes of a picture, on a gray table. */
export function photograph(picture: Pixels, conditions: Conditions): Pixels {
  const { turned = 0, tilted = 0, blurred = 0, noise = 0, shadow = 1, scale = 1, seed = 'a photograph' } = conditions;
  const reach = Math.ceil(Math.hypot(picture.width, picture.height) * scale) + 8;
  const [sin, cos] = [Math.sin((turned * Math.PI) / 180), Math.cos((turned * Math.PI) / 180)];
  const at = (x: number, y: number): number => {
    const [fromX, fromY] = [(x - reach / 2) / scale, (y - reach / 2) / scale];
    const depth = 1 - (tilted * fromY) / picture.height;
    const turnedX = (cos * fromX + sin * fromY) / depth + picture.width / 2;
    const turnedY = (cos * fromY - sin * fromX) / depth + picture.height / 2;
    return sample(picture, turnedX, turnedY);
  };
  let gray = new Float64Array(reach * reach);
  for (let y = 0; y < reach; y += 1) for (let x = 0; x < reach; x += 1) gray[y * reach + x] = at(x, y);
  for (let pass = 0; pass < 2 && blurred > 0; pass += 1) gray = blur(gray, reach, blurred);
  const random = drawn(seed)(Math.min(reach * reach, grain));
  return {
    width: reach,
    height: reach,
    gray: Uint8Array.from(gray, (value, place) => {
      const light = 1 - ((1 - shadow) * (place % reach)) / reach;
      return Math.max(
        0,
        Math.min(255, value * light + (((random[place % random.length] ?? 0) - 127.5) / 127.5) * noise),
      );
    }),
  };
}

export function jpegFile({ width, height, gray }: Pixels, quality = 60): Uint8Array {
  const data = Uint8Array.from({ length: 4 * gray.length }, (_, at) => (at % 4 === 3 ? 255 : (gray[at >> 2] ?? 0)));
  return new Uint8Array(jpeg.encode({ width, height, data }, quality).data);
}

const table = 150;

function sample({ width, height, gray }: Pixels, x: number, y: number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const pixel = (column: number, row: number): number =>
    column < 0 || row < 0 || column >= width || row >= height ? table : (gray[row * width + column] ?? table);
  const [right, down] = [x - left, y - top];
  const upper = pixel(left, top) * (1 - right) + pixel(left + 1, top) * right;
  const lower = pixel(left, top + 1) * (1 - right) + pixel(left + 1, top + 1) * right;
  return upper * (1 - down) + lower * down;
}

function blur(gray: Float64Array, side: number, radius: number): Float64Array<ArrayBuffer> {
  const once = (from: Float64Array, step: number, line: number) => {
    const to = new Float64Array(from.length);
    for (let row = 0; row < side; row += 1) {
      for (let place = 0; place < side; place += 1) {
        let sum = 0;
        let count = 0;
        for (let near = Math.max(0, place - radius); near <= Math.min(side - 1, place + radius); near += 1) {
          sum += from[row * line + near * step] ?? 0;
          count += 1;
        }
        to[row * line + place * step] = sum / count;
      }
    }
    return to;
  };
  return once(once(gray, 1, side), side, 1);
}
