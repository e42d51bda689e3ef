import { toHex } from '../bytes/hex.ts';
import { contradictionsAcross } from './across.ts';
import { contradictionsIn } from './equivocation.ts';
import type { View } from './evaluate.ts';
import type { Contradiction } from './faults.ts';
import type { Verification } from './verify.ts';

/** Exports of one keyset, laid side by side: a fork shows only to who has both of its ends. */
export interface Comparison {
  readonly keyset: string;
  /** Which of the exports are of it, as places in the list. */
  readonly files: readonly number[];
  readonly ok: boolean;
  readonly detail: string;
  readonly forks: readonly Fork[];
  /** Who said two things of which only one can be honest, in all of these together. */
  readonly contradictions: readonly Contradiction[];
}

export interface Fork {
  readonly epoch: number;
  readonly heads: readonly { readonly head: string; readonly files: readonly number[] }[];
}

/** Each keyset that two or more of these are of. Two epochs of one number with two descriptors are a fork. */
export function forksBetween(verifications: readonly Verification[]): Comparison[] {
  const byKeyset = new Map<string, number[]>();
  verifications.forEach((one, place) => {
    // an id is only claimed after epoch 0; the keys are what nobody else has
    const name = keysOf(one);
    if (name !== null) byKeyset.set(name, [...(byKeyset.get(name) ?? []), place]);
  });
  return [...byKeyset.values()]
    .filter((files) => files.length > 1)
    .map((files) => compared(files, (place) => verifications[place] as Verification));
}

function keysOf({ links, rehearsal }: Verification): string | null {
  const [first] = links;
  return first === undefined ? null : `${rehearsal} ${toHex(first.proven.keysHash)}`;
}

function compared(files: readonly number[], at: (place: number) => Verification): Comparison {
  const forks = forksOf(files, at);
  const views = together(files.flatMap((place) => at(place).ceremonies));
  const within = views.flatMap(({ plan, packets }) => contradictionsIn(plan, packets)).filter(({ grave }) => grave);
  const across = contradictionsAcross(views).filter(({ identity }) => identity !== '');
  const contradictions = [...within, ...across];
  const who = [...new Set(contradictions.map(({ member }) => member))].sort();
  const voted = who.length === 0 ? '' : `; ${who.join(', ')} said two things of which only one can be honest`;
  const { keyset } = at(files[0] as number);
  const ok = forks.length === 0 && contradictions.length === 0;
  const split = forks.map(
    ({ epoch, heads }) => `epoch ${epoch} has ${heads.length} descriptors, all signed by the keys`,
  );
  const detail = ok ? sameUpTo(files, at) : `${split.length === 0 ? 'no fork' : `A FORK: ${split.join('; ')}`}${voted}`;
  return { keyset: keyset ?? '', files, ok, detail, forks, contradictions };
}

function forksOf(files: readonly number[], at: (place: number) => Verification): Fork[] {
  const epochs = new Map<number, Map<string, number[]>>();
  for (const place of files) {
    for (const { proven } of at(place).links) {
      const heads = epochs.get(proven.epoch) ?? new Map<string, number[]>();
      epochs.set(proven.epoch, heads);
      heads.set(toHex(proven.id), [...(heads.get(toHex(proven.id)) ?? []), place]);
    }
  }
  return [...epochs]
    .filter(([, heads]) => heads.size > 1)
    .sort(([a], [b]) => a - b)
    .map(([epoch, heads]) => ({ epoch, heads: [...heads].map(([head, among]) => ({ head, files: among })) }));
}

/** What everybody brought of one ceremony, as if it lay in one folder: only then do two statements meet. */
function together(views: readonly View[]): View[] {
  const byCeremony = new Map<string, View>();
  for (const view of views) {
    const before = byCeremony.get(view.plan.ceremony);
    const packets = new Map([...(before?.packets ?? []), ...view.packets].map((packet) => [packet.digest, packet]));
    byCeremony.set(view.plan.ceremony, {
      ...view,
      packets: [...packets.values()].sort((a, b) => (a.digest < b.digest ? -1 : 1)),
    });
  }
  return [...byCeremony.values()];
}

function sameUpTo(files: readonly number[], at: (place: number) => Verification): string {
  const epochs = files.map((place) => at(place).epoch as number);
  const [least, most] = [Math.min(...epochs), Math.max(...epochs)];
  if (least === most) return `no fork: all of them end at epoch ${most}`;
  const newest = files.filter((place) => at(place).epoch === most).map((place) => place + 1);
  return `no fork: file ${newest.join(', ')} is the newest, at epoch ${most}; the oldest ends at epoch ${least}`;
}
