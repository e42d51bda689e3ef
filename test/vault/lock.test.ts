import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodeProcesses } from '../../src/cli/processes.ts';
import { faultyFileSystem, type MemoryFileSystem, memoryFileSystem } from '../../src/media/faults.ts';
import type { FileSystem } from '../../src/media/file-system.ts';
import { nodeFileSystem } from '../../src/media/file-system.ts';
import { Problem } from '../../src/problem.ts';
import { type Processes, takeLock, type VaultLock } from '../../src/vault/lock.ts';
import { code } from './support.ts';

const home = '/home/vault';
const boot = 'f017baf6-99eb';

/** A system with these processes and when each began. */
function system(starts: Record<number, string>, pid: number, atBoot = boot): Processes & { exit(): void } {
  const works = new Set<() => void>();
  return {
    pid,
    boot: () => atBoot,
    started: (asked) => starts[asked] ?? null,
    pause: () => {},
    onExit: (work) => {
      works.add(work);
      return () => works.delete(work);
    },
    exit: () => {
      for (const work of works) work();
    },
  };
}

function disk(): MemoryFileSystem {
  const memory = memoryFileSystem();
  memory.putFolder(home, 0o700);
  return memory;
}

const locks = (fs: FileSystem) =>
  fs
    .list(home)
    .map(({ name }) => name)
    .sort();
const own = (memory: MemoryFileSystem): FileSystem => ({ ...memory }); // each process has a file system of its own

describe('the lock of a vault', () => {
  it('is held by one process, and names it to another', () => {
    const memory = disk();
    const both = { 10: '1', 11: '2' };
    const lock = takeLock(own(memory), home, system(both, 10));
    let problem: unknown;
    try {
      takeLock(own(memory), home, system(both, 11));
    } catch (error) {
      problem = error;
    }
    expect(problem).toBeInstanceOf(Problem);
    expect(problem).toMatchObject({ code: 'VAULT_BUSY', changed: false });
    expect((problem as Problem).message).toContain('process 10');
    expect(locks(memory)).toEqual([`lock-10-1-${boot}`]);
    lock.release();
    expect(locks(memory)).toEqual([]);
    takeLock(own(memory), home, system(both, 11));
    expect(locks(memory)).toEqual([`lock-11-2-${boot}`]);
  });

  it('is for one holder within a process, too', () => {
    const memory = disk();
    const lock = takeLock(memory, home, system({ 10: '1' }, 10));
    expect(code(() => takeLock(memory, '/home/./vault/', system({ 10: '1' }, 10)))).toBe('VAULT_BUSY');
    lock.release();
    takeLock(memory, home, system({ 10: '1' }, 10)).release();
    expect(locks(memory)).toEqual([]);
  });

  it('goes when the process ends, and a release then does nothing to a successor', () => {
    const memory = disk();
    const first = system({ 10: '1' }, 10);
    const lock = takeLock(own(memory), home, first);
    first.exit();
    expect(locks(memory)).toEqual([]);
    takeLock(own(memory), home, system({ 10: '1' }, 10));
    lock.release();
    expect(locks(memory)).toHaveLength(1);
  });

  it.each([
    ['a process that is gone', { 11: '2' }, `lock-10-1-${boot}`],
    ['a process that is gone and whose start was unknown', { 11: '2' }, `lock-10-0-${boot}`],
    ['another process of the same number', { 10: '9', 11: '2' }, `lock-10-1-${boot}`],
    ['another run of the system', { 10: '1', 11: '2' }, 'lock-10-1-aaaa'],
    ['an earlier process of our own number', { 11: '2' }, `lock-11-1-${boot}`],
    ['our own name, from where starts cannot be told', { 11: '2' }, `lock-11-2-${boot}`],
  ])('is taken over from %s', (_, processes: Record<number, string>, stale) => {
    const memory = disk();
    memory.put(`${home}/${stale}`, new Uint8Array(0));
    takeLock(own(memory), home, system(processes, 11));
    expect(locks(memory)).toEqual([`lock-11-2-${boot}`]);
  });

  it('is not taken over from a living process whose start is unknown', () => {
    for (const [known, written] of [
      ['0', '1'],
      ['1', '0'],
    ] as const) {
      const memory = disk();
      memory.put(`${home}/lock-10-${written}-${boot}`, new Uint8Array(0));
      expect(code(() => takeLock(memory, home, system({ 10: known, 11: '2' }, 11)))).toBe('VAULT_BUSY');
    }
  });

  it('leaves files alone that are no locks', () => {
    const memory = disk();
    memory.put(`${home}/lock-of-the-door`, new Uint8Array(0));
    memory.put(`${home}/vault`, new Uint8Array(0));
    takeLock(own(memory), home, system({ 11: '2' }, 11)).release();
    expect(locks(memory)).toEqual(['lock-of-the-door', 'vault']);
  });

  it('never has two holders, wherever a second and a third process come in between, also over a stale one', () => {
    const alive = { 11: '2', 12: '3', 13: '4' };
    for (const stale of [false, true]) {
      for (let first = 1; first <= 12; first++) {
        for (let second = 1; second <= 12; second++) {
          const memory = disk();
          if (stale) memory.put(`${home}/lock-10-1-${boot}`, new Uint8Array(0));
          const holders: VaultLock[] = [];
          const enter = (fs: FileSystem, pid: number) => {
            try {
              holders.push(takeLock(fs, home, system(alive, pid)));
            } catch (error) {
              if (!(error instanceof Problem)) throw error;
            }
          };
          const third = () => enter(own(memory), 13);
          enter(
            interrupted(memory, first, () => enter(interrupted(memory, second, third), 12)),
            11,
          );
          expect(holders.length, `${stale} ${first} ${second}`).toBe(1);
          expect(locks(memory)).toHaveLength(1);
        }
      }
    }
  });

  it('says in words why it cannot be taken', () => {
    for (const [fault, expected] of [
      ['EROFS', 'VAULT_READ_ONLY'],
      ['ENOSPC', 'VAULT_FULL'],
      ['EACCES', 'VAULT_DENIED'],
      ['EIO', 'VAULT_FAILING'],
    ] as const) {
      const memory = disk();
      const fs = faultyFileSystem(memory, { at: 1, fault });
      expect(code(() => takeLock(fs, home, system({ 11: '2' }, 11)))).toBe(expected);
    }
    expect(code(() => takeLock(disk(), '/home/nowhere', system({ 11: '2' }, 11)))).toBe('VAULT_MISSING');
  });

  it('of a process that was killed while it held it does not stand in the way', () => {
    const memory = disk();
    takeLock(own(memory), home, system({ 11: '2' }, 11));
    takeLock(own(memory), home, system({ 12: '3' }, 12));
    expect(locks(memory)).toEqual([`lock-12-3-${boot}`]);
  });
});

describe('the real system', () => {
  it('knows this process, and that others are gone', () => {
    const processes = nodeProcesses();
    expect(processes.boot()).toMatch(/^[0-9a-f-]+$/);
    expect(processes.started(process.pid)).toMatch(/^[0-9]+$/);
    const gone = Number(execFileSync('sh', ['-c', 'echo $$'], { encoding: 'utf8' }));
    expect(processes.started(gone)).toBeNull();
  });

  it('reads the start behind a name that holds anything, and takes one that only waits to be buried for gone', () => {
    const proc = memoryFileSystem();
    const stat = (state: string) => {
      const line = `1 (a) Z b) ${state} ${Array.from({ length: 18 }, (_, i) => i).join(' ')} 4711 0\n`;
      proc.put(`/proc/${process.pid}/stat`, new TextEncoder().encode(line));
    };
    stat('R');
    expect(nodeProcesses(proc).started(process.pid)).toBe('4711');
    stat('Z');
    expect(nodeProcesses(proc).started(process.pid)).toBeNull();
    expect(nodeProcesses(memoryFileSystem()).started(process.pid)).toBe('0');
    expect(nodeProcesses(memoryFileSystem()).boot()).toBe('0');
  });

  it('gives the lock to one, and takes it back', () => {
    const folder = mkdtempSync(join(tmpdir(), 'conclave-lock-'));
    try {
      const lock = takeLock(nodeFileSystem, folder, nodeProcesses());
      expect(readdirSync(folder)).toHaveLength(1);
      expect(code(() => takeLock(nodeFileSystem, folder, nodeProcesses()))).toBe('VAULT_BUSY');
      lock.release();
      expect(readdirSync(folder)).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

/** Before its k-th operation of any kind, somebody else has a turn. */
function interrupted(memory: MemoryFileSystem, at: number, turn: () => void): FileSystem {
  let count = 0;
  const wrapped = Object.entries(memory).map(([name, operation]) => [
    name,
    (...given: unknown[]) => {
      if (++count === at) turn();
      return (operation as (...given: unknown[]) => unknown)(...given);
    },
  ]);
  return Object.fromEntries(wrapped) as FileSystem;
}
