import { type Cbor, encodeCbor } from '../../src/bytes/cbor.ts';
import { fromHex } from '../../src/bytes/hex.ts';
import { type Card, type CardFacts, writeCard } from '../../src/ceremony/card.ts';
import { type Descriptor, type DescriptorFacts, readDescriptor } from '../../src/ceremony/descriptor.ts';
import type { PlanFacts } from '../../src/ceremony/plan.ts';
import { type Link, type LinkFacts, succession } from '../../src/ceremony/succession.ts';
import {
  aggregateStatement,
  commitNonces,
  frostPublicOf,
  signStatement,
  statementMessage,
} from '../../src/crypto/proof-of-life.ts';
import { generatePrekey, type Prekey } from '../../src/crypto/sealing.ts';
import { generateSigningKey, type SigningKey } from '../../src/crypto/signature.ts';
import { drawn } from '../crypto/drawn.ts';
import { type AgeIdentity, ageIdentity } from './age.ts';

/** When everything here happens, as the clocks of these people claim. */
export const now = 1_900_000_000;

/** Somebody of the vectors, with all secrets. */
export interface Person {
  readonly name: string;
  readonly signing: SigningKey;
  readonly age: AgeIdentity;
  readonly prekeys: readonly Prekey[];
  readonly facts: CardFacts;
  readonly card: Card;
  readonly rehearsalCard: Card;
}

export function person(name: string): Person {
  const signing = generateSigningKey(drawn(`vectors ${name} signing`));
  const age = ageIdentity(drawn(`vectors ${name} age`));
  const source = drawn(`vectors ${name} prekeys`);
  const prekeys = Array.from({ length: 5 }, () => generatePrekey(source));
  const facts: CardFacts = {
    name,
    signing: signing.public,
    recipient: age.recipient,
    prekeys: prekeys.slice(0, 2).map((prekey) => prekey.public),
    serial: 1,
    at: now,
    rehearsal: false,
  };
  const card = writeCard(facts, signing.secret);
  return {
    name,
    signing,
    age,
    prekeys,
    facts,
    card,
    rehearsalCard: writeCard({ ...facts, rehearsal: true }, signing.secret),
  };
}

/** The card that comes with an acceptance: what was offered before is not offered again. */
export function renewed(who: Person, change: Partial<CardFacts> = {}): Card {
  const prekeys = who.prekeys.slice(2, 3).map((prekey) => prekey.public);
  return writeCard({ ...who.facts, serial: 2, at: now + 60, prekeys, ...change }, who.signing.secret);
}

export const alice: Person = person('alice');
export const bob: Person = person('bob');
export const carol: Person = person('carol');
export const dave: Person = person('dave');
export const olga: Person = person('olga');
export const erin: Person = person('erin');
export const mallory: Person = person('mallory');
export const everybody: readonly Person[] = [alice, bob, carol, dave, olga, erin, mallory];

/** Who lost a vault comes back as another machine under the old name. */
function newMachine(who: Person): Person {
  const machine = person(`${who.name}-again`);
  const facts = { ...machine.facts, name: who.name };
  const { secret } = machine.signing;
  return {
    ...machine,
    name: who.name,
    facts,
    card: writeCard(facts, secret),
    rehearsalCard: writeCard({ ...facts, rehearsal: true }, secret),
  };
}

export const aliceAgain: Person = newMachine(alice);

export function prekeyOf(who: Person, at: number): Uint8Array {
  return (who.prekeys[at] as Prekey).public;
}

/** Alice, bob and carol make a key, 2 of 3; olga, who is no member, approves whatever will be done with it. */
export function genesisFacts(): PlanFacts {
  return {
    kind: 'genesis',
    random: drawn('vectors genesis')(32),
    keyset: 'treasury',
    parent: null,
    cards: [alice, bob, carol, olga].map(({ card }) => card.file),
    proposer: 2,
    old: [],
    new: [alice, bob, carol].map((who, card) => ({ card, prekey: prekeyOf(who, 0) })),
    threshold: 2,
    dealers: [],
    reserves: [],
    approvers: [3],
    approvals: 1,
    observers: [],
    keys: [{ label: 'main', suite: 'ed25519' }],
    policy: { approvers: [olga.signing.public], approvals: 1 },
    backup: 'none',
    copies: 0,
    destroy: 'when-proven',
    belowQuorum: null,
    weak: [],
    reason: 'the first key',
    because: 'other',
    ticket: null,
    insteadOf: null,
    beacon: null,
    tool: { version: '0.1.0', digest: null },
    at: now,
    expires: now + 14 * 86_400,
    rehearsal: false,
  };
}

/** Alice leaves and dave joins; bob and carol deal. Erin reads along. */
export function reshareFacts(parent: LinkFacts, which: 'A' | 'B', insteadOf: Uint8Array | null = null): PlanFacts {
  const { descriptor, transcript, signatures } = parent;
  const prekey = which === 'A' ? 0 : 1;
  return {
    ...genesisFacts(),
    kind: 'reshare',
    random: drawn(`vectors reshare ${which}`)(32),
    parent: { descriptor, transcript, signatures: [...signatures] },
    cards: [bob, alice, carol, dave, olga, erin].map(({ card }) => card.file),
    proposer: 0,
    old: [{ card: 1 }, { card: 0 }, { card: 2 }],
    new: [
      { card: 0, prekey: prekeyOf(bob, prekey) },
      { card: 2, prekey: prekeyOf(carol, prekey) },
      { card: 3, prekey: prekeyOf(dave, prekey) },
    ],
    dealers: [2, 3],
    reserves: [1],
    approvers: [4],
    observers: [5],
    keys: [],
    reason: 'alice retires',
    because: 'personnel',
    ticket: 'OPS-7',
    insteadOf,
    beacon: which === 'A' ? null : { source: 'a public beacon', round: '4217', value: drawn('vectors beacon')(32) },
  };
}

/** The bytes of a plan without asking whether it may be one. */
export function planBytes(facts: PlanFacts | (PlanFacts & Record<string, unknown>)): Uint8Array {
  return encodeCbor({ v: 1, ...facts } as unknown as Cbor);
}

export function descriptorBytes(facts: DescriptorFacts | (DescriptorFacts & Record<string, unknown>)): Uint8Array {
  return encodeCbor({ v: 1, ...facts } as unknown as Cbor);
}

/** What a committee with these shares signs about any descriptor: for links that only liars would make. */
export function prove(
  encoded: Uint8Array,
  transcript: Uint8Array,
  shares: readonly (readonly [number, ...Uint8Array[]])[],
): LinkFacts {
  const descriptor: Descriptor = readDescriptor(encoded);
  const statement = succession(descriptor, transcript);
  const signatures = descriptor.keys.map((key, place) => {
    const points = descriptor.points[place] ?? [];
    const pub = frostPublicOf(key.suite, descriptor.members.length, points);
    const message = statementMessage(key.suite, statement);
    const nonces = shares.map(([index, ...own]) =>
      commitNonces(key.suite, index, own[place] as Uint8Array, drawn(`vectors lie ${index}`)),
    );
    const listed = shares.map(([index], at) => ({ index, ...(nonces[at] as (typeof nonces)[number]).public }));
    const parts = shares.map(([index, ...own], at) => {
      const secret = (nonces[at] as (typeof nonces)[number]).secret;
      const share = own[place] as Uint8Array;
      return { index, share: signStatement(key.suite, pub, index, share, secret, listed, message) };
    });
    return aggregateStatement(key.suite, pub, listed, message, parts);
  });
  return { descriptor: encoded, transcript, signatures };
}

export function factsOf({ descriptor, transcript, signatures }: Link): LinkFacts {
  return { descriptor, transcript, signatures: [...signatures] };
}

export function digestBytes(digest: string): Uint8Array {
  return fromHex(digest) as Uint8Array;
}
