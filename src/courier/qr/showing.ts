import type { Level } from '../../bytes/qr/code.ts';
import { streamOf } from '../../bytes/qr/frames.ts';
import { Problem } from '../../problem.ts';
import { type Cut, cutFor, densest, type Room, sparsest, versionFor } from './density.ts';

/* A file that is being shown, on a terminal or on a page: what is wished, what the room allows, and what the keys do. */

export interface ShowOptions {
  readonly level: Level;
  /** Codes a second; 0 moves by Enter alone. */
  readonly speed: number;
  /** Not denser than this version. */
  readonly version?: number | undefined;
}

export const speeds: readonly number[] = [1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30];
/** Codes a second where nobody says otherwise. */
export const usualSpeed = 5;
const byHand = 0;
/** Denser ones are read by good cameras alone. */
export const usual = 22;

/** What the person at the keyboard can change. */
export interface Wish {
  readonly speed: number;
  readonly paused: boolean;
  /** The densest version that is wanted; the room may allow less. */
  readonly version: number;
  readonly number: number;
}

export interface View {
  /** Null where nothing can be shown. */
  readonly cut: Cut | null;
  readonly why: string;
  readonly frame: (number: number) => Uint8Array;
}

export interface Showing {
  readonly file: Uint8Array;
  readonly level: Level;
  /** In modules across and half modules down, as a terminal counts. */
  readonly room: Room;
  readonly wish: Wish;
  readonly view: View;
}

export function beginShowing(file: Uint8Array, room: Room, { level, speed, version = usual }: ShowOptions): Showing {
  const paused = speed === byHand;
  const wish: Wish = { speed: paused ? usualSpeed : speed, paused, version, number: 0 };
  return { file, level, room, wish, view: viewOf(file, level, room, version) };
}

/** The same with other wishes, or in another room. Where the frames are others, whoever looks begins anew. */
export function shownAs(showing: Showing, wish: Wish, room: Room): Showing {
  const { file, level, room: before } = showing;
  const fits = wish.version === showing.wish.version && room.columns === before.columns && room.rows === before.rows;
  if (fits) return { ...showing, wish };
  const view = viewOf(file, level, room, wish.version);
  const same = view.cut?.size === showing.view.cut?.size;
  return { ...showing, room, view, wish: same ? wish : { ...wish, number: 0 } };
}

/** How long this code stays, in milliseconds; null until somebody does something. */
export function waitOf({ wish, view: { cut } }: Showing): number | null {
  return wish.paused || cut === null || cut.count === 1 ? null : 1000 / wish.speed;
}

function viewOf(file: Uint8Array, level: Level, room: Room, version: number): View {
  const largest = versionFor(room);
  const none = (why: string): View => ({ cut: null, why, frame: () => new Uint8Array() });
  if (largest === null) return none('too small for a code: enlarge the window');
  try {
    const cut = cutFor(file.length, Math.min(largest, version), level);
    return { cut, why: '', frame: streamOf(file, cut.size).frame };
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'FILE_TOO_LARGE') throw error;
    return none('codes of this size cannot carry this file: enlarge the window, or press >');
  }
}

/** What a key means; null for the end. */
export function pressed(key: string, { wish, view }: Showing): Wish | null {
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
    case '<': {
      const shown = view.cut?.version ?? wish.version;
      return { ...wish, version: Math.max(sparsest, Math.min(shown, wish.version) - 2) };
    }
    default:
      return wish;
  }
}
