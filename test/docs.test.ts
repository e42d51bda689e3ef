import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { commandsPage, errorsPage } from '../docs/reference.js';
import { kinds } from '../src/ceremony/kinds.ts';
import { exitFor, exits, exitWords } from '../src/cli/exit.ts';
import { commandTree } from '../src/cli/program.ts';
import { problems } from '../src/problem.ts';

const page = (name: string): string => readFileSync(new URL(`../docs/${name}`, import.meta.url), 'utf8');

describe('the docs say what the program does (npm run docs writes them)', () => {
  test('docs/errors.md has every code with its exit status', () => {
    expect(page('errors.md')).toBe(errorsPage({ problems, exits, exitWords, exitFor }));
  });

  test('docs/commands.md has every command, every option and every kind of packet', () => {
    expect(page('commands.md')).toBe(commandsPage(commandTree(), kinds));
  });

  test('a page would not be the same without one code, one option or one kind', () => {
    const { USAGE: _, ...fewer } = problems;
    expect(errorsPage({ problems: fewer, exits, exitWords, exitFor })).not.toBe(page('errors.md'));
    const { note: __, ...others } = kinds;
    expect(commandsPage(commandTree(), others)).not.toBe(page('commands.md'));
    const tree = commandTree();
    tree.commands[0]?.option('--planted', 'x');
    expect(commandsPage(tree, kinds)).not.toBe(page('commands.md'));
  });
});
