import { expect, test } from 'vitest';
import type { Descriptor } from '../../src/ceremony/descriptor.ts';
import type { Ceremonies } from '../../src/vault/ceremonies.ts';
import { type Holding, shareInCharge } from '../../src/vault/holding.ts';
import { code } from './support.ts';

const hash = (byte: number) => new Uint8Array(32).fill(byte);
const committee = (epoch: number) => ({ epoch, encoded: hash(epoch), id: hash(100 + epoch) }) as unknown as Descriptor;
const share = (epoch: number) => ({ epoch, descriptor: hash(epoch), state: 'active' });

function refusal(head: Descriptor | null, active: object | null, rolledBack: readonly number[] = []): string {
  const rollbacks = rolledBack.map((epoch) => ({ scope: hash(100 + epoch) }));
  const ceremonies = { vault: { state: { rollbacks } } } as unknown as Ceremonies;
  return code(() => shareInCharge(ceremonies, { record: { name: 'treasury' }, head, active } as unknown as Holding));
}

test('the share in charge is active and of the newest proven committee, in a vault that is no old copy', () => {
  expect(refusal(committee(1), share(1))).toBe('');
  expect(refusal(committee(1), null)).toBe('SHARE_MISSING');
  expect(refusal(null, share(0))).toBe('KEYSET_UNPROVEN');
  expect(refusal(committee(0), share(1))).toBe('KEYSET_UNPROVEN');
  expect(refusal(committee(2), share(1))).toBe('SHARE_MISSING');
  expect(refusal(committee(1), { ...share(1), descriptor: hash(9) })).toBe('SHARE_MISSING');
  expect(refusal(committee(1), share(1), [1])).toBe('VAULT_ROLLED_BACK');
  expect(refusal(committee(1), share(1), [0])).toBe(''); // that one is over
});
