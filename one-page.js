// Makes one file of a page that computes: its one script and its one style inside, and a policy in its head that names both
// by their hashes and lets the browser load nothing else.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { build } from 'esbuild';

const root = import.meta.dirname;

/** @param {string} entry @returns {import('esbuild').BuildOptions & { entryPoints: [string] }} */
export const optionsFor = (entry) => ({
  absWorkingDir: root,
  entryPoints: [entry],
  bundle: true,
  write: false,
  platform: 'browser', // so that one of Node's modules anywhere below ends the build
  target: 'es2022',
  format: 'iife',
  legalComments: 'inline',
  logLevel: 'silent',
});

/**
 * @param {string} folder with page.html and style.css in it
 * @param {import('esbuild').BuildOptions} options
 * @param {readonly string[]} rules beyond what every page of ours is forbidden
 * @param {{ readonly scripts?: string }} [allowed]
 * @returns {Promise<string>}
 */
export async function onePage(folder, options, rules, { scripts = '' } = {}) {
  const { outputFiles } = await build(options);
  const script = `\n${outputFiles?.[0]?.text ?? ''}`;
  const style = `\n${await readFile(`${root}/${folder}/style.css`, 'utf8')}`;
  if (/<\/script|<!--/i.test(script)) throw new Error('the script would end before its end');
  const { version } = JSON.parse(await readFile(`${root}/package.json`, 'utf8'));
  const policy = [
    "default-src 'none'",
    `script-src '${sha256(script)}'${scripts}`,
    `style-src '${sha256(style)}'`,
    'worker-src blob:', // the same script once more, so that long work does not freeze the page
    ...rules,
    "connect-src 'none'",
    "img-src 'none'",
    "form-action 'none'",
    "base-uri 'none'",
    "require-trusted-types-for 'script'", // text never becomes HTML, not even by mistake
    'trusted-types conclave',
  ].join('; ');
  /** @type {Record<string, string>} */
  const parts = { policy, style, script, version };
  const template = await readFile(`${root}/${folder}/page.html`, 'utf8');
  return template.replace(
    /\/\*\{(style|script)\}\*\/|\{(policy|version)\}/g,
    (_, comment, name) => parts[comment ?? name] ?? '',
  );
}

/** @param {string} text */
function sha256(text) {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
