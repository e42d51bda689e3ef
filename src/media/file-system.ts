import * as nodeFs from 'node:fs';

export type EntryKind = 'file' | 'directory' | 'other';

export interface Entry {
  readonly name: string;
  readonly kind: EntryKind;
}

/** An open file; what is behind it is known only to the file system that gave it. */
export interface Handle {
  readonly path: string;
}

/**
 * Everything the program does to a disk, one primitive at a time and synchronously, so that a fault injector can
 * count, fail and tear each of them. Nothing here follows a link in the last component of a path, except `realPath`.
 * Whatever goes wrong is thrown as `FileError`.
 */
export interface FileSystem {
  kind(path: string): EntryKind | 'absent';
  size(path: string): number;
  mode(path: string): number;
  /** At most `limit` entries in no order: whoever has a bound asks for one more than it. */
  list(path: string, limit?: number): Entry[];
  /** The whole of a regular file; `EFBIG` if it is longer than `limit`, whatever its size was said to be. */
  readFile(path: string, limit?: number): Uint8Array;
  /** The path with its links resolved, for a path that the operator typed. */
  realPath(path: string): string;
  makeDirectory(path: string, mode: number): void;
  changeMode(path: string, mode: number): void;
  /** A new file; `EEXIST` if there is anything of that name. */
  createFile(path: string, mode: number): Handle;
  write(handle: Handle, bytes: Uint8Array): void;
  sync(handle: Handle): void;
  close(handle: Handle): void;
  rename(from: string, to: string): void;
  /** Removes a file (or a link itself), never a directory. */
  remove(path: string): void;
  syncDirectory(path: string): void;
}

/** An operation that failed. The rooms above put it into their own words; it never reaches a person like this. */
export class FileError extends Error {
  readonly errno: string;
  readonly operation: keyof FileSystem;
  readonly path: string;
  /** The new content is in its place although the operation failed, as when only the folder could not be synced. */
  readonly changed: boolean;
  constructor(errno: string, operation: keyof FileSystem, path: string, changed = false) {
    super(`${operation}: ${errno}`);
    this.name = 'FileError';
    this.errno = errno;
    this.operation = operation;
    this.path = path;
    this.changed = changed;
  }
}

export function joinPath(...parts: readonly string[]): string {
  return parts.join('/').replace(/\/{2,}/g, '/');
}

export function parentPath(path: string): string {
  const cut = path.lastIndexOf('/');
  return cut < 0 ? '.' : cut === 0 ? '/' : path.slice(0, cut);
}

const noFollow = nodeFs.constants.O_NOFOLLOW ?? 0;
const nonBlock = nodeFs.constants.O_NONBLOCK ?? 0;
const chunk = 1 << 20;

class NodeHandle implements Handle {
  readonly path: string;
  readonly descriptor: number;
  constructor(path: string, descriptor: number) {
    this.path = path;
    this.descriptor = descriptor;
  }
}

export const nodeFileSystem: FileSystem = {
  kind: (path) =>
    attempt('kind', path, () => {
      const found = nodeFs.lstatSync(path, { throwIfNoEntry: false });
      return found === undefined ? 'absent' : kindOf(found);
    }),

  size: (path) => attempt('size', path, () => nodeFs.lstatSync(path).size),

  mode: (path) => attempt('mode', path, () => nodeFs.lstatSync(path).mode & 0o7777),

  list: (path, limit = Number.POSITIVE_INFINITY) =>
    attempt('list', path, () => {
      if (!nodeFs.lstatSync(path).isDirectory()) throw new FileError('ENOTDIR', 'list', path);
      const directory = nodeFs.opendirSync(path);
      try {
        const entries: Entry[] = [];
        while (entries.length < limit) {
          const entry = directory.readSync();
          if (entry === null) break;
          entries.push({ name: entry.name, kind: kindOf(entry) });
        }
        return entries;
      } finally {
        directory.closeSync();
      }
    }),

  readFile: (path, limit = Number.POSITIVE_INFINITY) =>
    attempt('readFile', path, () => {
      // Looked at before it is opened, because opening alone can do something to a device; looked at again
      // afterwards, because the name may mean something else by then. Non-blocking, because a pipe would wait.
      if (kindOf(nodeFs.lstatSync(path)) !== 'file') throw new FileError('EFTYPE', 'readFile', path);
      const descriptor = nodeFs.openSync(path, nodeFs.constants.O_RDONLY | noFollow | nonBlock);
      try {
        const found = nodeFs.fstatSync(descriptor);
        if (!found.isFile()) throw new FileError('EFTYPE', 'readFile', path);
        if (found.size > limit) throw new FileError('EFBIG', 'readFile', path);
        return readAll(descriptor, found.size, limit, path);
      } finally {
        nodeFs.closeSync(descriptor);
      }
    }),

  realPath: (path) => attempt('realPath', path, () => nodeFs.realpathSync(path)),

  makeDirectory: (path, mode) =>
    attempt('makeDirectory', path, () => {
      nodeFs.mkdirSync(path, { mode });
    }),

  changeMode: (path, mode) =>
    attempt('changeMode', path, () => {
      if (nodeFs.lstatSync(path).isSymbolicLink()) throw new FileError('EFTYPE', 'changeMode', path);
      nodeFs.chmodSync(path, mode);
    }),

  createFile: (path, mode) =>
    attempt('createFile', path, () => new NodeHandle(path, nodeFs.openSync(path, 'wx', mode))),

  write: (handle, bytes) =>
    attempt('write', handle.path, () => {
      for (let done = 0; done < bytes.length; ) {
        done += nodeFs.writeSync(descriptorOf(handle), bytes, done, bytes.length - done);
      }
    }),

  sync: (handle) => attempt('sync', handle.path, () => nodeFs.fsyncSync(descriptorOf(handle))),

  close: (handle) => attempt('close', handle.path, () => nodeFs.closeSync(descriptorOf(handle))),

  rename: (from, to) => attempt('rename', to, () => nodeFs.renameSync(from, to)),

  remove: (path) => attempt('remove', path, () => nodeFs.unlinkSync(path)),

  syncDirectory: (path) =>
    attempt('syncDirectory', path, () => {
      const descriptor = nodeFs.openSync(path, nodeFs.constants.O_RDONLY);
      try {
        nodeFs.fsyncSync(descriptor);
      } finally {
        nodeFs.closeSync(descriptor);
      }
    }),
};

/** To the end, not to the size: files below /proc say that they are empty, and a file may grow while it is read. */
function readAll(descriptor: number, size: number, limit: number, path: string): Uint8Array {
  let bytes = new Uint8Array(size + 1);
  let length = 0;
  for (;;) {
    if (length === bytes.length) {
      const longer = new Uint8Array(Math.max(bytes.length * 2, bytes.length + 4096));
      longer.set(bytes);
      bytes.fill(0); // it may be a secret, and nobody else can reach this copy
      bytes = longer;
    }
    const got = nodeFs.readSync(descriptor, bytes, length, Math.min(bytes.length - length, chunk), null);
    if (got === 0) break;
    length += got;
    if (length > limit) throw new FileError('EFBIG', 'readFile', path);
  }
  const whole = bytes.slice(0, length);
  bytes.fill(0);
  return whole;
}

function kindOf(found: { isFile(): boolean; isDirectory(): boolean }): EntryKind {
  return found.isFile() ? 'file' : found.isDirectory() ? 'directory' : 'other';
}

function descriptorOf(handle: Handle): number {
  if (!(handle instanceof NodeHandle)) throw new FileError('EBADF', 'write', handle.path);
  return handle.descriptor;
}

function attempt<T>(operation: keyof FileSystem, path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof FileError) throw error;
    const errno = (error as NodeJS.ErrnoException).code;
    // A link swapped in behind our back, and what else cannot be opened as a file.
    if (errno === 'ELOOP' && operation === 'readFile') throw new FileError('EFTYPE', operation, path);
    throw new FileError(typeof errno === 'string' ? errno : 'EUNKNOWN', operation, path);
  }
}
