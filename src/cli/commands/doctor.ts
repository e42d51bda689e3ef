import type { Command } from 'commander';
import { exits } from '../exit.ts';
import { examine, type Finding } from '../machine.ts';
import type { Register } from '../program.ts';
import type { Session } from '../session.ts';
import { paint } from '../ui/colour.ts';
import { table } from '../ui/table.ts';

interface Options {
  readonly strict?: boolean;
}

export const registerDoctor: Register = (program: Command, action) => {
  program
    .command('doctor')
    .description('look over this machine: network, swap, core dumps, debuggers, permissions, clock')
    .option('--strict', 'end with status 4 if anything is wrong')
    .action(action<Options>(doctor));
};

async function doctor(session: Session, options: Options): Promise<number> {
  const { say, context } = session;
  const findings = examine(context, session.home);
  const wrong = findings.filter(({ ok }) => ok === false).length;
  const words = ({ ok }: Finding): string => {
    const [kind, word] =
      ok === true ? (['good', 'ok'] as const) : ok === null ? (['dim', '?'] as const) : (['warn', 'WARN'] as const);
    return context.colour ? paint(kind, word) : word;
  };
  const rows = findings.map((finding) => [
    words(finding),
    finding.check,
    finding.hint === null ? finding.detail : `${finding.detail}\n${finding.hint}`,
  ]);
  say.line(table(rows, { widths: [undefined, undefined, Math.max(40, context.width - 20)] }));
  say.line(wrong === 0 ? 'nothing is wrong here' : `${wrong} thing(s) to look at before a ceremony`);
  say.result({ v: 1, findings });
  return options.strict === true && wrong > 0 ? exits.failed : exits.done;
}
