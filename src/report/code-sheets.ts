import { PDFDocument, rgb, StandardFonts } from '@cantoo/pdf-lib';
import { type QrMatrix, quietZone } from '../bytes/qr/code.ts';
import { codePath } from '../bytes/qr/pictures.ts';

const millimetre = 72 / 25.4;
const sheet = { width: 210 * millimetre, height: 297 * millimetre };
const columns = 2;
const rows = 3;
const side = 82 * millimetre;
const cell = { width: 90 * millimetre, height: 91 * millimetre };
const margin = { left: 15 * millimetre, top: 14 * millimetre };

/** Codes on sheets of A4, six to a sheet, each with its line below. Without a clock, so the same codes are the same bytes. */
export async function codeSheets(
  codes: readonly { readonly code: QrMatrix; readonly label: string }[],
): Promise<Uint8Array> {
  const pdf = await PDFDocument.create({ updateMetadata: false });
  const font = await pdf.embedFont(StandardFonts.Helvetica);
  for (let at = 0; at < codes.length; at += columns * rows) {
    const page = pdf.addPage([sheet.width, sheet.height]);
    codes.slice(at, at + columns * rows).forEach(({ code, label }, place) => {
      const x = margin.left + (place % columns) * cell.width;
      const y = sheet.height - margin.top - Math.floor(place / columns) * cell.height;
      const scale = side / (code.size + 2 * quietZone);
      page.drawSvgPath(codePath(code), { x, y, scale, color: rgb(0, 0, 0), borderWidth: 0 });
      page.drawText(label, { x: x + quietZone * scale, y: y - side - 6, size: 8, font });
    });
  }
  return pdf.save({ useObjectStreams: false });
}
