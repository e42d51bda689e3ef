import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { frameText } from '../../../src/bytes/qr/frame-text.ts';
import { streamOf } from '../../../src/bytes/qr/frames.ts';
import { fileHash, text } from '../../../src/bytes/tagged-hash.ts';
import { linesOf } from '../../../src/cli/ui/screen.ts';
import { grayMaps } from '../../../src/courier/qr/camera.ts';
import { missingWords, scanner } from '../../../src/courier/qr/scan.ts';
import { drawn } from '../../crypto/drawn.ts';

const file = drawn('scanned')(500);
const { frame, count } = streamOf(file, 60);
const none = { codes: [], unreadable: false };

describe('a scan', () => {
  test('tells what is missing from what cannot be read, and says a thing once', () => {
    const { look, scan } = scanner();
    look({ codes: [frame(0), frame(2)], unreadable: false });
    look({ codes: [], unreadable: true });
    look({ codes: [frame(0)], unreadable: true }); // something at the edge that looks like a code
    look(none);
    const first = look({ codes: [text('https://example.org')], unreadable: false });
    const second = look({ codes: [text('https://example.org')], unreadable: false });
    expect([first.news.map(({ code }) => code), second.news]).toEqual([['FRAME_FOREIGN'], []]);
    expect(scan()).toMatchObject({ looks: 6, unreadable: 1, open: [{ have: 2, of: count }] });
    const words = missingWords(scan()).join('\n');
    expect(words).toContain(`2 of ${count} codes (500 bytes); any ${count - 2} more will do`);
    expect(words).toContain('1 of 6 pictures had a code that cannot be read');
    expect([...scan().refused.values()]).toEqual([2]);
  });

  test('counts a hundred reasons, and lets nobody fill the screen or the memory with more', () => {
    const { look, scan } = scanner();
    const news = Array.from({ length: 300 }, (_, number) => {
      const length = [0xff, number >> 8, number & 255]; // more than pieces of 16 bytes can carry
      const odd = Uint8Array.of(0xfc, 1, ...new Uint8Array(6), ...length, 0, 0, 0, ...new Uint8Array(16));
      const code = new Uint8Array([...odd, ...fileHash(odd).subarray(0, 4)]);
      return look({ codes: [code], unreadable: false }).news.map(({ code: reason }) => reason);
    }).flat();
    expect(new Set(news)).toEqual(new Set(['FRAME_INVALID']));
    expect([news.length, scan().refused.size]).toEqual([100, 100]);
  });

  test('takes typed lines, passes over empty ones, and says what a wrong keyboard does', () => {
    const { line, scan } = scanner();
    expect(line('')).toMatchObject({ useful: 0, news: [] });
    expect(line('4006381333931').news).toMatchObject([{ code: 'FRAME_FOREIGN' }]);
    expect(line(`${frameText(frame(1)).slice(0, -1)}0`).news).toMatchObject([
      { code: 'FRAME_DAMAGED', hint: expect.stringMatching(/keyboard/) },
    ]);
    expect(scan().looks).toBe(2);
    const files = Array.from(
      { length: count },
      (_, number) => line(frameText(frame(number)).toLowerCase()).files,
    ).flat();
    expect(files).toEqual([file]);
  });
});

describe('what ffmpeg writes', () => {
  const picture = (width: number, height: number, gray: number) =>
    Buffer.concat([Buffer.from(`P5\n${width} ${height}\n255\n`), Buffer.alloc(width * height, gray)]);
  const collect = async (chunks: readonly Uint8Array[]) => {
    const found = [];
    for await (const one of grayMaps(Readable.from(chunks)))
      found.push([one.width, one.height, one.gray[0], one.gray.length]);
    return found;
  };

  test('is one picture after the other, wherever the pipe cuts it', async () => {
    const whole = Buffer.concat([picture(8, 4, 10), picture(16, 9, 12), picture(3, 3, 7)]);
    const expected = [
      [8, 4, 10, 32],
      [16, 9, 12, 144],
      [3, 3, 7, 9],
    ];
    for (const size of [1, 7, 20, 64, 1000]) {
      const chunks = [];
      for (let at = 0; at < whole.length; at += size) chunks.push(whole.subarray(at, at + size));
      expect(await collect(chunks)).toEqual(expected);
    }
  });

  test('is refused where it is no picture, or one without end', async () => {
    const refused = expect.objectContaining({ code: 'CAMERA_FAILED' });
    await expect(collect([Buffer.from('P6\n8 4\n255\n'.padEnd(40))])).rejects.toEqual(refused);
    await expect(collect([Buffer.from('P5\n99999 99999\n255\n'.padEnd(40))])).rejects.toEqual(refused);
    await expect(collect([Buffer.from('P5\n0 9\n255\n'.padEnd(40))])).rejects.toEqual(refused);
  });
});

test('lines are lines whichever key ends them, and one without end does not fill the memory', async () => {
  const lines = [];
  for await (const line of linesOf(Readable.from(['a\r\nb', 'c\nd\re', 'x'.repeat(20_000), 'y']))) lines.push(line);
  expect(lines.map((line) => line.length)).toEqual([1, 2, 1, 20_001, 1]);
  expect(lines[1]).toBe('bc');
});
