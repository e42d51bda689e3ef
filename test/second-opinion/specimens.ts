import { type Cbor, decodeCbor, encodeCbor } from '../../src/bytes/cbor.ts';
import type { View } from '../../src/ceremony/evaluate.ts';
import { writeExport } from '../../src/ceremony/export.ts';
import type { AnyPacket, BodyOf, PacketOf } from '../../src/ceremony/kinds.ts';
import { digestOf } from '../../src/ceremony/packet.ts';
import { afterMagic, withMagic } from '../../src/ceremony/signed.ts';
import type { Link } from '../../src/ceremony/succession.ts';
import { Ceremony, type Person, people, ristretto, type Wish } from '../ceremony/committee.ts';
import { flipped } from '../crypto/drawn.ts';

/* Exports, good and bad, for two implementations to judge. */

export interface Specimen {
  readonly says: string;
  readonly file: Uint8Array;
  /** Null where it is enough that both call it the same. */
  readonly valid: boolean | null;
  /** No export by its form: what is found in it all the same is everybody's own business. */
  readonly formless?: true;
}

const suites = ['secp256k1-tr', 'secp256k1', 'ed25519', 'p256', 'ristretto255'] as const;
const allSuites = suites.map((suite) => ({ label: suite, suite }));

const cast = people('second opinion', 'alice', 'bob', 'carol', 'dave', 'dora', 'erin');
const { alice, bob, carol, dave, dora, erin } = cast;
const everybody = Object.values(cast);

function forget(): void {
  for (const person of everybody) person.votes.length = 0;
}

function still(parent: Link, kind: 'drill' | 'census', members: readonly Person[]): Ceremony {
  const facts = { kind, new: [], dealers: [], ...(kind === 'drill' ? { signers: [1, 3] } : {}) };
  const { threshold } = parent.proven;
  return new Ceremony({ cast: everybody, members, threshold, parent, dealers: [], facts: facts as never });
}

/** 2-of-3 to 2-of-3: alice leaves, dave joins, alice may deal where somebody else spoils it. */
function handover(parent: Link, wish: Partial<Wish> = {}): Ceremony {
  forget();
  return new Ceremony({ cast: everybody, members: [bob, carol, dave], threshold: 2, parent, dealers: [2, 3], ...wish });
}

const written = (ceremonies: readonly (Ceremony | View)[], links: readonly Link[] = []): Uint8Array =>
  writeExport(
    ceremonies.map((one) => (one instanceof Ceremony ? one.view : one)),
    links,
  );

// a keyset of all suites, from its beginning over a handover and a refresh to a drill and a census

export function allSuitesWhole(): Uint8Array {
  forget();
  const approvers = [dora];
  const genesis = new Ceremony({
    cast: everybody,
    members: [alice, bob, carol],
    threshold: 2,
    keys: allSuites,
    approvers,
  }).run();
  const moved = handover(genesis.link).run();
  forget();
  const members = [bob, carol, dave];
  const facts = { kind: 'refresh' } as const;
  const renewed = new Ceremony({ cast: everybody, members, threshold: 2, parent: moved.link, facts }).run();
  const others = [still(renewed.link, 'drill', members).run(), still(renewed.link, 'census', members).run()];
  return written([genesis, moved, renewed, ...others], [genesis.link, moved.link, renewed.link]);
}

// small ones of one key, to be taken apart

const first = new Ceremony({ cast: everybody, members: [alice, bob, carol], threshold: 2 }).run();
const whole = handover(first.link).run();
const links = [first.link, whole.link];
export const handedOver: Uint8Array = written([whole]);

/** Signed anew by its author, with another body. */
function again<K extends AnyPacket['kind']>(
  ceremony: Ceremony,
  who: Person,
  kind: K,
  change: (body: BodyOf<K>) => unknown,
): Ceremony {
  const packet: PacketOf<K> = ceremony.said(who, kind);
  ceremony.forget(packet as AnyPacket);
  ceremony.bring(ceremony.sign(who, kind, change(packet.body), { attempt: packet.attempt }));
  return ceremony;
}

/** carol seals something else to dave, who opens that box to all; alice deals in her place. */
function amended(): Ceremony {
  const ceremony = handover(first.link, { facts: { reserves: [1] } }).before('deal');
  ceremony.do(bob, 'deal');
  const body = ceremony.dealBody(carol);
  const boxes = ceremony.boxes(carol, body.keys);
  ceremony.say(carol, 'deal', { ...body, boxes: [...body.boxes.slice(0, 2), boxes[2] as (typeof boxes)[number]] });
  ceremony.run((name) => name === 'dave');
  if (!ceremony.packets.some(({ kind }) => kind === 'complaint'))
    ceremony.say(dave, 'complaint', ceremony.complaintBody(dave, carol));
  return ceremony.run();
}

/** carol is lost after she accepted; the others sign a later turn. */
function later(): Ceremony {
  const facts = { threshold: 2 };
  const ceremony = handover(first.link, facts).run((name, duty) => duty === 'activate' && name === 'carol');
  ceremony.reprove(bob, [bob, dave]);
  return ceremony.run((name) => name === 'carol');
}

function refused(): Ceremony {
  const ceremony = handover(first.link).before('accept');
  ceremony.refuse(dave, 'receiver');
  return ceremony;
}

/** Another plan after one that was refused: its votes prove the first one dead. */
function votedAgain(before: Ceremony): Ceremony {
  const facts = { insteadOf: before.plan.id, random: new Uint8Array(32).fill(7) };
  const members = [bob, carol, dora];
  return new Ceremony({ cast: everybody, members, threshold: 2, parent: first.link, dealers: [2, 3], facts }).run();
}

function twoPlans(): Ceremony[] {
  const before = refused();
  return [first, before, votedAgain(before)];
}

/** Under the approval of dora so far; from now on erin as well has to be asked, and there are to be backups. */
function governed(): Ceremony {
  forget();
  const approvers = [dora];
  const before = new Ceremony({ cast: everybody, members: [alice, bob, carol], threshold: 2, approvers }).run();
  const policy = {
    approvers: [dora, erin].map(({ signing }) => signing.public),
    approvals: 2,
    refreshEvery: 7_776_000,
    backups: 1,
    shapes: [],
  };
  const facts = { policy, backup: 'required', copies: 1, approvals: 1 } as const;
  return handover(before.link, { approvers: [dora, erin], facts });
}

function underPolicy(): Ceremony[] {
  const changed = governed().run();
  forget();
  const facts = { kind: 'refresh', backup: 'required', copies: 2 } as const;
  const members = [bob, carol, dave];
  return [changed, new Ceremony({ cast: everybody, members, threshold: 2, parent: changed.link, facts }).run()];
}

export function goodOnes(): Specimen[] {
  const good = (says: string, file: Uint8Array): Specimen => ({ says, file, valid: true });
  return [
    good('a genesis', written([first])),
    good('a handover by itself', written([whole])),
    good('a keyset with its succession', written([first, whole], links)),
    good('the succession alone', written([], links)),
    good('an attempt that a complaint killed, and another after it', written([amended()])),
    good('a later turn without somebody who was lost', written([later()])),
    good('a ceremony that a receiver refused', written([refused()])),
    good('a ceremony that was refused, and another whose votes prove it dead', written(twoPlans(), [first.link])),
    good('one that waits for acceptances', written([handover(first.link).before('accept')])),
    good('one that waits for activations', written([handover(first.link).before('activate')])),
    good(
      'a handover that changes the policy, which its approvers and the new ones approved',
      written([governed().run()]),
    ),
    good('the same before the new ones have approved', written([governed().run((name) => name === 'erin')])),
    good('a refresh under the new policy', written(underPolicy())),
    good('a drill', written([still(first.link, 'drill', [alice, bob, carol]).run()])),
    good('a census', written([still(first.link, 'census', [alice, bob, carol]).run()])),
  ];
}

/** One packet after the other was never seen. */
export function withoutPackets(): Specimen[] {
  return whole.packets
    .filter(({ kind }) => kind !== 'proposal')
    .map((packet) => ({
      says: `without the ${packet.kind} of ${everybody.find(({ identity }) => identity === packet.identity)?.name}`,
      file: written([whole.without(packet)]),
      valid: true,
    }));
}

/** A bit is turned over at so many places, from the first byte to the last. */
export function flippedOnes(count: number): Specimen[] {
  const file = written([whole], links);
  return Array.from({ length: count }, (_, k) => {
    const at = Math.round((k * (file.length - 1)) / (count - 1));
    return { says: `byte ${at} of ${file.length} changed`, file: flipped(file, at), valid: false, formless: true };
  });
}

/** A bit of each packet is turned over, and the packets are put in order again. */
export function flippedPackets(): Specimen[] {
  const file = written([whole]);
  const { ceremonies } = partsOf(file);
  const packets = (ceremonies[0] as Parts['ceremonies'][number]).packets;
  return packets.map((packet, place) => {
    const at = Math.floor((packet.length * (place + 1)) / (packets.length + 1));
    const others = packets.map((one) => (one === packet ? flipped(one, at) : one));
    return {
      says: `byte ${at} of packet ${place}, of ${packet.length}, changed, and all in order`,
      file: altered(file, ({ ceremonies: [one], ...rest }) => ({
        ...rest,
        ceremonies: [{ ...one, packets: inOrder(others) }],
      })),
      valid: false,
    };
  });
}

type Parts = {
  v: number;
  succession: { descriptor: Uint8Array; transcript: Uint8Array; signatures: Uint8Array[] }[];
  ceremonies: { proposal: Uint8Array; packets: Uint8Array[] }[];
};
const magic = 'conclave export v1';
const large = { bytes: 1 << 26, depth: 12 };

function partsOf(file: Uint8Array): Parts {
  return decodeCbor(afterMagic(magic, file) as Uint8Array, large) as unknown as Parts;
}

/** The parts of an export put together in another way. */
function altered(file: Uint8Array, change: (parts: Parts) => unknown): Uint8Array {
  return withMagic(magic, encodeCbor(change(partsOf(file)) as Cbor));
}

const inOrder = (packets: readonly Uint8Array[]): Uint8Array[] =>
  [...packets].sort((a, b) => (digestOf(a) < digestOf(b) ? -1 : 1));

/** What somebody made on purpose: everything is signed by who it claims to be from, and something is wrong. */
export function forgedOnes(): Specimen[] {
  const bad = (says: string, file: Uint8Array): Specimen => ({ says, file, valid: false });
  const formless = (says: string, file: Uint8Array): Specimen => ({ says, file, valid: false, formless: true });
  const lie = (says: string, ceremony: Ceremony): Specimen => bad(says, written([ceremony]));
  const all = written([first, whole], links);
  const only = written([whole]);
  const last = (bytes: Uint8Array) => flipped(bytes, bytes.length - 1);
  const copy = () => handover(first.link).run();
  const upTo = (who: Person, duty: 'deal' | 'accept'): Ceremony => {
    const ceremony = handover(first.link).before(duty);
    ceremony.do(who, duty);
    return ceremony;
  };
  const foreign = first.said(alice, 'closing').bytes;
  return [
    lie(
      'a signature share changed, and signed by its author',
      again(handover(first.link).run(), dave, 'activation', (body) => ({
        ...body,
        shares: body.shares.map((share) => flipped(share, 5)),
      })),
    ),
    lie(
      'a proof of possession changed, and signed by its author',
      again(upTo(bob, 'accept'), bob, 'acceptance', (body) => ({
        ...body,
        possession: body.possession.map((one) => ({ ...one, proof: flipped(one.proof, 40) })),
      })),
    ),
    lie(
      'a deal of something else than the own share',
      again(upTo(bob, 'deal'), bob, 'deal', (body) => ({
        ...body,
        keys: body.keys.map(({ commitments, proof }) => ({ commitments: [...commitments].reverse(), proof })),
      })),
    ),
    lie(
      'a deal with a box too few',
      again(upTo(bob, 'deal'), bob, 'deal', (body) => ({ ...body, boxes: body.boxes.slice(1) })),
    ),
    lie(
      'a vote that proves nothing',
      again(upTo(bob, 'deal'), bob, 'deal', (body) => ({ ...body, vote: { ...body.vote, slot: 1 } })),
    ),
    bad('somebody deals twice', written([twice()])),
    bad(
      'a packet of another ceremony',
      altered(only, ({ ceremonies: [one], ...rest }) => ({
        ...rest,
        ceremonies: [{ ...one, packets: inOrder([...(one as Parts['ceremonies'][number]).packets, foreign]) }],
      })),
    ),
    formless(
      'packets in another order',
      altered(only, ({ ceremonies: [one], ...rest }) => ({
        ...rest,
        ceremonies: [{ ...one, packets: [...(one as Parts['ceremonies'][number]).packets].reverse() }],
      })),
    ),
    formless(
      'ceremonies in another order',
      altered(all, ({ ceremonies, ...rest }) => ({ ...rest, ceremonies: [...ceremonies].reverse() })),
    ),
    formless(
      'a ceremony twice',
      altered(only, ({ ceremonies, ...rest }) => ({ ...rest, ceremonies: [...ceremonies, ...ceremonies] })),
    ),
    formless(
      'the links in another order',
      altered(all, ({ succession, ...rest }) => ({ ...rest, succession: [...succession].reverse() })),
    ),
    bad(
      'a link with another transcript',
      altered(all, ({ succession: [one, two], ...rest }) => ({
        ...rest,
        succession: [one, { ...two, transcript: last((two as Parts['succession'][number]).transcript) }],
      })),
    ),
    bad(
      'a link with the signatures of another',
      altered(all, ({ succession: [one, two], ...rest }) => ({
        ...rest,
        succession: [one, { ...two, signatures: one?.signatures }],
      })),
    ),
    formless(
      'nothing in it',
      altered(all, ({ v }) => ({ v, succession: [], ceremonies: [] })),
    ),
    formless(
      'a field more',
      altered(all, (parts) => ({ ...parts, more: 1 })),
    ),
    formless(
      'another version',
      altered(all, (parts) => ({ ...parts, v: 2 })),
    ),
    formless('cut short', all.slice(0, -1)),
    formless('a byte behind it', new Uint8Array([...all, 0])),
    bad('two proven successors of one parent', written([copy(), other()])),
    bad('two keysets in one file', written([first, stranger()])),
  ];
}

function twice(): Ceremony {
  const ceremony = handover(first.link).before('deal');
  const vote = ceremony.vote(bob);
  for (let time = 0; time < 2; time++) ceremony.say(bob, 'deal', { ...ceremony.dealBody(bob), vote });
  return ceremony;
}

/** Over the same parent, to other members: only liars can do both. */
function other(): Ceremony {
  return handover(first.link, { members: [bob, carol, dora] }).run();
}

function stranger(): Ceremony {
  return new Ceremony({ cast: everybody, members: [bob, carol, dave], threshold: 2, keys: ristretto }).run();
}

/** Whole ceremonies of every kind, for machines to alter. */
export function bases(): Ceremony[] {
  forget();
  const members = [alice, bob, carol, dave, dora];
  const approvers = [dora, alice];
  const wide = new Ceremony({ cast: everybody, members, threshold: 2, approvers, approvals: 1 }).run();
  forget();
  const endorsed = new Ceremony({
    cast: everybody,
    members: [bob, carol, dave],
    threshold: 2,
    parent: wide.link,
    dealers: [1, 3],
  }).run();
  const released = later();
  released.say(carol, 'release', { signed: [], salvage: false, reason: 'lost' });
  return [
    first,
    amended(),
    later(),
    released,
    endorsed,
    ...twoPlans().slice(1),
    still(first.link, 'drill', [alice, bob, carol]).run(),
    still(first.link, 'census', [alice, bob, carol]).run(),
  ];
}
