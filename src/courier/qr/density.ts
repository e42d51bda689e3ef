import { capacity, type Level, quietZone, sizeOfVersion, smallestVersion } from '../../bytes/qr/code.ts';
import { frameOverhead, partCount, smallestPiece } from '../../bytes/qr/frames.ts';
import { Problem } from '../../problem.ts';

/** How a file is cut for codes of one version: no code is larger than it has to be. */
export interface Cut {
  readonly version: number;
  readonly level: Level;
  /** Bytes of a piece. */
  readonly size: number;
  /** So many frames without a loss are enough. */
  readonly count: number;
}

/** The smallest version that holds a frame at all. */
export const sparsest = 2;
export const densest = 40;

/** As many frames as codes of this version need at least, and then the pieces as small as that allows. */
export function cutFor(length: number, version: number, level: Level): Cut {
  const most = capacity(version, level) - frameOverhead;
  if (most < smallestPiece) {
    throw new Problem('FILE_TOO_LARGE', 'such a small code has no room for a frame', 'show larger codes');
  }
  const count = partCount(length, most);
  const size = Math.max(smallestPiece, Math.ceil((length + 32) / count));
  return { version: smallestVersion(size + frameOverhead, level) ?? version, level, size, count };
}

export interface Room {
  readonly columns: number;
  readonly rows: number;
}

/** The largest version that this terminal shows in half blocks with the quiet zone and a line below; null for none. */
export function versionFor({ columns, rows }: Room): number | null {
  const fits = (version: number) => {
    const side = sizeOfVersion(version) + 2 * quietZone;
    return side <= columns && Math.ceil(side / 2) < rows;
  };
  for (let version = densest; version >= sparsest; version -= 1) if (fits(version)) return version;
  return null;
}
