import { expect, test } from 'vitest';
import { nowhere } from '../../src/ceremony/packets/closing.ts';
import { copiesOf, copyEpoch, registerCopy } from '../../src/vault/copies.ts';
import type { CopyRecord, KeysetRecord } from '../../src/vault/state.ts';
import type { Vault } from '../../src/vault/vault.ts';
import { code } from './support.ts';

const hash = new Uint8Array(32);
const copy = (id: string, epoch: number, invalid = false): CopyRecord => ({
  id,
  label: 'safe',
  kind: 'external',
  epoch,
  at: 1,
  invalid,
  where: nowhere,
  destroyed: null,
  attested: false,
  unfinished: null,
});

function keyset(epochs: readonly number[], active: number | null, copies: readonly CopyRecord[] = []): KeysetRecord {
  const slot = { descriptor: hash, transcript: hash, ceremony: hash, attempt: hash, file: hash, wrappingKey: hash };
  return {
    id: hash,
    keys: new Uint8Array(32),
    name: 'treasury',
    links: epochs.map((epoch) => ({ epoch, descriptor: hash, transcript: hash, signatures: [hash] })),
    slots: active === null ? [] : [{ ...slot, epoch: active, index: 1, state: 'active', signed: true }],
    copies: [...copies],
    apart: [],
    exposed: [],
  };
}

test('a copy is of the active share unless it is said to be older, and never of one that is yet to come', () => {
  expect(copyEpoch(keyset([0, 1], 1), null)).toBe(1);
  expect(copyEpoch(keyset([0, 1], 1), 0)).toBe(0);
  expect(code(() => copyEpoch(keyset([0, 1], 1), 2))).toBe('USAGE');
  // active before the proof is in: a backup may be made, and a plan may even want it
  expect(copyEpoch(keyset([0], 1), null)).toBe(1);
  expect(copyEpoch(keyset([0], 1), 1)).toBe(1);
  // who left has no share any more, but may still find a copy
  expect(code(() => copyEpoch(keyset([0, 1], null), null))).toBe('SHARE_MISSING');
  expect(copyEpoch(keyset([0, 1], null), 0)).toBe(0);
  expect(code(() => copyEpoch(keyset([], null), 0))).toBe('USAGE');
});

test('a copy is worthless once it was declared so, or once its epoch is over', () => {
  const record = keyset([0, 1], 1, [copy('a', 0), copy('b', 1), copy('c', 1, true)]);
  expect(copiesOf(record).map(({ state }) => state)).toEqual(['invalid', 'current', 'invalid']);
});

test('the register takes no more than a closing can list', () => {
  const full = keyset(
    [0],
    0,
    Array.from({ length: 1000 }, (_, i) => copy(`c${i}`, 0)),
  );
  const vault = {
    state: { keysets: [full] },
    host: { random: (length: number) => new Uint8Array(length) },
    commit: () => undefined,
  } as unknown as Vault;
  const more = { label: 'safe', kind: 'external', epoch: 0, at: 1 } as const;
  expect(code(() => registerCopy(vault, full, more))).toBe('USAGE');
  expect(registerCopy(vault, { ...full, copies: full.copies.slice(1) }, more).id).toBe('00000000');
});
