import { escapeText } from '../bytes/printable.ts';
import { shownWidth, table, wrap } from './table.ts';

const wide = 80;
const labelWidth = 13;

/**
 * Lines of at most 80 columns, as a printer and any terminal take them. What is put in is escaped here, once: nothing
 * that somebody else wrote can move a cursor or begin a line of its own (row 24).
 */
export class Page {
  readonly #lines: string[] = [];

  title(left: string, right = ''): void {
    const gap = Math.max(1, wide - shownWidth(left) - shownWidth(right));
    this.#lines.push(`${left}${' '.repeat(gap)}${right}`.trimEnd(), '='.repeat(wide));
  }

  section(name: string): void {
    this.#lines.push('', name.toUpperCase(), '-'.repeat(wide));
  }

  row(label: string, value: string): void {
    const lines = wrap(escapeText(value), wide - labelWidth).split('\n');
    const fits = shownWidth(label) < labelWidth;
    if (!fits) this.#lines.push(label);
    lines.forEach((line, at) => {
      this.#lines.push(`${(fits && at === 0 ? label : '').padEnd(labelWidth)}${line}`.trimEnd());
    });
  }

  /** The same label for several values stands once. */
  rows(label: string, values: readonly string[]): void {
    values.forEach((value, at) => {
      this.row(at === 0 ? label : '', value);
    });
  }

  text(line: string): void {
    for (const piece of wrap(escapeText(line), wide).split('\n')) this.#lines.push(piece.trimEnd());
  }

  blank(): void {
    this.#lines.push('');
  }

  /** Columns no wider than these; the last one gets what room is left. */
  table(rows: readonly (readonly string[])[], head: readonly string[], most: readonly number[]): void {
    const cells = [head, ...rows].map((row) => row.map(escapeText));
    const widths = most.map((width, column) =>
      Math.min(width, Math.max(...cells.map((row) => shownWidth(row[column] ?? '')))),
    );
    const last = widths.reduce((left, width) => left - width - 2, wide);
    const [top = [], ...below] = cells;
    this.#lines.push(...table(below, { head: top, widths: [...widths, last] }).split('\n'));
  }

  toString(): string {
    return `${this.#lines.join('\n')}\n`;
  }
}
