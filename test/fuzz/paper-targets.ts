import { encodeCbor } from '../../src/bytes/cbor.ts';
import { concatBytes } from '../../src/bytes/hex.ts';
import { qrMatrix } from '../../src/bytes/qr/code.ts';
import { collector } from '../../src/bytes/qr/collector.ts';
import { streamOf } from '../../src/bytes/qr/frames.ts';
import { fileHash, text } from '../../src/bytes/tagged-hash.ts';
import { backupFile, encodeLink, partsOf, readBackup, writeBackup } from '../../src/ceremony/backup.ts';
import { sealPacket } from '../../src/ceremony/envelope.ts';
import { PaperReading, paperCodes, paperLines } from '../../src/ceremony/paper-backup.ts';
import { signPayload } from '../../src/ceremony/signed.ts';
import { readHave, unpack } from '../../src/courier/qr/parcel.ts';
import { openStick } from '../../src/courier/stick.ts';
import { readBackupShare, writeBackupShare } from '../../src/exchange/backup-share.ts';
import { memoryFileSystem } from '../../src/media/faults.ts';
import { codePixels, pngFile } from '../../src/media/qr/png.ts';
import { readImage } from '../../src/media/qr/read.ts';
import { drawn } from '../crypto/drawn.ts';
import { everybody, parent, specimens } from './specimens.ts';
import type { Target } from './targets.ts';
import { cborCodec, jsonCodec } from './trees.ts';

/* What comes back from a safe, from paper and from a camera: backups, their pages, frames and pictures of them. */

const [alice] = everybody as [(typeof everybody)[0]];
const { proven } = parent;
const utf8 = (input: Uint8Array): string => new TextDecoder().decode(input);

const share = [...alice.shares.values()][0] as readonly Uint8Array[];
const opened = writeBackupShare('treasury-0-1', proven, 1, share);
const header = {
  id: 'treasury-0-1',
  keyset: proven.keysetId,
  keys: proven.keysHash,
  name: 'treasury',
  epoch: proven.epoch,
  descriptor: proven.id,
  member: 'alice',
  index: 1,
  identity: alice.signing.public,
  at: 1_800_000_000,
  label: 'safe',
  recipients: [],
  rehearsal: proven.rehearsal,
};
const ageFile = text(opened); // nothing reads it as an age file before somebody opens it
const content = writeBackup(header, parent, ageFile, alice.signing.secret);
const backup = readBackup(text(content));
const facts = encodeCbor({ v: 1, ...header, sealed: fileHash(ageFile) });
const page = paperLines('0a1b2c3d', partsOf(content));

/** As `backup restore` takes what was typed, and what a photograph shows. */
function readOffPaper(input: Uint8Array): void {
  const reading = new PaperReading();
  const lines = utf8(input).split('\n');
  for (const line of lines) if (line.includes('/')) reading.takeCode(line);
  for (const line of lines.filter((one) => !reading.takeHead(one))) reading.take(line);
  readBackup(text(reading.file()));
}

const stream = streamOf(drawn('a file of frames')(300), 40);
const frames = Array.from({ length: stream.count + 4 }, (_, number) => stream.frame(number));

/** Frames whose checksums hold, whatever they say; a length of its own stands before each. */
function collected(input: Uint8Array): void {
  const { take, open } = collector();
  for (let at = 0; at < input.length; ) {
    const length = input[at] as number;
    const checked = input.slice(at + 1, at + 1 + length);
    take(concatBytes(checked, fileHash(checked).subarray(0, 4)));
    at += 1 + length;
  }
  open();
}
const forgeable = concatBytes(
  ...frames.map((frame) => concatBytes(Uint8Array.of(frame.length - 4), frame.subarray(0, -4))),
);

const packets = specimens
  .slice(0, 3)
  .map(({ ceremony, packet }) =>
    sealPacket(ceremony.plan.id, new Uint8Array(32).fill(9), packet.bytes, drawn('a parcel')),
  );
const parcel = { v: 1, packets, others: [{ name: 'alice.card', bytes: alice.card.file }] };

/** Onto a stick of its own, from which nothing may get out. */
function unpacked(input: Uint8Array): void {
  const memory = memoryFileSystem();
  memory.putFolder('/stick');
  unpack(memory, openStick(memory, '/stick'), concatBytes(text('conclave parcel v1\n'), input));
  for (const [path] of memory.files())
    if (!/^\/stick\/conclave\/[\w.-]+(\/[\w.-]+)?$/.test(path)) throw new Error(path);
}

const picture = await pngFile(codePixels(qrMatrix(frames[0] as Uint8Array, { level: 'L' }), 3));

export const paperTargets: readonly Target[] = [
  { name: 'backup', seeds: [text(content)], codec: null, run: readBackup },
  {
    name: 'signed header of a backup',
    seeds: [facts],
    codec: cborCodec,
    run: (input) => {
      const signed = signPayload('conclave backup v1', input, alice.signing.secret);
      return readBackup(text(backupFile({ header: signed, link: encodeLink(parent), ageFile })));
    },
  },
  {
    name: 'share in a backup',
    seeds: [text(opened)],
    codec: jsonCodec,
    run: (input) => readBackupShare(utf8(input), backup),
  },
  {
    name: 'page of a backup',
    seeds: [
      text([page.head, ...page.lines].join('\n')),
      text(
        paperCodes(page)
          .map((code) => code.content)
          .join('\n'),
      ),
    ],
    codec: null,
    run: readOffPaper,
  },
  { name: 'frames with checksums that hold', seeds: [forgeable], codec: null, run: collected },
  { name: 'parcel', seeds: [encodeCbor(parcel)], codec: cborCodec, run: unpacked },
  {
    name: 'what another machine has',
    seeds: [encodeCbor({ v: 1, marks: packets.map((bytes) => fileHash(bytes).slice(0, 6)) })],
    codec: cborCodec,
    run: (input) => readHave(concatBytes(text('conclave have v1\n'), input)),
  },
  { name: 'picture', seeds: [picture], codec: null, dear: true, run: (input) => readImage(input) },
  {
    name: 'picture, without WebAssembly',
    seeds: [picture],
    codec: null,
    dear: true,
    run: (input) => readImage(input, { wasm: false }),
  },
];
