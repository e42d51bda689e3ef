import { askFirst } from '../crypto/signature.ts';
import { ladderFirst } from '../crypto/torsion.ts';
import { systemContext } from './context.ts';
import { exitFor } from './exit.ts';
import { guardProcess, unsafeStart } from './guard.ts';
import { run } from './program.ts';
import { Session } from './session.ts';
import { systemLadder } from './system-ladder.ts';
import { systemVerifier } from './system-verifier.ts';

/** What bin/conclave.js calls. */
export async function main(): Promise<void> {
  guardProcess(process);
  for (const stream of [process.stdout, process.stderr]) stream.on('error', leftAlone);
  askFirst(systemVerifier());
  ladderFirst(systemLadder());
  const argv = process.argv.slice(2);
  const context = systemContext(argv, null);
  const unsafe = unsafeStart(argv, process.execArgv, context.env);
  if (unsafe !== null) {
    new Session(context, { json: argv.includes('--json') }).say.problem(unsafe);
    process.exitCode = exitFor(unsafe.code);
    return;
  }
  process.exitCode = await run(argv, context);
}

/** Whoever reads may go away, as in `conclave transcript | head`: then nothing more is heard, and the work goes on. */
function leftAlone(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
