import { equalBytes, toHex } from '../bytes/hex.ts';
import { fileHash } from '../bytes/tagged-hash.ts';
import { makeDirectoryDurably, writeDurably } from '../media/durable-file.ts';
import { type Entry, FileError, type FileSystem, joinPath } from '../media/file-system.ts';
import { Problem } from '../problem.ts';
import { stickProblem, withStick } from './file-problem.ts';
import { checkedName, lower, order, otherName, printable } from './names.ts';

/** A folder that the operator named: usually where a removable medium is mounted. */
export interface Stick {
  readonly path: string;
}

export interface StickBounds {
  readonly fileBytes: number;
  readonly folderFiles: number;
  readonly totalFiles: number;
  readonly totalBytes: number;
}

export const stickBounds: StickBounds = {
  fileBytes: 64 * 2 ** 20,
  folderFiles: 20_000,
  totalFiles: 100_000,
  totalBytes: 512 * 2 ** 20,
};

/**
 * What lies on a stick, sorted by name. Whoever had the stick wrote it: packets have the hash that their name says,
 * and nothing more is known of them. Names are shown with everything unprintable escaped.
 */
export interface StickContent {
  readonly ceremonies: Map<string, { readonly hash: string; readonly bytes: Uint8Array }[]>;
  /** Cards, proposals and exports. */
  readonly others: { readonly name: string; readonly bytes: Uint8Array }[];
  readonly rejected: { readonly file: string; readonly reason: string }[];
  /** Files of other programs and people, never opened. */
  readonly foreign: string[];
  /** What an interrupted write left behind. */
  readonly leftovers: string[];
}

const home = 'conclave';
const part = '.part';
const packetName = /^([0-9a-f]{64})\.packet$/;
const folderName = /^[0-9a-f]{16}$/;

/** The folder of a ceremony: the first 16 hex digits of its id. */
export function ceremonyFolder(ceremony: string): string {
  if (!/^[0-9a-f]{16,64}$/.test(ceremony)) throw new RangeError('a ceremony id is lower-case hex');
  return ceremony.slice(0, 16);
}

/** The stick has to be there: making it would hide a mistyped path or a stick that is not mounted. */
export function openStick(fs: FileSystem, path: string): Stick {
  const missing = (why: string) =>
    new Problem('STICK_MISSING', `no stick at ${printable(path)}: ${why}`, 'mount it, or check the path');
  let real: string;
  try {
    real = fs.realPath(path);
    if (fs.kind(real) !== 'directory') throw missing('that is not a folder');
    const inside = /^conclave$/i.test(real.slice(real.lastIndexOf('/') + 1));
    if (inside && fs.list(real, 1000).some(({ name, kind }) => kind === 'directory' && folderName.test(lower(name)))) {
      throw new Problem(
        'STICK_INSIDE',
        `${printable(path)} is the folder conclave of a stick, not the stick`,
        'name the folder above it',
      );
    }
  } catch (error) {
    if (error instanceof FileError && ['ENOENT', 'ENOTDIR'].includes(error.errno)) throw missing('there is nothing');
    throw stickProblem(error, 'reading the stick');
  }
  return { path: real };
}

export function readStick(fs: FileSystem, stick: Stick, bounds: StickBounds = stickBounds): StickContent {
  return withStick('reading the stick', () => new Reading(fs, stick, bounds).content());
}

/** `there` when the stick already has the packet. A file of that name which is not the packet is replaced. */
export function writePacket(fs: FileSystem, stick: Stick, ceremony: string, bytes: Uint8Array): 'written' | 'there' {
  const folder = ceremonyFolder(ceremony);
  return place(fs, stick, [home, folder], `${toHex(fileHash(bytes))}.packet`, bytes);
}

/** A card, a proposal or an export; on the stick its name is in lower case, because FAT knows no other difference. */
export function writeNamed(fs: FileSystem, stick: Stick, name: string, bytes: Uint8Array): 'written' | 'there' {
  return place(fs, stick, [home], checkedName(name), bytes);
}

/** Where the operating system mounts what is plugged in, as a suggestion: nothing there has been looked at. */
export function suggestSticks(fs: FileSystem, platform: string, user: string): string[] {
  const named = /^[A-Za-z0-9._-]+$/.test(user) && !/^\.+$/.test(user);
  const linux = [...(named ? [`/run/media/${user}`, `/media/${user}`] : []), '/media'];
  const places = platform === 'darwin' ? ['/Volumes'] : platform === 'linux' ? linux : [];
  const mounted = platform === 'linux' ? mountPoints(fs) : null;
  const found: string[] = [];
  for (const above of places) {
    for (const { name, kind } of orElse([], () => fs.list(above, 1000))) {
      const path = joinPath(above, name);
      if (kind !== 'directory' || name.startsWith('.') || printable(name) !== name) continue;
      if (mounted === null ? !(above === '/media' && name === user) : mounted.has(path)) found.push(path);
    }
  }
  return found.sort();
}

/** One pass over a stick: what it found, and how much of the allowance is left. */
class Reading {
  readonly #fs: FileSystem;
  readonly #stick: Stick;
  readonly #bounds: StickBounds;
  readonly #ceremonies = new Map<string, Map<string, Uint8Array>>();
  readonly #others: { name: string; bytes: Uint8Array }[] = [];
  readonly #rejected: { file: string; reason: string }[] = [];
  readonly #foreign: string[] = [];
  readonly #leftovers: string[] = [];
  #read = 0;
  #listed = 0;

  constructor(fs: FileSystem, stick: Stick, bounds: StickBounds) {
    this.#fs = fs;
    this.#stick = stick;
    this.#bounds = bounds;
  }

  content(): StickContent {
    const { path } = this.#stick;
    const top = sorted(this.#fs.list(path, this.#bounds.folderFiles));
    const homes = top.filter(({ name }) => lower(name) === home);
    // In a very full folder it may not have been among those listed.
    const direct = this.#fs.kind(joinPath(path, home));
    if (homes.length === 0 && direct !== 'absent') homes.push({ name: home, kind: direct });
    for (const { name, kind } of homes) {
      if (kind === 'directory') this.#home(name);
      else this.#reject(name, kind === 'file' ? 'a file where the folder belongs' : special);
    }
    const rest = top.filter(({ name }) => lower(name) !== home);
    this.#foreign.push(...rest.map(({ name, kind }) => printable(kind === 'directory' ? `${name}/` : name)));
    const byName = (a: { name: string }, b: { name: string }) => order(a.name, b.name);
    return {
      ceremonies: new Map(
        [...this.#ceremonies]
          .sort(([a], [b]) => order(a, b))
          .map(([folder, packets]) => [
            folder,
            [...packets].sort(([a], [b]) => order(a, b)).map(([hash, bytes]) => ({ hash, bytes })),
          ]),
      ),
      others: this.#others.sort(byName),
      rejected: this.#rejected.sort((a, b) => order(a.file, b.file)),
      foreign: this.#foreign.sort(order),
      leftovers: this.#leftovers.sort(order),
    };
  }

  #home(at: string): void {
    for (const { name, kind } of this.#entries(at)) {
      const file = joinPath(at, name);
      const known = lower(name);
      if (kind === 'other') this.#reject(file, special);
      else if (kind === 'directory') {
        if (folderName.test(known)) this.#ceremony(file, known);
        else this.#reject(file, 'a folder that is no ceremony');
      } else if (known.endsWith(part)) this.#leftovers.push(printable(file));
      else if (known.endsWith('.packet')) this.#reject(file, 'a packet outside of the folder of its ceremony');
      else if (otherName.test(known)) {
        if (printable(name) !== name)
          this.#reject(file, 'a name that is too long or has characters that cannot be shown');
        else this.#open(file, (bytes) => this.#others.push({ name, bytes }));
      } else this.#foreign.push(printable(file));
    }
  }

  #ceremony(at: string, folder: string): void {
    const packets = this.#ceremonies.get(folder) ?? new Map<string, Uint8Array>();
    this.#ceremonies.set(folder, packets);
    for (const { name, kind } of this.#entries(at)) {
      const file = joinPath(at, name);
      const known = lower(name);
      const hash = packetName.exec(known)?.[1];
      if (kind === 'other') this.#reject(file, special);
      else if (kind === 'directory') this.#reject(file, 'a folder inside the folder of a ceremony');
      else if (known.endsWith(part)) this.#leftovers.push(printable(file));
      else if (hash !== undefined) {
        this.#open(file, (bytes) => {
          if (toHex(fileHash(bytes)) === hash) packets.set(hash, bytes);
          else this.#reject(file, 'damaged: its content does not have the hash in its name');
        });
      } else if (known.endsWith('.packet')) this.#reject(file, 'a packet whose name is not its hash');
      else this.#foreign.push(printable(file));
    }
  }

  /** All of a folder or nothing: the order in which a medium lists is not to decide what is read. */
  #entries(at: string): Entry[] {
    const { folderFiles, totalFiles } = this.#bounds;
    const allowed = Math.min(folderFiles, totalFiles - this.#listed);
    let entries: Entry[];
    try {
      entries = this.#fs.list(joinPath(this.#stick.path, at), allowed + 1);
    } catch (error) {
      this.#unreadable(at, error);
      return [];
    }
    if (entries.length > allowed) {
      const where = allowed < folderFiles ? `${totalFiles} files on the stick` : `${folderFiles} files in one folder`;
      this.#reject(at, `not read: more than ${where}`);
      return [];
    }
    this.#listed += entries.length;
    return sorted(entries);
  }

  #open(file: string, take: (bytes: Uint8Array) => void): void {
    const path = joinPath(this.#stick.path, file);
    const { fileBytes, totalBytes } = this.#bounds;
    try {
      const size = this.#fs.size(path);
      if (size > fileBytes) {
        this.#reject(file, `not read: ${size} bytes, and at most ${fileBytes} are allowed`);
        return;
      }
      if (size > totalBytes - this.#read) {
        this.#reject(file, `not read: more than ${totalBytes} bytes on the stick`);
        return;
      }
      const bytes = this.#fs.readFile(path, Math.min(fileBytes, totalBytes - this.#read));
      this.#read += bytes.length;
      take(bytes);
    } catch (error) {
      this.#unreadable(file, error);
    }
  }

  /** One bad file is told and passed over; a stick that is not there any more ends the reading. */
  #unreadable(file: string, error: unknown): void {
    if (!(error instanceof FileError)) throw error;
    const top = file.split('/')[0] as string;
    if (this.#fs.kind(joinPath(this.#stick.path, top)) !== 'directory') {
      throw new FileError('ENODEV', error.operation, error.path);
    }
    this.#reject(file, `could not be read (${error.errno})`);
  }

  #reject(file: string, reason: string): void {
    this.#rejected.push({ file: printable(file), reason });
  }
}

const special = 'neither a file nor a folder: links, pipes and devices are not followed';

function place(
  fs: FileSystem,
  stick: Stick,
  folders: readonly string[],
  name: string,
  bytes: Uint8Array,
): 'written' | 'there' {
  return withStick('writing to the stick', () => {
    let at = stick.path;
    for (const folder of folders) {
      at = joinPath(at, folder);
      // The stick may be someone's own disk, so nobody is shut out whom the umask lets in.
      makeDirectoryDurably(fs, at, { mode: 0o777, tolerant: true });
    }
    const path = joinPath(at, name);
    if (holds(fs, path, bytes)) return 'there';
    writeDurably(fs, path, bytes, { mode: 0o666, suffix: part, tolerant: true });
    return 'written';
  });
}

function holds(fs: FileSystem, path: string, bytes: Uint8Array): boolean {
  return orElse(false, () => equalBytes(fs.readFile(path, bytes.length), bytes)); // not there, no file, or unreadable: write it
}

/** Folders on which something is mounted; null where the system does not say. */
function mountPoints(fs: FileSystem): Set<string> | null {
  const table = orElse(null, () => fs.readFile('/proc/self/mounts', 2 ** 20));
  if (table === null) return null;
  const lines = new TextDecoder().decode(table).split('\n');
  const plain = (escaped: string) =>
    escaped.replace(/\\([0-7]{3})/g, (_, code) => String.fromCharCode(parseInt(code, 8)));
  return new Set(lines.map((line) => plain(line.split(' ')[1] ?? '')));
}

function orElse<T>(otherwise: T, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof FileError) return otherwise;
    throw error;
  }
}

function sorted(entries: Entry[]): Entry[] {
  return entries.sort((a, b) => order(a.name, b.name));
}
