import { qrMatrix } from '../../bytes/qr/code.ts';
import type { Cut, Room } from './density.ts';
import { halfBlocks } from './half-blocks.ts';
import { beginShowing, pressed, type Showing, type ShowOptions, shownAs, waitOf } from './showing.ts';

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

/** How it went, for the line that stays when the screen is given back. */
export interface Shown {
  readonly frames: number;
  readonly cut: Cut | null;
}

/** Shows the frames of a file one after the other until somebody says that it is enough. */
export async function showMoving(screen: Screen, file: Uint8Array, options: ShowOptions): Promise<Shown> {
  const seen = new Set<string>();
  let cut: Cut | null = null;
  try {
    for (let showing = beginShowing(file, screen.room(), options); ; ) {
      const { view, wish } = showing;
      cut = view.cut ?? cut;
      screen.write(drawn(showing));
      if (view.cut !== null) seen.add(`${view.cut.size} ${wish.number}`);
      const happened = await screen.next(waitOf(showing));
      if (happened.kind === 'ended') break;
      const key = happened.kind === 'key' ? happened.key : null;
      const wished = happened.kind === 'time' ? { ...wish, number: wish.number + 1 } : wish;
      const now = key === null ? wished : pressed(key, showing);
      if (now === null) break;
      showing = shownAs(showing, now, screen.room());
    }
  } finally {
    screen.close();
  }
  return { frames: seen.size, cut };
}

const home = '\u001b[H';
const clear = '\u001b[2J';
const restOfLine = '\u001b[K';
const rest = '\u001b[J';
// a terminal that knows them shows the picture in one go, so that no camera sees half of it; others pass over them
const begin = '\u001b[?2026h';
const end = '\u001b[?2026l';

function drawn({ file, room, view: { cut, why, frame }, wish }: Showing): string {
  const say = (text: string) => text.slice(0, room.columns - 1);
  if (cut === null) return `${begin}${clear}${home}${say(why)}${end}`;
  const lines = halfBlocks(qrMatrix(frame(wish.number), { level: cut.level, version: cut.version }));
  const left = ' '.repeat(Math.max(0, Math.floor((room.columns - cut.version * 4 - 25) / 2)));
  const picture = lines.map((line) => `${left}${line}${restOfLine}\r\n`).join('');
  return `${begin}${home}${picture}${say(status(cut, wish, file.length))}${rest}${end}`;
}

function status({ count, version }: Cut, { number, speed, paused }: Showing['wish'], length: number): string {
  if (count === 1) return `one code is all of it (${length} bytes)   q ends`;
  const place = number < count ? `${number + 1}/${count}` : `${count} and ${number - count + 1} more`;
  const moving = paused ? 'by Enter (space moves)' : `${speed}/s`;
  return `${place}  ${moving}  +- speed  <> density (${version}; starts over)  space stops  q ends`;
}
