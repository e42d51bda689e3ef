import { type Command, Option } from 'commander';
import * as v from 'valibot';
import { escapeText } from '../../bytes/printable.ts';
import { noteKinds } from '../../ceremony/packets/note.ts';
import { prose } from '../../ceremony/schema.ts';
import { Problem } from '../../problem.ts';
import { myIdentity } from '../../vault/identity.ts';
import { asCbor, say } from '../../vault/say.ts';
import { holdsOf } from '../../vault/standing.ts';
import { afterWork, ended, errorJson, giveOut } from '../carry.ts';
import { ceremonyOption, chosenCeremony } from '../chosen.ts';
import type { Register } from '../program.ts';
import type { Session } from '../session.ts';
import { sticksOf } from '../sticks.ts';
import { toolOf } from '../tool.ts';
import { keysetName } from '../visit.ts';

interface Options {
  readonly kind?: (typeof noteKinds)[number];
  readonly ceremony?: string;
  readonly text?: string;
  readonly stick?: string[];
}

export const registerNote: Register = (program: Command, action) => {
  const several = (value: string, before: string[] = []): string[] => [...before, value];
  program
    .command('note [text...]')
    .description('sign a deviation or an observation, for the record; nothing else follows from it')
    .addOption(new Option('--kind <kind>', 'what kind of note').choices(noteKinds))
    .option(...ceremonyOption)
    .option('--text <text>', 'what happened (instead of the words behind the command)')
    .option('--stick <dir>', 'lay it on this stick at once; else the next visit does', several)
    .action(action<Options>(note));
};

async function note(session: Session, options: Options, words: readonly string[]): Promise<number | undefined> {
  const { context } = session;
  if (options.text !== undefined && words.length > 0)
    throw new Problem('USAGE', 'the text is given twice', 'give it with --text, or behind the command');
  return session.withVault(async (ceremonies) => {
    const held = chosenCeremony(ceremonies, options.ceremony);
    const { plan, view } = held;
    const holds = holdsOf(ceremonies, held, 'close'); // a note needs no share either
    const rolledBack = holds.find(({ code }) => code === 'VAULT_ROLLED_BACK');
    if (rolledBack !== undefined) throw new Problem(rolledBack.code, rolledBack.message, rolledBack.hint);
    const kind =
      options.kind ??
      (await context.ask.choice(
        'what kind of note?',
        noteKinds.map((value) => ({ value, name: value })),
        { flag: '--kind deviation|observation' },
      ));
    const text =
      options.text ??
      (words.length > 0 ? words.join(' ') : await context.ask.text('what happened?', { flag: '--text "..."' }));
    if (text.trim() === '' || !v.is(prose, text))
      throw new Problem('USAGE', 'a note has 1 to 2000 characters', 'say it shorter, or in two notes');
    const sticks = options.stick === undefined ? [] : await sticksOf(session, options.stick);
    const me = myIdentity(ceremonies.vault.state);
    const number = view.notes.filter(({ identity }) => identity === me).length;
    const moment = { now: context.now(), tool: toolOf(context) };
    say(ceremonies, held, moment, 'note', asCbor({ kind, text, number }), (state) => state);
    const now = ceremonies.get(plan.ceremony);
    const given = giveOut(session, ceremonies, [now], sticks);
    const out = given.written;
    const trouble = afterWork(given);
    const packet = now.view.notes.find(({ identity, body }) => identity === me && body.number === number)?.digest;
    session.say.line(
      `${kind} ${number + 1} of ${ceremonies.vault.state.name} on ${keysetName(ceremonies, held)} ${plan.kind} ${plan.ceremony.slice(0, 16)}: ${escapeText(text)}`,
    );
    session.say.line(
      sticks.length > 0 ? `${out} file(s) written to the stick` : 'it goes out with the next visit of the stick',
    );
    session.say.result({
      v: 1,
      ceremony: plan.ceremony,
      kind,
      number,
      packet: packet ?? null,
      out,
      ...(trouble === null ? {} : errorJson(trouble)),
    });
    return ended(session, trouble, undefined);
  });
}
