import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toHex } from '../../src/bytes/hex.ts';
import { stageOf } from '../../src/cli/commands/rehearse.ts';
import { systemContext } from '../../src/cli/context.ts';
import { run } from '../../src/cli/program.ts';
import { type Rehearsed, rehearse } from '../../src/rehearsal/rehearse.ts';
import type { Told } from '../../src/rehearsal/stage.ts';
import { Vault } from '../../src/vault/vault.ts';
import { ceremony, ceremonyJson, missed, played } from './stage.ts';

describe('a refresh of 3-of-5, with real homes and a real folder for the stick', () => {
  let folder = '';
  let done: Rehearsed;
  const told: Told[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'conclave-numbers-'));
    const stage = stageOf(systemContext([], null), run);
    done = await rehearse(ceremony('refresh-3of5'), stage, { folder, seed: null, tell: (one) => told.push(one) });
  }, 60_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('ends as its file says', () => expect(missed(done)).toEqual([]));

  test('takes exactly fifteen visits', () => {
    expect(ceremonyJson('refresh-3of5.json').expect.visits).toBe(15);
    expect(done.tally.visits).toBe(15);
    const stops = told.flatMap((one) => ('stop' in one && one.stop.part === 'measured' ? [one.stop.who] : []));
    expect(stops).toHaveLength(15);
  });

  test('takes five consents, one by proposing and four by the phrase, and no other question but the passphrase', () => {
    const { consents, questions, passphrases, prompts } = done.tally;
    expect({ consents, questions }).toEqual({ consents: 5, questions: 0 });
    expect(prompts).toBe(passphrases + 1 + 4 * 4);
    expect(passphrases).toBe(16); // propose, and next at each of fifteen stops
  });

  test('is consented to in as many vaults as consents were counted, each by a person', () => {
    const { fs, random, kdf, processes } = systemContext([], null);
    const id = done.ceremonies[0]?.ceremony;
    const consents = done.scenario.people.map((who) => {
      const vault = Vault.open(join(folder, 'homes', who), { fs, random, kdf, processes }, `the passphrase of ${who}`);
      const record = vault.state.ceremonies.find((one) => toHex(one.id) === id);
      vault.close();
      return record?.consent?.attended;
    });
    expect(consents).toEqual([true, true, true, true, true]);
  });

  test('is counted apart from the genesis that it needs', () => {
    expect(done.setup.visits).toBeGreaterThan(15);
    expect(done.ceremonies.map(({ kind }) => kind)).toEqual(['refresh']);
  });
});

describe('a genesis of 2-of-3 from three empty homes', () => {
  test('takes at most eleven visits, cards included, and asks nothing but passphrases and consents', {
    timeout: 60_000,
  }, async () => {
    const scenario = ceremony('first-key-2of3');
    expect(scenario.setup).toEqual([]);
    const done = await played(scenario);
    expect(missed(done)).toEqual([]);
    expect(done.tally.visits).toBeLessThanOrEqual(11);
    expect(done.tally).toMatchObject({ consents: 3, questions: 0 });
  });
});
