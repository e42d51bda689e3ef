import { FileError } from '../media/file-system.ts';
import { Problem } from '../problem.ts';

/** Runs what touches the vault's files; what the disk says about it comes out in words. */
export function withVaultFiles<T>(doing: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw vaultProblem(error, doing);
  }
}

/** `doing` is "storing the share". Anything but a file error stays as it is. */
export function vaultProblem(error: unknown, doing: string): unknown {
  if (!(error instanceof FileError)) return error;
  const problem = (code: Problem['code'], why: string, hint: string) =>
    new Problem(code, `${doing} failed: ${why}`, hint, error.changed);
  switch (error.errno) {
    case 'ENOSPC':
    case 'EDQUOT':
      return problem('VAULT_FULL', 'the disk is full', 'free some space and run the same command again');
    case 'EROFS':
      return problem('VAULT_READ_ONLY', 'the disk is read-only', 'mount it writable and run the same command again');
    case 'EACCES':
    case 'EPERM':
      return problem('VAULT_DENIED', 'this user may not', 'run as the user who owns the vault, or name another --home');
    case 'ENOENT':
      return problem('VAULT_MISSING', 'it is not there', 'make a vault with conclave init, or name another --home');
    case 'EIO':
    case 'ENODEV':
    case 'ENXIO':
    case 'ESTALE':
      return problem('VAULT_FAILING', 'the disk does not answer as it should', 'check the disk, and run it again');
    case 'ENOTDIR':
    case 'EISDIR':
    case 'EEXIST':
    case 'ENOTEMPTY':
    case 'ELOOP':
    case 'EFTYPE':
      return problem(
        'VAULT_FILES',
        'something else has the name of a file or folder of the vault',
        'look into the folder of the vault; links and special files are never followed',
      );
    case 'EFBIG':
      return problem('VAULT_DAMAGED', 'a file of the vault is longer than it can be', 'restore it from a backup');
    default:
      return problem('VAULT_FILES', `the system says ${error.errno}`, 'run the same command again');
  }
}
