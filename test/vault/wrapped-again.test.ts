import { expect, test } from 'vitest';
import {
  ceremonyOf,
  joinProposal,
  nameOf,
  splitProposal,
  unwrapProposal,
  wrapProposal,
} from '../../src/ceremony/envelope.ts';
import { machines, ristretto, type Stick, walk } from './machine.ts';

test('a proposal that a participant wraps again with another ceremony key splits nobody off', () => {
  const { alice, bob } = machines('wrapped again', 'alice', 'bob');
  const stick: Stick = new Map();
  alice.propose(stick, { kind: 'genesis', members: ['alice', 'bob'], threshold: 2, keys: ristretto });
  const file = [...stick.values()].find((one) => ceremonyOf(one) === null && unwrapProposal(one) !== null);
  const wrapped = unwrapProposal(file as Uint8Array) as { ceremony: string; ageFile: Uint8Array };
  const { packet } = splitProposal(wrapped.ageFile); // the harness has nothing sealed

  // what its proposer signed, byte for byte, and a key under which nobody else's packets open
  const other = wrapProposal(
    alice.state.ceremonies[0]?.id as Uint8Array,
    joinProposal(new Uint8Array(32).fill(7), packet),
  );
  const bad: Stick = new Map([[nameOf(other), other]]);
  expect(bob.visit(bad).rejected).toContain('PACKET_FOREIGN');
  expect(bob.state.ceremonies).toEqual([]);
  walk([alice, bob], stick);
  expect([alice, bob].map(({ state }) => state.keysets[0]?.slots.map(({ state: now }) => now))).toEqual([
    ['active'],
    ['active'],
  ]);
});
