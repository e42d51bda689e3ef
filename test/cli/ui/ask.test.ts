import { PassThrough } from 'node:stream';
import { setTimeout as later } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { type Ask, createAsk } from '../../../src/cli/ui/ask.ts';
import { Problem } from '../../../src/problem.ts';

function terminal(interactive = true) {
  const input = new PassThrough();
  const output = new PassThrough();
  output.end = () => output; // as stderr, which a pipe does not end
  let seen = '';
  output.on('data', (chunk) => {
    seen += chunk;
  });
  const ask = createAsk({ input, output, interactive });
  const shown = () => stripVTControlCharacters(seen);
  const until = async (text: string) => {
    for (let i = 0; i < 400 && !shown().includes(text); i++) await later(5);
    expect(shown()).toContain(text);
  };
  /** Waits for the question, then types. */
  const type = async (question: string, keys: string) => {
    await until(question);
    input.write(keys);
  };
  return { ask, input, shown, type, until };
}

async function problemOf(promise: Promise<unknown>): Promise<Problem> {
  const error = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Problem);
  return error as Problem;
}

const every: readonly [string, (ask: Ask) => Promise<unknown>, string][] = [
  ['text', (ask) => ask.text('Name?', { flag: '--name N' }), '--name N'],
  ['secret', (ask) => ask.secret('Passphrase?', { flag: '--passphrase-file F' }), '--passphrase-file F'],
  ['choice', (ask) => ask.choice('Which?', [{ value: 1, name: 'one' }], { flag: '--keyset K' }), '--keyset K'],
  ['many', (ask) => ask.many('Who?', [{ value: 1, name: 'one' }], { flag: '--members a,b' }), '--members a,b'],
  ['confirm', (ask) => ask.confirm('Sure?', { flag: '--yes' }), '--yes'],
  ['typed', (ask) => ask.typed('burn it', { flag: '--override "burn it"' }), '--override "burn it"'],
  ['typed, by itself', (ask) => ask.typed('burn it'), '--override "burn it"'],
];

describe('without a terminal', () => {
  test.each(every)('%s names the flag and asks nothing', async (_, put, flag) => {
    const { ask, shown } = terminal(false);
    const problem = await problemOf(put(ask));
    expect(problem.code).toBe('ANSWER_MISSING');
    expect(problem.hint).toContain(flag);
    expect(problem.changed).toBe(false);
    expect(shown()).toBe('');
    expect(ask.asked).toEqual([]);
  });
});

describe('on a terminal', () => {
  test('text waits for an answer that is valid', async () => {
    const { ask, type } = terminal();
    const answer = ask.text('Name?', { flag: '--name', validate: (name) => name === 'bob' || 'only bob' });
    await type('Name?', 'eve\n');
    await type('only bob', '\x15bob\n');
    expect(await answer).toBe('bob');
    expect(ask.asked).toEqual(['Name?']);
  });

  test('text has a default', async () => {
    const { ask, type } = terminal();
    const answer = ask.text('Name?', { flag: '--name', default: 'alice' });
    await type('(alice)', '\n');
    expect(await answer).toBe('alice');
  });

  test('secret shows nothing of the secret, also not when asked to', async () => {
    const { ask, type, shown } = terminal();
    const answer = ask.secret('Passphrase?', { flag: '--passphrase-file' });
    await type('Passphrase?', 'correct horse\x14\n');
    expect(await answer).toBe('correct horse');
    expect(shown()).not.toContain('horse');
    expect(shown()).not.toContain('***');
  });

  test('choice and many', async () => {
    const choices = ['alice', 'bob', 'carol'].map((name) => ({ value: name, name }));
    const one = terminal();
    const which = one.ask.choice('Which?', choices, { flag: '--lost' });
    await one.type('carol', '\x1b[B\n');
    expect(await which).toBe('bob');
    const some = terminal();
    const who = some.ask.many('Who?', choices, { flag: '--members' });
    await some.type('carol', ' \x1b[B\x1b[B \n');
    expect(await who).toEqual(['alice', 'carol']);
  });

  test('confirm takes silence for a no', async () => {
    const { ask, type } = terminal();
    const answer = ask.confirm('Sure?', { flag: '--yes' });
    await type('Sure?', '\n');
    expect(await answer).toBe(false);
  });

  test('typed wants the sentence, to the letter', async () => {
    for (const [keys, expected] of [
      ['burn it\n', true],
      ['Burn it\n', false],
      ['y\n', false],
      ['\n', false],
    ] as const) {
      const { ask, type } = terminal();
      const answer = ask.typed('burn it', { flag: '--override' });
      await type('burn it', keys);
      expect(await answer).toBe(expected);
    }
  });

  test('questions one after the other, counted', async () => {
    const { ask, type } = terminal();
    const first = ask.text('First?', { flag: '--first' });
    await type('First?', 'a\n');
    expect(await first).toBe('a');
    const second = ask.confirm('Second?', { flag: '--yes' });
    await type('Second?', 'y\n');
    expect(await second).toBe(true);
    expect(ask.asked).toEqual(['First?', 'Second?']);
  });

  test('row 24: what a stranger wrote cannot draw on the terminal', async () => {
    const { ask, type, shown } = terminal();
    const answer = ask.choice('Which \x9b2J?', [{ value: 1, name: 'a\u202eb' }], { flag: '--which' });
    await type('\\u{202e}', '\n');
    await answer;
    expect(shown()).toContain('\\u{9b}2J');
    expect(shown()).not.toContain('\u202e');
  });

  test.each(every)('%s ends with Ctrl-C', async (_, put) => {
    const { ask, input, until } = terminal();
    const problem = problemOf(put(ask));
    await until('?');
    input.write('\x03');
    expect((await problem).code).toBe('INTERRUPTED');
  });

  test('Ctrl-D and a closed stdin end it as well', async () => {
    for (const end of [(input: PassThrough) => input.write('\x04'), (input: PassThrough) => input.end()]) {
      const { ask, input, until } = terminal();
      const problem = problemOf(ask.text('Name?', { flag: '--name' }));
      await until('Name?');
      end(input);
      expect((await problem).code).toBe('INTERRUPTED');
    }
  });

  test('a stdin that was closed before does not hang', async () => {
    const { ask, input } = terminal();
    input.destroy();
    await later(20);
    expect((await problemOf(ask.text('Name?', { flag: '--name' }))).code).toBe('INTERRUPTED');
  });
});
