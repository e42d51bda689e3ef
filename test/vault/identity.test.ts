import { describe, expect, test } from 'vitest';
import { writeCard } from '../../src/ceremony/card.ts';
import { firstState, mostCards, rosterOf, withCard } from '../../src/vault/identity.ts';
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
