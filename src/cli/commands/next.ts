import type { Command } from 'commander';
import { awaited } from '../../ceremony/awaited.ts';
import { outstanding } from '../../ceremony/duties.ts';
import { isOver } from '../../ceremony/over.ts';
import { movesShares } from '../../ceremony/plan.ts';
import { visit } from '../../ceremony/remedy.ts';
import { whyNotMoving } from '../../ceremony/why.ts';
import type { Stick } from '../../courier/stick.ts';
import { trialFileSystem } from '../../media/trial.ts';
import { Problem } from '../../problem.ts';
import { deedWords } from '../../report/deed-words.ts';
import { keptText } from '../../report/old-share-text.ts';
import { phraseRows } from '../../report/plan-text.ts';
import { stillLines } from '../../report/still-text.ts';
import type { Ceremonies, Held } from '../../vault/ceremonies.ts';
import { myCard, myIdentity } from '../../vault/identity.ts';
import { perform } from '../../vault/perform.ts';
import { refuse } from '../../vault/refuse.ts';
import type { Moment } from '../../vault/say.ts';
import type { Hold } from '../../vault/standing.ts';
import { boardOf } from '../board.ts';
import { afterWork, beforeWork, type Light } from '../by-light.ts';
import { type Carried, carriedJson, carry, ended, errorJson } from '../carry.ts';
import { seekConsent } from '../consent.ts';
import { exitFor, exits, worst } from '../exit.ts';
import { findingsOf } from '../machine.ts';
import { askOverride, recordOverride } from '../override.ts';
import type { Register } from '../program.ts';
import { backUpFirst, sayNoBackup } from '../required-backups.ts';
import type { Session } from '../session.ts';
import { sticksOf } from '../sticks.ts';
import { toolOf } from '../tool.ts';
import { paint } from '../ui/colour.ts';
import {
  exitOf,
  keptShares,
  keysetName,
  lostLines,
  nextStops,
  type Outcome,
  oldCopyLines,
  outcomeJson,
} from '../visit.ts';

interface Options {
  readonly stick?: string[];
  readonly ceremony?: string;
  readonly dryRun?: boolean;
  readonly phrase?: string[];
  readonly confirmDestroy?: string;
  readonly override?: string;
  readonly refuse?: boolean;
  readonly reason?: string;
  readonly backupTo?: string[];
  readonly backupPaper?: string[];
  readonly backupLabel?: string[];
  readonly backupPassphraseFile?: string;
  readonly recipient?: string[];
  readonly qr?: boolean;
  readonly camera?: string;
}

export const registerNext: Register = (program: Command, action) => {
  const several = (value: string, before: string[] = []): string[] => [...before, value];
  program
    .command('next')
    .description(
      'the one verb: take in what the stick brings, do what is asked of this machine, write back, say where the stick goes',
    )
    .option('--stick <dir>', 'the stick; may be given more than once', several)
    .option('--qr', 'without a stick: packets come and go as QR codes, on this terminal and through a camera')
    .option('--camera <device>', 'with --qr: the camera, such as /dev/video0; else a scanner that types')
    .option('--ceremony <id>', 'only this ceremony (the beginning of its number is enough)')
    .option('--dry-run', 'show what would be done and do nothing')
    .option('--phrase <words>', 'consent without a terminal: the twelve words; may be given once per ceremony', several)
    .option('--confirm-destroy <keyset@epoch>', 'where the plan asks: the old share that may go now')
    .option('--override <sentence>', 'go on although somebody contradicted themselves: the sentence that was asked for')
    .option('--refuse', 'say no')
    .option('--reason <text>', 'why, for the record')
    .option(
      '--backup-to <dir>',
      'where the plan requires a backup of the new share: where it goes; may be given more than once',
      several,
    )
    .option(
      '--backup-paper <file.pdf>',
      'the same as a page for the safe, to be printed; it counts like a folder; may be given more than once',
      several,
    )
    .option(
      '--backup-label <text>',
      'what is written on it; once for all places, or once for each (folders first)',
      several,
    )
    .option('--backup-passphrase-file <file>', "first line is the backup's own passphrase")
    .option('--recipient <age1...>', 'seal backups to this age recipient instead; may be given more than once', several)
    .action(action<Options>(next));
};

/** A dry run is a real one on a disk that forgets: the same code, and nothing that lasts. */
async function next(real: Session, options: Options): Promise<number> {
  const session = options.dryRun === true ? real.onDisk(trialFileSystem(real.context.fs)) : real;
  const light = lightOf(session, options);
  return session.withVault(async (ceremonies) => {
    const sticks =
      light === null ? await sticksOf(session, options.stick ?? []) : [await lit(session, ceremonies, light, options)];
    const moment: Moment = {
      now: session.context.now(),
      tool: toolOf(session.context),
      confirmDestroy: options.confirmDestroy,
      findings: () => findingsOf(session),
    };
    const carried = await carry(session, ceremonies, sticks, async () => {
      const chosen = chosenOf(ceremonies, options);
      const outcomes: Outcome[] = [];
      for (const id of chosen) {
        try {
          outcomes.push(await one(session, ceremonies, id, options, moment));
        } catch (error) {
          const stopped = stoppedBy(error, chosen.length, outcomes);
          const held = ceremonies.get(id);
          const keyset = keysetName(ceremonies, held);
          outcomes.push({ held, keyset, did: [], consented: false, holds: [stopped], blame: [] });
        }
      }
      return outcomes;
    });
    const { done: outcomes, trouble } = carried;
    report(session, ceremonies, carried, options.refuse === true);
    if (options.dryRun === true) session.say.line('a dry run: nothing of this was done');
    const status = worst(outcomes.map(exitOf));
    const [stick] = sticks;
    if (light !== null && stick !== undefined) await afterWork(session, ceremonies, light, stick);
    session.say.result({
      v: 1,
      ...errorOf(carried, status),
      ...(options.dryRun === true ? { dryRun: true } : {}),
      ceremonies: outcomes.map(outcomeJson),
      nextStops: nextStops(ceremonies, outcomes),
      ...carriedJson(carried),
      holds: outcomes.flatMap(({ held, holds }) => holds.map((hold) => ({ ceremony: held.plan.ceremony, ...hold }))),
    });
    return ended(session, trouble, status);
  });
}

/** Null for a visit by stick. */
function lightOf({ context, say }: Session, { qr, camera, dryRun }: Options): Light | null {
  if (qr !== true && camera !== undefined) throw new Problem('USAGE', '--camera goes with --qr', 'add --qr');
  if (qr !== true) return null;
  if (dryRun === true) throw new Problem('USAGE', 'a dry run shows no codes', 'leave out --qr or --dry-run');
  if (context.screen === undefined || say.json)
    throw new Problem(
      'USAGE',
      'codes move on a terminal, and there is none',
      'use a folder: next --stick DIR, and conclave qr',
    );
  return camera === undefined ? {} : { camera };
}

async function lit(session: Session, ceremonies: Ceremonies, light: Light, { stick = [] }: Options): Promise<Stick> {
  return beforeWork(session, ceremonies, light, stick.length === 0 ? undefined : (await sticksOf(session, stick))[0]);
}

/** The ceremonies of this visit: all of them, unless one is named. A no is never said to more than one. */
function chosenOf(ceremonies: Ceremonies, { ceremony, refuse: no }: Options): string[] {
  const chosen = ceremonies.ids().filter((id) => ceremony === undefined || id.startsWith(ceremony.toLowerCase()));
  if (ceremony !== undefined && chosen.length === 0) {
    throw new Problem(
      'CEREMONY_UNKNOWN',
      `this vault knows no ceremony ${ceremony}`,
      'conclave status shows those that it knows',
    );
  }
  if (no === true && chosen.length !== 1) {
    const message = `there are ${chosen.length} ceremonies here`;
    throw new Problem('USAGE', message, 'say with --ceremony ID which one is refused');
  }
  return chosen;
}

/**
 * Trouble in one ceremony is a hold of that ceremony: the others go on, and what was said before still goes out. A slip of
 * the command line, an interruption and a bug end the visit; the operator is told what is durable by then.
 */
function stoppedBy(error: unknown, ceremonies: number, outcomes: readonly Outcome[]): Hold {
  if (!(error instanceof Problem)) throw error;
  const { code, message, hint } = error;
  const ends = [exits.usage, exits.interrupted, exits.unforeseen].some((status) => status === exitFor(code));
  if (ends || ceremonies === 1) {
    throw new Problem(code, message, hint, error.changed || outcomes.some(({ did }) => did.length > 0));
  }
  return { code, message, ...(hint === undefined ? {} : { hint }) };
}

const consentMissing = (outcomes: readonly Outcome[]): Outcome['holds'][number] | undefined =>
  outcomes.flatMap(({ holds }) => holds).find(({ code }) => code === 'CONSENT_NEEDED' || code === 'CONSENT_WRONG');

/** The error that goes with the report of a visit: a stick that failed, or a consent that was the only thing missing. */
function errorOf({ done: outcomes, trouble, brought }: Carried<readonly Outcome[]>, status: number): object {
  if (trouble !== null) return errorJson(trouble);
  const needed = consentMissing(outcomes);
  if (status !== exits.refused || needed === undefined) return {};
  const changed = brought.packets > 0 || brought.proposals.length > 0;
  return errorJson(new Problem(needed.code, needed.message, needed.hint, changed));
}

/** One ceremony of the visit: consent, then every duty that can be done now. */
async function one(
  session: Session,
  ceremonies: Ceremonies,
  id: string,
  options: Options,
  moment: Moment,
): Promise<Outcome> {
  const held = ceremonies.get(id);
  const outcome = (rest: Partial<Outcome>): Outcome => {
    const now = ceremonies.get(id);
    return { held: now, keyset: keysetName(ceremonies, now), did: [], consented: false, holds: [], blame: [], ...rest };
  };
  if (options.refuse === true) {
    const said = refuse(ceremonies, held, moment, options.reason ?? '');
    return outcome({ did: said ? ['refuse'] : [] });
  }
  if (options.override !== undefined) recordOverride(ceremonies, held, options.override, moment.now);
  const consent = await seekConsent(session, ceremonies, held, { phrases: options.phrase ?? [] });
  if (typeof consent !== 'string') return outcome({ holds: [consent] });
  if (consent === 'over') return outcome({});
  const consented = consent === 'given';
  let performed = perform(ceremonies, id, moment);
  const due = performed.holds.find(({ code }) => code === 'AMENDMENT_DUE');
  if (due !== undefined && (session.context.ask.interactive || session.globals.yes === true)) {
    session.say.line(due.message);
    if (await session.confirm('go on like that?')) {
      const again = perform(ceremonies, id, { ...moment, amend: true });
      performed = { ...again, did: [...performed.did, ...again.did], blame: performed.blame };
    }
  }
  // in the same visit, and before anything old goes: the closing asks again whether they are there
  if (performed.holds.some(({ code }) => code === 'BACKUP_REQUIRED')) {
    const backed = await backUpFirst(session, ceremonies, ceremonies.get(id), options);
    if (backed === true) {
      const again = perform(ceremonies, id, moment);
      performed = { ...again, did: [...performed.did, ...again.did], blame: performed.blame };
    } else if (backed !== false) performed = { ...performed, holds: [...performed.holds, backed] };
  } else sayNoBackup(session, ceremonies, ceremonies.get(id), options);
  const asked = performed.holds.find(({ code }) => code === 'DESTROY_NOT_CONFIRMED');
  if (asked !== undefined && session.context.ask.interactive) {
    const old = oldShareName(ceremonies, held);
    session.say.line(`${asked.message}; to destroy it, type ${old}`);
    if (await session.context.ask.typed(old, { flag: '--confirm-destroy KEYSET@EPOCH' })) {
      const again = perform(ceremonies, id, { ...moment, confirmDestroy: old });
      performed = { ...again, did: [...performed.did, ...again.did] };
    }
  }
  const alarm = performed.holds.find(({ code }) => code === 'CONTRADICTION');
  if (alarm !== undefined && session.context.ask.interactive)
    await askOverride(session, ceremonies, held, alarm, moment.now);
  return outcome({ ...performed, consented });
}

function oldShareName(ceremonies: Ceremonies, held: Held): string {
  return `${keysetName(ceremonies, held)}@${held.plan.epoch.from ?? 0}`;
}

function report(
  session: Session,
  ceremonies: Ceremonies,
  { brought, done: outcomes, out }: Carried<readonly Outcome[]>,
  no: boolean,
): void {
  const { say, context } = session;
  const shade = (kind: Parameters<typeof paint>[0], text: string): string =>
    context.colour ? paint(kind, text) : text;
  const me = myCard(ceremonies.vault.state).name;
  for (const line of [...oldCopyLines(outcomes), ...lostLines(ceremonies)]) say.line(shade('bad', line));
  for (const name of brought.cards) say.line(`took in the card of ${name}`);
  for (const { file, reason } of brought.rejected) say.line(`${shade('warn', 'left alone')} ${file}: ${reason}`);
  if (brought.foreign.length > 0)
    say.line(
      `${brought.foreign.length} file(s) on the stick are not part of the exchange, left alone: ${brought.foreign.slice(0, 5).join(', ')}`,
    );
  if (brought.notMine.length > 0)
    say.line(`${brought.notMine.length} ceremony(ies) on the stick are not for this machine`);
  if (outcomes.length === 0)
    say.line('no ceremony here yet: take in a proposal with --stick DIR, or begin one with conclave propose');
  const views = ceremonies.all().map(({ view }) => view);
  for (const { held, keyset, did, consented, holds } of outcomes) {
    const { plan, view } = held;
    const quiet = did.length === 0 && !consented && holds.length === 0;
    const over = isOver(view, views);
    if (quiet && over !== null && outcomes.length > 1) continue; // over and done with: conclave status shows it
    say.line(
      `${shade('strong', keyset)} ${plan.kind} ${plan.ceremony.slice(0, 16)}${plan.rehearsal ? ' REHEARSAL' : ''}: ${shade(view.phase === 'complete' ? 'good' : 'name', view.phase)}`,
    );
    if (consented && did.length === 0) say.line(`  ${me} has decided; nothing else to do here now`);
    for (const deed of did) {
      const words = deed === 'refuse' && !no ? 'signed that an attempt is over' : deedWords[deed];
      say.line(`  ${shade('good', 'done')} ${words ?? deed}`);
    }
    for (const { message, hint } of holds) {
      say.line(`  ${shade('bad', 'not done')} ${message}`);
      if (hint !== undefined) say.line(`           ${hint}`);
    }
    for (const fault of view.faults)
      say.line(`  ${shade('bad', 'fault')} ${fault.member}: ${fault.detail} (${fault.packet.slice(0, 16)})`);
    for (const { member, slot } of view.contradictions)
      say.line(`  ${shade('bad', 'contradiction')} ${member} said two things in one place (${slot.split(' ')[0]})`);
    if (over === null && view.current.death !== null) {
      for (const { notSeen, at, command } of whyNotMoving(view))
        say.line(`  not seen here: ${notSeen}\n    at ${at.join(', ')}: ${command}`);
    }
    // what a visit does not do by itself: the same command as in conclave status
    const { here } = boardOf(ceremonies, held);
    if (view.current.death === null && here.kind === 'do' && here.command !== null && here.command !== visit)
      say.line(`  ${shade('strong', 'here')}: ${here.says}\n    ${here.command}`);
    const waiting = awaited(view);
    if (waiting.length > 0) say.line(`  waiting for ${waiting.join(', ')}`);
    const gone = outstanding(view);
    if (gone.length > 0)
      say.line(`  outstanding: not seen here: the closing of ${gone.join(', ')}; the old share there may still exist`);
    for (const line of stillLines(view)) say.line(`  ${line}`);
    if (view.phase === 'complete' && movesShares(plan))
      say.line(
        `  ${shade('good', 'complete')}: the key is held by ${plan.receivers.map(({ name }) => name).join(', ')}; see conclave transcript`,
      );
    for (const share of keptShares(ceremonies, held)) say.line(`  ${shade('warn', 'kept')} ${keptText(share)}`);
    const mine = plan.byIdentity.get(myIdentity(ceremonies.vault.state));
    if (mine?.proposer === true && view.phase === 'proposed')
      for (const row of phraseRows(held.record.phrase)) say.line(row);
  }
  const stops = nextStops(ceremonies, outcomes);
  // whoever reads the last line alone would carry the stick away from the machine that everybody waits for
  const first = consentMissing(outcomes) === undefined ? '' : 'after the consent here ';
  say.line(
    `${brought.packets + brought.proposals.length} file(s) in, ${out} out${stops.length > 0 ? `; ${first}the stick goes to ${stops[0]} next` : ''}`,
  );
}
