import { systemContext } from './context.ts';
import { exitFor } from './exit.ts';
import { guardProcess, unsafeStart } from './guard.ts';
import { run } from './program.ts';
import { Session } from './session.ts';

/** What bin/conclave.js calls. */
export async function main(): Promise<void> {
  guardProcess(process);
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
