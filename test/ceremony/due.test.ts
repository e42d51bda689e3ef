import { describe, expect, it } from 'vitest';
import { type DueFacts, type DueItem, dueItems, exposures, refreshBy } from '../../src/ceremony/due.ts';
import type { EpochLife } from '../../src/ceremony/epoch-life.ts';
import { calendarText } from '../../src/report/calendar.ts';
import { dueLines, dueWords } from '../../src/report/due-text.ts';

const day = 86_400;
const begun = Date.UTC(2027, 0, 15, 8) / 1000;

function life(epoch: number, threshold: number, exposed: readonly string[]): EpochLife {
  const members = ['alice', 'bob', 'carol'].map((name, at) => ({
    name,
    identity: name,
    index: at + 1,
    share: 'unseen' as const,
    copies: [],
    exposed: exposed.includes(name),
    alive: true,
  }));
  return { epoch, threshold, members, alive: 3, dead: false };
}

function facts(change: Partial<DueFacts> = {}): DueFacts {
  return {
    keyset: 'treasury',
    id: 'ab'.repeat(32),
    epoch: 1,
    policy: { approvers: [], approvals: 0, refreshEvery: 90 * day },
    renewed: begun,
    underWay: null,
    lives: [],
    lost: null,
    unproven: { committee: null, restored: null },
    backups: null,
    outstanding: [],
    withoutCard: [],
    ...change,
  };
}

const onDemand = { approvers: [], approvals: 0 };
const what = (items: readonly DueItem[]) => items.map((item) => `${item.what} ${item.state}`);
const dueAfter = (days: number, change: Partial<DueFacts> = {}) => what(dueItems([facts(change)], begun + days * day));

describe('shares are to be renewed', () => {
  it('by the day of the policy; it is due when a tenth of the time is left, and overdue from that day on', () => {
    expect(dueAfter(80)).toEqual(['refresh ahead']);
    expect(dueAfter(81)).toEqual(['refresh due']);
    expect(dueAfter(90 - 1e-4)).toEqual(['refresh due']);
    expect(dueAfter(90)).toEqual(['refresh overdue']);
    const yearly = { policy: { ...onDemand, refreshEvery: 365 * day } };
    expect(dueAfter(365 - 15, yearly)).toEqual(['refresh ahead']); // never earlier than two weeks
    expect(dueAfter(365 - 14, yearly)).toEqual(['refresh due']);
    const hourly = { policy: { ...onDemand, refreshEvery: 4 * 3600 } };
    expect(dueAfter(3.5 / 24, hourly)).toEqual(['refresh ahead']);
    expect(dueAfter(4 / 24, hourly)).toEqual(['refresh overdue']);
  });

  it('at no time where the policy leaves it to people', () => {
    expect(dueAfter(10_000, { policy: onDemand })).toEqual([]);
    expect(dueAfter(10_000, { policy: null })).toEqual([]);
  });

  it('is listed by the day, and those of one day by the name of the keyset', () => {
    const of = (keyset: string, days: number) => facts({ keyset, renewed: begun + days * day });
    const items = dueItems([of('c', 0), of('b', 0), of('a', 1), of('d', -1)], begun);
    expect(items.map(({ keyset }) => keyset)).toEqual(['d', 'b', 'c', 'a']);
    expect(refreshBy({}, begun)).toBeNull();
  });

  it('at once where nothing says when they were', () => {
    expect(dueAfter(0, { renewed: null })).toEqual(['refresh due']);
  });

  it('by the quarter: on the same day three months on, or on the last that there is', () => {
    const at = (...date: [number, number, number, number]) => Date.UTC(...date) / 1000;
    const next = (from: number) => refreshBy({ refreshEvery: 'quarterly' }, from);
    expect(next(at(2027, 0, 15, 8))).toBe(at(2027, 3, 15, 8));
    expect(next(at(2027, 10, 30, 23))).toBe(at(2028, 1, 29, 23)); // a leap year
    expect(next(at(2027, 10, 15, 0))).toBe(at(2028, 1, 15, 0)); // over the year
    expect(next(Number.MAX_SAFE_INTEGER)).toBe(253_402_300_799); // whatever a clock claims
    expect(refreshBy({ refreshEvery: 3600 }, Number.MAX_SAFE_INTEGER)).toBe(253_402_300_799);
  });
});

describe('exposed shares', () => {
  it('make the newest committee due, and an old one only where they are enough for the key', () => {
    expect(exposures([life(0, 2, ['bob']), life(1, 2, [])])).toEqual([]);
    expect(exposures([life(0, 2, []), life(1, 2, ['bob'])])).toMatchObject([{ epoch: 1, lost: false }]);
    expect(exposures([life(0, 2, ['bob', 'carol']), life(1, 2, [])])).toMatchObject([{ epoch: 0, lost: true }]);
    const items = dueItems([facts({ policy: onDemand, lives: [life(0, 2, ['bob', 'carol']), life(1, 2, [])] })], begun);
    expect(items).toMatchObject([{ what: 'exposed', state: 'overdue', epoch: 0, lost: true }]);
    expect(dueWords(items[0] as DueItem, begun).do).toContain('new key');
  });
});

it('a share that is lost here comes before all else', () => {
  const lost = { epoch: 1, member: 'alice', backups: ['b1'], replacedIn: null };
  const items = dueItems([facts({ lives: [life(1, 2, ['bob'])], lost, epoch: 3, policy: onDemand })], begun);
  expect(items).toMatchObject([
    { what: 'lost', state: 'overdue', epoch: 1, member: 'alice', backups: ['b1'], replacedIn: null },
    { what: 'exposed', state: 'overdue' },
  ]);
});

it('each thing that is missing is due', () => {
  const found = dueItems(
    [
      facts({
        policy: onDemand,
        unproven: { committee: 2, restored: begun },
        backups: { made: 1, wanted: 2 },
        outstanding: [
          { member: 'alice', mine: true, copies: ['0a1b2c3d'] },
          { member: 'bob', mine: false, copies: ['11111111', '22222222'] },
        ],
        withoutCard: ['carol'],
      }),
    ],
    begun,
  );
  expect(found.map((item) => item.what)).toEqual([
    'unproven',
    'unproven',
    'backup',
    'outstanding',
    'outstanding',
    'member',
  ]);
  expect(found.map(({ epoch }) => epoch)).toEqual([2, 1, 1, 1, 1, 1]);
  expect(dueItems([facts({ policy: onDemand, backups: { made: 2, wanted: 2 } })], begun)).toEqual([]);
});

describe('a spread', () => {
  const many = (count: number, change: (at: number) => Partial<DueFacts> = () => ({})) =>
    Array.from({ length: count }, (_, at) => facts({ keyset: `k${String(at).padStart(2, '0')}`, ...change(at) }));
  const weeksOf = (items: readonly DueItem[], now: number) =>
    items.map(({ planned }) => ((planned ?? Number.NaN) - now) / (7 * day));

  it('lays refreshes that share a day evenly over the weeks before it', () => {
    const items = dueItems(many(12), begun, 4);
    const weeks = weeksOf(items, begun);
    expect([...weeks].sort((a, b) => a - b)).toEqual([9, 9, 9, 10, 10, 10, 11, 11, 11, 12, 12, 12]);
    for (const { planned, by } of items) expect(planned).toBeLessThanOrEqual(by ?? 0);
  });

  it('plans none after its own day, and puts what is late or has no other week in this one', () => {
    const now = begun + 88 * day;
    expect(weeksOf(dueItems(many(3), now, 8), now)).toEqual([0, 0, 0]);
    const late = dueItems(many(1), begun + 100 * day, 8);
    expect([weeksOf(late, begun + 100 * day), what(late)]).toEqual([[0], ['refresh overdue']]);
  });

  it('makes that due whose turn is this week', () => {
    const now = begun + 70 * day;
    const items = dueItems(many(4), now, 3);
    expect(what(dueItems(many(4), now))).toEqual(Array(4).fill('refresh ahead'));
    expect(what(items)).toEqual(['refresh due', 'refresh due', 'refresh ahead', 'refresh ahead']);
    expect(weeksOf(items, now)).toEqual([0, 0, 1, 2]);
  });

  /** By which week each is to be renewed, and in which week it is planned, in the order of the list. */
  const planned = (weeks: number, ...keysets: readonly (readonly [string, number])[]) => {
    const by = ([keyset, week]: readonly [string, number]) =>
      facts({ keyset, renewed: begun + (7 * week + 1) * day - 90 * day });
    const items = dueItems(keysets.map(by), begun, weeks);
    return items.map((item, at) => `${item.keyset} ${weeksOf(items, begun)[at]}`);
  };

  it('lays them in the order of their days and then of their names, whatever order they come in', () => {
    expect(planned(2, ['a', 5], ['c', 4], ['b', 4])).toEqual(['b 3', 'c 4', 'a 5']);
    expect(planned(2, ['b', 4], ['c', 4], ['a', 5])).toEqual(['b 3', 'c 4', 'a 5']);
    expect(planned(2, ['k1', 4], ['k0', 4])).toEqual(['k0 3', 'k1 4']);
  });

  it('is listed by the weeks that it lays things on, and not by their last days', () => {
    expect(planned(3, ['a1', 5], ['a2', 5], ['z1', 4], ['z2', 4], ['z3', 4])).toEqual([
      'z1 2',
      'a2 3',
      'z2 3',
      'z3 4',
      'a1 5',
    ]);
  });

  it('is of refreshes that have a day, and of nothing else', () => {
    const items = dueItems([facts({ withoutCard: ['carol'] }), facts({ keyset: 'x', renewed: null })], begun, 4);
    expect(items.map(({ what: of, planned: on }) => [of, on === null])).toEqual([
      ['member', true],
      ['refresh', true],
      ['refresh', false],
    ]);
  });

  it('has the gravest first, whatever order the keysets are in', () => {
    const old = facts({ keyset: 'zeta', renewed: begun - 20 * day });
    const items = dueItems([...many(2), old], begun + 75 * day);
    expect(items.map(({ keyset, state }) => `${keyset} ${state}`)).toEqual(['zeta overdue', 'k00 ahead', 'k01 ahead']);
  });
});

const crowded = facts({
  lives: [life(1, 2, ['bob'])],
  unproven: { committee: 2, restored: begun },
  backups: { made: 0, wanted: 1 },
  outstanding: [{ member: 'bob', mine: false, copies: ['11111111', '22222222', '33333333'] }],
  withoutCard: ['bob', 'carol'],
});

it('the list fits a terminal, and each thing comes with what to do', () => {
  const items = dueItems([crowded], begun + 91 * day);
  const lines = dueLines(items, begun + 91 * day);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  expect(lines.filter((line) => line.startsWith('         -> '))).toHaveLength(items.length);
  expect(lines[0]).toBe('on 2027-04-16 08:00 UTC, by the clock of this machine: 2 overdue, 5 due');
  expect(lines.join(' ').replace(/\s+/g, ' ')).toContain(
    'renew the shares: the day was 2027-04-15, 24 hours ago (by its policy every 90 days; last on 2027-01-15)',
  );
});

describe('a calendar', () => {
  const items = dueItems([crowded, facts({ keyset: 'ops', id: 'cd'.repeat(32) })], begun);
  const text = calendarText(items, begun);
  const events = (calendar: string) =>
    calendar
      .replace(/\r\n /g, '')
      .split('BEGIN:VEVENT\r\n')
      .slice(1)
      .map((one) => new Map(one.split('\r\n').map((line) => line.split(/:(.*)/s).slice(0, 2) as [string, string])));

  it('is folded at 75 octets, ends its lines with CR and LF, and escapes its text', () => {
    expect(text.startsWith('BEGIN:VCALENDAR\r\nVERSION:2.0\r\n')).toBe(true);
    expect(text.endsWith('END:VEVENT\r\nEND:VCALENDAR\r\n')).toBe(true);
    expect(text.replace(/\r\n/g, '')).not.toMatch(/[\r\n]/);
    for (const line of text.split('\r\n')) expect(new TextEncoder().encode(line).length).toBeLessThanOrEqual(75);
    expect(text).toContain('\r\n '); // something was folded
    const all = events(text);
    expect(all).toHaveLength(items.length);
    for (const one of all) expect(one.get('SUMMARY')).not.toContain('REHEARSAL');
    for (const one of events(calendarText(items, begun, true)))
      expect(one.get('SUMMARY')).toMatch(/^conclave: REHEARSAL\\, /);
    for (const one of all) expect(one.get('DESCRIPTION')).toMatch(/^([^\\;,]|\\[\\;,n])*$/);
    expect(all[0]?.get('DESCRIPTION')).toMatch(/\\n/);
  });

  it('cuts no character in two where it folds', () => {
    const odd = calendarText(
      dueItems([facts({ policy: onDemand, withoutCard: ['é'.repeat(30), '🔑'.repeat(30)] })], begun),
      begun,
    );
    for (const line of odd.split('\r\n')) {
      expect(new TextEncoder().encode(line).length).toBeLessThanOrEqual(75);
      expect(line).not.toMatch(/[\ud800-\udbff]$/);
    }
    expect(odd.replace(/\r\n /g, '')).toContain('🔑'.repeat(30));
  });

  it('has all-day events on the day, and on today what is late or has no day', () => {
    const refresh = events(text).find((one) => one.get('SUMMARY') === 'conclave: ops\\, renew the shares');
    expect(refresh?.get('DTSTART;VALUE=DATE')).toBe('20270415');
    expect(refresh?.get('DTEND;VALUE=DATE')).toBe('20270416');
    expect(refresh?.get('DTSTAMP')).toBe('20270115T080000Z');
    const late = events(calendarText(dueItems([facts()], begun + 100 * day), begun + 100 * day));
    expect(late[0]?.get('DTSTART;VALUE=DATE')).toBe('20270425');
  });

  it('says days, and never how long it is until then, since nobody knows when it is read', () => {
    const [refresh] = dueItems([facts()], begun);
    expect(dueWords(refresh as DueItem, begun).says).toContain('by 2027-04-15, in 90 days');
    for (const now of [begun, begun + 100 * day])
      for (const one of events(calendarText(dueItems([facts()], now), now))) {
        expect(one.get('DESCRIPTION')).toContain('2027-04-15');
        expect(one.get('DESCRIPTION')).not.toMatch(/\d (days?|hours?)( ago)?( \(|$)/);
      }
  });

  it('keeps the UID of a thing, and gives each its own', () => {
    const uids = (calendar: string) => events(calendar).map((one) => one.get('UID'));
    expect(new Set(uids(text)).size).toBe(items.length);
    const later = calendarText(
      dueItems([crowded, facts({ keyset: 'ops', id: 'cd'.repeat(32) })], begun + day),
      begun + day,
    );
    expect([...uids(later)].sort()).toEqual([...uids(text)].sort());
    const renamed = calendarText(dueItems([facts({ keyset: 'other' })], begun), begun);
    expect(uids(renamed)).toEqual(uids(calendarText(dueItems([facts()], begun), begun)));
    expect(uids(calendarText(dueItems([facts({ epoch: 2 })], begun), begun))).not.toEqual(uids(renamed));
  });
});
