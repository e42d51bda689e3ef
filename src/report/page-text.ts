import { escapeText } from '../bytes/printable.ts';
import { type Block, cellText, titleOf } from './page-block.ts';
import { shownWidth, table, wrap } from './table.ts';

const wide = 80;
const labelWidth = 13;

/** Lines of at most 80 columns, as a printer and any terminal take them. What is put in is escaped here, once. */
export function pageText(blocks: readonly Block[]): string {
  const { mark } = titleOf(blocks);
  const lines: string[] = [];
  for (const block of blocks) lines.push(...linesOf(block, mark));
  return `${lines.join('\n')}\n`;
}

function linesOf(block: Block, mark: string): string[] {
  switch (block.kind) {
    case 'title':
      return [apart(block.left, block.right), '='.repeat(wide)];
    case 'section':
      // a text has no sheets: what every sheet would bear stands at every section
      return ['', apart(block.name.toUpperCase(), mark), '-'.repeat(wide)];
    case 'row':
      return rowLines(block.label, block.value);
    case 'text':
      return wrapped(block.line, wide);
    case 'command':
      return commandLines(escapeText(block.line));
    case 'codes':
      return block.codes.flatMap(({ caption }) => wrapped(`[code ${caption}: in the PDF]`, wide));
    case 'numbered':
      return block.lines.map((line) => escapeText(line));
    case 'signature':
      return [
        '',
        ...wrapped(`${block.name}, ${block.role}`, wide),
        '',
        '  name ____________________  signature ______________________  date ____________',
      ];
    case 'blank':
      return [''];
    case 'table':
      return tableLines(block);
  }
}

/** As a shell takes it, also where it needs several lines: broken before an option and nowhere else. */
function commandLines(command: string): string[] {
  const lines: string[] = [];
  for (const part of command.split(/ (?=--)/)) {
    const last = lines.at(-1);
    if (last !== undefined && shownWidth(`${last} ${part}`) <= wide - 8) lines[lines.length - 1] = `${last} ${part}`;
    else lines.push(part);
  }
  return lines.map((line, at) => `${at === 0 ? '    ' : '      '}${line}${at < lines.length - 1 ? ' \\' : ''}`);
}

function apart(left: string, right: string): string {
  const gap = Math.max(1, wide - shownWidth(left) - shownWidth(right));
  return `${left}${' '.repeat(gap)}${right}`.trimEnd();
}

function wrapped(text: string, width: number): string[] {
  return wrap(escapeText(text), width)
    .split('\n')
    .map((line) => line.trimEnd());
}

function rowLines(label: string, value: string): string[] {
  const fits = shownWidth(label) < labelWidth;
  const lines = wrapped(value, wide - labelWidth).map((line, at) =>
    `${(fits && at === 0 ? label : '').padEnd(labelWidth)}${line}`.trimEnd(),
  );
  return fits ? lines : [label, ...lines];
}

function tableLines({ rows, head, most }: Extract<Block, { kind: 'table' }>): string[] {
  const cells = [head, ...rows].map((row) => row.map((cell) => escapeText(cellText(cell))));
  const widths = most.map((width, column) =>
    Math.min(width, Math.max(...cells.map((row) => shownWidth(row[column] ?? '')))),
  );
  const last = widths.reduce((left, width) => left - width - 2, wide);
  const [top = [], ...below] = cells;
  return table(below, { head: top, widths: [...widths, last] }).split('\n');
}
