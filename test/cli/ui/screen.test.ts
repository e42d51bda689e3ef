import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { openScreen } from '../../../src/cli/ui/screen.ts';

/** A process with a terminal of 90 × 30 letters. */
function host() {
  const raw: boolean[] = [];
  const written: string[] = [];
  const stdin = Object.assign(new EventEmitter(), {
    setRawMode: (on: boolean) => raw.push(on),
    resume: () => undefined,
    pause: () => undefined,
  });
  const stdout = Object.assign(new EventEmitter(), {
    columns: 90,
    rows: 30,
    write: (text: string) => written.push(text),
  });
  const process = Object.assign(new EventEmitter(), { stdin, stdout });
  return { process, stdin, stdout, raw, written, screen: openScreen(process as never) };
}

const listeners = (emitter: EventEmitter) => emitter.eventNames().length;

test('a screen tells keys one by one, arrows whole, other sizes, and that nothing happened', async () => {
  const { screen, stdin, stdout } = host();
  stdin.emit('data', Buffer.from('+q\u001b[C '));
  stdout.emit('resize');
  const happened = [];
  for (let at = 0; at < 5; at += 1) happened.push(await screen.next(null));
  expect(happened.map((one) => (one.kind === 'key' ? one.key : one.kind))).toEqual([
    '+',
    'q',
    '\u001b[C',
    ' ',
    'resized',
  ]);
  expect(await screen.next(1)).toEqual({ kind: 'time' });
  const waiting = screen.next(null);
  stdin.emit('data', 'x');
  expect(await waiting).toEqual({ kind: 'key', key: 'x' });
  expect(screen.room()).toEqual({ columns: 90, rows: 30 });
});

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'])('%s ends it, and the terminal is given back as it was', async (signal) => {
  const { screen, process, stdin, stdout, raw, written } = host();
  const waiting = screen.next(null);
  process.emit(signal);
  expect(await waiting).toEqual({ kind: 'ended' });
  screen.close();
  expect(raw).toEqual([true, false]);
  expect(written.at(-1)).toBe('\u001b[0m\u001b[?25h\u001b[?1049l');
  expect([process, stdin, stdout].map(listeners)).toEqual([0, 0, 0]);
});

test('a process that ends without a word gives it back too', () => {
  const { process, written } = host();
  process.emit('exit');
  expect(written.at(-1)).toBe('\u001b[0m\u001b[?25h\u001b[?1049l');
});
