import { resolve } from 'node:path';
import { escapeText } from '../bytes/printable.ts';
import { FileError } from '../media/file-system.ts';
import { Problem } from '../problem.ts';
import type { Session } from './session.ts';

/** A file that the operator named: regular, and no bigger than anything that it could be. */
export function readNamed({ context }: Session, file: string, most: number): Uint8Array {
  try {
    return context.fs.readFile(resolve(file), most);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    const why =
      error.errno === 'EFBIG'
        ? `larger than the ${most} bytes that any file of conclave may have`
        : error.errno === 'EFTYPE' || error.errno === 'ELOOP'
          ? 'not a regular file'
          : error.errno === 'ENOENT'
            ? 'there is no such file'
            : error.errno;
    throw new Problem(
      'USAGE',
      `${escapeText(file)} cannot be read: ${why}`,
      'name a file; one without / in front is looked for in the folder that you are in',
    );
  }
}
