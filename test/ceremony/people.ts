import { toHex } from '../../src/bytes/hex.ts';
import type { Random } from '../../src/bytes/random.ts';
import { type Card, writeCard } from '../../src/ceremony/card.ts';
import type { Share } from '../../src/ceremony/packets/acceptance.ts';
import { generatePrekey } from '../../src/crypto/sealing.ts';
import { generateSigningKey, type SigningKey } from '../../src/crypto/signature.ts';
import { drawn } from '../crypto/drawn.ts';
import type { Ceremony } from './committee.ts';

export const now = 1_800_000_000;

/** What a vault would keep for its member. */
export class Person {
  readonly name: string;
  readonly rehearsal: boolean;
  readonly random: Random;
  readonly signing: SigningKey;
  readonly identity: string;
  card: Card;
  /** Secrets of one-time keys, by their public half. */
  readonly prekeys = new Map<string, Uint8Array>();
  /** By the id of the descriptor, in hex. */
  readonly shares = new Map<string, Share>();
  readonly nonces = new Map<string, Uint8Array[]>();
  readonly votes: Ceremony[] = [];

  constructor(name: string, seed = '', rehearsal = true) {
    this.name = name;
    this.rehearsal = rehearsal;
    this.random = drawn(`${seed} ${name}`);
    this.signing = generateSigningKey(this.random);
    this.identity = toHex(this.signing.public);
    this.card = this.renew(1);
  }

  renew(serial: number, prekey = generatePrekey(this.random)): Card {
    this.prekeys.set(toHex(prekey.public), prekey.secret);
    const { signing, name, rehearsal } = this;
    const recipient = `age1${'q'.repeat(58)}`;
    const prekeys = [prekey.public];
    const facts = { name, signing: signing.public, recipient, prekeys, serial, at: now, rehearsal };
    return writeCard(facts, signing.secret);
  }
}

export function people<N extends string>(seed: string, ...names: N[]): Record<N, Person> {
  return Object.fromEntries(names.map((name) => [name, new Person(name, seed)])) as Record<N, Person>;
}
