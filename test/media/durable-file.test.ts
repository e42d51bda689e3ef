import { describe, expect, it } from 'vitest';
import { makeDirectoryDurably, removeDurably, writeDurably } from '../../src/media/durable-file.ts';
import { faultyFileSystem, memoryFileSystem, PowerCut } from '../../src/media/faults.ts';
import { FileError, type FileSystem } from '../../src/media/file-system.ts';

const old = new Uint8Array(50).fill(1);
const fresh = new Uint8Array(70).fill(2);
const path = '/home/vault/state';

function disk() {
  const memory = memoryFileSystem();
  memory.putFolder('/home/vault', 0o700);
  memory.put(path, old, 0o644);
  return memory;
}

function thrown(work: () => void): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return null;
}

const steps = (() => {
  const counted = faultyFileSystem(disk());
  writeDurably(counted, path, fresh);
  return counted.operations;
})();

describe('a durable write', () => {
  it('is: new file, write, sync, close, rename, sync of the folder', () => {
    expect(steps.map(({ operation }) => operation)).toEqual([
      'createFile',
      'write',
      'sync',
      'close',
      'rename',
      'syncDirectory',
    ]);
  });

  for (const fault of ['kill', 'torn'] as const) {
    for (const kept of ['nothing', 'names'] as const) {
      it(`leaves the old or the new content when the power goes (${fault}) and ${kept} survives`, () => {
        for (let at = 1; at <= steps.length; at++) {
          const memory = disk();
          const error = thrown(() => writeDurably(faultyFileSystem(memory, { at, fault }), path, fresh));
          expect(error).toBeInstanceOf(PowerCut);
          memory.crash(kept);
          const found = memory.readFile(path);
          expect([old, fresh]).toContainEqual(found);
          writeDurably(memory, path, fresh); // also over what was left behind
          memory.crash('nothing');
          expect([...memory.files()]).toEqual([[path, fresh]]);
        }
      });
    }
  }

  it('lasts once it returned, whatever the power cut takes', () => {
    for (const kept of ['nothing', 'names'] as const) {
      const memory = disk();
      writeDurably(memory, path, fresh);
      memory.crash(kept);
      expect(memory.readFile(path)).toEqual(fresh);
    }
  });

  it.each(['ENOSPC', 'EIO', 'EROFS'] as const)('that fails with %s leaves the old file and nothing else', (fault) => {
    for (let at = 1; at <= steps.length; at++) {
      const memory = disk();
      const error = thrown(() => writeDurably(faultyFileSystem(memory, { at, fault }), path, fresh));
      expect(error).toBeInstanceOf(FileError);
      const changed = at === steps.length;
      expect(error).toMatchObject({ errno: fault, changed });
      expect([...memory.files()]).toEqual([[path, changed ? fresh : old]]);
    }
  });

  it('tells the first failure even when cleaning up fails as well', () => {
    const memory = disk();
    const failing = faultyFileSystem(memory, { at: 2, fault: 'ENOSPC', lasting: true });
    expect(thrown(() => writeDurably(failing, path, fresh))).toMatchObject({ errno: 'ENOSPC', operation: 'write' });
    expect(memory.readFile(path)).toEqual(old);
  });

  it('gives the file its mode also where an old one had another', () => {
    const memory = disk();
    writeDurably(memory, path, fresh);
    expect(memory.mode(path)).toBe(0o600);
  });

  it('bears a folder that cannot be synced only where it was told to', () => {
    for (const errno of ['EINVAL', 'ENOTSUP', 'EPERM', 'EISDIR', 'EIO']) {
      const memory = disk();
      const fs: FileSystem = {
        ...memory,
        syncDirectory: (at) => {
          throw new FileError(errno, 'syncDirectory', at);
        },
      };
      expect(thrown(() => writeDurably(fs, path, fresh))).toMatchObject({ errno, changed: true });
      const tolerated = thrown(() => writeDurably(fs, path, fresh, { tolerant: true }));
      if (errno === 'EIO') expect(tolerated).toMatchObject({ errno });
      else expect(tolerated).toBeNull();
    }
  });
});

describe('a durable removal', () => {
  it('lasts, also when an earlier one was stopped before the folder was synced', () => {
    const memory = disk();
    const cut = faultyFileSystem(memory, { at: 2, fault: 'kill' });
    expect(thrown(() => removeDurably(cut, path))).toBeInstanceOf(PowerCut);
    removeDurably(memory, path);
    memory.crash('nothing');
    expect(memory.kind(path)).toBe('absent');
  });
});

describe('a folder', () => {
  it('gets exactly its mode, new or old, and lasts', () => {
    const memory = disk();
    memory.putFolder('/home/open', 0o755);
    makeDirectoryDurably(memory, '/home/open');
    makeDirectoryDurably(memory, '/home/new');
    memory.crash('nothing');
    expect([memory.mode('/home/open'), memory.mode('/home/new')]).toEqual([0o700, 0o700]);
  });

  it('is refused where a file or a link has its name', () => {
    const memory = disk();
    memory.putOther('/home/link');
    expect(thrown(() => makeDirectoryDurably(memory, '/home/link'))).toMatchObject({ errno: 'ENOTDIR' });
    expect(thrown(() => makeDirectoryDurably(memory, path))).toMatchObject({ errno: 'ENOTDIR' });
  });
});
