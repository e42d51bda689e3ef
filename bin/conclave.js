#!/usr/bin/env node
// The door. What stands here must parse on any Node that knows ES modules, so that an old one gets a sentence, not a
// stack trace; everything else is in src/cli/main.ts.
import { existsSync } from 'node:fs';

// On Node 20 SIGUSR1 opens the inspector unless somebody listens: as early as anything can (src/cli/guard.ts says more).
process.on('SIGUSR1', () => undefined);

/** @param {string} error @param {string} hint */
function refuse(error, hint) {
  console.error(`conclave: error: ${error}`);
  console.error(`conclave: hint: ${hint}`);
  console.error('conclave: nothing was changed');
  process.exitCode = 1;
}

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const main = new URL('../build/cli/main.js', import.meta.url);

if (major < 20 || (major === 20 && minor < 19)) {
  refuse(`this is Node ${process.versions.node}, and conclave needs 20.19 or newer`, 'install a newer Node');
} else if (!existsSync(main)) {
  refuse('conclave has not been built in this folder', 'run `npm ci`, or `npm run build` where that has been done');
} else {
  import(main.href).then(
    (door) => door.main(),
    (error) => refuse(`conclave does not start: ${error.message}`, 'run `npm ci` to install what it needs'),
  );
}
