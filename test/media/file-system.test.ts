import { execFileSync } from 'node:child_process';
import nodeFs, {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeDirectoryDurably, writeDurably } from '../../src/media/durable-file.ts';
import { faultyFileSystem, memoryFileSystem, PowerCut } from '../../src/media/faults.ts';
import { FileError, nodeFileSystem as fs } from '../../src/media/file-system.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'conclave-media-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const errno = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    return error instanceof FileError ? error.errno : error;
  }
  return 'none';
};

describe('the real file system', () => {
  it('tells files, folders, links and pipes apart and follows none', () => {
    writeFileSync(join(folder, 'file'), 'x');
    mkdirSync(join(folder, 'folder'));
    symlinkSync(join(folder, 'file'), join(folder, 'link'));
    symlinkSync(join(folder, 'folder'), join(folder, 'folder-link'));
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    const found = Object.fromEntries(fs.list(folder).map(({ name, kind }) => [name, kind]));
    expect(found).toEqual({ file: 'file', folder: 'directory', link: 'other', 'folder-link': 'other', pipe: 'other' });
    for (const [name, kind] of Object.entries(found)) expect(fs.kind(join(folder, name))).toBe(kind);
    expect(fs.kind(join(folder, 'nothing'))).toBe('absent');
    for (const name of ['link', 'pipe', 'folder']) expect(errno(() => fs.readFile(join(folder, name)))).toBe('EFTYPE');
    expect(errno(() => fs.readFile('/dev/zero', 10))).toBe('EFTYPE');
    expect(errno(() => fs.list(join(folder, 'folder-link')))).toBe('ENOTDIR');
    expect(errno(() => fs.changeMode(join(folder, 'link'), 0o600))).toBe('EFTYPE');
    expect(fs.realPath(join(folder, 'folder-link'))).toBe(fs.realPath(join(folder, 'folder')));
  });

  it('does not even open what is no file', async () => {
    const server = createServer().listen(join(folder, 'socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    expect(errno(() => fs.readFile(join(folder, 'socket')))).toBe('EFTYPE'); // to open it would be ENXIO
    server.close();
  });

  it('is not fooled, and does not wait, when a file becomes something else before it is opened', () => {
    writeFileSync(join(folder, 'file'), 'x');
    symlinkSync(join(folder, 'file'), join(folder, 'link'));
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    const file = nodeFs.lstatSync(join(folder, 'file'));
    const system: { lstatSync: unknown } = nodeFs;
    const honest = nodeFs.lstatSync;
    system.lstatSync = () => file;
    syncBuiltinESMExports();
    try {
      for (const name of ['link', 'pipe', '.']) expect(errno(() => fs.readFile(join(folder, name)))).toBe('EFTYPE');
    } finally {
      system.lstatSync = honest;
      syncBuiltinESMExports();
    }
  });

  it('makes no room for a file that is longer than the limit', () => {
    writeFileSync(join(folder, 'sparse'), '');
    truncateSync(join(folder, 'sparse'), 2 ** 40);
    expect(errno(() => fs.readFile(join(folder, 'sparse'), 10))).toBe('EFBIG');
  });

  it('reads up to a limit and lists up to a limit', () => {
    writeFileSync(join(folder, 'file'), 'twelve bytes');
    writeFileSync(join(folder, 'second'), '');
    expect(new TextDecoder().decode(fs.readFile(join(folder, 'file'), 12))).toBe('twelve bytes');
    expect(errno(() => fs.readFile(join(folder, 'file'), 11))).toBe('EFBIG');
    expect(fs.list(folder, 1)).toHaveLength(1);
  });

  it('reads files that say they are empty, and not more of them than the limit', () => {
    expect(fs.size('/proc/self/stat')).toBe(0);
    expect(fs.readFile('/proc/self/stat').length).toBeGreaterThan(10);
    expect(errno(() => fs.readFile('/proc/self/stat', 10))).toBe('EFBIG');
  });

  it('never lets an error of the system through as it is', () => {
    const missing = join(folder, 'missing', 'file');
    writeFileSync(join(folder, 'file'), 'x');
    expect(errno(() => fs.size(missing))).toBe('ENOENT');
    expect(errno(() => fs.list(missing))).toBe('ENOENT');
    expect(errno(() => fs.createFile(missing, 0o600))).toBe('ENOENT');
    expect(errno(() => fs.rename(missing, folder))).toBe('ENOENT');
    expect(errno(() => fs.remove(missing))).toBe('ENOENT');
    expect(errno(() => fs.syncDirectory(missing))).toBe('ENOENT');
    expect(errno(() => fs.realPath(missing))).toBe('ENOENT');
    expect(errno(() => fs.makeDirectory(folder, 0o700))).toBe('EEXIST');
    expect(errno(() => fs.createFile(join(folder, 'file'), 0o600))).toBe('EEXIST');
    expect(errno(() => fs.kind(join(folder, 'file', 'below')))).toMatch(/none|ENOTDIR/);
    expect(errno(() => fs.write({ path: 'foreign' }, new Uint8Array(1)))).toBe('EBADF');
  });

  it('never writes through a link that has the name of the file or of the unfinished one', () => {
    const victim = join(folder, 'victim');
    writeFileSync(victim, 'untouched');
    symlinkSync(victim, join(folder, 'state'));
    symlinkSync(victim, join(folder, 'state.new'));
    expect(errno(() => fs.createFile(join(folder, 'state'), 0o600))).toBe('EEXIST');
    writeDurably(fs, join(folder, 'state'), new Uint8Array([1]));
    expect(new TextDecoder().decode(fs.readFile(victim))).toBe('untouched');
    expect(fs.readFile(join(folder, 'state'))).toEqual(new Uint8Array([1]));
  });

  it('keeps 0600 and 0700 also where file and folder were there with other modes', () => {
    const home = join(folder, 'home');
    mkdirSync(home);
    chmodSync(home, 0o777);
    writeFileSync(join(home, 'state'), 'old');
    chmodSync(join(home, 'state'), 0o666);
    makeDirectoryDurably(fs, home);
    writeDurably(fs, join(home, 'state'), new Uint8Array(3));
    expect(statSync(home).mode & 0o777).toBe(0o700);
    expect(statSync(join(home, 'state')).mode & 0o777).toBe(0o600);
  });
});

describe('the fault injector', () => {
  it('is dead for good after a power cut, and lets the file that it tore be seen', () => {
    const faulty = faultyFileSystem(fs, { at: 2, fault: 'torn' });
    const path = join(folder, 'torn');
    const handle = faulty.createFile(path, 0o600);
    expect(() => faulty.write(handle, new Uint8Array(10))).toThrow(PowerCut);
    expect(() => faulty.kind(path)).toThrow(PowerCut);
    expect(() => faulty.close(handle)).toThrow(PowerCut);
    expect(fs.size(path)).toBe(5);
  });

  it('fails once or from then on, counts changes or everything', () => {
    const memory = memoryFileSystem();
    const once = faultyFileSystem(memory, { at: 1, fault: 'EIO' });
    expect(errno(() => once.makeDirectory('/a', 0o700))).toBe('EIO');
    expect(errno(() => once.makeDirectory('/a', 0o700))).toBe('none');
    const lasting = faultyFileSystem(memory, { at: 1, fault: 'EROFS', lasting: true });
    expect(errno(() => lasting.makeDirectory('/b', 0o700))).toBe('EROFS');
    expect(errno(() => lasting.makeDirectory('/b', 0o700))).toBe('EROFS');
    expect(lasting.kind('/a')).toBe('directory');
    const reading = faultyFileSystem(memory, { at: 2, fault: 'pulled', count: 'all' });
    expect(reading.kind('/a')).toBe('directory');
    expect(errno(() => reading.kind('/a'))).toBe('EIO');
    expect(errno(() => reading.list('/a'))).toBe('EIO');
    expect(reading.operations).toHaveLength(2);
  });

  it('forgets in memory what was not synced', () => {
    const memory = memoryFileSystem();
    memory.putFolder('/d');
    const handle = memory.createFile('/d/f', 0o600);
    memory.write(handle, new Uint8Array([1, 2]));
    memory.syncDirectory('/d');
    memory.crash('nothing');
    expect(memory.readFile('/d/f')).toHaveLength(0);
    memory.rename('/d/f', '/d/g');
    memory.crash('nothing');
    expect(memory.list('/d')).toEqual([{ name: 'f', kind: 'file' }]);
  });
});
