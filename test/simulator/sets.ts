/** Sets of small numbers, each kept once and known by a number, so that a union is looked up and not computed. */
export class Sets {
  readonly #all: (readonly number[])[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #unions = new Map<number, number>();
  readonly empty = this.of([]);

  /** The numbers in order. */
  of(numbers: readonly number[]): number {
    const key = numbers.join();
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#all.push(numbers);
    this.#numbers.set(key, this.#all.length - 1);
    return this.#all.length - 1;
  }

  get(set: number): readonly number[] {
    return this.#all[set] as readonly number[];
  }

  union(one: number, other: number): number {
    if (one === other) return one;
    const key = one < other ? one * 0x4000000 + other : other * 0x4000000 + one;
    const known = this.#unions.get(key);
    if (known !== undefined) return known;
    const union = this.of([...new Set([...this.get(one), ...this.get(other)])].sort((a, b) => a - b));
    this.#unions.set(key, union);
    return union;
  }
}
