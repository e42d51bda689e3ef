import type { Random } from '../../src/bytes/random.ts';
import { taggedHash, text, u64 } from '../../src/bytes/tagged-hash.ts';

/** Randomness that is the same on every run. */
export function drawn(seed: string): Random {
  let count = 0;
  return (length) => {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at += 32) {
      bytes.set(taggedHash('test', text(seed), u64(count++)).subarray(0, Math.min(32, length - at)), at);
    }
    return bytes;
  };
}

/** The code of the refusal, or null where nothing was refused. Anything but a Problem is a failure. */
export function refusal(attempt: () => unknown): string | null {
  try {
    attempt();
    return null;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return String(error.code);
    throw error;
  }
}

export function flipped(bytes: Uint8Array, at = 0): Uint8Array {
  const copy = new Uint8Array(bytes);
  copy[at] = (copy[at] as number) ^ 1;
  return copy;
}
