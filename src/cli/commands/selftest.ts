import type { Command } from 'commander';
import { escapeText } from '../../bytes/printable.ts';
import { exits } from '../exit.ts';
import { knownAnswers } from '../known-answers.ts';
import type { Register } from '../program.ts';
import type { Session } from '../session.ts';
import { paint } from '../ui/colour.ts';
import { version } from '../version.ts';

export const registerSelftest: Register = (program: Command, action) => {
  program
    .command('selftest')
    .description('ask this build questions whose answers are known: hashes, ciphers, curves, a whole resharing')
    .action(action(selftest));
};

async function selftest({ say, context }: Session): Promise<number> {
  const tests: { test: string; ok: boolean; detail: string | null }[] = [];
  for (const { test, ask } of knownAnswers) {
    let detail: string | null = null;
    try {
      await ask(context.random);
    } catch (error) {
      detail = error instanceof Error ? error.message : String(error);
    }
    const ok = detail === null;
    tests.push({ test, ok, detail });
    const word = ok ? 'ok    ' : 'NOT OK';
    const shown = context.colour ? paint(ok ? 'good' : 'bad', word) : word;
    say.line(`${shown}  ${test}${detail === null ? '' : `: ${escapeText(detail)}`}`);
  }
  const failed = tests.filter(({ ok }) => !ok).length;
  say.line(
    failed === 0
      ? `conclave ${version} answers all ${tests.length} as it should`
      : `${failed} of ${tests.length} answers are wrong: do not use this build, or this machine, for anything`,
  );
  say.result({ v: 1, ok: failed === 0, version, tests });
  return failed === 0 ? exits.done : exits.failed;
}
