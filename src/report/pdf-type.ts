import type { PDFFont } from '@cantoo/pdf-lib';
import { escapeText } from '../bytes/printable.ts';

/** A face in a size, and how far apart its lines are. */
export interface Type {
  readonly font: Face;
  readonly size: number;
  readonly lead: number;
}

/** A font with what it takes to measure: the library would do it anew for every piece of text. */
export class Face {
  readonly font: PDFFont;
  readonly #known: ReadonlySet<number>;
  readonly #widths = new Map<string, number>();

  constructor(font: PDFFont) {
    this.font = font;
    this.#known = new Set(font.getCharacterSet());
  }

  /** What cannot be seen and what this font has no letter for, spelled out. */
  spelled(text: string): string {
    return [...escapeText(text)]
      .map((letter) => {
        const point = letter.codePointAt(0) as number;
        return this.#known.has(point) ? letter : `\\u{${point.toString(16)}}`;
      })
      .join('');
  }

  width(text: string, size: number): number {
    let sum = 0;
    for (const letter of text) {
      let width = this.#widths.get(letter);
      if (width === undefined) {
        width = this.font.widthOfTextAtSize(letter, 1);
        this.#widths.set(letter, width);
      }
      sum += width;
    }
    return sum * size;
  }
}

/** Lines that fit, broken at blanks, and inside a word where it must be. */
export function broken({ font, size }: Type, text: string, width: number): string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of text.split(/ +/)) {
    const joined = current === '' ? word : `${current} ${word}`;
    if (font.width(joined, size) <= width) {
      current = joined;
      continue;
    }
    if (current !== '') lines.push(current);
    current = '';
    for (const letter of word) {
      if (font.width(current + letter, size) > width && current !== '') {
        lines.push(current);
        current = '';
      }
      current += letter;
    }
  }
  return [...lines, current];
}
