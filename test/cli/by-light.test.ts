import { describe, expect, test } from 'vitest';
import { frameText } from '../../src/bytes/qr/frame-text.ts';
import { streamOf } from '../../src/bytes/qr/frames.ts';
import { text } from '../../src/bytes/tagged-hash.ts';
import { readHave } from '../../src/courier/qr/parcel.ts';
import { scanner } from '../../src/courier/qr/scan.ts';
import type { Screen } from '../../src/courier/qr/show.ts';
import { readPixels } from '../../src/media/qr/read.ts';
import { darkTerminal, terminal } from '../courier/qr/terminal.ts';
import { type Overrides, World } from './world.ts';

/** One direction between two machines: what stands on the screen of one is typed into the other by a scanner. */
class Beam {
  #shows: { lines: string[]; over: boolean }[] = [];
  #seen = 0;

  readonly screen = (): Screen => {
    const show = { lines: [] as string[], over: false };
    this.#shows.push(show);
    const room = { columns: 200, rows: 60 };
    const picture = terminal(room.columns, room.rows, darkTerminal);
    return {
      room: () => room,
      write: picture.write,
      next: async () => {
        const { codes } = await readPixels(picture.picture(3));
        for (const code of codes) show.lines.push(frameText(code));
        const status = picture.lines().find((line) => line.includes('q ends')) ?? '';
        return / and 3 more|one code/.test(status) ? { kind: 'key', key: 'q' } : { kind: 'time' };
      },
      close: () => {
        show.over = true;
      },
    };
  };

  /** The file of the first thing that was shown. */
  first(): Uint8Array {
    const sight = scanner();
    const steps = (this.#shows[0]?.lines ?? []).map((line) => sight.line(line));
    return steps.flatMap(({ files }) => files)[0] ?? new Uint8Array();
  }

  /** What is shown the next time, as soon as it is shown. */
  readonly lines = async function* (this: Beam): AsyncGenerator<string> {
    const at = this.#seen++;
    while (this.#shows[at]?.over !== true) await new Promise((resolve) => setTimeout(resolve, 5));
    yield* this.#shows[at]?.lines ?? [];
  }.bind(this);
}

async function founded() {
  const world = new World('by light');
  await world.arrive('alice', 'bob', 'carol');
  const members = ['--members', 'alice,bob,carol', '--threshold', '2', '--key', 'main:secp256k1-tr'];
  for (const who of ['alice', 'bob', 'carol']) await world.machine(who).run('next', '--stick', world.stick);
  const proposed = await world.propose('alice', 'genesis', '--keyset', 'k', ...members);
  return { world, proposed };
}

describe('next --qr', () => {
  test('brings what the other machine lacks, does the work, and takes it on', async () => {
    const { world, proposed } = await founded();
    const [from, to] = [new Beam(), new Beam()];
    const visit = (who: string, beams: Overrides, answers: boolean[]) =>
      world.machine(who).typeWith(beams, answers, 'next', '--qr', '--phrase', proposed.phrase);
    const [alice, bob] = await Promise.all([
      visit('alice', { screen: from.screen, lines: to.lines }, [false, true]),
      visit('bob', { screen: to.screen, lines: from.lines }, [true, false]),
    ]);
    expect([alice.status, bob.status, alice.stderr, bob.stderr]).toEqual([0, 0, '', '']);
    expect(bob.stdout).toMatch(/[1-9]\d* new files came/);
    const { json } = await world.machine('bob').ok('status');
    expect(json.ceremonies[0].members.find(({ name }: { name: string }) => name === 'alice').done).toContain('propose');
    expect(json.ceremonies[0].members.find(({ name }: { name: string }) => name === 'bob').done.length).toBeGreaterThan(
      0,
    );
    // the other way round, and only what is new
    const back = await Promise.all([
      visit('bob', { screen: to.screen, lines: from.lines }, [false, true]),
      visit('alice', { screen: from.screen, lines: to.lines }, [true, false]),
    ]);
    expect(back.map(({ stderr }) => stderr)).toEqual(['', '']);
    expect(back[1]?.stdout).toMatch(/[1-9] new files came, 0 were here already/);
  });

  test('asks for nothing that this vault has from sticks, and brings nothing that is over for everybody and unknown there', async () => {
    const { world, proposed } = await founded();
    const members = ['alice', 'bob', 'carol'];
    await world.walk(proposed, members);
    for (const who of [...members, ...members]) await world.visit(who, proposed.phrase);
    await world.arrive('dave');
    for (const who of ['alice', 'dave']) await world.machine(who).run('next', '--stick', world.stick);
    const hand = ['--stay', 'alice,bob', '--join', 'dave', '--leave', 'carol', '--threshold', '2'];
    const next = await world.propose('alice', 'reshare', '--keyset', 'k', ...hand);
    world.memory.putFolder('/none');
    /** What alice brings to somebody who comes without a stick. */
    const brought = async (who: string): Promise<string> => {
      const [from, to] = [new Beam(), new Beam()];
      const visit = (name: string, beams: Overrides, answers: boolean[]) =>
        world.machine(name).typeWith(beams, answers, 'next', '--qr', '--phrase', next.phrase);
      const [alice, other] = await Promise.all([
        visit('alice', { screen: from.screen, lines: to.lines }, [false, true]),
        visit(who, { screen: to.screen, lines: from.lines }, [true, false]),
      ]);
      expect([alice.stderr, other.stderr]).toEqual(['', '']);
      marks.push(readHave(to.first()).size);
      return /(\d+ new files came, \d+ were here already)/.exec(other.stdout)?.[1] ?? other.stdout;
    };
    const marks: number[] = [];
    // the proposal and alice's deal; the genesis stays with those who were in it
    expect(await brought('dave')).toBe('2 new files came, 0 were here already');
    // bob has the proposal from the stick, and has dealt there
    expect((await world.visit('bob', next.phrase, '--ceremony', next.ceremony)).json.ceremonies[0].did).toEqual([
      'deal',
    ]);
    expect(await brought('bob')).toBe('1 new files came, 0 were here already');
    // two proposals, bob's deal, one mark for the whole genesis, and one for the machine
    expect(marks).toEqual([1, 5]);
  }, 60_000);

  test('brings what is over for everybody to whoever has a part in it: an observer, and a vault from before', async () => {
    const world = new World('by light, late');
    const members = ['alice', 'bob', 'carol'];
    await world.arrive(...members, 'olga');
    for (const who of members) await world.machine(who).run('next', '--stick', world.stick);
    const key = ['--members', 'alice,bob,carol', '--threshold', '2', '--key', 'main:secp256k1-tr'];
    const plan = await world.propose('alice', 'genesis', '--keyset', 'k', ...key, '--observers', 'olga');
    const before = world.fork(); // bob's vault, as it comes back later out of a copy of its disk
    await world.walk(plan, members);
    for (const who of [...members, ...members]) await world.visit(who, plan.phrase);
    const other = { olga: world, bob: before };
    for (const who of ['olga', 'bob'] as const) {
      const [from, to] = [new Beam(), new Beam()];
      const [alice, late] = await Promise.all([
        world.machine('alice').typeWith({ screen: from.screen, lines: to.lines }, [false, true], 'next', '--qr'),
        other[who].machine(who).typeWith({ screen: to.screen, lines: from.lines }, [true, false], 'next', '--qr'),
      ]);
      expect([alice.stderr, late.stderr]).toEqual(['', '']);
      expect(late.stdout).toMatch(/[1-9]\d* new files came/);
      const { ceremonies } = (await other[who].machine(who).ok('status')).json;
      expect(ceremonies).toMatchObject([{ ceremony: plan.ceremony, phase: 'complete' }]);
    }
  }, 60_000);

  test('says what the other machine has to do where it shows something else', async () => {
    const { world } = await founded();
    const { frame, count } = streamOf(text('conclave card v1\nnot really'), 50);
    async function* lines() {
      yield* Array.from({ length: count }, (_, number) => frameText(frame(number)));
    }
    const beam = new Beam();
    const wrong = (answers: boolean[]) =>
      world.machine('alice').typeWith({ screen: beam.screen, lines }, answers, 'next', '--qr');
    expect(await wrong([true])).toMatchObject({
      status: 4,
      stderr: expect.stringContaining('not what a machine brings'),
    });
    const after = await wrong([false, true]);
    expect(after).toMatchObject({ status: 4, stderr: expect.stringContaining('not what a machine has') });
  });

  test('wants a terminal, and is no dry run', async () => {
    const world = new World();
    await world.arrive('alice');
    const alice = world.machine('alice');
    const { screen } = new Beam();
    expect((await alice.run('next', '--qr')).json.error.message).toContain('there is none');
    expect((await alice.tellWith({ screen }, 'next', '--qr', '--dry-run')).stderr).toContain(
      'a dry run shows no codes',
    );
    expect((await alice.run('next', '--camera', '/dev/video0')).json.error.message).toContain(
      '--camera goes with --qr',
    );
  });
});
