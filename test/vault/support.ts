import { fileHash, lengthPrefixed, text } from '../../src/bytes/tagged-hash.ts';
import { Problem } from '../../src/problem.ts';
import type { Kdf } from '../../src/vault/password.ts';

/** As good as scrypt for everything but guessing. */
export const hashing: Kdf = (passphrase, { n, r, p, salt }) =>
  fileHash(lengthPrefixed(passphrase, salt, text(`${n} ${r} ${p}`)));

/** Never the same bytes twice, always the same in a test. */
export function counting(): (length: number) => Uint8Array {
  let count = 0;
  return (length) => new Uint8Array(length).map(() => (count++ * 37) & 255);
}

/** The code of the problem, or nothing if there was none. */
export function code(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof Problem) return error.code;
    throw error;
  }
  return '';
}
