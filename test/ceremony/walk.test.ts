import { createPublicKey, verify } from 'node:crypto';
import { ed25519 } from '@noble/curves/ed25519.js';
import { schnorr } from '@noble/curves/secp256k1.js';
import { describe, expect, it } from 'vitest';
import { concatBytes, equalBytes, fromHex, toHex } from '../../src/bytes/hex.ts';
import { text } from '../../src/bytes/tagged-hash.ts';
import type { Descriptor } from '../../src/ceremony/descriptor.ts';
import { outstanding } from '../../src/ceremony/duties.ts';
import type { PlanFacts } from '../../src/ceremony/plan.ts';
import { follows, type Link, readLink, succession } from '../../src/ceremony/succession.ts';
import {
  aggregateStatement,
  commitNonces,
  frostPublic,
  signStatement,
  statementMessage,
  verifyStatement,
} from '../../src/crypto/proof-of-life.ts';
import { type SuiteName, suiteNames } from '../../src/crypto/suites.ts';
import { Ceremony, interpolated, type Person, people, type Wish } from './committee.ts';

const names = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank'] as const;

/** A verifier that knows nothing of us, for the suites that have one. */
const strangers: Partial<
  Record<SuiteName, ((key: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean)[]>
> = {
  'secp256k1-tr': [(key, message, signature) => schnorr.verify(signature, message, key.subarray(1))],
  ed25519: [
    (key, message, signature) => ed25519.verify(signature, message, key, { zip215: false }),
    (key, message, signature) => {
      const spki = concatBytes(fromHex('302a300506032b6570032100') as Uint8Array, key);
      return verify(null, message, createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' }), signature);
    },
  ],
};

/** Every key of the proven descriptor is shared as it says, and whoever does not know us finds the proof of life good. */
function holds(
  ceremony: Ceremony,
  holders: readonly Person[],
  before?: { link: Link; holders: readonly Person[] },
): void {
  const { link, view, plan } = ceremony;
  const { proven } = link;
  expect(view).toMatchObject({ phase: 'complete', faults: [], contradictions: [], waiting: [], dissent: [] });
  expect(readLink(link).proven.epoch).toBe(plan.epoch.to);
  const keep = holders.slice(-proven.threshold).map((person) => ({ person }));
  proven.keys.forEach((key, place) => {
    const publicKey = toHex(key.publicKey);
    expect(interpolated(proven, keep, place)).toBe(publicKey);
    expect(interpolated(proven, keep.slice(1), place)).not.toBe(publicKey);
    if (before !== undefined) {
      const old = before.link.proven;
      expect(key).toMatchObject({ label: old.keys[place]?.label, suite: old.keys[place]?.suite });
      expect(toHex(old.keys[place]?.publicKey as Uint8Array)).toBe(publicKey);
      // as many shares as either side needs, but one of them from the other side
      const indexOf = (of: Descriptor, person: Person) =>
        of.members.findIndex(({ identity }) => equalBytes(identity, person.signing.public));
      const fresh = keep.slice(0, -1);
      const taken = fresh.map(({ person }) => indexOf(proven, person));
      const odd = before.holders.find((person) => !taken.includes(indexOf(old, person)));
      if (odd !== undefined) {
        expect(interpolated(proven, [...fresh, { person: odd, of: old }], place)).not.toBe(publicKey);
      }
    }
    const message = statementMessage(key.suite, succession(proven, link.transcript));
    const signature = link.signatures[place] as Uint8Array;
    for (const accepts of strangers[key.suite] ?? [verifyStatement.bind(null, key.suite)]) {
      expect(accepts(key.publicKey, message, signature)).toBe(true);
      expect(accepts(key.publicKey, Uint8Array.from(message).fill(7, 0, 1), signature)).toBe(false);
    }
  });
  if (before !== undefined) expect(follows(proven, before.link.proven)).toBe(true);
}

/** The shares of these members sign anything under the key, as any FROST would have it. */
function signs(link: Link, signers: readonly Person[], place: number): boolean {
  const { proven } = link;
  const key = proven.keys[place] as Descriptor['keys'][number];
  const open = frostPublic(key.suite, proven.threshold, proven.members.length, key.commitments);
  const message = statementMessage(key.suite, text('any statement'));
  const drawn = signers.map((person) => {
    const index = proven.members.findIndex(({ identity }) => equalBytes(identity, person.signing.public)) + 1;
    const share = person.shares.get(toHex(proven.id))?.[place] as Uint8Array;
    return { index, share, nonces: commitNonces(key.suite, index, share, person.random) };
  });
  const commitments = drawn.map(({ index, nonces }) => ({ index, ...nonces.public }));
  const shares = drawn.map(({ index, share, nonces }) => ({
    index,
    share: signStatement(key.suite, open, index, share, nonces.secret, commitments, message),
  }));
  const signature = aggregateStatement(key.suite, open, commitments, message, shares);
  return verifyStatement(key.suite, key.publicKey, message, signature);
}

describe.each(suiteNames)('a committee over %s', (suite) => {
  it('makes a key that nobody has, hands it over, and any threshold of the new shares signs', () => {
    const { alice, bob, carol, dave } = people(suite, ...names);
    const cast = [alice, bob, carol, dave];
    const keys = [{ label: 'main', suite }];
    const genesis = new Ceremony({ cast, members: [alice, bob], threshold: 2, keys }).run();
    holds(genesis, [alice, bob]);
    const handed = new Ceremony({ cast, parent: genesis.link, members: [carol, dave, bob], threshold: 2 }).run();
    holds(handed, [carol, dave, bob], { link: genesis.link, holders: [alice, bob] });
    expect(signs(handed.link, [dave, bob], 0)).toBe(true);
  });
});

describe('a keyset of five keys on four curves', () => {
  it('is made, and handed on under another threshold with every key unchanged', () => {
    const { alice, bob, carol, dave, erin } = people('five keys', ...names);
    const cast = [alice, bob, carol, dave, erin];
    const keys: PlanFacts['keys'] = suiteNames.map((suite, at) => ({ label: `key-${at}`, suite }));
    const genesis = new Ceremony({ cast, members: [alice, bob], threshold: 2, keys }).run();
    holds(genesis, [alice, bob]);
    const handed = new Ceremony({ cast, parent: genesis.link, members: [bob, carol, dave, erin], threshold: 3 }).run();
    holds(handed, [bob, carol, dave, erin], { link: genesis.link, holders: [alice, bob] });
    expect(signs(handed.link, [carol, dave, erin], 0)).toBe(true);
  });
});

describe('a handing over', () => {
  const { alice, bob, carol, dave, erin, frank } = people('shapes', ...names);
  const cast = [alice, bob, carol, dave, erin, frank];
  const genesis = new Ceremony({ cast, members: [alice, bob, carol], threshold: 2 }).run();
  const before = { link: genesis.link, holders: [alice, bob, carol] };
  const hand = (wish: Omit<Wish, 'cast'>, unless: Parameters<Ceremony['run']>[0] = () => false) => {
    for (const person of cast) person.votes.length = 0; // each of these in a world of its own
    return new Ceremony({ cast, parent: genesis.link, ...wish }).run(unless);
  };

  it('to the same members under the same threshold is a refresh', () => {
    const members = [alice, bob, carol];
    holds(hand({ members, threshold: 2, facts: { kind: 'refresh' } }), members, before);
  });

  it('to more members under a higher threshold', () => {
    const members = [alice, bob, carol, dave, erin];
    const handed = hand({ members, threshold: 3 });
    holds(handed, members, before);
    expect(signs(handed.link, [carol, dave, erin], 0)).toBe(true);
  });

  it('to a disjoint committee, whose old one closes too', () => {
    const members = [dave, erin, frank];
    const handed = hand({ members, threshold: 2, dealers: [3, 1] });
    holds(handed, members, before);
    expect([...handed.view.current.closings.keys()].sort()).toEqual(cast.map(({ identity }) => identity).sort());
  });

  it('in which one leaves and never comes back is complete, and the leaver is outstanding', () => {
    const members = [carol, bob];
    const handed = hand({ members, threshold: 2 }, (name, duty) => name === 'alice' && duty === 'close');
    holds(handed, members, before);
    expect(outstanding(handed.view)).toEqual(['alice']);
  });

  it('under a lower threshold says so in its plan, and goes on from there', () => {
    const higher = hand({ members: [alice, bob, carol, dave], threshold: 3 });
    const lower = new Ceremony({ cast, parent: higher.link, members: [bob, carol, dave], threshold: 2 });
    expect(lower.plan.weak).toEqual(['lower-threshold']);
    holds(lower.run(), [bob, carol, dave], { link: higher.link, holders: [alice, bob, carol, dave] });
    expect(lower.link.proven.epoch).toBe(2);
  });
});

describe('approvals', () => {
  const { alice, bob, carol, dave, erin } = people('approvals', ...names);
  const cast = [alice, bob, carol, dave, erin];
  const members = [alice, bob];

  it('of an approver who is no member are waited for before anyone deals', () => {
    const ceremony = new Ceremony({ cast, members, threshold: 2, approvers: [dave] });
    ceremony.run((name) => name === 'dave');
    expect(ceremony.view).toMatchObject({ phase: 'proposed', approved: false });
    expect(ceremony.packets).toHaveLength(1);
    holds(ceremony.run(), members);
  });

  it('are enough with k of n, whichever they are', () => {
    const ceremony = new Ceremony({ cast, members, threshold: 2, approvers: [carol, dave, erin], approvals: 2 });
    ceremony.run((name) => name === 'carol' || name === 'erin');
    expect(ceremony.view.approved).toBe(false);
    holds(
      ceremony.run((name) => name === 'carol'),
      members,
    );
    expect(ceremony.packets.filter(({ kind }) => kind === 'approval')).toHaveLength(2);
  });

  it('that the policy of the genesis asks for are asked for in every ceremony after it', () => {
    const genesis = new Ceremony({ cast, members, threshold: 2, approvers: [dave, erin], approvals: 1 }).run();
    expect(genesis.link.proven.policy.approvers.map(toHex)).toEqual([dave.identity, erin.identity]);
    const next = { cast, parent: genesis.link, members: [bob, carol], threshold: 2 };
    // carol is asked beside the policy's own, and her approval alone is not enough
    const handed = new Ceremony({ ...next, approvers: [carol], approvals: 1 });
    handed.run((name) => name === 'dave' || name === 'erin');
    expect(handed.view).toMatchObject({ phase: 'proposed', approved: false });
    holds(
      handed.run((name) => name === 'dave'),
      [bob, carol],
      { link: genesis.link, holders: members },
    );
    expect(handed.link.proven.policy).toEqual(genesis.link.proven.policy);
  });
});
