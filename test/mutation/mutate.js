// Takes the checks of the pure core out, one at a time, and says which of them no test missed: `npm run mutate`.
//
//   npm run mutate                                                all of src/crypto and src/ceremony
//   npm run mutate -- src/ceremony/call.ts                        one file, or several
//   npm run mutate -- src/ceremony/call.ts --tests test/ceremony/reprove.test.ts
//   npm run mutate -- --all --sample 300                          everything that can be altered; 300 of it
//   npm run mutate -- --results FILE                              keeps what was found, and goes on from there
//   npm run mutate -- --results FILE --again                      those that survived meet the tests once more
//   npm run mutate -- --results FILE --again --real               and the cryptography as it is, not the stand-ins
//
// StrykerJS makes the mutants; how they meet the tests is `tried.js`. Each meets those tests alone that reach it.
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

/** Why a mutant survives: it changes nothing, or (`left`) nobody looks. @typedef {{ file: string, code: string, becomes: string, why: string, left?: boolean }} Reason */
/** @typedef {import('./tried.js').Tried} Tried */

/** The mathematics meets its own tests; the protocol stands on the simulator's stand-ins for it, and meets all of its. */
const rooms = [
  { room: 'src/crypto', transparent: false, tests: ['test/crypto'] },
  { room: 'src/ceremony', transparent: true, tests: ['test/ceremony', 'test/safety', 'test/vault'] },
];

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

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      tests: { type: 'string' },
      only: { type: 'string', default: deciding.join() },
      all: { type: 'boolean', default: false },
      sample: { type: 'string' },
      seconds: { type: 'string', default: '3' },
      processes: { type: 'string', default: '2' },
      results: { type: 'string' },
      again: { type: 'boolean', default: false },
      real: { type: 'boolean', default: false },
    },
  });
  const mutators = values.all ? [...deciding, ...others] : values.only.split(',');
  const excluded = [...deciding, ...others].filter((one) => !mutators.includes(one));
  const before = values.results !== undefined && existsSync(values.results) ? toldBefore(values.results) : new Map();
  /** @type {Tried[]} */
  const known = [];
  /** @param {Tried} one */
  const tell = (one) => {
    known.push(one);
    if (values.results !== undefined) appendFileSync(values.results, `${JSON.stringify(one)}\n`);
    if (!dead(one)) console.log(said(one));
  };
  const how = { processes: Number(values.processes), seconds: Number(values.seconds), again: values.again, tell };
  const asked = positionals.length > 0 ? positionals.flatMap(filesIn) : rooms.flatMap(({ room }) => filesIn(room));
  for (const { room, transparent, tests } of rooms) {
    const files = asked.filter((file) => file.startsWith(`${room}/`));
    if (files.length === 0) continue;
    const meeting = (values.tests?.split(',') ?? tests).flatMap(filesIn).filter(canBeTried);
    const sample =
      values.sample === undefined ? undefined : Math.round((Number(values.sample) * files.length) / asked.length);
    await ask(files, meeting, excluded, transparent && !values.real, { ...how, sample, before, known });
  }
  report(known);
}

/**
 * @param {string[]} files @param {string[]} tests @param {string[]} excluded @param {boolean} transparent
 * @param {{ processes: number, seconds: number, again: boolean, tell: (one: Tried) => void, sample: number | undefined, before: Map<string, Tried>, known: Tried[] }} how
 */
async function ask(files, tests, excluded, transparent, { sample, before, known, ...how }) {
  const { instrumented } = await import('./instrumented.js');
  const { measured, tried } = await import('./tried.js');
  const { mutants, bundles, folder } = await instrumented(files, tests, excluded, transparent);
  const sampled = shuffled(mutants).slice(0, sample);
  const left = sampled.filter((mutant) => {
    const told = before.get(mutant.key);
    if (told === undefined || (how.again && !dead(told))) return true;
    known.push({ ...told, mutant });
    return false;
  });
  console.log(`${sampled.length} mutants, ${sampled.length - left.length} of them tried before`);
  if (left.length > 0) {
    const found = await measured(bundles, how.processes);
    const tested = [...found.values()];
    const failing = tested.flatMap((one) => one.failing);
    console.log(`${tested.flatMap((one) => one.tests).length} tests in ${found.size} files`);
    if (failing.length > 0) console.log(`${failing.length} that fail here without any mutant: ${failing.join(' | ')}`);
    await tried(left, bundles, found, how);
  }
  rmSync(folder, { recursive: true });
}

/** @param {string} place a file, or a folder with its folders @returns {string[]} */
function filesIn(place) {
  if (place.endsWith('.ts')) return [place];
  const names = readdirSync(place, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  return names.map((name) => `${place}/${name}`).toSorted();
}

/** Tests that run in this process and replace none of its modules. @param {string} file */
const canBeTried = (file) => file.endsWith('.test.ts') && !/vi\.mock\(|bin\/conclave/.test(readFileSync(file, 'utf8'));

/** Every survivor has its reason in the list, or is printed. @param {Tried[]} all */
function report(all) {
  /** @type {Reason[]} */
  const reasons = JSON.parse(readFileSync(new URL('equivalent.json', import.meta.url), 'utf8'));
  const reasonOf = (/** @type {Tried} */ { mutant }) =>
    reasons.find((one) => one.file === mutant.file && one.code === mutant.code && one.becomes === mutant.becomes);
  const files = [...new Set(all.map(({ mutant }) => mutant.file))].toSorted();
  console.log('\n| file | tried | noticed | change nothing | left for a reason | left |');
  console.log('| --- | ---: | ---: | ---: | ---: | ---: |');
  for (const file of files) {
    const own = all.filter(({ mutant }) => mutant.file === file);
    console.log(row(`\`${file}\``, own, reasonOf));
  }
  console.log(row('all', all, reasonOf));
  let bad = 0;
  for (const file of files) {
    const marked = markedLines(readFileSync(file, 'utf8'));
    for (const one of all.filter(({ mutant }) => mutant.file === file)) {
      const reason = reasonOf(one);
      if (dead(one) || (reason !== undefined && reason.left !== true)) continue;
      const isMarked = marked.has(one.mutant.line);
      if (isMarked) bad += 1;
      if (isMarked || reason === undefined) console.error(`${isMarked ? '!' : '?'} ${said(one)}`);
    }
  }
  if (bad > 0) {
    console.error(`${bad} on a line that names a row or a rule: a check that no test misses is not there`);
    process.exitCode = 1;
  }
}

/** @param {string} name @param {Tried[]} all @param {(one: Tried) => Reason | undefined} reasonOf */
function row(name, all, reasonOf) {
  const noticed = all.filter(dead).length;
  const why = all.flatMap((one) => (dead(one) ? [] : [reasonOf(one)]));
  const equal = why.filter((reason) => reason !== undefined && reason.left !== true).length;
  const known = why.filter((reason) => reason?.left === true).length;
  const percent = ((100 * noticed) / all.length).toFixed(1);
  return `| ${name} | ${all.length} | ${noticed} (${percent} %) | ${equal} | ${known} | ${all.length - noticed - equal - known} |`;
}

/** @param {Tried} one */
const dead = ({ status }) => status === 'killed' || status === 'timeout';

/** @param {Tried} one */
const said = ({ mutant: { file, line, kind, code, becomes }, status }) =>
  `${file}:${line} ${status} ${kind}: ${code}  ->  ${becomes}`;

/** @param {string} results @returns {Map<string, Tried>} */
function toldBefore(results) {
  const lines = readFileSync(results, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  return new Map(lines.map((line) => JSON.parse(line)).map((one) => [one.mutant.key, one]));
}

/** Always in the same way, and so that what was tried is a fair part of all at any time. @param {Tried['mutant'][]} mutants */
function shuffled(mutants) {
  const place = (/** @type {Tried['mutant']} */ mutant) => createHash('sha256').update(mutant.key).digest('hex');
  return mutants
    .map((mutant) => ({ mutant, at: place(mutant) }))
    .toSorted((a, b) => (a.at < b.at ? -1 : 1))
    .map(({ mutant }) => mutant);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
