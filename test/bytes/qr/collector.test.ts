import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concatBytes, toHex } from '../../../src/bytes/hex.ts';
import { collector, mostStreams } from '../../../src/bytes/qr/collector.ts';
import { frameOfText, frameText } from '../../../src/bytes/qr/frame-text.ts';
import { type Frame, frameOverhead, mostParts, readFrame, streamOf } from '../../../src/bytes/qr/frames.ts';
import { fileHash, text } from '../../../src/bytes/tagged-hash.ts';
import { drawn, flipped, refusal } from '../../crypto/drawn.ts';
import { framesShown } from './crossing.ts';

const file = drawn('a file')(2000);
const other = drawn('another file')(900);

/** A frame that its author made up, with a checksum that holds. */
function forged({ stream, length, number, piece }: Frame, version = 1): Uint8Array {
  const three = (value: number) => Uint8Array.of(value >> 16, value >> 8, value);
  const checked = concatBytes(Uint8Array.of(0xfc, version), stream, three(length), three(number), piece);
  return concatBytes(checked, fileHash(checked).subarray(0, 4));
}

describe('a file comes out of its frames', () => {
  test('whatever order, losses and repetitions there are, from two streams at once', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 400 }),
        fc.integer({ min: 16, max: 120 }),
        fc.infiniteStream(fc.nat({ max: 300 })),
        (some, size, numbers) => {
          const [one, two] = [streamOf(some, size), streamOf(other, size)];
          const receiver = collector();
          let whole: Uint8Array | null = null;
          for (const number of numbers) {
            const taken = receiver.take(one.frame(number));
            if (taken.kind === 'whole') whole = taken.file;
            if (whole !== null) break;
            expect(receiver.take(two.frame(number)).kind).toMatch(/useful|known|whole/);
          }
          expect(whole).toEqual(some);
        },
      ),
      { numRuns: 40, seed: 11 },
    );
  });

  test('also for who comes late and sees none of the first frames', () => {
    const stream = streamOf(file, 100);
    const receiver = collector();
    const kinds = Array.from({ length: 40 }, (_, late) => receiver.take(stream.frame(5000 + late)).kind);
    expect(kinds).toContain('whole');
    expect(receiver.open()).toEqual([]);
    expect(receiver.take(stream.frame(1)).kind).toBe('known');
  });

  test('with the pieces that are there and those that are missing counted', () => {
    const stream = streamOf(file, 100);
    const receiver = collector();
    for (const number of [3, 3, 1, 30]) receiver.take(stream.frame(number));
    const name = toHex(fileHash(file).subarray(0, 6));
    expect(receiver.open()).toEqual([{ stream: name, length: 2000, have: 3, of: 21 }]);
    expect(stream.count).toBe(21);
  });

  test('after about as many frames as there are pieces and were lost, and two', () => {
    const shown = (loss: number) => {
      const counts = Array.from({ length: 12 }, (_, seed) => framesShown(drawn('50 kB')(50_000), 407, loss, `${seed}`));
      return counts.reduce((sum, count) => sum + count) / counts.length;
    };
    expect(framesShown(drawn('50 kB')(50_000), 407, 0, 'none is lost')).toBe(123);
    expect(shown(0.1)).toBeLessThan(145);
  });
});

describe('a frame that is not right is refused at once, and nothing is lost by it', () => {
  const stream = streamOf(file, 100);
  const frame = stream.frame(7);
  const read = readFrame(frame);
  const fresh = (overrides: Partial<Frame>): Uint8Array => forged({ ...read, ...overrides });
  test.each([
    ['a web address', text('https://example.org/pay?to=me'), 'FRAME_FOREIGN'],
    ['nothing', new Uint8Array(0), 'FRAME_FOREIGN'],
    ['its first byte alone', frame.slice(0, 1), 'FRAME_DAMAGED'],
    ['a bit flipped in the head', flipped(frame, 9), 'FRAME_DAMAGED'],
    ['a bit flipped in the piece', flipped(frame, 60), 'FRAME_DAMAGED'],
    ['a bit flipped in the checksum', flipped(frame, frame.length - 1), 'FRAME_DAMAGED'],
    ['cut short', frame.slice(0, -5), 'FRAME_DAMAGED'],
    ['of version 2', forged(read, 2), 'FRAME_INVALID'],
    ['of an empty file', fresh({ length: 0 }), 'FRAME_INVALID'],
    ['with hardly any piece', fresh({ piece: new Uint8Array(15) }), 'FRAME_INVALID'],
    ['with more pieces than are put together', fresh({ length: mostParts * 100 - 31 }), 'FRAME_INVALID'],
  ])('%s', (_, bytes, code) => {
    const receiver = collector();
    expect(receiver.take(bytes)).toMatchObject({ kind: 'refused', problem: { code } });
    expect(receiver.open()).toEqual([]);
    expect(receiver.take(frame).kind).toBe('useful');
  });

  test('as many pieces as are put together are taken', () => {
    expect(collector().take(fresh({ length: mostParts * 100 - 32 })).kind).toBe('useful');
  });

  test('a file without end, or none, is not shown', () => {
    expect(refusal(() => streamOf(new Uint8Array(0), 100))).toBe('FILE_TOO_LARGE');
    expect(refusal(() => streamOf(new Uint8Array(mostParts * 16 - 31), 16))).toBe('FILE_TOO_LARGE');
    expect(streamOf(new Uint8Array(mostParts * 16 - 32), 16).count).toBe(mostParts);
    expect(refusal(() => streamOf(new Uint8Array(2 ** 24), 2900))).toBe('FILE_TOO_LARGE');
    expect(refusal(() => streamOf(file, 15))).toBe('FILE_TOO_LARGE');
  });
});

describe('frames under a wrong name', () => {
  const stream = streamOf(file, 100);
  test('that contradict the right ones spoil what is there, and the next round is right', () => {
    const receiver = collector();
    receiver.take(stream.frame(3));
    const piece = flipped(readFrame(stream.frame(3)).piece, 5);
    const lie = forged({ ...readFrame(stream.frame(3)), piece });
    expect(receiver.take(lie)).toMatchObject({ kind: 'spoiled', problem: { code: 'STREAM_SPOILED' } });
    expect(receiver.open()).toEqual([]);
    const kinds = Array.from({ length: stream.count }, (_, number) => receiver.take(stream.frame(number)).kind);
    expect(kinds.at(-1)).toBe('whole');
  });

  test('that fit together never make a file that is not the one of that name', () => {
    const lies = streamOf(flipped(file, 700), 100);
    const named = readFrame(stream.frame(0)).stream;
    const receiver = collector();
    const kinds = Array.from(
      { length: lies.count },
      (_, number) => receiver.take(forged({ ...readFrame(lies.frame(number)), stream: named })).kind,
    );
    expect(kinds.at(-1)).toBe('spoiled');
    expect(kinds.slice(0, -1)).toEqual(Array(lies.count - 1).fill('useful'));
  });

  test('nor one whose whole hash is another, although it begins like that of the name', () => {
    const receiver = collector();
    const first = readFrame(stream.frame(0));
    for (let number = 1; number < stream.count; number += 1) receiver.take(stream.frame(number));
    expect(receiver.take(forged({ ...first, piece: flipped(first.piece, 20) })).kind).toBe('spoiled');
  });

  test('nor one with something behind its end', () => {
    const receiver = collector();
    const last = readFrame(stream.frame(20));
    const lie = forged({ ...last, piece: flipped(last.piece, last.piece.length - 1) });
    for (let number = 0; number < 20; number += 1) receiver.take(stream.frame(number));
    expect(receiver.take(lie).kind).toBe('spoiled');
  });

  test('of a thousand streams take no more room than those of a few, and push out the one that waited longest', () => {
    const receiver = collector();
    receiver.take(stream.frame(0));
    for (let lie = 0; lie < 1000; lie += 1) {
      receiver.take(forged({ ...readFrame(stream.frame(0)), stream: drawn(`${lie}`)(6) }));
      if (lie % 3 === 0) receiver.take(stream.frame(lie % 20));
      expect(receiver.open().length).toBeLessThanOrEqual(mostStreams);
    }
    expect(receiver.open().find(({ length, have }) => length === 2000 && have === 20)).toBeDefined();
  });
});

describe('the text form, for scanners that type', () => {
  const frames = Array.from({ length: 9 }, (_, at) => streamOf(file, 100 + at).frame(at));

  test('is the same frame again, in any case and with blanks around', () => {
    for (const frame of frames) {
      const line = frameText(frame);
      expect(line).toMatch(/^FC:[A-Z2-7]+$/);
      expect(frameOfText(line)).toEqual(frame);
      expect(frameOfText(`  ${line.toLowerCase()}\r`)).toEqual(frame);
      expect(collector().take(text(line)).kind).toBe('useful');
    }
    expect(frameOfText('1234')).toBeNull();
  });

  test('is refused where a keyboard of another language typed it, or something is missing', () => {
    const line = frameText(frames[0] as Uint8Array);
    const swapped = line.replace(/[YZ]/g, (letter) => (letter === 'Y' ? 'Z' : 'Y'));
    expect(swapped).not.toBe(line);
    expect(collector().take(text(swapped))).toMatchObject({ problem: { code: 'FRAME_DAMAGED' } });
    expect(collector().take(text(line.slice(0, -8)))).toMatchObject({ problem: { code: 'FRAME_DAMAGED' } });
    expect(refusal(() => frameOfText(`${line}1`))).toBe('FRAME_DAMAGED');
    expect(refusal(() => frameOfText(`${line}A`))).toBe('FRAME_DAMAGED');
    expect(frameOverhead).toBe(18);
  });
});
