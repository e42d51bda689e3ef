import { readFileSync, writeFileSync } from 'node:fs';
import { Script } from 'node:vm';
import { afterAll, describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../src/bytes/hex.ts';
import { Problem } from '../../src/problem.ts';
import { Chance } from './chance.ts';
import { mutated } from './mutate.ts';
import { Reached } from './reached.ts';
import { type Target, targets } from './targets.ts';

/*
 * Every parser under inputs that somebody made up: it refuses with a Problem or it does not, in bounded time and
 * memory. Guided by which lines an input reaches. Every day some hundreds of inputs each, always the same;
 * CONCLAVE_FUZZ=SECONDS for each parser as long as that, with a seed of its own (npm run fuzz).
 */

const seconds = Number(process.env.CONCLAVE_FUZZ ?? 0);
const seed = Number(process.env.CONCLAVE_SEED ?? (seconds > 0 ? Date.now() & 0xffffff : 1));
const batch = 32;
const most = { inputs: 160, dear: 24, milliseconds: 10_000, bytes: 200_000, kept: 6000 };

/** Inputs that got somewhere new in a long run, by target: `npm run fuzz` adds to them with CONCLAVE_FUZZ_KEEP=1. */
const corpusFile = new URL('corpus.json', import.meta.url);
const corpus: Record<string, string[]> = JSON.parse(readFileSync(corpusFile, 'utf8'));
const keep = process.env.CONCLAVE_FUZZ_KEEP === '1';

/** Only long runs are guided: looking costs more than most inputs do. */
const reached = seconds > 0 ? new Reached() : null;
afterAll(() => {
  reached?.close();
  if (keep) writeFileSync(corpusFile, `${JSON.stringify(corpus, null, 1)}\n`);
});

/** An endless loop cannot be waited out from inside: V8 itself ends it. */
const watched = new Script('globalThis.fuzzed()');
function within(work: () => unknown): unknown {
  (globalThis as { fuzzed?: () => unknown }).fuzzed = work;
  return watched.runInThisContext({ timeout: most.milliseconds });
}

/** What is wrong with how a target takes an input; null where nothing is. */
async function wrongWith(target: Target, input: Uint8Array): Promise<string | null> {
  const begun = performance.now();
  try {
    await within(() => target.run(input));
  } catch (error) {
    if (!(error instanceof Problem)) return `${(error as Error).stack} ${String((error as Error).cause ?? '')}`;
  }
  const took = performance.now() - begun;
  return took > most.milliseconds ? `took ${Math.round(took)} ms` : null;
}

async function fuzzed(target: Target): Promise<{ readonly inputs: number; readonly wrong: readonly string[] }> {
  const chance = new Chance(
    seed ^ [...target.name].reduce((sum, letter) => Math.imul(sum, 31) + letter.charCodeAt(0), 7),
  );
  const known = [...target.seeds, ...(corpus[target.name] ?? []).map((hex) => fromHex(hex) as Uint8Array)];
  const wrong = new Map<string, string>();
  const attempt = async (input: Uint8Array): Promise<void> => {
    const found = await wrongWith(target, input);
    if (found !== null) wrong.set(found.split('\n').slice(0, 3).join(' '), `${found}\ninput ${toHex(input)}`);
  };
  let inputs = 0;
  const attemptAll = async (all: readonly Uint8Array[]): Promise<void> => {
    for (const input of all) await attempt(input);
    inputs += all.length;
  };
  await attemptAll(known);
  reached?.know(reached.fresh());
  const end = performance.now() + seconds * 1000;
  while (
    wrong.size < 5 &&
    (seconds > 0 ? performance.now() < end : inputs < known.length + (target.dear ? most.dear : most.inputs))
  ) {
    const made = Array.from({ length: target.dear ? 8 : batch }, () =>
      mutated(chance.one(known), chance.one(known), target.codec, chance),
    );
    let tried = made.filter(({ length }) => length <= most.bytes);
    await attemptAll(tried);
    const fresh = reached?.fresh() ?? new Set<string>();
    if (reached === null || fresh.size === 0) continue;
    // looking costs more than many inputs do, so which of them it was is found by halving
    while (tried.length > 1) {
      const half = tried.slice(0, tried.length >> 1);
      await attemptAll(half);
      tried = reached.any(fresh) ? half : tried.slice(half.length);
    }
    reached.know(fresh);
    const [input] = tried as [Uint8Array];
    known.push(input);
    if (keep && input.length < most.kept) corpus[target.name] = [...(corpus[target.name] ?? []), toHex(input)];
  }
  return { inputs, wrong: [...wrong.values()] };
}

describe('a parser', () => {
  test.each(targets)('of a $name refuses in words, in time and in little memory', { timeout: 0 }, async (target) => {
    const before = process.resourceUsage().maxRSS;
    const { inputs, wrong } = await fuzzed(target);
    const grown = (process.resourceUsage().maxRSS - before) / 1024;
    if (seconds > 0)
      console.log(`${target.name}: ${inputs} inputs, ${reached?.places} places, ${Math.round(grown)} MiB`);
    expect(wrong).toEqual([]);
    expect(grown).toBeLessThan(512);
  });
});
