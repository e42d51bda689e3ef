import { describe, expect, test } from 'vitest';
import { type Committee, type Happening, type Shape, successionPicture } from '../../src/report/verifier/picture.ts';

const committee = (epoch: number, names: string, threshold = 2): Committee => ({
  id: `id ${epoch}`,
  previous: epoch === 0 ? null : `id ${epoch - 1}`,
  epoch,
  threshold,
  members: names.split(' ').map((name) => ({ name, identity: name })),
  ceremony: `ceremony ${epoch}`,
});
const failed: Happening = {
  ceremony: 'abcdef0123456789',
  attempt: null,
  kind: 'reshare',
  from: 0,
  end: 'given up by carol',
  good: false,
  faults: ['bob'],
};

function all(shapes: readonly (Shape | string)[]): Shape[] {
  return shapes.flatMap((one) => (typeof one === 'string' ? [] : [one, ...all(one.inside)]));
}
const words = (shapes: readonly Shape[]): string[] =>
  all(shapes)
    .filter(({ tag }) => tag === 'text')
    .map(({ inside }) => String(inside[0]));
const titles = (shapes: readonly Shape[]): string[] =>
  all(shapes)
    .filter(({ tag }) => tag === 'path')
    .flatMap(({ inside }) => all(inside).map((title) => String(title.inside[0])));

describe('the picture of a succession', () => {
  test('has a line for who stays, an end for who leaves, a beginning for who joins', () => {
    const drawn = successionPicture([committee(0, 'alice bob carol'), committee(1, 'bob dave alice')], [], 900);
    expect(titles(drawn)).toEqual(['alice stays', 'bob stays', 'carol leaves', 'dave joins']);
    expect(words(drawn)).toEqual(expect.arrayContaining(['epoch 0', '2 of 3 sign', 'epoch 1', 'handover']));
  });

  test('knows people by their identity: a new machine of the same name is somebody who joins', () => {
    const after = committee(1, 'alice bob');
    const renewed = { ...after, members: [{ name: 'alice', identity: 'another' }, after.members[1] as never] };
    const drawn = successionPicture([committee(0, 'alice bob'), renewed], [], 900);
    expect(titles(drawn)).toEqual(['alice leaves', 'bob stays', 'alice joins']);
  });

  test('shows what was tried in vain below the committee from which it was tried, and who is at fault', () => {
    const drawn = successionPicture([committee(0, 'alice bob'), committee(1, 'alice bob')], [failed], 900);
    expect(words(drawn)).toEqual(expect.arrayContaining(['reshare abcdef01', 'given up by carol', 'at fault: bob']));
    const [head, first] = [words(drawn).indexOf('epoch 1'), words(drawn).indexOf('at fault: bob')];
    expect(first).toBeLessThan(head);
  });

  test('shows the attempts that were given up in a ceremony that was proven after all', () => {
    const made = { ...failed, ceremony: 'ceremony 1', end: 'complete', good: true, faults: [] };
    const attempt = { ...failed, ceremony: 'ceremony 1', attempt: 0 };
    const drawn = successionPicture([committee(0, 'alice bob'), committee(1, 'alice bob')], [made, attempt], 900);
    expect(words(drawn)).toEqual(expect.arrayContaining(['attempt 1 of ceremony', 'given up by carol']));
    expect(words(drawn)).not.toContain('complete');
  });

  test('of a key that was never made shows the attempt', () => {
    const drawn = successionPicture([], [{ ...failed, kind: 'genesis', from: null }], 900);
    expect(words(drawn)).toEqual(expect.arrayContaining(['before the first epoch', 'genesis abcdef01']));
    expect(successionPicture([], [], 900)).toEqual([]);
  });

  test('counts what does not fit below one committee', () => {
    const many = Array.from({ length: 5000 }, (_, at) => ({ ...failed, ceremony: `${at}abcdefgh` }));
    const drawn = successionPicture([committee(0, 'alice bob')], many, 900);
    expect(words(drawn)).toContain('and 4988 more');
    expect(all(drawn).length).toBeLessThan(100);
  });

  test('goes on in a new line where there is no room, from the committee with which the last one ended', () => {
    const chain = Array.from({ length: 7 }, (_, epoch) => committee(epoch, 'alice bob'));
    const drawn = successionPicture(chain, [], 900);
    expect(drawn).toHaveLength(3);
    expect(words(drawn).filter((word) => word.endsWith('(again)'))).toEqual(['epoch 2 (again)', 'epoch 4 (again)']);
    expect(titles(drawn)).toHaveLength(2 * 6);
    expect(successionPicture(chain, [], 300)).toHaveLength(6);
  });

  test('draws no way between a committee and one that does not follow it', () => {
    const gap = successionPicture([committee(0, 'alice bob'), committee(3, 'alice bob')], [], 900);
    expect(titles(gap)).toEqual([]);
    expect(words(gap)).toContain('2 in between');
    const fork = { ...committee(1, 'alice carol'), id: 'another', ceremony: 'another' };
    const forked = successionPicture([committee(0, 'alice bob'), committee(1, 'alice bob'), fork], [], 900);
    expect(words(forked)).toContain('A FORK');
    expect(titles(forked)).toHaveLength(2);
  });
});
