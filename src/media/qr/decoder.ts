import { readFileSync } from 'node:fs';

/**
 * The decoder as its package ships it. The bundle has it inside: bundle.js puts it in the place of this function, so that
 * nothing is looked for on the disk, and nothing is ever fetched.
 */
export function decoderWasm(): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(new URL(import.meta.resolve('zxing-wasm/reader/zxing_reader.wasm'))));
}
