// Writes the verifier that needs no install as one file: build/report/verifier.html.
import { mkdir, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { onePage, optionsFor } from './one-page.js';

const root = import.meta.dirname;

export const options = optionsFor('src/report/verifier/main.ts');

/** @returns {Promise<string>} */
export async function page() {
  return onePage('src/report/verifier', options, []);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await mkdir(`${root}/build/report`, { recursive: true });
  await writeFile(`${root}/build/report/verifier.html`, await page());
}
