import { expect, test } from 'vitest';
import type { Screen } from '../../src/courier/qr/show.ts';
import type { Pixels } from '../../src/media/qr/image-file.ts';
import { pngFile } from '../../src/media/qr/png.ts';
import { type Machine, World } from '../cli/world.ts';
import { darkTerminal, type Terminal, terminal } from '../courier/qr/terminal.ts';
import { drawn } from '../crypto/drawn.ts';
import { photograph } from '../media/qr/photograph.ts';

/* A room that no stick may enter: each machine has a folder of its own, and all that passes between them is light. */

const people = ['alice', 'bob', 'carol'] as const;
const own = (who: string) => `/own/${who}`;

/** What a camera on a stand sees: now and then somebody knocks at the table. */
function seen(screen: Terminal, at: number): Pixels {
  const picture = screen.picture(3);
  if (at % 7 === 3) return photograph(picture, { turned: 3, tilted: 0.05, noise: 30, seed: `${at}` });
  const noise = drawn(`camera ${at}`)(4096);
  return {
    ...picture,
    gray: picture.gray.map((gray, place) => Math.min(255, Math.max(0, gray + ((noise[place & 4095] ?? 0) - 128) / 5))),
  };
}

class Room {
  readonly world = new World('a room without sticks');
  crossings = 0;
  shown = 0;

  machine(who: string): Machine {
    return this.world.machine(who);
  }

  /** What `from` has and `to` has not: first a code that says what is there, then the rest, as moving codes. */
  async cross(from: string, to: string): Promise<void> {
    this.crossings += 1;
    const has = `/has-${this.crossings}`;
    const { json } = await this.machine(to).ok('qr', 'have', '--stick', own(to), '--text');
    expect(json.lines).toHaveLength(1);
    const typed = { lines: () => typing(json.lines) };
    expect((await this.machine(from).runWith(typed, 'qr', 'scan', '--out', has)).status).toBe(0);

    const photos = this.world.folder(`/photos-${this.crossings}`);
    const room = { columns: 200, rows: 60 };
    const screen = terminal(room.columns, room.rows, darkTerminal);
    let at = 0;
    const looking: Screen = {
      room: () => room,
      write: screen.write,
      next: async () => {
        const status = screen.lines().find((line) => line.includes('q ends')) ?? '';
        const count = Number(/^\d+\/(\d+)/.exec(status)?.[1] ?? /^(\d+) and/.exec(status)?.[1] ?? 1);
        if (at % 8 !== 5)
          this.world.memory.put(`${photos}/${String(at).padStart(4, '0')}.png`, await pngFile(seen(screen, at)));
        at += 1;
        this.shown += 1;
        return at > 1.2 * count + 3 || count === 1 ? { kind: 'key', key: 'q' } : { kind: 'time' };
      },
      close: () => undefined,
    };
    const words = ['qr', 'show', '--stick', own(from), '--lacking', has];
    const { status, stdout, stderr } = await this.machine(from).tellWith({ screen: () => looking }, ...words);
    expect([status, stderr]).toEqual([0, '']);
    if (stdout.includes('there is nothing')) return;
    await this.machine(to).ok('qr', 'scan', photos, '--stick', own(to));
  }
}

async function* typing(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

test('a 2-of-3 refresh in which no file is ever exchanged', async () => {
  const room = new Room();
  const { world } = room;
  world.folder('/own');
  for (const who of people) world.folder(own(who));
  await world.arrive(...people);
  await world.makeKeyset('treasury', people, 2, ['main:secp256k1-tr']);
  const before = people.map((who) => world.machine(who).share('treasury').join());

  const { json } = await world
    .machine('alice')
    .ok('propose', 'refresh', '--keyset', 'treasury', '--stick', own('alice'));
  let at = 0;
  const done = new Set<string>();
  for (; done.size < people.length && at < 30; at += 1) {
    const who = people[at % 3] as string;
    const { json: said } = await world.machine(who).runWith({}, 'next', '--stick', own(who), '--phrase', json.phrase);
    const mine = said.ceremonies.find((one: { ceremony: string }) => one.ceremony === json.ceremony);
    if (mine.phase === 'complete' && mine.outstanding.length === 0) done.add(who);
    await room.cross(who, people[(at + 1) % 3] as string);
  }
  expect(done.size).toBe(3);
  const after = people.map((who) => world.machine(who).share('treasury').join());
  for (const [place, share] of after.entries()) expect(share).not.toBe(before[place]);
  for (const who of people) {
    const shown = await world.machine(who).ok('keyset', 'show', 'treasury');
    expect(shown.json.epoch).toBe(1);
  }
  expect(room.shown).toBeLessThan(20 * room.crossings); // only the difference
}, 300_000);
