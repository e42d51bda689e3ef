import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import * as v from 'valibot';
import { toHex } from '../../bytes/hex.ts';
import { phraseOf } from '../../ceremony/phrase.ts';
import { becauses, movesShares, type Plan } from '../../ceremony/plan.ts';
import { planFileSchema, standingOf } from '../../ceremony/plan-file.ts';
import { label, name } from '../../ceremony/schema.ts';
import { type WeakShape, weakShapeWords } from '../../ceremony/weak-shapes.ts';
import { encryptTo } from '../../courier/age.ts';
import { type SuiteName, suiteNames } from '../../crypto/suites.ts';
import { Problem } from '../../problem.ts';
import { planJson } from '../../report/plan-json.ts';
import { phraseRows, planText } from '../../report/plan-text.ts';
import type { Ceremonies } from '../../vault/ceremonies.ts';
import { myCard, myIdentity, rosterOf } from '../../vault/identity.ts';
import { beginCeremony, draftProposal, head, keysetByName, planOf, type Wish } from '../../vault/propose.ts';
import { planHolds } from '../../vault/standing.ts';
import { afterWork, errorJson, giveOut, takeIn } from '../carry.ts';
import { exitFor } from '../exit.ts';
import type { Register } from '../program.ts';
import type { Session } from '../session.ts';
import { sticksOf } from '../sticks.ts';
import { toolOf } from '../tool.ts';
import { writeReport } from '../written.ts';

interface Options {
  readonly keyset?: string;
  readonly members?: string;
  readonly stay?: string;
  readonly join?: string;
  readonly leave?: string;
  readonly threshold?: string;
  readonly key?: string[];
  readonly dealers?: string;
  readonly signers?: string;
  readonly reason?: string;
  readonly because?: Wish['because'];
  readonly ticket?: string;
  readonly approvers?: string;
  readonly approvals?: string;
  readonly observers?: string;
  readonly backup?: Wish['backup'];
  readonly copies?: string;
  readonly destroy?: Wish['destroy'];
  readonly expires?: string;
  readonly insteadOf?: string;
  readonly belowQuorum?: string;
  readonly stick?: string[];
  readonly outPlan?: string;
  readonly plan?: string;
}

export const registerPropose: Register = (program: Command, action) => {
  const propose = program
    .command('propose')
    .description('write a plan, sign it, and lay it on the stick; without flags it asks');
  const several = (value: string, before: string[] = []): string[] => [...before, value];
  const common = (command: Command): Command =>
    moving(
      recorded(command).option(
        '--dealers <names>',
        'old members who deal, in order (default: you, then plan order, a majority in all)',
      ),
    );
  /** What every plan takes. */
  const recorded = (command: Command): Command =>
    command
      .option('--keyset <name>', 'the keyset that this is about')
      .option('--reason <text>', 'why, for the record')
      .addOption(new Option('--because <kind>', 'the kind of reason').choices(becauses))
      .option('--ticket <text>', 'the number of the request')
      .option('--approvers <names>', 'who has to approve before anybody deals')
      .option('--approvals <k>', 'how many of them (default: all)')
      .option('--observers <names>', 'who may read along')
      .option('--expires <time>', 'how long a first consent may be given: 14d, 36h', '14d')
      .option('--instead-of <id>', 'the ceremony that this one replaces')
      .option('--stick <dir>', 'take cards from here, and leave the proposal here', several)
      .option('--plan <file>', 'read these answers from a file that --out-plan wrote')
      .option('--out-plan <file>', 'write the answers to a file as well, to propose the same again');
  /** What only those take that move shares. */
  const moving = (command: Command): Command =>
    command
      .addOption(
        new Option('--backup <rule>', 'whether every member makes a backup before the old share goes').choices([
          'none',
          'required',
        ]),
      )
      .option('--copies <n>', 'how many backups each')
      .addOption(new Option('--destroy <when>', 'when old shares are destroyed').choices(['when-proven', 'ask']))
      .option(
        '--below-quorum <sentence>',
        'go below a majority of the old committee; the sentence says that it is meant',
      );
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
          { value: 'drill' as const, name: 'have chosen members show that they can sign' },
          { value: 'census' as const, name: 'have every member show its share' },
        ],
        { flag: 'propose genesis, reshare, refresh, drill or census' },
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

const names = (text: string | undefined): string[] =>
  (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

function wholeNumber(text: string, flag: string): number {
  if (!/^[0-9]{1,4}$/.test(text)) throw new Problem('USAGE', `${flag} takes a whole number, not ${text}`);
  return Number(text);
}

async function wishOf(session: Session, ceremonies: Ceremonies, kind: Wish['kind'], options: Options): Promise<Wish> {
  const { ask } = session.context;
  const { state } = ceremonies.vault;
  const keyset =
    options.keyset ??
    (kind !== 'genesis' && state.keysets.length > 0
      ? await ask.choice(
          'which keyset?',
          state.keysets.map((record) => ({ value: record.name, name: record.name })),
          { flag: '--keyset K' },
        )
      : await ask.text('what is the keyset called?', { flag: '--keyset K' }));
  if (!v.is(name, keyset))
    throw new Problem('USAGE', `${keyset} is not a name: letters, digits, dot, dash and underscore`);
  const parent = kind === 'genesis' ? null : head(keysetByName(state, keyset)).proven;
  const members = await membersOf(
    session,
    ceremonies,
    kind,
    options,
    parent?.members.map((member) => toHex(member.identity)) ?? [],
  );
  const thresholdText =
    kind !== 'genesis' && kind !== 'reshare'
      ? String(parent?.threshold ?? 0)
      : (options.threshold ??
        (await ask.text(`how many of the ${members.length} have to sign?`, { flag: '--threshold T' })));
  const threshold = wholeNumber(thresholdText, '--threshold');
  if (threshold < 2)
    throw new Problem('USAGE', 'a threshold of 1 is no threshold: any one member could take the key', 'use 2 or more');
  const asksWhy = options.reason === undefined && ask.interactive && options.because === undefined;
  return {
    kind,
    keyset,
    members: movesShares({ kind }) ? members : [],
    threshold,
    ...(kind === 'drill' ? { signers: await signersOf(session, options, members, threshold) } : {}),
    keys: kind === 'genesis' ? await keysOf(session, options) : [],
    dealers: options.dealers === undefined ? null : names(options.dealers),
    approvers: names(options.approvers),
    approvals: options.approvals === undefined ? null : wholeNumber(options.approvals, '--approvals'),
    observers: names(options.observers),
    backup: options.backup ?? 'none',
    copies:
      options.copies === undefined ? (options.backup === 'required' ? 1 : 0) : wholeNumber(options.copies, '--copies'),
    destroy: options.destroy ?? 'when-proven',
    belowQuorum: options.belowQuorum ?? null,
    reason:
      options.reason ?? (asksWhy ? await ask.text('why? (for the record)', { flag: '--reason T', default: '' }) : ''),
    because: options.because ?? 'other',
    ticket: options.ticket ?? null,
    insteadOf: options.insteadOf ?? null,
    expiresIn: duration(options.expires ?? '14d'),
  };
}

/** The new committee, by name, in index order: staying members in their old order first, then who joins. */
async function membersOf(
  session: Session,
  ceremonies: Ceremonies,
  kind: Wish['kind'],
  options: Options,
  old: readonly string[],
): Promise<string[]> {
  const { state } = ceremonies.vault;
  const cards = [myCard(state), ...rosterOf(state)];
  const nameOf = (identity: string): string =>
    cards.find((card) => card.identity === identity)?.name ?? identity.slice(0, 16);
  const oldNames = old.map(nameOf);
  if (kind === 'refresh' || !movesShares({ kind })) return oldNames;
  const split = options.stay !== undefined || options.join !== undefined || options.leave !== undefined;
  if (options.members !== undefined && split)
    throw new Problem('USAGE', 'give either --members or --stay, --join and --leave');
  if (options.members !== undefined) return names(options.members);
  if (split) {
    const [stay, join, leave] = [names(options.stay), names(options.join), names(options.leave)];
    const same = (a: string) => (b: string) => a.toLowerCase() === b.toLowerCase();
    const missing = oldNames.filter((member) => ![...stay, ...leave].some(same(member)));
    if (missing.length > 0) {
      throw new Problem(
        'USAGE',
        `nothing is said of ${missing.join(', ')}`,
        'every old member is in --stay or in --leave',
      );
    }
    const wrong = [...stay, ...leave].filter((member) => !oldNames.some(same(member)));
    if (wrong.length > 0)
      throw new Problem('USAGE', `${wrong.join(', ')} is no old member`, 'who is new goes into --join');
    const both = stay.filter((member) => leave.some(same(member)));
    if (both.length > 0) throw new Problem('USAGE', `${both.join(', ')} cannot stay and leave`);
    return [...oldNames.filter((member) => stay.some(same(member))), ...join];
  }
  const mine = myIdentity(state);
  return session.context.ask.many(
    kind === 'genesis' ? 'who will hold the key?' : 'who is in the new committee?',
    cards.map((card) => ({
      value: card.name,
      name: card.name,
      checked: old.includes(card.identity) || (old.length === 0 && card.identity === mine),
    })),
    { flag: '--members a,b,c', required: true },
  );
}

/** Who signs a drill; on a terminal one is asked. */
async function signersOf(
  session: Session,
  { signers }: Options,
  members: readonly string[],
  threshold: number,
): Promise<string[]> {
  if (signers !== undefined) return names(signers);
  return session.context.ask.many(
    `who signs? ${threshold} or more`,
    members.map((value, at) => ({ value, name: value, checked: at < threshold })),
    { flag: '--signers a,b', required: true },
  );
}

async function keysOf(session: Session, options: Options): Promise<Wish['keys']> {
  const { ask } = session.context;
  const given = options.key ?? [];
  if (given.length === 0) {
    const text = await ask.text('what is the key called?', { flag: '--key LABEL:SUITE', default: 'main' });
    const of = await ask.choice(
      'which kind of key?',
      suiteNames.map((value) => ({ value, name: value })),
      { flag: '--key LABEL:SUITE' },
    );
    given.push(`${text}:${of}`);
  }
  return given.map((text) => {
    const cut = text.lastIndexOf(':');
    const [called, of] = [text.slice(0, Math.max(cut, 0)), text.slice(cut + 1)];
    if (cut < 0 || !(suiteNames as readonly string[]).includes(of) || !v.is(label, called)) {
      throw new Problem('USAGE', `${text} is not LABEL:SUITE`, `suites: ${suiteNames.join(', ')}`);
    }
    return { label: called, suite: of as SuiteName };
  });
}

function duration(text: string): number {
  const found = /^([0-9]{1,5})(d|h)$/.exec(text);
  if (found === null) throw new Problem('USAGE', `${text} is no duration`, 'say 14d or 36h');
  return Number(found[1]) * (found[2] === 'd' ? 86_400 : 3600);
}

/** A file of answers: the flags, by their names. What it says is checked like flags. */
function readAnswers({ context }: Session, file: string, kind: Wish['kind']): Options {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(context.fs.readFile(resolve(file), 1024 * 1024)));
  } catch {
    throw new Problem('USAGE', `${file} cannot be read as a plan`, 'name a JSON file that --out-plan wrote');
  }
  const result = v.safeParse(planFileSchema, value);
  if (!result.success)
    throw new Problem('USAGE', `${file} is not a plan: ${v.getDotPath(result.issues[0]) ?? 'the whole'} is wrong`);
  if (result.output.propose !== kind)
    throw new Problem('USAGE', `${file} is a plan to ${result.output.propose}, not to ${kind}`);
  return Object.fromEntries(
    Object.entries(result.output.answers).filter(([, value]) => value !== undefined),
  ) as Options;
}

function writeAnswers({ context }: Session, file: string, options: Options, wish: Wish, plan: Plan): void {
  const { kind } = wish;
  const answers = {
    keyset: wish.keyset,
    ...(kind !== 'genesis' && kind !== 'reshare'
      ? {}
      : { members: wish.members.join(','), threshold: String(wish.threshold) }),
    ...(kind === 'genesis' ? { key: wish.keys.map((key) => `${key.label}:${key.suite}`) } : {}),
    ...(wish.signers === undefined ? {} : { signers: wish.signers.join(',') }),
    ...(wish.dealers === null ? {} : { dealers: wish.dealers.join(',') }),
    reason: wish.reason,
    because: wish.because,
    ...(wish.ticket === null ? {} : { ticket: wish.ticket }),
    approvers: wish.approvers.join(','),
    ...(wish.approvals === null ? {} : { approvals: String(wish.approvals) }),
    observers: wish.observers.join(','),
    ...(movesShares(wish) ? { backup: wish.backup, copies: String(wish.copies), destroy: wish.destroy } : {}),
    expires: options.expires ?? '14d',
  };
  const text = `${JSON.stringify({ v: 1, propose: kind, answers, standing: standingOf(plan) }, null, 2)}\n`;
  writeReport(context.fs, resolve(file), text);
}
