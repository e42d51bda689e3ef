import { type Level, qrMatrix } from '../../bytes/qr/code.ts';
import { streamOf } from '../../bytes/qr/frames.ts';
import { Problem } from '../../problem.ts';
import { type Cut, cutFor, densest, type Room, sparsest, versionFor } from './density.ts';
import { halfBlocks } from './half-blocks.ts';

/** What happened at the terminal: a key, another size, the end of the time that was waited, or somebody ended it. */
export type Happening =
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'resized' | 'time' | 'ended' };

/** A terminal that is all ours for a while. */
export interface Screen {
  readonly room: () => Room;
  readonly write: (text: string) => void;
  /** The next thing that happens; null waits without an end. */
  readonly next: (milliseconds: number | null) => Promise<Happening>;
  /** Gives the terminal back as it was. */
  readonly close: () => void;
}

export interface ShowOptions {
  readonly level: Level;
  /** Codes a second; 0 moves by Enter alone. */
  readonly speed: number;
  /** Not denser than this version. */
  readonly version?: number | undefined;
}

export const speeds = [1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30] as const;
/** Codes a second where nobody says otherwise. */
export const usualSpeed = 5;
const byHand = 0;
/** Denser ones are read by good cameras alone. */
export const usual = 22;

/** How it went, for the line that stays when the screen is given back. */
export interface Shown {
  readonly frames: number;
  readonly cut: Cut | null;
}

/** What the person at the keyboard can change. */
interface Wish {
  readonly speed: number;
  readonly paused: boolean;
  /** The densest version that is wanted; the terminal may allow less. */
  readonly version: number;
  readonly number: number;
}

/** Shows the frames of a file one after the other until somebody says that it is enough. */
export async function showMoving(screen: Screen, file: Uint8Array, options: ShowOptions): Promise<Shown> {
  let wish: Wish = {
    speed: options.speed === byHand ? usualSpeed : options.speed,
    paused: options.speed === byHand,
    version: options.version ?? usual,
    number: 0,
  };
  const seen = new Set<string>();
  let cut: Cut | null = null;
  try {
    for (let view = viewOf(screen, file, options.level, wish); ; ) {
      cut = view.cut ?? cut;
      screen.write(drawn(view, wish, file.length));
      if (view.cut !== null) seen.add(`${view.cut.size} ${wish.number}`);
      const still = wish.paused || view.cut === null || view.cut.count === 1;
      const happened = await screen.next(still ? null : 1000 / wish.speed);
      if (happened.kind === 'ended') break;
      const before = wish;
      if (happened.kind === 'time') wish = { ...wish, number: wish.number + 1 };
      if (happened.kind === 'key') {
        const wished = pressed(happened.key, wish, view.cut?.version ?? wish.version);
        if (wished === null) break;
        wish = wished;
      }
      if (happened.kind === 'resized' || wish.version !== before.version) {
        const size = view.cut?.size;
        view = viewOf(screen, file, options.level, wish);
        if (view.cut?.size !== size) wish = { ...wish, number: 0 }; // other frames: whoever looks begins anew
      }
    }
  } finally {
    screen.close();
  }
  return { frames: seen.size, cut };
}

interface View {
  readonly room: Room;
  /** Null where nothing can be shown. */
  readonly cut: Cut | null;
  readonly why: string;
  readonly frame: (number: number) => Uint8Array;
}

function viewOf(screen: Screen, file: Uint8Array, level: Level, wish: Wish): View {
  const room = screen.room();
  const largest = versionFor(room);
  const none = (why: string): View => ({ room, cut: null, why, frame: () => new Uint8Array() });
  if (largest === null) return none('this terminal is too small for a code: enlarge it');
  try {
    const cut = cutFor(file.length, Math.min(largest, wish.version), level);
    return { room, cut, why: '', frame: streamOf(file, cut.size).frame };
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'FILE_TOO_LARGE') throw error;
    return none('codes of this size cannot carry this file: enlarge the terminal, or press >');
  }
}

/** What a key means; null for the end. */
function pressed(key: string, wish: Wish, shown: number): Wish | null {
  const faster = speeds.find((speed) => speed > wish.speed) ?? wish.speed;
  const slower = speeds.findLast((speed) => speed < wish.speed) ?? wish.speed;
  switch (key) {
    case 'q':
    case '\u0003':
    case '\u0004':
    case '\u001b':
      return null;
    case ' ':
      return { ...wish, paused: !wish.paused };
    case '\r':
    case '\n':
    case '\u001b[C': // to the right
      return { ...wish, paused: true, number: wish.number + 1 };
    case 'b':
    case '\u001b[D': // to the left
      return { ...wish, paused: true, number: Math.max(0, wish.number - 1) };
    case '+':
      return { ...wish, speed: faster };
    case '-':
      return { ...wish, speed: slower };
    case '>':
      return { ...wish, version: Math.min(densest, wish.version + 2) };
    case '<':
      return { ...wish, version: Math.max(sparsest, Math.min(shown, wish.version) - 2) };
    default:
      return wish;
  }
}

const home = '\u001b[H';
const clear = '\u001b[2J';
const restOfLine = '\u001b[K';
const rest = '\u001b[J';
// a terminal that knows them shows the picture in one go, so that no camera sees half of it; others pass over them
const begin = '\u001b[?2026h';
const end = '\u001b[?2026l';

function drawn({ room, cut, why, frame }: View, wish: Wish, length: number): string {
  const say = (text: string) => text.slice(0, room.columns - 1);
  if (cut === null) return `${begin}${clear}${home}${say(why)}${end}`;
  const lines = halfBlocks(qrMatrix(frame(wish.number), { level: cut.level, version: cut.version }));
  const left = ' '.repeat(Math.max(0, Math.floor((room.columns - cut.version * 4 - 25) / 2)));
  const picture = lines.map((line) => `${left}${line}${restOfLine}\r\n`).join('');
  return `${begin}${home}${picture}${say(status(cut, wish, length))}${rest}${end}`;
}

function status({ count, version }: Cut, { number, speed, paused }: Wish, length: number): string {
  if (count === 1) return `one code is all of it (${length} bytes)   q ends`;
  const place = number < count ? `${number + 1}/${count}` : `${count} and ${number - count + 1} more`;
  const moving = paused ? 'by Enter (space moves)' : `${speed}/s`;
  return `${place}  ${moving}  +- speed  <> density (${version}; starts over)  space stops  q ends`;
}
