import { resolve } from 'node:path';
import type { Command } from 'commander';
import { escapeText } from '../../bytes/printable.ts';
import { type DueItem, dueItems } from '../../ceremony/due.ts';
import { Problem } from '../../problem.ts';
import { calendarText } from '../../report/calendar.ts';
import { dueLines, dueWords } from '../../report/due-text.ts';
import { aliveLines } from '../../report/epoch-life-text.ts';
import { wrap } from '../../report/table.ts';
import { dueFacts } from '../../vault/due.ts';
import { livesOf } from '../../vault/lives.ts';
import { keysetByName } from '../../vault/propose.ts';
import { isOldCopyOf } from '../../vault/standing.ts';
import { exits } from '../exit.ts';
import type { Register } from '../program.ts';
import type { Session } from '../session.ts';
import { paint } from '../ui/colour.ts';
import { writeReport } from '../written.ts';

interface Options {
  readonly spread?: string;
  readonly ics?: string;
}

export const registerDue: Register = (program: Command, action) => {
  program
    .command('due [keyset]')
    .description('what every keyset of this vault wants of its people, and by when; ends with 3 while something is due')
    .option('--spread <weeks>', 'lay the refreshes over so many weeks before their day, so that not all fall together')
    .option('--ics <file>', 'write it as a calendar, too, in the place of an older one')
    .action(action<Options>(due));
};

async function due(session: Session, options: Options, [name]: readonly string[]): Promise<number | undefined> {
  const { context, say } = session;
  const spread = options.spread === undefined ? null : weeksIn(options.spread);
  return session.withVault((ceremonies) => {
    const { state } = ceremonies.vault;
    const records = name === undefined ? state.keysets : [keysetByName(state, name)];
    const now = context.now();
    const facts = records.map((record) => dueFacts(ceremonies, record));
    const items = dueItems(facts, now, spread);
    if (state.rehearsal) say.line('REHEARSAL: nothing of this is real');
    const old = records.filter((record) => isOldCopyOf(state, record)).map((record) => record.name);
    if (old.length > 0)
      say.line(`this vault is an old copy of itself: what it says of ${old.join(', ')} is not how things stand`);
    if (records.length === 0) say.line('no keyset here yet, so nothing can be due');
    for (const line of dueLines(items, now)) say.line(context.colour ? shaded(line) : line);
    const epochs = records.map((record) => ({ keyset: record.name, epochs: livesOf(ceremonies, record) }));
    for (const one of epochs) for (const line of aliveLines(one.keyset, one.epochs)) say.line(`\n${wrap(line, 80)}`);
    if (facts.length > 0 && facts.every(({ policy }) => policy?.refreshEvery === undefined))
      say.line('\nno policy here says when to renew shares: conclave policy set K --refresh-every 90d');
    if (options.ics !== undefined) {
      writeReport(context.fs, resolve(options.ics), calendarText(items, now, state.rehearsal));
      say.line(`\nwritten to ${escapeText(options.ics)}`);
    }
    const pressing = items.filter(({ state: one }) => one !== 'ahead');
    say.result({
      v: 1,
      now,
      due: pressing.length,
      rehearsal: state.rehearsal,
      oldCopyOf: old,
      overdue: pressing.filter(({ state: one }) => one === 'overdue').length,
      items: items.map((item) => itemJson(item, now)),
      keysets: epochs,
    });
    return pressing.length > 0 ? exits.waiting : undefined;
  });
}

function itemJson(item: DueItem, now: number): object {
  return { ...item, ...dueWords(item, now) };
}

function weeksIn(text: string): number {
  if (/^[0-9]{1,3}$/.test(text) && Number(text) >= 1 && Number(text) <= 520) return Number(text);
  throw new Problem('USAGE', `--spread takes a number of weeks from 1 to 520, not ${text}`);
}

/** The word in front says it as well. */
function shaded(line: string): string {
  return line.replace(/^(OVERDUE|DUE)/, (word) => paint(word === 'DUE' ? 'warn' : 'bad', word));
}
