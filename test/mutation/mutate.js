// Takes the checks of the pure core out, one at a time, and says which of them no test missed: `npm run mutate`.
//
//   npm run mutate -- src/ceremony/call.ts                        one file, or several
//   npm run mutate -- src/ceremony/call.ts --tests test/ceremony/reprove.test.ts
//   npm run mutate -- src/ceremony/call.ts --all                  everything that can be altered, not only what decides
//
// Each mutant meets those tests alone that reach it. Without files it is all of src/crypto and src/ceremony: hours.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

/** @typedef {{ file: string, code: string, becomes: string, why: string }} Equivalent */
/** @typedef {{ file: string, line: number, status: string, code: string, becomes: string }} Mutant */

const rooms = ['src/crypto', 'src/ceremony'];

/** What takes a check out or turns it round. `--all` alters everything: words, numbers and literals as well. */
const deciding = ['ConditionalExpression', 'BlockStatement', 'LogicalOperator', 'MethodExpression'];
const others = [
  'ArithmeticOperator',
  'ArrayDeclaration',
  'ArrowFunction',
  'AssignmentOperator',
  'BooleanLiteral',
  'EqualityOperator',
  'ObjectLiteral',
  'OptionalChaining',
  'Regex',
  'StringLiteral',
  'UnaryOperator',
  'UpdateOperator',
];

/**
 * The lines of checks that name what they are there for: the statement below a line comment with a row, a rule or a
 * section in it, or the line that such a comment stands on.
 * @param {string} source
 */
export function markedLines(source) {
  const lines = source.split('\n');
  const marked = new Set();
  let below = false;
  lines.forEach((line, at) => {
    const [code = '', comment = ''] = line.split(/(?<=^|\s)\/\/(.*)/);
    const names = /\b(?:rows?|rules?|section) \d+/i.test(comment);
    if (code.trim() === '') {
      below = line.trim() !== '' && (below || names);
      return;
    }
    if (below || names) marked.add(at + 1);
    below = below && !/[;{}]\s*$/.test(code);
  });
  return marked;
}

/** @param {string[]} files @param {string[]} tests @param {readonly string[]} mutators @param {number} concurrency @returns {Promise<Mutant[]>} */
async function mutants(files, tests, mutators, concurrency) {
  const { Stryker } = await import('@stryker-mutator/core');
  const stryker = new Stryker({
    mutate: files,
    testFiles: tests,
    testRunner: 'vitest',
    plugins: ['@stryker-mutator/vitest-runner', fileURLToPath(new URL('reporter.js', import.meta.url))],
    vitest: { configFile: 'test/mutation/vitest.config.ts', related: false },
    coverageAnalysis: 'perTest',
    // the fixtures at the head of a test file run the same code, unaltered
    ignoreStatic: true,
    mutator: { excludedMutations: [...deciding, ...others].filter((one) => !mutators.includes(one)) },
    concurrency,
    dryRunTimeoutMinutes: 30,
    timeoutMS: 20_000,
    reporters: ['dots', 'survivors'],
    allowConsoleColors: false,
    // it would rewrite one with the compiler's old interface, and vitest reads none here
    tsconfigFile: 'none',
    ignorePatterns: ['build', 'dist', 'bench', 'ceremonies', 'docs'],
  });
  return (await stryker.runMutationTest()).map((mutant) => ({
    file: relative('.', mutant.fileName),
    line: mutant.location.start.line,
    status: mutant.status,
    code: codeAt(mutant.fileName, mutant.location),
    becomes: mutant.replacement.replace(/\s+/g, ' '),
  }));
}

/**
 * @typedef {{ line: number, column: number }} Place
 * @param {string} file @param {{ start: Place, end: Place }} location
 */
function codeAt(file, { start, end }) {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .slice(start.line - 1, end.line);
  const last = lines.length - 1;
  lines[last] = lines[last]?.slice(0, end.column - 1) ?? '';
  lines[0] = lines[0]?.slice(start.column - 1) ?? '';
  return lines.join(' ').replace(/\s+/g, ' ');
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      tests: { type: 'string', default: 'test/crypto/**/*.test.ts,test/ceremony/**/*.test.ts' },
      only: { type: 'string', default: deciding.join() },
      all: { type: 'boolean', default: false },
      concurrency: { type: 'string', default: '2' },
    },
  });
  const files = positionals.length > 0 ? positionals : rooms.map((room) => `${room}/**/*.ts`);
  const listed = (/** @type {string} */ list) => list.split(',').filter((one) => one !== '');
  const found = await mutants(
    files,
    listed(values.tests),
    values.all ? [...deciding, ...others] : listed(values.only),
    Number(values.concurrency),
  );
  /** @type {Equivalent[]} */
  const known = JSON.parse(readFileSync(new URL('equivalent.json', import.meta.url), 'utf8'));
  let bad = 0;
  for (const file of new Set(found.map((mutant) => mutant.file))) {
    const here = found.filter((mutant) => mutant.file === file && mutant.status !== 'Ignored');
    const left = here.filter(
      (mutant) =>
        !['Killed', 'Timeout'].includes(mutant.status) &&
        !known.some((one) => one.file === file && one.code === mutant.code && one.becomes === mutant.becomes),
    );
    const marked = markedLines(readFileSync(file, 'utf8'));
    console.log(`\n${file}: ${here.length} tried, ${left.length} left (${score(here.length, left.length)} %)`);
    for (const { line, status, code, becomes } of left) {
      const security = marked.has(line);
      if (security) bad += 1;
      console.log(`  ${security ? '!' : ' '} ${line} ${status}: ${code}  ->  ${becomes}`);
    }
  }
  if (bad > 0) {
    console.error(
      `\n${bad} of them stand on a line that names a row or a rule: a check that no test misses is not there`,
    );
    process.exitCode = 1;
  }
}

/** @param {number} tried @param {number} left */
const score = (tried, left) => (tried === 0 ? 100 : Math.round((100 * (tried - left)) / tried));

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
