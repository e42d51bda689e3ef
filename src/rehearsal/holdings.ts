import { equalBytes, toHex } from '../bytes/hex.ts';
import { type Descriptor, readDescriptor } from '../ceremony/descriptor.ts';
import type { Scalar } from '../crypto/group.ts';
import { interpolateAtZero } from '../crypto/polynomial.ts';
import { suite } from '../crypto/suites.ts';
import { Problem } from '../problem.ts';
import type { Slot } from '../vault/state.ts';
import { Vault, type VaultHost } from '../vault/vault.ts';
import type { Party } from './party.ts';
import type { Stage } from './stage.ts';

/** A share of one member of one keyset, taken out of the vault: only ever in a rehearsal. */
export interface Holding {
  readonly who: string;
  readonly state: Slot['state'];
  readonly ceremony: string;
  readonly index: number;
  readonly descriptor: Descriptor;
  /** One scalar for each key. */
  readonly share: readonly Scalar[];
}

/** Every share that a vault still has, whatever it is good for. */
export function holdingsOf({ fs, random, kdf, processes }: Stage, party: Party): Holding[] {
  if (!Vault.exists(party.home, fs)) return [];
  const vault = opened(party, { fs, random, kdf, processes });
  if (vault === null) return [];
  try {
    const slots = vault.state.keysets.flatMap((keyset) => keyset.slots);
    return slots.flatMap((slot) => {
      const descriptor = readDescriptor(slot.descriptor);
      const share = readable(vault, slot)?.map((scalar, place) =>
        suite(descriptor.keys[place]?.suite ?? 'ed25519').group.decodeScalar(scalar),
      );
      if (share === undefined) return [];
      return {
        who: party.name,
        state: slot.state,
        ceremony: toHex(slot.ceremony),
        index: slot.index,
        descriptor,
        share,
      };
    });
  } finally {
    vault.close();
  }
}

/** What is behind a passphrase that nobody remembers is lost. */
function opened({ home, passphrase }: Party, host: VaultHost): Vault | null {
  try {
    return Vault.open(home, host, passphrase);
  } catch (error) {
    if (error instanceof Problem && error.code === 'VAULT_LOCKED') return null;
    throw error;
  }
}

/** A share whose file is lost is no share. */
function readable(vault: Vault, slot: Slot): readonly Uint8Array[] | undefined {
  try {
    return vault.readShare(slot);
  } catch (error) {
    if (error instanceof Problem && error.code === 'VAULT_DAMAGED') return undefined;
    throw error;
  }
}

/** The holders of one committee: everybody whose active share is of this very descriptor. */
export function holdersOf(all: readonly Holding[], descriptor: Descriptor): Holding[] {
  return all.filter((holding) => equalBytes(holding.descriptor.id, descriptor.id)).sort((a, b) => a.index - b.index);
}

/**
 * Any `t` shares of the new committee make each key, `t - 1` do not, and none do in which a share of the old committee
 * stands in for the new one of the same index. Returns what is wrong, or nothing.
 */
export function sharesWrong(now: readonly Holding[], before: readonly Holding[]): string | null {
  const first = now[0];
  if (first === undefined) return 'nobody holds a share';
  const { threshold, members, keys } = first.descriptor;
  if (now.length !== members.length) return `${now.length} of ${members.length} members hold a share`;
  for (const [place, { label, suite: name, publicKey }] of keys.entries()) {
    const { group } = suite(name);
    const value = ({ index, share }: Holding) => ({ index, value: share[place] as Scalar });
    const secret = interpolateAtZero(group, now.slice(0, threshold).map(value));
    const made = group.encodePoint(group.multiplyBase(secret));
    if (!equalBytes(made, publicKey)) return `the shares of ${label} do not make its public key`;
    for (const some of subsets(now, threshold)) {
      const who = some.map((one) => one.who).join(', ');
      if (interpolateAtZero(group, some.map(value)) !== secret) return `${who} do not make ${label}`;
      for (const mixed of mixtures(some, before)) {
        if (interpolateAtZero(group, mixed.map(value)) === secret) return `old and new shares together make ${label}`;
      }
    }
    for (const few of subsets(now, threshold - 1)) {
      if (interpolateAtZero(group, few.map(value)) === secret)
        return `${few.map((one) => one.who).join(', ')} are too few and make ${label}`;
    }
  }
  return null;
}

/** The same indices, with an old share in some of the places, not in all. */
function mixtures(some: readonly Holding[], before: readonly Holding[]): Holding[][] {
  const old = some.map(({ index }) => before.find((holding) => holding.index === index));
  const mixed: Holding[][] = [];
  for (let mask = 1; mask < 2 ** some.length - 1; mask++) {
    const taken = some.map((one, at) => ((mask >> at) & 1 ? old[at] : one));
    if (taken.every((one) => one !== undefined)) mixed.push(taken);
  }
  return mixed;
}

export function subsets<T>(all: readonly T[], size: number): T[][] {
  if (size === 0) return [[]];
  return all.flatMap((one, at) => subsets(all.slice(at + 1), size - 1).map((rest) => [one, ...rest]));
}
