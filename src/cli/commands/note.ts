import { type Command, Option } from 'commander';
import { escapeText } from '../../bytes/printable.ts';
import { bagSteps, brokenChains } from '../../ceremony/bags.ts';
import { noteFacts, noteWords } from '../../ceremony/note-facts.ts';
import { noteKinds } from '../../ceremony/packets/note.ts';
import { windowOf } from '../../ceremony/window.ts';
import { Problem } from '../../problem.ts';
import { myIdentity } from '../../vault/identity.ts';
import { asCbor, say } from '../../vault/say.ts';
import { holdsOf } from '../../vault/standing.ts';
import { carry, ended, errorJson } from '../carry.ts';
import { ceremonyOption, chosenCeremony } from '../chosen.ts';
import { exits } from '../exit.ts';
import { kindMeant, type NoteOptions, noteBody } from '../note-body.ts';
import type { Register } from '../program.ts';
import type { Session } from '../session.ts';
import { sticksOf } from '../sticks.ts';
import { toolOf } from '../tool.ts';
import { keysetName } from '../visit.ts';

interface Options extends NoteOptions {
  readonly ceremony?: string;
  readonly stick?: string[];
}

export const registerNote: Register = (program: Command, action) => {
  const several = (value: string, before: string[] = []): string[] => [...before, value];
  program
    .command('note [text...]')
    .description('sign what happened in the room, for the record; nothing else follows from it')
    .addOption(new Option('--kind <kind>', 'what kind of note').choices(noteKinds))
    .option(...ceremonyOption)
    .option('--text <text>', 'what happened (instead of the words behind the command)')
    .option('--bag <number>', 'bag: the number on it')
    .option('--in', 'bag: something came in it, and it was opened')
    .option('--out', 'bag: something goes out in it, and it was closed')
    .option('--what <thing>', 'bag: what is in it (default: stick)')
    .option('--name <name>', 'witness: who was there')
    .option('--role <role>', 'witness: as what')
    .option('--member <name>', 'absent: who of the plan')
    .option('--place <place>', 'anchor: where the digest of the record was made public')
    .option('--digest <hex>', 'anchor: which digest (default: that of the record here)')
    .option('--stick <dir>', 'take in what is on this stick and lay the note there; else the next visit does', several)
    .action(action<Options>(note));
};

async function note(session: Session, options: Options, words: readonly string[]): Promise<number | undefined> {
  const { context } = session;
  if (options.text !== undefined && words.length > 0)
    throw new Problem('USAGE', 'the text is given twice', 'give it with --text, or behind the command');
  const text = options.text ?? (words.length > 0 ? words.join(' ') : undefined);
  const meant = kindMeant(options);
  return session.withVault(async (ceremonies) => {
    const sticks = options.stick === undefined ? [] : await sticksOf(session, options.stick);
    const { done, out, trouble } = await carry(session, ceremonies, sticks, async () => {
      const held = chosenCeremony(ceremonies, options.ceremony);
      const { plan, view } = held;
      const holds = holdsOf(ceremonies, held, 'close'); // a note needs no share either
      const rolledBack = holds.find(({ code }) => code === 'VAULT_ROLLED_BACK');
      if (rolledBack !== undefined) throw new Problem(rolledBack.code, rolledBack.message, rolledBack.hint);
      const kind =
        meant ??
        (await context.ask.choice(
          'what kind of note?',
          noteKinds.map((value) => ({ value, name: value })),
          { flag: `--kind ${noteKinds.join('|')}` },
        ));
      const me = myIdentity(ceremonies.vault.state);
      const number = view.notes.filter(({ identity }) => identity === me).length;
      const given = text === undefined ? options : { ...options, text };
      const body = await noteBody(session, view, kind, given, number);
      const moment = { now: context.now(), tool: toolOf(context), attended: context.ask.interactive };
      say(ceremonies, held, moment, 'note', asCbor(body), (state) => state);
      const packet = ceremonies
        .get(plan.ceremony)
        .view.notes.find(({ identity, body }) => identity === me && body.number === number)?.digest;
      return { held, body, number, packet: packet ?? null };
    });
    const { held, body, number, packet } = done;
    const { plan } = held;
    const { view } = ceremonies.get(plan.ceremony);
    const facts = noteFacts(plan, body);
    session.say.line(
      `note ${number + 1} of ${ceremonies.vault.state.name} on ${keysetName(ceremonies, held)} ${plan.kind} ${plan.ceremony.slice(0, 16)}, ${body.kind}: ${escapeText(noteWords(facts))}`,
    );
    // a bag that went out in one ceremony comes in at the next
    const chains = brokenChains(bagSteps(ceremonies.all().map((one) => one.view)));
    const broken = chains.filter(({ step }) => step.packet === packet).map(({ says }) => says);
    for (const says of broken)
      session.say.line(`LOOK: ${escapeText(says)}. tell everybody in the room before going on`);
    const anchor = windowOf(view).notAfter.find((one) => one.packet === packet);
    if (anchor?.fits === false)
      session.say.line('LOOK: this is not the digest of the record as it stands here: conclave transcript shows that');
    session.say.line(
      sticks.length > 0 ? `${out} file(s) written to the stick` : 'it goes out with the next visit of the stick',
    );
    session.say.result({
      v: 1,
      ceremony: plan.ceremony,
      ...facts,
      packet,
      broken,
      ...(anchor === undefined ? {} : { fits: anchor.fits }),
      out,
      ...(trouble === null ? {} : errorJson(trouble)),
    });
    return ended(session, trouble, broken.length > 0 ? exits.failed : undefined);
  });
}
