import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { completionScript, shells } from '../../src/cli/completions.ts';
import { commandTree } from '../../src/cli/program.ts';
import { World } from './world.ts';

const tree = commandTree();
const script = completionScript('bash', tree);

/** What bash offers at the end of this line, by the script itself. */
function offered(line: string): string[] {
  const words = line.split(' ');
  const run = `${script}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}) COMP_CWORD=${words.length - 1}
_conclave
printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['--norc', '-c', run], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .filter((word) => word !== '')
    .sort();
}

describe('completion in bash', () => {
  test('offers every command there is', () => {
    expect(offered('conclave ')).toEqual(tree.commands.map((command) => command.name()).sort());
  });

  test('offers commands below a command, and their options', () => {
    expect(offered('conclave roster ')).toEqual(['add', 'list', 'remove']);
    expect(offered('conclave roster add --re')).toEqual(['--replace']);
    expect(offered('conclave next --ph')).toEqual(['--phrase']);
  });

  test('knows global options everywhere, and takes what follows one as its value', () => {
    expect(offered('conclave --home /x ro')).toEqual(['roster', 'route']);
    expect(offered('conclave roster --home list ')).toEqual(['add', 'list', 'remove']);
    expect(offered('conclave next --passphrase-f')).toEqual(['--passphrase-file']);
  });

  test('offers the few values of an option or an argument, and files for the others', () => {
    expect(offered('conclave transcript --format ')).toEqual(['html', 'json', 'pdf', 'text']);
    expect(offered('conclave completion ')).toEqual([...shells].sort());
    expect(offered('conclave transcript --out ')).toEqual([]);
    expect(script).toContain('complete -o default');
  });
});

describe('completion in other shells', () => {
  test.each(['zsh', 'fish'] as const)('%s knows every command and every option', (shell) => {
    const text = completionScript(shell, tree);
    const walk = (command: typeof tree): void => {
      for (const below of command.commands) {
        expect(text).toContain(below.name());
        for (const { long } of below.options) expect(text).toContain((long ?? '').slice(shell === 'fish' ? 2 : 0));
        walk(below);
      }
    };
    walk(tree);
  });

  test('fish and zsh quote what descriptions say', () => {
    expect(completionScript('zsh', tree)).toContain("this machine'\\''s");
    expect(completionScript('fish', tree)).toContain("this machine\\'s");
  });
});

test('the command prints the script and nothing else, needs no vault, and refuses other shells', async () => {
  const alice = new World('completion').machine('alice');
  expect(await alice.tell('completion', 'bash')).toMatchObject({ status: 0, stdout: script, stderr: '' });
  expect((await alice.run('completion', 'fish')).json).toMatchObject({ v: 1, shell: 'fish' });
  expect(await alice.run('completion', 'tcsh')).toMatchObject({ status: 2 });
});
