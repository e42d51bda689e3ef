// Writes the whole program as one readable file: dist/conclave.mjs. The test of the architecture reads the same options.
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { pageWithoutDecoder } from './station-page.js';
import { page } from './verifier-page.js';

const root = import.meta.dirname;

/**
 * The one file has the verifier page inside, in the place of the function that reads it where it was built.
 * @satisfies {import('esbuild').Plugin}
 */
const verifierInside = {
  name: 'verifier page',
  setup(/** @type {import('esbuild').PluginBuild} */ { onLoad }) {
    onLoad({ filter: /\/src\/report\/verifier-page\.ts$/ }, async () => ({
      contents: `export function verifierPage() { return ${literal(await page())}; }`,
    }));
  },
};

/**
 * The station page as well, which gets the decoder that is here already.
 * @satisfies {import('esbuild').Plugin}
 */
const stationInside = {
  name: 'station page',
  setup(/** @type {import('esbuild').PluginBuild} */ { onLoad }) {
    onLoad({ filter: /\/src\/courier\/station-page\.ts$/ }, async ({ path }) => ({
      resolveDir: dirname(path),
      contents: `import { decoderWasm } from '../media/qr/decoder.ts';
        const page = ${literal(await pageWithoutDecoder())};
        export function stationPage() { return page.replace('{wasm}', Buffer.from(decoderWasm()).toString('base64')); }`,
    }));
  },
};

/**
 * The one file has the decoder of QR codes inside, too.
 * @satisfies {import('esbuild').Plugin}
 */
const decoderInside = {
  name: 'decoder of QR codes',
  setup(/** @type {import('esbuild').PluginBuild} */ { onLoad }) {
    onLoad({ filter: /\/src\/media\/qr\/decoder\.ts$/ }, async () => {
      const wasm = await readFile(fileURLToPath(import.meta.resolve('zxing-wasm/reader/zxing_reader.wasm')), 'base64');
      return { contents: `export function decoderWasm() { return new Uint8Array(Buffer.from('${wasm}', 'base64')); }` };
    });
  },
};

/** In lines as it is, since people read this file. */
function literal(/** @type {string} */ text) {
  return `\`${text.replace(/[\\`]|\$\{/g, '\\$&')}\``;
}

/** @satisfies {import('esbuild').BuildOptions} */
export const options = {
  absWorkingDir: root,
  stdin: {
    contents: "import { main } from './src/cli/main.ts';\nawait main();\n",
    resolveDir: root,
    sourcefile: 'door.js',
  },
  outfile: 'dist/conclave.mjs',
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  format: 'esm',
  legalComments: 'inline',
  plugins: [verifierInside, stationInside, decoderInside],
  banner: {
    // CommonJS packages inside ask for Node's own modules through `require`, which an ES module does not have; one of
    // the others imports `createRequire` by that name.
    js: "#!/usr/bin/env node\nimport { createRequire as requireFrom } from 'node:module';\nconst require = requireFrom(import.meta.url);\nprocess.on('SIGUSR1', () => undefined); // src/cli/guard.ts says why",
  },
};

/**
 * One character above ASCII, and V8 keeps the whole file with two bytes to a character, which costs a tenth of a second at
 * each start. Strings are escaped by esbuild; what is left stands in comments of libraries.
 * @param {string} text
 */
export function inAscii(text) {
  const lines = text.split('\n').map((line) => {
    if (![...line].some((character) => character > '\x7f')) return line;
    if (!/^\s*(\*|\/\/|\/\*)/.test(line)) throw new Error(`no comment, and not ASCII: ${line.trim().slice(0, 100)}`);
    return line.replace(/[^\0-\x7f]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
  });
  return lines.join('\n');
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { outputFiles } = await build({ ...options, write: false, logLevel: 'info' });
  const [file] = outputFiles;
  if (file === undefined) throw new Error('nothing was bundled');
  const { path, text } = file;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, inAscii(text));
  await chmod(path, 0o755);
}
