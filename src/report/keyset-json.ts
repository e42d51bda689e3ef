import { toHex } from '../bytes/hex.ts';
import type { Descriptor } from '../ceremony/descriptor.ts';
import { addressesOf } from '../crypto/addresses.ts';

/** What of a keyset may be shown. Slots without their keys: nothing secret comes as far as here. */
export interface KeysetFacts {
  readonly name: string;
  readonly id: Uint8Array;
  /** The newest proven committee; null before a genesis has proven itself. */
  readonly head: Descriptor | null;
  /** Before that: what is being made. */
  readonly coming: Descriptor | null;
  readonly slots: readonly {
    readonly epoch: number;
    readonly state: 'pending' | 'active' | 'retired';
    /** Why a closing kept it, if one did. */
    readonly kept: string | null;
  }[];
  readonly copies: readonly object[];
  /** Whether the vault was found to be an old copy of itself: then the rest is what it remembers. */
  readonly oldCopy: boolean;
  readonly rehearsal: boolean;
}

/**
 * A keyset for scripts. No public key and no address is shown before the proof of life: until then nobody knows that the committee
 * can sign, and somebody might pay to it (protocol section 3).
 */
export function keysetJson({ name, id, head, coming, slots, copies, oldCopy, rehearsal }: KeysetFacts): object {
  return {
    name,
    keyset: toHex(id),
    proven: head !== null,
    epoch: head?.epoch ?? null,
    threshold: head?.threshold ?? null,
    members: (head?.members ?? []).map((member, place) => ({
      name: member.name,
      index: place + 1,
      identity: toHex(member.identity),
    })),
    keys:
      (head ?? coming)?.keys.map(({ label, suite, publicKey }) => ({
        label,
        suite,
        publicKey: head === null ? null : toHex(publicKey),
        addresses: head === null ? {} : addressesOf(suite, publicKey),
      })) ?? [],
    slots: slots
      .map(({ epoch, state, kept }) => ({ epoch, state, ...(kept === null ? {} : { kept }) }))
      .sort((a, b) => a.epoch - b.epoch),
    copies,
    oldCopy,
    rehearsal,
  };
}
