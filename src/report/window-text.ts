import { toHex } from '../bytes/hex.ts';
import type { View } from '../ceremony/evaluate.ts';
import { type Anchor, windowOf } from '../ceremony/window.ts';
import { type BeaconJson, beaconJson } from './plan-json.ts';
import { claimedTime } from './time.ts';

/* What bounds a ceremony in time, in words. No machine of a ceremony can look anything up: they say what a person does. */

export function beaconWords({ source, round, value }: BeaconJson): string {
  return `round ${round} of ${source}, value ${value}: compare it when you have a network again`;
}

/** The digest of a proven ceremony is made of what was dealt: whoever has the deals can publish it before anybody signed. */
export function anchorWords({ member, at, place, digest, fits }: Anchor, of: 'proof' | 'packets'): string {
  const said = `made public at ${place}, as ${member} says (${claimedTime(at)})`;
  return fits
    ? `${said}: look there for the digest of this record and its date${of === 'proof' ? ', which is that of the deals: who had them knew the digest, and signatures may be later' : ''}`
    : `${said}, but another digest than that of this record as it is here: ${digest}`;
}

export function recordWords({ digest, of }: { readonly digest: string; readonly of: 'proof' | 'packets' }): string {
  return of === 'proof' ? digest : `${digest}, of the packets as they are here: it changes with each that comes`;
}

export interface WindowJson {
  readonly notBefore: BeaconJson | null;
  readonly notAfter: readonly Anchor[];
  readonly record: { readonly digest: string; readonly of: 'proof' | 'packets' };
}

export function windowJson(view: View): WindowJson {
  const { notBefore, notAfter, record } = windowOf(view);
  return { notBefore: beaconJson(notBefore), notAfter, record: { digest: toHex(record.digest), of: record.of } };
}

/** The window of one ceremony as rows: what is known of it, and what can be made public. */
export function windowRows(window: WindowJson): [label: string, value: string][] {
  const { notBefore, notAfter, record } = window;
  return [
    ['not before', notBefore === null ? 'the plan names no public beacon' : beaconWords(notBefore)],
    ...(notAfter.length === 0 ? ['no anchor is on record'] : notAfter.map((one) => anchorWords(one, record.of))).map(
      (words, at): [string, string] => [at === 0 ? 'not after' : '', words],
    ),
    ['digest', recordWords(record)],
  ];
}
