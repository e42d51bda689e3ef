import { encodeCbor } from '../../src/bytes/cbor.ts';
import { concatBytes } from '../../src/bytes/hex.ts';
import { collector } from '../../src/bytes/qr/collector.ts';
import { frameText } from '../../src/bytes/qr/frame-text.ts';
import { streamOf } from '../../src/bytes/qr/frames.ts';
import { fileHash, text } from '../../src/bytes/tagged-hash.ts';
import { readHave, unpack } from '../../src/courier/qr/parcel.ts';
import { openStick } from '../../src/courier/stick.ts';
import { memoryFileSystem } from '../../src/media/faults.ts';
import { imageFile } from '../../src/media/qr/image-file.ts';
import { drawn } from '../crypto/drawn.ts';
import type { Target } from './targets.ts';
import { cborCodec } from './trees.ts';

const { frame } = streamOf(drawn('fuzzed frames')(300), 40);
const frames = [0, 3, 9, 12].map(frame);
const card = { name: 'alice.card', bytes: text('conclave card v1\n') };
const parcel = encodeCbor({ v: 1, packets: [], others: [card] });
const have = encodeCbor({ v: 1, marks: [drawn('mark')(6)] });

/** A collector that has some frames of that file already; a second frame of the same number is looked at too. */
function collected(code: Uint8Array): void {
  const receiver = collector();
  for (const one of frames) receiver.take(one);
  receiver.take(code);
  receiver.take(code);
  receiver.open();
}

function unpacked(body: Uint8Array): void {
  const fs = memoryFileSystem();
  fs.putFolder('/stick');
  unpack(fs, openStick(fs, '/stick'), concatBytes(text('conclave parcel v1\n'), body));
}

/** What a camera brings. Behind a checksum, where it would keep everything out, that of the altered frame is put in. */
export const codeTargets: readonly Target[] = [
  { name: 'frame', seeds: frames, codec: null, run: collected },
  {
    name: 'inside of a frame',
    seeds: frames.map((one) => one.slice(0, -4)),
    codec: null,
    run: (input) => collected(concatBytes(input, fileHash(input).subarray(0, 4))),
  },
  { name: 'frame as text', seeds: frames.map((one) => text(frameText(one))), codec: null, run: collected },
  { name: 'inside of a parcel', seeds: [parcel], codec: cborCodec, run: unpacked },
  {
    name: 'inside of a have',
    seeds: [have],
    codec: cborCodec,
    run: (input) => readHave(concatBytes(text('conclave have v1\n'), input)),
  },
  {
    name: 'head of an image',
    seeds: [
      Uint8Array.of(
        0x89,
        0x50,
        0x4e,
        0x47,
        0x0d,
        0x0a,
        0x1a,
        0x0a,
        0,
        0,
        0,
        13,
        0x49,
        0x48,
        0x44,
        0x52,
        0,
        0,
        0,
        9,
        0,
        0,
        0,
        9,
      ),
      Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xc2, 0, 17, 8, 0, 9, 0, 9, 3, 1, 0x22, 0),
    ],
    codec: null,
    run: imageFile,
  },
];
