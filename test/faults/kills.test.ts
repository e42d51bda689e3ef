import { type ChildProcess, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Memo } from '../../src/ceremony/evaluation.ts';
import { systemRandom } from '../../src/cli/context.ts';
import { nodeProcesses } from '../../src/cli/processes.ts';
import { nodeFileSystem } from '../../src/media/file-system.ts';
import { scrypt } from '../../src/vault/password.ts';
import { Vault } from '../../src/vault/vault.ts';
import { Chance } from '../fuzz/chance.ts';
import { teller } from '../stories/teller.ts';
import { brokenIn, Overheard, type Seen, seenIn } from './invariants.ts';

/*
 * The built program, real folders, and kill -9 at random moments of whatever it does; then it is run again. A few
 * times every day; CONCLAVE_KILLS=200 as often as that (npm run kills).
 */

const wanted = Number(process.env.CONCLAVE_KILLS ?? 10);
const seed = Number(process.env.CONCLAVE_SEED ?? 1);
const chance = new Chance(seed);
const program = fileURLToPath(new URL('../../bin/conclave.js', import.meta.url));
const people = ['alice', 'bob', 'carol'];
const memo: Memo = new Map();
const overheard = new Overheard();

let folder = '';
let stick = '';
let passphrase = '';

/** How long a command of this machine takes when nobody kills it, in milliseconds. */
let usual = 1000;
const counts = { kills: 0, holding: 0, writing: 0, refreshes: 0 };

interface Ended {
  readonly killed: boolean;
  readonly status: number | null;
  // biome-ignore lint/suspicious/noExplicitAny: a story reads what it expects to be there
  readonly json: any;
  readonly err: string;
}

/** Runs the program. `doom` kills it at a moment of its choice. */
function conclave(who: string, words: readonly string[], doom?: (child: ChildProcess) => void): Promise<Ended> {
  const all = [program, '--home', join(folder, who), '--passphrase-file', passphrase, '--json', ...words];
  const begun = performance.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, all, { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env.PATH } });
    const [out, err]: [string[], string[]] = [[], []];
    child.stdout.on('data', (chunk) => out.push(String(chunk)));
    child.stderr.on('data', (chunk) => err.push(String(chunk)));
    child.on('close', (status, signal) => {
      const killed = signal === 'SIGKILL';
      if (!killed) usual = 0.7 * usual + 0.3 * (performance.now() - begun);
      resolve({
        killed,
        status,
        json: killed || out.length === 0 ? null : JSON.parse(out.join('')),
        err: err.join(''),
      });
    });
    doom?.(child);
  });
}

const locked = (who: string): boolean => readdirSync(join(folder, who)).some((name) => name.startsWith('lock-'));

/** Any moment of its life; or, as most of that is starting up, any moment from when it holds the vault. */
function anyMoment(who: string): (child: ChildProcess) => void {
  if (chance.below(4) === 0) return (child) => setTimeout(() => child.kill('SIGKILL'), chance.below(usual));
  const after = chance.below(usual / 2);
  const stale = new Set(readdirSync(join(folder, who)));
  return (child) => {
    const watch = setInterval(() => {
      if (child.exitCode !== null) clearInterval(watch);
      else if (readdirSync(join(folder, who)).some((name) => name.startsWith('lock-') && !stale.has(name))) {
        clearInterval(watch);
        setTimeout(() => child.kill('SIGKILL'), after);
      }
    }, 2);
  };
}

/** Every file below a folder, by its path. */
function filesIn(path: string): Map<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  for (const name of readdirSync(path)) {
    const at = join(path, name);
    if (statSync(at).isDirectory()) for (const [below, bytes] of filesIn(at)) found.set(below, bytes);
    else found.set(at, new Uint8Array(readFileSync(at)));
  }
  return found;
}

/** What a vault has: looked at in a copy of it, so that looking mends nothing. */
function seen(who: string): Seen {
  const copy = join(folder, `copy of ${who}`);
  cpSync(join(folder, who), copy, { recursive: true });
  for (const name of readdirSync(copy)) if (name.startsWith('lock-')) rmSync(join(copy, name));
  const host = { fs: nodeFileSystem, random: systemRandom, kdf: scrypt, processes: nodeProcesses() };
  const vault = Vault.open(copy, host, 'correct horse battery staple');
  try {
    return seenIn(vault, memo);
  } finally {
    vault.close();
    rmSync(copy, { recursive: true });
  }
}

function lookAround(when: string): void {
  const files = filesIn(folder);
  overheard.hear(files);
  const all = people.map(seen);
  const wrong = [...brokenIn(all, files, true), ...overheard.saidTwice(all.flatMap(({ known }) => known))];
  expect(wrong, when).toEqual([]);
}

/** The command with some kills, and then to its end. */
async function disturbed(who: string, words: readonly string[], again = words): Promise<Ended> {
  for (let tries = 0; counts.kills < wanted && tries < 6; tries++) {
    const { killed, json, status } = await conclave(who, tries === 0 ? words : again, anyMoment(who));
    if (!killed && tries === 0) return { killed, json, status, err: '' };
    if (!killed) break;
    counts.kills++;
    if (locked(who)) counts.holding++;
    if ([...filesIn(join(folder, who)), ...filesIn(stick)].some(([path]) => /\.(new|part)$/.test(path)))
      counts.writing++;
    lookAround(`kill ${counts.kills}, ${who} ${words[0]}`);
    if (counts.kills % 20 === 0) console.log(`${counts.kills} kills, ${counts.refreshes} refreshes, nothing lost`);
    if (chance.below(4) === 0) break;
  }
  const ended = await conclave(who, again);
  if (ended.status !== 0 && ended.status !== 3)
    throw new Error(`${who} ${again.join(' ')}: ${ended.status} ${ended.err}`);
  return ended;
}

async function refresh(epoch: number): Promise<void> {
  const before = (await conclave('alice', ['status'])).json.ceremonies.length;
  const words = ['propose', 'refresh', '--keyset', 'treasury', '--stick', stick];
  let proposed = await conclave('alice', words, counts.kills < wanted ? anyMoment('alice') : undefined);
  if (proposed.killed) {
    counts.kills++;
    lookAround('a kill while proposing');
    // the operator looks whether the plan is there: if so, `next` lays it on the stick
    const { ceremonies } = (await conclave('alice', ['status'])).json;
    if (ceremonies.length === before) proposed = await conclave('alice', words);
  }
  const { phrase } = (await conclave('alice', ['status'])).json.ceremonies.at(-1);
  const visit = ['next', '--stick', stick, '--phrase', phrase];
  for (let visits = 0, idle = 0; idle < people.length; visits++) {
    if (visits > 60) throw new Error('the stick is still going around');
    const { json } = await disturbed(people[visits % people.length] as string, visit);
    const did = json.ceremonies.flatMap((one: { did: string[] }) => one.did).length;
    idle = did + json.synced.in + json.synced.out > 0 ? 0 : idle + 1;
  }
  lookAround('in the end');
  for (const who of people) {
    const { json } = await conclave(who, ['keyset', 'show', 'treasury']);
    expect(json).toMatchObject({ epoch, slots: [{ epoch, state: 'active' }] });
  }
  counts.refreshes++;
}

beforeAll(async () => {
  expect(existsSync(new URL('../../build/cli/main.js', import.meta.url)), 'npm run build comes first').toBe(true);
  folder = mkdtempSync(join(tmpdir(), 'conclave-kills-'));
  stick = join(folder, 'stick');
  mkdirSync(stick);
  passphrase = join(folder, 'passphrase');
  const tell = teller(folder);
  writeFileSync(passphrase, 'correct horse battery staple\n', { mode: 0o600 });
  for (const who of people) await tell(who, 'init', '--name', who, '--stick', stick);
  const genesis = [
    '--keyset',
    'treasury',
    '--members',
    people.join(),
    '--threshold',
    '2',
    '--key',
    'main:ristretto255',
  ];
  const { json } = await tell('alice', 'propose', 'genesis', ...genesis, '--stick', stick);
  for (let who: string | undefined = 'alice'; who !== undefined; )
    who = (await tell(who, 'next', '--stick', stick, '--phrase', json.phrase)).json.nextStops[0];
}, 300_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the built program, killed at random moments', () => {
  test('loses nothing, says nothing twice, and ends where it would have ended', { timeout: 0 }, async () => {
    for (let epoch = 1; counts.kills < wanted; epoch++) await refresh(epoch);
    const { kills, holding, writing, refreshes } = counts;
    console.log(
      `${kills} kills in ${refreshes} refreshes: ${holding} while it held the vault, ${writing} with a file half written; seed ${seed}`,
    );
    expect(kills).toBeGreaterThanOrEqual(wanted);
  });
});
