import { resolve } from 'node:path';
import type { Command } from 'commander';
import { usualSpeed } from '../../courier/qr/showing.ts';
import { openStick, writeNamed } from '../../courier/stick.ts';
import { writeDurably } from '../../media/durable-file.ts';
import { Problem } from '../../problem.ts';
import { myCard, renewCard } from '../../vault/identity.ts';
import { isOldCopyOf } from '../../vault/standing.ts';
import { cardName, takeIn } from '../carry.ts';
import { wantsPictures } from '../code-pictures.ts';
import { type CodeOptions, requireScreen, showCodes } from '../codes.ts';
import type { Register } from '../program.ts';
import type { Session } from '../session.ts';

interface Options extends Partial<CodeOptions> {
  readonly out?: string;
  readonly stick?: string;
  readonly renew?: boolean;
  readonly qr?: boolean;
}

export const registerCard: Register = (program: Command, action) => {
  program
    .command('card')
    .description("show or write this machine's identity card")
    .option('--out <file>', 'write the card to this file')
    .option('--stick <dir>', 'leave the card on this stick')
    .option('--renew', 'offer fresh one-time keys')
    .option('--qr', 'show it as QR codes on this terminal; conclave qr scan takes it on the other machine')
    .option('--png <dir>', 'its codes as PNG files, into this folder')
    .option('--svg <dir>', 'its codes as SVG files, into this folder')
    .option('--pdf <file>', 'its codes on paper')
    .option('--text', 'its codes as lines of text, for a system that scanners type into')
    .action(action<Options>(card));
};

async function card(session: Session, options: Options): Promise<undefined> {
  const { context, say } = session;
  const wanted: CodeOptions = { ...options, speed: usualSpeed };
  const still = wantsPictures(wanted) || options.text === true;
  const asCodes = still || options.qr === true;
  if (asCodes && !still) requireScreen(session); // before a card is renewed
  const { mine, document } = await session.withVault(async (ceremonies) => {
    const { vault } = ceremonies;
    const stick = options.stick === undefined ? null : openStick(context.fs, resolve(options.stick));
    const before = myCard(vault.state);
    if (options.renew === true) {
      // a number that another copy of this vault has used is met in what the stick brings, or in packets that are here
      if (stick === null) ceremonies.settle();
      else await takeIn(session, ceremonies, [stick]);
      vault.commit((state) => renewCard(state, context.now(), context.random).state);
    }
    const mine = myCard(vault.state);
    if (mine.serial > before.serial + 1)
      say.line('another copy of this vault has made cards with the numbers between: use the newest copy alone');
    if (options.renew === true && vault.state.keysets.some((record) => isOldCopyOf(vault.state, record)))
      say.line(
        `this vault is an old copy of itself: where somebody has another card number ${mine.serial}, renew again`,
      );
    const written: string[] = [];
    if (options.out !== undefined) {
      const path = resolve(options.out);
      if (!path.endsWith('.card')) throw new Problem('USAGE', 'the file of a card ends in .card');
      try {
        writeDurably(context.fs, path, mine.file, { mode: 0o644, tolerant: true });
      } catch {
        throw new Problem('USAGE', `the card cannot be written to ${path}`, 'name a file in a folder that is there');
      }
      written.push(path);
    }
    if (stick !== null) {
      writeNamed(context.fs, stick, cardName(mine.name), mine.file);
      written.push(`${stick.path}/conclave/${cardName(mine.name)}`);
    }
    say.line(`name       ${mine.name}${mine.rehearsal ? ' (REHEARSAL)' : ''}`);
    say.line(`identity   ${mine.identity}`);
    say.line(`age        ${mine.recipient}`);
    say.line(`card       number ${mine.serial}, ${mine.prekeys.length} one-time keys`);
    for (const path of written) say.line(`written to ${path}`);
    const document = {
      v: 1,
      name: mine.name,
      identity: mine.identity,
      recipient: mine.recipient,
      serial: mine.serial,
      prekeys: mine.prekeys.length,
      rehearsal: mine.rehearsal,
      written,
    };
    return { mine, document };
  });
  // the vault is closed again while codes are looked at
  const codes = asCodes ? await showCodes(session, mine.file, cardName(mine.name), wanted) : null;
  say.result({ ...document, ...(codes === null ? {} : { codes }) });
  return undefined;
}
