import { describe, expect, it, vi } from 'vitest';
import { equalBytes, toHex } from '../../src/bytes/hex.ts';
import { isKind } from '../../src/ceremony/kinds.ts';
import { nowhere } from '../../src/ceremony/packets/closing.ts';
import type { Slot } from '../../src/vault/state.ts';
import { comeBack, founded, type Machine, type Stick, slotsOf, usableEpochs, walk } from './machine.ts';

/* Rule 7: what goes when the proof of life is there, and what never goes by itself. */

vi.setConfig({ testTimeout: 30_000 });

const names = ['alice', 'bob', 'carol'] as const;
const { of, stick: first } = founded('close', ...names);
const { alice, bob, carol } = of;
const all = [alice, bob, carol];
const start = comeBack(all, first);
const shares = (machine: Machine) => slotsOf(machine).map(({ epoch, state }) => `${epoch} ${state}`);
const closing = (machine: Machine, ceremony: string) =>
  machine.run((ceremonies) => {
    const { view } = ceremonies.get(ceremony);
    const mine = view.packets.find(
      (one) => one.identity === toHex(ceremonies.vault.state.signing.public) && one.kind === 'closing',
    );
    return mine !== undefined && isKind(mine, 'closing') ? mine.body : null;
  });
const refresh = { kind: 'refresh', members: names, threshold: 2 } as const;

describe('a closing', () => {
  it('takes the old share, says so, and leaves no file of it', () => {
    const stick = start();
    const ceremony = alice.propose(stick, refresh);
    walk(all, stick);
    for (const machine of all) {
      expect(shares(machine)).toEqual(['1 active']);
      expect(closing(machine, ceremony)?.oldShare).toEqual({ state: 'wrapping-key-deleted', why: 'proven' });
      expect(machine.state.log.at(-1)).toMatchObject({ epoch: 0, event: 'wrapping key deleted from this medium' });
      expect([...machine.copy().keys()].filter((path) => path.endsWith('.share'))).toHaveLength(1);
    }
  });

  it('says of a joiner that there was nothing, and leaves the shares of other keysets alone', () => {
    const again = start();
    const genesis = alice.propose(again, {
      ...refresh,
      kind: 'genesis',
      keyset: 'other',
      keys: [{ label: 'main', suite: 'ristretto255' }],
    });
    walk(all, again);
    expect(closing(bob, genesis)?.oldShare).toEqual({ state: 'none', why: 'joiner' });
    expect(shares(bob)).toEqual(['0 active', '0 active']);
  });

  it('keeps every old share where all new members have to sign, and says that no backups are why', () => {
    const stick = start();
    const ceremony = alice.propose(stick, { kind: 'reshare', members: ['bob', 'carol'], threshold: 2 });
    walk(all, stick);
    for (const machine of all) {
      expect(closing(machine, ceremony)?.oldShare).toEqual({ state: 'kept', why: 'no-backups' });
    }
    expect(all.map(shares)).toEqual([['0 retired'], ['0 retired', '1 active'], ['0 retired', '1 active']]);
    expect(usableEpochs(all).sort()).toEqual([0, 1]);
    // with the next committee, of which one may be lost, both go
    bob.propose(stick, { kind: 'reshare', members: ['bob', 'carol', 'alice'], threshold: 2 });
    walk(all, stick);
    expect(all.map(shares)).toEqual([['2 active'], ['2 active'], ['2 active']]);
  });

  it('waits for the name of the old share where the plan asks for it', () => {
    const stick = start();
    const ceremony = alice.propose(stick, { ...refresh, destroy: 'ask' });
    walk(all, stick);
    for (const wrong of [undefined, 'treasury', 'treasury@1', 'other@0', 'yes']) {
      expect(alice.visit(stick, undefined, wrong)).toMatchObject({ did: [], holds: ['DESTROY_NOT_CONFIRMED'] });
    }
    expect(shares(alice)).toEqual(['0 retired', '1 active']);
    expect(closing(alice, ceremony)).toBeNull();
    expect(alice.visit(stick, undefined, 'treasury@0').did).toEqual(['close']);
    expect(shares(alice)).toEqual(['1 active']);
  });

  it('waits for the backup where the plan wants one, and declares the copies of before worthless', () => {
    const stick = start();
    const copy = (id: string, epoch: number) => ({
      id,
      label: 'a safe',
      kind: 'external' as const,
      epoch,
      at: 1,
      invalid: false,
      where: nowhere,
      destroyed: null,
      attested: false,
      unfinished: null,
    });
    const register = (machine: Machine, id: string, epoch: number) =>
      machine.run(({ vault }) =>
        vault.commit((state) => ({
          ...state,
          keysets: state.keysets.map((keyset) => ({ ...keyset, copies: [...keyset.copies, copy(id, epoch)] })),
        })),
      );
    register(alice, 'old', 0);
    const ceremony = alice.propose(stick, { ...refresh, backup: 'required' });
    walk(all, stick);
    expect(alice.visit(stick)).toMatchObject({ did: [], holds: ['BACKUP_REQUIRED'] });
    expect(shares(alice)).toEqual(['0 retired', '1 active']);
    register(alice, 'new', 1);
    expect(alice.visit(stick).did).toEqual(['close']);
    expect(closing(alice, ceremony)).toMatchObject({
      invalid: [{ id: 'old', epoch: 0 }],
      recorded: [{ id: 'new', epoch: 1 }],
    });
    expect(alice.state.keysets[0]?.copies.map(({ id, invalid }) => `${id} ${invalid}`)).toEqual([
      'old true',
      'new false',
    ]);
  });
});

describe('shares of other attempts', () => {
  /** A share of an attempt that came to nothing, as if this machine had accepted it, and perhaps signed for it. */
  function other(machine: Machine, epoch: number, signed: boolean): Uint8Array {
    const attempt = new Uint8Array(32).fill(epoch * 2 + Number(signed) + 1);
    machine.run(({ vault }) => {
      const { file, wrappingKey } = vault.storeShare([new Uint8Array(32).fill(7)]);
      vault.commit((state) => {
        const [keyset] = state.keysets;
        const like = keyset?.slots.find((slot) => slot.epoch === 0) as Slot;
        const descriptor = like.descriptor.map((byte, at) => (at === 60 ? byte ^ 1 : byte));
        const slot: Slot = {
          ...like,
          epoch,
          descriptor,
          attempt,
          ceremony: attempt,
          signed,
          file,
          wrappingKey,
          state: signed ? 'retired' : 'pending',
        };
        const nonces = { attempt, turn: 0 as const, acceptance: attempt, secrets: [new Uint8Array(64)] };
        return {
          ...state,
          keysets: state.keysets.map((one) => (one === keyset ? { ...one, slots: [...one.slots, slot] } : one)),
          nonces: signed ? state.nonces : [...state.nonces, nonces],
        };
      });
    });
    return attempt;
  }
  const has = (machine: Machine, attempt: Uint8Array) =>
    slotsOf(machine).some((slot) => equalBytes(slot.attempt, attempt));

  it('row 23: go with the next closing if they were accepted only, with their nonces', () => {
    const stick = start();
    const unsigned = other(alice, 1, false);
    expect(alice.state.nonces).toHaveLength(1);
    alice.propose(stick, refresh);
    walk(all, stick);
    expect(has(alice, unsigned)).toBe(false);
    expect(alice.state.nonces).toEqual([]);
    expect(
      alice.state.log.filter(({ event }) => event.startsWith('wrapping key deleted')).map(({ epoch }) => epoch),
    ).toEqual([0, 1]);
  });

  it('row 2: never go by themselves if they were signed for, neither now nor epochs later', () => {
    const stick: Stick = start();
    const signed = other(alice, 1, true);
    alice.propose(stick, refresh);
    walk(all, stick);
    expect(has(alice, signed)).toBe(true);
    alice.propose(stick, refresh);
    walk(all, stick);
    expect(shares(alice)).toEqual(['1 retired', '2 active']);
    expect(has(alice, signed)).toBe(true);
  });
});
