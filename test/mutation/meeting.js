// A process in which mutants meet tests. What a mutant left behind may harm those after it, so a test that failed is run once
// more without the mutant: if it fails again, its file is loaded anew, and only what happens there counts.
import { prepare, run, testsOf } from './collected.js';

/** @typedef {import('./collected.js').Test} Test */
/** @typedef {{ id: string, name: string, ms: number, reached: Record<string, number> }} Measured */
/** @typedef {{ mutant: string, tests: string[], hits: number }} Meeting */
/** @typedef {{ ask: 'measure', file: string } | { ask: 'meet' } & Meeting | { ask: 'fresh' } & Meeting} Asked */

const longest = 60_000; // a promise that nobody keeps; an endless loop is ended from outside
const bundles = JSON.parse(process.argv[2] ?? '{}');
/** @type {{ run: number, activeMutant?: string, currentTestId?: string, hitCount?: number, hitLimit?: number, mutantCoverage?: { static: Record<string, number>, perTest: Record<string, Record<string, number>> } }} */
const stryker = { run: 0 };
Object.assign(globalThis, { __stryker__: stryker });
process.on('unhandledRejection', () => undefined);
process.on('disconnect', () => process.exit());

/** What each test of a file takes and reaches. @param {string} file */
async function measure(file) {
  /** @type {Measured[]} */
  const tests = [];
  /** @type {string[]} */
  const failing = [];
  for (const test of await loaded(file)) {
    const { id, name } = test;
    await prepare(test);
    stryker.currentTestId = id;
    const begun = process.cpuUsage();
    if (await passes(test)) tests.push({ id, name, ms: taken(begun), reached: reached(id) });
    else failing.push(name);
    stryker.currentTestId = `${file}#`;
  }
  return { tests, failing, loading: reached(`${file}#`) };
}

/** Of the processor's time, which does not grow when the machine is busy. @param {NodeJS.CpuUsage} begun */
function taken(begun) {
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1000;
}

/** @param {string} id */
const reached = (id) => stryker.mutantCoverage?.perTest[id] ?? {};

/** @param {string} file */
async function loaded(file) {
  stryker.currentTestId = `${file}#`;
  return testsOf(file, bundles[file]);
}

/** @param {string} id */
async function testNamed(id) {
  const found = (await loaded(id.slice(0, id.lastIndexOf('#')))).find((one) => one.id === id);
  if (found === undefined) throw new Error(`there is no test ${id}`);
  await prepare(found);
  return found;
}

/** @param {string} mutant @param {string[]} ids @param {number} hits */
async function meet(mutant, ids, hits) {
  for (const id of ids) {
    if (await withstands(id, mutant, hits)) continue;
    if (await passes(await testNamed(id))) return { by: id, worn };
    await anew(id);
    if (await withstands(id, mutant, hits)) continue;
    await anew(id);
    // a test that fails here by itself needs those before it
    if (await passes(await testNamed(id))) return { by: id, worn };
  }
  return { by: null, worn };
}

/** @param {string} id @param {string} mutant @param {number} hits */
async function withstands(id, mutant, hits) {
  const test = await testNamed(id);
  Object.assign(stryker, { activeMutant: mutant, hitCount: 0, hitLimit: hits });
  const passed = await passes(test);
  Object.assign(stryker, { activeMutant: undefined, hitCount: undefined, hitLimit: undefined });
  return passed;
}

/** How often files were loaded anew: none of what they made before goes while the process stays. */
let worn = 0;

/** @param {string} id */
async function anew(id) {
  const file = id.slice(0, id.lastIndexOf('#'));
  worn += 1;
  await testsOf(file, bundles[file], true);
}

/** The mutant is there from the beginning, so the fixtures are made by it as well. @param {string} mutant @param {string[]} ids @param {number} hits */
async function fresh(mutant, ids, hits) {
  Object.assign(stryker, { activeMutant: mutant, hitCount: 0, hitLimit: hits });
  for (const id of ids) {
    try {
      if (!(await passes(await testNamed(id)))) return { by: id };
    } catch (error) {
      return { by: `${id}: ${error instanceof Error ? error.message : error}` };
    }
    stryker.hitCount = 0;
  }
  return { by: null };
}

/** @param {Test} test */
async function passes(test) {
  stryker.run += 1;
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise((_, fail) => {
    timer = setTimeout(() => fail(new Error('takes too long')), longest);
  });
  try {
    await Promise.race([run(test), late]);
    return true;
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}

/** @param {Asked} asked */
function answered(asked) {
  switch (asked.ask) {
    case 'measure':
      return measure(asked.file);
    case 'meet':
      return meet(asked.mutant, asked.tests, asked.hits);
    case 'fresh':
      return fresh(asked.mutant, asked.tests, asked.hits);
  }
}

process.on('message', async (/** @type {Asked} */ asked) => {
  try {
    process.send?.(await answered(asked));
  } catch (error) {
    process.send?.({ failed: error instanceof Error ? error.stack : String(error) });
  }
});
