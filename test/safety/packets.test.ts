import { describe, expect, test } from 'vitest';
import { encodeCbor } from '../../src/bytes/cbor.ts';
import { concatBytes } from '../../src/bytes/hex.ts';
import { escapeText } from '../../src/bytes/printable.ts';
import { text } from '../../src/bytes/tagged-hash.ts';
import { admit } from '../../src/ceremony/admission.ts';
import { readCard, writeCard } from '../../src/ceremony/card.ts';
import { type Header, readUnchecked } from '../../src/ceremony/packet.ts';
import { limits } from '../../src/ceremony/schema.ts';
import { sign } from '../../src/crypto/signature.ts';
import { Ceremony, Person, people } from '../ceremony/committee.ts';
import { flipped, refusal } from '../crypto/drawn.ts';

const { alice, bob, carol, dave } = people('packets', 'alice', 'bob', 'carol', 'dave');
const cast = [alice, bob, carol, dave];
const mallory = new Person('mallory', 'packets');
const genesis = new Ceremony({ cast, members: [alice, bob], threshold: 2, approvers: [dave], approvals: 0 }).run();
const here = new Ceremony({ cast, parent: genesis.link, members: [bob, carol], threshold: 2 });
const brought = (bytes: Uint8Array) => refusal(() => here.bring(bytes));
const note = { kind: 'observation', text: 'all is well', number: 0 };

/** COSE_Sign1 by hand, around bytes that need not be a packet at all. */
function signed(payload: Uint8Array, who: Person = alice, head = Uint8Array.of(0xa1, 0x01, 0x27)): Uint8Array {
  const input = encodeCbor(['Signature1', head, text('conclave packet v1'), payload]);
  return encodeCbor([head, {}, payload, sign(who.signing.secret, input)]);
}
const header = (change: Partial<Header> = {}) => {
  const { id } = here.plan;
  const facts = { v: 1, kind: 'note', ceremony: id, attempt: id, author: alice.signing.public, at: 1 };
  return { ...facts, attended: false, rehearsal: true, ...change };
};

describe('row 11: a packet belongs to one ceremony', () => {
  test('row 11: one of another ceremony, of an earlier epoch or of a real one among rehearsals is refused', () => {
    for (const packet of genesis.packets) expect(brought(packet.bytes)).toBe('PACKET_FOREIGN');
    expect(brought(here.sign(alice, 'note', note, { rehearsal: false }))).toBe('PACKET_FOREIGN');
    expect(brought(here.sign(alice, 'note', note))).toBeNull();
  });

  test('row 11: an acceptance that was good in another ceremony proves nothing in this one', () => {
    const other = new Ceremony({
      cast,
      parent: genesis.link,
      members: [bob, carol],
      threshold: 2,
      facts: { copies: 1 },
    });
    for (const person of cast) person.votes.length = 0;
    other.before('activate');
    for (const person of cast) person.votes.length = 0;
    const mine = new Ceremony({ cast, parent: genesis.link, members: [bob, carol], threshold: 2 }).before('accept');
    const { body } = other.said(carol, 'acceptance');
    const honest = mine.acceptanceBody(carol);
    mine.say(carol, 'acceptance', { ...honest, possession: body.possession });
    expect(mine.view.faults.map(({ member, fault }) => `${member} ${fault}`)).toEqual(['carol PROOF_INVALID']);
    expect(mine.say(carol, 'acceptance', body)).toBeDefined();
    expect(mine.view.waiting.map(({ names }) => names)).toContain('a deal'); // it names deals that are not of here
  });
});

describe('row 13: whose signature it is says the plan, not the packet', () => {
  test('row 13: a stranger who signs rightly under the own key is nobody', () => {
    expect(brought(here.sign(mallory, 'note', note))).toBe('AUTHOR_UNKNOWN');
  });

  test('row 13: a member who signs in the name of another is told by the key of the plan', () => {
    expect(brought(here.sign(bob, 'note', note, { author: alice.signing.public }))).toBe('SIGNATURE_INVALID');
  });

  test('row 13: the signature covers every byte, and is asked for before anything that the packet says', () => {
    const bytes = here.sign(alice, 'note', note);
    const at = [...Array(bytes.length).keys()];
    for (const place of at.filter((place) => place % 7 === 0)) expect(brought(flipped(bytes, place))).not.toBeNull();
    expect(brought(flipped(here.sign(alice, 'closing', {}), bytes.length - 1))).not.toBe('KIND_UNKNOWN');
    const damaged = here.sign(alice, 'no such kind', {});
    expect(brought(flipped(damaged, damaged.length - 1))).toBe('SIGNATURE_INVALID');
    expect(brought(damaged)).toBe('KIND_UNKNOWN');
  });

  test('row 13: a card signs no packet, and a packet no card', () => {
    const input = encodeCbor(['Signature1', Uint8Array.of(0xa1, 0x01, 0x27), text('conclave card v1'), encodeCbor({})]);
    const payload = encodeCbor({ ...header(), body: note });
    const asCard = encodeCbor([Uint8Array.of(0xa1, 0x01, 0x27), {}, payload, sign(alice.signing.secret, input)]);
    expect(brought(asCard)).toBe('SIGNATURE_INVALID');
    expect(brought(alice.card.file)).toBe('CBOR_MALFORMED');
    expect(refusal(() => readCard(concatBytes(text('conclave card v1\n'), here.proposal.bytes)))).toBe('SCHEMA');
  });

  test.each([
    ['an approver', 'deal'],
    ['an approver', 'acceptance'],
    ['an approver', 'closing'],
    ['a joiner', 'endorsement'],
    ['a joiner', 'approval'],
    ['a leaver', 'acceptance'],
    ['a leaver', 'activation'],
    ['who did not propose', 'proposal'],
  ])('row 13: %s has no part in which to say %s', (who, kind) => {
    const person = { 'an approver': dave, 'a joiner': carol, 'a leaver': alice }[who] ?? carol;
    expect(brought(here.sign(person, kind, {}))).toBe('AUTHOR_UNKNOWN');
  });
});

describe('row 24: what arrives is bounded first and read strictly', () => {
  test('row 24: huge, nested, cut short, with bytes behind it, with a key twice or in another order', () => {
    const good = here.sign(alice, 'note', note);
    expect(brought(concatBytes(good, Uint8Array.of(0)))).toBe('CBOR_MALFORMED');
    expect(brought(good.slice(0, -1))).toBe('CBOR_MALFORMED');
    expect(brought(new Uint8Array(0))).toBe('CBOR_MALFORMED');
    expect(brought(new Uint8Array(limits.packetBytes + 1))).toBe('CBOR_MALFORMED');
    expect(brought(signed(new Uint8Array(40).fill(0x81)))).toBe('CBOR_MALFORMED'); // [[[[...
    expect(brought(signed(Uint8Array.of(0x9b, 0, 0, 0, 0x7f, 255, 255, 255, 255)))).toBe('CBOR_MALFORMED');
    const plain = encodeCbor({ ...header(), body: note });
    expect(brought(signed(plain))).toBeNull(); // the same by hand
    const twice = concatBytes(Uint8Array.of((plain[0] as number) + 1), plain.slice(1), text('av'), Uint8Array.of(1));
    expect(brought(signed(twice))).toBe('CBOR_MALFORMED');
  });

  test('row 24: no unknown field, version or kind, no missing field, no other head', () => {
    const { v: _, ...less } = header();
    expect(brought(signed(encodeCbor({ ...header(), body: note, extra: 1 })))).toBe('SCHEMA');
    expect(brought(signed(encodeCbor({ ...header(), body: { ...note, extra: 1 } })))).toBe('SCHEMA');
    expect(brought(signed(encodeCbor({ ...header(), v: 2, body: note })))).toBe('SCHEMA');
    expect(brought(signed(encodeCbor({ ...less, body: note })))).toBe('SCHEMA');
    expect(brought(signed(encodeCbor({ ...header(), kind: 'constructor', body: note })))).toBe('KIND_UNKNOWN');
    expect(brought(signed(encodeCbor({ ...header(), body: note }), alice, Uint8Array.of(0xa1, 0x01, 0x26)))).toBe(
      'SCHEMA',
    );
    expect(brought(encodeCbor([Uint8Array.of(0xa1, 0x01, 0x27), { a: 1 }, encodeCbor({}), new Uint8Array(64)]))).toBe(
      'SCHEMA',
    );
  });

  test('row 24: lists have as many entries as they may have, and texts as many characters', () => {
    const many = Array.from({ length: 17 }, () => here.plan.id);
    const deal = { ...here.dealBody(alice), approvals: many };
    expect(brought(here.sign(alice, 'deal', deal))).toBe('SCHEMA');
    expect(brought(here.sign(alice, 'note', { ...note, text: 'x'.repeat(2001) }))).toBe('SCHEMA');
    expect(brought(here.sign(alice, 'note', { ...note, number: -1 }))).toBe('SCHEMA');
  });

  test('row 24: names are names, so that they can be parts of files and of lines', () => {
    const { file: _, identity: __, v: ___, ...facts } = { ...alice.card, v: 1 };
    const named = (name: string) => refusal(() => writeCard({ ...facts, name }, alice.signing.secret));
    for (const name of [
      '..',
      '../alice',
      'a/b',
      'a\\b',
      '',
      '.',
      '-a',
      'a b',
      'alice\n',
      '\u001b[31malice',
      'alicé',
      'a'.repeat(33),
    ]) {
      expect(named(name)).toBe('SCHEMA');
    }
    expect(named('Alice.2_b-c')).toBeNull();
    expect(refusal(() => readCard(new Uint8Array(limits.cardBytes + 1)))).toBe('CARD_INVALID');
  });

  test('row 24: free text is kept as it is and escaped where it is shown', () => {
    const hostile = 'fine\u001b[2J\u202e\nok';
    const { body } = here.say(bob, 'note', { kind: 'deviation', text: hostile, number: 7 });
    expect(body.text).toBe(hostile);
    expect(escapeText(body.text)).toBe('fine\\u{1b}[2J\\u{202e}\\nok');
  });

  test('row 24: the bytes that were signed are the bytes that are kept, and their hash is their name', () => {
    const bytes = here.sign(alice, 'note', note);
    const packet = admit(here.plan, bytes);
    expect(packet.bytes).toBe(bytes);
    expect(packet.digest).toBe(readUnchecked(bytes).digest);
    expect(readUnchecked(here.sign(alice, 'note', { ...note, number: 1 })).digest).not.toBe(packet.digest);
  });
});
