import { toHex } from '../bytes/hex.ts';
import { escapeText } from '../bytes/printable.ts';
import { outstanding } from '../ceremony/duties.ts';
import { unwrapProposal } from '../ceremony/envelope.ts';
import { isOver } from '../ceremony/over.ts';
import type { Plan } from '../ceremony/plan.ts';
import {
  emptyParcel,
  haveOf,
  isHave,
  isParcel,
  markOf,
  markOfMachine,
  parcelOf,
  readHave,
  unpack,
} from '../courier/qr/parcel.ts';
import { ceremonyFolder, openStick, readStick, type Stick, type StickContent } from '../courier/stick.ts';
import { makeDirectoryDurably } from '../media/durable-file.ts';
import { joinPath } from '../media/file-system.ts';
import { Problem } from '../problem.ts';
import type { Ceremonies } from '../vault/ceremonies.ts';
import { myIdentity } from '../vault/identity.ts';
import { giveOut } from './carry.ts';
import { showOnScreen } from './codes.ts';
import { scanOne } from './commands/qr-scan.ts';
import { judgeOf } from './scan-standing.ts';
import { saidOf } from './scanned.ts';
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
export async function beforeWork(
  session: Session,
  ceremonies: Ceremonies,
  light: Light,
  named: Stick | undefined,
): Promise<Stick> {
  const { context, say } = session;
  const stick = named ?? ownFolder(session);
  if (!(await session.confirm('is there another machine whose packets are to come here?'))) return stick;
  // what this vault has from sticks need not come again
  const { trouble } = giveOut(session, ceremonies, ceremonies.all(), [stick]);
  if (trouble !== null) throw trouble;
  say.line('1 of 2: this code says what is here; the other machine scans it, then press q');
  await showOnScreen(
    session,
    haveOf(
      readStick(context.fs, stick),
      new Set(settled(ceremonies).map(({ ceremony }) => ceremonyFolder(ceremony))),
      myIdentity(ceremonies.vault.state),
    ),
    'what is here',
    light,
  );
  say.line('2 of 2: the other machine shows the rest');
  const judge = judgeOf(ceremonies);
  const file = await scanOne(session, judge, light.camera);
  if (!isParcel(file)) throw unexpected('not what a machine brings', 'on the other machine, go on to its second step');
  const standing = judge.whole(file);
  if (standing.why !== '') say.line(saidOf(standing));
  const { written, there, kept } = unpack(context.fs, stick, file);
  say.line(`${written} new files came, ${there} were here already`);
  for (const name of kept) say.line(`left out: ${escapeText(name)}, of which there is another one here`);
  return stick;
}

export async function afterWork(session: Session, ceremonies: Ceremonies, light: Light, stick: Stick): Promise<void> {
  const { context, say } = session;
  if (!(await session.confirm('is there another machine that packets are to go to?'))) return;
  say.line('1 of 2: the other machine shows what it has');
  const file = await scanOne(session, judgeOf(ceremonies), light.camera);
  if (!isHave(file)) throw unexpected('not what a machine has', 'on the other machine: conclave next --qr');
  const parcel = parcelFor(ceremonies, readStick(context.fs, stick), readHave(file)) ?? emptyParcel;
  say.line('2 of 2: the other machine scans what it lacks; press q when it has all');
  await showOnScreen(session, parcel, 'what it lacks', light);
}

/**
 * The difference, without ceremonies that are over for everybody and of which the other machine has nothing and in which it
 * has no part: nobody's work waits for them, and a machine that joins later could not even open them. Whoever has a part
 * gets them all the same: an observer reads along, and an old copy of a vault learns by them that it is one (row 19).
 */
export function parcelFor(ceremonies: Ceremonies, content: StickContent, had: ReadonlySet<string>): Uint8Array | null {
  const left = new Set(
    settled(ceremonies)
      .filter(({ participants }) => !participants.some(({ identity }) => had.has(toHex(markOfMachine(identity)))))
      .map(({ ceremony }) => ceremony)
      .filter((ceremony) => !filesOf(content, ceremony).some(isHeld)),
  );
  const folders = new Set([...left].map(ceremonyFolder));
  return parcelOf(
    {
      ...content,
      ceremonies: new Map([...content.ceremonies].filter(([folder]) => !folders.has(folder))),
      others: content.others.filter(({ bytes }) => !left.has(proposedIn(bytes) ?? '')),
    },
    had,
  );

  function isHeld(bytes: Uint8Array): boolean {
    return had.has(toHex(markOf(bytes)));
  }
}

/** The ceremonies of which nobody waits for anything any more, as far as this vault knows. */
function settled(ceremonies: Ceremonies): Plan[] {
  const views = ceremonies.all().map(({ view }) => view);
  return views.filter((view) => isOver(view, views) !== null && outstanding(view).length === 0).map(({ plan }) => plan);
}

function filesOf({ ceremonies, others }: StickContent, ceremony: string): Uint8Array[] {
  const packets = ceremonies.get(ceremonyFolder(ceremony)) ?? [];
  return [...packets, ...others.filter(({ bytes }) => proposedIn(bytes) === ceremony)].map(({ bytes }) => bytes);
}

/** The ceremony that this proposes; null for other files, and for damaged ones. */
function proposedIn(file: Uint8Array): string | null {
  try {
    return unwrapProposal(file)?.ceremony ?? null;
  } catch (error) {
    if (error instanceof Problem) return null;
    throw error;
  }
}

function ownFolder({ context: { fs }, home }: Session): Stick {
  const path = joinPath(home, 'codes');
  if (fs.kind(path) === 'absent') makeDirectoryDurably(fs, path);
  return openStick(fs, path);
}

function unexpected(what: string, hint: string): Problem {
  return new Problem('PARCEL_INVALID', `the other machine shows ${what}`, hint);
}
