import { describe, expect, test } from 'vitest';
import { toHex } from '../../src/bytes/hex.ts';
import { manifestOf } from '../../src/ceremony/manifest.ts';
import { nowhere } from '../../src/ceremony/packets/closing.ts';
import { addressesOf } from '../../src/crypto/addresses.ts';
import { Ceremony, people } from './committee.ts';

const cast = people('manifest', 'alice', 'bob', 'carol', 'dave', 'dora');
const { alice, bob, carol, dave, dora } = cast;
const everybody = Object.values(cast);
const first = new Ceremony({ cast: everybody, members: [alice, bob, carol], threshold: 2 }).run();

function handover(): Ceremony {
  for (const person of everybody) person.votes.length = 0;
  return new Ceremony({
    cast: everybody,
    members: [bob, dave],
    threshold: 2,
    parent: first.link,
    approvers: [dora],
    facts: {
      // alice leaves, and carol has lost her share
      old: [{ card: 0 }, { card: 1 }, { card: null }],
      cards: [alice, bob, dave, dora].map(({ card }) => card.file),
      new: [bob, dave].map(({ card }, at) => ({ card: at + 1, prekey: card.prekeys[0] as Uint8Array })),
      approvers: [3],
    },
  });
}

describe('a manifest', () => {
  test('has no key and no address before one is made, and both as soon as it is', () => {
    const keys = [{ label: 'main', suite: 'secp256k1-tr' as const }];
    const begun = new Ceremony({ cast: everybody, members: [alice, bob], threshold: 2, keys });
    expect(manifestOf(begun.view).keys).toEqual([{ ...keys[0], publicKey: null, addresses: {} }]);
    const [key] = manifestOf(begun.run().view).keys;
    const publicKey = begun.link.proven.keys[0]?.publicKey as Uint8Array;
    expect(key).toEqual({ ...keys[0], publicKey: toHex(publicKey), addresses: addressesOf('secp256k1-tr', publicKey) });
    expect(Object.keys(key?.addresses ?? {})).toEqual(['bitcoin-taproot']);
  });

  const ceremony = handover();
  ceremony.before('close');
  const half = manifestOf(ceremony.view);
  const copy = { id: 'c1', label: 'safe 7', kind: 'export' as const, epoch: 0, where: nowhere, destroyed: null };
  const fresh = { id: 'c2', label: 'safe 8', kind: 'external' as const, epoch: 1, where: nowhere, destroyed: null };
  ceremony.say(alice, 'note', { kind: 'deviation', text: 'the camera failed', number: 0 });
  ceremony.say(bob, 'closing', {
    ...ceremony.closingBody(),
    oldShare: { state: 'wrapping-key-deleted', why: 'proven' },
    invalid: [copy],
    recorded: [fresh],
  });
  ceremony.refuse(alice, 'member');
  const whole = manifestOf(ceremony.view);

  test('says of who leaves what its own closing says of the old share, and nothing that another one says', () => {
    const other = handover();
    other.before('close');
    other.say(bob, 'closing', { ...other.closingBody(), oldShare: { state: 'kept', why: 'no-backups' } });
    const [leaves] = manifestOf(other.view).withoutShare;
    expect(leaves).toEqual({ name: 'alice', index: 1, why: 'leaves', oldShare: null });
  });

  test('names everybody with a part, what each has done, and what each still owes', () => {
    const members = Object.fromEntries(half.members.map(({ name, done, owes }) => [name, { done, owes }]));
    expect(members).toEqual({
      alice: { done: ['propose', 'deal'], owes: ['close'] },
      bob: { done: ['deal', 'accept', 'activate'], owes: ['close'] },
      dave: { done: ['accept', 'activate'], owes: ['close'] },
      dora: { done: ['approve'], owes: [] },
    });
    expect(half.members.map(({ oldIndex, newIndex }) => [oldIndex, newIndex])).toEqual([
      [1, null],
      [2, 1],
      [null, 2],
      [null, null],
    ]);
  });

  test('says which old members are left without a share, the lost one among them (row 19)', () => {
    expect(half.withoutShare).toEqual([
      { name: 'alice', index: 1, why: 'leaves', oldShare: null },
      { name: 'carol', index: 3, why: 'lost', oldShare: null },
    ]);
    ceremony.say(alice, 'closing', { ...ceremony.closingBody(), oldShare: { state: 'kept', why: 'no-backups' } });
    expect(manifestOf(ceremony.view).withoutShare[0]).toMatchObject({ oldShare: { state: 'kept', why: 'no-backups' } });
  });

  test('lists every packet with its digest, its author and the time that the author claims', () => {
    expect(half.packets.map(({ digest }) => digest)).toEqual(
      ceremony.packets
        .slice(0, half.packets.length)
        .map(({ digest }) => digest)
        .sort(),
    );
    expect(half.packets.find(({ kind }) => kind === 'approval')).toMatchObject({
      author: 'dora',
      identity: dora.identity,
      at: 1_800_000_000,
      attended: true,
    });
  });

  test('takes what became of shares and copies from the closings', () => {
    expect(half.oldShares).toEqual([]);
    expect(whole.oldShares).toEqual([{ member: 'bob', state: 'wrapping-key-deleted', why: 'proven' }]);
    expect(whole.copies).toEqual({
      invalid: [{ member: 'bob', ...copy }],
      recorded: [{ member: 'bob', ...fresh }],
    });
  });

  test('keeps dissent and notes with their packets', () => {
    expect(whole.dissent).toMatchObject([{ member: 'alice', as: 'member', reason: 'no' }]);
    expect(whole.notes).toMatchObject([{ member: 'alice', kind: 'deviation', text: 'the camera failed', number: 0 }]);
    const kinds = whole.packets.filter(({ kind }) => kind === 'note' || kind === 'refusal').map(({ digest }) => digest);
    expect(kinds.sort()).toEqual([whole.dissent[0]?.packet, whole.notes[0]?.packet].sort());
  });

  test('shows faults, contradictions and what is missing as the view has them', () => {
    const bad = handover().before('deal');
    const body = bad.dealBody(alice);
    bad.say(alice, 'deal', { ...body, boxes: body.boxes.slice(0, 2), keys: [...body.keys, ...body.keys] });
    bad.refuse(bob, 'dealer');
    bad.say(bob, 'deal', bad.dealBody(bob));
    const manifest = manifestOf(bad.view);
    expect(manifest).toMatchObject({ phase: 'aborted', death: { why: 'dealer-refused', by: ['bob'] } });
    expect(manifest.contradictions).toMatchObject([{ member: 'bob', grave: true }]);
    const lost = ceremony.without(ceremony.said(dora, 'approval'));
    expect(manifestOf(lost).missing.length).toBeGreaterThan(0);
  });

  test('is plain data: what it says survives JSON', () => {
    expect(JSON.parse(JSON.stringify(whole))).toEqual(whole);
    expect(whole.descriptor).toBe(toHex(ceremony.link.proven.id));
  });

  test('says of a plan that has only begun what is known before anything is proven', () => {
    const key = toHex(first.link.proven.keys[0]?.publicKey as Uint8Array);
    const early = manifestOf(handover().view);
    expect(early).toMatchObject({
      keysetId: toHex(first.link.proven.id),
      threshold: { from: 2, to: 2 },
      proposed: { by: 'alice', at: 1_800_000_000 },
      transcript: null,
      descriptor: null,
      attempt: { dealers: ['alice', 'bob'], quorum: 2 },
      keys: [{ label: 'main', suite: 'ristretto255', publicKey: key, addresses: {} }],
    });
    const genesis = new Ceremony({ cast: everybody, members: [alice, bob], threshold: 2 });
    const nothing = { keysetId: null, threshold: { from: null, to: 2 }, keys: [{ publicKey: null }] };
    expect(manifestOf(genesis.view)).toMatchObject(nothing);
    const dealt = genesis.before('accept').view.current.transcript;
    expect(manifestOf(genesis.view)).toMatchObject({
      keysetId: toHex(dealt?.descriptor.keysetId as Uint8Array),
      transcript: toHex(dealt?.hash as Uint8Array),
      keys: [{ publicKey: null }],
    });
    const made = genesis.run().link;
    expect(manifestOf(genesis.view)).toMatchObject({
      keysetId: toHex(made.proven.id),
      transcript: toHex(made.transcript),
      keys: [{ publicKey: toHex(made.proven.keys[0]?.publicKey as Uint8Array) }],
    });
  });

  test('says of each seat what becomes of it, and that none changes where no share moves', () => {
    const seats = (ceremony: Ceremony) => {
      const { before, after } = manifestOf(ceremony.view).committee;
      return [before, after].map((some) => some.map(({ index, name, becomes }) => `${index} ${name} ${becomes}`));
    };
    const old = ['1 alice leaves', '2 bob stays', '3 carol lost'];
    expect(seats(ceremony)).toEqual([old, ['1 bob stays', '2 dave joins']]);
    const facts = { kind: 'census' as const, new: [], dealers: [], weak: [] };
    const census = new Ceremony({ cast: everybody, parent: first.link, members: [], threshold: 2, facts });
    const staying = ['1 alice stays', '2 bob stays', '3 carol stays'];
    expect(seats(census)).toEqual([staying, staying]);
    expect(manifestOf(census.view)).toMatchObject({ withoutShare: [], outstanding: [], lost: [] });
    expect(manifestOf(ceremony.view).lost).toEqual([{ name: 'carol', index: 3, returns: null }]);
  });

  test('lists a call for a later turn as complete once it is', () => {
    const called = handover().before('activate');
    called.reprove(bob, [bob, dave]);
    expect(manifestOf(called.view).reproves).toMatchObject([{ caller: 'bob', lost: [], complete: false }]);
    called.run((_, duty) => duty === 'activate');
    expect(manifestOf(called.view).reproves).toMatchObject([{ signers: ['bob', 'dave'], complete: true }]);
  });
});
