import * as v from 'valibot';
import { encodeCbor } from '../../bytes/cbor.ts';
import { toHex } from '../../bytes/hex.ts';
import { fileHash, text } from '../../bytes/tagged-hash.ts';
import { readCard } from '../../ceremony/card.ts';
import { ceremonyOf } from '../../ceremony/envelope.ts';
import * as is from '../../ceremony/schema.ts';
import { afterMagic, withMagic } from '../../ceremony/signed.ts';
import type { FileSystem } from '../../media/file-system.ts';
import { Problem } from '../../problem.ts';
import { printable } from '../names.ts';
import { readStick, type Stick, type StickContent, writeNamed, writePacket } from '../stick.ts';

/*
 * What a stick would have carried, as one file for QR codes (docs/protocol.md, section 24): a *parcel* of packets and of what
 * lies beside them, and a *have*, by which one machine tells another what it need not show.
 */

const parcelMagic = 'conclave parcel v1';
const haveMagic = 'conclave have v1';
const most = 2 ** 24;
const filesAtMost = 20_000;
const markLength = 6;

const parcelSchema = v.strictObject({
  v: v.literal(1),
  packets: is.list(is.someBytes(most), filesAtMost),
  others: is.list(v.strictObject({ name: v.pipe(v.string(), v.maxLength(100)), bytes: is.someBytes(most) }), 1000),
});
const haveSchema = v.strictObject({ v: v.literal(1), marks: is.list(is.bytes(markLength), filesAtMost) });

export const isParcel = (file: Uint8Array): boolean => afterMagic(parcelMagic, file) !== null;
export const isHave = (file: Uint8Array): boolean => afterMagic(haveMagic, file) !== null;

/** What tells a file from another here: the first bytes of its hash. */
export const markOf = (bytes: Uint8Array): Uint8Array => fileHash(bytes).slice(0, markLength);

/** What tells a machine from another here. Nothing proves that it is that one. */
export const markOfMachine = (identity: string): Uint8Array => markOf(text(`conclave machine ${identity}`));

/** One mark for all packets of a ceremony, whatever their order. */
function markOfAll(files: readonly { readonly hash: string }[]): Uint8Array {
  const hashes = files.map(({ hash }) => hash).sort();
  return markOf(text(hashes.join('\n')));
}

/** Everything on a stick that the other machine does not say it has; null where that is nothing. */
export function parcelOf(content: StickContent, had: ReadonlySet<string> = new Set()): Uint8Array | null {
  const lacking = (bytes: Uint8Array) => !had.has(toHex(markOf(bytes)));
  const packets = [...content.ceremonies.values()]
    .filter((files) => !had.has(toHex(markOfAll(files))))
    .flatMap((files) => files.map(({ bytes }) => bytes));
  const parcel = {
    v: 1,
    packets: packets.filter(lacking),
    others: content.others.filter(({ bytes }) => lacking(bytes)).map(({ name, bytes }) => ({ name, bytes })),
  };
  return parcel.packets.length + parcel.others.length === 0 ? null : withMagic(parcelMagic, encodeCbor(parcel));
}

/** How long a parcel of files of these lengths is; the others come with their names. Nothing is made for it. */
export function parcelLength(packets: readonly number[], others: ReadonlyMap<string, number>): number {
  const empty = emptyParcel.length - 2 * head(0);
  const named = [...others].map(([name, length]) => {
    const fields = encodeCbor({ name, bytes: new Uint8Array() }).length - head(0);
    return fields + head(length) + length;
  });
  const sum = (lengths: readonly number[]) => lengths.reduce((all, length) => all + length, 0);
  const bare = packets.map((length) => head(length) + length);
  return empty + head(packets.length) + head(others.size) + sum(bare) + sum(named);
}

/** Bytes that CBOR needs to say how long something is. */
const head = (length: number): number => (length < 24 ? 1 : length < 256 ? 2 : length < 65_536 ? 3 : 5);

/** For who waits for one where there is nothing to bring. */
export const emptyParcel: Uint8Array = withMagic(parcelMagic, encodeCbor({ v: 1, packets: [], others: [] }));

/**
 * What is here, mark by mark; of ceremonies that are over, by the names of their folders, one mark for all packets together, so
 * that this stays one code for years. Where the other has more of one of those it brings all of it. By the identity of its
 * machine the other sees which ceremonies it has a part in, also where it has nothing of them.
 */
export function haveOf(
  content: StickContent,
  over: ReadonlySet<string> = new Set(),
  identity: string | null = null,
): Uint8Array {
  const ofPackets = [...content.ceremonies].flatMap(([folder, files]) =>
    over.has(folder) ? [markOfAll(files)] : files.map(({ bytes }) => markOf(bytes)),
  );
  const own = identity === null ? [] : [markOfMachine(identity)];
  const all = [...ofPackets, ...content.others.map(({ bytes }) => markOf(bytes)), ...own];
  const marks = all.sort((a, b) => (toHex(a) < toHex(b) ? -1 : 1));
  return withMagic(haveMagic, encodeCbor({ v: 1, marks }));
}

export function readHave(file: Uint8Array): ReadonlySet<string> {
  const body = afterMagic(haveMagic, file);
  if (body === null) throw new Problem('PARCEL_INVALID', 'this does not say what a machine has');
  const { marks } = is.parseCbor(haveSchema, body, 'what a machine has', { bytes: most, depth: 4 });
  return new Set(marks.map(toHex));
}

/** What is in a parcel. Nothing of it is believed. */
export function readParcel(file: Uint8Array): v.InferOutput<typeof parcelSchema> {
  const body = afterMagic(parcelMagic, file);
  if (body === null) throw new Problem('PARCEL_INVALID', 'this is no parcel');
  return is.parseCbor(parcelSchema, body, 'parcel', { bytes: most, depth: 4 });
}

export interface Unpacked {
  readonly written: number;
  readonly there: number;
  /** Names that something else has already, or that no stick may have. */
  readonly kept: readonly string[];
}

/** Puts what a parcel holds onto a stick, each as a stick would have brought it: nothing in it is believed. */
export function unpack(fs: FileSystem, stick: Stick, file: Uint8Array): Unpacked {
  const { packets, others } = readParcel(file);
  const placed = packets.map((bytes) => ({ bytes, ceremony: ceremonyOf(bytes) }));
  if (placed.some(({ ceremony }) => ceremony === null))
    throw new Problem('PARCEL_INVALID', 'the parcel holds a packet that is none');
  const before = readStick(fs, stick).others;
  let [written, there] = [0, 0];
  const count = (result: 'written' | 'there') => {
    if (result === 'written') written += 1;
    else there += 1;
  };
  const kept: string[] = [];
  for (const { bytes, ceremony } of placed) count(writePacket(fs, stick, ceremony ?? '', bytes));
  for (const { name, bytes } of others) {
    const known = before.find((one) => one.name.toLowerCase() === name.toLowerCase());
    if (known !== undefined && toHex(fileHash(known.bytes)) === toHex(fileHash(bytes))) count('there');
    else if (known === undefined || isNewerCard(name, bytes, known.bytes)) {
      try {
        count(writeNamed(fs, stick, name, bytes));
      } catch (error) {
        if (!(error instanceof Problem) || error.code !== 'STICK_NAME') throw error;
        kept.push(printable(name));
      }
    } else kept.push(printable(name));
  }
  return { written, there, kept };
}

/** Only a card is replaced, and only by a later one of the same identity. */
function isNewerCard(name: string, bytes: Uint8Array, known: Uint8Array): boolean {
  if (!/\.card$/i.test(name)) return false;
  try {
    const [fresh, old] = [readCard(bytes), readCard(known)];
    return fresh.identity === old.identity && fresh.serial > old.serial;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}
