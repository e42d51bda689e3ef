import { Command, CommanderError, Option } from 'commander';
import { Problem } from '../problem.ts';
import { registerBackup } from './commands/backup.ts';
import { registerCard } from './commands/card.ts';
import { registerCompletion } from './commands/completion.ts';
import { registerDoctor } from './commands/doctor.ts';
import { registerDue } from './commands/due.ts';
import { registerExplain } from './commands/explain.ts';
import { registerExport } from './commands/export.ts';
import { registerInit } from './commands/init.ts';
import { registerInspect } from './commands/inspect.ts';
import { registerKeyset } from './commands/keyset.ts';
import { registerManifest } from './commands/manifest.ts';
import { menu } from './commands/menu.ts';
import { registerNext } from './commands/next.ts';
import { registerNote } from './commands/note.ts';
import { registerPassphrase } from './commands/passphrase.ts';
import { registerPolicy } from './commands/policy.ts';
import { registerPropose } from './commands/propose.ts';
import { registerQr } from './commands/qr.ts';
import { registerRehearse } from './commands/rehearse.ts';
import { registerAbort, registerAmend, registerRelease, registerReprove } from './commands/repair.ts';
import { registerRoster } from './commands/roster.ts';
import { registerRoute } from './commands/route.ts';
import { registerScript } from './commands/script.ts';
import { registerSelftest } from './commands/selftest.ts';
import { registerStatus } from './commands/status.ts';
import { registerTranscript } from './commands/transcript.ts';
import { registerVerify } from './commands/verify.ts';
import type { Context } from './context.ts';
import { exitFor, exits, toProblem } from './exit.ts';
import { type Globals, Session } from './session.ts';
import { version } from './version.ts';

/** What a command hands to `run`: it works with a session and answers with an exit status, or nothing for 0. */
export type Work<Options> = (
  session: Session,
  options: Options,
  args: readonly string[],
) => Promise<number | undefined>;

/** How a command file adds its command. The order here is the order of the help. */
export type Register = (program: Command, action: <O>(work: Work<O>) => (...args: unknown[]) => Promise<void>) => void;

const registers: readonly Register[] = [
  registerInit,
  registerCard,
  registerRoster,
  registerKeyset,
  registerPropose,
  registerNext,
  registerStatus,
  registerManifest,
  registerRoute,
  registerAmend,
  registerRelease,
  registerReprove,
  registerAbort,
  registerScript,
  registerNote,
  registerTranscript,
  registerExport,
  registerVerify,
  registerBackup,
  registerPolicy,
  registerDue,
  registerQr,
  registerRehearse(run),
  registerInspect,
  registerExplain,
  registerPassphrase,
  registerDoctor,
  registerSelftest,
  registerCompletion,
];

function declared(): Command {
  return new Command('conclave')
    .description('hand a threshold key from an old committee to a new one, offline, without changing its address')
    .version(version)
    .addOption(new Option('--home <dir>', "this member's home (or CONCLAVE_HOME)"))
    .addOption(new Option('--json', 'one JSON document on stdout, everything else on stderr'))
    .addOption(new Option('--yes', 'answer small questions with yes; never a phrase, a destruction or an override'))
    .addOption(new Option('--passphrase-file <file>', 'first line is the passphrase (or CONCLAVE_PASSPHRASE_FILE)'))
    .addOption(new Option('--no-color', 'no colours (or NO_COLOR)'));
}

/** Every command and option with nothing behind them: what the docs are made from. */
export function commandTree(): Command {
  const program = declared();
  for (const register of registers) register(program, () => async () => undefined);
  return program;
}

/** One run: the words of the command line in, an exit status out. Whatever goes wrong becomes a sentence. */
export async function run(argv: readonly string[], context: Context): Promise<number> {
  let status: number = exits.done;
  let begun: Session | null = null;
  const globals: { now: Globals } = { now: { json: argv.includes('--json') } };
  const program = declared()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: () => undefined, // said once, below, like every other refusal
      getOutHasColors: () => context.colour,
      getErrHasColors: () => context.colour,
      getOutHelpWidth: () => context.width,
      getErrHelpWidth: () => context.width,
    })
    .showHelpAfterError(false);

  const action =
    <O>(work: Work<O>) =>
    async (...args: unknown[]): Promise<void> => {
      const command = args.at(-1) as Command;
      globals.now = command.optsWithGlobals() as Globals;
      const words = args
        .slice(0, -2)
        .flat()
        .filter((word): word is string => typeof word === 'string');
      const session = new Session(context, globals.now);
      begun = session;
      status = (await work(session, command.optsWithGlobals() as O, words)) ?? exits.done;
    };
  for (const register of registers) register(program, action);
  const inherit = (command: Command): void => {
    command.exitOverride().copyInheritedSettings(program);
    command.commands.forEach(inherit);
  };
  program.commands.forEach(inherit);

  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exits.done; // help and version
    if (error instanceof CommanderError && isBare(error, program) && context.ask.interactive)
      return chosenFromMenu(argv, context, program.opts<Globals>());
    const problem = error instanceof CommanderError ? usage(error, program, argv) : toProblem(error);
    // what has spoken already knows whether its one document is out
    const { say } = (begun as Session | null) ?? new Session(context, globals.now);
    say.problem(problem);
    return exitFor(problem.code);
  }
  return status;
}

/** Neither a command nor a wrong word: a person who wants to know what can be done. */
function isBare(error: CommanderError, program: Command): boolean {
  return error.code === 'commander.help' && program.args.length === 0;
}

async function chosenFromMenu(argv: readonly string[], context: Context, globals: Globals): Promise<number> {
  const session = new Session(context, globals);
  try {
    return await menu(session, (words) => run([...argv, ...words], context));
  } catch (error) {
    const problem = toProblem(error);
    session.say.problem(problem);
    return exitFor(problem.code);
  }
}

function usage(error: CommanderError, program: Command, argv: readonly string[]): Problem {
  if (error.code === 'commander.help') {
    return new Problem(
      'USAGE',
      argv.length === 0 ? 'no command was given' : 'a command is missing',
      `conclave ${argv.join(' ')} --help shows what there is`.replace(/ +/g, ' '),
    );
  }
  const message = error.message.replace(/^error: /, '').replace(/\n/g, ' ');
  const verb = program.commands
    .find((command) => command.name() === argv.find((word) => !word.startsWith('-')))
    ?.name();
  return new Problem('USAGE', message, `conclave ${verb === undefined ? '' : `${verb} `}--help shows the options`);
}
