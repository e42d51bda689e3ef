import { Argument, type Command } from 'commander';
import { completionScript, type Shell, shells } from '../completions.ts';
import type { Register } from '../program.ts';

export const registerCompletion: Register = (program: Command, action) => {
  program
    .command('completion')
    .description('a script that completes these commands in a shell: source <(conclave completion bash)')
    .addArgument(new Argument('<shell>', 'which shell').choices(shells))
    .action(
      action(async ({ say }, _, [shell]) => {
        const script = completionScript(shell as Shell, program);
        if (!say.json) say.line(script.trimEnd());
        say.result({ v: 1, shell, script });
        return undefined;
      }),
    );
};
