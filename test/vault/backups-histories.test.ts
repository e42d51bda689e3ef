import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { bundle, type Patch } from '../simulator/bundle.js';
import type { Told } from './histories/history.ts';

/*
 * Random histories of ceremonies, disasters and backups (histories/history.ts says what must hold). The cryptography is
 * the simulator's stand-in, in which the same algebra holds; a few are played with the real one.
 *
 * CONCLAVE_HISTORIES=500 for as many as an issue asks for, CONCLAVE_SEED for others.
 */

const histories = Number(process.env.CONCLAVE_HISTORIES ?? 10);
const seed = process.env.CONCLAVE_SEED ?? '1';

vi.setConfig({ testTimeout: 120_000 + histories * 30_000 });

/** Plays them in a build of the product, from which something may be missing. */
async function told(many: number, { transparent = true, patches = [] as readonly Patch[] } = {}): Promise<Told> {
  const folder = mkdtempSync(join(tmpdir(), 'conclave-histories-'));
  try {
    const outfile = join(folder, 'histories.mjs');
    await bundle({ entry: 'test/vault/histories/main.ts', outfile, transparent, patches });
    return JSON.parse(execFileSync(process.execPath, [outfile, seed, '1', String(many + 1)], { encoding: 'utf8' }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const backups = 'src/vault/backups.ts';
const broken: Readonly<Record<string, Patch>> = {
  'a stale share is put back like any other': {
    file: backups,
    find: 'if (!quarantine) throw staleProblem(',
    put: 'if (false) throw staleProblem(',
  },
  'a file of an older committee is not called stale': {
    file: 'src/ceremony/backup-standing.ts',
    find: 'if (epoch < head.epoch) {',
    put: 'if (false) {',
  },
  'a stale share finds a place of its own': { file: backups, find: 'if (stale) return null;', put: '' },
  'the committee that is proven by packets and not yet closed on does not count': {
    file: backups,
    find: 'const committees = head === null ? kept :',
    put: 'const committees = true ? kept :',
  },
};

describe('in any history of ceremonies, disasters and backups', () => {
  test('no command makes an old share active or takes the last copy that the key needs, and every stale file is called stale', async () => {
    const { failed, met } = await told(histories);
    if (histories > 40) console.log(histories, met);
    expect(failed).toBeNull();
    // what seldom happens is asked for where there are enough of them
    const seldom = histories < 40 ? [] : ['put-back', 'kept-apart', 'BACKUP_NEWER', 'BACKUP_FOREIGN'];
    for (const what of ['stale', 'current', 'newer', 'BACKUP_STALE', 'quarantined', ...seldom])
      expect([what, met[what] ?? 0]).not.toEqual([what, 0]);
  });

  test('and with the real cryptography', async () => {
    expect((await told(1, { transparent: false })).failed).toBeNull();
  });

  test.each(Object.entries(broken))('it is noticed where %s', async (_, patch) => {
    expect((await told(histories, { patches: [patch] })).failed?.what).toBeTruthy();
  });
});
