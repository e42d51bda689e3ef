import { type EntryKind, FileError, type FileSystem, type Handle, joinPath, parentPath } from './file-system.ts';

/** The process ends here, as far as anything it could still do is concerned. Nobody may catch this and go on. */
export class PowerCut extends Error {
  constructor() {
    super('power cut');
    this.name = 'PowerCut';
  }
}

export interface FaultPlan {
  /** The first operation that goes wrong, counted from 1. */
  readonly at: number;
  /**
   * `kill`: the power goes before the operation. `torn`: half of the bytes get written, then the power goes.
   * `pulled`: from here on nothing on the medium reads or writes. Anything else is an errno, such as `ENOSPC`.
   */
  readonly fault: 'kill' | 'torn' | 'pulled' | `E${string}`;
  /** For an errno: every later operation that changes something fails in the same way. */
  readonly lasting?: boolean;
  /** What is counted: what changes the medium, or reading as well. */
  readonly count?: 'changes' | 'all';
}

export interface FaultyFileSystem extends FileSystem {
  /** What was counted so far, in order, so that a first run without a plan tells how many places there are. */
  readonly operations: readonly { readonly operation: keyof FileSystem; readonly path: string }[];
}

/** The file system below, with one fault at one place. Without a plan it only counts. */
export function faultyFileSystem(inner: FileSystem, plan?: FaultPlan): FaultyFileSystem {
  const operations: { operation: keyof FileSystem; path: string }[] = [];
  const open = new Set<Handle>();
  let dead = false;
  let pulled = false;

  function cut(): never {
    dead = true;
    for (const handle of open) inner.close(handle); // as the kernel does for a process that dies
    open.clear();
    throw new PowerCut();
  }

  function step<T>(operation: keyof FileSystem, path: string, changes: boolean, work: () => T, half?: () => void): T {
    if (dead) throw new PowerCut();
    if (pulled) throw new FileError('EIO', operation, path);
    if (changes || plan?.count === 'all') operations.push({ operation, path });
    else return work();
    if (plan === undefined || operations.length < plan.at) return work();
    const now = operations.length === plan.at;
    switch (plan.fault) {
      case 'kill':
        return cut();
      case 'torn':
        if (!now) return work();
        half?.();
        return cut();
      case 'pulled':
        pulled = true;
        for (const handle of open) inner.close(handle);
        open.clear();
        throw new FileError('EIO', operation, path);
      default:
        if (!now && !(plan.lasting === true && changes)) return work();
        half?.(); // a disk that runs full takes what still fits
        throw new FileError(plan.fault, operation, path);
    }
  }

  return {
    operations,
    kind: (path) => step('kind', path, false, () => inner.kind(path)),
    size: (path) => step('size', path, false, () => inner.size(path)),
    mode: (path) => step('mode', path, false, () => inner.mode(path)),
    list: (path, limit) => step('list', path, false, () => inner.list(path, limit)),
    readFile: (path, limit) => step('readFile', path, false, () => inner.readFile(path, limit)),
    realPath: (path) => step('realPath', path, false, () => inner.realPath(path)),
    makeDirectory: (path, mode) => step('makeDirectory', path, true, () => inner.makeDirectory(path, mode)),
    changeMode: (path, mode) => step('changeMode', path, true, () => inner.changeMode(path, mode)),
    createFile: (path, mode) =>
      step('createFile', path, true, () => {
        const handle = inner.createFile(path, mode);
        open.add(handle);
        return handle;
      }),
    write: (handle, bytes) => {
      const half = () => inner.write(handle, bytes.subarray(0, bytes.length >> 1));
      step('write', handle.path, true, () => inner.write(handle, bytes), half);
    },
    sync: (handle) => step('sync', handle.path, true, () => inner.sync(handle)),
    close: (handle) => {
      const close = () => {
        open.delete(handle);
        inner.close(handle);
      };
      step('close', handle.path, true, close, close); // also a close that reports an error has closed
    },
    rename: (from, to) => step('rename', to, true, () => inner.rename(from, to)),
    remove: (path) => step('remove', path, true, () => inner.remove(path)),
    syncDirectory: (path) => step('syncDirectory', path, true, () => inner.syncDirectory(path)),
  };
}

interface Leaf {
  readonly kind: 'file' | 'other';
  bytes: Uint8Array;
  stored: Uint8Array;
  mode: number;
}

interface Folder {
  readonly kind: 'directory';
  entries: Names;
  stored: Names;
  mode: number;
}

type Node = Leaf | Folder;
type Names = Map<string, { readonly name: string; readonly node: Node }>;

export interface MemoryFileSystem extends FileSystem {
  /** Puts something there with all folders above it, as if it had always been there. */
  put(path: string, bytes: Uint8Array, mode?: number): void;
  putFolder(path: string, mode?: number): void;
  /** A link, a pipe, a device: whatever is neither a file nor a folder. */
  putOther(path: string): void;
  /** Every file, for comparing before and after. */
  files(): Map<string, Uint8Array>;
  /**
   * What a power cut leaves. `nothing`: only what was synced. `names`: names changed but not the data behind them,
   * which is how files end up empty. Data that was synced is there in both.
   */
  crash(kept: 'nothing' | 'names'): void;
}

/** A disk in memory. With `ignoreCase` it looks names up as FAT does. */
export function memoryFileSystem(options: { readonly ignoreCase?: boolean } = {}): MemoryFileSystem {
  const root: Folder = { kind: 'directory', entries: new Map(), stored: new Map(), mode: 0o755 };
  let open = new Map<Handle, Leaf>();
  const key = (name: string) => (options.ignoreCase === true ? name.toLowerCase() : name);
  const partsOf = (path: string) => path.split('/').filter((part) => part !== '' && part !== '.');

  function find(path: string): Node | null {
    let node: Node = root;
    for (const part of partsOf(path)) {
      if (node.kind !== 'directory') return null;
      const next: { readonly node: Node } | undefined = node.entries.get(key(part));
      if (next === undefined) return null;
      node = next.node;
    }
    return node;
  }

  function need(operation: keyof FileSystem, path: string): Node {
    const node = find(path);
    if (node === null) throw new FileError('ENOENT', operation, path);
    return node;
  }

  function folderOf(operation: keyof FileSystem, path: string): { folder: Folder; name: string } {
    const folder = need(operation, parentPath(path));
    if (folder.kind !== 'directory') throw new FileError('ENOTDIR', operation, path);
    return { folder, name: partsOf(path).at(-1) as string };
  }

  function leafOf(operation: keyof FileSystem, handle: Handle): Leaf {
    const leaf = open.get(handle);
    if (leaf === undefined) throw new FileError('EBADF', operation, handle.path);
    return leaf;
  }

  function plant(path: string, node: Node): void {
    const parts = partsOf(path);
    const name = parts.pop();
    if (name === undefined) return;
    let folder = root;
    for (const part of parts) {
      let next = folder.entries.get(key(part));
      if (next === undefined) {
        next = { name: part, node: { kind: 'directory', entries: new Map(), stored: new Map(), mode: 0o755 } };
        folder.entries.set(key(part), next);
        folder.stored.set(key(part), next);
      }
      if (next.node.kind !== 'directory') throw new FileError('ENOTDIR', 'makeDirectory', path);
      folder = next.node;
    }
    folder.entries.set(key(name), { name, node });
    folder.stored.set(key(name), { name, node });
  }

  function settle(folder: Folder, kept: 'nothing' | 'names'): void {
    if (kept === 'nothing') folder.entries = new Map(folder.stored);
    else folder.stored = new Map(folder.entries);
    for (const { node } of folder.entries.values()) {
      if (node.kind === 'directory') settle(node, kept);
      else node.bytes = node.stored;
    }
  }

  return {
    kind: (path) => find(path)?.kind ?? 'absent',
    size: (path) => {
      const node = need('size', path);
      return node.kind === 'directory' ? 0 : node.bytes.length;
    },
    mode: (path) => need('mode', path).mode,
    list: (path, limit = Number.POSITIVE_INFINITY) => {
      const folder = need('list', path);
      if (folder.kind !== 'directory') throw new FileError('ENOTDIR', 'list', path);
      const entries = [...folder.entries.values()].map(({ name, node }) => ({ name, kind: node.kind as EntryKind }));
      return entries.slice(0, limit);
    },
    readFile: (path, limit = Number.POSITIVE_INFINITY) => {
      const file = need('readFile', path);
      if (file.kind !== 'file') throw new FileError('EFTYPE', 'readFile', path);
      if (file.bytes.length > limit) throw new FileError('EFBIG', 'readFile', path);
      return file.bytes.slice();
    },
    realPath: (path) => {
      need('realPath', path);
      return `/${partsOf(path).join('/')}`;
    },
    makeDirectory: (path, mode) => {
      if (find(path) !== null) throw new FileError('EEXIST', 'makeDirectory', path);
      const { folder, name } = folderOf('makeDirectory', path);
      folder.entries.set(key(name), {
        name,
        node: { kind: 'directory', entries: new Map(), stored: new Map(), mode },
      });
    },
    changeMode: (path, mode) => {
      need('changeMode', path).mode = mode;
    },
    createFile: (path, mode) => {
      if (find(path) !== null) throw new FileError('EEXIST', 'createFile', path);
      const { folder, name } = folderOf('createFile', path);
      const leaf: Leaf = { kind: 'file', bytes: new Uint8Array(0), stored: new Uint8Array(0), mode };
      folder.entries.set(key(name), { name, node: leaf });
      const handle = { path };
      open.set(handle, leaf);
      return handle;
    },
    write: (handle, bytes) => {
      const leaf = leafOf('write', handle);
      const longer = new Uint8Array(leaf.bytes.length + bytes.length);
      longer.set(leaf.bytes);
      longer.set(bytes, leaf.bytes.length);
      leaf.bytes = longer;
    },
    sync: (handle) => {
      const leaf = leafOf('sync', handle);
      leaf.stored = leaf.bytes;
    },
    close: (handle) => {
      leafOf('close', handle);
      open.delete(handle);
    },
    rename: (from, to) => {
      const node = need('rename', from);
      const source = folderOf('rename', from);
      const target = folderOf('rename', to);
      const there = find(to);
      if (there?.kind === 'directory') throw new FileError('EISDIR', 'rename', to);
      source.folder.entries.delete(key(source.name));
      target.folder.entries.delete(key(target.name));
      target.folder.entries.set(key(target.name), { name: target.name, node });
    },
    remove: (path) => {
      if (need('remove', path).kind === 'directory') throw new FileError('EISDIR', 'remove', path);
      const { folder, name } = folderOf('remove', path);
      folder.entries.delete(key(name));
    },
    syncDirectory: (path) => {
      const folder = need('syncDirectory', path);
      if (folder.kind !== 'directory') throw new FileError('ENOTDIR', 'syncDirectory', path);
      folder.stored = new Map(folder.entries);
    },
    put: (path, bytes, mode = 0o644) => {
      const copy = bytes.slice();
      plant(path, { kind: 'file', bytes: copy, stored: copy, mode });
    },
    putFolder: (path, mode = 0o755) => plant(path, { kind: 'directory', entries: new Map(), stored: new Map(), mode }),
    putOther: (path) => {
      plant(path, { kind: 'other', bytes: new Uint8Array(0), stored: new Uint8Array(0), mode: 0o644 });
    },
    files: () => {
      const found = new Map<string, Uint8Array>();
      const walk = (folder: Folder, above: string) => {
        for (const { name, node } of folder.entries.values()) {
          const path = joinPath(above, '/', name);
          if (node.kind === 'directory') walk(node, path);
          else if (node.kind === 'file') found.set(path, node.bytes);
        }
      };
      walk(root, '');
      return found;
    },
    crash: (kept) => {
      open = new Map();
      settle(root, kept);
    },
  };
}
