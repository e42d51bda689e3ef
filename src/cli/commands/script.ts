import { type Command, Option } from 'commander';
import { evaluate } from '../../ceremony/evaluate.ts';
import type { Plan } from '../../ceremony/plan.ts';
import { walk } from '../../ceremony/route.ts';
import { Problem } from '../../problem.ts';
import { type Script, scriptOf, typedPath } from '../../report/script.ts';
import { scriptPage } from '../../report/script-page.ts';
import { signOffPage } from '../../report/sign-off.ts';
import type { Ceremonies } from '../../vault/ceremonies.ts';
import { myCard } from '../../vault/identity.ts';
import { planOf } from '../../vault/propose.ts';
import { ceremonyOption, chosenCeremony } from '../chosen.ts';
import type { Register } from '../program.ts';
import { kindIn, readAnswers } from '../propose/answers.ts';
import { wishOf } from '../propose/wish.ts';
import { recordOf } from '../record.ts';
import type { Session } from '../session.ts';
import { toolOf } from '../tool.ts';
import { keysetName } from '../visit.ts';
import { givePage, namesIn, type PageFormat, pageFormats } from '../written-page.ts';

interface Options {
  readonly ceremony?: string;
  readonly plan?: string;
  readonly for?: string;
  readonly signOff?: boolean;
  readonly bags?: boolean;
  readonly stick: string;
  readonly names?: string;
  readonly format?: PageFormat;
  readonly out?: string;
}

export const registerScript: Register = (program: Command, action) => {
  program
    .command('script')
    .description(
      'what everybody does, step by step, to be printed before a ceremony; with --sign-off, the sheet after it',
    )
    .option(...ceremonyOption)
    .option('--plan <file>', 'of a plan that is not proposed yet: answers that propose --out-plan wrote')
    .option('--for <who>', 'one script alone: administrator, witness, or the name of a member')
    .option('--sign-off', 'the sheet that everybody signs when it is done')
    .option('--bags', 'the stick and the machines travel in sealed bags: with a record of each')
    .option('--stick <dir>', 'where the stick is on the machines, as the commands name it', '/media/stick')
    .option('--names <file>', 'a sheet of handle,name,role: put on the paper, and into nothing else')
    .addOption(new Option('--format <format>', 'how to write it (default: text)').choices(pageFormats))
    .option('--out <file>', 'write it to a new file')
    .action(action<Options>(script));
};

async function script(session: Session, options: Options): Promise<undefined> {
  if (options.plan !== undefined && options.ceremony !== undefined)
    throw new Problem('USAGE', 'a plan that is not proposed has no number', 'give either --plan or --ceremony');
  const names = namesIn(session, options.names);
  return session.withVault(async (ceremonies) => {
    if (options.signOff === true) {
      const record = recordOf(session, ceremonies, chosenCeremony(ceremonies, options.ceremony));
      const { ceremony, keyset, kind, phase, outcome } = record;
      const facts = { v: 1, ceremony, keyset, kind, phase, succeeded: outcome.succeeded };
      return givePage(session, signOffPage(record, names), options, facts) as Promise<undefined>;
    }
    const found =
      options.plan === undefined
        ? ofCeremony(ceremonies, options)
        : await ofPlan(session, ceremonies, options, options.plan);
    const only = options.for?.toLowerCase() ?? null;
    const who = ['administrator', 'witness', ...found.parts.map(({ member }) => member)];
    const chosen = only === null ? null : (who.find((one) => one.toLowerCase() === only) ?? null);
    if (only !== null && chosen === null)
      throw new Problem('USAGE', `there is no script for ${options.for}`, `there is one for ${who.join(', ')}`);
    const page = scriptPage(found, chosen, names);
    return givePage(session, page, options, factsOf(found)) as Promise<undefined>;
  });
}

function ofCeremony(ceremonies: Ceremonies, { ceremony, stick, bags = false }: Options): Script {
  const held = chosenCeremony(ceremonies, ceremony, ({ view }) => walk(view).stops.length > 0);
  const { stops, stuck } = walk(held.view, { from: myCard(ceremonies.vault.state).name });
  if (stuck.length > 0)
    throw new Problem('USAGE', `no walk leads to the end: ${stuck[0]}`, 'conclave status shows what can be done');
  if (stops.length === 0)
    throw new Problem(
      'USAGE',
      'nothing is left to do in this ceremony',
      'conclave script --sign-off is the sheet after it',
    );
  return scriptOf({ view: held.view, keyset: keysetName(ceremonies, held), stops, propose: null, stick, bags });
}

/** The plan is made as `propose` would make it now, and forgotten: its own will have another number. */
async function ofPlan(
  session: Session,
  ceremonies: Ceremonies,
  { stick, bags = false }: Options,
  file: string,
): Promise<Script> {
  const kind = kindIn(session, file);
  const wish = await wishOf(session, ceremonies, kind, { because: 'other', ...readAnswers(session, file, kind) });
  const { context } = session;
  const plan = planOf(ceremonies, wish, context.now(), toolOf(context));
  const view = evaluate(plan, []);
  const { stops } = walk(view, { from: myCard(ceremonies.vault.state).name });
  const propose = `conclave propose ${kind} --plan ${typedPath(file)} --stick ${typedPath(stick)}`;
  const already = ceremonies.ids().findLast((id) => sameAnswers(ceremonies.get(id).plan, plan)) ?? null;
  return scriptOf({ view, keyset: plan.keyset, stops, propose, already, stick, bags });
}

/** Whether two plans were made from the same answers: all that a proposer says, and nothing that a clock or chance adds. */
function sameAnswers(one: Plan, other: Plan): boolean {
  const answers = (plan: Plan): string => {
    const { kind, keyset, epoch, threshold, dealers, reserves, approvals, policy, backup, copies, destroy } = plan;
    const { belowQuorum, reason, because, ticket, beacon, insteadOf, keys } = plan;
    return JSON.stringify([
      [kind, keyset, epoch, threshold, dealers, reserves, approvals, policy, backup, copies, destroy],
      [belowQuorum, reason, because, ticket, beacon, insteadOf, keys],
      plan.participants.map(({ card: _, ...part }) => part),
    ]);
  };
  return answers(one) === answers(other);
}

function factsOf({ ceremony, keyset, plan, visits, parts, idle, done, over, already }: Script): object {
  const { kind, rehearsal } = plan;
  return { v: 1, ceremony, keyset, kind, rehearsal, visits, parts, idle, done, over, already };
}
