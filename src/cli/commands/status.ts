import type { Command } from 'commander';
import { toHex } from '../../bytes/hex.ts';
import type { AcrossContradiction } from '../../ceremony/across.ts';
import { membersOf, outstanding, owedBy, waitedFor } from '../../ceremony/duties.ts';
import { movesShares } from '../../ceremony/plan.ts';
import { censusResult, drillResult } from '../../ceremony/still-result.ts';
import { Problem } from '../../problem.ts';
import { phraseRows } from '../../report/plan-text.ts';
import { stillLines } from '../../report/still-text.ts';
import type { Ceremonies, Held } from '../../vault/ceremonies.ts';
import { myIdentity } from '../../vault/identity.ts';
import { holdsOf } from '../../vault/standing.ts';
import type { Register } from '../program.ts';
import type { Session } from '../session.ts';
import { paint } from '../ui/colour.ts';
import { table } from '../ui/table.ts';
import { keysetName } from '../visit.ts';

interface Options {
  readonly ceremony?: string;
}

export const registerStatus: Register = (program: Command, action) => {
  program
    .command('status')
    .description('the board: how far each ceremony is, and who owes what')
    .option('--ceremony <id>', 'only this ceremony (the beginning of its number is enough)')
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
  const shade = (kind: Parameters<typeof paint>[0], text: string): string =>
    context.colour ? paint(kind, text) : text;
  return session.withVault((ceremonies) => {
    const chosen = pickCeremonies(ceremonies, options.ceremony);
    if (chosen.length === 0)
      say.line(
        'no ceremony here yet: take in a proposal with conclave next --stick DIR, or begin one with conclave propose',
      );
    for (const held of chosen) {
      const { plan, view, record } = held;
      say.line(
        `${shade('strong', keysetName(ceremonies, held))} ${plan.kind} ${plan.ceremony.slice(0, 16)}${plan.rehearsal ? ' REHEARSAL' : ''}: ${shade('name', view.phase)}, epoch ${movesShares(plan) ? `${plan.epoch.from ?? 'none'} -> ` : ''}${plan.epoch.to}`,
      );
      const me = myIdentity(ceremonies.vault.state);
      const rows = membersOf(view).map(({ participant, roles, done, owes }) => [
        participant.identity === me ? `${participant.name} *` : participant.name,
        roles.join(' '),
        done.join(' ') || '-',
        owes.join(' ') || '-',
      ]);
      say.line(table(rows, { head: ['member', 'part', 'seen here', 'owes'], indent: 2 }));
      const waiting = waitedFor(view);
      if (waiting.length > 0) say.line(`  waiting for ${waiting.join(', ')}`);
      const gone = outstanding(view);
      if (gone.length > 0) say.line(`  outstanding: ${gone.join(', ')} left and has not closed`);
      if (record.consent === null && plan.byIdentity.has(me))
        say.line('  the member at this machine has not consented yet: conclave next');
      else for (const row of phraseRows(record.phrase)) say.line(row);
      const mine = plan.byIdentity.get(me);
      const duty = mine === undefined ? undefined : owedBy(view, mine)[0];
      if (duty !== undefined) {
        for (const { message, hint } of holdsOf(ceremonies, held, duty))
          say.line(`  ${shade('bad', 'on hold')} ${message}${hint === undefined ? '' : `; ${hint}`}`);
      }
      for (const line of stillLines(view)) say.line(`  ${line}`);
      for (const { member, detail } of view.faults) say.line(`  ${shade('bad', 'fault')} ${member}: ${detail}`);
      for (const { member, slot } of [...view.contradictions, ...acrossHere(ceremonies, held)])
        say.line(`  ${shade('bad', 'contradiction')} ${member} said two things in one place (${slot.split(' ')[0]})`);
      for (const name of held.damaged)
        say.line(`  ${shade('warn', 'damaged')} in this vault: ${name}; it comes back from any stick that has it`);
      say.line();
    }
    say.result({ v: 1, ceremonies: chosen.map((held) => statusJson(ceremonies, held)) });
    return undefined;
  });
}
