import type { Command } from 'commander';
import { equalBytes, toHex } from '../../bytes/hex.ts';
import { escapeText } from '../../bytes/printable.ts';
import { type Backup, encodeLink, readBackup } from '../../ceremony/backup.ts';
import { type BackupState, judgeBackup, type KnownCommittees } from '../../ceremony/backup-standing.ts';
import type { Descriptor } from '../../ceremony/descriptor.ts';
import type { View } from '../../ceremony/evaluate.ts';
import { exportBytes } from '../../ceremony/export.ts';
import { verifyExport } from '../../ceremony/verify.ts';
import { trialFileSystem } from '../../media/trial.ts';
import { Problem } from '../../problem.ts';
import { claimedTime } from '../../report/time.ts';
import { committeesOf, knownLink, recordOfBackup } from '../../vault/backups.ts';
import type { Ceremonies } from '../../vault/ceremonies.ts';
import { backupsOf } from '../../vault/copies.ts';
import { myIdentity } from '../../vault/identity.ts';
import type { CopyRecord } from '../../vault/state.ts';
import { Vault } from '../../vault/vault.ts';
import { type Keys, openBackup } from '../backup-opening.ts';
import { type Exit, exits } from '../exit.ts';
import { type GivenBackup, givenBackup, type KnownLink, type OnPaper } from '../given-backup.ts';
import { readNamed } from '../named-file.ts';
import type { Session } from '../session.ts';
import type { Action } from './backup-create.ts';

interface Options extends Keys, OnPaper {
  readonly against?: string;
}

export function registerCheck(backup: Command, action: Action): void {
  backup
    .command('check [files...]')
    .description(
      'whether a backup is still good: judged by the share itself, or by its signed header; nothing is changed',
    )
    .option('--typed [file]', 'lines of a page that were typed: those in this file, or asked for one by one')
    .option('--backup-passphrase-file <file>', "first line is the backup's own passphrase")
    .option('--identity <file>', 'an age identity that opens it')
    .option('--against <file>', 'judge by an export (conclave export --keyset) instead of a vault')
    .action(action<Options>(check));
}

type State = BackupState | 'locked';

interface Verdict {
  readonly state: State;
  readonly epoch: number | null;
  readonly currentEpoch: number | null;
  readonly opened: boolean;
  readonly reason: string;
}

/** What judges: the committees that are known, what made the backup stale, and what stands in for it now. */
interface Judge {
  readonly known: KnownCommittees | null;
  /** What the keyset is called there. */
  readonly name: string | null;
  readonly endedBy: (epoch: number) => { readonly ceremony: string; readonly at: number | null } | null;
  readonly instead: readonly { readonly id: string; readonly label: string }[];
  readonly own: string | null;
  /** Of a backup of its own member: what the register has, null where it has nothing. */
  readonly listed?: CopyRecord | null;
}

async function check(session: Session, options: Options, files: readonly string[]): Promise<Exit> {
  const given = await givenBackup(session, files, options);
  if (given.whole !== null) {
    const damaged = damageOf(given.whole); // which nobody need be asked about
    if (damaged !== null) return said(session, given.name, null, damaged, nobody);
  }
  if (options.against !== undefined) {
    const source = exportSource(readNamed(session, options.against, exportBytes));
    return judged(session, given, options, source);
  }
  if (!Vault.exists(session.home, session.context.fs)) return judged(session, given, options, nowhere);
  // on a disk that forgets: whoever only asks changes nothing
  return session
    .onDisk(trialFileSystem(session.context.fs))
    .withVault((ceremonies) => judged(session, given, options, vaultSource(ceremonies)));
}

function damageOf(file: Uint8Array): Verdict | null {
  try {
    readBackup(file);
    return null;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { state: 'damaged', epoch: null, currentEpoch: null, opened: false, reason: error.message };
  }
}

/** Where judges are found. */
interface Source {
  readonly link: KnownLink;
  readonly judge: (backup: Backup) => Judge;
}

const nobody: Judge = { known: null, name: null, endedBy: () => null, instead: [], own: null };

const nowhere: Source = { link: () => null, judge: () => nobody };

function vaultSource(ceremonies: Ceremonies): Source {
  return {
    link: (header) => knownLink(ceremonies, header),
    judge: (backup) => vaultJudge(ceremonies, backup),
  };
}

function vaultJudge(ceremonies: Ceremonies, backup: Backup): Judge {
  const { state } = ceremonies.vault;
  const own = state.age.identity;
  const record = recordOfBackup(state, backup);
  if (record === undefined) return { ...nobody, own };
  const known = committeesOf(ceremonies, record);
  const current = known.committees.at(-1)?.epoch ?? -1;
  return {
    known,
    own,
    name: record.name,
    instead: backupsOf(record, current),
    ...(toHex(backup.header.identity) === myIdentity(state)
      ? { listed: record.copies.find(({ id }) => id === backup.header.id) ?? null }
      : {}),
    endedBy: (epoch) =>
      endedIn(known.committees, epoch, (ceremony) =>
        ceremonies.record(ceremony) === undefined ? undefined : ceremonies.get(ceremony).view,
      ),
  };
}

/** By an export: the committees that the key itself signed for, as far as this file goes. No vault is opened. */
function exportSource(bytes: Uint8Array): Source {
  const { intact, head, links, ceremonies, name } = verifyExport(bytes);
  const newest = links.find(({ proven }) => toHex(proven.id) === head)?.proven;
  if (!intact || newest === undefined) {
    throw new Problem(
      'EVIDENCE_INVALID',
      'nothing can be judged by this export: it is not what was signed, or it does not prove one newest committee',
      'conclave verify says why',
    );
  }
  const committees = links.map(({ proven }) => proven);
  const judge = ({ header }: Backup): Judge => {
    const member = toHex(header.identity);
    const recorded = ceremonies.flatMap((view) =>
      view.attempts.flatMap(({ closings }) => closings.get(member)?.body.recorded ?? []),
    );
    return {
      known: { keyset: newest.keysetId, keys: newest.keysHash, committees },
      name,
      own: null,
      instead: recorded.filter(({ kind, epoch }) => kind !== 'export' && epoch === newest.epoch),
      endedBy: (epoch) =>
        endedIn(committees, epoch, (ceremony) => ceremonies.find(({ plan }) => plan.ceremony === ceremony)),
    };
  };
  const link: KnownLink = (header) => {
    const found = links.find(({ proven }) => equalBytes(proven.id, header.descriptor));
    return found === undefined ? null : encodeLink(found);
  };
  return { link, judge };
}

/** The ceremony that made the committee after this epoch, and when its last new member signed. */
function endedIn(committees: readonly Descriptor[], epoch: number, view: (ceremony: string) => View | undefined) {
  const next = committees.find((committee) => committee.epoch === epoch + 1);
  if (next === undefined) return null;
  const ceremony = toHex(next.ceremony);
  const signed = (view(ceremony)?.packets ?? []).filter(({ kind }) => kind === 'activation').map(({ at }) => at);
  return { ceremony, at: signed.length === 0 ? null : Math.max(...signed) };
}

async function judged(session: Session, given: GivenBackup, keys: Keys, source: Source): Promise<Exit> {
  const file = await given.complete(source.link);
  const damaged = damageOf(file);
  if (damaged !== null) return said(session, given.name, null, damaged, nobody);
  const backup = readBackup(file);
  const judge = source.judge(backup);
  const opened = await openBackup(session, backup, keys, judge.own);
  const standing = judgeBackup(backup, opened.share, judge.known);
  for (const secret of opened.share ?? []) secret.fill(0);
  return said(session, given.name, backup, verdictOf(opened, standing), judge);
}

/** What a header says of a stale or foreign backup is said also where it does not open: that is what has to be known. */
function verdictOf(
  opened: Awaited<ReturnType<typeof openBackup>>,
  { state, epoch, currentEpoch, opened: looked, reason }: ReturnType<typeof judgeBackup>,
): Verdict {
  const rest = { epoch, currentEpoch, opened: looked };
  if (opened.share !== null) return { ...rest, state, reason };
  if (opened.why === 'damaged') return { ...rest, state: 'damaged', reason: opened.reason };
  const told = `${reason}: ${opened.reason}`;
  return { ...rest, state: opened.why === 'locked' && state === 'current' ? 'locked' : state, reason: told };
}

const exitOf: Readonly<Record<State, Exit>> = {
  current: exits.done,
  stale: exits.stale,
  locked: exits.locked,
  newer: exits.failed,
  foreign: exits.failed,
  damaged: exits.failed,
};

const meaning: Readonly<Record<State, string>> = {
  current: 'CURRENT: this backup is good',
  stale: 'STALE: this backup is worthless to you. do not use it',
  locked: 'LOCKED: it could not be opened',
  newer: 'NEWER than what is known here',
  foreign: 'FOREIGN: nothing here can say what it is worth',
  damaged: 'DAMAGED: do not rely on it',
};

/** Where the file and the register do not say the same, somebody has to look. */
function registerWords(listed: CopyRecord | null | undefined, state: State): string[] {
  if (listed === null && state !== 'newer')
    return ['LOOK: this machine made it, and its register does not have it: conclave backup register --external'];
  if (listed == null || listed.destroyed === null) return [];
  const { method, witnesses } = listed.destroyed;
  return [
    `LOOK: the register says that it is destroyed (${escapeText(method)}, seen by ${escapeText(witnesses.join(', '))}), and here it is: find out what was destroyed in its place`,
  ];
}

function said({ say }: Session, file: string, backup: Backup | null, verdict: Verdict, judge: Judge): Exit {
  const { state, epoch } = verdict;
  const unopened = state === 'current' && !verdict.opened;
  say.line(
    `${escapeText(file)}: ${unopened ? 'CURRENT, as far as its header goes: it was not opened' : meaning[state]}`,
  );
  say.line(`  ${escapeText(verdict.reason)}`);
  if (backup !== null) {
    const { header } = backup;
    say.line(
      `  backup ${header.id}: the share of ${header.member}, member ${header.index} of ${header.name}, made ${claimedTime(header.at)}: ${escapeText(header.label)}`,
    );
  }
  for (const line of registerWords(judge.listed, state)) say.line(`  ${line}`);
  const ended = state === 'stale' && epoch !== null ? judge.endedBy(epoch) : null;
  if (ended !== null) {
    const when = ended.at === null ? '' : `, which was proven around ${claimedTime(ended.at)}`;
    say.line(`  it became worthless by ceremony ${ended.ceremony.slice(0, 16)}${when}`);
  }
  const instead = state === 'stale' ? judge.instead : [];
  if (state === 'stale') {
    say.line(
      instead.length > 0
        ? `  in its place: ${instead.map(({ id, label }) => `backup ${id} (${escapeText(label)})`).join(', ')}`
        : '  nothing in the register takes its place: conclave backup create',
    );
    const gone = judge.listed != null && judge.listed.destroyed !== null;
    const id = backup?.header.id ?? 'ID';
    say.line(
      gone
        ? '  destroy it'
        : `  destroy it, since enough such shares still make the key, and record that: conclave backup retire ${id} --witness N --method M`,
    );
  }
  say.result({
    v: 1,
    state,
    keyset: backup === null ? null : (judge.name ?? backup.header.name),
    epoch,
    currentEpoch: verdict.currentEpoch,
    reason: verdict.reason,
    opened: verdict.opened,
    id: backup?.header.id ?? null,
    member: backup?.header.member ?? null,
    keysetId: backup === null ? null : toHex(backup.header.keyset),
    endedBy: ended,
    instead: instead.map(({ id }) => id),
  });
  return exitOf[state];
}
