import { describe, expect, test } from 'vitest';
import { Problem } from '../../src/problem.ts';
import { type Flagged, Person, Room } from '../../src/rehearsal/party.ts';
import { readScenario } from '../../src/rehearsal/scenario.ts';
import { ceremony, ceremonyJson, missed, played } from './stage.ts';

const flag: Flagged = { flag: '--yes' };
const ceremonyNumber = '00112233445566aa';
const screen = `keyset treasury · ceremony ${ceremonyNumber}
  1  alice deals  3 months later
   1 adult         2 amulet        3 artist        4 atmosphere
   5 ahead         6 Apollo        7 adrift        8 antenna
   9 atlas        10 armistice    11 Aztec        12 adroitness
1 file in, 3 out`;

function person(room = new Room()): Person {
  const secrets = { passphrase: 'the passphrase of alice', backupPassphrase: 'the words in the safe' };
  return new Person(secrets, room, () => `keyset treasury · ceremony ${ceremonyNumber}`);
}

async function code(answer: Promise<unknown>): Promise<string> {
  return answer.then(
    () => '',
    (error) => (error instanceof Problem ? error.code : String(error)),
  );
}

describe('a person of a rehearsal', () => {
  test('types the words that were read aloud, at the places that were asked', async () => {
    const room = new Room();
    room.readAloud(screen);
    const alice = person(room);
    expect(await alice.text('word 3', flag)).toBe('artist');
    expect(await alice.text('word 12', flag)).toBe('adroitness');
    expect(alice.questions.map(({ purpose }) => purpose)).toEqual(['phrase', 'phrase']);
    expect(alice.questions[0]?.about).toBe(ceremonyNumber);
  });

  test('hears the phrase of the ceremony on the own screen, not the one that was read last', async () => {
    const room = new Room();
    room.readAloud(screen);
    room.readAloud(screen.replace(ceremonyNumber, 'ffffffffffffffff').replace('artist', 'walnut'));
    expect(await person(room).text('word 3', flag)).toBe('artist');
  });

  test('knows no word that was not read aloud, and the question is counted nevertheless', async () => {
    const alice = person();
    expect(await code(alice.text('word 3', flag))).toBe('REHEARSAL_STUCK');
    expect(alice.asked).toEqual(['word 3']);
  });

  test('is counted as asked whatever the question was', async () => {
    const alice = person();
    await alice.secret('passphrase of this vault', flag);
    await alice.secret('the PIN of your card', flag);
    await alice.confirm('propose this?', flag);
    await alice.confirm('really?', flag);
    await alice.text('why?', { ...flag, default: 'because' });
    await alice.choice('which one?', [{ value: 1, disabled: 'no' }, { value: 2 }], flag);
    await alice.many('who?', [{ value: 1, checked: true }, { value: 2 }], flag);
    await alice.typed('treasury@0', flag);
    await code(alice.text('what now?', flag));
    expect(alice.questions.map(({ purpose }) => purpose)).toEqual([
      'passphrase',
      'other',
      'proposal',
      ...new Array<string>(6).fill('other'),
    ]);
    expect(alice.asked).toHaveLength(9);
  });

  test('types the name of an old share, and never an override', async () => {
    expect(await person().typed('treasury@0', flag)).toBe(true);
    expect(await person().typed('go on although mallory contradicted themselves', flag)).toBe(false);
  });
});

describe('what is counted', { timeout: 60_000 }, () => {
  const scenario = ceremony('first-key-2of3');

  test('shows a question that the program asks too much', async () => {
    const plain = await played(scenario);
    const nosy = await played(scenario, async (argv, { ask }) => {
      if (argv.includes('next')) await ask.confirm('is it still you?', flag);
    });
    expect(plain.ok).toBe(true);
    expect(nosy.tally.prompts).toBe(plain.tally.prompts + 9);
    expect(nosy.tally.questions).toBe(9);
    expect(missed(nosy)).toEqual(['other questions: 9, expected 0']);
  });

  test('shows a consent that is asked for twice', async () => {
    let left = 1;
    const twice = await played(scenario, async (argv, { ask, stderr }) => {
      if (!argv.includes('next') || !argv.some((word) => word.endsWith('/alice')) || left-- <= 0) return;
      stderr.write(`keyset treasury · ceremony ${'0'.repeat(16)}\n`);
      for (const place of [1, 2, 3, 4]) await ask.text(`word ${place}`, flag);
    });
    expect(twice.tally.consents).toBe(4);
    expect(missed(twice)).toEqual(['consents: 4, expected 3']);
  });

  test('counts commands at one stop as one visit, and a return as another', async () => {
    const json = ceremonyJson('first-key-2of3.json');
    const visits = async (...steps: object[]): Promise<number> =>
      (await played(readScenario({ ...json, steps: [{ init: ['alice', 'bob', 'carol'] }, ...steps] }))).tally.visits;
    expect(await visits()).toBe(3);
    expect(await visits({ visit: 'carol' }, { command: { by: 'carol', words: ['status'] } }, { visit: 'carol' })).toBe(
      3,
    );
    expect(await visits({ visit: 'bob' }, { visit: 'carol' })).toBe(5);
  });
});
