import * as v from 'valibot';
import { Problem } from '../problem.ts';
import type { Page } from './page.ts';

/*
 * In packets people go by handles. Who they are stands on a sheet that stays on this machine: it is put on paper and
 * into nothing that is signed, exported or read by another program.
 */

export interface Named {
  readonly handle: string;
  readonly name: string;
  readonly role: string;
}

const field = v.pipe(v.string(), v.maxLength(200));
const sheetSchema = v.pipe(
  v.array(v.strictObject({ handle: v.pipe(field, v.minLength(1)), name: field, role: v.optional(field, '') })),
  v.maxLength(500),
);

/** JSON as [{handle, name, role}], or lines of handle,name,role with or without such a line at the top. */
export function readNameSheet(content: string): Named[] {
  const result = v.safeParse(sheetSchema, content.trimStart().startsWith('[') ? parsed(content) : rows(content));
  if (!result.success)
    throw new Problem(
      'USAGE',
      'the sheet of names cannot be read',
      'JSON [{handle, name, role}], or lines of handle,name,role',
    );
  const handles = result.output.map(({ handle }) => handle.toLowerCase());
  const twice = handles.find((handle, at) => handles.indexOf(handle) !== at);
  if (twice !== undefined) throw new Problem('USAGE', `the sheet of names has ${JSON.stringify(twice)} twice`);
  return result.output;
}

function parsed(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return null;
  }
}

function rows(content: string): unknown {
  const lines = content.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'));
  const cells = lines.map((line) => cellsOf(line));
  const body = cells[0]?.[0]?.toLowerCase() === 'handle' ? cells.slice(1) : cells;
  return body.map(([handle, name, role = '', ...more]) => (more.length > 0 ? null : { handle, name, role }));
}

/** A cell in quotes may hold commas, and quotes that are doubled. */
function cellsOf(line: string): string[] {
  const cells = line.matchAll(/\s*(?:"((?:[^"]|"")*)"|([^,]*))\s*(?:,|$)/g);
  const found = [...cells].map(([, quoted, bare = '']) =>
    (quoted === undefined ? bare : quoted.replaceAll('""', '"')).trim(),
  );
  return line.endsWith(',') ? found : found.slice(0, -1);
}

/** A handle with the name behind it, for whoever reads the paper. */
export function withName(handle: string, sheet: readonly Named[]): string {
  const found = sheet.find((one) => one.handle.toLowerCase() === handle.toLowerCase());
  return found === undefined ? handle : `${handle} (${found.name})`;
}

export function namesSection(page: Page, handles: readonly string[], sheet: readonly Named[]): void {
  if (sheet.length === 0) return;
  page.section('who they are: names from a local sheet');
  page.text('These names are in no packet and in no export, and nobody signed them.');
  page.table(
    handles.map((handle) => {
      const found = sheet.find((one) => one.handle.toLowerCase() === handle.toLowerCase());
      return [handle, found?.name ?? 'not on the sheet', found?.role ?? ''];
    }),
    ['handle', 'name', 'role'],
    [24, 30],
  );
}
