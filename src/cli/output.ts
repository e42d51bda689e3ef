import { resolve } from 'node:path';
import { escapeText } from '../bytes/printable.ts';
import { makeDirectoryDurably } from '../media/durable-file.ts';
import { FileError, type FileSystem, type Handle, joinPath, parentPath } from '../media/file-system.ts';
import { Problem } from '../problem.ts';

export interface NewFile {
  readonly name: string;
  readonly content: string | Uint8Array;
}

/** The folder that new files go to, made if it is missing. What is in it already stays as it is. */
export function openFolder(fs: FileSystem, named: string, names: readonly string[]): string {
  const folder = resolve(named);
  return describing(folder, false, () => {
    const missing: string[] = [];
    for (let path = folder; fs.kind(path) === 'absent' && path !== parentPath(path); path = parentPath(path))
      missing.unshift(path);
    for (const path of missing) makeDirectoryDurably(fs, path, { tolerant: true });
    const real = fs.realPath(folder);
    if (fs.kind(real) !== 'directory') throw new FileError('ENOTDIR', 'makeDirectory', real);
    const there = names.find((name) => fs.kind(joinPath(real, name)) !== 'absent');
    if (there !== undefined) {
      throw new Problem(
        'OUTPUT_THERE',
        `${escapeText(joinPath(folder, there))} is there already, and nothing is ever written over it`,
        'name another folder with --out',
      );
    }
    return real;
  });
}

/**
 * New files that only their owner may read, under their last name from the start, so that none can take another's
 * place. If one fails, those that this run wrote are removed again as far as the medium lets it.
 */
export function writeNew(fs: FileSystem, folder: string, files: readonly NewFile[], changed: boolean): void {
  const written: string[] = [];
  describing(folder, changed, () => {
    try {
      for (const { name, content } of files) {
        const path = joinPath(folder, name);
        const handle = fs.createFile(path, 0o600);
        written.push(path);
        writeAndClose(fs, handle, content);
      }
      syncTolerantly(fs, folder);
    } catch (error) {
      if (error instanceof FileError) for (const path of written) removeQuietly(fs, path);
      throw error;
    }
  });
}

function writeAndClose(fs: FileSystem, handle: Handle, content: string | Uint8Array): void {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content.slice();
  let open = true;
  try {
    fs.write(handle, bytes);
    fs.sync(handle);
    open = false;
    fs.close(handle);
  } catch (error) {
    if (open && error instanceof FileError) {
      try {
        fs.close(handle);
      } catch {
        // the first failure is the one to tell
      }
    }
    throw error;
  } finally {
    bytes.fill(0);
  }
}

/** Some media cannot sync a folder; the files themselves are synced by then. */
function syncTolerantly(fs: FileSystem, folder: string): void {
  try {
    fs.syncDirectory(folder);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
  }
}

function removeQuietly(fs: FileSystem, path: string): void {
  try {
    fs.remove(path);
  } catch (error) {
    if (!(error instanceof FileError)) throw error; // it stays, and the operator is told that something may
  }
}

const reasons: Readonly<Record<string, string>> = {
  EEXIST: 'something has that name already',
  ENOTDIR: 'it is not a folder',
  EFTYPE: 'it is not a folder',
  ENOENT: 'it is not there',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk is full',
  EROFS: 'the disk is read-only',
  EACCES: 'this user may not',
  EPERM: 'this user may not',
};

function describing<T>(folder: string, changed: boolean, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    throw new Problem(
      'OUTPUT_FAILED',
      `writing to ${escapeText(folder)} failed: ${reasons[error.errno] ?? `the system says ${error.errno}`}`,
      'name another folder with --out',
      changed,
    );
  }
}
