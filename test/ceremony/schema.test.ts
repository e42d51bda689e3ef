import * as v from 'valibot';
import { expect, it } from 'vitest';
import { text } from '../../src/bytes/tagged-hash.ts';
import { parseValue, someBytes } from '../../src/ceremony/schema.ts';
import { afterMagic, withMagic } from '../../src/ceremony/signed.ts';
import { Problem } from '../../src/problem.ts';

it('row 24: a key that a stranger made up fills no screen, and none of its signs reach the terminal', () => {
  const said = (key: string): string => {
    try {
      parseValue(v.strictObject({}), { [key]: 1 }, 'packet');
    } catch (error) {
      if (error instanceof Problem && error.code === 'SCHEMA') return error.message;
      throw error;
    }
    return 'nothing';
  };
  expect(said('short')).toBe('packet: short is not what it has to be');
  expect(said('x'.repeat(100_000)).length).toBeLessThan(300);
  expect(said('\u001b[2J')).not.toContain('\u001b');
});

it('bytes are bytes, at least one of them and no more than may be', () => {
  const taken = (value: unknown) => v.is(someBytes(2), value);
  expect([1, 2].map((length) => taken(new Uint8Array(length)))).toEqual([true, true]);
  expect([new Uint8Array(), new Uint8Array(3), 'x', [1], null].map(taken)).toEqual(Array(5).fill(false));
});

it('a file is what stands behind its first line, and none where nothing does or another line stands there', () => {
  expect(afterMagic('a v1', withMagic('a v1', text('x')))).toEqual(text('x'));
  for (const file of ['a v1\n', 'a v1', '', 'b v1\nx']) expect(afterMagic('a v1', text(file))).toBeNull();
});
