import { escapeText } from '../bytes/printable.ts';
import { emptyParcel, haveOf, isHave, isParcel, parcelOf, readHave, unpack } from '../courier/qr/parcel.ts';
import { openStick, readStick, type Stick } from '../courier/stick.ts';
import { makeDirectoryDurably } from '../media/durable-file.ts';
import { joinPath } from '../media/file-system.ts';
import { Problem } from '../problem.ts';
import { showOnScreen } from './codes.ts';
import { scanOne } from './commands/qr-scan.ts';
import type { Session } from './session.ts';

/*
 * A visit without a stick. A folder in the home of this machine stands in its place; before the work the other machine shows
 * what is lacking there, behind it this one shows what the next machine lacks. What one does here, the other does
 * at the same time: who is to receive first shows what it has.
 */

export interface Light {
  /** The camera to look through; a scanner that types where none is named. */
  readonly camera?: string;
  readonly speed?: number;
}

/** The folder in the place of the stick; what the other machine shows is in it by then. */
export async function beforeWork(session: Session, light: Light, named: Stick | undefined): Promise<Stick> {
  const { context, say } = session;
  const stick = named ?? ownFolder(session);
  if (!(await session.confirm('is there another machine whose packets are to come here?'))) return stick;
  say.line('1 of 2: this code says what is here; the other machine scans it, then press q');
  await showOnScreen(session, haveOf(readStick(context.fs, stick)), 'what is here', light);
  say.line('2 of 2: the other machine shows the rest');
  const file = await scanOne(session, light.camera);
  if (!isParcel(file)) throw unexpected('not what a machine brings', 'on the other machine, go on to its second step');
  const { written, there, kept } = unpack(context.fs, stick, file);
  say.line(`${written} new files came, ${there} were here already`);
  for (const name of kept) say.line(`left out: ${escapeText(name)}, of which there is another one here`);
  return stick;
}

export async function afterWork(session: Session, light: Light, stick: Stick): Promise<void> {
  const { context, say } = session;
  if (!(await session.confirm('is there another machine that packets are to go to?'))) return;
  say.line('1 of 2: the other machine shows what it has');
  const file = await scanOne(session, light.camera);
  if (!isHave(file)) throw unexpected('not what a machine has', 'on the other machine: conclave next --qr');
  const parcel = parcelOf(readStick(context.fs, stick), readHave(file)) ?? emptyParcel;
  say.line('2 of 2: the other machine scans what it lacks; press q when it has all');
  await showOnScreen(session, parcel, 'what it lacks', light);
}

function ownFolder({ context: { fs }, home }: Session): Stick {
  const path = joinPath(home, 'codes');
  if (fs.kind(path) === 'absent') makeDirectoryDurably(fs, path);
  return openStick(fs, path);
}

function unexpected(what: string, hint: string): Problem {
  return new Problem('PARCEL_INVALID', `the other machine shows ${what}`, hint);
}
