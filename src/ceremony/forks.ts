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

/**
 * The files that have a key in common, two or more. Ids, labels, suites and worlds are what whoever has enough shares
 * writes down as they like; the key is what nobody else has, so a fork can hide behind anything but that.
 */
export function forksBetween(verifications: readonly Verification[]): Comparison[] {
  const groups: { readonly keys: ReadonlySet<string>; readonly files: readonly number[] }[] = [];
  verifications.forEach((one, place) => {
    const keys = keysOf(one);
    const met = groups.filter((group) => [...group.keys].some((key) => keys.has(key)));
    for (const group of met) groups.splice(groups.indexOf(group), 1);
    groups.push({
      keys: new Set([...met.flatMap((group) => [...group.keys]), ...keys]),
      files: [...met.flatMap(({ files }) => files), place].sort((a, b) => a - b),
    });
  });
  return groups
    .filter(({ files }) => files.length > 1)
    .sort((a, b) => (a.files[0] as number) - (b.files[0] as number))
    .map(({ files }) => compared(files, (place) => verifications[place] as Verification));
}

/** Without the byte that says the parity: who has the one key of a point has the other. */
function keysOf({ links }: Verification): ReadonlySet<string> {
  return new Set(links.flatMap(({ proven }) => proven.keys.map(({ publicKey }) => toHex(publicKey.subarray(-32)))));
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
  const split = [
    ...forks.map(({ epoch, heads }) => `epoch ${epoch} has ${heads.length} descriptors, all signed by the keys`),
    ...unlike(files, at),
  ];
  const ok = split.length === 0 && contradictions.length === 0;
  const detail = ok ? sameUpTo(files, at) : `${split.length === 0 ? 'no fork' : `A FORK: ${split.join('; ')}`}${voted}`;
  return { keyset: keyset ?? '', files, ok, detail, forks, contradictions };
}

/** A descriptor names the one before it and that of epoch 0, and the keys signed these names: files need not meet in an epoch. */
function forksOf(files: readonly number[], at: (place: number) => Verification): Fork[] {
  const epochs = new Map<number, Map<string, number[]>>();
  const found = (epoch: number, id: Uint8Array, place: number): void => {
    const heads = epochs.get(epoch) ?? new Map<string, number[]>();
    epochs.set(epoch, heads);
    const among = heads.get(toHex(id)) ?? [];
    if (among.at(-1) !== place) heads.set(toHex(id), [...among, place]);
  };
  for (const place of files) {
    for (const { proven } of at(place).links) {
      found(proven.epoch, proven.id, place);
      if (proven.previous !== null) found(proven.epoch - 1, proven.previous, place);
      found(0, proven.keysetId, place);
    }
  }
  return [...epochs]
    .filter(([, heads]) => heads.size > 1)
    .sort(([a], [b]) => a - b)
    .map(([epoch, heads]) => ({ epoch, heads: [...heads].map(([head, among]) => ({ head, files: among })) }));
}

/** What one keyset is the same in for ever. */
function unlike(files: readonly number[], at: (place: number) => Verification): string[] {
  const proven = files.flatMap((place) => at(place).links.map((link) => link.proven));
  const several = (values: readonly unknown[]): boolean => new Set(values).size > 1;
  return [
    ...(several(proven.map(({ keysHash }) => toHex(keysHash)))
      ? ['one key stands among keys that are not the same']
      : []),
    ...(several(proven.map(({ rehearsal }) => rehearsal)) ? ['one key is of a rehearsal and of a real keyset'] : []),
  ];
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
