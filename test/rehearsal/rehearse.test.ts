import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemContext } from '../../src/cli/context.ts';
import { run } from '../../src/cli/program.ts';
import { ceremonyJson } from './stage.ts';

const door = fileURLToPath(new URL('../../bin/conclave.js', import.meta.url));
const file = fileURLToPath(new URL('../../ceremonies/first-key-2of3.json', import.meta.url));

let folder = '';
let temporary = '';
const { TMPDIR } = process.env;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'conclave-rehearse-test-'));
  temporary = join(folder, 'temporary');
  mkdirSync(temporary);
  process.env.TMPDIR = temporary;
});
afterAll(() => {
  if (TMPDIR === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = TMPDIR;
  rmSync(folder, { recursive: true, force: true });
});

async function rehearse(...words: readonly string[]): Promise<{ status: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const context = {
    ...systemContext([], null),
    stdout: { write: (text: string) => (out += text) },
    stderr: { write: (text: string) => (err += text) },
  };
  const status = await run(['rehearse', ...words], context);
  return { status, out, err };
}

function scenario(name: string, change: (json: ReturnType<typeof ceremonyJson>) => void): string {
  const json = ceremonyJson('first-key-2of3.json');
  change(json);
  const path = join(folder, `${name}.json`);
  writeFileSync(path, JSON.stringify(json));
  return path;
}

describe('conclave rehearse', { timeout: 60_000 }, () => {
  test('runs as the built program, without a terminal, in a folder of its own', async () => {
    const home = join(folder, 'somewhere');
    mkdirSync(home);
    const env = { PATH: process.env.PATH, HOME: home, TMPDIR: temporary };
    const [status, out, err] = await new Promise<[unknown, string, string]>((done) => {
      const child = execFile(
        process.execPath,
        [door, 'rehearse', file, '--json'],
        { cwd: folder, env },
        (error, o, e) => done([error === null ? 0 : error.code, o, e]),
      );
      child.stdin?.end();
    });
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      v: 1,
      scenario: 'first-key-2of3',
      ok: true,
      parties: 3,
      visits: 11,
      consents: 3,
      prompts: 25,
      packets: 13,
      bytes: expect.any(Number),
      seconds: expect.any(Number),
      outcome: 'complete',
      faults: [],
      ceremonies: [{ kind: 'genesis', keyset: 'treasury', phase: 'complete' }],
      rehearsal: true,
    });
    expect(err).toContain('REHEARSAL');
    expect(readdirSync(home)).toEqual([]);
    expect(readdirSync(temporary)).toEqual([]);
  });

  test('shows every visit, who does what and where the stick goes, and the end', async () => {
    const { status, out } = await rehearse(file);
    expect(status).toBe(0);
    const visits = out.split('\n').filter((line) => /^ +\d+ {2}(alice|bob|carol) /.test(line));
    expect(visits).toHaveLength(11);
    expect(visits[0]).toMatch(/1 {2}alice {2}made a vault, left a card -> bob$/);
    expect(visits[2]).toMatch(/proposed a genesis of treasury; dealt -> /);
    expect(visits[3]).toMatch(/consented; dealt/);
    expect(out.split('\n')[0]).toMatch(/^REHEARSAL/);
    expect(out).toMatch(/3 people, 11 visits, 3 consents, 25 prompts/);
    expect(out).toMatch(/REHEARSAL ended as the scenario says/);
    expect(out).not.toContain('the passphrase of');
  });

  test('ends with 4 when the expectation is not met, and says what came instead', async () => {
    const wrong = scenario('wrong', (json) => {
      json.expect.visits = 10;
      json.expect.epochs.alice = 7;
      json.expect.outstanding = ['bob'];
      json.expect.faults = [{ member: 'bob', fault: 'BAD_SUBSHARE' }];
      json.expect.keys = 'unchanged';
      json.expect.phase = 'closing';
    });
    const { status, out } = await rehearse(wrong, '--json');
    const done = JSON.parse(out);
    expect(status).toBe(4);
    expect(done.ok).toBe(false);
    const not = done.checks.filter(({ ok }: { ok: boolean }) => !ok).map(({ detail }: { detail: string }) => detail);
    expect(not).toEqual([
      'complete, expected closing',
      '11, expected 10',
      'epoch 0, expected epoch 7',
      expect.stringMatching(/^main 0[23]/),
      'none, expected bob',
      'none, expected bob BAD_SUBSHARE',
    ]);
  });

  test('ends with 4 when somebody cannot do what the scenario says', async () => {
    const stuck = scenario('stuck', (json) => {
      json.steps[1].propose.keys = ['main:rot13'];
    });
    const { status, out } = await rehearse(stuck, '--json');
    expect(status).toBe(4);
    const [first] = JSON.parse(out).checks;
    expect(first).toMatchObject({
      ok: false,
      detail: expect.stringMatching(/^propose at carol ended with 2 and not 0: /),
    });
  });

  test('stops where nobody can go on, and does not go around for ever', async () => {
    const alone = scenario('alone', (json) => {
      json.steps.splice(2, 0, { absent: ['bob'] });
      json.expect = { phase: 'dealing' };
    });
    const { status, out } = await rehearse(alone, '--json');
    expect(JSON.parse(out)).toMatchObject({ ok: true, outcome: 'dealing' });
    expect(status).toBe(0);
  });

  test('leaves nothing behind, also when the scenario fails', async () => {
    await rehearse(scenario('gone', (json) => (json.steps = [{ command: { by: 'alice', words: ['status'] } }])));
    expect(readdirSync(temporary)).toEqual([]);
  });

  test('keeps homes and sticks where it is told to, and nowhere where something is already', async () => {
    const kept = join(folder, 'kept');
    const cards = scenario('cards', (json) => {
      json.steps = [{ init: ['alice'] }];
    });
    const { out } = await rehearse(cards, '--keep', kept, '--json');
    expect(JSON.parse(out).folder).toBe(kept);
    expect(existsSync(join(kept, 'homes', 'alice', 'vault'))).toBe(true);
    expect(readdirSync(join(kept, 'sticks', 'stick', 'conclave'))).toEqual(['alice.card']);
    const again = await rehearse(cards, '--keep', kept, '--json');
    expect(again.status).toBe(2);
    expect(JSON.parse(again.out).error).toMatchObject({ code: 'USAGE', message: `${kept} is not empty` });
    expect((await rehearse(cards, '--keep', join(folder, 'cards.json'))).status).toBe(2);
    expect((await rehearse(cards, '--keep', join(folder, 'no', 'such'))).status).toBe(2);
  });

  test('with a seed draws the same again, and says loudly that this is for rehearsals only', async () => {
    const cards = scenario('seeded', (json) => {
      json.steps = [{ init: ['alice', 'bob'] }];
    });
    const identities: string[][] = [];
    for (const [at, seed] of ['one', 'one', 'two', null].entries()) {
      const kept = join(folder, `seeded-${at}`);
      const { out } = await rehearse(cards, '--keep', kept, ...(seed === null ? [] : ['--seed', seed]));
      if (seed === null) expect(out).not.toContain('SEEDED');
      else expect(out).toMatch(new RegExp(`SEEDED with "${seed}".*for rehearsals only`));
      identities.push(['alice', 'bob'].map((who) => signingKey(join(kept, 'sticks/stick/conclave', `${who}.card`))));
    }
    const [first, again, other, none] = identities;
    expect(again).toEqual(first);
    expect(first?.[0]).not.toBe(first?.[1]);
    for (const different of [other, none]) expect(different?.[0]).not.toBe(first?.[0]);
  });

  test.each([
    ['that is not there', () => join(folder, 'nothing.json'), /cannot be read \(ENOENT\)/],
    ['that is no file', () => folder, /cannot be read/],
    ['that is no JSON', () => written('text.json', 'hello'), /is not JSON/],
    ['that is no scenario', () => written('empty.json', '{}'), /cannot be rehearsed: /],
    [
      'that is neither scenario nor plan',
      () => written('plan.json', '{"propose":"x","answers":{}}'),
      /cannot be rehearsed: /,
    ],
  ])('refuses a file %s, with 2 and a sentence', async (_, path, message) => {
    const { status, out } = await rehearse(path(), '--json');
    expect(status).toBe(2);
    expect(JSON.parse(out).error.message).toMatch(message);
  });
});

function written(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function signingKey(path: string): string {
  const card = readFileSync(path);
  const at = card.indexOf('signing');
  return card.subarray(at + 9, at + 41).toString('hex');
}
