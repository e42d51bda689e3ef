import { equalBytes, fromHex, toHex } from '../bytes/hex.ts';
import { taggedHash, text } from '../bytes/tagged-hash.ts';
import type { View } from './evaluate.ts';
import type { Beacon } from './plan.ts';

/*
 * Nobody's clock is believed. What bounds a ceremony in time comes from outside: a value in the plan that nobody could
 * know before it was published, and the digest of the record made public at a place that has a date of its own.
 */

export interface RecordDigest {
  readonly digest: Uint8Array;
  /** A proof of life never changes any more; without one the digest is of the packets that are here, and grows old. */
  readonly of: 'proof' | 'packets';
}

/** Made for anchoring elsewhere: everybody with the same packets computes the same, and notes change nothing in it. */
export function recordDigest({ plan, current: { proof }, packets }: View): RecordDigest {
  if (proof !== null) {
    const { proven, transcript } = proof.link;
    return { digest: taggedHash('record', plan.id, text('proof'), proven.id, transcript), of: 'proof' };
  }
  const digests = packets.filter(({ kind }) => kind !== 'note').map(({ digest }) => fromHex(digest) as Uint8Array);
  return { digest: taggedHash('record', plan.id, text('packets'), ...digests), of: 'packets' };
}

/** Somebody's word that a digest was made public at a place, where anybody may look when that was. */
export interface Anchor {
  readonly member: string;
  readonly at: number;
  readonly place: string;
  readonly digest: string;
  readonly packet: string;
  /** Whether it is the digest of this record as it stands here. If not, the record has grown since, or is another one. */
  readonly fits: boolean;
}

export interface Window {
  readonly notBefore: Beacon | null;
  readonly notAfter: readonly Anchor[];
  readonly record: RecordDigest;
}

export function windowOf(view: View): Window {
  const record = recordDigest(view);
  const notAfter = view.notes.flatMap(({ body, identity, at, digest }) =>
    body.kind !== 'anchor'
      ? []
      : [
          {
            member: view.plan.byIdentity.get(identity)?.name ?? '',
            at,
            place: body.place,
            digest: toHex(body.digest),
            packet: digest,
            fits: equalBytes(body.digest, record.digest),
          },
        ],
  );
  return { notBefore: view.plan.beacon, notAfter, record };
}
