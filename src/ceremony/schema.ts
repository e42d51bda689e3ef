import * as v from 'valibot';
import type { Cbor } from '../bytes/cbor.ts';
import { type Bounds, decodeCbor } from '../bytes/cbor.ts';
import { escapeText } from '../bytes/printable.ts';
import { suiteNames } from '../crypto/suites.ts';
import { Problem } from '../problem.ts';

/** What may arrive at most: bounded before anything is computed (protocol section 7). */
export const limits = {
  members: 32,
  cards: 64,
  keys: 10_000,
  packetBytes: 64 * 1024 * 1024,
  cardBytes: 4096,
  depth: 12,
} as const;

const longestPath = 100;

export const packetBounds: Bounds = { bytes: limits.packetBytes, depth: limits.depth };

export const bytes = (length: number) =>
  v.custom<Uint8Array>((b) => b instanceof Uint8Array && b.length === length, `expected ${length} bytes`);
export const someBytes = (maximum: number) =>
  v.custom<Uint8Array>(
    (b) => b instanceof Uint8Array && b.length > 0 && b.length <= maximum,
    `expected 1 to ${maximum} bytes`,
  );
export const hash = bytes(32);
// Devices on Windows, whatever follows the dot.
const device = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/i;

/** Names are compared by people and become parts of file names, so they can be that everywhere (safety row 24). */
export function isName(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/.test(text) && !/\.(\.|$)/.test(text) && !device.test(text);
}

export const name = v.pipe(v.string(), v.check(isName, 'not a name'));
export const label = v.pipe(v.string(), v.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'not a label'));
/** Free text from other people is stored as it is and escaped whenever it is shown. */
export const prose = v.pipe(v.string(), v.maxLength(2000));
export const count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER));
export const time = count;
export const index = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(limits.members));
export const position = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(limits.cards - 1));
export const suiteName = v.picklist(suiteNames);
export const list = <T extends v.GenericSchema>(item: T, maximum: number, minimum = 0) =>
  v.pipe(v.array(item), v.minLength(minimum), v.maxLength(maximum));

/** Decodes and parses in one step: what comes back has the type, or nothing comes back. */
export function parseCbor<T extends v.GenericSchema>(
  schema: T,
  encoded: Uint8Array,
  what: string,
  bounds: Bounds = packetBounds,
): v.InferOutput<T> {
  return parseValue(schema, decodeCbor(encoded, bounds), what);
}

export function parseValue<T extends v.GenericSchema>(schema: T, value: Cbor, what: string): v.InferOutput<T> {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  const issue = result.issues[0];
  // a path may hold a key that a stranger made up, and the message is shown (row 24)
  const path = escapeText((v.getDotPath(issue) ?? 'the whole').slice(0, longestPath));
  throw new Problem('SCHEMA', `${what}: ${path} is not what it has to be`);
}
