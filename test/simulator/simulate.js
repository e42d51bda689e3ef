// npm run simulate -- [--seeds N] [--from S] [--real] [--search [NAME]]
// Walks at random from N seeds, or a search through every state of small committees, all of them or the one named.
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Simulator } from './simulator.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    real: { type: 'boolean', default: false },
    search: { type: 'boolean', default: false },
  },
});

const simulator = await Simulator.build({ transparent: !values.real });
const cores = availableParallelism();
let failed = false;
try {
  await (values.search ? searchAll() : walkAll());
} finally {
  simulator.remove();
}
process.exitCode = failed ? 1 : 0;

async function searchAll() {
  const all = (await simulator.situations()).map(({ name }) => name);
  const names = positionals.length > 0 ? all.filter((name) => name === positionals[0]) : all;
  if (names.length === 0) throw new Error(`no such situation; there are: ${all.join('; ')}`);
  let states = 0;
  await each(names, async (name) => {
    const searched = await simulator.search(name);
    states += searched.states;
    const { transitions, locals, runs, seconds, violation } = searched;
    const figures = `${searched.states} states, ${transitions} steps, ${locals} states of machines, ${runs} runs`;
    console.log(`${violation === null ? 'ok    ' : 'FAILED'} ${name}: ${figures}, ${seconds.toFixed(0)} s`);
    if (violation !== null) fail(violation.what, violation.story);
  });
  console.log(`${states} states`);
}

async function walkAll() {
  const [from, seeds] = [Number(values.from), Number(values.seeds)];
  const batch = Math.max(1, Math.min(250, Math.ceil(seeds / cores)));
  const batches = Array.from({ length: Math.ceil(seeds / batch) }, (_, at) => from + at * batch);
  const total = { walks: 0, steps: 0, proven: 0 };
  await each(batches, async (first) => {
    const suite = values.real ? 'ed25519' : 'ristretto255';
    const walked = await simulator.walk(suite, first, Math.min(first + batch, from + seeds));
    total.walks += walked.walks;
    total.steps += walked.steps;
    total.proven += walked.proven;
    if (walked.failed !== null)
      fail(`seed ${walked.failed.seed}, ${walked.failed.shape}: ${walked.failed.what}`, walked.failed.story);
    if (walked.secrets !== null) fail(walked.secrets, []);
    if (batches.length > 1) console.log(`${total.walks} walks`);
  });
  console.log(
    `${total.walks} walks, ${total.steps} steps; a new committee proved itself in ${total.proven}; ${failed ? 'FAILED' : 'nothing wrong'}`,
  );
}

/** @template T @param {readonly T[]} all @param {(one: T) => Promise<void>} work */
async function each(all, work) {
  const waiting = [...all];
  await Promise.all(
    Array.from({ length: cores }, async () => {
      for (let one = waiting.shift(); one !== undefined && !failed; one = waiting.shift()) await work(one);
    }),
  );
}

/** @param {string} what @param {readonly string[]} story */
function fail(what, story) {
  failed = true;
  console.log(`${what}\n${story.map((line, at) => `  ${at + 1}. ${line}`).join('\n')}`);
}
