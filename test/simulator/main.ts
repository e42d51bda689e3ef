import { createHash } from 'node:crypto';
import type { SuiteName } from '../../src/crypto/suites.ts';
import { drawWalk } from './drawn-walk.ts';
import { search } from './search.ts';
import { openSecret } from './secrets.ts';
import { situations } from './situations.ts';
import { shrunk, Walks } from './walk.ts';

/* What the bundle of a simulator does: `search NAME...` or `walk SUITE FROM TO`. Every answer is one line of JSON. */

export interface WalkedMany {
  readonly walks: number;
  readonly steps: number;
  /** Walks in which a new committee proved itself. */
  readonly proven: number;
  readonly secrets: string | null;
  /** Hash of the story of the last walk. */
  readonly last: string;
  readonly failed: {
    readonly seed: number;
    readonly shape: string;
    readonly what: string;
    readonly story: readonly string[];
  } | null;
}

function searched(names: readonly string[]): void {
  for (const name of names) {
    const situation = situations.find((one) => one.name === name);
    if (situation === undefined) throw new Error(`no such situation: ${name}`);
    tell(search(situation));
  }
}

function walked(suite: SuiteName, from: number, to: number): WalkedMany {
  const walks = new Walks(suite, openSecret);
  let [steps, proven, last] = [0, 0, ''];
  for (let seed = from; seed < to; seed++) {
    const walk = drawWalk(seed);
    const played = walks.play(walk);
    steps += walk.steps.length;
    last = createHash('sha256').update(played.story.join('\n')).digest('hex');
    if (played.proven) proven++;
    if (played.violation === null) continue;
    const { violation: what, story } = walks.play(shrunk(walk, (fewer) => walks.play(fewer).violation !== null));
    const failed = { seed, shape: walk.shape.name, what: what ?? played.violation, story };
    return { walks: seed - from + 1, steps, proven, last, secrets: null, failed };
  }
  return { walks: to - from, steps, proven, last, secrets: walks.end(), failed: null };
}

function tell(answer: object): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

const [command, ...words] = process.argv.slice(2);
if (command === 'situations') tell(situations.map(({ name, long }) => ({ name, long: long === true })));
else if (command === 'search') searched(words);
else tell(walked(words[0] as SuiteName, Number(words[1]), Number(words[2])));
