import { describe, expect, it } from 'vitest';
import { concatBytes, toHex } from '../../src/bytes/hex.ts';
import { fileHash, text } from '../../src/bytes/tagged-hash.ts';
import { type CardFacts, readCard, writeCard } from '../../src/ceremony/card.ts';
import {
  ceremonyOf,
  joinProposal,
  nameOf,
  openPacket,
  sealPacket,
  splitProposal,
  unwrapProposal,
  wrapProposal,
} from '../../src/ceremony/envelope.ts';
import { withMagic } from '../../src/ceremony/signed.ts';
import { generatePrekey } from '../../src/crypto/sealing.ts';
import { code } from '../vault/support.ts';
import { Person } from './people.ts';

/* The outermost of what travels: sealed packets, wrapped proposals, and cards. */

const alice = new Person('alice', 'envelope');
const [ceremony, key, packet] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2), text('a packet')];
const sealed = sealPacket(ceremony, key, packet, alice.random);
const flip = (file: Uint8Array, at: number) => file.with(at, (file.at(at) as number) ^ 1);

describe('a sealed packet', () => {
  it('opens under the key of its ceremony, and says which that is', () => {
    expect(openPacket(ceremony, key, sealed)).toEqual(packet);
    expect(ceremonyOf(sealed)).toBe(toHex(ceremony));
    expect(nameOf(sealed)).toBe(toHex(fileHash(sealed)));
    const head = withMagic('conclave packet v1', ceremony);
    expect([ceremonyOf(head), ceremonyOf(concatBytes(head, packet)), ceremonyOf(packet)]).toEqual([
      null,
      toHex(ceremony),
      null,
    ]);
  });

  it('does not open where it is none, of another ceremony, under another key, or changed', () => {
    const other = new Uint8Array(32).fill(3);
    expect(code(() => openPacket(ceremony, key, packet))).toBe('PACKET_FOREIGN');
    expect(code(() => openPacket(other, key, sealed))).toBe('PACKET_FOREIGN');
    expect(code(() => openPacket(ceremony, other, sealed))).toBe('PACKET_DAMAGED');
    expect(code(() => openPacket(ceremony, key, flip(sealed, -1)))).toBe('PACKET_DAMAGED');
  });
});

describe('a proposal on the move', () => {
  const wrapped = wrapProposal(ceremony, packet);

  it('is unwrapped with its number, and is told from damage and from other files', () => {
    expect(unwrapProposal(wrapped)).toEqual({ ceremony: toHex(ceremony), ageFile: packet });
    expect(unwrapProposal(sealed)).toBeNull();
    for (const damaged of [flip(wrapped, -1), wrapped.slice(0, -1), flip(wrapped, wrapped.length - packet.length - 1)])
      expect(code(() => unwrapProposal(damaged))).toBe('PACKET_DAMAGED');
  });

  it('holds the key of the ceremony and the packet', () => {
    expect(splitProposal(joinProposal(key, packet))).toEqual({ ceremonyKey: key, packet });
    expect(code(() => splitProposal(key))).toBe('PACKET_DAMAGED');
  });
});

describe('a card', () => {
  const prekey = () => generatePrekey(alice.random).public;
  const { file: _, identity: __, ...facts } = alice.card;
  const written = (more: Partial<CardFacts>) => writeCard({ ...(facts as CardFacts), ...more }, alice.signing.secret);

  it('is one that its own key signed, with prekeys of which each is another', () => {
    const prekeys = [prekey(), prekey()];
    expect(written({ prekeys })).toMatchObject({ name: 'alice', identity: alice.identity, prekeys });
    expect(code(() => written({ prekeys: [...prekeys, prekeys[0] as Uint8Array] }))).toBe('CARD_INVALID');
    expect(code(() => written({ prekeys: [new Uint8Array(32)] }))).not.toBe('');
    const bob = new Person('bob', 'envelope');
    expect(code(() => written({ signing: bob.signing.public }))).toBe('SIGNATURE_INVALID');
  });

  it('is small, and begins as a card does', () => {
    expect(code(() => readCard(concatBytes(alice.card.file, new Uint8Array(1 << 20))))).toBe('CARD_INVALID');
    expect(code(() => readCard(sealed))).toBe('CARD_INVALID');
    expect(readCard(alice.card.file).identity).toBe(alice.identity);
  });
});
