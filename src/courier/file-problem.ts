import { FileError } from '../media/file-system.ts';
import { Problem } from '../problem.ts';
import { printable } from './names.ts';

/** Runs what touches a stick; what its file system says about it comes out in words. */
export function withStick<T>(doing: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw stickProblem(error, doing);
  }
}

/** `doing` is "reading the stick". Anything but a file error stays as it is. */
export function stickProblem(error: unknown, doing: string): unknown {
  if (!(error instanceof FileError)) return error;
  const problem = (code: Problem['code'], why: string, hint: string) =>
    new Problem(code, `${doing} failed: ${why}`, hint, error.changed);
  switch (error.errno) {
    case 'ENOSPC':
    case 'EDQUOT':
      return problem(
        'STICK_FULL',
        'it is full',
        'free some space or take another stick, and run the same command again',
      );
    case 'EROFS':
      return problem('STICK_READ_ONLY', 'it is read-only', 'move its switch or mount it writable, and run it again');
    case 'EACCES':
    case 'EPERM':
      return problem('STICK_DENIED', 'this user may not', 'mount it for this user, and run the same command again');
    case 'EISDIR':
    case 'ENOTDIR':
    case 'EEXIST':
    case 'ENOTEMPTY':
    case 'ELOOP':
    case 'EFTYPE':
      return problem(
        'STICK_BLOCKED',
        `something else stands at ${printable(error.path)}`,
        'look at it, move it away or take another stick, and run the same command again',
      );
    case 'EIO':
    case 'ENODEV':
    case 'ENXIO':
    case 'ENOENT':
    case 'ENOTCONN':
    case 'ESTALE':
    case 'ENOMEDIUM':
      return problem('STICK_GONE', 'it was pulled out or is failing', 'plug it in or take another, and run it again');
    default:
      return problem('STICK_GONE', `the system says ${error.errno}`, 'try again, or take another stick');
  }
}
