import { describe, expect, it } from 'vitest';
import { type Descriptor, indexOf, writeDescriptor } from '../../src/ceremony/descriptor.ts';
import { follows, readLink } from '../../src/ceremony/succession.ts';
import { assemble } from '../../src/ceremony/transcript.ts';
import { flipped } from '../crypto/drawn.ts';
import { Ceremony, factsOf, type Person, people, ristretto } from './committee.ts';

/* Which committee follows which, and of what deals it is made. */

const cast = Object.values(people('succession', 'alice', 'bob', 'carol'));
const [alice, bob, carol] = cast as [Person, Person, Person];
const keys = [...ristretto, { label: 'cold', suite: 'secp256k1' as const }];
const zero = new Ceremony({ cast, members: [alice, bob], threshold: 2, keys }).run();
const one = new Ceremony({ cast, members: [alice, bob, carol], threshold: 2, parent: zero.link }).run();
const [before, after] = [zero.link.proven, one.link.proven];

describe('a committee follows another', () => {
  it('one epoch later, under the same keys in the same order, and names it', () => {
    expect(follows(after, before)).toBe(true);
    const [main, cold] = after.keys as [Descriptor['keys'][0], Descriptor['keys'][0]];
    const others: Partial<Descriptor>[] = [
      { epoch: 2 },
      { epoch: 0 },
      { previous: null },
      { previous: after.id },
      { keysetId: after.id },
      { keys: [main] },
      { keys: [main, cold, cold] },
      { keys: [cold, main] },
      { keys: [main, { ...cold, label: 'warm' }] },
      { keys: [main, { ...cold, suite: 'p256' }] },
      { keys: [main, { ...cold, publicKey: flipped(cold.publicKey) }] },
      { keys: [{ ...main, label: 'other' }, cold] },
    ];
    for (const other of others) expect(follows({ ...after, ...other }, before)).toBe(false);
    expect(follows(after, { ...before, keys: before.keys.slice(1) })).toBe(false);
    expect(follows(after, { ...before, keys: [...before.keys, cold] })).toBe(false);
    expect(follows({ ...before, epoch: 1 }, before)).toBe(false);
  });

  it('by a link that every key of it has signed', () => {
    const { descriptor, transcript, signatures } = one.link;
    const read = (more: object) => () => readLink({ descriptor, transcript, signatures, ...more });
    expect(read({})().proven.id).toEqual(after.id);
    for (const place of [0, 1]) {
      const wrong = signatures.map((signature, at) => (at === place ? flipped(signature, 40) : signature));
      expect(read({ signatures: wrong })).toThrow(
        `the key ${keys[place]?.label} did not sign the descriptor of epoch 1`,
      );
    }
    for (const some of [signatures.slice(1), [...signatures, ...signatures]])
      expect(read({ signatures: some })).toThrow('one signature for each key');
    expect(read({ transcript: flipped(transcript) })).toThrow('did not sign');
  });
});

describe('a descriptor is refused', () => {
  const facts = factsOf(after);
  const [main, cold] = facts.keys as [Descriptor['keys'][0], Descriptor['keys'][0]];
  const [first, ...others] = facts.members as [Descriptor['members'][0], ...Descriptor['members']];
  const [x, y] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];

  it.each<[string, object]>([
    ['only epoch 0 has no keyset id', { keyset: null }],
    ['only epoch 0 has no keyset id', { epoch: 0 }],
    ['only epoch 0 has no previous descriptor', { previous: null }],
    ['only epoch 0 has no previous descriptor', { epoch: 0, keyset: null }],
    ['the threshold is above the number of members', { threshold: 4 }],
    ['an identity repeats', { members: [first, { ...first, name: 'zoe' }, ...others] }],
    ['a name repeats', { members: [first, ...others, { name: 'Alice', identity: x }] }],
    ['a label repeats', { keys: [main, { ...cold, label: 'Main' }] }],
    ['the policy asks for more approvals than approvers', { policy: { approvers: [x], approvals: 2 } }],
    ['the policy names an approver twice', { policy: { approvers: [x, x], approvals: 1 } }],
    ['cold: the constant is not the key', { keys: [main, { ...cold, publicKey: cold.commitments[1] }] }],
  ])('where %s', (why, change) => {
    expect(() => writeDescriptor({ ...facts, ...change })).toThrow(`descriptor: ${why}`);
  });

  it('where a key has more or fewer commitments than the threshold, but not as it is', () => {
    expect(writeDescriptor(facts).id).toEqual(after.id);
    expect(writeDescriptor({ ...facts, policy: { approvers: [x, y], approvals: 2 } }).policy.approvals).toBe(2);
    for (const threshold of [3]) expect(() => writeDescriptor({ ...facts, threshold })).toThrow();
    const short = { ...cold, commitments: cold.commitments.slice(0, 1) };
    expect(() => writeDescriptor({ ...facts, keys: [main, short] })).toThrow();
  });

  it('and tells at which index somebody stands', () => {
    const at = (who: Person) => indexOf(after, who.identity);
    expect([at(alice), at(bob), at(carol), indexOf(before, carol.identity)]).toEqual([1, 2, 3, null]);
  });
});

describe('a transcript', () => {
  it('holds the deals of exactly the dealers of the attempt, each at its index', () => {
    const { plan, view } = one;
    const { attempt, transcript } = view.current;
    const deals = transcript?.deals ?? [];
    const [first, second] = deals as [(typeof deals)[0], (typeof deals)[0]];
    expect(assemble(plan, attempt, deals).hash).toEqual(transcript?.hash);
    const moved = { ...second, dealer: { ...second.dealer, index: 3 } };
    const foreign = { ...second, dealer: { ...first.dealer, index: second.dealer.index } };
    for (const wrong of [
      [],
      [first],
      [second, first],
      [first, first],
      [first, moved],
      [first, foreign],
      [...deals, second],
    ])
      expect(() => assemble(plan, attempt, wrong)).toThrow('a transcript holds the deals of exactly the named dealers');
  });

  it('comes to nothing where another key would come of it', () => {
    const { plan, view } = one;
    const [first, second] = view.current.transcript?.deals ?? [];
    const points = first?.points.map((list, place) => (place === 1 ? [list[1], list[0]] : list));
    const changed = [{ ...first, points }, second] as never;
    expect(() => assemble(plan, view.current.attempt, changed)).toThrow('the deals would change the key cold');
  });
});
