import { Session } from 'node:inspector';

/*
 * Which lines an input got to, from V8 itself: the same counters that coverage reports are made of. An input that gets
 * somewhere new is worth going on from. No package does this where the tests have to run (docs/assurance.md).
 */

interface Range {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly count: number;
}

interface Script {
  readonly url: string;
  readonly functions: readonly { readonly ranges: readonly Range[] }[];
}

export class Reached {
  readonly #session = new Session();
  readonly #seen = new Set<string>();

  constructor() {
    this.#session.connect();
    this.#post('Profiler.enable');
    this.#post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** The places reached since this was asked before and never until then. How often counts roughly: once, few, many times. */
  fresh(): Set<string> {
    return new Set(this.#take().filter((place) => !this.#seen.has(place)));
  }

  /** Whether one of these places was reached since anything was asked before. */
  any(places: ReadonlySet<string>): boolean {
    return this.#take().some((place) => places.has(place));
  }

  know(places: Iterable<string>): void {
    for (const place of places) this.#seen.add(place);
  }

  get places(): number {
    return this.#seen.size;
  }

  close(): void {
    this.#post('Profiler.stopPreciseCoverage');
    this.#session.disconnect();
  }

  #take(): string[] {
    const { result } = this.#post('Profiler.takePreciseCoverage') as { result: readonly Script[] };
    return result
      .filter(({ url }) => url.includes('/src/'))
      .flatMap(({ url, functions }) =>
        functions.flatMap(({ ranges }) =>
          ranges.flatMap(({ startOffset, endOffset, count }) =>
            count === 0 ? [] : `${url} ${startOffset} ${endOffset} ${Math.min(4, Math.floor(Math.log2(count)))}`,
          ),
        ),
      );
  }

  #post(method: string, params: object = {}): unknown {
    let answer: unknown;
    // within one thread the answer is there when `post` returns
    this.#session.post(method, params, (error, result) => {
      if (error !== null) throw error;
      answer = result;
    });
    return answer;
  }
}
