import { describe, expect, test, vi } from 'vitest';
import { equalBytes, toHex } from '../../src/bytes/hex.ts';
import type { Random } from '../../src/bytes/random.ts';
import { firstAttempt } from '../../src/ceremony/attempt.ts';
import type { Card } from '../../src/ceremony/card.ts';
import { writeDescriptor } from '../../src/ceremony/descriptor.ts';
import { joinProposal, wrapProposal } from '../../src/ceremony/envelope.ts';
import { writePacket } from '../../src/ceremony/packet.ts';
import { boxContext } from '../../src/ceremony/packets/deal.ts';
import { ceremonyKeyHash } from '../../src/ceremony/packets/proposal.ts';
import { type Plan, type PlanFacts, writePlan } from '../../src/ceremony/plan.ts';
import { type Link, type LinkFacts, readLink, succession } from '../../src/ceremony/succession.ts';
import { aggregateStatement, commitNonces, frostPublic, signStatement } from '../../src/crypto/proof-of-life.ts';
import { openBox } from '../../src/crypto/sealing.ts';
import { myCard, renewCard } from '../../src/vault/identity.ts';
import { keysetOf, planHolds } from '../../src/vault/standing.ts';
import type { Slot } from '../../src/vault/state.ts';
import { Ceremony, factsOf, type Person, people, planFacts } from '../ceremony/committee.ts';
import {
  comeBack,
  founded,
  type Machine,
  machines,
  type Stick,
  slotsOf,
  usableEpochs,
  walk,
} from '../vault/machine.ts';

/* Rows whose check only a machine with a vault can make. */

vi.setConfig({ testTimeout: 30_000 });

const names = ['alice', 'bob', 'carol'] as const;
const { of, stick: first } = founded('rows', ...names);
const { alice, bob, carol } = of;
const all = [alice, bob, carol];
const start = comeBack(all, first);
const refresh = { kind: 'refresh', members: names, threshold: 2 } as const;
const view = (machine: Machine, ceremony: string) => machine.run((ceremonies) => ceremonies.get(ceremony).view);
const epochs = (machine: Machine) => slotsOf(machine).map(({ epoch }) => epoch);

describe('row 1: nothing is destroyed before the proof of life', () => {
  test('row 1: while some have the new share and others have not, every old share is there and usable', () => {
    const stick = start();
    const ceremony = alice.propose(stick, refresh);
    const seen = new Set<string>();
    for (let round = 0; round < 3; round++) {
      for (const machine of all) {
        machine.visit(stick);
        const { phase, current } = view(machine, ceremony);
        seen.add(phase);
        expect(epochs(machine).includes(0)).toBe(current.proof === null);
        if (all.every((one) => epochs(one).includes(0))) expect(usableEpochs(all)).toContain(0);
      }
    }
    expect([...seen]).toEqual(expect.arrayContaining(['accepting', 'activating', 'complete']));
    expect(all.map(epochs)).toEqual([[1], [1], [1]]);
  });

  test('row 1: one who refuses at the end leaves everybody with the old share', () => {
    const stick = start();
    const ceremony = alice.propose(stick, refresh);
    bob.visit(stick);
    alice.visit(stick);
    carol.refuse(stick, ceremony);
    for (let round = 0; round < 2; round++) for (const machine of all) machine.visit(stick);
    expect(all.map((machine) => view(machine, ceremony).phase)).toEqual(['aborted', 'aborted', 'aborted']);
    expect(usableEpochs(all)).toContain(0);
    expect(all.map((machine) => epochs(machine).includes(0))).toEqual([true, true, true]);
  });
});

describe('row 17: one nonce, one signature', () => {
  test('row 17: nonces are gone in the step that stores what they signed, and nothing signs again', () => {
    const stick = start();
    alice.propose(stick, refresh);
    for (const machine of [bob, carol, alice]) machine.visit(stick);
    expect(all.map((machine) => machine.state.nonces.length)).toEqual([0, 1, 1]); // alice came last, and signed
    const lost = new Map(stick);
    const before = alice.copy();
    expect(alice.visit(stick).did).toEqual([]);
    expect(alice.visit(lost).did).toEqual([]);
    expect(alice.copy()).toEqual(before);
    bob.visit(stick);
    expect(bob.state.nonces).toEqual([]);
    expect(new Set(bob.state.said.map(({ slot }) => slot)).size).toBe(bob.state.said.length);
  });

  test('row 17: nonces sign for the acceptance that they came with, and for no other', () => {
    const stick = start();
    alice.propose(stick, refresh);
    for (const machine of [bob, carol]) machine.visit(stick);
    // carol's vault is made to believe that its nonces belong to another acceptance
    carol.run(({ vault }) =>
      vault.commit((state) => ({ ...state, nonces: state.nonces.map((one) => ({ ...one, acceptance: one.attempt })) })),
    );
    alice.visit(stick);
    bob.visit(stick);
    expect(carol.visit(stick)).toMatchObject({ did: [], holds: ['SHARE_MISSING'] });
  });
});

test('row 21: a plan that starts from an epoch which is over is refused, also when its proposer believes in it', () => {
  const stick = start();
  const old = alice.copy();
  alice.propose(stick, refresh);
  for (let round = 0; round < 3; round++) for (const machine of all) machine.visit(stick);
  expect(all.map(epochs)).toEqual([[1], [1], [1]]);
  alice.restore(old);
  const other: Stick = new Map();
  const stale = alice.propose(other, refresh);
  expect(bob.visit(other).holds).toContain('PLAN_STALE');
  expect(view(bob, stale).packets.every(({ identity }) => identity === toHex(alice.state.signing.public))).toBe(true);
  expect(epochs(bob)).toEqual([1]);
});

/** A plan as somebody might write it who has the cards, and a stick that brings it. */
function brought(
  facts: PlanFacts,
  by: { signing: { secret: Uint8Array; public: Uint8Array } },
): { plan: Plan; stick: Stick } {
  const plan = writePlan(facts);
  const header = { kind: 'proposal', ceremony: plan.id, attempt: plan.id, author: by.signing.public };
  const more = { at: 1, attended: true, rehearsal: true };
  const packet = writePacket(
    { ...header, ...more },
    { plan: plan.encoded, key: ceremonyKeyHash(new Uint8Array(32).fill(9)) },
    by.signing.secret,
  );
  return { plan, stick: new Map([['p', wrapProposal(plan.id, joinProposal(new Uint8Array(32).fill(9), packet))]]) };
}

/** The machine, as the harness of the core knows people. */
function person(machine: Machine, card: Card = myCard(machine.state)): Person {
  return { name: machine.name, card, signing: machine.state.signing, identity: card.identity } as Person;
}

describe('row 22: a machine finds its own identity in a plan, with its own keys, or refuses', () => {
  const { mallory, eve } = people('row 22', 'mallory', 'eve');

  test('row 22: a plan without it, or with somebody of its name, does not concern it', () => {
    start();
    const { alice: another } = people('row 22', 'alice');
    const facts = planFacts({ cast: [mallory, another], members: [mallory, another], threshold: 2 });
    const { plan, stick } = brought(facts, mallory);
    expect(plan.participants.map(({ name }) => name)).toContain('alice');
    expect(alice.visit(stick)).toMatchObject({ did: [], rejected: ['PLAN_WITHOUT_ME'] });
    expect(alice.state.ceremonies.map(({ id }) => toHex(id))).not.toContain(plan.ceremony);
  });

  test('row 22: nor does one in which its identity goes with the keys of somebody else', () => {
    start();
    const { state } = alice;
    const elsewhere = { ...state, age: { ...state.age, recipient: mallory.card.recipient } };
    const { card } = renewCard(elsewhere, 1, mallory.random); // signed by alice, long ago, on another machine
    const mine = person(alice, card);
    const { stick } = brought(planFacts({ cast: [mallory, mine], members: [mallory, mine], threshold: 2 }), mallory);
    expect(alice.visit(stick)).toMatchObject({ did: [], rejected: ['PLAN_WITHOUT_ME'] });
    const good = person(alice);
    const right = brought(planFacts({ cast: [mallory, good], members: [mallory, good], threshold: 2 }), mallory);
    expect(alice.visit(right.stick)).toMatchObject({ rejected: [], holds: [] });
    expect(alice.state.ceremonies.map(({ id }) => toHex(id))).toContain(right.plan.ceremony);
  });

  test('row 6: a plan that claims the id of a keyset which this vault holds, with other keys, is about another keyset', () => {
    start();
    const genuine = alice.state.keysets[0];
    const theirs = new Ceremony({ cast: [mallory, eve], members: [mallory, eve], threshold: 2 }).run();
    const facts = factsOf(theirs.link.proven);
    const id = genuine?.id as Uint8Array;
    const held = [mallory, eve].map((who, at) => ({
      index: at + 1,
      shares: who.shares.get(toHex(theirs.link.proven.id)) as Uint8Array[],
    }));
    const forged = signedBy(theirs.link, { ...facts, keyset: id, previous: id, epoch: 7 }, held, mallory.random);
    const mine = person(alice);
    const members = [mallory, eve, mine];
    const honest = planFacts({ cast: members, parent: theirs.link, members, threshold: 2 });
    const { plan } = brought({ ...honest, parent: forged }, mallory);
    expect(equalBytes(plan.parent?.proven.keysetId as Uint8Array, id)).toBe(true);
    // its keys are others: it is another keyset, to which alice is asked to join, and nothing of hers goes with it
    expect(keysetOf(alice.state, plan)).toBeUndefined();
    expect(planHolds(alice.state, plan)).toEqual([]);
  });

  test('row 6: nor does it follow a second committee of an epoch that it knows, though the key signed both', () => {
    const stick = start();
    alice.propose(stick, refresh);
    walk(all, stick);
    const [keyset] = carol.state.keysets;
    const link = keyset?.links.find(({ epoch }) => epoch === 1) as LinkFacts;
    const { descriptor, transcript, signatures } = link;
    const known = readLink({ descriptor, transcript, signatures });
    const signers = [alice, bob].map((machine, at) => ({
      index: at + 1,
      shares: machine.run(({ vault }) => vault.readShare(slotsOf(machine)[0] as Slot)),
    }));
    const other = signedBy(known, { ...factsOf(known.proven), ceremony: transcript }, signers, mallory.random);
    const cast = all.map((machine) => person(machine));
    for (const [parent, codes] of [
      [known, []],
      [readLink(other), ['PIN_MISMATCH']],
    ] as const) {
      const { plan } = brought(planFacts({ cast, parent, members: cast, threshold: 2 }), cast[0] as Person);
      expect(keysetOf(carol.state, plan)?.id).toEqual(keyset?.id);
      const holds = planHolds(carol.state, plan).map(({ code }) => code);
      expect(holds.filter((code) => code === 'PIN_MISMATCH')).toEqual(codes);
    }
  });
});

/** A descriptor that its keys really signed: whoever holds the shares can have any descriptor signed. */
function signedBy(
  { proven, transcript }: Link,
  facts: Parameters<typeof writeDescriptor>[0],
  signers: readonly { index: number; shares: readonly Uint8Array[] }[],
  random: Random,
): LinkFacts {
  const descriptor = writeDescriptor(facts);
  const statement = succession(descriptor, transcript);
  const signatures = proven.keys.map((key, place) => {
    const open = frostPublic(key.suite, proven.threshold, proven.members.length, key.commitments);
    const drawn = signers.map(({ index, shares }) => {
      const share = shares[place] as Uint8Array;
      return { index, share, nonces: commitNonces(key.suite, index, share, random) };
    });
    const commitments = drawn.map(({ index, nonces }) => ({ index, ...nonces.public }));
    const shares = drawn.map(({ index, share, nonces }) => ({
      index,
      share: signStatement(key.suite, open, index, share, nonces.secret, commitments, statement),
    }));
    return aggregateStatement(key.suite, open, commitments, statement, shares);
  });
  return { descriptor: descriptor.encoded, transcript, signatures };
}

describe('row 23: an aborted attempt is not kept alive', () => {
  /** Whether what the sticks carried can be opened with what this machine still has. */
  const opens = (machine: Machine, ceremony: string) =>
    machine.run((ceremonies) => {
      const { plan, view } = ceremonies.get(ceremony);
      const attempt = firstAttempt(plan);
      const index = plan.receivers.findIndex(
        ({ identity }) => identity === toHex(ceremonies.vault.state.signing.public),
      );
      return [...view.current.deals.values()].flat().some((deal) =>
        ceremonies.vault.state.prekeys.some(({ secret }) => {
          const { body } = deal.packet;
          const box = body.boxes[index] as (typeof body.boxes)[number];
          try {
            return openBox(box, secret, boxContext(plan, attempt, deal.dealer, body, index + 1)).length > 0;
          } catch {
            return false;
          }
        }),
      );
    });

  test('row 23: who accepted, and who refused, cannot open its boxes on a copied stick any more', () => {
    const stick = start();
    const ceremony = alice.propose(stick, refresh);
    const before = { bob: bob.copy() };
    bob.run((ceremonies) => expect(ceremonies.ids()).not.toContain(ceremony));
    bob.visit(stick);
    expect(opens(bob, ceremony)).toBe(false);
    carol.refuse(stick, ceremony);
    expect(opens(carol, ceremony)).toBe(false);
    // the prekey is what it takes: with that of before, bob's box opens
    const prekeys = machinesBefore(bob, before.bob);
    bob.run(({ vault }) => vault.commit((state) => ({ ...state, prekeys })));
    expect(opens(bob, ceremony)).toBe(true);
  });

  function machinesBefore(machine: Machine, disk: Map<string, Uint8Array>) {
    const now = machine.copy();
    machine.restore(disk);
    const { prekeys } = machine.state;
    machine.restore(now);
    return prekeys;
  }
});

test('row 11: a rehearsal and a real vault do not meet', () => {
  const { dora } = machines('row 11', 'dora');
  const mine = person(dora);
  const { mallory } = people('row 11', 'mallory');
  const facts = planFacts({ cast: [mallory, mine], members: [mallory, mine], threshold: 2 });
  expect(() => writePlan({ ...facts, rehearsal: false })).toThrow('cannot meet');
  const { stick } = brought(facts, mallory);
  expect(dora.visit(stick).rejected).toEqual([]);
});
