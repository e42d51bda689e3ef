import { describe, expect, it } from 'vitest';
import type { Descriptor } from '../../src/ceremony/descriptor.ts';
import { epochLife, type MemberLife, type OwnLife } from '../../src/ceremony/epoch-life.ts';
import type { View } from '../../src/ceremony/evaluate.ts';
import { type ClosingBody, type Copy, nowhere } from '../../src/ceremony/packets/closing.ts';

/* Whether the shares of an epoch that is over may still be somewhere, by what was said. Views as far as it looks at them. */

const bytes = (fill: number) => new Uint8Array(32).fill(fill);
const hex = (fill: number) => fill.toString(16).padStart(2, '0').repeat(32);
const names = ['alice', 'bob', 'carol'];
const committee = {
  epoch: 4,
  threshold: 2,
  ceremony: bytes(40),
  keysetId: bytes(1),
  keysHash: bytes(2),
  members: names.map((name, at) => ({ name, identity: bytes(at + 1) })),
} as unknown as Descriptor;

const copy = (id: string, more: Partial<Copy> = {}): Copy => {
  return { id, label: id, kind: 'backup', epoch: 4, where: nowhere, destroyed: null, ...more };
};
const destroyed = { destroyed: { at: 1, method: 'burnt', witnesses: ['dora'] } };

interface Said {
  readonly who: string;
  readonly share?: ClosingBody['oldShare'];
  readonly invalid?: readonly Copy[];
  readonly recorded?: readonly Copy[];
}
const gone = { state: 'wrapping-key-deleted', why: 'proven' } as const;
const kept = { state: 'kept', why: 'no-backups' } as const;
const none = (why: ClosingBody['oldShare']['why']) => ({ state: 'none', why }) as const;

/** A ceremony in which these closings were said; from epoch 4 to 5 unless it is said otherwise. */
function view(said: readonly Said[], more: { plan?: object; proof?: object | null; packets?: unknown[] } = {}): View {
  const closings = said.map(({ who, share = none('joiner'), invalid = [], recorded = [] }) => {
    const identity = hex(names.indexOf(who) + 1);
    return [identity, { body: { oldShare: share, invalid, recorded } }] as const;
  });
  const { plan = {}, proof = {}, packets = [] } = more;
  return {
    plan: { id: bytes(41), parent: { proven: committee }, epoch: { from: 4, to: 5 }, ...plan },
    attempts: [{ proof, closings: new Map(closings) }],
    packets,
  } as unknown as View;
}
const lives = (views: readonly View[], exposed: readonly number[] = [], own: OwnLife | null = null) =>
  epochLife(committee, views, exposed, own);
const shares = (...views: View[]): MemberLife['share'][] => lives(views).members.map(({ share }) => share);
const copies = (...views: View[]) => lives(views).members.map((member) => member.copies);

describe('the shares of an epoch that is over', () => {
  it('may all be there as long as nobody here has heard of their members', () => {
    expect(lives([])).toEqual({
      epoch: 4,
      threshold: 2,
      members: names.map((name, at) => {
        return { name, identity: hex(at + 1), index: at + 1, share: 'unseen', copies: [], exposed: false, alive: true };
      }),
      alive: 3,
      dead: false,
    });
  });

  it('are dead once fewer than the threshold of members have theirs', () => {
    const closed = (...who: string[]) => lives([view(who.map((one) => ({ who: one, share: gone })))]);
    expect(closed('alice')).toMatchObject({ alive: 2, dead: false });
    expect(closed('alice', 'carol')).toMatchObject({ alive: 1, dead: true });
    expect(closed('alice', 'carol').members.map(({ alive }) => alive)).toEqual([false, true, false]);
    expect(closed('alice', 'bob', 'carol')).toMatchObject({ alive: 0, dead: true });
  });

  it.each([
    ['wrapping key deleted', gone, 'deleted'],
    ['none was there any more', none('already-gone'), 'deleted'],
    ['kept', kept, 'kept'],
    ['none was ever there', none('joiner'), 'unseen'],
    ['lost', none('lost'), 'unseen'],
  ] as const)('are as the closing says: %s', (_, share, state) => {
    expect(shares(view([{ who: 'bob', share }]))).toEqual(['unseen', state, 'unseen']);
  });

  it('are as the last closing says: a later ceremony takes along what an earlier one kept, in whatever order they are here', () => {
    const [first, later] = [
      view([
        { who: 'alice', share: kept },
        { who: 'bob', share: kept },
      ]),
      view([{ who: 'alice', share: gone }], { plan: { epoch: { from: 5, to: 6 } } }),
    ];
    expect(shares(first, later)).toEqual(['deleted', 'kept', 'unseen']);
    expect(shares(later, first)).toEqual(['deleted', 'kept', 'unseen']);
  });

  it('are not told of by closings of another keyset, of an earlier epoch, of a genesis, or without a proof', () => {
    const said = [{ who: 'alice', share: gone }];
    for (const plan of [
      { parent: { proven: { ...committee, keysetId: bytes(9) } } },
      { parent: { proven: { ...committee, keysHash: bytes(9) } } },
      { epoch: { from: 3, to: 4 } },
      { epoch: { from: null, to: 0 } },
      { parent: null },
    ])
      expect(shares(view(said, { plan }))).toEqual(['unseen', 'unseen', 'unseen']);
    expect(shares(view(said, { proof: null }))).toEqual(['unseen', 'unseen', 'unseen']);
  });
});

describe('a copy of a share', () => {
  it('keeps its member alive until somebody calls it destroyed, wherever it was spoken of', () => {
    const deleted = names.map((who) => ({ who, share: gone }));
    const [alices, ...others] = deleted;
    const spoken = view([{ who: 'alice', share: gone, invalid: [copy('b1'), copy('b2')] }, ...others]);
    expect(copies(spoken)).toEqual([['b1', 'b2'], [], []]);
    expect(lives([spoken])).toMatchObject({ alive: 1, dead: true });
    const burnt = view([{ who: 'alice', share: gone, invalid: [copy('b1', destroyed)] }], {
      plan: { epoch: { from: 5, to: 6 } },
    });
    expect(copies(spoken, burnt)).toEqual([['b2'], [], []]);
    expect(copies(burnt, spoken)).toEqual([['b2'], [], []]);
    const packets = [{ kind: 'census', identity: hex(1), body: { copies: [copy('b1')] } }];
    expect(copies(spoken, { ...burnt, packets } as unknown as View)).toEqual([['b2'], [], []]);
    expect(lives([view([alices as Said, ...others])])).toMatchObject({ alive: 0 });
  });

  it('counts for its epoch and its member alone', () => {
    const said = [
      { who: 'bob', invalid: [copy('b1', { epoch: 3 }), copy('b2')], recorded: [copy('b3', { epoch: 5 })] },
    ];
    expect(copies(view(said))).toEqual([[], ['b2'], []]);
  });

  it('was recorded in the ceremony that made the committee, or told of in a census', () => {
    const made = view([{ who: 'carol', recorded: [copy('x1')] }], { plan: { id: committee.ceremony, parent: null } });
    expect(copies(made)).toEqual([[], [], ['x1']]);
    const elsewhere = view([{ who: 'carol', recorded: [copy('x1')] }], { plan: { id: bytes(77), parent: null } });
    expect(copies(elsewhere)).toEqual([[], [], []]);
    const packets = [
      { kind: 'census', identity: hex(1), body: { copies: [copy('c1')] } },
      { kind: 'note', identity: hex(1), body: { copies: [copy('c2')] } },
    ];
    expect(copies(view([], { packets }))).toEqual([['c1'], [], []]);
  });
});

describe('what is known beside the packets', () => {
  it('is whose share somebody else may know: that counts whatever its member destroyed', () => {
    const closed = [view(names.map((who) => ({ who, share: gone })))];
    const life = lives(closed, [1, 3]);
    expect(life).toMatchObject({ alive: 2, dead: false });
    expect(life.members.map(({ exposed }) => exposed)).toEqual([true, false, true]);
  });

  it('is of the own member what its vault holds, and not what its packets say', () => {
    const said = [
      view([
        { who: 'bob', share: gone },
        { who: 'alice', share: kept },
      ]),
    ];
    const own = (share: boolean, ...held: Copy[]): OwnLife => ({ identity: hex(2), share, copies: held });
    const bob = (mine: OwnLife) => lives(said, [], mine).members.map(({ share, copies: held }) => [share, ...held]);
    expect(bob(own(true))).toEqual([['kept'], ['kept'], ['unseen']]);
    expect(bob(own(false, copy('own')))).toEqual([['kept'], ['deleted', 'own'], ['unseen']]);
    expect(bob(own(false, copy('own', destroyed)))).toEqual([['kept'], ['deleted'], ['unseen']]);
  });
});
