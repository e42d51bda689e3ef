import type { Random } from '../bytes/random.ts';
import { taggedHash, text, u64 } from '../bytes/tagged-hash.ts';

/*
 * FOR REHEARSALS ONLY. Whoever knows the seed knows every secret that is drawn here: nothing that is worth anything may
 * ever come from it. It exists so that a rehearsal can be told again, with the same names in the same order.
 */

/** SHA-256 in counter mode, a stream of its own for everyone who draws. */
export function seededRandom(seed: string, who: string): Random {
  const key = taggedHash('rehearsal-seed', text(seed), text(who));
  let drawn = 0;
  return (length) => {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at += 32) {
      bytes.set(taggedHash('rehearsal-stream', key, u64(drawn++)).subarray(0, length - at), at);
    }
    return bytes;
  };
}

const opening = 1_893_488_400; // 2030-01-01 09:00 UTC
const step = 5 * 60;

/** A clock that stands still but for `tick`. */
export function seededClock(): { now: () => number; tick: () => void } {
  let now = opening;
  return {
    now: () => now,
    tick: () => {
      now += step;
    },
  };
}
