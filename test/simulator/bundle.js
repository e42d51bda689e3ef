// The simulator is the product's own source in one bundle. Two things may be done to it on the way, both here and both
// by name, so that the product needs no switches: cryptography is replaced by stand-ins with the same types, and a
// line is replaced where a test wants a build in which a rule is missing.
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '../..');
const standIns = join(import.meta.dirname, 'transparent');

/** @typedef {{ file: string, find: string, put: string }} Patch */

/** The stand-ins in the place of the cryptography. @param {import('esbuild').PluginBuild['onResolve']} onResolve */
export function standIn(onResolve) {
  onResolve({ filter: /^@noble\/hashes\/(sha2|hkdf)\.js$/ }, ({ importer }) =>
    importer.startsWith(join(root, 'src')) ? { path: join(standIns, 'hashes.ts') } : null,
  );
  onResolve({ filter: /\/(group|suites|signature|signature-shares|aead)\.ts$/ }, ({ path, importer, resolveDir }) => {
    if (importer.startsWith(standIns)) return null;
    const target = relative(root, join(resolveDir, path));
    return /^src\/crypto\/[a-z-]+\.ts$/.test(target)
      ? { path: join(standIns, /** @type {string} */ (path.split('/').at(-1))) }
      : null;
  });
}

/**
 * @param {{ entry: string, outfile: string, transparent: boolean, patches?: readonly Patch[] }} wanted
 * @returns {Promise<void>}
 */
export async function bundle({ entry, outfile, transparent, patches = [] }) {
  /** @type {Set<Patch>} */
  const used = new Set();
  await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    logLevel: 'silent',
    banner: { js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);" },
    plugins: [
      {
        name: 'simulator',
        setup(builder) {
          if (transparent) standIn(builder.onResolve);
          builder.onLoad({ filter: /\/src\/.*\.ts$/ }, async ({ path }) => {
            const file = relative(root, path);
            let contents = await readFile(path, 'utf8');
            for (const patch of patches.filter((one) => one.file === file)) {
              const parts = contents.split(patch.find);
              if (parts.length !== 2)
                throw new Error(`${file}: to be replaced once, found ${parts.length - 1} times: ${patch.find}`);
              used.add(patch);
              contents = parts.join(patch.put);
            }
            return { contents, loader: 'ts' };
          });
        },
      },
    ],
  });
  const idle = patches.find((patch) => !used.has(patch));
  if (idle !== undefined) throw new Error(`${idle.file} is no part of the simulator, or is not there`);
}
