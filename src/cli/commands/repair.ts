import type { Command } from 'commander';
import * as v from 'valibot';
import type { Deed } from '../../ceremony/duties.ts';
import { isOver } from '../../ceremony/over.ts';
import { prose } from '../../ceremony/schema.ts';
import { Problem } from '../../problem.ts';
import { amend } from '../../vault/amend.ts';
import type { Ceremonies, Held } from '../../vault/ceremonies.ts';
import { myIdentity } from '../../vault/identity.ts';
import { abort } from '../../vault/refuse.ts';
import { release, salvageSentence } from '../../vault/release.ts';
import { reprove } from '../../vault/reprove.ts';
import type { Moment } from '../../vault/say.ts';
import { alarmsFor, oldCopy } from '../../vault/standing.ts';
import { carriedJson, carry, ended, errorJson } from '../carry.ts';
import { ceremonyOption, chosenCeremony } from '../chosen.ts';
import type { Register } from '../program.ts';
import type { Session } from '../session.ts';
import { sticksOf } from '../sticks.ts';
import { toolOf } from '../tool.ts';
import { keysetName, nextStops, outcomeJson } from '../visit.ts';

/** What the commands have in common that repair a ceremony: which one, why, and the stick. */
interface Options {
  readonly ceremony?: string;
  readonly reason?: string;
  readonly stick?: string[];
}

interface AmendOptions extends Options {
  readonly without?: string;
}

interface ReproveOptions extends Options {
  readonly signers?: string;
}

interface ReleaseOptions extends Options {
  readonly salvage?: boolean;
  readonly override?: string;
}

const several = (value: string, before: string[] = []): string[] => [...before, value];

function repairing(command: Command): Command {
  return command
    .option(...ceremonyOption)
    .option('--reason <text>', 'why, for the record')
    .option('--stick <dir>', 'the stick: taken in before, written after; may be given more than once', several);
}

export const registerAmend: Register = (program: Command, action) => {
  repairing(program.command('amend'))
    .description('the proposer: another attempt at the same plan with other dealers; who does not deal stays a member')
    .option('--without <names>', 'old members who do not deal any more; who cheated or said no never does')
    .action(
      action<AmendOptions>((session, options) => {
        const without = (options.without ?? '').split(',').filter((name) => name !== '');
        return repair(session, options, 'amend', async (ceremonies, held, moment, reason) => {
          const dealers = amend(ceremonies, held, moment, without, reason);
          return `amended: ${dealers.join(', ')} deal; receivers that have not accepted give up the attempt before by themselves`;
        });
      }),
    );
};

export const registerRelease: Register = (program: Command, action) => {
  repairing(program.command('release'))
    .description(
      'a new member that has accepted: give the attempt up and go back to the old share; nothing is destroyed',
    )
    .option(
      '--salvage',
      'also where a turn that this machine signed is not blocked: for a member that is gone for ever',
    )
    .option('--override <sentence>', 'with --salvage: the sentence that the prompt asks to be typed')
    .action(
      action<ReleaseOptions>((session, options) => {
        const salvage = options.salvage === true;
        if (!salvage && options.override !== undefined)
          throw new Problem('USAGE', 'a release takes no sentence', 'only --salvage is an override');
        return repair(session, options, salvage ? 'salvage' : 'release', async (ceremonies, held, moment, reason) => {
          if (salvage) await typed(session, held, options.override);
          release(ceremonies, held, moment, salvage, reason);
          return 'gave this attempt up: the old share is the active one again, and nothing was destroyed';
        });
      }),
    );
};

export const registerReprove: Register = (program: Command, action) => {
  repairing(program.command('reprove'))
    .description(
      'a new member that has accepted: call for another turn of the proof of life; whom it leaves out is declared lost',
    )
    .option('--signers <names>', 'the new members who sign it, at least as many as the threshold; this one among them')
    .action(
      action<ReproveOptions>((session, options) =>
        repair(session, options, 'reprove', async (ceremonies, held, moment, reason) => {
          const given = (options.signers ?? '').split(',').filter((name) => name !== '');
          if (given.length === 0) throw new Problem('USAGE', 'nobody is named who signs', signersHint(held));
          const { signers, lost } = reprove(ceremonies, held, moment, given, reason);
          const without = lost.length === 0 ? 'nobody is left out' : `${lost.join(', ')} declared lost`;
          return `called for a turn of ${signers.join(', ')} (${without}): each commits, and signs when all have committed`;
        }),
      ),
    );
};

function signersHint({ plan, view }: Held): string {
  const { activations } = view.current;
  const seen = plan.receivers.filter(({ identity }) => activations.has(identity)).map(({ name }) => name);
  const unseen = plan.receivers.filter(({ identity }) => !activations.has(identity)).map(({ name }) => name);
  return `give --signers a,b,c; seen signing: ${seen.join(', ') || 'nobody'}; not seen here: ${unseen.join(', ') || 'nobody'}`;
}

export const registerAbort: Register = (program: Command, action) => {
  repairing(program.command('abort'))
    .description('the proposer: withdraw a plan of which nothing was dealt yet; receivers then end it by themselves')
    .action(
      action<Options>((session, options) =>
        repair(session, options, 'abort', async (ceremonies, held, moment, reason) => {
          abort(ceremonies, held, moment, reason);
          const receives = held.plan.byIdentity.get(myIdentity(ceremonies.vault.state))?.newIndex !== null;
          const here = receives ? '; next: conclave next here' : '';
          return `withdrew the plan: it is over once a new member has seen this${here}`;
        }),
      ),
    );
};

/** Rule 5: a release without its condition is an override, and an override is typed. */
async function typed({ context }: Session, held: Held, given: string | undefined): Promise<void> {
  const sentence = salvageSentence(held);
  if (given !== undefined && given.trim() !== sentence)
    throw new Problem('SENTENCE_WRONG', 'the sentence is not the one that was asked for', `it is: ${sentence}`);
  if (given === undefined && !(await context.ask.typed(sentence, { flag: `--override "${sentence}"` })))
    throw new Problem('SENTENCE_WRONG', 'the sentence was not typed, so nothing was given up');
}

type Work = (ceremonies: Ceremonies, held: Held, moment: Moment, reason: string) => Promise<string>;

/** A decision is made on all that is known: the stick comes first. */
async function repair(session: Session, options: Options, deed: Deed, work: Work): Promise<number | undefined> {
  const { context, say } = session;
  return session.withVault(async (ceremonies) => {
    const sticks = options.stick === undefined ? [] : await sticksOf(session, options.stick);
    const carried = await carry(session, ceremonies, sticks, async () => {
      const views = ceremonies.all().map(({ view }) => view);
      // what is over, or dead, needs no repair: only an amendment raises a dead attempt
      const held = chosenCeremony(
        ceremonies,
        options.ceremony,
        ({ view }) => isOver(view, views) === null && (deed === 'amend' || view.current.death === null),
      );
      const [old] = oldCopy(ceremonies.vault.state, held.plan);
      if (old !== undefined) throw new Problem(old.code, old.message, old.hint);
      const reason = options.reason ?? (await context.ask.text('why?', { flag: '--reason T' }));
      if (reason.trim() === '' || !v.is(prose, reason))
        throw new Problem('USAGE', 'a reason has 1 to 2000 characters', 'give it with --reason T');
      const said = await work(ceremonies, held, { now: context.now(), tool: toolOf(context) }, reason);
      return { said, held: ceremonies.get(held.plan.ceremony) };
    });
    const { said, held } = carried.done;
    const keyset = keysetName(ceremonies, held);
    const outcome = { held, keyset, did: [deed], consented: false, holds: [], blame: [] };
    const stops = nextStops(ceremonies, [outcome]);
    say.line(`${keyset} ${held.plan.kind} ${held.plan.ceremony.slice(0, 16)}: ${held.view.phase}`);
    say.line(`  ${said}`);
    const open = alarmsFor(ceremonies, held).find(({ overridden }) => !overridden);
    if (open !== undefined)
      say.line(`  ${open.contradiction.member} signed two statements of which only one can be honest`);
    say.line(sticks.length > 0 ? `${carried.out} file(s) out` : 'it goes out with the next visit of the stick');
    if (stops[0] !== undefined) say.line(`the stick goes to ${stops[0]} next`);
    say.result({
      v: 1,
      ...(carried.trouble === null ? {} : errorJson(carried.trouble)),
      ceremonies: [outcomeJson(outcome)],
      nextStops: stops,
      ...carriedJson(carried),
    });
    return ended(session, carried.trouble, undefined);
  });
}
