import { toHex } from '../bytes/hex.ts';
import { type Addresses, type AddressKind, addressesOf, addressKinds } from '../crypto/addresses.ts';
import type { SuiteName } from '../crypto/suites.ts';

/** An address says by its form which of the two of Bitcoin it is, and no key has both. */
const chains: Readonly<Record<AddressKind, string>> = {
  'bitcoin-taproot': 'Bitcoin',
  'bitcoin-segwit': 'Bitcoin',
  ethereum: 'Ethereum',
  cosmos: 'Cosmos',
  solana: 'Solana',
};

/** Each address in full beside its chain: of a shortened one only the ends would be compared. */
export function addressRows(addresses: Addresses): [string, string][] {
  return addressKinds.flatMap((kind): [string, string][] => {
    const address = addresses[kind];
    return address === undefined ? [] : [[chains[kind], address]];
  });
}

export interface ShownKey {
  readonly label: string;
  readonly suite: SuiteName;
  /** Null before the proof of life, when no address is shown either. */
  readonly publicKey: Uint8Array | null;
}

/** Keys as somebody compares them with what is known from elsewhere, in 80 columns. */
export function keyLines(keys: readonly ShownKey[], most = keys.length): string[] {
  const lines = keys.slice(0, most).flatMap(({ label, suite, publicKey }) => {
    if (publicKey === null) return [`  key ${label}  ${suite}  (will be made)`];
    const rows = [['public', toHex(publicKey)], ...addressRows(addressesOf(suite, publicKey))];
    return [`  key ${label}  ${suite}`, ...rows.map(([name = '', value]) => `    ${name.padEnd(8)}  ${value}`)];
  });
  return keys.length > most ? [...lines, `  and ${keys.length - most} more keys`] : lines;
}
