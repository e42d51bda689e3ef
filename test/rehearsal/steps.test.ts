import { describe, expect, test } from 'vitest';
import { readScenario } from '../../src/rehearsal/scenario.ts';
import { faultJson, missed, playedOn } from './stage.ts';

/*
 * Each step does what it says, and each expectation can fail: a scenario file that says something else than what happens
 * ends with a sentence that names both. The steps that lie are played by the files in ceremonies/faults.
 */

/** A key of alice, bob and carol, and then these steps. */
async function ended(steps: readonly object[], expected: object = {}, people = ['alice', 'bob', 'carol']) {
  const { setup, ...json } = faultJson('receiver-refuses.json');
  const everybody = [{ init: people }, ...setup.slice(1)];
  const scenario = readScenario({
    ...json,
    people,
    setup: everybody,
    steps,
    expect: { phase: 'complete', ...expected },
  });
  const { done, readings } = await playedOn(scenario);
  const outcome = Object.fromEntries(done.checks.map(({ check, ok, detail }) => [check, { ok, detail }]));
  return { done, readings, outcome, not: missed(done) };
}

const refresh = { propose: { by: 'alice', kind: 'refresh', keyset: 'treasury', reason: 'a test' } };
const status = (by: string) => ({ command: { by, words: ['status'] } });

describe('a step of a rehearsal', { timeout: 60_000 }, () => {
  test('refuse: the member says no, for the reason that the file gives, and everybody reads it', async () => {
    const { done } = await ended(
      [refresh, { visit: 'alice' }, { refuse: { by: 'carol', reason: 'not today' } }, { visit: 'alice' }],
      { phase: 'aborted' },
    );
    expect(missed(done)).toEqual([]);
    expect(done.ceremonies).toMatchObject([{ phase: 'aborted', faults: [] }]);
    expect(await done.transcript()).toContain('not today');
  });

  test('loseMachine: its share is nowhere any more, and its board neither', async () => {
    const { done, not } = await ended([{ loseMachine: ['bob'] }, refresh, { visit: 'alice' }], {
      phase: 'dealing',
      epochs: { alice: 0, bob: 0, carol: 0 },
      statusSays: { bob: ['treasury'] },
    });
    expect(not).toEqual(['share of bob: none, expected epoch 0', 'the board of bob says so: there is none']);
    expect(done.boards.map(({ who }) => who)).toEqual(['alice', 'carol']);
  });

  test('loseShare: the share is gone, and the machine is still there', async () => {
    const { done, outcome } = await ended([{ loseShare: ['bob'] }, status('bob'), refresh, { visit: 'alice' }], {
      phase: 'dealing',
    });
    expect(outcome['every step was done']?.ok).toBe(true);
    expect(done.boards.map(({ who }) => who)).toEqual(['alice', 'bob', 'carol']);
  });

  test('losePassphrase: the vault is there and opens to nobody, and its share is counted as lost', async () => {
    const locked = { command: { by: 'bob', words: ['status'], exit: 7, says: ['does not open this vault'] } };
    const { not } = await ended([{ losePassphrase: ['bob'] }, locked, refresh, { visit: 'alice' }], {
      phase: 'dealing',
      epochs: { alice: 0, bob: 0, carol: 0 },
    });
    expect(not).toEqual(['share of bob: none, expected epoch 0']);
  });

  test('command: reads what has to stand there, and knows the backup that this person made last', async () => {
    const backup = (...words: string[]) => ['backup', ...words];
    const made = { command: { by: 'bob', words: backup('create', '--to', '{stick}') } };
    const check = (says: string) => ({ command: { by: 'bob', words: backup('check', '{backup}'), says: [says] } });
    const good = await ended([made, check('backup {copy}: the share of bob'), refresh, { visit: 'alice' }], {
      phase: 'dealing',
    });
    expect(good.not).toEqual([]);
    const { not } = await ended([made, check('STALE'), refresh], { phase: 'dealing' });
    expect(not[0]).toContain('backup check {backup} at bob does not say: STALE');
  });

  test('lose: the stick comes back empty, and the next visit writes again what it had', async () => {
    const { done } = await ended([refresh, { lose: 'stick' }, { visit: 'bob' }], { phase: 'proposed' });
    expect(done.packets).toBe(0); // bob knows nothing of it, and lays nothing down
    const again = await ended([refresh, { lose: 'stick' }, { visit: 'alice' }], { phase: 'dealing' });
    expect(again.done.packets).toBeGreaterThan(0);
  });

  test('restoreVault: the machine knows again only what it knew when it was copied', async () => {
    const steps = [{ keepVault: 'alice' }, refresh, { restoreVault: 'alice' }];
    const { done } = await ended(steps, { phase: 'proposed' });
    expect(done.boards.find(({ who }) => who === 'alice')?.screen).not.toContain('refresh');
    const kept = await ended([{ keepVault: 'alice' }, refresh, { visit: 'alice' }], { phase: 'dealing' });
    expect(kept.done.boards.find(({ who }) => who === 'alice')?.screen).toContain('refresh');
  });

  test('swapCards: the plan names another identity, and the member whose name it is is not in it', async () => {
    const { outcome, done } = await ended(
      [{ swapCards: { by: 'alice', of: ['bob'] } }, refresh, { visit: 'alice' }, { visit: 'bob' }],
      {
        phase: 'dealing',
      },
    );
    expect(outcome['every step was done']?.detail ?? '').not.toBe('');
    expect(done.boards.find(({ who }) => who === 'bob')?.screen).not.toContain('refresh');
  });

  test('lie: what is told is signed by the liar, and named by everybody who sees it', async () => {
    const lie = { lie: { by: 'bob', how: 'wrong-constant' } };
    const { not } = await ended([refresh, { visit: 'alice' }, lie, { visit: 'carol' }], {
      phase: 'aborted',
      faults: [],
    });
    expect(not).toEqual(['faults: bob CONSTANT_MISMATCH, bob CONSTANT_MISMATCH, expected none']);
  });

  test('reads: what is on the board at that moment is told, and words that are not there stop the rehearsal', async () => {
    const { readings, not } = await ended(
      [
        refresh,
        { visit: 'alice' },
        { reads: { alice: ['treasury refresh {ceremony}'] } },
        { reads: { alice: ['all is well'] } },
      ],
      { phase: 'dealing' },
    );
    expect(not).toEqual([expect.stringMatching(/^every step was done: the board of alice does not say: all is well$/)]);
    expect(readings.map(({ who }) => who)).toEqual(['alice', 'alice']);
  });

  test('propose: in the place of the ceremony before it', async () => {
    const again = { propose: { ...refresh.propose, insteadOf: true } };
    const { outcome } = await ended([refresh, again, { visit: 'alice' }], { phase: ['dealing', 'dealing'] });
    expect(outcome['every step was done']?.ok).toBe(true);
    const twice = await ended([refresh, refresh], { phase: ['dealing', 'dealing'] });
    expect(twice.done.ceremonies.length).toBeGreaterThan(0);
  });

  test('absent: whoever is not to be found has no board in the room, and is named nowhere by the stick', async () => {
    const { done } = await ended([{ absent: ['carol'] }, refresh, { visit: 'alice' }], { phase: 'dealing' });
    expect(done.boards.map(({ who }) => who)).toEqual(['alice', 'bob']);
    const back = await ended([{ absent: ['carol'] }, refresh, { visit: 'alice' }, { back: ['carol'] }], {
      phase: 'dealing',
    });
    expect(back.done.boards.map(({ who }) => who)).toEqual(['alice', 'bob', 'carol']);
  });
});

describe('an expectation that is wrong', { timeout: 60_000 }, () => {
  const wrong: readonly [string, object, string][] = [
    ['phase', { phase: 'complete' }, 'refresh of treasury ended as it had to: dealing, expected complete'],
    ['phases', { phase: ['dealing', 'complete'] }, ''],
    ['epochs', { epochs: { bob: 1 } }, 'share of bob: epoch 0, expected epoch 1'],
    ['epochs of nobody', { epochs: { bob: null } }, 'share of bob: epoch 0, expected none'],
    ['keys', { keys: 'new' }, 'the keys are new: the same keys'],
    ['visits', { visits: 7 }, 'visits: 1, expected 7'],
    ['at most so many visits', { visits: { atMost: 0 } }, 'visits: 1, expected at most 0'],
    ['consents', { consents: 3 }, 'consents: 1, expected 3'],
    ['outstanding', { outstanding: ['bob'] }, 'outstanding: none, expected bob'],
    ['faults', { faults: [{ member: 'bob', fault: 'BAD_SUBSHARE' }] }, 'faults: none, expected bob BAD_SUBSHARE'],
    [
      'sharesSign of another epoch',
      { sharesSign: [{ epoch: 1, by: ['alice', 'bob'] }] },
      'epoch 1 signs: only none still have a share',
    ],
    [
      'sharesSign of too few',
      { sharesSign: [{ epoch: 0, by: ['alice'] }] },
      'epoch 0 signs: only alice have a share, and 2 have to sign',
    ],
    ['manifestSays', { manifestSays: ['phase complete'] }, 'the manifest says so: not there: phase complete'],
    [
      'statusSays',
      { statusSays: { alice: ['the deal of bob', 'all is done'] } },
      'the board of alice says so: not there: all is done',
    ],
  ];

  test.each(wrong)('of %s fails, and says what came instead', async (_, expected, message) => {
    const { not, done } = await ended([refresh, { visit: 'alice' }], { phase: 'dealing', ...expected });
    expect(not).toEqual(message === '' ? [] : [message]);
    expect(done.ok).toBe(message === '');
  });

  test('of more ceremonies than there were fails', async () => {
    const { not } = await ended([refresh, { visit: 'alice' }], { phase: ['complete'] });
    expect(not).toEqual(['refresh of treasury ended as it had to: dealing, expected complete']);
  });

  test('of sharesSign fails when a share is gone', async () => {
    const { not } = await ended([{ loseMachine: ['bob'] }, refresh, { visit: 'alice' }], {
      phase: 'dealing',
      sharesSign: true,
    });
    expect(not).toEqual(['the shares make the key: 2 of 3 members hold a share']);
  });
});
