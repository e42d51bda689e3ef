import encodeQR from 'qr';
import type { Level, QrMatrix } from './code.ts';

const names = { L: 'low', M: 'medium', Q: 'quartile', H: 'high' } as const;

/**
 * Capital letters, digits and `$%*+-./:` as the smallest QR code that holds them, in its narrow mode: eleven bits for two
 * letters. Any reader of codes shows them as they are, which it would not do with bytes.
 */
export function qrTextMatrix(letters: string, level: Level): QrMatrix {
  const rows = encodeQR(letters, 'raw', { ecc: names[level], encoding: 'alphanumeric', border: 1 });
  const size = rows.length - 2;
  const inside = (at: number) => at >= 0 && at < size;
  return {
    version: (size - 17) / 4,
    size,
    dark: (x, y) => inside(x) && inside(y) && rows[y + 1]?.[x + 1] === true,
  };
}
