import type { EpochLife } from './epoch-life.ts';
import type { Policy } from './policy.ts';

/*
 * What a keyset wants of its people, from facts and a clock that are handed in. Nothing here stops or refuses anything:
 * nothing times out (protocol section 5), it only becomes due.
 */

const day = 86_400;
const week = 7 * day;
/** The last second that has a year of four digits: a claimed time may be any number. */
const lastTime = 253_402_300_799;

/** What one machine knows of one keyset, as far as something may be due of it. */
export interface DueFacts {
  readonly keyset: string;
  /** In hex. */
  readonly id: string;
  /** Of the newest proven committee; null before there is one. */
  readonly epoch: number | null;
  readonly policy: Policy | null;
  /** When the shares of that committee were made; null where nothing here says it. */
  readonly renewed: number | null;
  /** The ceremony that is on its way to the next committee. */
  readonly underWay: string | null;
  readonly lives: readonly EpochLife[];
  /** The share of this machine, where it is lost. */
  readonly lost: LostHere | null;
  /** A committee that has not proven itself here, by its epoch; a share that came out of a backup and signed nothing since. */
  readonly unproven: { readonly committee: number | null; readonly restored: number | null };
  /** Of the share on this machine; null where it has none, or where nobody asked for backups. */
  readonly backups: { readonly made: number; readonly wanted: number } | null;
  /** Worthless copies that nobody called destroyed. */
  readonly outstanding: readonly {
    readonly member: string;
    readonly mine: boolean;
    readonly copies: readonly string[];
  }[];
  /** Members without a card on the roster. */
  readonly withoutCard: readonly string[];
}

/** The share that signs now, on a machine that remembers having it and cannot read it. */
export interface LostHere {
  readonly epoch: number;
  /** Whose share, as the committee calls its member. */
  readonly member: string;
  /** Its backups, as far as they are registered here. */
  readonly backups: readonly string[];
  /** The ceremony under way that makes another share in its place. */
  readonly replacedIn: string | null;
}

export type Due =
  | ({ readonly what: 'lost' } & Omit<LostHere, 'epoch'>)
  | { readonly what: 'refresh'; readonly renewed: number | null; readonly every: NonNullable<Policy['refreshEvery']> }
  | ({ readonly what: 'exposed' } & Omit<Exposure, 'epoch'>)
  | { readonly what: 'unproven'; readonly why: 'committee' | 'restored'; readonly since: number | null }
  | { readonly what: 'backup'; readonly made: number; readonly wanted: number }
  | {
      readonly what: 'outstanding';
      readonly member: string;
      readonly mine: boolean;
      readonly copies: readonly string[];
    }
  | { readonly what: 'member'; readonly members: readonly string[] };

export type DueItem = Due & {
  readonly keyset: string;
  readonly id: string;
  readonly epoch: number | null;
  /** `ahead` is known, and not yet to be done. */
  readonly state: 'overdue' | 'due' | 'ahead';
  /** The day that it has to be done by, where it has one; and the day that a spread puts it on. */
  readonly by: number | null;
  readonly planned: number | null;
  readonly underWay: string | null;
};

/** Shares of one epoch that others may know. */
export interface Exposure {
  readonly epoch: number;
  readonly members: readonly string[];
  readonly threshold: number;
  /** Enough of them to have the key: no ceremony helps. */
  readonly lost: boolean;
}

/** Of the epochs of a keyset, oldest first: a later committee makes those harmless that are too few for the key. */
export function exposures(lives: readonly EpochLife[]): Exposure[] {
  return lives.flatMap(({ epoch, threshold, members: all }, at) => {
    const members = all.filter(({ exposed }) => exposed).map(({ name }) => name);
    const lost = members.length >= threshold;
    return members.length > 0 && (lost || at === lives.length - 1) ? [{ epoch, members, threshold, lost }] : [];
  });
}

/** When shares that were made then are to be renewed; null where nothing but people decide that. */
export function refreshBy({ refreshEvery }: Pick<Policy, 'refreshEvery'>, renewed: number): number | null {
  if (refreshEvery === undefined) return null;
  const from = Math.min(renewed, lastTime);
  return Math.min(refreshEvery === 'quarterly' ? threeMonthsAfter(from) : from + refreshEvery, lastTime);
}

/** The same day three months on, or the last day of that month where it has no such day. */
function threeMonthsAfter(seconds: number): number {
  const then = new Date(seconds * 1000);
  const [year, month] = [then.getUTCFullYear(), then.getUTCMonth() + 3];
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return Date.UTC(year, month, Math.min(then.getUTCDate(), lastDay)) / 1000 + (seconds % day);
}

/** Everything that is due of these keysets, what is late first. With `spread`, refreshes are laid over so many weeks. */
export function dueItems(keysets: readonly DueFacts[], now: number, spread: number | null = null): DueItem[] {
  const found = keysets.flatMap((facts) => itemsOf(facts, now));
  const items = spread === null ? found : spreadOver(found, now, spread);
  const order = { overdue: 0, due: 1, ahead: 2 };
  const when = ({ planned, by }: DueItem): number => planned ?? by ?? 0;
  return items.sort(
    (a, b) =>
      order[a.state] - order[b.state] || when(a) - when(b) || (a.keyset < b.keyset ? -1 : a.keyset > b.keyset ? 1 : 0),
  );
}

function itemsOf(facts: DueFacts, now: number): DueItem[] {
  const { keyset, id, epoch, policy, renewed, underWay, lost, unproven, backups } = facts;
  const item = (due: Due, state: DueItem['state'] = 'due', by: number | null = null): DueItem => ({
    ...due,
    keyset,
    id,
    epoch,
    state,
    by,
    planned: null,
    underWay,
  });
  const found: DueItem[] = exposures(facts.lives).map(({ epoch: of, ...exposure }) => ({
    ...item({ what: 'exposed', ...exposure }, 'overdue'),
    epoch: of,
  }));
  if (lost !== null) found.unshift({ ...item({ what: 'lost', ...lost }, 'overdue'), epoch: lost.epoch });
  if (policy?.refreshEvery !== undefined) {
    const by = renewed === null ? null : refreshBy(policy, renewed);
    const due: Due = { what: 'refresh', renewed, every: policy.refreshEvery };
    found.push(item(due, by === null ? 'due' : stateAt(now, renewed ?? 0, by), by));
  }
  const { committee, restored } = unproven;
  if (committee !== null)
    found.push({ ...item({ what: 'unproven', why: 'committee', since: null }), epoch: committee });
  if (restored !== null) found.push(item({ what: 'unproven', why: 'restored', since: restored }));
  if (backups !== null && backups.made < backups.wanted) found.push(item({ what: 'backup', ...backups }));
  for (const one of facts.outstanding) found.push(item({ what: 'outstanding', ...one }));
  if (facts.withoutCard.length > 0) found.push(item({ what: 'member', members: facts.withoutCard }));
  return found;
}

/** A ceremony takes its time: it is due when a tenth of the period is left, and two weeks before the day at most. */
function stateAt(now: number, renewed: number, by: number): DueItem['state'] {
  if (now >= by) return 'overdue';
  return now >= by - Math.min(2 * week, (by - renewed) / 10) ? 'due' : 'ahead';
}

/**
 * Each refresh in the emptiest of the `weeks` weeks that end with its day: never after that day, and many that share a
 * day are not done in one week. What is late already belongs to this week.
 */
function spreadOver(items: readonly DueItem[], now: number, weeks: number): DueItem[] {
  const taken = new Map<number, number>();
  const planned = new Map<DueItem, number>();
  const dated = items.filter(({ what, by }) => what === 'refresh' && by !== null);
  const byDay = [...dated].sort((a, b) => (a.by ?? 0) - (b.by ?? 0) || (a.keyset < b.keyset ? -1 : 1));
  for (const item of byDay) {
    const last = Math.max(0, Math.floor(((item.by ?? now) - now) / week));
    const first = Math.max(0, last - weeks + 1);
    let best = first;
    for (let at = first; at <= last; at++) if ((taken.get(at) ?? 0) < (taken.get(best) ?? 0)) best = at;
    taken.set(best, (taken.get(best) ?? 0) + 1);
    planned.set(item, now + best * week);
  }
  return items.map((item) => {
    const day = planned.get(item);
    if (day === undefined) return item;
    return { ...item, planned: day, state: item.state === 'ahead' && day <= now ? 'due' : item.state };
  });
}
