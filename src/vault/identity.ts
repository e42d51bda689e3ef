import { equalBytes, toHex } from '../bytes/hex.ts';
import type { Random } from '../bytes/random.ts';
import { fileHash } from '../bytes/tagged-hash.ts';
import { type Card, readCard, writeCard } from '../ceremony/card.ts';
import type { Plan } from '../ceremony/plan.ts';
import { generatePrekey } from '../crypto/sealing.ts';
import { generateSigningKey } from '../crypto/signature.ts';
import { Problem } from '../problem.ts';
import type { VaultState } from './state.ts';

/** How many unused prekeys a card offers: one per ceremony or attempt until the next renewal is seen by others. */
const stock = 4;

export interface NewIdentity {
  readonly name: string;
  readonly rehearsal: boolean;
  /** Made by the age library, which draws its own randomness. */
  readonly age: { readonly identity: string; readonly recipient: string };
  readonly at: number;
}

/** The first state of a vault: an identity, its card, and nothing else. */
export function firstState({ name, rehearsal, age, at }: NewIdentity, random: Random): VaultState {
  const signing = generateSigningKey(random);
  const empty: VaultState = {
    v: 1,
    rehearsal,
    name,
    signing,
    age: { ...age },
    card: { serial: 0, file: new Uint8Array(1) },
    prekeys: [],
    roster: [],
    pins: [],
    keysets: [],
    ceremonies: [],
    votes: [],
    nonces: [],
    said: [],
    outbox: [],
    trash: [],
    rollbacks: [],
    overrides: [],
    log: [],
  };
  return renewCard(empty, at, random).state;
}

/** A newer card with a full stock of prekeys. Those that older cards offered stay usable until they are used. */
export function renewCard(state: VaultState, at: number, random: Random): { state: VaultState; card: Card } {
  const fresh = Array.from({ length: stock }, () => ({ ...generatePrekey(random), attempt: null }));
  const card = writeCard(
    {
      name: state.name,
      signing: state.signing.public,
      recipient: state.age.recipient,
      prekeys: fresh.map((prekey) => prekey.public),
      serial: state.card.serial + 1,
      at,
      rehearsal: state.rehearsal,
    },
    state.signing.secret,
  );
  const unused = state.prekeys.filter((own, at) => own.attempt !== null || at >= state.prekeys.length - 24);
  return { card, state: { ...state, card: { serial: card.serial, file: card.file }, prekeys: [...unused, ...fresh] } };
}

export function myIdentity(state: VaultState): string {
  return toHex(state.signing.public);
}

export function myCard(state: VaultState): Card {
  return readOnce(state.card.file);
}

export function rosterOf(state: VaultState): Card[] {
  return state.roster.map(readOnce);
}

/**
 * The same cards are met again and again, in the state and on every stick, and checking one costs a millisecond or two.
 * Known by the hash of all their bytes.
 */
export function readOnce(file: Uint8Array): Card {
  const hash = toHex(fileHash(file));
  const known = cards.get(hash) ?? readCard(file);
  if (cards.size < 4096) cards.set(hash, known);
  return known;
}

const cards = new Map<string, Card>();

/** As many as the schema of the state lets a roster have. */
export const mostCards = 1000;

/**
 * Takes a card in: the newer one of an identity stays, and a name stands for one identity only. Two cards of one number
 * come from two copies of one vault, and which prekeys are good nobody can tell: neither takes the other's place.
 */
export type CardOutcome =
  | 'added'
  | 'renewed'
  | 'known'
  | 'number-taken'
  | 'name-taken'
  | 'other-world'
  | 'own'
  | 'own-elsewhere'
  | 'full';

export function withCard(state: VaultState, card: Card, replace = false): { state: VaultState; outcome: CardOutcome } {
  if (card.rehearsal !== state.rehearsal) return { state, outcome: 'other-world' };
  if (card.identity === myIdentity(state)) return ownCard(state, card);
  const others = rosterOf(state);
  const same = others.find(({ identity }) => identity === card.identity);
  if (same !== undefined && same.serial >= card.serial) {
    const other = same.serial === card.serial && !equalBytes(same.file, card.file);
    return { state, outcome: other ? 'number-taken' : 'known' };
  }
  // asked of a renewed card as well: who renews under the name of another would be taken for the other
  const clash = [...others, myCard(state)].find(
    ({ identity, name }) => identity !== card.identity && name.toLowerCase() === card.name.toLowerCase(),
  );
  if (clash !== undefined && (!replace || clash.identity === myIdentity(state)))
    return { state, outcome: 'name-taken' };
  if (same === undefined && clash === undefined && state.roster.length >= mostCards) return { state, outcome: 'full' };
  const kept = state.roster.filter((file) => clash === undefined || !equalBytes(file, clash.file));
  if (same === undefined) return { state: { ...state, roster: [...kept, card.file] }, outcome: 'added' };
  const roster = kept.map((file) => (equalBytes(file, same.file) ? card.file : file));
  return { state: { ...state, roster }, outcome: 'renewed' };
}

/** A card of this machine that this vault did not make: its number is used up, so the next renewal goes past it. */
function ownCard(state: VaultState, card: Card): { state: VaultState; outcome: CardOutcome } {
  const mine = myCard(state);
  if (card.serial < mine.serial || equalBytes(card.file, mine.file)) return { state, outcome: 'own' };
  const serial = Math.max(state.card.serial, card.serial);
  const seen = serial === state.card.serial ? state : { ...state, card: { ...state.card, serial } };
  return { state: seen, outcome: 'own-elsewhere' };
}

/** Why a card was not taken in, where somebody has to know. */
export function cardRefused({ name, serial }: Card, outcome: CardOutcome): Problem | null {
  switch (outcome) {
    case 'number-taken':
      return new Problem(
        'CARD_INVALID',
        `there are two cards of ${name} with number ${serial}, made by two copies of one vault`,
        `which one is good, nobody can tell: ${name} renews again (conclave card --renew)`,
      );
    case 'own-elsewhere':
      return new Problem(
        'CARD_INVALID',
        `card number ${serial} of this machine was made by another copy of this vault`,
        'use the newest copy alone; conclave card --renew makes a card with a number that is free',
      );
    case 'name-taken':
      return new Problem(
        'CARD_INVALID',
        `${name} is the name of another identity on the roster`,
        'ask both people for their identity; conclave roster add --replace puts this one in its place',
      );
    case 'full':
      return new Problem('CARD_INVALID', 'the roster is full', 'conclave roster remove NAME makes room');
    case 'other-world':
      return new Problem('CARD_INVALID', 'a card of a rehearsal cannot meet a real vault, nor the other way round');
    case 'added':
    case 'renewed':
    case 'known':
    case 'own':
      return null;
  }
}

/** The cards of a plan, once its phrase was compared: whoever merely proposed it puts nobody on the roster. */
export function withCardsOf(state: VaultState, plan: Plan): VaultState {
  const gone = new Set(
    (plan.parent?.proven.members ?? []).flatMap(({ identity }, at) =>
      plan.holders[at] === null ? [toHex(identity)] : [],
    ),
  );
  return plan.participants.reduce((before, { card }) => {
    // who lost a vault comes back with a new machine: what was consented to says so, and the name is that one's now
    const clash = rosterOf(before).find(({ name }) => name.toLowerCase() === card.name.toLowerCase());
    return withCard(before, card, clash !== undefined && gone.has(clash.identity)).state;
  }, state);
}
