import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { toHex } from '../../src/bytes/hex.ts';
import { qrMatrix } from '../../src/bytes/qr/code.ts';
import { frameText } from '../../src/bytes/qr/frame-text.ts';
import { streamOf } from '../../src/bytes/qr/frames.ts';
import { qrTextMatrix } from '../../src/bytes/qr/text-code.ts';
import { fileHash, text } from '../../src/bytes/tagged-hash.ts';
import type { Screen } from '../../src/courier/qr/show.ts';
import { codePixels, pngFile } from '../../src/media/qr/png.ts';
import { drawn } from '../crypto/drawn.ts';
import { jpegFile, photograph } from '../media/qr/photograph.ts';
import { type Overrides, type Ran, World } from './world.ts';

const file = drawn('a file of ours')(1500);
const sha256 = toHex(fileHash(file));

function world(): World {
  const made = new World();
  made.memory.put('/file', file);
  made.folder('/got');
  return made;
}

/** `qr …` on a machine without a vault, with what a test adds to the world. */
async function qr(made: World, words: readonly string[], added: Overrides = {}): Promise<Ran> {
  return made.machine('anybody').runWith(added, 'qr', ...words);
}

const typing = (lines: readonly string[]): Overrides => ({
  async *lines() {
    yield* lines;
  },
});

async function photographs(made: World, numbers: readonly number[], size = 300): Promise<void> {
  if (made.memory.kind('/photos') === 'absent') made.folder('/photos');
  const { frame } = streamOf(file, size);
  for (const number of numbers) {
    const code = codePixels(qrMatrix(frame(number), { level: 'L' }), 4);
    const seen = photograph(code, { turned: 7 * number, noise: 25, tilted: 0.04 });
    made.memory.put(
      `/photos/${number}.${number % 2 === 0 ? 'jpg' : 'png'}`,
      number % 2 === 0 ? jpegFile(seen) : await pngFile(seen),
    );
  }
}

describe('still codes', () => {
  test.each(['png', 'svg'])('go into a folder as %s, with spare ones, and never over others', async (kind) => {
    const made = world();
    const { status, json } = await qr(made, ['show', '/file', `--${kind}`, '/codes']);
    expect([status, json.sha256, json.bytes]).toEqual([0, sha256, 1500]);
    expect(json.codes).toBe(json.needed + 1);
    expect(made.memory.list('/codes')).toHaveLength(json.codes);
    expect((await qr(made, ['show', '/file', `--${kind}`, '/codes'])).json.error.code).toBe('OUTPUT_THERE');
  });

  test('come back out of the folder, also where as many are lost as there were spare ones', async () => {
    const made = world();
    const { json } = await qr(made, ['show', '/file', '--png', '/codes', '--spare', '3', '--density', '10']);
    const names = made.memory
      .list('/codes')
      .map(({ name }) => name)
      .sort();
    for (const name of [names[0], names[4]]) made.memory.remove(`/codes/${name}`);
    const scanned = await qr(made, ['scan', '/codes', '--out', '/got/back']);
    expect([scanned.status, scanned.json.files]).toEqual([
      0,
      [{ file: '/got/back', what: 'unknown', bytes: 1500, sha256 }],
    ]);
    expect(made.memory.readFile('/got/back')).toEqual(file);
    expect(json.needed).toBe(8);
  });

  test('are lines of text for what scanners type into', async () => {
    const made = world();
    const { json } = await qr(made, ['show', '/file', '--text']);
    expect(json.lines).toHaveLength(json.needed);
    const scanned = await qr(made, ['scan', '--out', '/got'], typing(json.lines));
    expect(scanned.json.files[0].file).toBe(`/got/${sha256.slice(0, 16)}.bin`);
    expect(made.memory.readFile(scanned.json.files[0].file)).toEqual(file);
  });

  test('need no more than one where one is enough, and none is made of nothing', async () => {
    const made = world();
    made.memory.put('/small', text('a word'));
    expect((await qr(made, ['show', '/small', '--png', '/one'])).json).toMatchObject({
      codes: 1,
      needed: 1,
      version: 4,
    });
    made.memory.put('/empty', new Uint8Array());
    expect((await qr(made, ['show', '/empty', '--png', '/none'])).json.error.code).toBe('FILE_TOO_LARGE');
    expect((await qr(made, ['show', '/file', '--density', '41', '--text'])).status).toBe(2);
  });

  test('as text are never longer than what a code holds in its narrow mode', async () => {
    const made = world();
    made.memory.put('/long', drawn('a long file')(60_000));
    const lines = async (...words: string[]) => (await qr(made, ['show', '/long', '--text', ...words])).json;
    const [sparse, dense, medium] = [
      await lines('--density', '37'),
      await lines('--density', '40'),
      await lines('--density', '39', '--level', 'M'),
    ];
    expect(qrTextMatrix(sparse.lines[0], 'L').version).toBeLessThanOrEqual(40);
    expect([dense.error.code, medium.error.code]).toEqual(['CODE_TOO_LARGE', 'CODE_TOO_LARGE']);
  });
});

describe('moving codes', () => {
  test('want a terminal, and name what does without', async () => {
    const { status, json } = await qr(world(), ['show', '/file']);
    expect([status, json.error.code, json.error.hint]).toEqual([2, 'USAGE', expect.stringContaining('--png DIR')]);
  });

  test('are shown on one until it is enough, and the screen is given back', async () => {
    const made = world();
    const did: string[] = [];
    const screen = (): Screen => ({
      room: () => ({ columns: 120, rows: 40 }),
      write: () => void did.push('write'),
      next: async () => (did.length < 5 ? { kind: 'time' } : { kind: 'key', key: 'q' }),
      close: () => void did.push('close'),
    });
    const { status, stdout } = await made.machine('anybody').tellWith({ screen }, 'qr', 'show', '/file');
    expect([status, did.at(-1), did.length]).toEqual([0, 'close', 6]);
    expect(stdout).toContain(`shown: 5 different codes of /file, 4 are enough (sha256 ${sha256})`);
  });

  test('of what has a secret come with a warning, and others do not', async () => {
    const made = world();
    await made.arrive('alice');
    const [vault] = [...made.memory.files()].filter(([, bytes]) =>
      new TextDecoder().decode(bytes).startsWith('conclave vault v'),
    );
    made.memory.put('/copy', vault?.[1] ?? new Uint8Array());
    expect((await qr(made, ['show', '/copy', '--text'])).stderr).toContain('let no camera but yours see them');
    expect((await qr(made, ['show', '/file', '--text'])).stderr).not.toContain('secret');
  });
});

describe('a scan', () => {
  test('of photographs, PNG and JPEG, says of each what it brought', async () => {
    const made = world();
    await photographs(made, [0, 1, 2, 3, 7]);
    made.memory.put('/photos/wall.png', await pngFile({ width: 50, height: 50, gray: new Uint8Array(2500).fill(180) }));
    made.memory.put('/photos/broken.jpg', text('not a photograph'));
    made.memory.put('/photos/notes.txt', text('not ours'));
    const { status, json, stderr } = await qr(made, ['scan', '/photos', '--out', '/got/it']);
    expect(status).toBe(4);
    expect(json.error).toMatchObject({
      code: 'SCAN_INCOMPLETE',
      message: expect.stringContaining('5 of 6 codes (1500 bytes)'),
    });
    for (const said of ['/photos/0.jpg: 1 new', '/photos/wall.png: no code', '/photos/broken.jpg: this is neither'])
      expect(stderr).toContain(said);
    expect(stderr).not.toContain('notes.txt');
    expect(made.memory.kind('/got/it')).toBe('absent');
    await photographs(made, [4]);
    const again = await qr(made, ['scan', '/photos', '--out', '/got/it']);
    expect(again.status).toBe(0);
    expect(made.memory.readFile('/got/it')).toEqual(file);
  });

  test('says at once that a code is of somebody else, damaged, or of a file that is another', async () => {
    const { frame } = streamOf(file, 300);
    const damaged = frameText(frame(1)).replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
    const { status, json, stderr } = await qr(
      world(),
      ['scan'],
      typing(['https://example.org', damaged, frameText(frame(0))]),
    );
    expect([status, json.error.code]).toEqual([4, 'SCAN_INCOMPLETE']);
    expect(stderr).toContain('this QR code does not come from conclave');
    expect(stderr).toContain('not what was sent');
    const nothing = await qr(world(), ['scan'], typing(['123']));
    expect(nothing.json.error.message).toBe('this QR code does not come from conclave');
    expect((await qr(world(), ['scan'], typing([]))).json.error.message).toBe('nothing was scanned');
  });

  test('writes over nothing, but takes the same file twice', async () => {
    const made = world();
    const lines = (await qr(made, ['show', '/file', '--text'])).json.lines;
    expect((await qr(made, ['scan', '--out', '/got'], typing(lines))).status).toBe(0);
    expect((await qr(made, ['scan', '--out', '/got'], typing(lines))).status).toBe(0);
    made.memory.put(`/got/${sha256.slice(0, 16)}.bin`, text('something else'));
    expect((await qr(made, ['scan', '--out', '/got'], typing(lines))).json.error.code).toBe('OUTPUT_THERE');
    // before anything is scanned
    expect((await qr(made, ['scan', '--out', '/file'], typing(['123']))).json.error.code).toBe('OUTPUT_THERE');
    expect((await qr(made, ['scan', '--stick', '/gone'], typing(['123']))).json.error.code).toBe('STICK_MISSING');
  });

  test('of a packet, a card and a proposal leaves them on a stick where next finds them', async () => {
    const made = world();
    await made.arrive('alice', 'bob', 'carol');
    const members = ['--members', 'alice,bob,carol', '--threshold', '2', '--key', 'main:secp256k1-tr'];
    const proposed = await made.propose('alice', 'genesis', '--keyset', 'k', ...members);
    const from = [...made.memory.files()].filter(([path]) => path.startsWith('/stick/'));
    made.folder('/other');
    for (const [path] of from) {
      const { json } = await qr(made, ['show', path, '--text']);
      const { status } = await qr(made, ['scan', '--stick', '/other'], typing(json.lines));
      expect(status).toBe(0);
    }
    const { json } = await made.machine('bob').ok('next', '--stick', '/other', '--phrase', proposed.phrase);
    expect(json.ceremonies).toMatchObject([{ ceremony: proposed.ceremony, did: expect.arrayContaining(['deal']) }]);
  });
});

test('thousands of files in pictures are not taken, and the same one is taken once', async () => {
  const made = world();
  made.folder('/many');
  const card = (number: number) => text(`conclave card v1\n${number}`);
  for (let number = 0; number < 500; number += 1) made.memory.put(`/many/${number}.png`, card(number));
  made.memory.put('/many/again.png', card(7));
  expect((await qr(made, ['scan', '/many', '--out', '/got'])).json.files).toHaveLength(500);
  made.memory.put('/many/one-more.png', card(500));
  const { status, json } = await qr(made, ['scan', '/many', '--out', '/got']);
  expect([status, json.error.code]).toEqual([4, 'SCAN_TOO_MANY']);
});

describe('a video', () => {
  const folder = mkdtempSync(join(tmpdir(), 'conclave-film-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const { frame, count } = streamOf(file, 300);

  /** A stand-in that notes how it was called and writes these pictures, as ffmpeg would. */
  function film(numbers: readonly number[]): Overrides {
    const pictures = numbers.map((number) => {
      const { width, height, gray } = codePixels(qrMatrix(frame(number), { level: 'L' }), 3);
      return Buffer.concat([Buffer.from(`P5\n${width} ${height}\n255\n`), gray]);
    });
    writeFileSync(join(folder, 'pictures'), Buffer.concat(pictures));
    const script = `#!/bin/sh\nprintf '%s\\n' "$@" > '${folder}/words'\nexec /bin/cat '${folder}/pictures'\n`;
    writeFileSync(join(folder, 'ffmpeg'), script);
    chmodSync(join(folder, 'ffmpeg'), 0o755);
    return { env: { PATH: folder } };
  }
  const words = () => readFileSync(join(folder, 'words'), 'utf8');

  test('is read by ffmpeg, which gets at no network, until the file is there', async () => {
    const made = world();
    made.memory.put('/film.mp4', text('a film'));
    const { status, json } = await qr(
      made,
      ['scan', '/film.mp4', '--out', '/got/it'],
      film([3, 0, 0, 8, 1, 2, 9, 10, 11]),
    );
    expect([status, json.files[0].file]).toEqual([0, '/got/it']);
    expect(made.memory.readFile('/got/it')).toEqual(file);
    expect(json.looks).toBeGreaterThanOrEqual(count);
    expect(words()).toMatch(/-protocol_whitelist\nfile,pipe\n-format_whitelist\nmov,[a-z0-9,]+\n-i\nfile:\/film.mp4\n/);
  });

  test('of a camera comes from its device', async () => {
    const made = world();
    const { status } = await qr(
      made,
      ['scan', '--camera', '/dev/video7', '--out', '/got/it'],
      film([0, 1, 2, 3, 4, 5, 6, 7, 8]),
    );
    expect(status).toBe(0);
    expect(words()).toMatch(/-f\nv4l2\n-i\n\/dev\/video7\n/);
  });

  /** The same, but it ends with this complaint. */
  function broken(numbers: readonly number[], complaint: string): Overrides {
    const added = film(numbers);
    const script = `#!/bin/sh\n/bin/cat '${folder}/pictures'\nprintf '${complaint}' >&2\nexit 1\n`;
    writeFileSync(join(folder, 'ffmpeg'), script);
    return added;
  }

  test('that breaks off is told with the words of ffmpeg, in which nothing moves the cursor', async () => {
    const made = world();
    made.memory.put('/film.mp4', text('a film'));
    const { error } = (await qr(made, ['scan', '--camera', '/dev/video0'], broken([0, 1], 'gone\\033[2J'))).json;
    expect(error).toMatchObject({ code: 'CAMERA_FAILED', message: 'ffmpeg stopped after 2 pictures: gone\u001b[2J' });
    const { json, stdout, stderr } = await qr(made, ['scan', '/film.mp4'], broken([0, 1], 'gone\\033[2J'));
    expect(stderr).toContain('/film.mp4: ffmpeg stopped after 2 pictures: gone\\u{1b}[2J');
    expect(json.error.message).toContain(`2 of ${count}`);
    expect(stdout + stderr).not.toContain('\u001b');
  });

  test('is a file: at a pipe or a device nobody waits', async () => {
    const made = world();
    made.memory.put('/film.mp4', text('a film'));
    const kind = (path: string) => (path === '/film.mp4' ? 'other' : made.memory.kind(path));
    const fs = { ...made.memory, kind } as typeof made.fs;
    const { json } = await qr(made, ['scan', '/film.mp4'], { ...film([0, 1, 2, 3, 4, 5, 6, 7]), fs });
    expect(json.error).toMatchObject({ code: 'CAMERA_FAILED', message: 'this is no file' });
  });

  test('that cannot be read is no reason to give up the pictures beside it', async () => {
    const made = world();
    await photographs(made, [0, 1, 2, 3, 4, 5]);
    made.memory.put('/photos/a.mp4', text('no film'));
    const { status, stderr } = await qr(made, ['scan', '/photos', '--out', '/got/it'], broken([], 'no film'));
    expect([status, made.memory.readFile('/got/it')]).toEqual([0, file]);
    expect(stderr).toContain('/photos/a.mp4: ffmpeg gives no picture: no film');
  });

  test('that ends too early, or without ffmpeg, is told as it is', async () => {
    const made = world();
    made.memory.put('/film.mp4', text('a film'));
    expect((await qr(made, ['scan', '/film.mp4'], film([0, 1]))).json.error.message).toContain(`2 of ${count}`);
    expect((await qr(made, ['scan', '/film.mp4'], film([]))).json.error).toMatchObject({ code: 'CAMERA_FAILED' });
    const without = await qr(made, ['scan', '/film.mp4'], { env: { PATH: '/nowhere' } });
    expect(without.json.error).toMatchObject({ code: 'CAMERA_FAILED', message: expect.stringContaining('not there') });
  });
});
