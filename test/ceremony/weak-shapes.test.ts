import { expect, it } from 'vitest';
import { weakShapes } from '../../src/ceremony/weak-shapes.ts';

it('row 20: each way in which a committee is weak is found, in one order, and no other', () => {
  const shape = { threshold: 3, new: Array(5).fill({}), old: [{ card: 0 }], parent: null, belowQuorum: null };
  const found = (change: object) => weakShapes({ ...shape, ...change } as never);
  const parent = (threshold: number) => ({ parent: { proven: { threshold } } });
  expect(found({})).toEqual([]);
  expect(found({ threshold: 5 })).toEqual(['all-must-sign']);
  expect(found({ threshold: 2 })).toEqual(['minority-signs']);
  expect(found({ threshold: 2, new: Array(4).fill({}) })).toEqual(['minority-signs']);
  expect(found(parent(4))).toEqual(['lower-threshold']);
  expect([found(parent(3)), found(parent(2))]).toEqual([[], []]);
  expect(found({ old: Array(3).fill({ card: null }) })).toEqual(['few-spares']);
  expect(found({ old: Array(2).fill({ card: null }) })).toEqual([]);
  expect(found({ belowQuorum: 'so' })).toEqual(['below-quorum']);
  const all = { threshold: 2, new: Array(2).fill({}), ...parent(3), belowQuorum: 'so', old: [{ card: null }] };
  expect(found(all)).toEqual(['all-must-sign', 'lower-threshold', 'few-spares', 'below-quorum']);
  expect(found({ new: [] })).toEqual([]);
});
