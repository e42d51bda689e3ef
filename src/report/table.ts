export interface TableOptions {
  readonly head?: readonly string[];
  /** Blanks before every line. */
  readonly indent?: number;
  /** Columns with a width are wrapped to it; the others are as wide as their widest cell. */
  readonly widths?: readonly (number | undefined)[];
}

const gap = '  ';

/** Plain columns, aligned by what a terminal shows: colour takes no room. No blanks at the end of a line. */
export function table(rows: readonly (readonly string[])[], options: TableOptions = {}): string {
  const { head, indent = 0, widths = [] } = options;
  const all = (head ? [head, ...rows] : rows).map((row) =>
    row.map((cell, column) => wrap(cell, widths[column] ?? Number.POSITIVE_INFINITY).split('\n')),
  );
  const columns = Math.max(0, ...all.map((row) => row.length));
  const width = Array.from({ length: columns }, (_, column) =>
    Math.max(0, ...all.flatMap((row) => (row[column] ?? []).map(shownWidth))),
  );
  const lines = all.flatMap((row) => {
    const height = Math.max(1, ...row.map((cell) => cell.length));
    return Array.from({ length: height }, (_, y) =>
      width.map((wide, column) => padded(row[column]?.[y] ?? '', wide)).join(gap),
    );
  });
  return lines.map((line) => (' '.repeat(indent) + line).trimEnd()).join('\n');
}

/** Breaks lines at blanks, and a longer word where it must. Line ends in the text stay. */
export function wrap(text: string, width: number): string {
  return text
    .split('\n')
    .flatMap((line) => (shownWidth(line) <= width ? [line] : wrapLine(line, Math.max(1, width))))
    .join('\n');
}

/** Columns on a terminal: without colour codes; combining marks take none, East Asian wide characters two. */
export function shownWidth(text: string): number {
  let width = 0;
  for (const character of text.replace(colourCodes, '')) width += characterWidth(character);
  return width;
}

const colourCodes = /\x1b\[[\d;]*m/g;
const combining = /^\p{M}$/u;
const wide = /^[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]$/u;
const wideAstral = /^[\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]$/u;

function characterWidth(character: string): number {
  if (character <= '~') return 1;
  if (combining.test(character)) return 0;
  return wide.test(character) || wideAstral.test(character) ? 2 : 1;
}

function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - shownWidth(text)));
}

function wrapLine(line: string, width: number): string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(/ +/)) {
    const joined = current === '' ? word : `${current} ${word}`;
    if (shownWidth(joined) <= width) {
      current = joined;
      continue;
    }
    if (current !== '') lines.push(current);
    const pieces = cut(word, width);
    current = pieces.pop() ?? '';
    lines.push(...pieces);
  }
  lines.push(current);
  return lines;
}

/** Pieces no wider than asked; a colour code is never split. */
function cut(word: string, width: number): string[] {
  const pieces: string[] = [];
  let piece = '';
  for (const [part] of word.matchAll(/\x1b\[[\d;]*m|./gsu)) {
    if (shownWidth(piece + part) > width && piece !== '') {
      pieces.push(piece);
      piece = '';
    }
    piece += part;
  }
  return [...pieces, piece];
}
