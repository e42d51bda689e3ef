import { escapeText } from '../bytes/printable.ts';
import type { DueItem, LostHere } from '../ceremony/due.ts';
import { periodText } from './policy-text.ts';
import { wrap } from './table.ts';
import { claimedTime } from './time.ts';

const day = 86_400;

/** What one thing is about, as a sentence without its end, and what to do about it. */
export interface DueWords {
  readonly says: string;
  readonly do: string;
}

/** Without a clock where it is read at another time than now: then nothing is said of how long it is until a day, or since. */
export function dueWords(item: DueItem, now: number | null): DueWords {
  const { keyset, epoch } = item;
  const refresh = `conclave propose refresh --keyset ${keyset}`;
  switch (item.what) {
    case 'lost':
      return lostWords(keyset, { ...item, epoch: epoch ?? 0 });
    case 'refresh':
      return { says: refreshSays(item, now), do: item.underWay === null ? refresh : underWay(item.underWay) };
    case 'exposed': {
      const whose = `${item.members.length} of the ${item.threshold} shares of epoch ${epoch} that make the key may be known to others (${item.members.join(', ')})`;
      if (item.lost)
        return { says: `${whose}: so is the key`, do: 'no ceremony helps: move what it guards to a new key' };
      return { says: `${whose}: renew all shares`, do: item.underWay === null ? refresh : underWay(item.underWay) };
    }
    case 'unproven':
      return item.why === 'committee'
        ? { says: `the committee of epoch ${epoch} has not proven itself here yet`, do: 'conclave next --stick DIR' }
        : {
            says: `the share here came out of a backup on ${dayText(item.since ?? 0)}, and has not shown since that it signs`,
            do: `conclave propose drill --keyset ${keyset} --signers NAMES`,
          };
    case 'backup':
      return {
        says: `the share of epoch ${epoch} on this machine has ${item.made === 0 ? 'no backup' : `${item.made} of the backups`}, and ${item.wanted} ${item.wanted === 1 ? 'is' : 'are'} asked for`,
        do: `conclave backup create ${keyset} --to DIR`,
      };
    case 'outstanding':
      return outstandingWords(item);
    case 'member': {
      return {
        says: `no card on the roster any more of ${item.members.join(', ')}, in the committee of epoch ${epoch}`,
        do: `who is gone: conclave propose reshare --keyset ${keyset}; who is not: conclave roster add F`,
      };
    }
  }
}

/** The same wherever a share turns out to be lost. */
export function lostWords(keyset: string, { epoch, member, backups, replacedIn }: LostHere): DueWords {
  const says = `the share of epoch ${epoch} on this machine is LOST: its file is missing or damaged`;
  if (replacedIn !== null) return { says, do: underWay(replacedIn) };
  const which = backups.length === 0 ? 'one of this epoch, if there is any' : backups.join(' or ');
  return {
    says,
    do: `restore a backup (${which}): conclave backup restore F; without one, at another machine: conclave propose recover --keyset ${keyset} --lost ${member}`,
  };
}

function refreshSays(item: DueItem & { readonly what: 'refresh' }, now: number | null): string {
  const rule = `by its policy ${periodText({ refreshEvery: item.every })}`;
  if (item.by === null) return `renew the shares (${rule}); nothing here says when that was done last`;
  const fine = item.by - (item.renewed ?? 0) < 2 * day;
  const when = fine ? claimedTime(item.by) : dayText(item.by);
  const last = `(${rule}; last on ${dayText(item.renewed ?? 0)})`;
  if (item.state === 'overdue')
    return `renew the shares: the day was ${when}${now === null ? '' : `, ${span(now - item.by)} ago`} ${last}`;
  const planned = item.planned === null ? '' : `; its turn is the week from ${dayText(item.planned)}`;
  return `renew the shares by ${when}${now === null ? '' : `, in ${span(item.by - now)}`} ${last}${planned}`;
}

function outstandingWords({ member, mine, copies, keyset }: DueItem & { readonly what: 'outstanding' }): DueWords {
  const [many, is] = copies.length === 1 ? ['copy', 'is'] : ['copies', 'are'];
  const which = `${copies.length} ${many} of old shares ${is} worthless and not destroyed (${copies.join(', ')})`;
  return mine
    ? { says: which, do: 'destroy, then conclave backup retire ID --witness N --method M' }
    : {
        says: `of ${member}, ${which}, as far as this machine heard`,
        do: `ask ${member}: what is recorded there is told with the next closing or census of ${keyset}`,
      };
}

const underWay = (ceremony: string): string => `under way: conclave status --ceremony ${ceremony.slice(0, 16)}`;

export function dayText(seconds: number): string {
  return claimedTime(seconds).slice(0, 10);
}

function span(seconds: number): string {
  const [unit, number] = seconds < 2 * day ? ['hour', seconds / 3600] : ['day', seconds / day];
  const whole = Math.floor(number);
  return `${whole} ${unit}${whole === 1 ? '' : 's'}`;
}

const headings = { overdue: 'OVERDUE', due: 'DUE', ahead: 'LATER' } as const;

/** The list for a person, no wider than a terminal: the gravest first, each with what to do about it. */
export function dueLines(items: readonly DueItem[], now: number): string[] {
  const count = (state: DueItem['state']): number => items.filter((item) => item.state === state).length;
  const counts = (['overdue', 'due', 'ahead'] as const).flatMap((state) =>
    count(state) === 0 ? [] : [`${count(state)} ${headings[state].toLowerCase()}`],
  );
  const counted = [...(count('overdue') + count('due') === 0 ? ['nothing is due'] : []), ...counts].join(', ');
  const lines = [`on ${claimedTime(now)}, by the clock of this machine: ${counted}`];
  for (const item of items) {
    const { says, do: what } = dueWords(item, now);
    const [first = '', ...more] = wrap(escapeText(`${item.keyset}: ${says}`), 71).split('\n');
    lines.push('', `${headings[item.state].padEnd(8)} ${first}`);
    for (const line of more) lines.push(`         ${line}`);
    wrap(escapeText(what), 68)
      .split('\n')
      .forEach((line, at) => {
        lines.push(`         ${at === 0 ? '->' : '  '} ${line}`);
      });
  }
  return lines;
}
