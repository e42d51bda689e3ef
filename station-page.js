// Writes the page that shows files as moving codes and scans them, as one file: build/courier/station.html. The decoder is inside.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { onePage, optionsFor } from './one-page.js';

const root = import.meta.dirname;

export const options = optionsFor('src/courier/station/main.ts');

/** The page with a place for the decoder, `{wasm}`: the bundle has one already, and puts that in. @returns {Promise<string>} */
export async function pageWithoutDecoder() {
  const rules = ['media-src blob:']; // a video that somebody chose
  return onePage('src/courier/station', options, rules, { scripts: " 'wasm-unsafe-eval'" });
}

/** @returns {Promise<string>} */
export async function page() {
  const wasm = await readFile(fileURLToPath(import.meta.resolve('zxing-wasm/reader/zxing_reader.wasm')), 'base64');
  return (await pageWithoutDecoder()).replace('{wasm}', wasm);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await mkdir(`${root}/build/courier`, { recursive: true });
  await writeFile(`${root}/build/courier/station.html`, await page());
}
