import { resolve } from 'node:path';
import type { Command } from 'commander';
import { toHex } from '../../bytes/hex.ts';
import { escapeText } from '../../bytes/printable.ts';
import { fileHash } from '../../bytes/tagged-hash.ts';
import { type Footage, pictures } from '../../courier/qr/camera.ts';
import { firstLine, isKnown } from '../../courier/qr/first-line.ts';
import { missingWords, type Scan, type Scanner, type Step, scanner } from '../../courier/qr/scan.ts';
import { FileError, joinPath } from '../../media/file-system.ts';
import { readImage, readPixels } from '../../media/qr/read.ts';
import { Problem } from '../../problem.ts';
import type { Register } from '../program.ts';
import { type Judge, judgeOf } from '../scan-standing.ts';
import { type Placed, placeScanned, refusePlaces, saidOf } from '../scanned.ts';
import type { Session } from '../session.ts';

interface Options {
  readonly camera?: string;
  readonly out?: string;
  readonly stick?: string;
  readonly closed?: boolean;
}

export const registerScan: Register = (qr: Command, action) => {
  qr.command('scan [paths...]')
    .description(
      'read codes from photographs, folders of them, videos, a camera, or a scanner that types (no paths); or what station.html saved',
    )
    .option('--camera <device>', 'look through this camera, such as /dev/video0 (needs ffmpeg, as videos do)')
    .option('--out <file>', 'write what was scanned to this file, or into this folder')
    .option('--stick <dir>', 'leave it on this stick, where next looks for it')
    .option('--closed', 'do not compare with what the vault of this machine has')
    .action(action<Options>(scan));
};

/** Scans until everything was looked at, or, where more pictures would come, until a file is whole. */
async function scan(session: Session, options: Options, paths: readonly string[]): Promise<undefined> {
  const { camera } = options;
  if (camera !== undefined && paths.length > 0)
    throw new Problem('USAGE', 'a camera and files are scanned one after the other', 'leave out one of them');
  refusePlaces(session, options);
  // closed again before any picture is looked at
  const judge = options.closed !== true && session.vaultAtHand ? await session.withVault(judgeOf) : null;
  const watch = new Watch(session, judge);
  if (camera !== undefined) await film(session, watch, { device: camera });
  else if (paths.length === 0) await typed(session, watch);
  else for (const path of paths) await named(session, watch, path);
  const { files, end, failure } = watch;
  if (files.length === 0) throw end().looks === 0 && failure !== null ? failure : incomplete(end());
  const placed: Placed[] = [];
  for (const file of files) placed.push(placeScanned(session, file, options, judge));
  const open = end().open;
  if (open.length > 0) for (const line of missingWords(end())) session.say.line(`not whole: ${line}`);
  session.say.result({ v: 1, files: placed, ...facts(end()) });
  return undefined;
}

/** The first file that becomes whole, by a camera or else by a scanner that types. */
export async function scanOne(session: Session, judge: Judge, camera: string | undefined): Promise<Uint8Array> {
  const watch = new Watch(session, judge);
  if (camera === undefined) await typed(session, watch);
  else await film(session, watch, { device: camera });
  const [file] = watch.files;
  if (file === undefined) throw incomplete(watch.end());
  return file;
}

/** What is said while it is looked. */
class Watch {
  readonly files: Uint8Array[] = [];
  /** The first picture or film that could not be read at all. */
  failure: Problem | null = null;
  readonly #kept = new Set<string>();
  #bytes = 0;
  readonly #session: Session;
  readonly #scanner: Scanner = scanner();
  readonly #judge: Judge | null;
  readonly #said = new Set<string>();

  constructor(session: Session, judge: Judge | null) {
    this.#session = session;
    this.#judge = judge;
  }

  readonly end = (): Scan => this.#scanner.scan();

  image(name: string, look: Parameters<Scanner['look']>[0]): void {
    const step = this.#scanner.look(look);
    const { useful, known, unreadable, news } = step;
    const found = [
      ...(useful > 0 ? [`${useful} new`] : []),
      ...(known > 0 ? [`${known} known already`] : []),
      ...(unreadable ? ['a code is there and cannot be read'] : []),
    ];
    if (found.length === 0 && news.length === 0) found.push('no code');
    if (found.length > 0) this.#session.say.line(`${escapeText(name)}: ${found.join(', ')}`);
    this.#take(step, name);
  }

  /** Of a video or a camera only what is new is worth a line. */
  frame(look: Parameters<Scanner['look']>[0]): void {
    const step = this.#scanner.look(look);
    this.#take(step, null);
    if (step.useful > 0) this.progress();
  }

  line(line: string): void {
    const step = this.#scanner.line(line);
    this.#take(step, null);
    if (step.useful > 0) this.progress();
  }

  refused(name: string, problem: Problem): void {
    this.failure ??= problem;
    this.#session.say.line(`${escapeText(name)}: ${escapeText(problem.message)}`);
  }

  /** A file that is whole. It may become so again, from other pictures of it; and whoever made them may have made thousands. */
  keep(file: Uint8Array): void {
    const hash = toHex(fileHash(file));
    if (this.#kept.has(hash)) return;
    this.#kept.add(hash);
    this.#bytes += file.length;
    if (this.#kept.size > mostKept || this.#bytes > mostKeptBytes) throw tooMany();
    this.files.push(file);
  }

  progress(): void {
    const { open } = this.#scanner.scan();
    for (const { stream, have, of } of open) this.#session.say.line(`${stream}…: ${have} of ${of}`);
  }

  #take({ files, news }: Step, name: string | null): void {
    for (const file of files) this.keep(file);
    this.#early();
    for (const { message, hint } of news) {
      const where = name === null ? '' : `${escapeText(name)}: `;
      this.#session.say.line(`${where}${escapeText(message)}${hint === undefined ? '' : ` (${hint})`}`);
    }
  }

  /** What nobody needs is said with its first codes, and goes on all the same: nothing proves yet that it is what it begins as. */
  #early(): void {
    for (const { stream, bytes } of this.#judge === null ? [] : this.#scanner.beginnings()) {
      const standing = this.#judge?.early(stream, bytes) ?? null;
      if (standing === null || this.#said.has(stream) || this.#said.size >= mostSaid) continue;
      this.#said.add(stream);
      this.#session.say.line(`${stream}…: ${saidOf(standing)}`);
    }
  }
}

/** Then somebody makes them up. */
const mostSaid = 100;
const mostKept = 500;
const mostKeptBytes = 2 ** 28;
const mostFile = 64 * 2 ** 20;
const mostFiles = 10_000;
const image = /\.(png|jpe?g)$/i;
const video = /\.(mp4|m4v|mov|mkv|webm|avi|mjpe?g|y4m|gif)$/i;

async function named(session: Session, watch: Watch, path: string): Promise<void> {
  const { fs } = session.context;
  const full = resolve(path);
  try {
    const real = fs.realPath(full);
    if (fs.kind(real) !== 'directory') return await one(session, watch, path, real);
    const entries = fs.list(real, mostFiles).filter(({ name, kind }) => kind === 'file' && isOurs(name));
    if (entries.length === 0)
      throw new Problem('USAGE', `${escapeText(path)} has no pictures in it`, 'PNG, JPEG or video');
    for (const { name } of entries.sort((a, b) => (a.name < b.name ? -1 : 1)))
      await one(session, watch, joinPath(path, name), joinPath(real, name));
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    throw new Problem('USAGE', `${escapeText(path)} cannot be read: ${error.errno}`, 'name pictures, or their folder');
  }
}

const isOurs = (name: string): boolean => (image.test(name) || video.test(name)) && !name.startsWith('.');

async function one(session: Session, watch: Watch, name: string, real: string): Promise<void> {
  const { fs } = session.context;
  try {
    if (video.test(name)) {
      if (fs.kind(real) !== 'file')
        throw new Problem('CAMERA_FAILED', 'this is no file', 'a camera goes with --camera');
      return await film(session, watch, { file: real });
    }
    const bytes = fs.readFile(real, mostFile);
    if (isKnown(firstLine(bytes))) watch.keep(bytes);
    else watch.image(name, await readImage(bytes));
  } catch (error) {
    if (!(error instanceof Problem) || error.code === 'SCAN_TOO_MANY') throw error;
    watch.refused(name, error); // one bad picture of many is no reason to give up the others
  }
}

async function film({ context }: Session, watch: Watch, footage: Footage): Promise<void> {
  const before = watch.files.length;
  for await (const picture of pictures(footage, context)) {
    watch.frame(await readPixels(picture));
    if (watch.files.length > before) return;
  }
}

async function typed({ context, say }: Session, watch: Watch): Promise<void> {
  say.line('waiting for a scanner that types; Ctrl-D ends');
  for await (const line of context.lines?.() ?? []) {
    watch.line(line);
    if (watch.files.length > 0) return;
  }
}

const tooMany = () =>
  new Problem(
    'SCAN_TOO_MANY',
    `these pictures hold more than ${mostKept} files, or too large ones`,
    'name fewer of them',
  );

function incomplete(scan: Scan): Problem {
  const lines = missingWords(scan);
  if (lines.length > 0) return new Problem('SCAN_INCOMPLETE', lines.join('\n'), 'scan again, the earlier pictures too');
  const [reason] = scan.refused.keys();
  const why = scan.looks === 0 ? 'nothing was scanned' : (reason ?? `no code in ${scan.looks} pictures`);
  return new Problem('SCAN_INCOMPLETE', why, 'conclave qr show F shows a file as codes');
}

function facts({ looks, unreadable, refused, open }: Scan) {
  return { looks, unreadable, refused: Object.fromEntries(refused), open };
}
