import encodeQR from 'qr';
import { Problem } from '../../problem.ts';

/** How much of a code may be spoiled: about 7, 15, 25 and 30 of a hundred. */
export type Level = 'L' | 'M' | 'Q' | 'H';

export interface QrMatrix {
  readonly version: number;
  /** Modules on a side, without the quiet zone. */
  readonly size: number;
  /** Outside of the code everything is light. */
  readonly dark: (x: number, y: number) => boolean;
}

/** What a reader needs of light around a code, in modules. */
export const quietZone = 4;

export const sizeOfVersion = (version: number): number => 17 + 4 * version;

/** The bytes as one QR code in byte mode: of that version, or of the smallest that holds them. */
export function qrMatrix(
  bytes: Uint8Array,
  options: { readonly level: Level; readonly version?: number | undefined },
): QrMatrix {
  const { level } = options;
  const version = options.version ?? smallestVersion(bytes.length, level);
  if (version === null || bytes.length > capacity(version, level)) {
    const most = capacity(version ?? 40, level);
    throw new Problem('CODE_TOO_LARGE', `${bytes.length} bytes do not fit into one QR code, which holds ${most}`);
  }
  // The encoder takes text and what turns text into bytes: one letter a byte, so that nothing is read as UTF-8.
  const rows = encodeQR(lettersOf(bytes), 'raw', {
    ecc: names[level],
    encoding: 'byte',
    version,
    border: 1, // it insists on one
    textEncoder: bytesOf,
  });
  const size = sizeOfVersion(version);
  const inside = (at: number) => at >= 0 && at < size;
  return { version, size, dark: (x, y) => inside(x) && inside(y) && rows[y + 1]?.[x + 1] === true };
}

/** Bytes that one code of this version and level holds in byte mode (ISO/IEC 18004, table 7). */
export function capacity(version: number, level: Level): number {
  return capacities[level][version - 1] ?? 0;
}

/** Capital letters and digits that the largest code of this level holds in its narrow mode: what a line of text may have. */
export function mostLetters(level: Level): number {
  return { L: 4296, M: 3391, Q: 2420, H: 1852 }[level];
}

export function smallestVersion(length: number, level: Level): number | null {
  const place = capacities[level].findIndex((most) => length <= most);
  return place < 0 ? null : place + 1;
}

const names = { L: 'low', M: 'medium', Q: 'quartile', H: 'high' } as const;

const bytesOf = (letters: string): Uint8Array => Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
const lettersOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');

// biome-ignore format: a table
const capacities: Readonly<Record<Level, readonly number[]>> = {
  L: [17, 32, 53, 78, 106, 134, 154, 192, 230, 271, 321, 367, 425, 458, 520, 586, 644, 718, 792, 858,
    929, 1003, 1091, 1171, 1273, 1367, 1465, 1528, 1628, 1732, 1840, 1952, 2068, 2188, 2303, 2431, 2563, 2699, 2809, 2953],
  M: [14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412, 450, 504, 560, 624, 666,
    711, 779, 857, 911, 997, 1059, 1125, 1190, 1264, 1370, 1452, 1538, 1628, 1722, 1809, 1911, 1989, 2099, 2213, 2331],
  Q: [11, 20, 32, 46, 60, 74, 86, 108, 130, 151, 177, 203, 241, 258, 292, 322, 364, 394, 442, 482,
    509, 565, 611, 661, 715, 751, 805, 868, 908, 982, 1030, 1112, 1168, 1228, 1283, 1351, 1423, 1499, 1579, 1663],
  H: [7, 14, 24, 34, 44, 58, 64, 84, 98, 119, 137, 155, 177, 194, 220, 250, 280, 310, 338, 382,
    403, 439, 461, 511, 535, 593, 625, 658, 698, 742, 790, 842, 898, 958, 983, 1051, 1093, 1139, 1219, 1273],
};
