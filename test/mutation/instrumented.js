// The mutants of StrykerJS, all of them in the source at once behind a switch, and with it each test file as a bundle.
// Where it is the protocol that is asked about, the simulator's stand-ins take the place of the cryptography: what the
// protocol checks is the same, and a test takes a hundredth of the time.
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Instrumenter } from '@stryker-mutator/instrumenter';
import { build, transformSync } from 'esbuild';
import { standIn } from '../simulator/bundle.js';

/**
 * `key` stays the same where only comments of the file change.
 * @typedef {{ id: string, key: string, file: string, line: number, kind: string, code: string, becomes: string }} Mutant
 */

const root = fileURLToPath(new URL('../..', import.meta.url));
const nothing = () => undefined;
const quiet = { debug: nothing, info: nothing, trace: nothing, isDebugEnabled: () => false };
const logger = /** @type {any} */ ({ ...quiet, warn: console.warn, error: console.error });

/**
 * @param {string[]} sources @param {string[]} tests @param {string[]} excluded mutators that are not asked for
 * @param {boolean} transparent
 * @returns {Promise<{ mutants: Mutant[], bundles: Record<string, string>, folder: string }>} where each test file's bundle is, and where all of them are
 */
export async function instrumented(sources, tests, excluded, transparent) {
  const files = sources.map((name) => ({ name, content: readFileSync(name, 'utf8'), mutate: true }));
  const options = { plugins: null, excludedMutations: excluded, ignorers: [] };
  const made = await new Instrumenter(logger).instrument(files, options);
  const switched = new Map(made.files.map(({ name, content }) => [name, content]));
  const originals = new Map(files.map(({ name, content }) => [name, content]));
  const prints = new Map(files.map(({ name, content }) => [name, printOf(content)]));
  /** @type {Map<string, number>} */
  const counts = new Map();
  const asked = made.mutants.filter(({ status }) => status !== 'Ignored');
  const mutants = asked.map(({ id, fileName, location, mutatorName, replacement }) => {
    const nth = counts.get(fileName + mutatorName) ?? 0;
    counts.set(fileName + mutatorName, nth + 1);
    return {
      id,
      key: `${fileName} ${prints.get(fileName)} ${mutatorName} ${nth}`,
      file: fileName,
      line: location.start.line + 1,
      kind: mutatorName,
      code: codeAt(originals.get(fileName) ?? '', location),
      becomes: replacement.replace(/\s+/g, ' '),
    };
  });
  const folder = mkdtempSync(join(tmpdir(), 'conclave-mutants-'));
  return { mutants, bundles: await bundled(tests, switched, folder, transparent), folder };
}

/** @param {string} source */
function printOf(source) {
  const { code } = transformSync(source, { loader: 'ts', minifyWhitespace: true, legalComments: 'none' });
  return createHash('sha256').update(code).digest('hex').slice(0, 16);
}

/** The verifiers of strangers do not know the stand-ins. */
const strangers =
  /^ +if \(suite === 'secp256k1-tr'\) return .*\n(?: +\/\/.*\n)* +if \(suite === 'ed25519'\) return .*\n/m;

/** The fixtures remember what was checked before. No test may find there what another one, or a mutant, has left. */
const remembering = 'readonly memo: Memo = new Map();';
const forgetting = `
  #remembered = { run: -1, memo: new Map() };
  get memo() {
    const { run } = globalThis.__stryker__;
    if (run !== this.#remembered.run) this.#remembered = { run, memo: new Map() };
    return this.#remembered.memo;
  }`;

/** So do the points that were decoded and the signatures that held, in a process that meets one mutant after the other. */
const keeping = 'readonly #kept = new Map<string, V>();';
const keepingOneRun = `
  #ofRun = { run: -1, kept: new Map() };
  get #kept() {
    const { run } = globalThis.__stryker__;
    if (run !== this.#ofRun.run) this.#ofRun = { run, kept: new Map() };
    return this.#ofRun.kept;
  }`;

/** @param {string[]} tests @param {Map<string, string>} switched @param {string} outdir @param {boolean} transparent */
async function bundled(tests, switched, outdir, transparent) {
  await build({
    entryPoints: tests,
    outdir,
    outbase: '.',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'warning',
    banner: {
      js: "import { createRequire as requireHere } from 'node:module'; const require = requireHere(import.meta.url);",
    },
    plugins: [
      {
        name: 'switched',
        setup: ({ onResolve, onLoad }) => {
          const collected = pathToFileURL(join(root, 'test/mutation/collected.js')).href;
          onResolve({ filter: /^vitest$/ }, () => ({ path: collected, external: true }));
          if (transparent) standIn(onResolve);
          onLoad({ filter: /\/(src|test)\/.*\.ts$/ }, ({ path }) => ({
            contents: (switched.get(relative(root, path)) ?? readFileSync(path, 'utf8'))
              .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href))
              .replace(remembering, forgetting)
              .replace(keeping, keepingOneRun)
              .replace(transparent ? strangers : '', ''),
            loader: 'ts',
          }));
        },
      },
    ],
  });
  return Object.fromEntries(
    tests.map((test) => [test, pathToFileURL(join(outdir, test.replace(/\.ts$/, '.mjs'))).href]),
  );
}

/**
 * @typedef {{ line: number, column: number }} Place counted from 0
 * @param {string} source @param {{ start: Place, end: Place }} location
 */
function codeAt(source, { start, end }) {
  const lines = source.split('\n').slice(start.line, end.line + 1);
  const last = lines.length - 1;
  lines[last] = lines[last]?.slice(0, end.column) ?? '';
  lines[0] = lines[0]?.slice(start.column) ?? '';
  return lines.join(' ').replace(/\s+/g, ' ');
}
