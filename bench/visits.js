// How long one stop of the stick takes, and how fast the program answers: the figures that docs/performance.md quotes.
// Whole processes, against an empty Node in the same run, so that a slow or busy machine shows as such.
//
//   npm run bench            prints the table, and exits with 1 where a limit is broken
import { execFileSync } from 'node:child_process';
import { scryptSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../dist/conclave.mjs', import.meta.url));
const members = ['alice', 'bob', 'carol', 'dave', 'erin'];
// In starts of an empty Node, which take 50 ms where the limits were set: 1.5 s for a visit, 150 ms for the help.
const limits = { visit: 30, help: 3 };

const folder = mkdtempSync(join(tmpdir(), 'conclave-bench-'));
const stick = join(folder, 'stick');
mkdirSync(stick);
const passphrase = join(folder, 'passphrase');
writeFileSync(passphrase, 'only for measuring\n', { mode: 0o600 });

/** Runs the program; rehearsal vaults have a cheap scrypt, so what is left is the work of the visit itself. */
function conclave(who, ...args) {
  const env = { PATH: process.env.PATH, HOME: folder };
  const all = [program, '--home', join(folder, who), '--passphrase-file', passphrase, '--json', ...args];
  const start = performance.now();
  const out = run(all, env);
  return { milliseconds: performance.now() - start, answer: JSON.parse(out) };
}

function run(all, env) {
  try {
    return execFileSync(process.execPath, all, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch (error) {
    if (error.status === 3) return error.stdout; // others are waited for
    throw error;
  }
}

/** Follows the tool's own advice until the ceremony is complete. */
function walk(first, phrase) {
  const visits = [];
  for (let who = first; who !== undefined; ) {
    const { milliseconds, answer } = conclave(who, 'next', '--stick', stick, '--phrase', phrase);
    visits.push({ who, milliseconds, did: answer.ceremonies.at(-1).did.join(' ') });
    who = answer.nextStops[0];
  }
  return visits;
}

const median = (figures) => [...figures].sort((a, b) => a - b)[Math.floor(figures.length / 2)];
const timed = (work) => {
  const start = performance.now();
  work();
  return performance.now() - start;
};
const times = (count, work) => Array.from({ length: count }, () => timed(work));

try {
  for (const who of members) conclave(who, 'init', '--name', who, '--stick', stick, '--rehearsal');
  const genesis = ['--members', members.join(), '--threshold', '3', '--key', 'main:secp256k1-tr', '--stick', stick];
  const first = conclave('alice', 'propose', 'genesis', '--keyset', 'bench', ...genesis);
  walk('alice', first.answer.phrase);
  const second = conclave('alice', 'propose', 'refresh', '--keyset', 'bench', '--stick', stick);
  const visits = walk('alice', second.answer.phrase);

  const empty = median(times(9, () => execFileSync(process.execPath, ['-e', '0'])));
  const help = median(times(9, () => execFileSync(process.execPath, [program, '--help'])));
  const scrypt = median(times(3, () => scryptSync('x', 'y', 32, { N: 2 ** 17, r: 8, p: 1, maxmem: 2 ** 28 })));
  const slowest = visits.reduce((a, b) => (a.milliseconds > b.milliseconds ? a : b));
  const middle = median(visits.map((visit) => visit.milliseconds));
  const rows = [
    ['an empty Node', empty],
    ['conclave --help, from the bundle', help],
    ['scrypt of a real vault (not in the visits below)', scrypt],
    [`a visit of a 3-of-5 refresh, median of ${visits.length}`, middle],
    [`its slowest visit (${slowest.did || 'only merging'})`, slowest.milliseconds],
  ];
  for (const [what, figure] of rows) {
    console.log(`${what.padEnd(50)} ${figure.toFixed(0).padStart(6)} ms ${(figure / empty).toFixed(1).padStart(6)} x`);
  }
  const broken = [
    help / empty > limits.help && `--help takes longer than ${limits.help} starts of an empty Node`,
    slowest.milliseconds / empty > limits.visit && `a visit takes longer than ${limits.visit} starts of an empty Node`,
  ].filter(Boolean);
  for (const sentence of broken) console.log(`over the limit: ${sentence}`);
  process.exitCode = broken.length > 0 ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
