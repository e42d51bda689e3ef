import { describe, expect, test } from 'vitest';
import { qrTextMatrix } from '../../src/bytes/qr/text-code.ts';
import { readPixels } from '../../src/media/qr/read.ts';
import { squaresPath } from '../../src/report/code-squares.ts';
import { Page } from '../../src/report/page.ts';
import { pageHtml } from '../../src/report/page-html.ts';
import { pagePdf } from '../../src/report/page-pdf.ts';
import { codeSheets, sheetsOf } from './pdf.ts';

const words = [
  'A MESSAGE',
  'ANOTHER ONE: 0123456789',
  'A3',
  'FOUR',
  'AND A FIFTH THAT IS SO LONG THAT IT MAKES A LARGER CODE',
];
const page = new Page();
page.title('Codes');
page.codes(words.map((letters, at) => ({ caption: `code ${at} <`, ...qrTextMatrix(letters, 'M') })));
page.numbered(Array.from({ length: 12 }, (_, at) => `A${at} \u001bLINE`));

describe('a page with codes and numbered lines', () => {
  test('as PDF shows every code to a reader, whatever their sizes, and every line', async () => {
    const pdf = await pagePdf(page.blocks);
    const [sheet] = codeSheets(pdf, 2);
    if (sheet === undefined) throw new Error('no sheet');
    const { codes } = await readPixels(sheet);
    expect(codes.map((code) => new TextDecoder().decode(code)).sort()).toEqual([...words].sort());
    const said = sheetsOf(pdf).join('\n').split('\n');
    for (let at = 0; at < 12; at++) expect(said).toContain(`A${at} \\u{1b}LINE`);
    expect(said).toContain('code 4 <');
  });

  test('as HTML has the same squares, and still nothing that its policy would not let in', () => {
    const html = pageHtml(page.blocks);
    for (const letters of words)
      expect(html).toContain(`<path d="${squaresPath({ caption: '', ...qrTextMatrix(letters, 'M') })}"/>`);
    expect(html).toContain('<figcaption>code 4 &lt;</figcaption>');
    expect(html).toContain('A11 \\u{1b}LINE');
    expect(html).not.toMatch(/<(script|img|link)|style=|src=|href=/);
  });

  test('as text says which codes there would be', () => {
    expect(page.toString()).toContain('[code code 4 <: in the PDF]');
    expect(page.toString()).toContain('A11 \\u{1b}LINE');
  });
});

describe('squares', () => {
  test('cover what is dark and nothing else', () => {
    const { size, dark } = qrTextMatrix('COVERED', 'M');
    const covered = new Set<string>();
    for (const [, x = '', y = '', width = ''] of squaresPath({ caption: '', size, dark }).matchAll(
      /M(\d+) (\d+)h(\d+)v/g,
    ))
      for (let more = 0; more < Number(width); more++) covered.add(`${Number(x) + more} ${y}`);
    for (let y = 0; y < size; y++) for (let x = 0; x < size; x++) expect(covered.has(`${x} ${y}`)).toBe(dark(x, y));
  });
});
