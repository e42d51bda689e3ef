// Stands in for vitest where mutants are tried: keeps the tests of each file, so that one process can run any of them
// at any time, thousands of times. `expect` is vitest's own.
import { format } from 'node:util';
import {
  ASYMMETRIC_MATCHERS_OBJECT,
  chai,
  customMatchers,
  JestAsymmetricMatchers,
  JestChaiExpect,
  JestExtend,
} from '@vitest/expect';

/** @typedef {() => unknown} Step */
/** @typedef {{ name: string, parent: Suite | null, before: Step[], beforeEach: Step[], afterEach: Step[], ready: boolean }} Suite */
/** @typedef {{ id: string, file: string, name: string, suite: Suite, body: Step }} Test */

/** @type {Map<string, Test[]>} */
const files = new Map();
let file = '';
let times = 0;
let suite = suiteOf('', null);

/** Loads the tests of a file, once or anew. @param {string} name @param {string} url @param {boolean} anew @returns {Promise<Test[]>} */
export async function testsOf(name, url, anew = false) {
  const known = files.get(name);
  if (known !== undefined && !anew) return known;
  file = name;
  suite = suiteOf('', null);
  /** @type {Test[]} */
  const tests = [];
  files.set(name, tests);
  times += 1;
  await import(`${url}?${times}`);
  return tests;
}

/** What has to be done once before this test: the `beforeAll` of its suites that have not run. @param {Test} test */
export async function prepare({ suite: innermost }) {
  for (const one of outermostFirst(innermost)) {
    if (one.ready) continue;
    one.ready = true;
    for (const step of one.before) await step();
  }
}

/** @param {Test} test */
export async function run({ suite: innermost, body }) {
  const suites = outermostFirst(innermost);
  for (const one of suites) for (const step of one.beforeEach) await step();
  try {
    await body();
  } finally {
    for (const one of suites.toReversed()) for (const step of one.afterEach) await step();
  }
}

/** @param {string} name @param {Suite | null} parent @returns {Suite} */
function suiteOf(name, parent) {
  return { name, parent, before: [], beforeEach: [], afterEach: [], ready: false };
}

/** @param {Suite | null} one @returns {Suite[]} */
function outermostFirst(one) {
  return one === null ? [] : [...outermostFirst(one.parent), one];
}

/** @param {string} name @param {Step} body */
export function describe(name, body) {
  const outer = suite;
  suite = suiteOf(name, outer);
  body();
  suite = outer;
}

/** @param {string} name @param {unknown[]} rest */
export function test(name, ...rest) {
  const body = /** @type {Step} */ (rest.find((one) => typeof one === 'function'));
  const tests = /** @type {Test[]} */ (files.get(file));
  const names = [...outermostFirst(suite).map((one) => one.name), name].filter((one) => one !== '');
  tests.push({ id: `${file}#${tests.length}`, file, name: names.join(' > '), suite, body });
}

/** @param {(name: string, body: Step) => void} define */
const each =
  (define) =>
  (/** @type {unknown[]} */ rows) =>
  (/** @type {string} */ name, /** @type {(...values: unknown[]) => unknown} */ body) => {
    for (const row of rows) {
      const values = Array.isArray(row) ? row : [row];
      define(format(name, ...values.slice(0, name.split('%').length - 1)), () => body(...values));
    }
  };

describe.each = each(describe);
test.each = each(test);
export const it = test;

export const beforeAll = (/** @type {Step} */ step) => void suite.before.push(step);
export const beforeEach = (/** @type {Step} */ step) => void suite.beforeEach.push(step);
export const afterEach = (/** @type {Step} */ step) => void suite.afterEach.push(step);
export const afterAll = () => undefined;
export const vi = { setConfig: () => undefined };

chai.use(JestExtend);
chai.use(JestChaiExpect);
chai.use(JestAsymmetricMatchers);
/** @type {any} */
export const expect = Object.assign(
  (/** @type {unknown} */ value, /** @type {string | undefined} */ message) => chai.expect(value, message),
  chai.expect,
  /** @type {any} */ (globalThis)[ASYMMETRIC_MATCHERS_OBJECT],
);
/** @type {any} */ (chai.expect).extend(expect, customMatchers);
