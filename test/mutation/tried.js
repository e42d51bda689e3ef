// Lets each mutant meet the tests that reach it, the quickest and the most successful first, in a few processes.
import { fork } from 'node:child_process';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

/** @typedef {import('./instrumented.js').Mutant} Mutant */
/** @typedef {import('./meeting.js').Measured} Measured */
/** @typedef {{ mutant: Mutant, status: 'killed' | 'timeout' | 'survived' | 'unreached', by: string | null }} Tried */

const mostWorn = 50;
const patience = 60_000; // beside ten times what the tests take: the machine may be busy

/** One process that can be asked one thing at a time; where it does not answer, it is ended and another one begun. */
class Room {
  /** @param {Record<string, string>} bundles */
  constructor(bundles) {
    this.bundles = bundles;
    /** @type {import('node:child_process').ChildProcess | null} */
    this.child = null;
  }

  /** @param {object} asked @param {number} ms @returns {Promise<any>} null where it did not answer */
  ask(asked, ms) {
    this.child ??= fork(fileURLToPath(new URL('meeting.js', import.meta.url)), [JSON.stringify(this.bundles)], {
      execArgv: ['--max-old-space-size=1024'],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const child = this.child;
    return new Promise((answer) => {
      const silent = () => {
        this.end();
        answer(null);
      };
      const timer = setTimeout(silent, patience + 10 * ms);
      child.once('exit', silent);
      child.once('message', (message) => {
        clearTimeout(timer);
        child.removeAllListeners();
        answer(message);
      });
      child.send(asked);
    });
  }

  end() {
    this.child?.removeAllListeners();
    this.child?.kill('SIGKILL');
    this.child = null;
  }
}

/** What each test takes and reaches; which of them fail by themselves, as some do that are about what the stand-ins replace. @param {Record<string, string>} bundles @param {number} processes */
export async function measured(bundles, processes) {
  /** @type {Map<string, { tests: Measured[], failing: string[], loading: Record<string, number> }>} */
  const found = new Map();
  await shared(Object.keys(bundles), processes, bundles, async (room, file) => {
    const answer = await room.ask({ ask: 'measure', file }, 6_000);
    room.end();
    const whole = answer !== null && !('failed' in answer);
    found.set(
      file,
      whole
        ? answer
        : {
            tests: [],
            failing: [`${file} as a whole (${answer?.failed?.split('\n')[0] ?? 'no answer'})`],
            loading: {},
          },
    );
  });
  return found;
}

/**
 * @param {Mutant[]} mutants @param {Record<string, string>} bundles @param {Awaited<ReturnType<typeof measured>>} found
 * @param {{ processes: number, seconds: number, again: boolean, tell: (tried: Tried) => void }} how
 */
export async function tried(mutants, bundles, found, { processes, seconds, again, tell }) {
  /** @type {Map<string, number>} how often a test was the one, by file of the mutant */
  const kills = new Map();
  const fileOf = new Map(mutants.map(({ id, file }) => [id, file]));
  /** How much of what a test reaches is in one file: a test that is about plans looks at little else. */
  const share = (/** @type {Measured} */ { reached }, /** @type {string} */ file) => {
    const all = Object.keys(reached);
    return all.filter((id) => fileOf.get(id) === file).length / all.length;
  };
  /** @param {Room} room @param {Mutant} mutant @returns {Promise<void>} */
  const meet = async (room, mutant) => {
    const weight = (/** @type {Measured} */ test) =>
      (test.ms + 1) /
      (1 + (kills.get(`${mutant.file} ${test.id}`) ?? 0)) /
      share(test, mutant.file) /
      (isNamedAfter(test.id, mutant.file) ? 100 : 1);
    const tests = [...found.values()].flatMap((one) => one.tests).filter((test) => mutant.id in test.reached);
    const weights = new Map(tests.map((test) => [test, weight(test)]));
    const chosen = within(
      tests.toSorted((a, b) => (weights.get(a) ?? 0) - (weights.get(b) ?? 0)),
      seconds,
    );
    const hits = 100 * Math.max(1, ...tests.map((test) => test.reached[mutant.id] ?? 0));
    const ms = sum(chosen);
    const asked = { mutant: mutant.id, tests: chosen.map((test) => test.id), hits };
    let answer = chosen.length === 0 ? { by: null } : await room.ask({ ask: 'meet', ...asked }, ms);
    if (answer?.worn > mostWorn) room.end();
    if (answer !== null && 'failed' in answer) throw new Error(answer.failed);
    if (answer?.by === null && (again || tests.length === 0))
      answer = await fromTheBeginning(bundles, mutant, found, seconds);
    if (answer === null) return tell({ mutant, status: 'timeout', by: null });
    const killer = tests.find((test) => test.id === answer.by);
    if (killer !== undefined)
      kills.set(`${mutant.file} ${killer.id}`, 1 + (kills.get(`${mutant.file} ${killer.id}`) ?? 0));
    const reached = tests.length > 0 || [...found.values()].some((one) => mutant.id in one.loading);
    tell({ mutant, status: answer.by !== null ? 'killed' : reached ? 'survived' : 'unreached', by: answer.by });
  };
  await shared(mutants, processes, bundles, meet);
}

/**
 * Fixtures are made before any mutant is there. Who is reached by nothing else, or survived before, begins again and makes them.
 * @param {Record<string, string>} bundles @param {Mutant} mutant @param {Awaited<ReturnType<typeof measured>>} found @param {number} seconds
 */
async function fromTheBeginning(bundles, mutant, found, seconds) {
  const files = [...found.values()].filter(({ loading }) => mutant.id in loading);
  if (files.length === 0) return { by: null };
  const tests = within(
    files.flatMap((one) => one.tests).toSorted((a, b) => a.ms - b.ms),
    seconds,
  );
  const hits = 1000 * Math.max(1, ...files.map(({ loading }) => loading[mutant.id] ?? 1));
  const room = new Room(bundles);
  const asked = { ask: 'fresh', mutant: mutant.id, tests: tests.map((test) => test.id), hits };
  const answer = await room.ask(asked, sum(tests));
  room.end();
  return answer;
}

/** `test/ceremony/plan.test.ts#3` of `src/ceremony/plan.ts`, and `plan-said.test.ts` as well. @param {string} test @param {string} file */
const isNamedAfter = (test, file) => basename(test).startsWith(basename(file, '.ts'));

/** @param {Measured[]} tests */
const sum = (tests) => tests.reduce((ms, test) => ms + test.ms, 0);

/** As many of these as fit, the first in any case. @param {Measured[]} tests @param {number} seconds */
function within(tests, seconds) {
  let ms = 0;
  return tests.filter((test, at) => {
    ms += test.ms;
    return at === 0 || ms <= 1000 * seconds;
  });
}

/**
 * @template T @param {T[]} all @param {number} processes @param {Record<string, string>} bundles
 * @param {(room: Room, one: T) => Promise<void>} work
 */
async function shared(all, processes, bundles, work) {
  const left = [...all];
  await Promise.all(
    Array.from({ length: processes }, async () => {
      const room = new Room(bundles);
      try {
        for (let one = left.shift(); one !== undefined; one = left.shift()) await work(room, one);
      } finally {
        room.end();
      }
    }),
  );
}
