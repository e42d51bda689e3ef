import { expect, it } from 'vitest';
import { normalPhrase, phraseOf, type Stretch } from '../../src/ceremony/phrase.ts';
import type { Plan } from '../../src/ceremony/plan.ts';

const plan = (rehearsal: boolean) => ({ id: new Uint8Array(32).fill(7), rehearsal }) as Plan;

it('row 28: a phrase is stretched, and that of a rehearsal less', () => {
  const asked: object[] = [];
  const stretch: Stretch = (_, __, cost) => {
    asked.push(cost);
    return new Uint8Array(cost.length).fill(1);
  };
  const said = [false, true].map((rehearsal) => phraseOf(plan(rehearsal), stretch));
  expect(asked).toEqual([
    { N: 65_536, r: 8, p: 1, length: 12 },
    { N: 16, r: 8, p: 1, length: 12 },
  ]);
  expect(said[0]?.split(' ')).toHaveLength(12);
});

it('a phrase is typed in any case, with any white space, and with numbers or without', () => {
  for (const typed of ['one two three', ' 1. One\t2. TWO\n3. three ', 'ONE-two,three'])
    expect(normalPhrase(typed)).toBe('one two three');
});
