import { describe, expect, it } from 'vitest';
import { type Cbor, decodeCbor, encodeCbor } from '../../src/bytes/cbor.ts';
import { equalBytes, toHex } from '../../src/bytes/hex.ts';
import { contradictionsAcross } from '../../src/ceremony/across.ts';
import { chainOf } from '../../src/ceremony/chain.ts';
import type { Memo } from '../../src/ceremony/evaluation.ts';
import { exportBytes, writeExport } from '../../src/ceremony/export.ts';
import type { AnyPacket } from '../../src/ceremony/kinds.ts';
import { digestOf } from '../../src/ceremony/packet.ts';
import { nowhere } from '../../src/ceremony/packets/closing.ts';
import { afterMagic, withMagic } from '../../src/ceremony/signed.ts';
import type { Link } from '../../src/ceremony/succession.ts';
import { type Asked, forksBetween, type Verification, verifyExport } from '../../src/ceremony/verify.ts';
import { addressesOf } from '../../src/crypto/addresses.ts';
import { verdict } from '../../src/report/verification-text.ts';
import { Ceremony, Person, people } from './committee.ts';

/* What a stranger can know from one file, and what nobody can make a stranger believe. */

const { alice, bob, carol, dave } = people('verify', 'alice', 'bob', 'carol', 'dave');
const cast = [alice, bob, carol, dave];
const magic = 'conclave export v1';
const memo: Memo = new Map();

function handover(parent: Link, members: readonly Person[], facts = {}): Ceremony {
  for (const person of cast) person.votes.length = 0;
  return new Ceremony({ cast, parent, members, threshold: 2, dealers: [1, 2], facts });
}
const keys = [
  { label: 'main', suite: 'ristretto255' },
  { label: 'tr', suite: 'secp256k1-tr' },
] as const;
const zero = new Ceremony({
  cast,
  members: [alice, bob, carol],
  threshold: 2,
  keys: [...keys],
  approvers: [dave],
}).run();
const one = handover(zero.link, [bob, carol, dave]).run();
const two = handover(one.link, [alice, carol, dave]).run();
const chain = [zero, one, two];
const links = chain.map(({ link }) => link);
const file = writeExport(
  chain.map(({ view }) => view),
  links,
);
const stranger = new Ceremony({ cast, members: [alice, bob], threshold: 2, facts: { keyset: 'other' } }).run();

interface Contents {
  readonly v: number;
  readonly succession: readonly Cbor[];
  readonly ceremonies: readonly { readonly proposal: Uint8Array; readonly packets: readonly Uint8Array[] }[];
}
const contents = (bytes: Uint8Array): Contents =>
  decodeCbor(afterMagic(magic, bytes) as Uint8Array, { bytes: exportBytes, depth: 12 }) as unknown as Contents;
const said = contents(file);
const written = (body: object): Uint8Array => withMagic(magic, encodeCbor(body as Cbor));
const verified = (bytes: Uint8Array, asked: Asked = {}): Verification => verifyExport(bytes, asked, memo);
const of = (ceremonies: readonly Ceremony[], succession: readonly Link[] = []): Verification =>
  verified(
    writeExport(
      ceremonies.map(({ view }) => view),
      succession,
    ),
  );
const failed = ({ checks }: Verification): string[] =>
  [...new Set(checks.filter(({ ok, open }) => !ok && !open).map(({ check }) => check))].sort();
const opened = ({ checks }: Verification): string[] =>
  [...new Set(checks.filter(({ open }) => open).map(({ check }) => check))].sort();
const detail = ({ checks }: Verification, name: string, ceremony: Ceremony | null = null): string =>
  checks.find(({ check, ceremony: about }) => check === name && about === (ceremony?.plan.ceremony ?? null))?.detail ??
  '';
const at = (ceremony: Ceremony): number =>
  said.ceremonies.findIndex(({ proposal }) => equalBytes(proposal, ceremony.proposal.bytes));
/** The file, with one of its ceremonies changed. */
function changed(ceremony: Ceremony, change: (packets: readonly Uint8Array[]) => readonly Uint8Array[]): Verification {
  const place = at(ceremony);
  const ceremonies = said.ceremonies.map((kept, here) =>
    here === place ? { ...kept, packets: change(kept.packets) } : kept,
  );
  return verified(written({ ...said, ceremonies }));
}
const without = (ceremony: Ceremony, ...gone: readonly AnyPacket[]): Verification =>
  changed(ceremony, (packets) => packets.filter((bytes) => !gone.some((packet) => equalBytes(packet.bytes, bytes))));

describe('a verification', () => {
  it('of a whole succession passes every check, and says what is proven', () => {
    const verification = verified(file);
    expect([failed(verification), opened(verification)]).toEqual([[], []]);
    expect(verification).toMatchObject({
      valid: true,
      intact: true,
      keyset: toHex(zero.link.proven.id),
      name: 'treasury',
      epoch: 2,
      head: toHex(two.link.proven.id),
      threshold: 2,
      rehearsal: true,
      faults: [],
    });
    expect(verification.members).toEqual(['alice', 'carol', 'dave'].map((name, place) => ({ name, index: place + 1 })));
    expect(verification.keys).toEqual(
      zero.link.proven.keys.map(({ label, suite, publicKey }) => ({
        label,
        suite,
        publicKey: toHex(publicKey),
        addresses: addressesOf(suite, publicKey),
      })),
    );
    expect(verification.links.map(({ proven }) => proven.epoch)).toEqual([0, 1, 2]);
    expect(verification.ceremonies.map(({ plan }) => plan.epoch.to)).toEqual([0, 1, 2]);
    expect(detail(verification, 'records')).toBe('with the ceremony that made it: epoch 0, 1, 2');
  });

  it('is of a rehearsal where anything in the file is one, also before a key has proven anything', () => {
    const persons = ['alice', 'bob'].map((name) => new Person(name, 'real', false));
    const real = new Ceremony({ cast: persons, members: persons, threshold: 2, facts: { rehearsal: false } });
    const begun = new Ceremony({ cast, members: [alice, bob], threshold: 2, facts: { ticket: 'begun' } });
    const rehearsal = (...ceremonies: Ceremony[]) => of(ceremonies).rehearsal;
    expect([rehearsal(real), rehearsal(begun), rehearsal(real, begun)]).toEqual([false, true, true]);
    expect(of([], [zero.link]).rehearsal).toBe(true);
    expect(detail(of([begun]), 'records')).toBe('no epoch is proven in this file');
  });

  it('says how far the succession goes, and of which keyset it is, in one sentence each', () => {
    const sentences = (...found: [readonly Ceremony[], readonly Link[]]) =>
      ['keyset', 'succession'].map((check) => detail(of(...found), check));
    const id = toHex(zero.link.proven.keysetId).slice(0, 16);
    const follows = 'signed by all keys, each after the one before';
    expect(sentences([zero], [zero.link])).toEqual([`one keyset, ${id}, with 2 keys`, `epoch 0, ${follows}`]);
    expect(sentences(chain, links)[1]).toBe(`epoch 0 to 2, ${follows}`);
    expect(sentences([], [zero.link, two.link])).toEqual([
      `one keyset, ${id}, with 2 keys`,
      'its links are not in order: one is left out, or stands twice',
    ]);
    expect(sentences([zero, two], [])[1]).toBe(`epoch 0 to 2, ${follows}`);
    const single = toHex(stranger.link.proven.keysetId).slice(0, 16);
    expect(sentences([stranger], [])[0]).toBe(`one keyset, ${single}, with one key`);
  });

  it('has its links in one order, also those of one epoch', () => {
    const posing = { ...one.link, proven: { ...one.link.proven, id: new Uint8Array(32) } };
    for (const given of [
      [one.link, posing, zero.link],
      [zero.link, posing, one.link],
    ])
      expect(chainOf(given, []).links).toEqual([zero.link, posing, one.link]);
  });

  it('names a packet that came through no door by the beginning of its digest', () => {
    const junk = new Uint8Array(9);
    const found = changed(two, (packets) => [...packets, junk]).checks.filter(({ ok }) => !ok);
    expect(found.map((check) => check.detail).join(' ')).toContain(`${digestOf(junk).slice(0, 16)}: `);
    expect(found.map((check) => check.detail).join(' ')).not.toContain(digestOf(junk));
  });

  it('is none where the program itself makes a mistake', () => {
    const broken = new Map<string, unknown>();
    broken.has = () => {
      throw new TypeError('a slip');
    };
    expect(() => verifyExport(file, {}, broken)).toThrow('a slip');
  });

  it('of one ceremony needs no link beside its plan, and says where it begins', () => {
    const verification = of([two]);
    expect([verification.valid, verification.epoch, opened(verification)]).toEqual([true, 2, []]);
    expect(detail(verification, 'succession')).toContain('begins at epoch 1: what was before is not in this file');
    expect(detail(verification, 'records')).toBe(
      'with the ceremony that made it: epoch 2; only as its keys signed it: epoch 1',
    );
  });

  it('of links alone proves the committees', () => {
    const verification = of([], links);
    expect(verification).toMatchObject({ valid: true, epoch: 2, name: null, head: toHex(two.link.proven.id) });
    expect(detail(verification, 'records')).toBe('only as its keys signed it: epoch 0, 1, 2');
  });

  it('counts one check that is open as one', () => {
    const check = { check: 'closings', ok: false, open: true, detail: '', ceremony: null };
    const about = (count: number): string =>
      verdict({
        ...verified(file),
        checks: Array.from({ length: 20 }, (_, at) => ({ ...check, open: at < count, ok: at >= count })),
      });
    expect(about(1)).toContain('of 20 checks 1 is open, since not all that it asks for');
    expect(about(2)).toContain('of 20 checks 2 are open, since not all that they ask for');
  });

  it('is the same without a memo', () => {
    const bytes = writeExport([one.view], [zero.link, one.link]);
    expect(verifyExport(bytes).checks).toEqual(verified(bytes).checks);
  });
});

describe('an export is not valid', () => {
  it('where one bit of it is another, wherever that is', () => {
    for (let place = 0; place < file.length; place += 1009) {
      const bytes = file.slice();
      bytes[place] = (bytes[place] as number) ^ (1 << (place % 8));
      const verification = verified(bytes);
      expect([place, verification.valid, failed(verification).length > 0]).toEqual([place, false, true]);
      expect(verification.intact).toBe(false);
    }
  });

  it('where a packet was changed: then its signature is told, and not that it has another place now', () => {
    const flipped = two.said(alice, 'acceptance').bytes;
    const verification = changed(two, (packets) =>
      packets.map((bytes) => (equalBytes(bytes, flipped) ? bytes.with(-1, (bytes.at(-1) as number) ^ 1) : bytes)),
    );
    expect([failed(verification), verification.intact]).toEqual([['signatures'], false]);
    expect(detail(verification, 'signatures', two)).toContain('claims to be from alice, but the signature is not');
  });

  it('where it is no export', () => {
    for (const bytes of [new Uint8Array(), new Uint8Array(50), file.slice(0, 300), new Uint8Array([...file, 0])])
      expect(failed(verified(bytes))).toEqual(['file']);
    expect(verified(new Uint8Array())).toMatchObject({ valid: false, epoch: null, keyset: null, links: [] });
  });

  it('where ceremonies are in another order, or one of them stands twice', () => {
    const { ceremonies } = said;
    const twice = [ceremonies[0], ...ceremonies];
    for (const other of [[...ceremonies].reverse(), twice])
      expect(failed(verified(written({ ...said, ceremonies: other })))).toEqual(['proposals']);
  });

  it('where the proposals of two ceremonies have changed places', () => {
    const proposals = said.ceremonies.map(({ proposal }) => proposal);
    const ceremonies = said.ceremonies.map(({ packets }, place) => ({
      packets,
      proposal: proposals[(place + 1) % 3] as Uint8Array,
    }));
    const verification = verified(written({ ...said, ceremonies }));
    expect(failed(verification)).toContain('signatures');
    expect(verification.checks.find(({ check }) => check === 'signatures')?.detail).toContain(
      'belongs to another ceremony',
    );
  });

  it('where a proposal is none', () => {
    const [first, ...rest] = said.ceremonies as [Contents['ceremonies'][0]];
    const ceremonies = [{ ...first, proposal: first.packets[0] as Uint8Array, packets: [] }, ...rest];
    const verification = verified(written({ ...said, ceremonies }));
    expect(failed(verification)).toEqual(['proposals']);
    expect(detail(verification, 'proposals')).toBe('1: not a proposal');
  });

  it('where a packet is of another ceremony', () => {
    const foreign = stranger.said(alice, 'deal').bytes;
    const verification = of([two]);
    expect(failed(verification)).toEqual([]);
    const place = at(two);
    const { proposal, packets } = said.ceremonies[place] as Contents['ceremonies'][0];
    for (const extra of [foreign, one.said(bob, 'closing').bytes]) {
      const all = [...packets, extra].sort((a, b) => (digestOf(a) < digestOf(b) ? -1 : 1));
      const verification = verified(written({ v: 1, succession: [], ceremonies: [{ proposal, packets: all }] }));
      expect([failed(verification), verification.intact]).toEqual([['signatures'], false]);
      expect(detail(verification, 'signatures', two)).toContain('belongs to another ceremony');
    }
  });

  it('where packets are in another order, or one of them stands twice', () => {
    for (const change of [
      (packets: readonly Uint8Array[]) => packets.toReversed(),
      (packets: readonly Uint8Array[]) => [packets[0] as Uint8Array, ...packets],
    ]) {
      const verification = changed(two, change);
      expect([failed(verification), verification.intact]).toEqual([['file'], false]);
    }
  });

  it('where a link of the succession is left out, stands twice, or is in another place', () => {
    const [a, b, c] = said.succession as [Cbor, Cbor, Cbor];
    for (const succession of [
      [a, c],
      [a, a, b, c],
      [b, a, c],
      [a, c, b],
      [c, b, a],
    ]) {
      const verification = verified(written({ ...said, succession }));
      expect([failed(verification), verification.intact]).toEqual([['succession'], false]);
    }
  });

  it('where a signature of a link is another', () => {
    const signatures = (zero.link.signatures as Uint8Array[]).map((signature) => signature.slice());
    (signatures[1] as Uint8Array)[40] = ((signatures[1] as Uint8Array)[40] as number) ^ 1;
    const succession = [{ ...(said.succession[0] as object), signatures }, ...said.succession.slice(1)];
    const verification = verified(written({ ...said, succession }));
    expect(failed(verification)).toEqual(['succession']);
    expect(detail(verification, 'succession')).toBe('1: the key tr did not sign the descriptor of epoch 0');
  });

  it('where a link or a ceremony is of another keyset', () => {
    expect(failed(of(chain, [stranger.link, one.link, two.link]))).toContain('keyset');
    expect(failed(of([...chain, stranger], links))).toContain('keyset');
  });

  it('where two worlds, two ids or two sets of keys are in one succession, each by itself', () => {
    const other = new Uint8Array(32).fill(7);
    for (const [change, says] of [
      [{ rehearsal: false }, 'a rehearsal and a real ceremony in one file'],
      [{ keysetId: other }, 'holds more than one keyset'],
      [{ keysHash: other }, 'the keys are not the same throughout'],
    ] as const) {
      const changedLink = { ...one.link, proven: { ...one.link.proven, ...change } };
      expect(chainOf([zero.link, changedLink], []).oneKeyset).toEqual({ ok: false, open: false, detail: says });
    }
  });

  it('where a new key that nobody has accepted lies beside it, or another such', () => {
    const begun = (random: number) =>
      new Ceremony({ cast, members: [alice, bob], threshold: 2, facts: { random: new Uint8Array(32).fill(random) } });
    expect(failed(of([two, begun(1)]))).toEqual(['keyset']);
    expect(failed(of([begun(1), begun(2)]))).toEqual(['keyset']);
    expect(of([begun(1)])).toMatchObject({ valid: true, keyset: null, epoch: null, keys: [] });
  });
});

describe('what is not in the file', () => {
  it('is said: the beginning of the succession', () => {
    const verification = of([two], [one.link, two.link]);
    expect([verification.valid, opened(verification)]).toEqual([true, ['succession']]);
    expect(detail(verification, 'succession')).toContain('begins at epoch 1');
  });

  it('is said: epochs between a ceremony and the succession', () => {
    const verification = of([zero], [two.link]);
    expect([verification.valid, opened(verification)]).toEqual([true, ['succession']]);
    expect(detail(verification, 'succession')).toContain('not in this file: epoch 1');
  });

  it('is said: a packet that another one names', () => {
    const verification = without(two, two.said(alice, 'acceptance'));
    expect(verification.valid).toBe(true);
    expect(opened(verification)).toContain('references');
  });

  it('is said: a closing', () => {
    expect(opened(without(two, two.said(alice, 'closing')))).toEqual(['closings']);
  });

  it('proves nothing: without one activation the epoch is the one before, whatever the plan and the closings say', () => {
    const verification = verified(
      writeExport([zero.view, one.view, two.without(two.said(alice, 'activation'))], links.slice(0, 2)),
    );
    expect(verification).toMatchObject({ valid: true, epoch: 1, head: toHex(one.link.proven.id) });
    expect(verification.members.map(({ name }) => name)).toEqual(['bob', 'carol', 'dave']);
    expect(detail(verification, 'outcome', two)).toContain('NOT PROVEN in this file');
    expect(opened(verification)).toEqual(expect.arrayContaining(['outcome', 'turn']));
  });

  it('is not waited for where an epoch claims to be far away', () => {
    const far = { ...two.link.proven, epoch: 2 ** 50, id: new Uint8Array(32) };
    const { follows } = chainOf([{ ...two.link, proven: far }], [zero.view]);
    expect(follows).toMatchObject({ ok: false, open: true });
  });
});

describe('whoever verifies knows more than the file', () => {
  const [main, tr] = zero.link.proven.keys.map(({ publicKey }) => publicKey) as [Uint8Array, Uint8Array];

  it('a key: it has to have signed every committee', () => {
    for (const key of [main, tr, tr.subarray(1)]) expect(failed(verified(file, { key }))).toEqual([]);
    expect(detail(verified(file, { key: tr.subarray(1) }), 'key')).toBe(
      'it is tr (secp256k1-tr), and signed every committee in this file: epoch 0, 1, 2',
    );
    const other = stranger.link.proven.keys[0]?.publicKey as Uint8Array;
    for (const key of [other, main.subarray(1), new Uint8Array(32)])
      expect(failed(verified(file, { key }))).toEqual(['key']);
  });

  it('a key: of a file in which nothing is proven it says no', () => {
    const begun = new Ceremony({ cast, members: [alice, bob], threshold: 2 });
    expect(failed(verified(writeExport([begun.view]), { key: main }))).toEqual(['key']);
  });

  it('the latest epoch: a file that was cut short is refused, and so is one that goes on', () => {
    const short = writeExport([zero.view, one.view], links.slice(0, 2));
    expect(verified(short).valid).toBe(true);
    expect(failed(verified(short, { expectEpoch: 2 }))).toEqual(['expect-epoch']);
    expect(failed(verified(short, { expectEpoch: 0 }))).toEqual(['expect-epoch']);
    expect(failed(verified(short, { expectEpoch: 1 }))).toEqual([]);
    const begun = new Ceremony({ cast, members: [alice, bob], threshold: 2 });
    expect(failed(verified(writeExport([begun.view]), { expectEpoch: 0 }))).toEqual(['expect-epoch']);
  });

  it('the head', () => {
    expect(failed(verified(file, { head: two.link.proven.id }))).toEqual([]);
    expect(failed(verified(file, { head: one.link.proven.id }))).toEqual(['head']);
    const begun = new Ceremony({ cast, members: [alice, bob], threshold: 2 });
    expect(failed(verified(writeExport([begun.view]), { head: one.link.proven.id }))).toEqual(['head']);
  });
});

describe('a ceremony that failed', () => {
  /** bob's deal has its boxes in the wrong order. */
  function cheated(facts = {}): Ceremony {
    const ceremony = handover(zero.link, [bob, carol, dave], { reserves: [3], ...facts }).before('deal');
    ceremony.do(alice, 'deal');
    const body = ceremony.dealBody(bob);
    ceremony.say(bob, 'deal', { ...body, boxes: [...body.boxes].reverse() });
    return ceremony;
  }

  it('by a fault names who was at fault, and is not valid though nothing in it was changed', () => {
    const ceremony = cheated();
    const verification = of([ceremony]);
    expect(verification).toMatchObject({ valid: false, intact: true, epoch: 0 });
    expect(verification.faults).toMatchObject([{ member: 'bob', fault: 'PROOF_INVALID' }]);
    expect(failed(verification)).toEqual(['deals', 'outcome']);
    expect(detail(verification, 'outcome', ceremony)).toContain(
      `at fault: bob (PROOF_INVALID; identity ${bob.identity.slice(0, 16)})`,
    );
  });

  it('is history once another one took its place, and is still told', () => {
    const ceremony = cheated();
    const next = handover(zero.link, [bob, carol, dave], { random: new Uint8Array(32).fill(3) });
    const verification = of([zero, ceremony, one], [zero.link, one.link]);
    expect(next.plan.ceremony).not.toBe(one.plan.ceremony);
    expect(failed(verification)).not.toContain('deals');
    expect(detail(verification, 'deals', ceremony)).toContain('another ceremony took its place');
    expect(verification.faults.map(({ member }) => member)).toContain('bob');
  });

  it('at first, and was proven all the same, says so where the fault is told', () => {
    const ceremony = handover(zero.link, [bob, carol, dave], { ticket: 'proven all the same' }).before('accept');
    const body = ceremony.acceptanceBody(dave);
    ceremony.say(dave, 'acceptance', { ...body, nonces: [...body.nonces, ...body.nonces] });
    ceremony.do(dave, 'accept');
    ceremony.run();
    expect(detail(of([ceremony]), 'possession', ceremony)).toContain('it was proven all the same');
  });

  it('at first, and then went on without the liar, is valid', () => {
    const ceremony = cheated();
    ceremony.refuse(carol, 'receiver');
    ceremony.amend(alice, ['bob']);
    ceremony.run();
    const verification = of([ceremony]);
    expect(verification).toMatchObject({ valid: true, epoch: 1 });
    expect(detail(verification, 'outcome', ceremony)).toContain('at fault: bob');
  });

  it('in part, by one who spoilt nothing, is valid where the key was made all the same', () => {
    const members = [alice, bob, carol];
    const ceremony = new Ceremony({ cast, members, threshold: 2, facts: { keyset: 'third' } }).before('activate');
    ceremony.reprove(alice, [bob, carol]);
    ceremony.run();
    const verification = of([ceremony]);
    expect(verification).toMatchObject({ valid: true, epoch: 0 });
    expect(detail(verification, 'outcome', ceremony)).toContain('at fault: alice (TURN_INVALID');
  });

  it('by a refusal is nobody’s fault', () => {
    const policed = handover(zero.link, [bob, carol, dave]);
    policed.refuse(dave, 'approver');
    const verification = of([policed]);
    expect(verification).toMatchObject({ valid: true, epoch: 0 });
    expect(detail(verification, 'approvals', policed)).toBe('refused by dave; nobody is proven to be at fault');
    expect(opened(verification)).toEqual(expect.arrayContaining(['approvals', 'outcome']));
  });

  it('by two statements in one place is not valid, also where it was proven', () => {
    const ceremony = handover(zero.link, [bob, carol, dave]).run();
    const { body } = ceremony.said(dave, 'closing');
    ceremony.say(dave, 'closing', {
      ...body,
      invalid: [{ id: '00', label: '', kind: 'export', epoch: 0, where: nowhere, destroyed: null }],
    });
    const verification = of([ceremony]);
    expect(verification).toMatchObject({ valid: false, intact: true, epoch: 1 });
    expect(failed(verification)).toEqual(['contradictions']);
  });

  it('is not made good by a closing over something else', () => {
    const ceremony = handover(zero.link, [bob, carol, dave]).before('close');
    ceremony.say(dave, 'closing', { ...ceremony.closingBody(), transcript: new Uint8Array(32) });
    expect(failed(of([ceremony]))).toEqual(['closings']);
  });
});

describe('whoever has a public record and no share', () => {
  /** Its card has the name of a member of epoch 0, who is not in epoch 1. */
  const stand = new Person('alice', 'a stranger');
  const proposed = (): Ceremony => {
    const facts = { keyset: 'elsewhere', random: new Uint8Array(32).fill(8) };
    return new Ceremony({
      cast: [...cast, stand],
      parent: one.link,
      members: [bob, carol, dave],
      threshold: 2,
      dealers: [1, 2],
      proposer: stand,
      facts,
    });
  };

  it('cannot give the keyset another name by a plan that nobody followed', () => {
    const verification = of([zero, one, proposed()], [zero.link, one.link]);
    expect(verification).toMatchObject({ valid: true, epoch: 1, name: 'treasury' });
    expect(of([proposed()])).toMatchObject({ valid: true, epoch: 1, name: null });
  });

  it('cannot have somebody blamed who has the same name', () => {
    const ceremony = proposed();
    const amend = (reason: string) =>
      ceremony.say(stand, 'amendment', { number: 1, dealers: [1, 2], receivers: [], reason } as never);
    expect(() => amend('one')).toThrow();
    const receivers = ceremony.plan.receivers.map(({ card, prekey }) => ({ card: card.file, prekey }));
    for (const reason of ['one', 'two'])
      ceremony.say(
        stand,
        'amendment',
        { number: 1, dealers: [1, 2], receivers, reason },
        { attempt: ceremony.plan.id },
      );
    const verification = of([zero, one, ceremony], [zero.link, one.link]);
    expect(verification.valid).toBe(false);
    expect(verdict(verification)).toContain(`alice (identity ${stand.identity.slice(0, 16)}) is at fault`);
    expect(alice.identity.slice(0, 16)).not.toBe(stand.identity.slice(0, 16));
  });
});

describe('a fork', () => {
  const other = handover(zero.link, [bob, carol, dave], { reason: 'another' }).run();
  const after = handover(other.link, [alice, bob, carol]).run();

  it('in one file is bad, and names who voted twice', () => {
    const verification = of([zero, one, other], [zero.link]);
    expect(verification).toMatchObject({ valid: false, epoch: 1, head: null });
    expect(failed(verification)).toEqual(['across', 'succession']);
    expect(detail(verification, 'succession')).toContain('a fork: epoch 1 has two descriptors');
    expect(detail(verification, 'across')).toBe('alice, bob voted for two things in one place');
  });

  it('shows where a link follows another one than that which is here', () => {
    const verification = of([], [zero.link, one.link, after.link]);
    expect(failed(verification)).toEqual(['succession']);
    expect(detail(verification, 'succession')).toBe('epoch 2 does not follow the epoch 1 that is here');
  });

  it('between two files is found though each of them is valid', () => {
    const both = [of([zero, one], [zero.link, one.link]), of([other], [zero.link, other.link])];
    expect(both.map(({ valid }) => valid)).toEqual([true, true]);
    const [comparison] = forksBetween(both);
    expect(comparison).toMatchObject({ ok: false, files: [0, 1], keyset: toHex(zero.link.proven.id) });
    expect(comparison?.forks).toEqual([
      { epoch: 1, heads: [one, other].map(({ link }, place) => ({ head: toHex(link.proven.id), files: [place] })) },
    ]);
    expect(comparison?.detail).toContain('A FORK: epoch 1 has 2 descriptors');
    expect(comparison?.detail).toContain('alice, bob said two things');
  });

  it('is none where one file is only longer: then it is said which is newer', () => {
    const [comparison] = forksBetween([of([zero], [zero.link]), verified(file)]);
    expect(comparison).toMatchObject({ ok: true, forks: [], contradictions: [] });
    expect(comparison?.detail).toBe('no fork: file 2 is the newest, at epoch 2; the oldest ends at epoch 0');
    expect(forksBetween([verified(file), verified(file)])[0]?.detail).toBe('no fork: all of them end at epoch 2');
  });

  it('is one also where nobody can be named, and two notes in one place are none', () => {
    const bare = [one, other].map(({ link }) => of([], [zero.link, link]));
    expect(forksBetween(bare)).toMatchObject([{ ok: false, contradictions: [] }]);
    expect(forksBetween(bare)[0]?.detail).toBe('A FORK: epoch 1 has 2 descriptors, all signed by the keys');
    const noted = handover(two.link, [alice, carol, dave]);
    for (const text of ['one', 'another']) noted.say(carol, 'note', { kind: 'observation', text, number: 0 });
    expect(forksBetween([of([noted]), of([noted])])).toMatchObject([{ ok: true, contradictions: [] }]);
  });

  it('is found where the files have no epoch in common: a descriptor names the one before it', () => {
    const [comparison] = forksBetween([of([zero, one], [zero.link, one.link]), of([], [after.link])]);
    expect(comparison).toMatchObject({ ok: false, forks: [{ epoch: 1, heads: [{ files: [0] }, { files: [1] }] }] });
    expect(comparison?.detail).toContain('A FORK: epoch 1 has 2 descriptors');
    expect(forksBetween([of([], [one.link]), of([], [two.link])])[0]?.ok).toBe(true);
  });

  it('cannot hide behind another id, another label, another world or the other parity of the key', () => {
    const verification = of([], [one.link]);
    const posing = (change: object): Verification => {
      const later = { ...two.link.proven, ...change };
      return { ...verification, epoch: 2, links: [{ ...two.link, proven: later }] };
    };
    const hash = new Uint8Array(32).fill(7);
    const keys = two.link.proven.keys.slice(1).map(({ publicKey, ...key }) => {
      return { ...key, label: 'other', publicKey: publicKey.with(0, 5 - (publicKey[0] as number)) };
    });
    for (const [change, says] of [
      [{}, 'no fork: file 2 is the newest, at epoch 2; the oldest ends at epoch 1'],
      [{ keysetId: hash }, 'A FORK: epoch 0 has 2 descriptors, all signed by the keys'],
      [{ keysHash: hash, keys }, 'A FORK: one key stands among keys that are not the same'],
      [{ rehearsal: false }, 'A FORK: one key is of a rehearsal and of a real keyset'],
    ] as const)
      expect(forksBetween([verification, posing(change)]).map(({ detail }) => detail)).toEqual([says]);
  });

  it('is looked for among files of one keyset alone', () => {
    expect(forksBetween([verified(file), of([stranger])])).toEqual([]);
    expect(forksBetween([verified(file)])).toEqual([]);
    expect(contradictionsAcross([zero.view, stranger.view])).toEqual([]);
  });

  it('need not be: two statements that lie in two files meet as well', () => {
    const ceremony = handover(one.link, [alice, carol, dave], { reason: 'third' }).before('accept');
    const first = ceremony.said(bob, 'deal');
    const second = ceremony.say(bob, 'deal', { ...ceremony.dealBody(bob), vote: first.body.vote });
    const shown = [first, second].map((gone) => verified(writeExport([ceremony.without(gone)])));
    expect(shown.map((one) => failed(one))).toEqual([[], []]);
    const [comparison] = forksBetween(shown);
    expect(comparison).toMatchObject({ ok: false, forks: [] });
    expect(comparison?.contradictions[0]).toMatchObject({ member: 'bob' });
    // in one order, whichever file came first
    const [turned] = forksBetween(shown.toReversed());
    expect([comparison, turned].map((one) => one?.contradictions[0]?.packets)).toEqual(
      Array(2).fill([first.digest, second.digest].sort()),
    );
    expect(comparison?.detail).toBe('no fork; bob said two things of which only one can be honest');
  });
});
