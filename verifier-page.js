// Writes the verifier that needs no install as one file: build/report/verifier.html. No file of it may come from outside:
// the policy in its head names the one script and the one style by their hashes, and lets the browser load nothing else.
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = import.meta.dirname;
const folder = `${root}/src/report/verifier`;

/** @satisfies {import('esbuild').BuildOptions} */
export const options = {
  absWorkingDir: root,
  entryPoints: ['src/report/verifier/main.ts'],
  bundle: true,
  write: false,
  platform: 'browser', // so that one of Node's modules anywhere below ends the build
  target: 'es2022',
  format: 'iife',
  legalComments: 'inline',
  logLevel: 'silent',
};

/** @returns {Promise<string>} */
export async function page() {
  const { outputFiles } = await build(options);
  const script = `\n${outputFiles[0]?.text ?? ''}`;
  const style = `\n${await readFile(`${folder}/style.css`, 'utf8')}`;
  if (/<\/script|<!--/i.test(script)) throw new Error('the script would end before its end');
  const { version } = JSON.parse(await readFile(`${root}/package.json`, 'utf8'));
  const policy = [
    "default-src 'none'",
    `script-src '${sha256(script)}'`,
    `style-src '${sha256(style)}'`,
    'worker-src blob:', // the same script once more, so that a long check does not freeze the page
    "connect-src 'none'",
    "img-src 'none'",
    "form-action 'none'",
    "base-uri 'none'",
    "require-trusted-types-for 'script'", // text never becomes HTML, not even by mistake
    'trusted-types conclave',
  ].join('; ');
  /** @type {Record<string, string>} */
  const parts = { policy, style, script, version };
  const template = await readFile(`${folder}/page.html`, 'utf8');
  return template.replace(
    /\/\*\{(style|script)\}\*\/|\{(policy|version)\}/g,
    (_, comment, name) => parts[comment ?? name] ?? '',
  );
}

/** @param {string} text */
function sha256(text) {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await mkdir(`${root}/build/report`, { recursive: true });
  await writeFile(`${root}/build/report/verifier.html`, await page());
}
