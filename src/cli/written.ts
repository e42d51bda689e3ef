import { equalBytes } from '../bytes/hex.ts';
import { escapeText } from '../bytes/printable.ts';
import { text } from '../bytes/tagged-hash.ts';
import { writeDurably } from '../media/durable-file.ts';
import { FileError, type FileSystem } from '../media/file-system.ts';
import { Problem } from '../problem.ts';

/** How the files of this program begin that are more than a report: cards, exports, evidence, proposals, vaults. */
const ours = text('conclave ');

/**
 * A file for people, where the operator said: whole or not at all, in the place of an older one of its kind. What may be the only
 * copy of a record is not what a page or a transcript is written over by a slip.
 */
export function writeReport(fs: FileSystem, path: string, content: string | Uint8Array): void {
  try {
    const kind = fs.kind(path);
    if (kind !== 'absent' && kind !== 'file') throw new FileError('EFTYPE', 'rename', path);
    const bytes = typeof content === 'string' ? text(content) : content;
    if (kind === 'file' && isRecord(fs, path) && !equalBytes(bytes.subarray(0, ours.length), ours))
      throw new FileError('EEXIST', 'rename', path);
    writeDurably(fs, path, bytes, { mode: 0o644, tolerant: true });
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    const why = error.errno === 'EEXIST' ? 'a record of conclave has that name already' : error.errno;
    throw new Problem(
      'OUTPUT_FAILED',
      `${escapeText(path)} cannot be written (${why})`,
      'name a new file in a folder that is there and may be written to',
      error.changed,
    );
  }
}

function isRecord(fs: FileSystem, path: string): boolean {
  try {
    return equalBytes(fs.readFile(path, 64 * 1024 * 1024).subarray(0, ours.length), ours);
  } catch (error) {
    // larger than any page: not something to be written over by one
    if (error instanceof FileError) return error.errno === 'EFBIG';
    throw error;
  }
}
