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

export const sha256 = Object.assign((bytes: Uint8Array) => new Sha256().update(bytes).digest(), {
  create: () => new Sha256(),
});

export function hkdf(
  _hash: unknown,
  key: Uint8Array,
  salt: Uint8Array | undefined,
  info: Uint8Array,
  length: number,
): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, salt ?? new Uint8Array(0), info, length));
}
