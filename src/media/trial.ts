import { type Entry, FileError, type FileSystem, type Handle, parentPath } from './file-system.ts';

/**
 * A disk on which everything can be tried and nothing happens: reads come from the real one until something was
 * written here, and writes stay in memory. A dry run works on this, through the same code as a real one.
 */
export function trialFileSystem(real: FileSystem): FileSystem {
  const written = new Map<string, { bytes: Uint8Array; mode: number }>();
  const folders = new Map<string, number>();
  const gone = new Set<string>();
  const handles = new Map<Handle, string>();

  const here = (path: string) => written.get(path);
  const kind: FileSystem['kind'] = (path) => {
    if (here(path) !== undefined) return 'file';
    if (folders.has(path)) return 'directory';
    return gone.has(path) ? 'absent' : real.kind(path);
  };
  const missing = (operation: keyof FileSystem, path: string): FileError => new FileError('ENOENT', operation, path);
  /** A path that this disk knows nothing of is the real one's. */
  const from = <T>(operation: keyof FileSystem, path: string, read: () => T): T => {
    if (gone.has(path)) throw missing(operation, path);
    return read();
  };
  const place = (path: string, file: { bytes: Uint8Array; mode: number }): void => {
    written.set(path, file);
    gone.delete(path);
  };
  const open = (operation: keyof FileSystem, handle: Handle): { bytes: Uint8Array; mode: number } => {
    const file = here(handles.get(handle) ?? '');
    if (file === undefined) throw new FileError('EBADF', operation, handle.path);
    return file;
  };

  return {
    kind,
    size: (path) => here(path)?.bytes.length ?? from('size', path, () => real.size(path)),
    mode: (path) => here(path)?.mode ?? folders.get(path) ?? from('mode', path, () => real.mode(path)),
    list: (path, limit) => {
      const inside = (name: string): boolean => parentPath(name) === path;
      const nameOf = (name: string): string => name.slice(name.lastIndexOf('/') + 1);
      const entries = new Map<string, Entry>();
      if (real.kind(path) === 'directory' || !folders.has(path)) {
        for (const entry of real.list(path, limit)) entries.set(entry.name, entry);
      }
      for (const name of gone) if (inside(name)) entries.delete(nameOf(name));
      for (const name of written.keys())
        if (inside(name)) entries.set(nameOf(name), { name: nameOf(name), kind: 'file' });
      for (const name of folders.keys())
        if (inside(name)) entries.set(nameOf(name), { name: nameOf(name), kind: 'directory' });
      return [...entries.values()].slice(0, limit);
    },
    readFile: (path, limit) => {
      const file = here(path);
      if (file === undefined) return from('readFile', path, () => real.readFile(path, limit));
      if (limit !== undefined && file.bytes.length > limit) throw new FileError('EFBIG', 'readFile', path);
      return new Uint8Array(file.bytes);
    },
    realPath: (path) => (folders.has(path) && real.kind(path) === 'absent' ? path : real.realPath(path)),
    makeDirectory: (path, mode) => {
      if (kind(path) !== 'absent') throw new FileError('EEXIST', 'makeDirectory', path);
      folders.set(path, mode);
    },
    changeMode: (path, mode) => {
      const file = here(path);
      if (file !== undefined) file.mode = mode;
      else if (kind(path) === 'directory') folders.set(path, mode);
      else place(path, { bytes: real.readFile(path), mode });
    },
    createFile: (path, mode) => {
      if (kind(path) !== 'absent') throw new FileError('EEXIST', 'createFile', path);
      if (kind(parentPath(path)) !== 'directory') throw missing('createFile', path);
      place(path, { bytes: new Uint8Array(), mode });
      const handle = { path };
      handles.set(handle, path);
      return handle;
    },
    write: (handle, bytes) => {
      const file = open('write', handle);
      const longer = new Uint8Array(file.bytes.length + bytes.length);
      longer.set(file.bytes);
      longer.set(bytes, file.bytes.length);
      file.bytes = longer;
    },
    sync: () => undefined,
    close: (handle) => {
      handles.delete(handle);
    },
    rename: (source, target) => {
      if (kind(source) !== 'file') throw missing('rename', source);
      const file = here(source) ?? { bytes: real.readFile(source), mode: real.mode(source) };
      place(target, file);
      written.delete(source);
      gone.add(source);
    },
    remove: (path) => {
      if (kind(path) === 'absent') throw missing('remove', path);
      if (kind(path) === 'directory') throw new FileError('EISDIR', 'remove', path);
      written.delete(path);
      gone.add(path);
    },
    syncDirectory: () => undefined,
  };
}
