import { describe, expect, test } from 'vitest';
import { writeCard } from '../../src/ceremony/card.ts';
import { firstState, mostCards, renewCard, rosterOf, withCard } from '../../src/vault/identity.ts';
import { decodeState, encodeState } from '../../src/vault/state.ts';
import { drawn } from '../crypto/drawn.ts';
import { alice, bob, mallory, now, renewed } from '../vectors/cast.ts';

/** A machine whose roster has these cards. */
function knowing(...people: (typeof alice)[]) {
  const age = { identity: bob.age.identity, recipient: bob.age.recipient };
  const own = firstState({ name: 'own', rehearsal: false, age, at: now }, drawn('own'));
  return people.reduce((state, { card }) => withCard(state, card).state, own);
}

const names = (state: ReturnType<typeof knowing>) => rosterOf(state).map(({ name }) => name);

describe('the roster', () => {
  test('takes a newer card of an identity, and never an older one', () => {
    const { state, outcome } = withCard(knowing(alice), renewed(alice));
    expect(outcome).toBe('renewed');
    expect(rosterOf(state).map(({ serial }) => serial)).toEqual([2]);
    expect(withCard(state, alice.card).outcome).toBe('known');
  });

  test('takes neither of two cards with one number for the other', () => {
    const state = knowing(alice);
    const second = writeCard({ ...alice.facts, at: now + 1 }, alice.signing.secret);
    expect(withCard(state, second)).toEqual({ state, outcome: 'number-taken' });
    expect(withCard(state, second, true).outcome).toBe('number-taken');
  });

  test('goes past a number of its own that another copy of the vault has used', () => {
    const own = knowing();
    const copied = renewCard(renewCard(own, now, drawn('copy')).state, now, drawn('copy')).card;
    const { state, outcome } = withCard(own, copied);
    expect([outcome, state.roster]).toEqual(['own-elsewhere', []]);
    expect(renewCard(state, now, drawn('next')).card.serial).toBe(copied.serial + 1);
    const { state: renewed, card } = renewCard(own, now, drawn('next'));
    expect(withCard(renewed, card).outcome).toBe('own');
    expect(withCard(renewed, renewCard(own, now, drawn('other')).card).outcome).toBe('own-elsewhere');
  });

  test('does not let who is on it renew its card under the name of somebody else', () => {
    const state = knowing(mallory, alice);
    for (const name of ['alice', 'ALICE', 'own']) {
      expect(withCard(state, renewed(mallory, { name })).outcome).toBe('name-taken');
    }
    expect(names(withCard(state, renewed(mallory, { name: 'alice' })).state)).toEqual(['mallory', 'alice']);
    expect(withCard(state, renewed(mallory, { name: 'malory' })).outcome).toBe('renewed');
  });

  test('puts one identity in the place of another of its name only where that was said', () => {
    const state = knowing(alice);
    const other = writeCard({ ...mallory.facts, name: 'alice' }, mallory.signing.secret);
    expect(withCard(state, other).outcome).toBe('name-taken');
    const replaced = withCard(state, other, true);
    expect(replaced.outcome).toBe('added');
    expect(rosterOf(replaced.state).map(({ identity }) => identity)).toEqual([mallory.card.identity]);
  });

  test('that is full takes nobody new, and still renews', () => {
    const state = { ...knowing(alice), roster: Array<Uint8Array>(mostCards).fill(alice.card.file) };
    expect(withCard(state, mallory.card).outcome).toBe('full');
    expect(withCard(state, renewed(alice)).outcome).toBe('renewed');
    expect(decodeState(encodeState(state)).roster).toHaveLength(mostCards);
    const over = { ...state, roster: [...state.roster, mallory.card.file] };
    expect(() => decodeState(encodeState(over))).toThrow();
  });

  test('keeps rehearsals and real machines apart', () => {
    expect(withCard(knowing(), alice.rehearsalCard).outcome).toBe('other-world');
  });
});
