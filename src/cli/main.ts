import { systemContext } from './context.ts';
import { guardProcess } from './guard.ts';
import { run } from './program.ts';
import { applyColour } from './ui/colour.ts';

/** What bin/conclave.js calls. */
export async function main(): Promise<void> {
  guardProcess(process);
  const argv = process.argv.slice(2);
  const context = systemContext(argv, null);
  applyColour(context.colour, process.env);
  process.exitCode = await run(argv, context);
}
