import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { together } from '../../src/ceremony/together.ts';

/** Whether the stops of one route come in the other, in order. */
function holds(way: readonly string[], part: readonly string[]): boolean {
  let at = 0;
  for (const stop of way) if (stop === part[at]) at++;
  return at === part.length;
}

/** The length of the shortest way that holds both, by trying all. */
function shortest(one: readonly string[], other: readonly string[]): number {
  const [a, b] = [one[0], other[0]];
  if (a === undefined) return other.length;
  if (b === undefined) return one.length;
  if (a === b) return 1 + shortest(one.slice(1), other.slice(1));
  return 1 + Math.min(shortest(one.slice(1), other), shortest(one, other.slice(1)));
}

const route = fc.array(fc.constantFrom('alice', 'bob', 'carol', 'dave'), { maxLength: 7 });

describe('one way for several ceremonies', () => {
  test('holds the route of each, in order', () => {
    fc.assert(
      fc.property(fc.array(route, { maxLength: 4 }), (routes) => {
        const way = together(routes);
        for (const one of routes) expect(holds(way, one)).toBe(true);
      }),
    );
  });

  test('is the shortest that does, of two', () => {
    fc.assert(
      fc.property(route, route, (one, other) => {
        expect(together([one, other])).toHaveLength(shortest(one, other));
      }),
    );
  });

  test('is the route itself where there is one, and no way where there is none', () => {
    expect(together([['bob', 'alice', 'bob']])).toEqual(['bob', 'alice', 'bob']);
    expect(together([[], []])).toEqual([]);
    expect(together([])).toEqual([]);
  });

  test('begins with the earlier ceremony where either could be first', () => {
    expect(
      together([
        ['alice', 'bob'],
        ['dave', 'bob'],
      ]),
    ).toEqual(['alice', 'dave', 'bob']);
  });
});
