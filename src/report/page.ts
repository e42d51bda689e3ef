import type { Block, Cell, DrawnCode, Tone } from './page-block.ts';
import { pageText } from './page-text.ts';

/**
 * A document for people: recorded once, and written as text of 80 columns, as one HTML page or as PDF, so that no form
 * of it says what another leaves out. Nothing that somebody else wrote can move a cursor, begin a line of its own or
 * become markup (row 24): each writer sees to that.
 */
export class Page {
  readonly #blocks: Block[] = [];

  get blocks(): readonly Block[] {
    return this.#blocks;
  }

  /** `right` is a mark for the whole document, as that of a rehearsal; `number` is what it is about. */
  title(left: string, right = '', number = ''): void {
    this.#blocks.push({ kind: 'title', left, right, number });
  }

  /** With `breaks` it begins a new sheet where there are sheets. */
  section(name: string, breaks = false): void {
    this.#blocks.push({ kind: 'section', name, breaks });
  }

  row(label: string, value: string, tone: Tone | null = null): void {
    this.#blocks.push({ kind: 'row', label, value, tone });
  }

  /** The same label for several values stands once. */
  rows(label: string, values: readonly string[], tone: Tone | null = null): void {
    values.forEach((value, at) => {
      this.row(at === 0 ? label : '', value, tone);
    });
  }

  text(line: string, tone: Tone | null = null): void {
    this.#blocks.push({ kind: 'text', line, tone });
  }

  /** Something to be typed. */
  command(line: string): void {
    this.#blocks.push({ kind: 'command', line });
  }

  /** For a camera. A text has no room for them, and says which they would be. */
  codes(codes: readonly DrawnCode[]): void {
    this.#blocks.push({ kind: 'codes', codes });
  }

  /** Lines that somebody may have to type letter by letter. */
  numbered(lines: readonly string[]): void {
    this.#blocks.push({ kind: 'numbered', lines });
  }

  /** Where somebody signs by hand. */
  signature(name: string, role: string): void {
    this.#blocks.push({ kind: 'signature', name, role });
  }

  blank(): void {
    this.#blocks.push({ kind: 'blank' });
  }

  /** Columns no wider than these; the last one gets what room is left. */
  table(rows: readonly (readonly Cell[])[], head: readonly string[], most: readonly number[]): void {
    this.#blocks.push({ kind: 'table', rows, head, most });
  }

  toString(): string {
    return pageText(this.#blocks);
  }
}
