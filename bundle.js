// Writes the whole program as one readable file: dist/conclave.mjs. The test of the architecture reads the same options.
import { chmod, readFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
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
  plugins: [verifierInside, decoderInside],
  banner: {
    // CommonJS packages inside ask for Node's own modules through `require`, which an ES module does not have; one of
    // the others imports `createRequire` by that name.
    js: "#!/usr/bin/env node\nimport { createRequire as requireFrom } from 'node:module';\nconst require = requireFrom(import.meta.url);\nprocess.on('SIGUSR1', () => undefined); // src/cli/guard.ts says why",
  },
};

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await build({ ...options, logLevel: 'info' });
  await chmod(`${root}/dist/conclave.mjs`, 0o755);
}
