import { describe, expect, it, vi } from 'vitest';
import { equalBytes } from '../../src/bytes/hex.ts';
import { myCard, withCard } from '../../src/vault/identity.ts';
import { perform } from '../../src/vault/perform.ts';
import { refuse } from '../../src/vault/refuse.ts';
import { consentHolds } from '../../src/vault/standing.ts';
import { comeBack, founded, type Machine, type Stick, takeIn, walk } from './machine.ts';

/* Row 23, the other way round: an answer to one plan never spends the prekey that was promised to another one. */

vi.setConfig({ testTimeout: 60_000 });

const { of, stick: first } = founded('elsewhere', 'alice', 'bob', 'carol', 'dave');
const { alice, bob, carol, dave } = of;
// dave has the card that alice has, so both would name the same prekey of bob
const card = myCard(bob.state);
dave.run(({ vault }) => vault.commit((state) => withCard(state, card).state));
const start = comeBack([alice, bob, carol, dave], first);
const ristretto = [{ label: 'main', suite: 'ristretto255' as const }];

/** Bob has promised a prekey to the refresh; dave, who knows nothing of that, names the same one in a plan of its own. */
function twice(): { stick: Stick; wanted: string; other: string; named: Uint8Array } {
  const stick = start();
  const dealers = ['alice', 'carol'];
  const wanted = alice.propose(stick, { kind: 'refresh', members: ['alice', 'bob', 'carol'], threshold: 2, dealers });
  bob.visit(stick); // consents; nobody can accept before carol has dealt
  const other = dave.propose(stick, { kind: 'genesis', members: ['dave', 'bob'], threshold: 2, keys: ristretto });
  const named = bob.run(
    (ceremonies) => ceremonies.get(wanted).plan.receivers.find(({ name }) => name === 'bob')?.prekey as Uint8Array,
  );
  expect(bob.visit(stick).holds).toContain('PREKEY_TAKEN');
  return { stick, wanted, other, named };
}

const has = (machine: Machine, named: Uint8Array) => machine.state.prekeys.some((own) => equalBytes(own.public, named));

function ends(stick: Stick, wanted: string): void {
  walk([alice, bob, carol], stick);
  expect(bob.run((ceremonies) => ceremonies.get(wanted).view.phase)).toBe('complete');
}

describe('a prekey that is promised to one plan', () => {
  it('stays where the proposer of another plan that names it withdraws that plan', () => {
    const { stick, wanted, other, named } = twice();
    dave.lie(stick, other, 'refusal', { as: 'proposer', reason: 'no more' });
    expect(bob.visit(stick).did).toContain('refuse');
    expect(has(bob, named)).toBe(true);
    ends(stick, wanted);
  });

  it('can still be promised where a plan that nobody consented to names it first, and is withdrawn', () => {
    const stick = start();
    const other = dave.propose(stick, { kind: 'genesis', members: ['dave', 'bob'], threshold: 2, keys: ristretto });
    dave.lie(stick, other, 'refusal', { as: 'proposer', reason: 'no more' });
    bob.run((ceremonies) => {
      takeIn(ceremonies, stick);
      // what `next` does: nobody is asked to consent to what is withdrawn
      expect(perform(ceremonies, other, { now: 1, tool: { version: 'test', digest: null } }).did).toEqual(['refuse']);
    });
    const wanted = alice.propose(stick, { kind: 'refresh', members: ['alice', 'bob', 'carol'], threshold: 2 });
    bob.run((ceremonies) => {
      takeIn(ceremonies, stick);
      expect(consentHolds(ceremonies, ceremonies.get(wanted).plan)).toEqual([]);
    });
  });

  it('stays where its operator refuses another plan that names it', () => {
    const { stick, wanted, other, named } = twice();
    bob.command(stick, other, (ceremonies, held, moment) => {
      refuse(ceremonies, held, moment, 'not mine');
    });
    expect(has(bob, named)).toBe(true);
    ends(stick, wanted);
  });
});
