import { describe, expect, test } from 'vitest';
import { toHex } from '../../src/bytes/hex.ts';
import type { Contradiction } from '../../src/ceremony/faults.ts';
import { type Ceremonies, scopeOf } from '../../src/vault/ceremonies.ts';
import { type Purgeable, purge, purgeable } from '../../src/vault/purge.ts';
import { contradictionId } from '../../src/vault/standing.ts';
import type { KeysetRecord, Slot, VaultState } from '../../src/vault/state.ts';
import { code } from './support.ts';

const hash = (byte: number) => new Uint8Array(32).fill(byte);

/** A share of the ceremony with this number, whose descriptor has the same number. */
const slot = (epoch: number, state: Slot['state'], number: number): Slot => ({
  epoch,
  descriptor: hash(number),
  transcript: hash(number),
  ceremony: hash(number),
  attempt: hash(number),
  index: 1,
  state,
  signed: false,
  file: hash(number),
  wrappingKey: hash(number),
});

/** Links are the committees that this machine has closed on: epoch by epoch, the numbers of their descriptors. */
const keyset = (slots: readonly Slot[], links: readonly number[]): KeysetRecord => ({
  id: hash(200),
  keys: hash(201),
  name: 'treasury',
  links: links.map((number, epoch) => ({
    epoch,
    descriptor: hash(number),
    transcript: hash(0),
    signatures: [hash(0)],
  })),
  slots: [...slots],
  copies: [],
  apart: [],
  exposed: [],
});

interface Known {
  readonly number: number;
  readonly dead?: boolean;
  /** The epoch of the keyset that it takes over. */
  readonly after?: number;
  readonly contradictions?: readonly Contradiction[];
}

/** As much of the ceremonies of a vault as a purge asks about. */
function ceremonies(known: readonly Known[], overridden: readonly Contradiction[] = []): Ceremonies {
  const held = known.map(({ number, dead = false, after, contradictions = [] }) => ({
    record: { id: hash(number) },
    plan: {
      id: hash(number),
      parent:
        after === undefined
          ? null
          : { proven: { id: hash(after), keysetId: hash(200), keysHash: hash(201), epoch: after } },
    },
    view: {
      contradictions,
      attempts: [{ attempt: { id: hash(number) }, death: dead ? { evidence: [] } : null, proof: null }],
    },
  }));
  const find = (id: string) => held.find(({ record }) => toHex(record.id) === id);
  // decided about over each of these plans
  const overrides = overridden.flatMap((one) =>
    held.map(({ plan }) => ({ about: contradictionId(scopeOf(plan as never), one) })),
  );
  const world = {
    vault: { state: { overrides } },
    all: () => held,
    across: () => [],
    record: (id: string) => find(id)?.record,
    get: find,
  };
  return world as unknown as Ceremonies;
}

const numbers = (found: readonly Slot[] | Purgeable) =>
  ('slots' in found ? found.slots : found).map(({ file }) => file[0]);

describe('a share may be purged', () => {
  test('that is retired, once a newer committee was closed on', () => {
    const record = keyset([slot(0, 'retired', 1), slot(1, 'active', 2)], [1, 2]);
    expect(numbers(purgeable(ceremonies([]), record, 0))).toEqual([1]);
  });

  test('that an attempt left behind which is proven dead', () => {
    const record = keyset([slot(0, 'active', 1), slot(1, 'pending', 2)], [1]);
    expect(numbers(purgeable(ceremonies([{ number: 2, dead: true }]), record, 1))).toEqual([2]);
  });

  test('that belongs to another attempt than the one that became the committee, and the active one stays', () => {
    const record = keyset([slot(1, 'pending', 2), slot(1, 'active', 3)], [1, 3]);
    expect(numbers(purgeable(ceremonies([{ number: 2 }, { number: 3 }]), record, 1))).toEqual([2]);
  });

  test('that was pending when the keyset went on without it', () => {
    const record = keyset([slot(1, 'pending', 2), slot(2, 'active', 4)], [1, 3, 4]);
    expect(numbers(purgeable(ceremonies([{ number: 2 }]), record, 1))).toEqual([2]);
  });
});

describe('a share may not be purged', () => {
  test('that is active', () => {
    const record = keyset([slot(1, 'active', 2)], [1, 2]);
    expect(code(() => purgeable(ceremonies([]), record, 1))).toBe('PURGE_REFUSED');
    // not even where the keyset has gone on: the closing decides about that one
    expect(code(() => purgeable(ceremonies([]), keyset([slot(0, 'active', 1)], [1, 2]), 0))).toBe('PURGE_REFUSED');
  });

  test('that is retired while the committee after it is not proven here', () => {
    const record = keyset([slot(0, 'retired', 1), slot(1, 'active', 2)], [1]);
    expect(code(() => purgeable(ceremonies([{ number: 2 }]), record, 0))).toBe('PURGE_REFUSED');
    // what is said of its own attempt is no reason: it has served
    expect(code(() => purgeable(ceremonies([{ number: 1, dead: true }]), record, 0))).toBe('PURGE_REFUSED');
  });

  test('that was accepted in a ceremony that goes on, or of which nothing is known here', () => {
    const record = keyset([slot(0, 'active', 1), slot(1, 'pending', 2)], [1]);
    expect(code(() => purgeable(ceremonies([{ number: 2 }]), record, 1))).toBe('PURGE_REFUSED');
    expect(code(() => purgeable(ceremonies([]), record, 1))).toBe('PURGE_REFUSED');
  });

  test('that is of the very committee that is proven, although it is still pending', () => {
    const record = keyset([slot(0, 'active', 1), slot(1, 'pending', 2)], [1, 2]);
    expect(code(() => purgeable(ceremonies([{ number: 2 }]), record, 1))).toBe('PURGE_REFUSED');
  });

  test('beside one of the same epoch that must stay', () => {
    const slots = [slot(1, 'pending', 2), slot(1, 'pending', 3), slot(0, 'active', 1)];
    const known = [{ number: 2, dead: true }, { number: 3 }];
    expect(code(() => purgeable(ceremonies(known), keyset(slots, [1]), 1))).toBe('PURGE_REFUSED');
  });

  test('while somebody contradicted themselves over it and nobody has decided that', () => {
    const lie: Contradiction = { member: 'mallory', identity: '', slot: 'receive', packets: ['00', '01'], grave: true };
    const record = keyset([slot(0, 'retired', 1), slot(1, 'active', 2)], [1, 2]);
    const known = [{ number: 1, contradictions: [lie] }];
    expect(code(() => purgeable(ceremonies(known), record, 0))).toBe('CONTRADICTION');
    expect(numbers(purgeable(ceremonies(known, [lie]), record, 0))).toEqual([1]);
    const successor = [{ number: 5, after: 0, contradictions: [lie] }];
    expect(code(() => purgeable(ceremonies(successor), record, 0))).toBe('CONTRADICTION');
    expect(numbers(purgeable(ceremonies([{ number: 9, contradictions: [lie] }]), record, 0))).toEqual([1]);
  });

  test('that is not there', () => {
    expect(code(() => purgeable(ceremonies([]), keyset([slot(0, 'active', 1)], [1]), 3))).toBe('SHARE_MISSING');
  });
});

test('with a share go the nonces that only it could sign with, in one step, and all else stays', () => {
  const record = keyset([slot(0, 'active', 1), slot(1, 'pending', 2), slot(1, 'pending', 3)], [1]);
  const other = { ...record, id: hash(201) };
  const nonces = [1, 2, 3].map((number) => ({ attempt: hash(number), turn: 0, acceptance: hash(0), secrets: [] }));
  let state = { keysets: [record, other], nonces, log: [] } as unknown as VaultState;
  let steps = 0;
  const vault = {
    commit: (change: (before: VaultState) => VaultState) => {
      steps++;
      state = change(state);
    },
  };
  purge({ vault } as unknown as Ceremonies, record, { slots: [record.slots[1] as Slot], apart: [] }, 77);
  expect(steps).toBe(1);
  expect(numbers(state.keysets[0]?.slots ?? [])).toEqual([1, 3]);
  expect(state.keysets[1]).toEqual(other);
  expect(state.nonces.map(({ attempt }) => attempt[0])).toEqual([1, 3]);
  expect(state.log).toEqual([{ at: 77, keyset: record.id, epoch: 1, event: 'wrapping key deleted from this medium' }]);
});
