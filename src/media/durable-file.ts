import { FileError, type FileSystem, type Handle, parentPath } from './file-system.ts';

export interface Durability {
  readonly mode?: number;
  /** What the name of the unfinished file ends in. */
  readonly suffix?: string;
  /** For media whose folders cannot be synced: the attempt is made, and its refusal is no failure. */
  readonly tolerant?: boolean;
}

/**
 * After this the file has the new content, also if the power fails the moment it returns. If it throws, the old
 * content is still there, unless the error says `changed`: then the new one is, and only its durability is unknown.
 * The mode is that of the new file, whatever mode an old one had.
 */
export function writeDurably(fs: FileSystem, path: string, bytes: Uint8Array, options: Durability = {}): void {
  const { mode = 0o600, suffix = '.new', tolerant = false } = options;
  const temporary = path + suffix;
  if (fs.kind(temporary) !== 'absent') fs.remove(temporary); // left by a run that did not get to its end
  let open: Handle | null = null;
  try {
    const handle = fs.createFile(temporary, mode);
    open = handle;
    fs.write(handle, bytes);
    fs.sync(handle);
    open = null; // a close that fails has closed nevertheless
    fs.close(handle);
    fs.rename(temporary, path);
  } catch (error) {
    if (open !== null) quietly(fs.close, open);
    quietly(fs.remove, temporary);
    throw error;
  }
  syncFolder(fs, parentPath(path), tolerant);
}

/** Removes the file if it is there, and makes that last also where an earlier run was stopped in between. */
export function removeDurably(fs: FileSystem, path: string, options: { readonly tolerant?: boolean } = {}): void {
  if (fs.kind(path) !== 'absent') fs.remove(path);
  syncFolder(fs, parentPath(path), options.tolerant ?? false);
}

/** The folder with exactly this mode. Its parent has to be there. */
export function makeDirectoryDurably(
  fs: FileSystem,
  path: string,
  options: { readonly mode?: number; readonly tolerant?: boolean } = {},
): void {
  const { mode = 0o700, tolerant = false } = options;
  const kind = fs.kind(path);
  if (kind === 'absent') {
    fs.makeDirectory(path, mode);
    syncFolder(fs, parentPath(path), tolerant);
  } else if (kind !== 'directory') {
    throw new FileError('ENOTDIR', 'makeDirectory', path);
  }
  if (!tolerant && (fs.mode(path) & 0o777) !== mode) fs.changeMode(path, mode);
}

const cannotSync = new Set(['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'EPERM', 'EISDIR', 'ENOSYS']);

/** A folder of files that are durable already, in its place whole or not at all. Nothing may be there. */
export function placeDirectory(fs: FileSystem, from: string, to: string): void {
  fs.rename(from, to);
  syncFolder(fs, parentPath(to), true);
}

function syncFolder(fs: FileSystem, path: string, tolerant: boolean): void {
  try {
    fs.syncDirectory(path);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    if (tolerant && cannotSync.has(error.errno)) return;
    throw new FileError(error.errno, error.operation, error.path, true);
  }
}

/** The clean-up after a failure may fail as well; the first failure is the one to tell. */
function quietly<T>(operation: (argument: T) => void, argument: T): void {
  try {
    operation(argument);
  } catch {
    // whatever is left behind is removed by the next write of this file
  }
}
