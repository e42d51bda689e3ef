import { FileError, type FileSystem, joinPath, nodeFileSystem } from '../media/file-system.ts';
import { Problem } from '../problem.ts';
import { withVaultFiles } from './file-problem.ts';

/** What the lock has to know of the machine. */
export interface Processes {
  readonly pid: number;
  /** Names this run of the operating system, or '0' where nothing does. */
  boot(): string;
  /** When the process began, in whatever unit, '0' if that cannot be known, null if there is no such process. */
  started(pid: number): string | null;
  pause(milliseconds: number): void;
  /** Runs the work when the process ends; what is returned takes that back. */
  onExit(work: () => void): () => void;
}

export interface VaultLock {
  release(): void;
}

/*
 * A lock is a file whose name says who holds it: process, its start, boot. A name comes into being at once, where
 * content could be met half written; and nobody else ever makes a file of that name, so the file of a dead process
 * can be removed without fear of removing a successor's. Whoever wants the lock first makes its own file and only
 * then looks for others: of two at the same time at least one sees the other, and whoever sees a living one gives
 * way. Both may do so; then they try again a little later. Processes of one system are meant: what another machine
 * or container does on a shared disk cannot be seen from here.
 */
const lockName = /^lock-([1-9][0-9]{0,9})-([0-9]{1,20})-([0-9a-f-]{1,40})$/;
const attempts = 6;
const held = new WeakMap<FileSystem, Set<string>>(); // by file system: a rehearsal plays many processes in one

export function takeLock(fs: FileSystem, directory: string, processes: Processes = nodeProcesses()): VaultLock {
  const { pid } = processes;
  const boot = processes.boot();
  const own = `lock-${pid}-${processes.started(pid) ?? '0'}-${boot}`;
  const path = joinPath(
    withVaultFiles('lock the vault', () => fs.realPath(directory)),
    own,
  );
  const mine = held.get(fs) ?? new Set<string>();
  held.set(fs, mine);
  if (mine.has(path)) throw busy(pid, path);
  let winner = '';
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (attempt > 0) processes.pause(1 + attempt * ((pid * 7 + attempt * 13) % 11)); // not in step with a neighbour
    withVaultFiles('lock the vault', () => make(fs, path));
    let other: string | null;
    try {
      other = withVaultFiles('lock the vault', () => livingOther(fs, directory, own, boot, processes));
    } catch (error) {
      drop(fs, path);
      throw error;
    }
    if (other === null) {
      mine.add(path);
      const release = () => {
        if (!mine.delete(path)) return;
        stayQuiet();
        drop(fs, path);
      };
      const stayQuiet = processes.onExit(release);
      return { release };
    }
    drop(fs, path);
    winner = other;
  }
  throw busy(Number(lockName.exec(winner)?.[1]), joinPath(directory, winner));
}

function make(fs: FileSystem, path: string): void {
  try {
    fs.close(fs.createFile(path, 0o600));
  } catch (error) {
    // Ours by name and not held by us: an earlier process had the same number, where starts cannot be told apart.
    if (!(error instanceof FileError && error.errno === 'EEXIST')) throw error;
  }
}

/** The name of a lock that a living process has, after those of dead ones are gone. */
function livingOther(
  fs: FileSystem,
  directory: string,
  own: string,
  boot: string,
  processes: Processes,
): string | null {
  let living: string | null = null;
  for (const { name } of fs.list(directory)) {
    const match = lockName.exec(name);
    if (match === null || name === own) continue;
    const start = processes.started(Number(match[1]));
    const sameRun = match[3] === boot;
    const sameStart = start === match[2] || start === '0' || match[2] === '0';
    if (sameRun && start !== null && sameStart) living = name;
    else discard(fs, joinPath(directory, name));
  }
  return living;
}

function discard(fs: FileSystem, path: string): void {
  try {
    fs.remove(path);
  } catch (error) {
    if (!(error instanceof FileError && error.errno === 'ENOENT')) throw error; // another one was faster
  }
}

/** A lock that cannot be removed is the lock of a process that is about to be dead. */
function drop(fs: FileSystem, path: string): void {
  try {
    fs.remove(path);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
  }
}

function busy(pid: number, path: string): Problem {
  return new Problem(
    'VAULT_BUSY',
    `another conclave, process ${pid}, works with this vault`,
    `wait for it to end; if there is no such process, remove ${path}`,
  );
}

export function nodeProcesses(fs: FileSystem = nodeFileSystem): Processes {
  const read = (path: string) => {
    try {
      return new TextDecoder().decode(fs.readFile(path, 4096));
    } catch {
      return null; // no /proc on this system, or no such process
    }
  };
  return {
    pid: process.pid,
    boot: () => {
      const id = read('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
      return /^[0-9a-f-]{1,40}$/.test(id) ? id : '0';
    },
    started: (pid) => {
      if (!exists(pid)) return null;
      const stat = read(`/proc/${pid}/stat`);
      if (stat === null) return '0';
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // a command's name may hold anything
      if (fields[0] === 'Z' || fields[0] === 'X') return null; // ended, and not yet waited for
      return /^[0-9]{1,20}$/.test(fields[19] ?? '') ? (fields[19] as string) : '0';
    },
    pause: (milliseconds) => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
    },
    onExit: (work) => {
      if (atExit.size === 0) process.once('exit', leave);
      atExit.add(work);
      return () => {
        atExit.delete(work);
        if (atExit.size === 0) process.off('exit', leave);
      };
    },
  };
}

const atExit = new Set<() => void>();

function leave(): void {
  for (const work of [...atExit]) {
    try {
      work();
    } catch {
      // the lock stays, and the next process sees that it is a dead one's
    }
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'; // somebody else's process is alive as well
  }
}
