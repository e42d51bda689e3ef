import { expect, it } from 'vitest';
import { standingOf } from '../../src/ceremony/plan-file.ts';
import { Ceremony, people } from './committee.ts';

const { alice, bob, carol, dave } = people('plan file', 'alice', 'bob', 'carol', 'dave');
const cast = [alice, bob, carol, dave];
const keys = [
  { label: 'main', suite: 'ristretto255' as const },
  { label: 'cold', suite: 'ed25519' as const },
];
const genesis = new Ceremony({ cast, members: [alice, bob, carol], threshold: 2, keys, approvers: [dave] });

it('a plan as a file says who proposed it, and how things stood: nobody held anything before a genesis', () => {
  expect(standingOf(genesis.plan)).toEqual({ by: 'alice', holders: null });
  const { link } = genesis.run();
  const { plan } = new Ceremony({
    cast,
    parent: link,
    members: [alice, bob, dave],
    threshold: 3,
    dealers: [1, 2],
    approvers: [dave, bob],
    proposer: bob,
    facts: { weak: ['all-must-sign'] },
  });
  const holders = {
    members: ['alice', 'bob', 'carol'],
    threshold: 2,
    keys: ['main:ristretto255', 'cold:ed25519'],
    approvers: ['dave'],
    approvals: 1,
  };
  expect(standingOf(plan)).toEqual({ by: 'bob', holders });
  // by the names of today, or by that of the descriptor where a place is lost
  const renamed = plan.holders.map((holder, at) => (at === 2 ? null : { ...holder, name: `${holder?.name}-2` }));
  expect(standingOf({ ...plan, holders: renamed as never }).holders?.members).toEqual(['alice-2', 'bob-2', 'carol']);
});
