import { describe, expect, it, vi } from 'vitest';
import { equalBytes } from '../../src/bytes/hex.ts';
import type { AttemptView } from '../../src/ceremony/attempt-view.ts';
import { isKind } from '../../src/ceremony/kinds.ts';
import { nowhere } from '../../src/ceremony/packets/closing.ts';
import { mostCalls } from '../../src/ceremony/packets/reprove.ts';
import { Problem } from '../../src/problem.ts';
import type { Held } from '../../src/vault/ceremonies.ts';
import { close } from '../../src/vault/close.ts';
import { drill } from '../../src/vault/drill.ts';
import { perform } from '../../src/vault/perform.ts';
import { release } from '../../src/vault/release.ts';
import { answerReprove, reprove } from '../../src/vault/reprove.ts';
import type { Moment } from '../../src/vault/say.ts';
import type { CopyRecord, VaultState } from '../../src/vault/state.ts';
import { comeBack, founded, type Machine, type Stick, slotsOf, walk } from './machine.ts';

/* One check of what proves and closes a ceremony after the other, on the machine that would get it wrong without. */

vi.setConfig({ testTimeout: 60_000 });

const names = ['alice', 'bob', 'carol'] as const;
const { of, stick: first } = founded('proving checks', ...names, 'dave');
const { alice, bob, carol, dave } = of;
const all = [alice, bob, carol, dave];
const start = comeBack(all, first);
const moment: Moment = { now: 1_800_000_000, tool: { version: 'test', digest: null } };

const view = (machine: Machine, ceremony: string) => machine.run((ceremonies) => ceremonies.get(ceremony).view);
const shares = (machine: Machine) => slotsOf(machine).map(({ epoch, state }) => `${epoch} ${state}`);
const refresh = { kind: 'refresh', members: names, threshold: 2 } as const;

/** Everybody accepted, and nobody signed: all have seen it. */
function certified(): { stick: Stick; ceremony: string } {
  const stick = start();
  const ceremony = alice.propose(stick, refresh);
  for (const machine of [bob, carol]) machine.visit(stick);
  const before = alice.copy();
  const seen = new Map(stick);
  alice.visit(stick); // accepts, and signs at once
  alice.restore(before);
  alice.run(({ vault }) => vault.commit((state) => state));
  return { stick: seen, ceremony };
}

/** Everybody accepted; alice, who came last, signed. */
function signedByAlice(): { stick: Stick; ceremony: string } {
  const { stick, ceremony } = certified();
  alice.visit(stick);
  return { stick, ceremony };
}

/** What becomes of a call for a later turn: nothing, or the problem in words. */
function calling(machine: Machine, ceremony: string, signers: readonly string[] = ['alice', 'bob']): string {
  return machine.run((ceremonies) => {
    try {
      reprove(ceremonies, ceremonies.get(ceremony), moment, signers, 'because');
      return '';
    } catch (error) {
      if (error instanceof Problem) return `${error.code} ${error.message}`;
      throw error;
    }
  });
}

/** The same ceremony, seen otherwise than it is. */
function seenAs(held: Held, change: (current: AttemptView) => Partial<AttemptView>): Held {
  const { current } = held.view;
  return { ...held, view: { ...held.view, current: { ...current, ...change(current) } } };
}

describe('a call for a later turn', () => {
  it('is not made by an old copy of a vault: it does not know what it has signed', () => {
    const { stick, ceremony } = certified();
    const old = alice.copy();
    alice.visit(stick);
    alice.restore(old);
    alice.hear(stick);
    expect(calling(alice, ceremony)).toMatch(/^VAULT_ROLLED_BACK/);
  });

  it('is not made where the committee is proven, or the attempt is dead', () => {
    const { stick, ceremony } = signedByAlice();
    const back = comeBack(all, stick);
    for (const machine of [bob, carol]) machine.visit(stick);
    alice.hear(stick);
    expect(calling(alice, ceremony)).toMatch(/^REPROVE_REFUSED the new committee is proven/);

    const again = back();
    for (const machine of [bob, carol])
      machine.command(again, ceremony, (ceremonies, held, now) => release(ceremonies, held, now, false, 'gone'));
    alice.hear(again);
    expect(view(alice, ceremony).current.death).toMatchObject({ why: 'released' });
    expect(calling(alice, ceremony)).toMatch(/^REPROVE_REFUSED this attempt is over/);
  });

  it('is not made by who has no share of the new committee, nor by who let go of it', () => {
    const stick = start();
    const ceremony = alice.propose(stick, { kind: 'reshare', members: ['bob', 'carol', 'dave'], threshold: 2 });
    for (const machine of [bob, carol, dave]) machine.visit(stick);
    alice.hear(stick);
    expect(view(alice, ceremony).current.certificate).not.toBeNull();
    expect(calling(alice, ceremony, ['bob', 'carol'])).toMatch(/^REPROVE_REFUSED this machine has no part/);
    bob.command(stick, ceremony, (ceremonies, held, now) => release(ceremonies, held, now, false, 'gone'));
    expect(calling(bob, ceremony, ['bob', 'carol'])).toMatch(/^REPROVE_REFUSED this machine has no part/);
    carol.hear(stick);
    expect(calling(carol, ceremony, ['bob', 'carol'])).toMatch(/^REPROVE_REFUSED bob gave this attempt up/);
  });

  it('names new members, enough of them, and its author', () => {
    const { ceremony } = signedByAlice();
    expect(calling(alice, ceremony, ['alice', 'dave'])).toMatch(/^USAGE dave is no new member/);
    expect(calling(alice, ceremony, ['alice'])).toMatch(/^REPROVE_REFUSED a turn needs 2/);
    expect(calling(alice, ceremony, ['bob', 'carol'])).toMatch(/^REPROVE_REFUSED the machine that calls/);
    expect(calling(alice, ceremony, ['alice', 'carol'])).toBe('');
  });

  it('has the next number of its author, up to the last one', () => {
    const { stick, ceremony } = signedByAlice();
    expect([calling(alice, ceremony), calling(alice, ceremony)]).toEqual(['', '']);
    const numbers = () => view(alice, ceremony).current.reproves.map(({ packet }) => packet.body.number);
    expect(numbers().sort()).toEqual([1, 2]);
    const said = view(alice, ceremony).packets.find((packet) => isKind(packet, 'reprove'));
    bob.hear(stick);
    expect(calling(bob, ceremony)).toBe('');
    alice.lie(stick, ceremony, 'reprove', { ...(said?.body as object), number: mostCalls });
    // seen as its own last call, since a vault that finds it is an old copy
    alice.run((ceremonies) => {
      const held = ceremonies.get(ceremony);
      const [one] = held.view.current.reproves;
      const last = { ...one, packet: { ...one?.packet, body: { ...one?.packet.body, number: mostCalls } } };
      const full = seenAs(held, () => ({ reproves: [last as never] }));
      expect(() => reprove(ceremonies, full, moment, ['alice', 'bob'], 'because')).toThrow('has called 16 times');
    });
  });

  it('is answered for the acceptance and the share that this vault stands behind, and for no other', () => {
    const { ceremony } = signedByAlice();
    expect(calling(alice, ceremony)).toBe('');
    alice.run((ceremonies) => {
      const held = ceremonies.get(ceremony);
      const answers = (change: (current: AttemptView) => Partial<AttemptView>) => {
        // as if its commitment were not here yet
        const open = (current: AttemptView) => current.reproves.map((one) => ({ ...one, commitments: new Map() }));
        const seen = seenAs(held, (current) => ({
          reproves: open(current),
          ...change({ ...current, reproves: open(current) }),
        }));
        return answerReprove(ceremonies, seen, moment)?.holds?.map(({ code }) => code);
      };
      const wrong = ['SHARE_MISSING'];
      const nobody = new Uint8Array(32);
      expect(answers(({ acceptances }) => ({ acceptances: new Map([...acceptances].slice(1, 1)) }))).toEqual(wrong);
      expect(answers(({ attempt }) => ({ attempt: { ...attempt, id: nobody } }))).toEqual(wrong);
      expect(
        answers(({ reproves }) => ({
          reproves: reproves.map((one) => ({
            ...one,
            certificate: { ...one.certificate, transcript: { ...one.certificate.transcript, hash: nobody } },
          })),
        })),
      ).toEqual(wrong);
    });
    const said = alice.state.said.filter(({ slot }) => slot.startsWith('commit'));
    expect(said).toHaveLength(1);
  });
});

describe('a drill', () => {
  it('is signed once, and by who has the share: asked again, nothing is said', () => {
    const stick = start();
    const ceremony = alice.propose(stick, {
      kind: 'drill',
      members: [],
      threshold: 2,
      signers: ['alice', 'bob'],
    } as never);
    bob.visit(stick);
    alice.visit(stick);
    const before = alice.state.said.length;
    alice.run((ceremonies) => expect(drill(ceremonies, ceremonies.get(ceremony), moment)).toBeNull());
    expect(alice.state.said).toHaveLength(before);
    alice.run((ceremonies) => {
      ceremonies.vault.commit((state) => ({ ...state, keysets: [] }));
      expect(drill(ceremonies, ceremonies.get(ceremony), moment)?.holds).toMatchObject([{ code: 'SHARE_MISSING' }]);
    });
  });
});

describe('a closing', () => {
  const copy = (change: Partial<CopyRecord>): CopyRecord => ({
    id: `c${JSON.stringify(change).length}`,
    label: 'a safe',
    kind: 'external',
    epoch: 1,
    at: 1,
    invalid: false,
    where: nowhere,
    destroyed: null,
    attested: false,
    unfinished: null,
    ...change,
  });
  const register = (machine: Machine, ...copies: CopyRecord[]) =>
    machine.run(({ vault }) =>
      vault.commit((state) => ({
        ...state,
        keysets: state.keysets.map((keyset) => ({ ...keyset, copies: [...keyset.copies, ...copies] })),
      })),
    );
  const proven = (wish: Partial<Parameters<Machine['propose']>[1]> = {}) => {
    const stick = start();
    const ceremony = alice.propose(stick, { ...refresh, ...wish });
    walk(all, stick);
    return { stick, ceremony };
  };

  it('says nothing before the proof', () => {
    const { ceremony } = signedByAlice();
    const before = alice.state.said.length;
    alice.run((ceremonies) => expect(close(ceremonies, ceremonies.get(ceremony), moment)).toEqual({}));
    expect(alice.state.said).toHaveLength(before);
  });

  it('waits for backups of the new share that count: no export, none that is worthless, and as many as the plan says', () => {
    const { stick } = proven({ backup: 'required', copies: 2 });
    const held = { did: [], holds: ['BACKUP_REQUIRED'] };
    register(alice, copy({ kind: 'export', label: 'elsewhere' } as Partial<CopyRecord>), copy({ invalid: true }));
    register(alice, copy({ epoch: 0 }));
    expect(alice.visit(stick)).toMatchObject(held);
    register(alice, copy({ label: 'one' }));
    expect(alice.visit(stick)).toMatchObject(held);
    register(alice, copy({ label: 'number two' }));
    expect(alice.visit(stick)).toMatchObject({ did: ['close'], holds: [] });
  });

  it('waits for no backup of who leaves', () => {
    const { ceremony } = proven({ kind: 'reshare', members: ['bob', 'carol', 'dave'], backup: 'required', copies: 1 });
    const closed = view(alice, ceremony).current.closings;
    expect(closed.size).toBe(1);
    expect(shares(alice)).toEqual([]);
    expect(shares(bob)).toEqual(['0 retired', '1 active']);
  });

  it('takes no share where the new one cannot be read any more, or is another', () => {
    const { stick } = signedByAlice();
    for (const machine of [bob, carol]) machine.visit(stick);
    const back = comeBack(all, stick);
    const newest = (state: VaultState) =>
      state.keysets.flatMap(({ slots }) => slots).find(({ epoch }) => epoch === 1) as NonNullable<
        ReturnType<typeof slotsOf>[number]
      >;
    const damaged = { did: [], holds: ['VAULT_DAMAGED'] };
    const swap = (change: (slot: ReturnType<typeof newest>) => Partial<ReturnType<typeof newest>>) =>
      alice.run(({ vault }) =>
        vault.commit((state) => ({
          ...state,
          keysets: state.keysets.map((keyset) => ({
            ...keyset,
            slots: keyset.slots.map((slot) => (slot === newest(state) ? { ...slot, ...change(slot) } : slot)),
          })),
        })),
      );
    swap(({ wrappingKey }) => ({ wrappingKey: wrappingKey.map((byte) => byte ^ 1) }));
    expect(alice.visit(stick)).toMatchObject(damaged);
    const again = back();
    const { file, wrappingKey } = alice.run(({ vault }) => vault.storeShare([new Uint8Array(32).fill(3)]));
    swap(() => ({ file, wrappingKey }));
    expect(alice.visit(again)).toMatchObject(damaged);
    expect(shares(alice)).toEqual(['0 retired', '1 active']);
    const third = back();
    expect(alice.visit(third)).toMatchObject({ did: ['close'] });
    expect(shares(alice)).toEqual(['1 active']);
  });

  it('leaves alone what is of a later epoch, and other keysets', () => {
    const { stick } = signedByAlice();
    for (const machine of [bob, carol]) machine.visit(stick);
    const later = new Uint8Array(32).fill(9);
    alice.run(({ vault }) => {
      const { file, wrappingKey } = vault.storeShare([new Uint8Array(32).fill(7)]);
      vault.commit((state) => ({
        ...state,
        keysets: state.keysets.map((keyset) => {
          const [like] = keyset.slots as [(typeof keyset.slots)[number]];
          const slot = {
            ...like,
            file,
            wrappingKey,
            epoch: 2,
            attempt: later,
            signed: false,
            state: 'pending' as const,
          };
          return { ...keyset, slots: [...keyset.slots, slot] };
        }),
      }));
    });
    expect(alice.visit(stick).did).toEqual(['close']);
    expect(shares(alice)).toEqual(['1 active', '2 pending']);
    expect(slotsOf(alice).some(({ attempt }) => equalBytes(attempt, later))).toBe(true);
  });
});

describe('a visit', () => {
  it('says that a plan does not name this machine, and does nothing', () => {
    const stick = start();
    const ceremony = alice.propose(stick, refresh);
    alice.run((ceremonies) => {
      const held = ceremonies.get(ceremony);
      const stranger = { ...held, plan: { ...held.plan, byIdentity: new Map() } };
      const found = perform(Object.assign(Object.create(ceremonies), { get: () => stranger }), ceremony, moment);
      expect(found).toMatchObject({ did: [], holds: [{ code: 'PLAN_WITHOUT_ME' }] });
    });
  });
});
