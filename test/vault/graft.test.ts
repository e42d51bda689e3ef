import { expect, test } from 'vitest';
import { toHex } from '../../src/bytes/hex.ts';
import { writeDescriptor } from '../../src/ceremony/descriptor.ts';
import { ceremonyOf, joinProposal, nameOf, openPacket, sealPacket, wrapProposal } from '../../src/ceremony/envelope.ts';
import type { PlanFacts } from '../../src/ceremony/plan.ts';
import { readLink, succession } from '../../src/ceremony/succession.ts';
import { commit } from '../../src/crypto/commitments.ts';
import { evaluate, randomPolynomial } from '../../src/crypto/polynomial.ts';
import {
  aggregateStatement,
  commitNonces,
  frostPublic,
  signStatement,
  statementMessage,
} from '../../src/crypto/proof-of-life.ts';
import { suite } from '../../src/crypto/suites.ts';
import { myCard } from '../../src/vault/identity.ts';
import { Ceremony, Person } from '../ceremony/committee.ts';
import { drawn } from '../crypto/drawn.ts';
import { type Machine, machines, ristretto, type Stick, slotsOf, walk } from './machine.ts';

/*
 * A stranger makes a key of its own, and writes for it a committee that claims the id of carol's keyset at a later epoch.
 * It asks carol to join that, and then lets its own ceremonies go on, to their closings.
 */

const key = new Uint8Array(32).fill(9); // the ceremony key of the harness
const random = drawn('graft');

/** Lays a ceremony of the harness on a stick, has the machine visit it, and takes back what it said. */
function visit(ceremony: Ceremony, machine: Machine): void {
  const stick: Stick = new Map();
  const lay = (file: Uint8Array) => stick.set(nameOf(file), file);
  lay(wrapProposal(ceremony.plan.id, joinProposal(key, ceremony.proposal.bytes)));
  for (const { kind, bytes } of ceremony.packets)
    if (kind !== 'proposal') lay(sealPacket(ceremony.plan.id, key, bytes, random));
  machine.visit(stick);
  for (const file of stick.values()) {
    if (ceremonyOf(file) === ceremony.plan.ceremony) ceremony.bring(openPacket(ceremony.plan.id, key, file));
  }
}

/** A committee that m1 and m2 made up, signed by a key of theirs, which says that it is epoch 7 of this keyset. */
function claiming(keyset: Uint8Array, [m1, m2]: readonly [Person, Person]) {
  const { group } = suite('ristretto255');
  const polynomial = randomPolynomial(group, group.randomScalar(random), 2, random);
  const commitments = commit(group, polynomial).map((point) => group.encodePoint(point));
  const descriptor = writeDescriptor({
    keyset,
    epoch: 7,
    previous: random(32),
    ceremony: random(32),
    attempt: random(32),
    threshold: 2,
    members: [m1, m2].map(({ name, signing }) => ({ name, identity: signing.public })),
    policy: { approvers: [], approvals: 0 },
    keys: [
      { label: 'main', suite: 'ristretto255', publicKey: commitments[0] as Uint8Array, chainCode: null, commitments },
    ],
    rehearsal: true,
  });
  const shares = [1, 2].map((index) => group.encodeScalar(evaluate(group, polynomial, index)));
  for (const [at, who] of [m1, m2].entries()) who.shares.set(toHex(descriptor.id), [shares[at] as Uint8Array]);
  const pub = frostPublic('ristretto255', 2, 2, commitments);
  const nonces = shares.map((share, at) => commitNonces('ristretto255', at + 1, share, random));
  const list = nonces.map((nonce, at) => ({ index: at + 1, ...nonce.public }));
  const transcript = random(32);
  const message = statementMessage('ristretto255', succession(descriptor, transcript));
  const signed = shares.map((share, at) => ({
    index: at + 1,
    share: signStatement('ristretto255', pub, at + 1, share, nonces[at]?.secret as Uint8Array, list, message),
  }));
  return readLink({
    descriptor: descriptor.encoded,
    transcript,
    signatures: [aggregateStatement('ristretto255', pub, list, message, signed)],
  });
}

test('a stranger who claims the id of a keyset cannot retire or destroy a share of it', () => {
  const { alice, bob, carol } = machines('graft', 'alice', 'bob', 'carol');
  const stick: Stick = new Map();
  alice.propose(stick, { kind: 'genesis', members: ['alice', 'bob', 'carol'], threshold: 2, keys: ristretto });
  carol.visit(stick);
  bob.visit(stick); // accepts: the id of the keyset is known to bob, and carol has nothing of it yet
  const id = bob.state.keysets[0]?.id as Uint8Array;

  const [m1, m2, m3] = [new Person('m1'), new Person('m2'), new Person('m3')];
  const invited = (): Person => {
    const { signing } = carol.state;
    const facts = { name: 'carol', signing, identity: toHex(signing.public), card: myCard(carol.state) };
    const empty = { prekeys: new Map(), shares: new Map(), nonces: new Map(), votes: [] };
    return Object.assign(Object.create(Person.prototype) as Person, facts, empty);
  };
  const guest = invited();
  const joined = [m1, m2, guest].map((who, card) => ({
    card,
    prekey: who.card.prekeys[who === guest ? 2 : 0] as Uint8Array,
  }));
  const other = { cast: [m1, m2, guest], members: [m1, m2, guest], threshold: 2, parent: claiming(id, [m1, m2]) };
  const first = new Ceremony({ ...other, facts: { keyset: 'other', new: joined } as Partial<PlanFacts> });
  const others = (name: string): boolean => name === 'carol';
  first.run(others);
  visit(first, carol); // she is asked to join another keyset, and does
  walk([alice, bob, carol], stick); // and her own genesis ends
  first.run(others);
  visit(first, carol);
  first.run(others);
  visit(first, carol);
  const gone = {
    cast: [m1, m2, m3, invited()],
    members: [m1, m2, m3],
    threshold: 2,
    parent: first.link,
    dealers: [1, 2],
  };
  const second = new Ceremony({ ...gone, facts: { keyset: 'other' } as Partial<PlanFacts> });
  second.run(others);
  visit(second, carol); // she leaves it again, and closes

  const mine = carol.state.keysets.filter((keyset) => toHex(keyset.id) === toHex(id) && keyset.links[0]?.epoch === 0);
  expect(mine).toHaveLength(1);
  expect(mine[0]?.slots.map(({ epoch, state }) => [epoch, state])).toEqual([[0, 'active']]);
  expect(carol.state.log.filter(({ epoch, event }) => epoch === 0 && event.includes('deleted'))).toEqual([]);
  expect(slotsOf(alice).map(({ epoch, state }) => [epoch, state])).toEqual([[0, 'active']]);
});
