import { writeDurably } from '../media/durable-file.ts';
import { type FileSystem, joinPath } from '../media/file-system.ts';

/* What happens to disks in a rehearsal: sticks are lost, homes are copied and copies come back. */

/** Every file below a folder, by its whole path. */
export function filesIn(fs: FileSystem, folder: string): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (const { name, kind } of fs.list(folder)) {
    const path = joinPath(folder, name);
    if (kind === 'directory') for (const [inside, bytes] of filesIn(fs, path)) files.set(inside, bytes);
    else if (kind === 'file') files.set(path, fs.readFile(path));
  }
  return files;
}

/** The folders stay: an empty one says nothing. */
export function emptyFolder(fs: FileSystem, folder: string): void {
  for (const path of filesIn(fs, folder).keys()) fs.remove(path);
}

/** The folder as it was when the copy was made, whatever came after. */
export function putBack(fs: FileSystem, folder: string, copy: ReadonlyMap<string, Uint8Array>): void {
  emptyFolder(fs, folder);
  for (const [path, bytes] of copy) writeDurably(fs, path, bytes);
}
