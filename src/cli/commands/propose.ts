import { type Command, Option } from 'commander';
import { toHex } from '../../bytes/hex.ts';
import { phraseOf } from '../../ceremony/phrase.ts';
import { becauses, type Plan } from '../../ceremony/plan.ts';
import { type WeakShape, weakShapeWords } from '../../ceremony/weak-shapes.ts';
import { encryptTo } from '../../courier/age.ts';
import { suiteNames } from '../../crypto/suites.ts';
import { Problem } from '../../problem.ts';
import { planJson } from '../../report/plan-json.ts';
import { phraseRows, planText } from '../../report/plan-text.ts';
import { myCard } from '../../vault/identity.ts';
import { beginCeremony, draftProposal, planOf, type Wish } from '../../vault/propose.ts';
import { planHolds } from '../../vault/standing.ts';
import { afterWork, errorJson, giveOut, takeIn } from '../carry.ts';
import { exitFor } from '../exit.ts';
import type { Register } from '../program.ts';
import { readAnswers, writeAnswers } from '../propose/answers.ts';
import { type Options, wishOf } from '../propose/wish.ts';
import type { Session } from '../session.ts';
import { sticksOf } from '../sticks.ts';
import { toolOf } from '../tool.ts';

export const registerPropose: Register = (program: Command, action) => {
  const propose = program
    .command('propose')
    .description('write a plan, sign it, and lay it on the stick; without flags it asks');
  const several = (value: string, before: string[] = []): string[] => [...before, value];
  const common = (command: Command): Command =>
    command
      .option('--keyset <name>', 'the keyset that this is about')
      .option('--dealers <names>', 'old members who deal, in order (default: you, then plan order, a majority in all)')
      .option('--reason <text>', 'why, for the record')
      .addOption(new Option('--because <kind>', 'the kind of reason').choices(becauses))
      .option('--ticket <text>', 'the number of the request')
      .option('--approvers <names>', 'who has to approve before anybody deals')
      .option('--approvals <k>', 'how many of them (default: all)')
      .option('--observers <names>', 'who may read along')
      .addOption(
        new Option('--backup <rule>', 'whether every member makes a backup before the old share goes').choices([
          'none',
          'required',
        ]),
      )
      .option('--copies <n>', 'how many backups each')
      .addOption(new Option('--destroy <when>', 'when old shares are destroyed').choices(['when-proven', 'ask']))
      .option('--expires <time>', 'how long a first consent may be given: 14d, 36h', '14d')
      .option('--instead-of <id>', 'the ceremony that this one replaces')
      .option(
        '--below-quorum <sentence>',
        'go below a majority of the old committee; the sentence says that it is meant',
      )
      .option('--stick <dir>', 'take cards from here, and leave the proposal here', several)
      .option('--plan <file>', 'read these answers from a file that --out-plan wrote')
      .option('--out-plan <file>', 'write the answers to a file as well, to propose the same again');
  common(propose.command('genesis').description('a new key, made by all its members together'))
    .option('--members <names>', 'the committee, in index order')
    .option('--threshold <t>', 'how many sign')
    .option('--key <label:suite>', `a key; suites: ${suiteNames.join(', ')}`, several)
    .action(action<Options>((session, options) => proposeKind(session, 'genesis', options)));
  common(propose.command('reshare').description('hand the key to another committee or another threshold'))
    .option('--members <names>', 'the whole new committee, in index order')
    .option('--stay <names>', 'old members who stay')
    .option('--join <names>', 'who joins')
    .option('--leave <names>', 'old members who leave')
    .option('--threshold <t>', 'how many sign')
    .action(action<Options>((session, options) => proposeKind(session, 'reshare', options)));
  common(propose.command('refresh').description('renew the shares of the same committee')).action(
    action<Options>((session, options) => proposeKind(session, 'refresh', options)),
  );
  // bare `propose`, with any of the flags: asks for what they leave open
  common(propose.command('ask', { isDefault: true, hidden: true })).action(
    action<Options>(async (session, options) => {
      const kind = await session.context.ask.choice(
        'what is to be done?',
        [
          { value: 'genesis' as const, name: 'make a new key' },
          { value: 'reshare' as const, name: 'hand a key to another committee' },
          { value: 'refresh' as const, name: 'renew the shares of a committee' },
        ],
        { flag: 'propose genesis, reshare or refresh' },
      );
      return proposeKind(session, kind, options);
    }),
  );
};

async function proposeKind(session: Session, kind: Wish['kind'], flags: Options): Promise<number | undefined> {
  const { context, say } = session;
  const options = flags.plan === undefined ? flags : { ...readAnswers(session, flags.plan, kind), ...flags };
  return session.withVault(async (ceremonies) => {
    const sticks = await sticksOf(session, options.stick ?? []);
    const brought = await takeIn(session, ceremonies, sticks);
    for (const { file, reason } of brought.rejected) say.line(`left alone: ${file}: ${reason}`);
    const wish = await wishOf(session, ceremonies, kind, options);
    const tool = toolOf(context);
    const plan = asked(() => planOf(ceremonies, wish, context.now(), tool));
    const { state } = ceremonies.vault;
    const hold = planHolds(state, plan)[0];
    if (hold !== undefined) throw new Problem(hold.code, hold.message, hold.hint);
    for (const line of planText(plan, plan.keyset, myCard(state).name)) say.line(line);
    say.line();
    if (context.ask.interactive && !(await confirmPlan(session, plan))) {
      throw new Problem('REFUSED', 'the plan was not proposed', 'run conclave propose again with other answers');
    }
    const attended = context.ask.interactive;
    const draft = draftProposal(ceremonies, plan, context.now(), attended);
    const phrase = phraseOf(plan, context.stretch);
    if (options.outPlan !== undefined) writeAnswers(session, options.outPlan, options, wish, plan);
    beginCeremony(ceremonies, draft, await encryptTo(draft.recipients, draft.content), phrase, context.now(), attended);
    const given = giveOut(session, ceremonies, [ceremonies.get(plan.ceremony)], sticks);
    const trouble = afterWork(given);
    say.line('the phrase of this ceremony, to be read aloud to every member:');
    for (const row of phraseRows(phrase)) say.line(row);
    say.line();
    say.line(`proposed; you have consented by proposing. ${given.written} file(s) written to the stick`);
    say.line('next: conclave next --stick DIR on this machine, then on the others');
    say.result({
      v: 1,
      ceremony: plan.ceremony,
      phrase,
      keyset: plan.keyset,
      kind: plan.kind,
      weak: plan.weak,
      plan: planJson(plan),
      proposal: toHex(ceremonies.get(plan.ceremony).record.proposal),
      ...(trouble === null ? {} : errorJson(trouble)),
    });
    if (trouble === null) return undefined;
    say.problem(trouble);
    return exitFor(trouble.code);
  });
}

/** A plan that the proposer's own answers make impossible is a slip of the command line, and nobody's fault. */
function asked(plan: () => Plan): Plan {
  try {
    return plan();
  } catch (error) {
    if (!(error instanceof Problem) || (error.code !== 'PLAN_INVALID' && error.code !== 'SCHEMA')) throw error;
    throw new Problem(
      'USAGE',
      error.message.replace(/^plan: /, 'such a plan cannot be: '),
      'conclave propose --help shows the options',
    );
  }
}

async function confirmPlan(session: Session, plan: Plan): Promise<boolean> {
  for (const shape of plan.weak) {
    if (!(await session.confirm(`${weakShapeWords[shape as WeakShape]}. is that meant?`))) return false;
  }
  return session.confirm('propose this?');
}
