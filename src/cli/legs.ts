import { crossings } from '../ceremony/crossings.ts';
import type { View } from '../ceremony/evaluate.ts';
import type { Stop } from '../ceremony/route.ts';
import { costOf, usualCodes } from '../courier/qr/cost.ts';
import { parcelLength } from '../courier/qr/parcel.ts';
import { proposalName } from './carry.ts';

/** What one crossing takes where packets move as QR codes, as documents say it; null where codes cannot carry that much. */
export interface Leg {
  readonly from: string;
  readonly to: string;
  readonly bytes: number;
  readonly codes: number | null;
  /** To a hundredth, upwards. */
  readonly minutes: number | null;
}

/** One before each stop of a walk that begins on this machine; null where nothing has to cross. */
export function legsOf(view: View, stops: readonly Stop[], me: string): (Leg | null)[] {
  return crossings(view, stops, me).map((crossing) => {
    if (crossing === null) return null;
    const { from, to, packets, proposal } = crossing;
    const others = new Map(proposal === null ? [] : [[proposalName(view.plan), proposal]]);
    const { bytes, codes, seconds } = costOf(parcelLength(packets, others));
    return { from, to, bytes, codes, minutes: seconds === null ? null : Math.ceil(seconds / 0.6) / 100 };
  });
}

export function legWords(leg: Leg | null): string {
  if (leg === null) return '';
  const { bytes, codes, minutes } = leg;
  return codes === null
    ? `${bytes} bytes, too many for codes`
    : `${bytes} bytes, ${codes} codes, ${about(minutes ?? 0)}`;
}

function about(minutes: number): string {
  return minutes < 1 ? `about ${Math.ceil(minutes * 60)} seconds` : `about ${minutes.toFixed(1)} minutes`;
}

/** What all of them come to, for people. */
export function legsSummary(legs: readonly (Leg | null)[]): string[] {
  const all = legs.filter((leg) => leg !== null);
  const [first] = all;
  if (first === undefined) return [];
  const heaviest = all.reduce((most, leg) => (leg.bytes > most.bytes ? leg : most), first);
  const bytes = all.reduce((sum, leg) => sum + leg.bytes, 0);
  const minutes = all.reduce((sum, leg) => sum + (leg.minutes ?? 0), 0);
  const { version, speed } = usualCodes;
  return [
    `as QR codes (of version ${version}, ${speed} a second): ${all.length} crossings with ${bytes} bytes, ${about(minutes)} of moving codes in all`,
    `the longest of them, from ${heaviest.from} to ${heaviest.to}: ${legWords(heaviest)}`,
  ];
}
