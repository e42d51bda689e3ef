import { resolve } from 'node:path';
import { equalBytes, toHex } from '../bytes/hex.ts';
import { escapeText } from '../bytes/printable.ts';
import { fileHash } from '../bytes/tagged-hash.ts';
import { isParcel, unpack } from '../courier/qr/parcel.ts';
import { openStick, writeNamed, writePacket } from '../courier/stick.ts';
import { joinPath, parentPath } from '../media/file-system.ts';
import { Problem } from '../problem.ts';
import { type Inspected, inspected } from './inspected.ts';
import { openFolder, writeNew } from './output.ts';
import type { Judge, Standing } from './scan-standing.ts';
import type { Session } from './session.ts';

export interface Places {
  readonly out?: string;
  readonly stick?: string;
}

export interface Placed {
  readonly file: string;
  readonly what: Inspected['what'];
  readonly bytes: number;
  readonly sha256: string;
  /** Of a parcel: how many files are new, how many were there already, and which were not taken. */
  readonly written?: number;
  readonly there?: number;
  readonly kept?: readonly string[];
  /** Compared with this machine's vault, where that was looked at. */
  readonly standing?: Standing;
}

/** Before anybody has waved a camera for minutes. */
export function refusePlaces({ context: { fs } }: Session, { out, stick }: Places): void {
  if (stick !== undefined) openStick(fs, resolve(stick));
  if (out === undefined) return;
  const path = resolve(out);
  if (fs.kind(path) === 'file' || fs.kind(path) === 'other') throw there(path);
}

/** A line for whoever holds the camera, where it is not simply new. */
export function saidOf({ state, why }: Standing): string {
  return `${state}: ${escapeText(why)}`;
}

/** Where a scanned file goes, and how it stands. */
export function placeScanned(session: Session, file: Uint8Array, places: Places, judge: Judge | null): Placed {
  const placed = place(session, file, places);
  if (judge === null) return placed;
  const standing = judge.whole(file);
  if (standing.state !== 'new' || standing.why !== '') session.say.line(`  ${saidOf(standing)}`);
  return { ...placed, standing };
}

/** It is nothing but a file that somebody brought: it is named, never opened or believed. */
function place(session: Session, file: Uint8Array, { out, stick }: Places): Placed {
  const { context, say } = session;
  const { fs } = context;
  const sha256 = toHex(fileHash(file));
  const { what, title, ceremony, secret } = known(file);
  const placed = (path: string): Placed => {
    say.line(`${escapeText(path)}: ${escapeText(title)} (${file.length} bytes, sha256 ${sha256})`);
    if (secret) say.line('  whoever has this file has a secret, or a way to guess at one: guard it');
    return { file: path, what, bytes: file.length, sha256 };
  };
  if (isParcel(file)) return unpacked(session, file, stick, sha256);
  const name = `${sha256.slice(0, 16)}.${endings[what] ?? 'bin'}`;
  if (stick !== undefined) {
    const opened = openStick(fs, resolve(stick));
    if (what === 'packet' && ceremony !== null) {
      writePacket(fs, opened, ceremony, file);
      return placed(joinPath(opened.path, 'conclave', ceremony.slice(0, 16), `${sha256}.packet`));
    }
    if (['card', 'proposal', 'export'].includes(what)) {
      writeNamed(fs, opened, name, file);
      return placed(joinPath(opened.path, 'conclave', name));
    }
  }
  const path = resolve(out ?? '.');
  const [folder, last] =
    fs.kind(path) === 'directory' ? [path, name] : [parentPath(path), path.split('/').at(-1) ?? name];
  const full = joinPath(folder, last);
  // scanned once more, and the same
  if (fs.kind(full) === 'file' && fs.size(full) === file.length && equalBytes(fs.readFile(full), file))
    return placed(full);
  const opened = openFolder(fs, folder, [last]);
  writeNew(fs, opened, [{ name: last, content: file }], false);
  return placed(joinPath(opened, last));
}

/** A parcel is taken apart where a stick is named, and kept as a file otherwise only by who asks for that. */
function unpacked(
  { context: { fs }, say }: Session,
  file: Uint8Array,
  stick: string | undefined,
  sha256: string,
): Placed {
  if (stick === undefined) {
    const hint = 'scan again with --stick DIR: it is taken apart there, as if a stick had brought it';
    throw new Problem('USAGE', 'this is a parcel of packets, and it is not said where they go', hint);
  }
  const opened = openStick(fs, resolve(stick));
  const { written, there, kept } = unpack(fs, opened, file);
  say.line(
    `${escapeText(opened.path)}: ${written} new file(s) of a parcel (${file.length} bytes), ${there} were there`,
  );
  for (const name of kept) say.line(`  left out: ${escapeText(name)}, of which there is another one`);
  return { file: opened.path, what: 'parcel', bytes: file.length, sha256, written, there, kept };
}

/** What it begins as. A file that is not what it begins as is kept all the same: what to make of it is others' work. */
export function known(file: Uint8Array): Pick<Inspected, 'what' | 'title' | 'ceremony' | 'secret'> {
  try {
    return inspected(file);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return {
      what: 'unknown',
      title: `not a file that conclave takes: ${error.message}`,
      ceremony: null,
      secret: false,
    };
  }
}

const endings: Readonly<Partial<Record<Inspected['what'], string>>> = {
  card: 'card',
  proposal: 'proposal',
  packet: 'packet',
  evidence: 'conclave',
  export: 'conclave',
  backup: 'backup',
  age: 'age',
  have: 'have',
  plan: 'json',
  scenario: 'json',
  transcript: 'json',
  json: 'json',
};

function there(path: string): Problem {
  return new Problem(
    'OUTPUT_THERE',
    `${escapeText(path)} is there already, and nothing is ever written over it`,
    'name another file or a folder with --out',
  );
}
