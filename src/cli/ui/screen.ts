import type { Happening, Screen } from '../../courier/qr/show.ts';

const enter = '\u001b[?1049h\u001b[?25l\u001b[2J'; // the other screen, without a cursor
const leave = '\u001b[0m\u001b[?25h\u001b[?1049l';

/** The part of a process that a terminal needs. */
type Host = Pick<NodeJS.Process, 'stdin' | 'stdout' | 'on' | 'off'>;

/** Takes the whole terminal; `close` gives it back as it was, and so does every way in which the process may end. */
export function openScreen(host: Host): Screen {
  const { stdin, stdout } = host;
  const waiting: Happening[] = [];
  let wake: (() => void) | null = null;
  const happened = (what: Happening) => {
    waiting.push(what);
    wake?.();
  };
  const typed = (chunk: Buffer | string) => {
    for (const key of keysOf(String(chunk))) happened({ kind: 'key', key });
  };
  const resized = () => happened({ kind: 'resized' });
  const ended = () => happened({ kind: 'ended' });
  const restore = () => stdout.write(leave);
  const ends = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

  stdin.setRawMode(true);
  stdin.on('data', typed);
  stdin.on('end', ended);
  stdin.resume();
  stdout.on('resize', resized);
  for (const end of ends) host.on(end, ended);
  host.on('exit', restore);
  stdout.write(enter);

  return {
    room: () => ({ columns: stdout.columns ?? 80, rows: stdout.rows ?? 24 }),
    write: (text) => void stdout.write(text),
    next: async (milliseconds) => {
      if (waiting.length === 0) {
        await new Promise<void>((resolve) => {
          const timer = milliseconds === null ? undefined : setTimeout(resolve, milliseconds);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
        wake = null;
      }
      return waiting.shift() ?? { kind: 'time' };
    },
    close: () => {
      stdin.off('data', typed);
      stdin.off('end', ended);
      stdout.off('resize', resized);
      for (const end of ends) host.off(end, ended);
      host.off('exit', restore);
      stdin.setRawMode(false);
      stdin.pause();
      restore();
    },
  };
}

/** Arrow keys and their like come as one sequence, everything else letter by letter. */
function keysOf(chunk: string): string[] {
  return chunk.match(/\u001b\[[0-9;]*[A-Za-z~]|[\s\S]/g) ?? [];
}

const longestLine = 8192; // a frame as text has at most 4736 letters

/**
 * Lines as they are typed. What is longer than any line of a scanner is cut into several, which nobody will know. The
 * input is only listened to, and left alone behind the last line that is wanted: a question may come next.
 */
export async function* linesOf(input: NodeJS.ReadableStream): AsyncGenerator<string> {
  let held = '';
  for await (const chunk of chunksOf(input)) {
    const lines = (held + chunk).split(/\r\n|[\r\n]/);
    held = lines.pop() ?? '';
    yield* lines;
    if (held.length > longestLine) {
      yield held;
      held = '';
    }
  }
  if (held !== '') yield held;
}

async function* chunksOf(input: NodeJS.ReadableStream): AsyncGenerator<string> {
  const chunks: string[] = [];
  let over = false;
  let wake: () => void = () => undefined;
  const came = (chunk: Buffer | string) => {
    chunks.push(String(chunk));
    wake();
  };
  const ended = () => {
    over = true;
    wake();
  };
  input.on('data', came).on('end', ended).on('close', ended);
  input.resume(); // somebody before may have paused it
  try {
    while (!over || chunks.length > 0) {
      const chunk = chunks.shift();
      if (chunk !== undefined) yield chunk;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  } finally {
    input.off('data', came).off('end', ended).off('close', ended);
    input.pause();
  }
}
