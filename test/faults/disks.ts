import {
  type FaultPlan,
  type FaultyFileSystem,
  faultyFileSystem,
  type MemoryFileSystem,
} from '../../src/media/faults.ts';
import { FileError, type FileSystem } from '../../src/media/file-system.ts';

/* The ways in which a disk can let a program down at its k-th operation, and what is left of it afterwards. */

type Operation = FaultyFileSystem['operations'][number];

export interface DiskFault {
  readonly name: string;
  /** Whether the process dies of it. If not, the program has to say in words what happened. */
  readonly deadly: boolean;
  /** What is counted: what changes the disk, or reading as well. */
  readonly count: 'changes' | 'all';
  /** Whether this operation can go wrong in this way and in no simpler one. */
  readonly at: (operation: Operation) => boolean;
  readonly disk: (memory: MemoryFileSystem, at: number) => FileSystem;
  /** What the disk has when the next process looks at it. */
  readonly after: (memory: MemoryFileSystem) => void;
}

const everywhere = (): boolean => true;
const asItIs = (): void => undefined;

/** Each run of the program has a file system of its own, as each process has. */
function faulty(plan: Omit<FaultPlan, 'at'>): DiskFault['disk'] {
  return (memory, at) => faultyFileSystem({ ...memory }, { ...plan, at });
}

function fault(name: string, plan: Omit<FaultPlan, 'at'>, rest: Partial<DiskFault> = {}): DiskFault {
  const deadly = plan.fault === 'kill' || plan.fault === 'torn';
  return { name, deadly, count: 'changes', at: everywhere, disk: faulty(plan), after: asItIs, ...rest };
}

export const diskFaults: readonly DiskFault[] = [
  // the process dies, and the system writes out whatever it had done
  fault('kill', { fault: 'kill' }),
  fault('torn write', { fault: 'torn' }, { at: ({ operation }) => operation === 'write' }),
  // the machine dies: what was not synced is gone, or names are there without what was to be behind them
  fault('power cut', { fault: 'kill' }, { after: (memory) => memory.crash('nothing') }),
  fault('power cut, names kept', { fault: 'kill' }, { after: (memory) => memory.crash('names') }),
  // the disk says no, once or from here on; half of a write that is refused is there
  fault('ENOSPC once', { fault: 'ENOSPC' }),
  fault('ENOSPC', { fault: 'ENOSPC', lasting: true }),
  fault('EIO once', { fault: 'EIO' }),
  fault('EIO', { fault: 'EIO', lasting: true }),
  fault('EROFS', { fault: 'EROFS', lasting: true }),
  // the stick goes away, and the disk of the vault stays
  fault('stick pulled', { fault: 'EIO' }, { at: ({ path }) => onStick(path), disk: pulled }),
];

/** One sector that cannot be read, or a loose cable for a moment: reading is counted here as well. */
export const readFault: DiskFault = fault('EIO reading', { fault: 'EIO', count: 'all' }, { count: 'all' });

const onStick = (path: string): boolean => path === '/stick' || path.startsWith('/stick/');

/** From the k-th operation on, nothing below the stick's folder reads or writes any more. */
function pulled(memory: MemoryFileSystem, at: number): FileSystem {
  const counted = faultyFileSystem({ ...memory });
  const guarded = Object.entries(counted).map(([name, operation]) => [
    name,
    typeof operation !== 'function'
      ? operation
      : (...given: unknown[]) => {
          const path = pathOf(given);
          const gone = counted.operations.length >= at - 1 && onStick(path);
          if (!gone) return (operation as (...given: unknown[]) => unknown)(...given);
          if (name === 'kind') return 'absent';
          throw new FileError('EIO', name as keyof FileSystem, path);
        },
  ]);
  return Object.fromEntries(guarded) as FileSystem;
}

function pathOf([first]: readonly unknown[]): string {
  return typeof first === 'string' ? first : ((first as { path: string } | undefined)?.path ?? '');
}
