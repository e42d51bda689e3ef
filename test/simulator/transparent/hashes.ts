import { createHash, hkdfSync } from 'node:crypto';

/* SHA-256 and HKDF of Node in the place of the ones in JavaScript: the same functions, several times as fast. */

class Sha256 {
  readonly #hash = createHash('sha256');

  update(bytes: Uint8Array): this {
    this.#hash.update(bytes);
    return this;
  }

  digest(): Uint8Array {
    return new Uint8Array(this.#hash.digest());
  }
}

/** Files are hashed at each look at them, and the bytes of a file never change: one hash is enough. */
const known = new WeakMap<Uint8Array, Uint8Array>();

function hashed(bytes: Uint8Array): Uint8Array {
  if (bytes.length < 256) return new Sha256().update(bytes).digest();
  const hash = known.get(bytes) ?? new Sha256().update(bytes).digest();
  known.set(bytes, hash);
  return hash.slice();
}

export const sha256 = Object.assign(hashed, { create: () => new Sha256() });

export function hkdf(
  _hash: unknown,
  key: Uint8Array,
  salt: Uint8Array | undefined,
  info: Uint8Array,
  length: number,
): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, salt ?? new Uint8Array(0), info, length));
}
