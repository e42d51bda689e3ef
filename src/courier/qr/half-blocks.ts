import { type QrMatrix, quietZone } from '../../bytes/qr/code.ts';

/*
 * Two modules in one letter, one above the other. The colours are said and never the terminal's own: black and white of
 * the 256 colours, which no theme replaces, so that a code looks the same on a dark and on a light terminal.
 */

const paint = '\u001b[38;5;16;48;5;231m';
const plain = '\u001b[0m';

/** The lines of a code with its quiet zone. */
export function halfBlocks(code: QrMatrix): string[] {
  const lines: string[] = [];
  const end = code.size + quietZone;
  for (let y = -quietZone; y < end; y += 2) {
    let line = paint;
    for (let x = -quietZone; x < end; x += 1) {
      const below = y + 1 < end && code.dark(x, y + 1);
      line += code.dark(x, y) ? (below ? '█' : '▀') : below ? '▄' : ' ';
    }
    lines.push(line + plain);
  }
  return lines;
}
