import { FileError, type FileSystem, joinPath } from '../media/file-system.ts';
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

export function takeLock(fs: FileSystem, directory: string, processes: Processes): VaultLock {
  const { pid } = processes;
  const boot = processes.boot();
  const own = `lock-${pid}-${processes.started(pid) ?? '0'}-${boot}`;
  const path = joinPath(
    withVaultFiles('locking the vault', () => fs.realPath(directory)),
    own,
  );
  const mine = held.get(fs) ?? new Set<string>();
  held.set(fs, mine);
  if (mine.has(path)) throw busy(pid, path);
  let winner = '';
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (attempt > 0) processes.pause(1 + attempt * ((pid * 7 + attempt * 13) % 11)); // not in step with a neighbour
    withVaultFiles('locking the vault', () => make(fs, path));
    let other: string | null;
    try {
      other = withVaultFiles('locking the vault', () => livingOther(fs, directory, own, boot, processes));
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
