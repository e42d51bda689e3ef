import { type FileSystem, nodeFileSystem } from '../media/file-system.ts';
import type { Processes } from '../vault/lock.ts';

/** The real processes of this machine: how the vault's lock tells a living holder from a dead one. */
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
