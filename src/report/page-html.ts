import { sha256 } from '@noble/hashes/sha2.js';
import { escapeText } from '../bytes/printable.ts';
import { quietZone } from '../bytes/qr/code.ts';
import { text } from '../bytes/tagged-hash.ts';
import { squaresPath } from './code-squares.ts';
import { type Block, type Cell, cellText, type DrawnCode, type Tone, titleOf } from './page-block.ts';

/*
 * One page that is all there is: no script, no image, no font, nothing from anywhere. Its policy lets in nothing but
 * the one style sheet below, by its hash, so that words in it can do nothing even if they were not escaped.
 */

const style = `
:root { --ink: #1b1f24; --dim: #5b6470; --line: #d6dae0; --good: #14633b; --open: #8a5a00; --bad: #a3141c; }
* { box-sizing: border-box; }
html { background: #eceff2; }
body { color: var(--ink); background: #fff; font: 15px/1.5 system-ui, "Segoe UI", "Liberation Sans", sans-serif;
  max-width: 60rem; margin: 2rem auto; padding: 2.5rem 3rem 3rem; box-shadow: 0 1px 6px rgb(0 0 0 / 12%); }
header { border-bottom: 3px solid var(--ink); padding-bottom: .6rem; margin-bottom: 1.2rem; }
h1 { font-size: 1.5rem; letter-spacing: .04em; margin: 0; }
h2 { font-size: 1.02rem; margin: 2.2rem 0 .7rem; padding-bottom: .25rem; border-bottom: 1px solid var(--line);
  break-after: avoid; }
h2::first-letter { text-transform: uppercase; }
.mark { display: inline-block; color: #fff; background: var(--bad); font-weight: 700; padding: .1rem .7rem;
  margin: 0 0 .6rem; letter-spacing: .06em; }
dl { display: grid; grid-template-columns: 8.5rem minmax(0, 1fr); gap: .2rem 1rem; margin: .5rem 0; }
dt { color: var(--dim); grid-column: 1; }
dt.wide { grid-column: 1 / -1; }
dd { margin: 0; grid-column: 2; }
p { margin: .35rem 0; }
dd, p, td { overflow-wrap: anywhere; white-space: pre-wrap; unicode-bidi: isolate; }
code { font: .86em/1.45 ui-monospace, "Liberation Mono", Consolas, monospace; overflow-wrap: anywhere; }
pre { font: .86em/1.5 ui-monospace, "Liberation Mono", Consolas, monospace; background: #f3f5f7; padding: .5rem .8rem;
  margin: .4rem 0 .7rem; white-space: pre-wrap; overflow-wrap: anywhere; border-left: 3px solid var(--line); }
table { border-collapse: collapse; width: 100%; margin: .5rem 0; }
th { text-align: left; font-weight: 600; color: var(--dim); border-bottom: 1px solid var(--ink); }
th, td { padding: .28rem .9rem .28rem 0; vertical-align: top; }
td { border-top: 1px solid var(--line); }
tr.more td { border-top: 0; }
table { border-bottom: 1px solid var(--line); }
td:not(:last-child) { min-width: 4.5rem; overflow-wrap: break-word; }
tr { break-inside: avoid; }
.good { color: var(--good); font-weight: 600; }
.open { color: var(--open); font-weight: 600; }
.bad { color: var(--bad); font-weight: 700; }
td.good, td.open, td.bad { white-space: nowrap; }
.signature { display: grid; grid-template-columns: 2fr 3fr 1.4fr; gap: .2rem 1.4rem; margin: 1rem 0 1.6rem;
  break-inside: avoid; }
.signature strong { grid-column: 1 / -1; }
.signature span { border-top: 1px solid var(--ink); color: var(--dim); font-size: .8rem; margin-top: 2.4rem; }
.codes { display: grid; grid-template-columns: 1fr 1fr 1fr; }
figure { margin: 0; break-inside: avoid; }
@media print {
  @page { size: A4; margin: 18mm 16mm; }
  html, body { background: #fff; }
  body { margin: 0; padding: 0; box-shadow: none; max-width: none; font-size: 9.5pt; }
  .breaks { break-before: page; }
}
`;

/** On paper every sheet bears the mark of the document. */
function styleOf(mark: string): string {
  if (mark === '') return style;
  const letters = mark.replace(/[^A-Z ]/g, '');
  return `${style}@page { @top-right { content: "${letters}"; color: #a3141c; font: bold 10pt sans-serif; } }\n`;
}

/** Nothing from anywhere, and of styles the very one that is in the page. */
function policyOf(sheet: string): string {
  return `default-src 'none'; style-src 'sha256-${base64(sha256(text(sheet)))}'; base-uri 'none'; form-action 'none'`;
}

/** A whole document, the same bytes from the same blocks. */
export function pageHtml(blocks: readonly Block[]): string {
  const { name, mark, number } = titleOf(blocks);
  const sheet = styleOf(mark);
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policyOf(sheet)}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    `<title>${quoted([name, number.slice(0, 16), mark].filter((part) => part !== '').join(' · '))}</title>`,
    `<style>${sheet}</style>`,
    '</head>',
    '<body>',
    `${bodyOf(blocks)}</body>`,
    '</html>',
    '',
  ].join('\n');
}

/** The inside of such a document, for a page that has a head of its own. */
export function bodyOf(blocks: readonly Block[]): string {
  let html = '';
  let rows: Extract<Block, { kind: 'row' }>[] = [];
  const list = (): void => {
    if (rows.length > 0) html += `<dl>\n${rows.map(rowHtml).join('')}</dl>\n`;
    rows = [];
  };
  for (const block of blocks) {
    if (block.kind === 'row') {
      rows.push(block);
      continue;
    }
    list();
    html += blockHtml(block);
  }
  list();
  return html;
}

function blockHtml(block: Exclude<Block, { kind: 'row' }>): string {
  switch (block.kind) {
    case 'title': {
      const mark = block.right === '' ? '' : `<div class="mark">${quoted(block.right)}</div>\n`;
      return `<header>\n${mark}<h1>${quoted(block.left)}</h1>\n</header>\n`;
    }
    case 'section':
      return `<h2${block.breaks ? ' class="breaks"' : ''}>${quoted(block.name)}</h2>\n`;
    case 'text':
      return `<p${toned(block.tone)}>${words(block.line)}</p>\n`;
    case 'command':
      return `<pre>${quoted(block.line)}</pre>\n`;
    case 'codes':
      return `<div class="codes">${block.codes.map(codeHtml).join('')}</div>\n`;
    case 'numbered':
      return `<pre>${block.lines.map(quoted).join('\n')}</pre>\n`;
    case 'signature':
      return `<div class="signature"><strong>${quoted(`${block.name}, ${block.role}`)}</strong><span>name</span><span>signature</span><span>date</span></div>\n`;
    case 'blank':
      return '';
    case 'table': {
      const head = block.head.map((cell) => `<th scope="col">${quoted(cell)}</th>`).join('');
      const rows = block.rows.map(tableRowHtml).join('');
      return `<table>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${rows}</tbody>\n</table>\n`;
    }
  }
}

function codeHtml(code: DrawnCode): string {
  const side = code.size + 2 * quietZone;
  const box = `${-quietZone} ${-quietZone} ${side} ${side}`;
  return `<figure><figcaption>${quoted(code.caption)}</figcaption><svg viewBox="${box}"><path d="${squaresPath(code)}"/></svg></figure>`;
}

function rowHtml({ label, value, tone }: Extract<Block, { kind: 'row' }>): string {
  const name = label.trim();
  const term = name === '' ? '' : `<dt${name.length > 18 ? ' class="wide"' : ''}>${quoted(name)}</dt>`;
  return `${term}<dd${toned(tone)}>${words(value)}</dd>\n`;
}

/** A row without a beginning goes on with the one before. */
function tableRowHtml(row: readonly Cell[]): string {
  const more = cellText(row[0] ?? '') === '' ? ' class="more"' : '';
  return `<tr${more}>${row.map(cellHtml).join('')}</tr>\n`;
}

function cellHtml(cell: Cell): string {
  return `<td${toned(typeof cell === 'string' ? null : cell.tone)}>${words(cellText(cell))}</td>`;
}

function toned(tone: Tone | null): string {
  return tone === null ? '' : ` class="${tone}"`;
}

/** Text with its numbers and addresses in a type that tells 0 from O. */
function words(value: string): string {
  return quoted(value).replace(/\b(?=[a-z]*[0-9])[a-z0-9]{16,}\b/gi, '<code>$&</code>');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function quoted(value: string): string {
  return escapeText(value).replace(/[&<>"']/g, (character) => entities[character] as string);
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
