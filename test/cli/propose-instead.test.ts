import { beforeAll, describe, expect, test } from 'vitest';
import { type Proposed, World } from './world.ts';

const members = ['alice', 'bob', 'carol'];
const world = new World('instead of');
const words = ['refresh', '--keyset', 'treasury', '--dealers', 'alice,bob'];
let first: Proposed;
let second: Proposed;
let said: string;

beforeAll(async () => {
  await world.arrive(...members);
  await world.makeKeyset('treasury', members, 2, ['main:ristretto255']);
  first = await world.propose('alice', ...words);
  await world.visit('alice', first.phrase); // deals, which endorses it
  const alice = world.machine('alice');
  said = (await alice.tell('propose', ...words, '--instead-of', first.ceremony, '--stick', world.stick)).stdout;
  const { ceremonies } = (await alice.ok('status')).json;
  const other = ({ kind, ceremony }: Proposed & { kind: string }) => kind === 'refresh' && ceremony !== first.ceremony;
  second = ceremonies.find(other);
}, 60_000);

describe('a plan in the place of one that its proposer endorsed', () => {
  test('is said to have no help of this machine before that one is ended, and how, before it is signed', () => {
    const text = said.replace(/\s+/g, ' ');
    const id = first.ceremony.slice(0, 16);
    expect(text).toContain(`this machine endorsed ceremony ${id} over the same epoch, and that is not over`);
    expect(text).toMatch(new RegExp(`ended, at alice or bob or carol: conclave next .* --refuse --ceremony ${id}`));
    expect(text.indexOf('this machine endorsed')).toBeLessThan(text.indexOf('the phrase of ceremony'));
  });

  test('takes the questions of the other with it: no machine asks to consent to what its proposer replaced', async () => {
    const bob = world.machine('bob');
    const { json, stderr } = await bob.run('next', '--stick', world.stick);
    expect(json.holds.map(({ ceremony }: { ceremony: string }) => ceremony)).toEqual([second.ceremony]);
    expect(stderr).toContain(`${first.ceremony.slice(0, 16)} asks nothing here`);
    const status = (await bob.ok('status')).json.ceremonies;
    const of = ({ ceremony }: Proposed) => status.find((one: Proposed) => one.ceremony === ceremony).here;
    expect(of(first)).toMatchObject({ kind: 'nothing', says: expect.stringContaining('is in its place') });
    expect(of(second)).toMatchObject({ kind: 'do', says: expect.stringContaining('has not consented') });
  });
});
