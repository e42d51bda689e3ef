import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Memo } from '../../ceremony/evaluation.ts';
import { FileError } from '../../media/file-system.ts';
import { Problem } from '../../problem.ts';
import type { Runner } from '../../rehearsal/party.ts';
import { isPlanFile, scenarioOfPlan } from '../../rehearsal/plan-scenario.ts';
import { rehearse as play } from '../../rehearsal/rehearse.ts';
import { closingLines, openingLines, rehearsedJson, type Shade, toldLines } from '../../rehearsal/report.ts';
import { readScenario, type Scenario } from '../../rehearsal/scenario.ts';
import type { Stage } from '../../rehearsal/stage.ts';
import { usual } from '../../rehearsal/usual.ts';
import type { Context } from '../context.ts';
import { exits } from '../exit.ts';
import type { Register } from '../program.ts';
import type { Session } from '../session.ts';
import { paint } from '../ui/colour.ts';

interface Options {
  readonly keep?: string;
  readonly seed?: string;
}

const largest = 1024 * 1024;

/** The whole program, which this file cannot import: it imports this file. */
type Program = (argv: readonly string[], context: Context) => Promise<number>;

export const registerRehearse =
  (run: Program): Register =>
  (program: Command, action) => {
    program
      .command('rehearse [file]')
      .description('all parties of a scripted ceremony on this machine: a scenario, or a plan that --out-plan wrote')
      .option('--keep <dir>', 'keep the homes and sticks here: a folder that is empty, or not there yet')
      .option('--seed <text>', 'draw everything from this text and not at random: to see the same rehearsal again')
      .action(
        action<Options>((session, options, [file]) => rehearse(session, stageOf(session.context, run), options, file)),
      );
  };

async function rehearse(session: Session, stage: Stage, options: Options, file: string | undefined): Promise<number> {
  const { context, say } = session;
  const scenario = file === undefined ? readScenario(usual) : readFile(context, file);
  const seed = options.seed ?? null;
  const shade: Shade = (kind, text) => (context.colour ? paint(kind, text) : text);
  const kept = options.keep === undefined ? null : emptyFolder(context, options.keep);
  const folder = kept ?? mkdtempSync(join(tmpdir(), 'conclave-rehearsal-'));
  try {
    for (const line of openingLines(scenario, seed, shade)) say.line(line);
    const width = Math.max(...scenario.people.map((name) => name.length));
    const done = await play(scenario, stage, {
      folder,
      seed,
      tell: (told) => {
        for (const line of toldLines(told, width, shade)) say.line(line);
      },
    });
    for (const line of closingLines(done, await done.transcript(), shade)) say.line(line);
    if (kept !== null)
      say.line(`homes and sticks are kept in ${kept}; the passphrase of each home is "the passphrase of NAME"`);
    say.result(rehearsedJson(done, { seed, folder: kept }));
    return done.ok ? exits.done : exits.failed;
  } finally {
    if (kept === null) rmSync(folder, { recursive: true, force: true });
  }
}

/** The program itself, for other machines: each its own screen, keyboard and randomness, nothing of this environment. */
export function stageOf(context: Context, run: Program): Stage {
  const memo: Memo = context.memo ?? new Map();
  const runner: Runner = (argv, machine) =>
    run(argv, { ...context, ...machine, memo, env: {}, colour: false, rehearsal: true });
  return { ...context, run: runner };
}

function readFile({ fs }: Context, file: string): Scenario {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(fs.readFile(resolve(file), largest)));
  } catch (error) {
    const why = error instanceof FileError ? `cannot be read (${error.errno})` : 'is not JSON';
    throw new Problem('USAGE', `${file} ${why}`, 'name a scenario, as in ceremonies/, or a plan that --out-plan wrote');
  }
  return isPlanFile(value) ? scenarioOfPlan(value) : readScenario(value);
}

/** What is there already is nobody's to mix a rehearsal into. */
function emptyFolder({ fs }: Context, path: string): string {
  const folder = resolve(path);
  try {
    const kind = fs.kind(folder);
    if (kind === 'absent') fs.makeDirectory(folder, 0o700);
    else if (kind !== 'directory' || fs.list(folder, 1).length > 0) {
      throw new Problem(
        'USAGE',
        `${folder} is ${kind === 'directory' ? 'not empty' : 'not a folder'}`,
        'name an empty folder, or one that is not there yet',
      );
    }
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    throw new Problem('USAGE', `the folder ${folder} cannot be made (${error.errno})`, 'name another one');
  }
  return fs.realPath(folder);
}
