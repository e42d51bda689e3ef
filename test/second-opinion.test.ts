import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import type { Memo } from '../src/ceremony/evaluation.ts';
import { verifyExport } from '../src/ceremony/verify.ts';
import {
  allSuitesWhole,
  flippedOnes,
  flippedPackets,
  forgedOnes,
  goodOnes,
  type Specimen,
  withoutPackets,
} from './second-opinion/specimens.ts';

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

interface Judged {
  readonly valid: boolean;
  readonly epoch: number | null;
  readonly head: string | null;
  readonly checks: readonly { readonly state: string; readonly check: string; readonly detail: string }[];
  readonly ceremonies: readonly {
    readonly ceremony: string;
    readonly phase: string;
    readonly faults: readonly (readonly string[])[];
  }[];
}

/** What the product has found out of a packet; the other keeps that for as long as its process runs. */
const memo: Memo = new Map();

/** What both say of each. One process for all of them: what it has found out once, of a packet that is in many files, it knows. */
async function judgedByBoth(specimens: readonly Specimen[]): Promise<Map<string, [product: Judged, other: Judged]>> {
  const mine = mkdtempSync(join(folder, 'of-'));
  const files = specimens.map(({ file }, at) => {
    const path = join(mine, `${at}.export`);
    writeFileSync(path, file);
    return path;
  });
  const second = python('verify.py', '--json', ...files);
  const first = specimens.map(({ file }) => verifyExport(file, {}, memo));
  const lines = (await second).out.trim().split('\n');
  return new Map(
    specimens.map(({ says }, at) => {
      const { valid, epoch, head, checks, ceremonies } = first[at] as (typeof first)[number];
      const product: Judged = {
        valid,
        epoch,
        head,
        checks: checks.map(({ ok, open, check, detail }) => ({
          state: ok ? 'ok' : open ? 'open' : 'bad',
          check,
          detail,
        })),
        ceremonies: ceremonies
          .map(({ plan, phase, faults }) => ({
            ceremony: plan.ceremony,
            phase,
            faults: faults.map(({ member, fault, packet }) => [member, fault, packet]).sort(),
          }))
          .sort((a, b) => (a.ceremony < b.ceremony ? -1 : 1)),
      };
      const { ceremonies: seen, ...rest } = JSON.parse(lines[at] as string) as Judged;
      const comparable = seen.map(({ ceremony, phase, faults }) => ({ ceremony, phase, faults }));
      return [says, [product, { ...rest, ceremonies: comparable.sort((a, b) => (a.ceremony < b.ceremony ? -1 : 1)) }]];
    }),
  );
}

const worst = ({ checks }: Judged): string[] =>
  checks.flatMap(({ state, check, detail }) => (state === 'bad' ? [`${check}: ${detail}`] : []));

/** Both say what has to be said, and the same about everything else. */
async function agree(specimens: readonly Specimen[]): Promise<void> {
  const judged = await judgedByBoth(specimens);
  expect(judged.size).toBe(specimens.length);
  for (const { says, valid } of specimens) {
    const [product, other] = judged.get(says) as [Judged, Judged];
    expect({ says, valid: product.valid, bad: worst(product) }).toMatchObject({
      valid,
      bad: valid ? [] : expect.any(Array),
    });
    expect({ says, valid: other.valid, bad: worst(other) }).toMatchObject({
      valid,
      bad: valid ? [] : expect.any(Array),
    });
    const { epoch, head, ceremonies } = other;
    expect({ says, epoch, head, ceremonies }).toEqual({
      says,
      epoch: product.epoch,
      head: product.head,
      ceremonies: product.ceremonies,
    });
  }
}

describe('a second opinion, in Python and from the page alone, says the same as verify', () => {
  test('of a keyset with keys of all suites: a genesis, a handover, a refresh, a drill and a census', async () => {
    await agree([{ says: 'all suites', file: allSuitesWhole(), valid: true }]);
  });

  test('of good exports: whole, begun, refused, amended, proven by a later turn', () => agree(goodOnes()));

  test('of exports in which a packet was never seen', () => agree(withoutPackets()));

  test('of forged ones: signed by who they claim to be from, or put together in another way', () =>
    agree(forgedOnes()));

  test('of an export with a byte changed, wherever it is', () => agree(flippedOnes(60)));

  test('of an export with a byte of a packet changed, and nothing else', () => agree(flippedPackets()));

  test('of the test vectors: what holds, what is refused and with which code, and who is at fault', async () => {
    const { code, out } = await python('vectors.py');
    expect({ code, out }).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^\d{3} vectors say the same here, 0 do not\n$/),
    });
  });
});
