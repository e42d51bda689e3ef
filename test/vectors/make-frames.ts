import { concatBytes } from '../../src/bytes/hex.ts';
import { frameText } from '../../src/bytes/qr/frame-text.ts';
import { streamOf } from '../../src/bytes/qr/frames.ts';
import { fileHash, text } from '../../src/bytes/tagged-hash.ts';
import { drawn } from '../crypto/drawn.ts';
import { filled, flip, group, hex, type Json, type Questions, type Wanted } from './form.ts';

const file = drawn('vectors a file for frames')(150);
const stream = streamOf(file, 40);
const lie = streamOf(flip(file), 40);

/** A frame with another head, and a checksum that holds. */
function altered(frame: Uint8Array, at: number, ...put: readonly number[]): Uint8Array {
  const head = frame.slice(0, -4);
  head.set(put, at);
  return concatBytes(head, fileHash(head).subarray(0, 4));
}

const refused = (says: string, frame: Uint8Array, code: NonNullable<Wanted['code']>): Wanted => ({
  says,
  given: { frame: hex(frame) },
  code,
});

export function makeFrames(): Questions {
  const frame = stream.frame(2);
  const frames = (...numbers: readonly number[]): Json => numbers.map((number) => hex(stream.frame(number)));
  const renamed = altered(lie.frame(1), 2, ...frame.subarray(2, 8));
  return {
    about: ['Files as QR codes: docs/protocol.md, section 24.'],
    groups: [
      group('combination', 'Which of `count` parts the piece of that number is the sum of, by their places.', [
        { says: 'the parts come first', given: { count: 5, number: 4 } },
        { says: 'then sums of them', given: { count: 5, number: 5 } },
        { says: 'of one part there is but one sum', given: { count: 1, number: 8 } },
        { says: 'a sum of nothing is the part of its number instead', given: { count: 3, number: 19 } },
        { says: 'more parts than one hash has bits', given: { count: 300, number: 300 } },
      ]),
      group('frame make', 'The frame of that number of a file, in pieces of `size` bytes; and as a line of text.', [
        ...[0, 2, 4, 5, 6, 2 ** 24 - 1].map((number) => ({
          says: `number ${number}`,
          given: { file: hex(file), size: 40, number },
        })),
        { says: 'a file of one byte', given: { file: 'hex:2a', size: 407, number: 1 } },
        { says: 'no file', given: { file: 'hex:', size: 40, number: 0 }, code: 'FILE_TOO_LARGE' },
        { says: 'pieces that are too small', given: { file: hex(file), size: 15, number: 0 }, code: 'FILE_TOO_LARGE' },
        {
          says: 'too many pieces',
          given: { file: hex(filled(16 * 4096 - 31, 1)), size: 16, number: 0 },
          code: 'FILE_TOO_LARGE',
        },
      ]),
      group('frame read', 'A frame as it was scanned, as bytes or as the bytes of its line of text.', [
        { says: 'as bytes', given: { frame: hex(frame) } },
        { says: 'as text', given: { frame: hex(text(frameText(frame))) } },
        refused('something else', text('https://example.org'), 'FRAME_FOREIGN'),
        refused('a bit is wrong', flip(frame, 20), 'FRAME_DAMAGED'),
        refused('cut short', frame.slice(0, -1), 'FRAME_DAMAGED'),
        refused('a letter that base32 does not have', text(`${frameText(frame)}1`), 'FRAME_DAMAGED'),
        refused('a letter too many', text(`${frameText(frame)}A`), 'FRAME_DAMAGED'),
        refused('another version', altered(frame, 1, 2), 'FRAME_INVALID'),
        refused('of no file', altered(frame, 8, 0, 0, 0), 'FRAME_INVALID'),
        refused('of more pieces than are put together', altered(frame, 8, 0x02, 0x7f, 0xe1), 'FRAME_INVALID'),
        refused('hardly any piece', altered(frame.slice(0, 14 + 15 + 4), 0, 0xfc), 'FRAME_INVALID'),
      ]),
      group('frames collect', 'What comes out of frames in that order: nothing yet, the file, or that they lie.', [
        { says: 'the parts alone', given: { frames: frames(0, 1, 2, 3, 4) } },
        { says: 'in any order, one of them twice, two lost', given: { frames: frames(7, 3, 3, 0, 5, 9, 8) } },
        { says: 'too few', given: { frames: frames(0, 1, 2, 3) } },
        {
          says: 'one of another file under the same name contradicts the right one',
          given: { frames: [hex(altered(lie.frame(4), 2, ...frame.subarray(2, 8))), ...(frames(4) as Json[])] },
        },
        {
          says: 'or makes a file that is not the one of that name',
          given: { frames: [hex(renamed), ...(frames(0, 2, 3, 4) as Json[])] },
        },
      ]),
    ],
  };
}
