import type { Command } from 'commander';
import { toHex } from '../../bytes/hex.ts';
import { escapeText } from '../../bytes/printable.ts';
import { phraseOf } from '../../ceremony/phrase.ts';
import type { Plan } from '../../ceremony/plan.ts';
import { walk } from '../../ceremony/route.ts';
import { type WeakShape, weakShapeWords } from '../../ceremony/weak-shapes.ts';
import { encryptTo } from '../../courier/age.ts';
import { suiteNames } from '../../crypto/suites.ts';
import { Problem } from '../../problem.ts';
import { planJson } from '../../report/plan-json.ts';
import { phraseRows, planText } from '../../report/plan-text.ts';
import { myCard } from '../../vault/identity.ts';
import { beginCeremony, draftProposal, planOf, type Wish } from '../../vault/propose.ts';
import { consentHolds } from '../../vault/standing.ts';
import { afterWork, ended, errorJson, giveOut, takeIn } from '../carry.ts';
import { legsOf, legsSummary } from '../legs.ts';
import type { Register } from '../program.ts';
import { readAnswers, writeAnswers } from '../propose/answers.ts';
import { common, policed, recorded, several } from '../propose/flags.ts';
import { checkWeak, meantAgain, warnOfVote } from '../propose/meant.ts';
import { type Options, wishOf } from '../propose/wish.ts';
import type { Session } from '../session.ts';
import { sticksOf } from '../sticks.ts';
import { toolOf } from '../tool.ts';

export const registerPropose: Register = (program: Command, action) => {
  const propose = program
    .command('propose')
    .description('write a plan, sign it, and lay it on the stick; without flags it asks');
  policed(common(propose.command('genesis').description('a new key, made by all its members together')))
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
  common(
    propose
      .command('recover')
      .description(
        'the same people and threshold, where a share or a machine is lost (a new machine: roster add --replace)',
      ),
  ).action(action<Options>((session, options) => proposeKind(session, 'recover', options)));
  recorded(propose.command('drill').description('chosen members show that they can sign; no share moves'))
    .option('--signers <names>', 'who signs: as many as the threshold, or more')
    .action(action<Options>((session, options) => proposeKind(session, 'drill', options)));
  recorded(
    propose.command('census').description('every member proves its share and reports how it stands; no share moves'),
  ).action(action<Options>((session, options) => proposeKind(session, 'census', options)));
  // bare `propose`, with any of the flags: asks for what they leave open
  common(propose.command('ask', { isDefault: true, hidden: true })).action(
    action<Options>(async (session, options) => {
      const kind = await session.context.ask.choice(
        'what is to be done?',
        [
          { value: 'genesis' as const, name: 'make a new key' },
          { value: 'reshare' as const, name: 'hand a key to another committee' },
          { value: 'refresh' as const, name: 'renew the shares of a committee' },
          { value: 'recover' as const, name: 'replace a share or a machine that is lost' },
          { value: 'drill' as const, name: 'have chosen members show that they can sign' },
          { value: 'census' as const, name: 'have every member show its share' },
        ],
        { flag: 'propose genesis, reshare, refresh, recover, drill or census' },
      );
      return proposeKind(session, kind, options);
    }),
  );
};

/** From the flags to a proposal on the stick. */
export async function proposeKind(session: Session, kind: Wish['kind'], flags: Options): Promise<number | undefined> {
  const { context, say } = session;
  const options = flags.plan === undefined ? flags : { ...readAnswers(session, flags.plan, kind), ...flags };
  if (options.draft === true) return draft(session, kind, options);
  return session.withVault(async (ceremonies) => {
    const sticks = await sticksOf(session, options.stick ?? []);
    const brought = await takeIn(session, ceremonies, sticks);
    for (const { file, reason } of brought.rejected) say.line(`left alone: ${file}: ${reason}`);
    const wish = await wishOf(session, ceremonies, kind, options);
    const tool = toolOf(context);
    const plan = asked(() => planOf(ceremonies, wish, context.now(), tool), kind);
    const { state } = ceremonies.vault;
    const hold = consentHolds(ceremonies, plan)[0];
    if (hold !== undefined) throw new Problem(hold.code, hold.message, hold.hint);
    for (const line of planText(plan, plan.keyset, myCard(state).name)) say.line(line);
    say.line();
    checkWeak(plan, options.weak);
    if (!(await meantAgain(session, ceremonies, plan))) {
      throw new Problem('REFUSED', 'the plan was not proposed', 'finish the other ceremony: conclave status shows it');
    }
    warnOfVote(session, ceremonies, plan);
    if (context.ask.interactive && !(await confirmPlan(session, plan, options.weak !== undefined))) {
      throw new Problem('REFUSED', 'the plan was not proposed', 'run conclave propose again with other answers');
    }
    const attended = context.ask.interactive;
    const proposal = draftProposal(ceremonies, plan, context.now(), attended);
    const phrase = phraseOf(plan, context.stretch);
    if (options.outPlan !== undefined) writeAnswers(session, options.outPlan, options, wish, plan);
    const sealed = await encryptTo(proposal.recipients, proposal.content);
    beginCeremony(ceremonies, proposal, sealed, phrase, context.now(), attended);
    const given = giveOut(session, ceremonies, [ceremonies.get(plan.ceremony)], sticks);
    const trouble = afterWork(given);
    say.line(`the phrase of ceremony ${plan.ceremony.slice(0, 16)}, to be read aloud to every member:`);
    for (const row of phraseRows(phrase)) say.line(row);
    say.line();
    const left =
      sticks.length === 0
        ? 'no stick was named: the proposal is in this vault only'
        : `${given.written} file(s) written to the stick`;
    say.line(`proposed; you have consented by proposing. ${left}`);
    say.line('next: conclave next --stick DIR on this machine, then on the others');
    const { view } = ceremonies.get(plan.ceremony);
    const me = myCard(ceremonies.vault.state).name;
    const legs = legsOf(view, walk(view, { from: me }).stops, me);
    for (const line of legsSummary(legs)) say.line(line);
    say.result({
      v: 1,
      ceremony: plan.ceremony,
      phrase,
      keyset: plan.keyset,
      kind: plan.kind,
      weak: plan.weak,
      plan: planJson(plan),
      crossings: legs.filter((leg) => leg !== null),
      proposal: toHex(ceremonies.get(plan.ceremony).record.proposal),
      ...(trouble === null ? {} : errorJson(trouble)),
    });
    return ended(session, trouble, undefined);
  });
}

/** The answers in a file, to print scripts of or to propose later: nothing is signed, and no stick is looked at. */
async function draft(session: Session, kind: Wish['kind'], options: Options): Promise<undefined> {
  const { outPlan: file } = options;
  if (file === undefined)
    throw new Problem('USAGE', 'a draft is a file, and none is named', 'say where it goes with --out-plan FILE');
  if (options.stick !== undefined)
    throw new Problem(
      'USAGE',
      'a draft goes on no stick',
      'leave out --stick; take cards in with conclave roster add F',
    );
  return session.withVault(async (ceremonies) => {
    const { context, say } = session;
    const wish = await wishOf(session, ceremonies, kind, options);
    const plan = asked(() => planOf(ceremonies, wish, context.now(), toolOf(context)), kind);
    const [title = '', ...lines] = planText(plan, plan.keyset, myCard(ceremonies.vault.state).name);
    say.line(title.replace(/ceremony [0-9a-f]+$/, 'a draft')); // what is proposed later has another number
    for (const line of lines) say.line(line);
    say.line();
    writeAnswers(session, file, options, wish, plan);
    say.line(`written to ${escapeText(file)}. not proposed; nothing was signed`);
    say.line(`next: conclave script --plan FILE, and when its time has come conclave propose ${kind} --plan FILE`);
    say.result({ v: 1, draft: true, file, keyset: plan.keyset, kind, weak: plan.weak });
    return undefined;
  });
}

/** A plan that the proposer's own answers make impossible is a slip of the command line, and nobody's fault. */
function asked(plan: () => Plan, kind: string): Plan {
  try {
    return plan();
  } catch (error) {
    if (!(error instanceof Problem) || (error.code !== 'PLAN_INVALID' && error.code !== 'SCHEMA')) throw error;
    throw new Problem(
      'USAGE',
      error.message.replace(/^plan: /, 'such a plan cannot be: '),
      `conclave propose ${kind} --help shows the options`,
    );
  }
}

/** Row 20: each weak shape is a question of its own, which neither --yes nor a bare return answers. */
async function confirmPlan(session: Session, plan: Plan, named: boolean): Promise<boolean> {
  for (const shape of named ? [] : plan.weak) {
    const words = weakShapeWords[shape as WeakShape] ?? shape;
    const flag = `--weak ${plan.weak.join(',')}`;
    if (!(await session.context.ask.confirm(`${words}. is that meant?`, { flag, default: false }))) return false;
  }
  return session.confirm('propose this?');
}
