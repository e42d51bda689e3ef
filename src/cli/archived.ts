import { resolve } from 'node:path';
import { escapeText } from '../bytes/printable.ts';
import { writeExport } from '../ceremony/export.ts';
import { makeDirectoryDurably, placeDirectory, writeDurably } from '../media/durable-file.ts';
import { FileError, joinPath } from '../media/file-system.ts';
import { Problem } from '../problem.ts';
import { type ArchiveFile, archiveFiles } from '../report/archive.ts';
import type { Named } from '../report/name-sheet.ts';
import type { Transcript } from '../report/transcript-json.ts';
import { verifierPage } from '../report/verifier-page.ts';
import type { Held } from '../vault/ceremonies.ts';
import type { Session } from './session.ts';

/** The folder of a ceremony's record: written beside its place, and put there whole or not at all. */
export async function archive(
  { context: { fs } }: Session,
  folder: string,
  { view }: Held,
  transcript: Transcript,
  sheet: readonly Named[],
): Promise<{ readonly path: string; readonly files: readonly ArchiveFile[] }> {
  const path = resolve(folder);
  const unfinished = `${path}.part`;
  if (fs.kind(path) !== 'absent') {
    throw new Problem('USAGE', `${escapeText(path)} is there already`, 'name a folder that is not there yet');
  }
  const exported = writeExport([view]);
  const files = await archiveFiles({ transcript, exported, verifier: verifierPage(), sheet });
  try {
    clear(fs, unfinished, new Set(files.map(({ name }) => name)));
    makeDirectoryDurably(fs, unfinished, { mode: 0o755, tolerant: true });
    for (const { name, bytes } of files)
      writeDurably(fs, joinPath(unfinished, name), bytes, { mode: 0o644, tolerant: true });
    placeDirectory(fs, unfinished, path);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    throw new Problem(
      'OUTPUT_FAILED',
      `${escapeText(path)} cannot be written (${error.errno})`,
      'name a new folder in one that is there and may be written to',
      error.changed,
    );
  }
  return { path, files };
}

/** What an interrupted run left is its own files and nothing else; anything else is somebody's, and stays. */
function clear(fs: Session['context']['fs'], folder: string, names: ReadonlySet<string>): void {
  if (fs.kind(folder) === 'absent') return;
  if (fs.kind(folder) !== 'directory') throw new FileError('ENOTDIR', 'makeDirectory', folder);
  const left = fs.list(folder, names.size * 2 + 1);
  const foreign = left.find(({ name, kind }) => kind !== 'file' || !names.has(name.replace(/\.new$/, '')));
  if (foreign !== undefined) {
    throw new Problem(
      'OUTPUT_FAILED',
      `${escapeText(folder)} holds something else: ${escapeText(foreign.name)}`,
      'take it away, or name another folder',
    );
  }
  for (const { name } of left) fs.remove(joinPath(folder, name));
}
