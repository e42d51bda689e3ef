import { describe, expect, test } from 'vitest';
import { capacity } from '../../../src/bytes/qr/code.ts';
import { collector } from '../../../src/bytes/qr/collector.ts';
import { cutFor, versionFor } from '../../../src/courier/qr/density.ts';
import { type Happening, type Screen, type Shown, showMoving } from '../../../src/courier/qr/show.ts';
import type { ShowOptions } from '../../../src/courier/qr/showing.ts';
import { readPixels } from '../../../src/media/qr/read.ts';
import { drawn } from '../../crypto/drawn.ts';
import { photograph } from '../../media/qr/photograph.ts';
import { darkTerminal, lightTerminal, type Terminal, terminal } from './terminal.ts';

const file = drawn('a packet')(3000);
const status = (screen: Terminal): string => screen.lines().find((line) => /q ends|too small/.test(line)) ?? '';
const time: Happening = { kind: 'time' };
const key = (name: string): Happening => ({ kind: 'key', key: name });

interface Played extends Shown {
  /** The terminal as it stood each time that something was waited for. */
  readonly waits: readonly (number | null)[];
  readonly last: Terminal;
  readonly closed: number;
}

/** A person at a terminal who does these things, and looks at each picture. */
async function play(
  happenings: readonly (Happening | { readonly columns: number; readonly rows: number })[],
  look: (picture: Terminal, at: number) => Promise<void> | void = () => undefined,
  options: Partial<ShowOptions> & {
    readonly content?: Uint8Array;
    readonly columns?: number;
    readonly rows?: number;
  } = {},
  colours = darkTerminal,
): Promise<Played> {
  const { content = file, columns = 80, rows = 24, ...rest } = options;
  let room = { columns, rows };
  let seen = terminal(columns, rows, colours);
  const waits: (number | null)[] = [];
  let closed = 0;
  const screen: Screen = {
    room: () => room,
    write: (text) => seen.write(text),
    next: async (milliseconds) => {
      await look(seen, waits.length);
      const next = happenings[waits.length];
      waits.push(milliseconds);
      if (next === undefined) return { kind: 'ended' };
      if ('kind' in next) return next;
      room = next;
      seen = terminal(next.columns, next.rows, colours);
      return { kind: 'resized' };
    },
    close: () => {
      closed += 1;
    },
  };
  const shown = await showMoving(screen, content, { level: 'L', speed: 5, ...rest });
  return { ...shown, waits, last: seen, closed };
}

describe('what a terminal holds', () => {
  test.each([
    [80, 24, 5, 106],
    [120, 40, 13, 425],
    [200, 60, 23, 1091],
    [77, 40, 13, 425],
    [76, 40, 12, 367],
    [120, 39, 12, 367],
    [33, 18, 2, 32],
    [32, 18, null, 0],
  ])('%i × %i letters: version %s', (columns, rows, version, most) => {
    expect(versionFor({ columns, rows })).toBe(version);
    expect(capacity(version ?? 0, 'L')).toBe(most);
  });

  test('a file is cut into as few codes as that allows, and they are no larger than they have to be', () => {
    expect(cutFor(50_000, 13, 'L')).toEqual({ version: 13, level: 'L', size: 407, count: 123 });
    expect(cutFor(100, 22, 'L')).toEqual({ version: 7, level: 'L', size: 132, count: 1 });
    expect(() => cutFor(100, 1, 'L')).toThrow('no room');
  });
});

describe('moving codes on a terminal', () => {
  test.each([
    ['dark', 80, 24, darkTerminal],
    ['light', 120, 40, lightTerminal],
  ])('are scanned from a %s one, through a camera that is not held straight', async (_, columns, rows, colours) => {
    const receiver = collector();
    const found: string[] = [];
    let whole: Uint8Array | null = null;
    const camera = async (screen: Terminal, at: number) => {
      if (whole !== null || at % 9 === 4) return; // it misses some
      const seen = photograph(screen.picture(columns === 80 ? 4 : 3), {
        turned: 4,
        tilted: 0.05,
        noise: 30,
        seed: `${at}`,
      });
      const { codes } = await readPixels(seen);
      for (const code of codes) {
        const taken = receiver.take(code);
        found.push(taken.kind);
        if (taken.kind === 'whole') whole = taken.file;
      }
    };
    const content = file.slice(0, columns === 80 ? 250 : 800);
    await play(Array(8).fill(time), camera, { columns, rows, content }, colours);
    expect(whole).toEqual(content);
    expect(found.filter((kind) => !/useful|known|whole/.test(kind))).toEqual([]);
  });

  test('move by themselves, faster and slower, stand still, and go on by Enter', async () => {
    const { waits, frames, closed } = await play([
      time,
      key('+'),
      key('+'),
      key('-'),
      key(' '),
      key('\r'),
      key('b'),
      key(' '),
      key('x'),
    ]);
    const [five, six, eight] = [1000 / 5, 1000 / 6, 1000 / 8];
    expect(waits).toEqual([five, five, six, eight, six, null, null, null, six, six]);
    expect(frames).toBe(3);
    expect(closed).toBe(1);
  });

  test('by hand from the start, and no slower or faster than there are speeds', async () => {
    const hand = await play([key('\r'), key(' ')], undefined, { speed: 0 });
    expect(hand.waits).toEqual([null, null, 200]);
    const fast = await play([key('+')], undefined, { speed: 30 });
    const slow = await play([key('-')], undefined, { speed: 1 });
    expect([fast.waits.at(-1), slow.waits.at(-1)]).toEqual([1000 / 30, 1000]);
  });

  test.each(['q', '\u0003', '\u001b', '\u0004'])('end with %j', async (end) => {
    const { waits, closed } = await play([time, key(end), time]);
    expect([waits.length, closed]).toEqual([2, 1]);
  });

  test('become denser and sparser while they run, and say that they start over', async () => {
    const versions: (string | undefined)[] = [];
    const look = (screen: Terminal) => {
      versions.push(/^(\d+\/\d+).*density \((\d+); starts over\)/.exec(status(screen))?.slice(1).join(' v'));
    };
    const wide = { columns: 200, rows: 60, version: 13 };
    await play([time, key('<'), key('<'), key('>'), time, key('>'), key('>')], look, wide);
    expect(versions).toEqual([
      '1/8 v13',
      '2/8 v13',
      '1/11 v11',
      '1/15 v9',
      '1/11 v11',
      '2/11 v11',
      '1/8 v13',
      '1/7 v14',
    ]);
  });

  test('fit themselves to a window that changes, and wait where it is too small', async () => {
    const lines: string[] = [];
    const last = (screen: Terminal) => {
      lines.push(status(screen));
    };
    await play([time, { columns: 120, rows: 40 }, { columns: 20, rows: 10 }, { columns: 80, rows: 24 }], last);
    expect(lines[1]).toMatch(/^2\/\d\d /);
    expect(lines[2]).toMatch(/^1\/8 .*\(13;/);
    expect(lines[3]).toMatch(/^too small for a/);
    expect(lines[4]).toMatch(/^1\/\d\d /);
  });

  test('need no moving where one is all of it', async () => {
    const { waits, last, cut } = await play([], undefined, { content: file.slice(0, 40) });
    expect(waits).toEqual([null]);
    expect(cut?.count).toBe(1);
    expect(last.lines().join('\n')).toContain('one code is all of it (40 bytes)');
  });

  test('give the terminal back whatever happens', async () => {
    let closed = 0;
    const broken: Screen = {
      room: () => ({ columns: 80, rows: 24 }),
      write: () => {
        throw new Error('the terminal is gone');
      },
      next: async () => time,
      close: () => {
        closed += 1;
      },
    };
    await expect(showMoving(broken, file, { level: 'L', speed: 5 })).rejects.toThrow('gone');
    expect(closed).toBe(1);
  });
});
