import type { Command } from 'commander';
import { toHex } from '../../bytes/hex.ts';
import type { AcrossContradiction } from '../../ceremony/across.ts';
import { dueItems } from '../../ceremony/due.ts';
import { membersOf, outstanding, waitedFor } from '../../ceremony/duties.ts';
import { censusResult, drillResult } from '../../ceremony/still-result.ts';
import { whyNotMoving } from '../../ceremony/why.ts';
import { Problem } from '../../problem.ts';
import { dueWords, lostWords } from '../../report/due-text.ts';
import { aliveLines } from '../../report/epoch-life-text.ts';
import { type Board, overText, type Shade, statusText } from '../../report/status-text.ts';
import { wrap } from '../../report/table.ts';
import type { Ceremonies, Held } from '../../vault/ceremonies.ts';
import { copiesOf } from '../../vault/copies.ts';
import { dueFacts } from '../../vault/due.ts';
import { dueOf, livesOf } from '../../vault/lives.ts';
import type { KeysetRecord } from '../../vault/state.ts';
import { boardOf } from '../board.ts';
import type { Register } from '../program.ts';
import type { Session } from '../session.ts';
import { paint } from '../ui/colour.ts';
import { keysetName, oldCopyLines } from '../visit.ts';

interface Options {
  readonly ceremony?: string;
  readonly all?: boolean;
}

export const registerStatus: Register = (program: Command, action) => {
  program
    .command('status')
    .description('the board: how far each ceremony is, who owes what, why it is not moving, and what to do')
    .option('--ceremony <id>', 'only this ceremony (the beginning of its number is enough)')
    .option('--all', 'show ceremonies that are over in full, too')
    .action(action<Options>(status));
};

/** The ceremonies that the beginning of a number picks; all of them without one. */
export function pickCeremonies(ceremonies: Ceremonies, start: string | undefined): Held[] {
  const ids = ceremonies.ids().filter((id) => start === undefined || id.startsWith(start.toLowerCase()));
  if (start !== undefined && ids.length === 0) {
    throw new Problem(
      'CEREMONY_UNKNOWN',
      `this vault knows no ceremony ${start}`,
      'conclave status shows those that it knows',
    );
  }
  return ids.map((id) => ceremonies.get(id));
}

export function statusJson(ceremonies: Ceremonies, held: Held): object {
  const { plan, view, record } = held;
  return {
    ceremony: plan.ceremony,
    keyset: keysetName(ceremonies, held),
    kind: plan.kind,
    phase: view.phase,
    attempt: toHex(view.current.attempt.id),
    phrase: record.phrase,
    epoch: plan.epoch,
    members: membersOf(view).map(({ participant, roles, done, owes }) => ({
      name: participant.name,
      roles,
      done,
      owes,
    })),
    waitingFor: waitedFor(view),
    outstanding: outstanding(view),
    faults: [
      ...view.faults.map(({ member, fault, packet }) => ({ member, fault, packet })),
      ...[...view.contradictions, ...acrossHere(ceremonies, held)].map(({ member, packets }) => ({
        member,
        fault: 'CONTRADICTION',
        packet: packets[1],
        packets,
      })),
    ],
    weak: plan.weak,
    consented: record.consent !== null,
    drill: drillResult(view),
    census: censusResult(view),
    damaged: held.damaged,
    rehearsal: plan.rehearsal,
  };
}

/** What only shows beside other ceremonies over the same epoch. */
function acrossHere(ceremonies: Ceremonies, { plan }: Held): AcrossContradiction[] {
  return ceremonies.across().filter((one) => one.ceremonies.includes(plan.ceremony));
}

async function status(session: Session, options: Options): Promise<undefined> {
  const { say, context } = session;
  const shade: Shade = (kind, text) => (context.colour ? paint(kind, text) : text);
  return session.withVault((ceremonies) => {
    const chosen = pickCeremonies(ceremonies, options.ceremony);
    if (chosen.length === 0)
      say.line(
        'no ceremony here yet: take in a proposal with conclave next --stick DIR, or begin one with conclave propose',
      );
    const boards = chosen.map((held) => ({ held, board: boardOf(ceremonies, held) }));
    const registers = ceremonies.vault.state.keysets.map((record) => registerOf(ceremonies, record, context.now()));
    for (const line of registers.flatMap(({ lines }) => lines))
      wrap(line, 78)
        .split('\n')
        .forEach((row, at) => {
          say.line(shade('warn', at === 0 ? row : `  ${row}`));
        });
    for (const line of oldCopyLines(boards.map(({ board }) => board))) say.line(shade('bad', line));
    const inFull = ({ over, here }: Board): boolean =>
      over === null || here.kind === 'hold' || options.all === true || options.ceremony !== undefined;
    // what is alive comes first; the rest is history
    for (const { board } of boards.filter((one) => inFull(one.board))) {
      for (const line of statusText(board, shade)) say.line(line);
      say.line();
    }
    const brief = boards.filter((one) => !inFull(one.board));
    for (const { board } of brief) for (const line of overText(board, shade)) say.line(line);
    if (brief.length > 0) say.line('(conclave status --all shows these in full)');
    say.result({
      v: 1,
      keysets: registers.map(({ lines: _, ...register }) => register),
      ceremonies: boards.map(({ held, board }) => ({ ...statusJson(ceremonies, held), ...more(board) })),
    });
    return undefined;
  });
}

/** What stays to be done with copies, and why a keyset wants a ceremony: visible until it is done. */
function registerOf(ceremonies: Ceremonies, record: KeysetRecord, now: number) {
  const outstanding = copiesOf(record).filter((copy) => copy.outstanding);
  const due = dueOf(ceremonies, record);
  const ids = outstanding.map(({ copy }) => copy.id);
  const left =
    ids.length === 0
      ? []
      : [
          `${record.name}: ${ids.length} worthless ${ids.length === 1 ? 'copy' : 'copies'} not destroyed (${ids.join(', ')}); see conclave backup list`,
        ];
  const facts = dueFacts(ceremonies, record);
  const { lost } = facts;
  const other = dueItems([facts], now).filter(
    ({ what, state, underWay }) =>
      state !== 'ahead' && underWay === null && (what === 'refresh' || what === 'backup' || what === 'member'),
  );
  const more = other.map((item) => `${record.name}: ${dueWords(item, now).says}; see conclave due`);
  const gone =
    lost === null ? [] : [lostWords(record.name, lost)].map(({ says, do: what }) => `${record.name}: ${says}. ${what}`);
  const lives = livesOf(ceremonies, record);
  const lines = [...gone, ...left, ...aliveLines(record.name, lives), ...due, ...more];
  return { keyset: record.name, lost, outstandingCopies: ids, due, epochs: lives, lines };
}

/** Beside the contract: why it does not move, and what to do about it from here. */
function more({ view, over, holds, here, nextStop, kept }: ReturnType<typeof boardOf>): object {
  return { over, why: whyNotMoving(view), holds, here, nextStop, kept };
}
