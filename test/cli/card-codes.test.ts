import { beforeAll, describe, expect, test } from 'vitest';
import { toHex } from '../../src/bytes/hex.ts';
import { qrMatrix } from '../../src/bytes/qr/code.ts';
import { frameText } from '../../src/bytes/qr/frame-text.ts';
import { streamOf } from '../../src/bytes/qr/frames.ts';
import { fileHash } from '../../src/bytes/tagged-hash.ts';
import type { Screen } from '../../src/courier/qr/show.ts';
import { codePixels } from '../../src/media/qr/png.ts';
import { readPixels } from '../../src/media/qr/read.ts';
import { darkTerminal, terminal } from '../courier/qr/terminal.ts';
import { jpegFile, photograph } from '../media/qr/photograph.ts';
import { type Overrides, World } from './world.ts';

const base = new World('cards by light');
const typing = (lines: readonly string[]): Overrides => ({
  async *lines() {
    yield* lines;
  },
});

beforeAll(async () => {
  await base.arrive('alice', 'bob');
  base.folder('/got');
});

/** Looks at a terminal until the codes came round, and quits. */
function looked(seen: Uint8Array[]): () => Screen {
  const room = { columns: 120, rows: 40 };
  const picture = terminal(room.columns, room.rows, darkTerminal);
  return () => ({
    room: () => room,
    write: picture.write,
    next: async () => {
      seen.push(...(await readPixels(picture.picture(3))).codes);
      const status = picture.lines().find((line) => line.includes('q ends')) ?? '';
      return / and 3 more|one code/.test(status) ? { kind: 'key', key: 'q' } : { kind: 'time' };
    },
    close: () => undefined,
  });
}

describe('a card', () => {
  test('goes from the terminal of one machine onto the roster of the other, and no vault is open while it is shown', async () => {
    const world = base.fork();
    const seen: Uint8Array[] = [];
    const screen = looked(seen);
    const shown = await world.machine('alice').tellWith(
      {
        screen: () => {
          expect(world.memory.list('/home/alice').filter(({ name }) => name.startsWith('lock-'))).toEqual([]);
          return screen();
        },
      },
      'card',
      '--qr',
    );
    expect([shown.status, shown.stderr]).toEqual([0, '']);
    expect(shown.stdout).toContain('codes of alice.card');
    const scanned = await world
      .machine('bob')
      .runWith(typing(seen.map(frameText)), 'qr', 'scan', '--out', '/got/alice.card');
    expect(scanned.json.files).toMatchObject([{ file: '/got/alice.card', what: 'card' }]);
    expect((await world.machine('bob').ok('roster', 'add', '/got/alice.card')).json.cards).toBeDefined();
    expect((await world.machine('bob').ok('roster', 'list')).stdout).toContain('alice');
  });

  test('is renewed only where its codes can be shown', async () => {
    const world = base.fork();
    const before = (await world.machine('alice').ok('card')).json.serial;
    const { status, json } = await world.machine('alice').run('card', '--renew', '--qr');
    expect([status, json.error.code]).toEqual([2, 'USAGE']);
    expect((await world.machine('alice').ok('card')).json.serial).toBe(before);
  });

  test('is pictures, paper and lines of text as well, in the same document', async () => {
    const world = base.fork();
    const card = world.memory.readFile('/stick/conclave/alice.card');
    const alice = world.machine('alice');
    const { json } = await alice.ok('card', '--png', '/codes', '--svg', '/drawn', '--pdf', '/card.pdf');
    expect(json).toMatchObject({ v: 1, name: 'alice', codes: { sha256: toHex(fileHash(card)), bytes: card.length } });
    expect(world.memory.list('/codes')).toHaveLength(json.codes.codes);
    expect(world.read('/card.pdf')?.startsWith('%PDF-')).toBe(true);
    expect((await alice.ok('card', '--text')).json.codes.lines.length).toBeGreaterThan(0);
    const scanned = await world.machine('bob').run('qr', 'scan', '/codes', '--out', '/got/it');
    expect([scanned.status, world.memory.readFile('/got/it')]).toEqual([0, card]);
  });
});

describe('inspect', () => {
  test('reads codes as a scan does: the file that is in a photograph of them, or how much of it', async () => {
    const world = base.fork();
    const card = world.memory.readFile('/stick/conclave/alice.card');
    const { frame, count } = streamOf(card, 200);
    const seen = codePixels(qrMatrix(frame(2), { level: 'M' }), 5);
    world.memory.put('/photo.jpg', jpegFile(photograph(seen, { turned: 5, noise: 20 })));
    const inspect = async (path: string) => (await world.machine('bob').ok('inspect', path)).json;
    expect(await inspect('/photo.jpg')).toMatchObject({ what: 'frames', codes: 1, length: card.length, have: 1 });
    world.write('/lines', Array.from({ length: count + 1 }, (_, at) => frameText(frame(at))).join('\n'));
    expect(await inspect('/lines')).toMatchObject({ what: 'card', name: 'alice', codes: count + 1 });
    world.memory.put('/wall.jpg', jpegFile({ width: 60, height: 60, gray: new Uint8Array(3600).fill(200) }));
    expect(await inspect('/wall.jpg')).toMatchObject({ what: 'picture', codes: 0 });
    world.memory.put('/broken.jpg', Uint8Array.of(0xff, 0xd8, 0xff, 0));
    expect(await inspect('/broken.jpg')).toMatchObject({ what: 'picture', codes: 0 });
  });
});
