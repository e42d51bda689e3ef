import type { Pixels } from '../../../src/media/qr/image-file.ts';

/*
 * What a terminal makes of what is written to it, as far as our codes need it: letters, colours of the 256, the place of
 * the cursor, and what is cleared. And its picture, as a camera in front of it would see it.
 */

export interface Terminal {
  readonly write: (text: string) => void;
  /** Each letter two pixels wide for one, as high as twice its width: half blocks are squares. */
  readonly picture: (scale: number) => Pixels;
  readonly lines: () => string[];
}

interface Cell {
  readonly letter: string;
  readonly front: number;
  readonly back: number;
}

export function terminal(columns: number, rows: number, colours: { front: number; back: number }): Terminal {
  const blank: Cell = { letter: ' ', ...colours };
  let cells = Array.from({ length: columns * rows }, () => blank);
  let [x, y] = [0, 0];
  let pen = { ...colours };

  function sequence(numbers: readonly number[], end: string): void {
    const [first = 0] = numbers;
    if (end === 'H') [x, y] = [0, 0];
    else if (end === 'J' && first === 2) cells = cells.map(() => blank);
    else if (end === 'J') cells = cells.map((cell, at) => (at >= y * columns + x ? blank : cell));
    else if (end === 'K')
      cells = cells.map((cell, at) => (at >= y * columns + x && at < (y + 1) * columns ? blank : cell));
    else if (end === 'm' && first === 0) pen = { ...colours };
    else if (end === 'm') {
      for (let at = 0; at < numbers.length; at += 3) {
        const gray = numbers[at + 2] === 231 ? 255 : 0;
        pen = numbers[at] === 38 ? { ...pen, front: gray } : { ...pen, back: gray };
      }
    } else throw new Error(`a sequence that nobody expects: ${numbers.join(';')}${end}`);
  }

  return {
    write: (text) => {
      for (const [found, inside, end] of text.matchAll(/\u001b\[([?0-9;]*)([A-Za-z])|[\s\S]/gu)) {
        if (end !== undefined) {
          if (!inside?.startsWith('?')) sequence((inside ?? '').split(';').map(Number), end);
        } else if (found === '\r') x = 0;
        else if (found === '\n') y += 1;
        else {
          if (x >= columns || y >= rows) throw new Error(`written outside of the terminal: ${JSON.stringify(found)}`);
          cells[y * columns + x] = { letter: found, ...pen };
          x += 1;
        }
      }
    },
    lines: () =>
      Array.from({ length: rows }, (_, row) =>
        cells
          .slice(row * columns, (row + 1) * columns)
          .map(({ letter }) => letter)
          .join('')
          .trimEnd(),
      ),
    picture: (scale) => {
      const width = columns * scale;
      const gray = new Uint8Array(width * rows * 2 * scale);
      gray.forEach((_, at) => {
        const [column, half] = [Math.floor((at % width) / scale), Math.floor(at / width / scale)];
        const { letter, front, back } = cells[(half >> 1) * columns + column] ?? blank;
        const inked = letter === '█' || letter === (half % 2 === 0 ? '▀' : '▄');
        const text = !' █▀▄'.includes(letter) && (at * 7) % 3 === 0; // some ink of a letter
        gray[at] = inked || text ? front : back;
      });
      return { width, height: rows * 2 * scale, gray };
    },
  };
}

export const darkTerminal = { front: 200, back: 10 };
export const lightTerminal = { front: 30, back: 250 };
