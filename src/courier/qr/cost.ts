import { longestFile, mostParts } from '../../bytes/qr/frames.ts';
import { cutFor, densest } from './density.ts';
import { usualSpeed } from './showing.ts';

/** What it takes to move a file as codes. */
export interface Cost {
  readonly bytes: number;
  /** So many different codes are enough; null where no codes hold it all. */
  readonly codes: number | null;
  /** Until the other machine has it, one code in ten being missed; null as well. */
  readonly seconds: number | null;
}

/** What a terminal of 120 × 40 shows: whoever has a larger one, or goes faster, needs less. */
export const usualCodes = { version: 13, level: 'L', speed: usualSpeed } as const;

const missed = 0.1;
/** The pieces of a fountain beyond as many as there are parts: docs/protocol.md, section 24. */
const spare = 2;

export function costOf(bytes: number): Cost {
  for (let version = usualCodes.version; version <= densest && bytes <= longestFile; version += 1) {
    const { count } = cutFor(bytes, version, usualCodes.level);
    if (count <= mostParts) return { bytes, codes: count, seconds: secondsFor(count) };
  }
  return { bytes, codes: null, seconds: null };
}

/** One code alone is still: it is read as soon as it is in sight. */
function secondsFor(count: number): number {
  const shown = count === 1 ? 1 : (count + spare) / (1 - missed);
  return shown / usualCodes.speed;
}
