/** So many are kept, and then all of them are let go: who fills it up costs time and no memory. */
const most = 4096;

/**
 * What a pure function over public bytes came to, by a name that fixes them. It lives as long as the process, and is
 * never written down.
 */
export class Kept<V> {
  readonly #kept = new Map<string, V>();

  get(name: string): V | undefined {
    return this.#kept.get(name);
  }

  /** Gives back what it keeps. */
  keep(name: string, value: V): V {
    if (this.#kept.size >= most) this.#kept.clear();
    this.#kept.set(name, value);
    return value;
  }
}
