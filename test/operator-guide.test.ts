import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { World } from './cli/world.ts';

const [guide, lost, auditors] = ['operator-guide', 'lost', 'auditor-guide'].map((name) =>
  readFileSync(new URL(`../docs/${name}.md`, import.meta.url), 'utf8'),
) as [string, string, string];
const guides = `${guide}\n${lost}\n${auditors}`;
const blocks = [...guides.matchAll(/```sh\n(.*?)```/gs)].flatMap(([, block = '']) => block.split('\n'));
const inline = [...guides.matchAll(/`(conclave [^`]+)`/g)].map(([, command = '']) => command);

/** The words behind `conclave`, without comments; a text in quotes is one word. */
const commands = [...blocks, ...inline]
  .filter((line) => line.startsWith('conclave '))
  .map((line) => (line.replace(/\s+#.*$/, '').match(/"[^"]*"|\S+/g) ?? []).slice(1))
  .filter(([verb]) => verb !== '<command>');

const sources = readdirSync(new URL('../src', import.meta.url), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => readFileSync(new URL(`../src/${name}`, import.meta.url), 'utf8'));

describe('the guides for operators and auditors', () => {
  const somebody = new World('a guide').machine('alice');

  test.each(commands.map((words) => [words.join(' '), words] as const))(
    'show a command that exists: %s',
    async (_, words) => {
      const [verb = '', next = ''] = words;
      const help = (...verbs: string[]) => somebody.tell(...verbs, '--help');
      const group = (await help(verb)).stdout.includes('\nCommands:');
      const { stdout } = group ? await help(verb, next) : await help(verb);
      expect(stdout).toContain(`Usage: conclave ${verb}${group ? ` ${next}` : ''} `);
      for (const flag of words.filter((word) => word.startsWith('--')))
        expect(stdout).toMatch(new RegExp(`${flag}\\b`));
    },
  );

  test('quote what the program really says', () => {
    const quoted = [...guide.matchAll(/\*\*`([^`]+)`/g)].map(([, words = '']) => words);
    expect(quoted.length).toBeGreaterThan(4);
    expect(quoted.filter((words) => !sources.some((source) => source.includes(words)))).toEqual([]);
  });
});
