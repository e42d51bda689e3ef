import { PDFDocument, type PDFPage, rgb, StandardFonts } from '@cantoo/pdf-lib';
import { quietZone } from '../bytes/qr/code.ts';
import { squaresPath } from './code-squares.ts';
import { type Block, type Cell, cellText, type DrawnCode, type Tone, titleOf } from './page-block.ts';
import { broken, Face, type Type } from './pdf-type.ts';

/*
 * The same blocks on sheets of A4. No clock and no chance goes in, so the same blocks are the same bytes. The fonts are
 * the standard ones that every reader has; they know western letters, and whatever else comes is spelled out as `\u{...}`
 * instead of vanishing.
 */

const sheet = { width: 595.28, height: 841.89, left: 52, right: 52, top: 74, bottom: 56 };
const inner = sheet.width - sheet.left - sheet.right;
const labelWidth = 78;

const codesAcross = 3;

const black = rgb(0, 0, 0);
const ink = rgb(0.11, 0.12, 0.14);
const dim = rgb(0.38, 0.42, 0.47);
const line = rgb(0.8, 0.82, 0.85);
const tones = { good: rgb(0.08, 0.39, 0.23), open: rgb(0.54, 0.35, 0), bad: rgb(0.64, 0.08, 0.11) };

export async function pagePdf(blocks: readonly Block[]): Promise<Uint8Array> {
  const document = await PDFDocument.create({ updateMetadata: false });
  const face = async (name: StandardFonts): Promise<Face> => new Face(await document.embedFont(name));
  const { name, mark, number } = titleOf(blocks);
  document.setTitle(`${name} ${number}`.trim());
  document.setProducer('conclave');
  document.setLanguage('en');
  const writer = new Writer(document, {
    plain: await face(StandardFonts.Helvetica),
    bold: await face(StandardFonts.HelveticaBold),
    fixed: await face(StandardFonts.Courier),
  });
  for (const block of blocks) writer.write(block);
  writer.finish(name, mark, number);
  return document.save({ useObjectStreams: false, objectsPerTick: Number.POSITIVE_INFINITY });
}

interface Faces {
  readonly plain: Face;
  readonly bold: Face;
  readonly fixed: Face;
}

class Writer {
  readonly #document: PDFDocument;
  readonly #faces: Faces;
  readonly #sheets: PDFPage[] = [];
  readonly #body: Type;
  readonly #strong: Type;
  readonly #fixed: Type;
  readonly #small: Type;
  readonly #typed: Type;
  #y = 0;

  constructor(document: PDFDocument, faces: Faces) {
    this.#document = document;
    this.#faces = faces;
    this.#body = { font: faces.plain, size: 9.5, lead: 13 };
    this.#strong = { font: faces.bold, size: 9.5, lead: 13 };
    this.#fixed = { font: faces.fixed, size: 8.2, lead: 12 };
    this.#small = { font: faces.plain, size: 8, lead: 11 };
    this.#typed = { font: faces.fixed, size: 9.5, lead: 13.2 };
    this.#turn();
  }

  write(block: Block): void {
    switch (block.kind) {
      case 'title':
        this.#title(block.left, block.right);
        break;
      case 'section':
        this.#section(block.name, block.breaks);
        break;
      case 'row':
        this.#row(block.label, block.value, block.tone);
        break;
      case 'text':
        this.#paragraph(block.tone === null ? this.#typeOf(block.line) : this.#strong, block.line, block.tone);
        break;
      case 'command':
        this.#command(block.line);
        break;
      case 'table':
        this.#table(block.head, block.rows, block.most);
        break;
      case 'signature':
        this.#signature(block.name, block.role);
        break;
      case 'codes':
        this.#codes(block.codes);
        break;
      case 'numbered':
        block.lines.forEach((each, at) => {
          if (at > 0 && at % 5 === 0) this.#y -= 3; // fives are counted at a glance
          this.#lines(this.#typed, each, sheet.left, inner, ink);
        });
        break;
      case 'blank':
        this.#y -= 6;
    }
  }

  /** What every sheet bears: written last, when it is known how many there are. */
  finish(name: string, mark: string, number: string): void {
    const { bold, plain } = this.#faces;
    this.#sheets.forEach((page, at) => {
      const top = sheet.height - 40;
      this.#put(page, { ...this.#small, font: bold }, name, sheet.left, top, dim);
      if (mark !== '') {
        const size = 11;
        const text = bold.spelled(mark);
        const width = bold.width(text, size);
        page.drawText(text, {
          x: sheet.width - sheet.right - width,
          y: top,
          size,
          font: bold.font,
          color: tones.bad,
        });
      }
      this.#rule(page, sheet.left, inner, top - 7);
      const foot = 34;
      this.#put(page, { ...this.#small, size: 7, font: this.#faces.fixed }, number, sheet.left, foot, dim);
      const place = `page ${at + 1} of ${this.#sheets.length}`;
      this.#put(page, this.#small, place, sheet.width - sheet.right - plain.width(place, this.#small.size), foot, dim);
    });
  }

  #title(left: string, right: string): void {
    const { bold } = this.#faces;
    if (right !== '') this.#lines({ font: bold, size: 11, lead: 22 }, right, sheet.left, inner, tones.bad);
    this.#lines({ font: bold, size: 18, lead: 24 }, left, sheet.left, inner, ink);
    this.#y -= 10;
  }

  #section(name: string, breaks: boolean): void {
    if (breaks && this.#y < sheet.height - sheet.top) this.#turn();
    else this.#y -= 16;
    // a heading with nothing under it belongs to the next sheet
    this.#room(64);
    const heading = name.charAt(0).toUpperCase() + name.slice(1);
    this.#lines({ font: this.#faces.bold, size: 11.5, lead: 15 }, heading, sheet.left, inner, ink);
    this.#rule(this.#page, sheet.left, inner, this.#y + 9);
    this.#y -= 4;
  }

  #row(label: string, value: string, tone: Tone | null): void {
    const name = label.trim();
    if (name !== '') this.#y -= 2;
    const type = tone === null ? this.#typeOf(value) : this.#strong;
    const fits = this.#faces.plain.width(name, this.#body.size) <= labelWidth - 6;
    if (!fits) this.#lines(this.#body, name, sheet.left, inner, dim);
    else if (name !== '') {
      // a label stays with what it is of, unless that is long
      const lines = broken(type, type.font.spelled(value), inner - labelWidth).length;
      this.#room(Math.min(lines, 4) * type.lead);
      this.#put(this.#page, this.#body, name, sheet.left, this.#y, dim);
    }
    this.#lines(type, value, sheet.left + labelWidth, inner - labelWidth, tone === null ? ink : tones[tone]);
  }

  #paragraph(type: Type, text: string, tone: Tone | null): void {
    this.#lines(type, text, sheet.left, inner, tone === null ? ink : tones[tone]);
    this.#y -= 2;
  }

  #command(text: string): void {
    this.#lines(this.#fixed, text, sheet.left + 14, inner - 14, ink);
    this.#y -= 3;
  }

  #signature(name: string, role: string): void {
    this.#room(72);
    this.#y -= 8;
    this.#lines(this.#strong, `${name}, ${role}`, sheet.left, inner, ink);
    this.#y -= 24;
    let x = sheet.left;
    for (const [what, width] of [
      ['name', 150],
      ['signature', 220],
      ['date', 96],
    ] as const) {
      this.#rule(this.#page, x, width, this.#y + 10, ink);
      this.#put(this.#page, this.#small, what, x, this.#y, dim);
      x += width + 12;
    }
    this.#y -= 14;
  }

  /** Three to a row, with their light around them; what is in one is said above it. */
  #codes(codes: readonly DrawnCode[]): void {
    const side = inner / codesAcross;
    const scale = side / (Math.max(...codes.map(({ size }) => size)) + 2 * quietZone);
    const light = quietZone * scale;
    codes.forEach((code, at) => {
      const column = at % codesAcross;
      if (column === 0) {
        this.#room(side + this.#small.lead);
        this.#y -= this.#small.lead + side;
      }
      const x = sheet.left + column * side;
      const top = this.#y + side + this.#small.lead;
      this.#put(this.#page, { ...this.#small, font: this.#faces.bold }, code.caption, x + light, top - 8, ink);
      this.#page.drawSvgPath(squaresPath(code), { x: x + light, y: top - 10 - light, scale, color: black });
    });
  }

  #table(head: readonly string[], rows: readonly (readonly Cell[])[], most: readonly number[]): void {
    const gap = 12;
    const natural = (column: number): number =>
      Math.max(
        ...[head, ...rows].map((row) => {
          const cell = row[column] ?? '';
          const { font, size } = this.#look(cell).type;
          return font.width(font.spelled(cellText(cell)), size);
        }),
      );
    const widths = most.map((letters, column) => Math.min(letters * 5.6, natural(column) + 1));
    const used = widths.reduce((sum, width) => sum + width + gap, 0);
    const columns = [...widths, Math.max(80, inner - used)];
    const headLine = (): void => {
      this.#cells(head, columns, gap, (text) => ({
        type: { ...this.#small, font: this.#faces.bold },
        text,
        color: dim,
      }));
      this.#rule(this.#page, sheet.left, inner, this.#y + 8, ink);
      this.#y -= 3;
    };
    this.#y -= 4;
    this.#room(40);
    headLine();
    rows.forEach((row, at) => {
      const before = this.#sheets.length;
      this.#cells(row, columns, gap, (cell) => this.#look(cell));
      // a row without a beginning goes on with the one before
      const ends = at + 1 === rows.length || cellText(rows[at + 1]?.[0] ?? '') !== '';
      if (ends && this.#sheets.length === before) this.#rule(this.#page, sheet.left, inner, this.#y + 9.5);
      this.#y -= 2;
    });
    this.#y -= 4;
  }

  #look(cell: Cell): { type: Type; text: string; color: typeof ink } {
    const text = cellText(cell);
    if (typeof cell === 'string') return { type: this.#typeOf(text), text, color: ink };
    return { type: this.#strong, text, color: tones[cell.tone] };
  }

  /** One row of a table, line by line: a cell may be longer than a sheet. */
  #cells<C extends Cell>(
    row: readonly C[],
    columns: readonly number[],
    gap: number,
    look: (cell: C) => { type: Type; text: string; color: typeof ink },
  ): void {
    const cells = columns.map((width, column) => {
      const cell = row[column];
      if (cell === undefined) return null;
      const looks = look(cell);
      return { ...looks, lines: broken(looks.type, looks.type.font.spelled(looks.text), width) };
    });
    const height = Math.max(1, ...cells.map((cell) => cell?.lines.length ?? 0));
    if (height <= 8) this.#room(height * this.#body.lead);
    for (let at = 0; at < height; at++) {
      this.#room(this.#body.lead);
      let x = sheet.left;
      cells.forEach((cell, column) => {
        const text = cell?.lines[at];
        if (cell !== null && text !== undefined) this.#draw(this.#page, cell.type, text, x, this.#y, cell.color);
        x += (columns[column] as number) + gap;
      });
      this.#y -= this.#body.lead;
    }
  }

  #lines(type: Type, text: string, x: number, width: number, color: typeof ink): void {
    for (const each of broken(type, type.font.spelled(text), width)) {
      this.#room(type.lead);
      this.#draw(this.#page, type, each, x, this.#y, color);
      this.#y -= type.lead;
    }
  }

  /** Numbers in a type that tells 0 from O. */
  #typeOf(text: string): Type {
    return /^(?=[a-z]*[0-9])[a-z0-9]{16,}$/i.test(text) ? this.#fixed : this.#body;
  }

  get #page(): PDFPage {
    return this.#sheets.at(-1) as PDFPage;
  }

  /** Begins a new sheet where this much is not left on this one. */
  #room(height: number): void {
    if (this.#y - height < sheet.bottom - 10) this.#turn();
  }

  #turn(): void {
    this.#sheets.push(this.#document.addPage([sheet.width, sheet.height]));
    this.#y = sheet.height - sheet.top;
  }

  #put(page: PDFPage, type: Type, text: string, x: number, y: number, color: typeof ink): void {
    this.#draw(page, type, type.font.spelled(text), x, y, color);
  }

  #draw(page: PDFPage, { font, size }: Type, text: string, x: number, y: number, color: typeof ink): void {
    if (text !== '') page.drawText(text, { x, y, size, font: font.font, color });
  }

  #rule(page: PDFPage, x: number, width: number, y: number, color = line): void {
    page.drawLine({ start: { x, y }, end: { x: x + width, y }, thickness: 0.6, color });
  }
}
