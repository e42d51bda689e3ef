import { resolve } from 'node:path';
import { partNames } from '../bytes/numbered-lines.ts';
import { escapeText } from '../bytes/printable.ts';
import { text } from '../bytes/tagged-hash.ts';
import { type BackupHeader, mostBackupBytes } from '../ceremony/backup.ts';
import { listed, PaperReading } from '../ceremony/paper-backup.ts';
import { FileError, joinPath } from '../media/file-system.ts';
import { readImage } from '../media/qr/read.ts';
import { Problem } from '../problem.ts';
import { readNamed } from './named-file.ts';
import type { Session } from './session.ts';

/* A backup as somebody brings it: its file, photographs of its page, lines of it that were typed, or some of each. */

export interface OnPaper {
  /** A file of lines, or true: they are asked for one by one. */
  readonly typed?: string | true;
}

/** The encoded proof of the committee that a header names, from wherever it is known; null where it is not. */
export type KnownLink = (header: BackupHeader) => Uint8Array | null;

export interface GivenBackup {
  /** What was named, for people. */
  readonly name: string;
  /** The file, if all of it is there already. */
  readonly whole: Uint8Array | null;
  /** The file, whatever that takes: what is still missing is asked for where somebody types. */
  readonly complete: (known: KnownLink) => Promise<Uint8Array>;
}

export async function givenBackup(
  session: Session,
  named: readonly string[],
  { typed }: OnPaper,
): Promise<GivenBackup> {
  if (named.length === 0 && typed === undefined) {
    throw new Problem(
      'USAGE',
      'which backup?',
      'name its file, or photographs of its page, or type its lines with --typed',
    );
  }
  const name = named.length === 0 ? 'a page that was typed' : named.join(', ');
  const paths = named.flatMap((one) => picturesIn(session, one));
  const [first] = paths;
  if (typed === undefined && paths.length === 1 && first !== undefined) {
    const bytes = readNamed(session, first, mostBackupBytes);
    if (!isPicture(bytes)) return { name, whole: notPdf(bytes), complete: async () => bytes };
  }
  const reading = new PaperReading();
  for (const path of paths) await readPhotograph(session, reading, path);
  if (typeof typed === 'string') takeFile(session, reading, typed);
  const whole = partNames.every((part) => reading.part(part) !== null) ? text(reading.file()) : null;
  const complete = async (known: KnownLink): Promise<Uint8Array> => {
    if (typed === true && whole === null) await askForLines(session, reading, known);
    if (typed === undefined && reading.head === null) throw noCode(named);
    const { header } = reading;
    return text(reading.file(header === null ? null : known(header)));
  };
  return { name, whole, complete };
}

function noCode(named: readonly string[]): Problem {
  return new Problem(
    'BACKUP_LINES',
    `no code of a backup was read in ${escapeText(named.join(', '))}`,
    'photograph each sheet with codes again: nearer, flat, sharp and evenly lit. or add --typed and type the lines',
  );
}

const mostPictures = 500;
const mostLinesBytes = 1024 * 1024;

function picturesIn({ context: { fs } }: Session, named: string): string[] {
  try {
    const path = fs.realPath(resolve(named));
    if (fs.kind(path) !== 'directory') return [named];
    const names = fs.list(path, mostPictures).map((entry) => entry.name);
    const pictures = names.filter((name) => /\.(png|jpe?g)$/i.test(name)).sort();
    if (pictures.length > 0) return pictures.map((name) => joinPath(path, name));
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return [named]; // which says in its own words that it cannot be read
  }
  throw new Problem(
    'USAGE',
    `there is no picture in ${escapeText(named)}`,
    'PNG and JPEG files of a folder are read; a backup that is a file is named by itself: FOLDER/NAME.backup',
  );
}

export function isPicture(bytes: Uint8Array): boolean {
  return (bytes[0] === 0x89 && bytes[1] === 0x50) || (bytes[0] === 0xff && bytes[1] === 0xd8);
}

function notPdf(bytes: Uint8Array): Uint8Array {
  if (new TextDecoder('latin1').decode(bytes.subarray(0, 5)) !== '%PDF-') return bytes;
  throw new Problem(
    'USAGE',
    'a PDF is what the printer takes; it is not read here',
    'photograph what was printed, or make pictures of it: pdftoppm -r 150 -png FILE.pdf page',
  );
}

/** What is no picture, or shows none of our codes, is said and passed over: the other pictures may do. */
async function readPhotograph(session: Session, reading: PaperReading, path: string): Promise<void> {
  const { say } = session;
  const bytes = readNamed(session, path, mostBackupBytes);
  const before = new Set(reading.here);
  let found: Awaited<ReturnType<typeof readImage>>;
  try {
    found = await readImage(bytes);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    say.line(`${escapeText(path)}: ${error.message}`);
    return;
  }
  let foreign = 0;
  for (const code of found.codes) if (!reading.takeCode(new TextDecoder().decode(code))) foreign++;
  const fresh = reading.here.filter((line) => !before.has(line));
  const said = [
    found.codes.length === 0 ? 'no code' : fresh.length === 0 ? 'nothing new' : `lines ${listed(fresh)}`,
    ...(found.unreadable ? ['a code that cannot be read'] : []),
    ...(foreign > 0 ? [`${foreign} code(s) of something else`] : []),
  ];
  say.line(`${escapeText(path)}: ${said.join('; ')}`);
}

function takeFile(session: Session, reading: PaperReading, file: string): void {
  const content = new TextDecoder().decode(readNamed(session, file, mostLinesBytes));
  const typed = content.split(/[\n/]/).filter((line) => line.trim() !== '');
  const rest = typed.filter((line) => !reading.takeHead(line)); // it may stand anywhere, and several times
  for (const line of rest) reading.take(line);
}

/** Each line is compared as soon as it is there, so that a slip is told while the finger is still on the page. */
async function askForLines({ context, say }: Session, reading: PaperReading, known: KnownLink): Promise<void> {
  const ask = (question: string): Promise<string> => context.ask.text(question, { flag: '--typed FILE' });
  while (reading.head === null) {
    const typed = await ask('the line that begins with CONCLAVE');
    if (!reading.takeHead(typed)) say.line('that is not what the page says: compare it sign by sign');
  }
  for (const part of partNames) {
    const { header } = reading;
    if (part === 'C' && header !== null && known(header) !== null) return; // the proof is at hand, and need not be typed
    for (;;) {
      const [number] = reading.missing(part);
      if (number === undefined) break;
      const typed = await ask(`line ${number}`);
      // with its number or without, and another line than was asked for is as welcome
      if (reading.take(`${number} ${typed}`) !== null || reading.take(typed) !== null) continue;
      const meant = reading.meant(typed) ?? number;
      say.line(`line ${meant} is not what the page says: compare it sign by sign, and type it again`);
    }
  }
}
