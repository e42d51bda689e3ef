import type { DrawnCode } from './page-block.ts';

/** The dark squares of a code as an SVG path, a module being one unit: one piece for each run of them in a row. */
export function squaresPath({ size, dark }: DrawnCode): string {
  let path = '';
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      if (!dark(x, y)) continue;
      const from = x;
      while (dark(x + 1, y)) x++;
      // a hair higher than a row, or there is a white line between rows on a screen
      path += `M${from} ${y}h${x + 1 - from}v1.02h-${x + 1 - from}z`;
    }
  }
  return path;
}
