import { describe, expect, test } from 'vitest';
import { knownAnswers } from '../../src/cli/known-answers.ts';
import { suiteNames } from '../../src/crypto/suites.ts';
import { World } from './world.ts';

describe('selftest', () => {
  test('gets every answer right on a sound machine, every suite among them', async () => {
    const { status, json } = await new World('selftest').machine('alice').run('selftest');
    expect(json.tests.filter(({ ok }: { ok: boolean }) => !ok)).toEqual([]);
    expect([status, json.ok, json.tests.length]).toEqual([0, true, knownAnswers.length]);
    for (const name of suiteNames) expect(json.tests.map(({ test }: { test: string }) => test).join()).toContain(name);
  }, 30_000);

  test('ends with 4 and names the answer when one is wrong', async () => {
    const alice = new World('selftest').machine('alice');
    const broken = (length: number) => new Uint8Array(length);
    const { status, json } = await alice.runWith({ random: broken }, 'selftest');
    expect(status).toBe(4);
    expect(json.ok).toBe(false);
    expect(json.tests.filter(({ ok }: { ok: boolean }) => !ok)).toEqual([
      { test: 'randomness', ok: false, detail: 'a draw is wrong' },
    ]);
  }, 30_000);
});
