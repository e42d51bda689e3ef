import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { toHex } from '../src/bytes/hex.ts';
import { admit } from '../src/ceremony/admission.ts';
import type { Memo } from '../src/ceremony/evaluation.ts';
import { readExport } from '../src/ceremony/export.ts';
import { digestOf } from '../src/ceremony/packet.ts';
import type { Plan } from '../src/ceremony/plan.ts';
import { verifyExport } from '../src/ceremony/verify.ts';
import { refusal } from './crypto/drawn.ts';
import {
  allSuitesWhole,
  bases,
  flippedOnes,
  flippedPackets,
  forgedOnes,
  goodOnes,
  handedOver,
  type Specimen,
  withoutPackets,
} from './second-opinion/specimens.ts';
import { strays } from './second-opinion/strays.ts';

/* Two implementations that share nothing judge the same files: see second-opinion/README.md. */

const here = (name: string): string => fileURLToPath(new URL(`second-opinion/${name}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'conclave-second-opinion-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function python(script: string, ...given: readonly string[]): Promise<{ code: number; out: string }> {
  try {
    const { stdout } = await promisify(execFile)('python3', ['-B', here(script), ...given], { maxBuffer: 1 << 28 });
    return { code: 0, out: stdout };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number | string; stdout: string; stderr: string };
    if (code === 'ENOENT') throw new Error('this test needs python3 (3.11 or later), as Debian has it');
    if (code !== 4) throw new Error(`${script} did not come to its end: ${stderr}${stdout}`);
    return { code, out: stdout };
  }
}

/** As verify.py tells it. */
interface Judged {
  readonly valid: boolean;
  readonly epoch: number | null;
  readonly head: string | null;
  readonly bad: readonly string[];
  /** Digest and code of each packet that is not admitted. */
  readonly refused: readonly (readonly string[])[];
  readonly ceremonies: readonly {
    readonly ceremony: string;
    readonly phase: string;
    /** Name, code and digest. */
    readonly faults: readonly (readonly string[])[];
    readonly waiting: readonly string[];
  }[];
}

/** What the product has found out of a packet; the other knows that for as long as its process runs. */
const memo: Memo = new Map();

function byProduct(file: Uint8Array): Judged {
  const { valid, epoch, head, checks, ceremonies } = verifyExport(file, {}, memo);
  const plans: readonly Plan[] = ceremonies.map(({ plan }) => plan);
  return {
    valid,
    epoch,
    head,
    bad: checks.flatMap(({ ok, open, check, detail }) => (ok || open ? [] : [`${check}: ${detail}`])),
    refused: plans.length === 0 ? [] : refusedIn(file, plans),
    ceremonies: ceremonies
      .map(({ plan, phase, faults, waiting }) => ({
        ceremony: plan.ceremony,
        phase,
        faults: faults.map(({ member, fault, packet }) => [member, fault, packet]).sort(),
        waiting: waiting.map(({ packet }) => packet).sort(),
      }))
      .sort((a, b) => (a.ceremony < b.ceremony ? -1 : 1)),
  };
}

function refusedIn(file: Uint8Array, plans: readonly Plan[]): [digest: string, code: string][] {
  return readExport(file)
    .ceremonies.flatMap(({ proposal, packets }) => {
      const plan = plans.find((one) => refusal(() => admit(one, proposal)) === null);
      if (plan === undefined) return [];
      return packets.flatMap((bytes): [string, string][] => {
        const code = refusal(() => admit(plan, bytes));
        return code === null ? [] : [[digestOf(bytes), code]];
      });
    })
    .sort();
}

/** One process for all of them. */
async function bySecond(specimens: readonly Specimen[]): Promise<Judged[]> {
  const mine = mkdtempSync(join(folder, 'of-'));
  const files = specimens.map(({ file }, at) => {
    const path = join(mine, `${at}.export`);
    writeFileSync(path, file);
    return path;
  });
  const { out } = await python('verify.py', '--json', ...files);
  return out
    .trim()
    .split('\n')
    .map((line): Judged => {
      const { checks, ceremonies, valid, epoch, head, refused } = JSON.parse(line);
      const bad = checks.filter(({ state }: { state: string }) => state === 'bad');
      return {
        valid,
        epoch,
        head,
        refused,
        bad: bad.map(({ check, detail }: { check: string; detail: string }) => `${check}: ${detail}`),
        ceremonies: ceremonies.sort((a: { ceremony: string }, b: { ceremony: string }) =>
          a.ceremony < b.ceremony ? -1 : 1,
        ),
      };
    });
}

/** Both say what has to be said, if that is known, and the same about everything else. */
async function agree(specimens: readonly Specimen[]): Promise<void> {
  const running = bySecond(specimens);
  const first = specimens.map(({ file }) => byProduct(file));
  const second = await running;
  expect(second.length).toBe(specimens.length);
  for (const [at, { says, valid, formless }] of specimens.entries()) {
    const [product, other] = [first[at] as Judged, second[at] as Judged];
    const verdict = (judged: Judged) => ({ says, valid: judged.valid, bad: judged.valid ? judged.bad : 'something' });
    const wanted = valid ?? product.valid;
    for (const judged of [product, other])
      expect(verdict(judged)).toEqual({ says, valid: wanted, bad: wanted ? [] : 'something' });
    const { bad: _, ...rest } = other;
    if (!formless) expect({ says, ...rest }).toEqual({ says, ...{ ...product, bad: undefined } });
  }
}

/** A busy machine is no reason to fail. */
const patient = 600_000;

describe('a second opinion, in Python and from the page alone, says the same as verify', () => {
  test(
    'of a keyset with keys of all suites: a genesis, a handover, a refresh, a drill and a census',
    () => agree([{ says: 'all suites', file: allSuitesWhole(), valid: true }]),
    patient,
  );

  test('of good exports: whole, begun, refused, amended, proven by a later turn', () => agree(goodOnes()), patient);

  test('of exports in which a packet was never seen', () => agree(withoutPackets()), patient);

  test(
    'of forged ones: signed by who they claim to be from, or put together in another way',
    () => agree(forgedOnes()),
    patient,
  );

  test('of an export with a byte changed, wherever it is', () => agree(flippedOnes(40)), patient);

  test('of an export with a byte of a packet changed, and nothing else', () => agree(flippedPackets()), patient);

  test(
    'of what nobody thought of: who is at fault, with which code, and what waits',
    () => agree(bases().flatMap((ceremony, at) => strays(ceremony, 100 + at, 3))),
    patient,
  );

  test(
    'where somebody knows the epoch, the head or a key from elsewhere',
    async () => {
      const path = join(folder, 'asked.export');
      writeFileSync(path, handedOver);
      const { epoch, head, links } = verifyExport(handedOver, {}, memo);
      const key = toHex(links[0]?.proven.keys[0]?.publicKey as Uint8Array);
      const answers = async (...asked: readonly string[]) => (await python('verify.py', ...asked, path)).code;
      expect(await answers('--key', key, '--expect-epoch', `${epoch}`, '--head', `${head}`)).toBe(0);
      const wrong = [
        ['--key', key.replace(/.$/, (last) => (last === '0' ? '1' : '0'))],
        ['--expect-epoch', '0'],
        ['--head', '00'.repeat(32)],
      ];
      expect(await Promise.all(wrong.map((asked) => answers(...asked)))).toEqual([4, 4, 4]);
    },
    patient,
  );

  test(
    'of the test vectors: what holds, what is refused and with which code, and who is at fault',
    async () => {
      const { code, out } = await python('vectors.py');
      const agreed = expect.stringMatching(/^\d{3} vectors say the same here, 0 do not\n$/);
      expect({ code, out }).toEqual({ code: 0, out: agreed });
    },
    patient,
  );
});
