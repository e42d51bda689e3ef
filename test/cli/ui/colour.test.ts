import chalk from 'chalk';
import { afterEach, describe, expect, test } from 'vitest';
import { applyColour, decideColour, paint } from '../../../src/cli/ui/colour.ts';

describe('decideColour', () => {
  const yes = { argv: ['next'], env: { TERM: 'xterm-256color' }, isTTY: true };

  test('a terminal gets colour', () => {
    expect(decideColour(yes)).toBe(true);
    expect(decideColour({ ...yes, env: {} })).toBe(true);
  });

  test.each([
    ['not a terminal', { isTTY: false }],
    ['NO_COLOR', { env: { NO_COLOR: '1' } }],
    ['NO_COLOR with any value', { env: { NO_COLOR: '0' } }],
    ['--no-color', { argv: ['status', '--no-color'] }],
    ['--no-color before the command', { argv: ['--no-color', 'status'] }],
    ['a dumb terminal', { env: { TERM: 'dumb' } }],
    ['NO_COLOR, whatever FORCE_COLOR says', { env: { NO_COLOR: '1', FORCE_COLOR: '1' } }],
    ['not a terminal, whatever FORCE_COLOR says', { isTTY: false, env: { FORCE_COLOR: '1' } }],
  ])('no colour: %s', (_, facts) => {
    expect(decideColour({ ...yes, ...facts })).toBe(false);
  });

  test('an empty NO_COLOR is none, and what follows -- is not an option', () => {
    expect(decideColour({ ...yes, env: { NO_COLOR: '' } })).toBe(true);
    expect(decideColour({ ...yes, argv: ['inspect', '--', '--no-color'] })).toBe(true);
  });
});

describe('applyColour', () => {
  const level = chalk.level;
  afterEach(() => {
    chalk.level = level;
  });

  test('off: chalk is silent, and the environment says so to inquirer', () => {
    const env: Record<string, string | undefined> = { FORCE_COLOR: '3' };
    applyColour(false, env);
    expect(paint('bad', 'fault')).toBe('fault');
    expect(env).toEqual({ NO_COLOR: '1' });
  });

  test('on: chalk paints, also where it would not have by itself', () => {
    chalk.level = 0;
    const env = {};
    applyColour(true, env);
    expect(paint('bad', 'fault')).toBe('\x1b[31mfault\x1b[39m');
    expect(env).toEqual({});
  });
});
