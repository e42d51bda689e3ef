import { taggedHash, text } from '../bytes/tagged-hash.ts';
import { encodeWords } from '../bytes/words.ts';
import type { Plan } from './plan.ts';

/** scrypt with these parameters; handed in, since it is slow and the platform has it. */
export type Stretch = (
  input: Uint8Array,
  salt: Uint8Array,
  cost: { N: number; r: number; p: number; length: number },
) => Uint8Array;

const words = 12;

/**
 * Twelve words that are the same on every screen. Stretched, because who writes the plan could otherwise search for two
 * plans with one phrase (row 28); a rehearsal, which protects nothing, stretches less. Nothing depends on the phrase
 * alone: every packet names the whole hash.
 */
export function phraseOf(plan: Plan, stretch: Stretch): string {
  // row 28: a search for two plans pays this for each
  const N = plan.rehearsal ? 2 ** 4 : 2 ** 16;
  const input = taggedHash('phrase', plan.id);
  return encodeWords(stretch(input, text('conclave/v1/phrase'), { N, r: 8, p: 1, length: words })).join(' ');
}

/** How people type it: any case, any white space, numbers or not. */
export function normalPhrase(typed: string): string {
  return typed
    .toLowerCase()
    .replace(/[^a-z]+/g, ' ')
    .trim();
}
