import {
  type EntryKind,
  FileError,
  type FileSystem,
  type Handle,
  joinPath,
  parentPath,
} from '../../src/media/file-system.ts';

/** Every file of a disk by its path. Nobody writes into these bytes. */
export type Files = ReadonlyMap<string, Uint8Array>;

/**
 * A disk over files that stay as they are: what is written makes new ones. It hands out the very bytes that it has, so
 * that what was computed of them once is known the next time; where the power goes, media's own memory disk is used.
 */
export function diskOver(files: Files): FileSystem & { readonly files: () => Files } {
  const now = new Map(files);
  const folders = new Set(['/']);
  for (const path of files.keys())
    for (let up = parentPath(path); !folders.has(up); up = parentPath(up)) folders.add(up);
  const kind = (path: string): EntryKind | 'absent' =>
    now.has(path) ? 'file' : folders.has(path) ? 'directory' : 'absent';
  const need = (operation: keyof FileSystem, path: string): Uint8Array => {
    const bytes = now.get(path);
    if (bytes === undefined) throw new FileError('ENOENT', operation, path);
    return bytes;
  };
  return {
    kind,
    size: (path) => need('size', path).length,
    mode: (path) => (folders.has(path) ? 0o700 : 0o600),
    list: (path, limit = Number.POSITIVE_INFINITY) => {
      const inside = joinPath(path, '/');
      const names = [...now.keys(), ...folders].filter(
        (one) => one.length > inside.length && one.startsWith(inside) && !one.includes('/', inside.length),
      );
      return names.slice(0, limit).map((one) => ({ name: one.slice(inside.length), kind: kind(one) as EntryKind }));
    },
    readFile: (path) => need('readFile', path),
    realPath: (path) => path,
    makeDirectory: (path) => void folders.add(path),
    changeMode: () => {},
    createFile: (path) => {
      if (kind(path) !== 'absent') throw new FileError('EEXIST', 'createFile', path);
      now.set(path, new Uint8Array(0));
      return { path };
    },
    write: (handle: Handle, bytes) => void now.set(handle.path, bytes.slice()),
    sync: () => {},
    close: () => {},
    rename: (from, to) => {
      now.set(to, need('rename', from));
      now.delete(from);
    },
    remove: (path) => void now.delete(path),
    syncDirectory: () => {},
    files: () => now,
  };
}
