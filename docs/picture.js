// Draws what a terminal showed as an SVG picture: node docs/picture.js [FIRST-LAST] < ansi-text > picture.svg
// The picture in README.md is made by:
//   node bin/conclave.js rehearse ceremonies/reshare-2of3-to-3of5.json | node docs/picture.js 1-46 > docs/rehearsal.svg
import { readFileSync } from 'node:fs';

const [first, last] = (process.argv[2] ?? '1-40').split('-').map(Number);
const escapeCode = String.fromCharCode(27);
const lines = readFileSync(0, 'utf8')
  .replace(/\r/g, '')
  .split('\n')
  .slice(first - 1, last);
const [charWidth, lineHeight, margin] = [8.4, 19, 18];
const colours = { 31: '#e06c75', 32: '#98c379', 33: '#e5c07b', 36: '#56b6c2', 2: '#7f848e' };
const quoted = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

/** One line as spans: the few codes that the program uses, and nothing else. */
function spans(line) {
  let style = '';
  let out = '';
  for (const part of line.split(new RegExp(`(${escapeCode}\\[[0-9;]*m)`))) {
    const code = new RegExp(`^${escapeCode}\\[([0-9;]*)m$`).exec(part)?.[1];
    if (code === undefined) out += part === '' ? '' : `<tspan${style}>${quoted(part)}</tspan>`;
    else if (code === '1') style = ' font-weight="bold"';
    else style = colours[code] === undefined ? '' : ` fill="${colours[code]}"`;
  }
  return out;
}

const plain = lines.map((line) => line.replace(new RegExp(`${escapeCode}\\[[0-9;]*m`, 'g'), ''));
const width = Math.ceil(Math.max(...plain.map((line) => line.length)) * charWidth + 2 * margin);
const height = lines.length * lineHeight + 2 * margin;
const rows = lines.map(
  (line, i) => `<text x="${margin}" y="${margin + 14 + i * lineHeight}" xml:space="preserve">${spans(line)}</text>`,
);
process.stdout.write(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">\n` +
    `<rect width="100%" height="100%" rx="8" fill="#1e2127"/>\n` +
    `<g font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="14" fill="#d7dae0">\n${rows.join('\n')}\n</g>\n</svg>\n`,
);
