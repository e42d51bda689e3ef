import { escapeText } from '../bytes/printable.ts';
import { text } from '../bytes/tagged-hash.ts';
import { writeDurably } from '../media/durable-file.ts';
import { FileError, type FileSystem } from '../media/file-system.ts';
import { Problem } from '../problem.ts';

/** A file for people, where the operator said: whole or not at all, in the place of an older one. */
export function writeReport(fs: FileSystem, path: string, content: string | Uint8Array): void {
  try {
    const kind = fs.kind(path);
    if (kind !== 'absent' && kind !== 'file') throw new FileError('EFTYPE', 'rename', path);
    writeDurably(fs, path, typeof content === 'string' ? text(content) : content, { mode: 0o644, tolerant: true });
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    throw new Problem(
      'OUTPUT_FAILED',
      `${escapeText(path)} cannot be written (${error.errno})`,
      'name a new file in a folder that is there and may be written to',
      error.changed,
    );
  }
}
