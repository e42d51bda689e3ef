import { resolve } from 'node:path';
import type { Command } from 'commander';
import { isName } from '../../ceremony/schema.ts';
import { newAgeIdentity } from '../../courier/age.ts';
import { openStick, type Stick, writeNamed } from '../../courier/stick.ts';
import { Problem } from '../../problem.ts';
import { firstState, myCard } from '../../vault/identity.ts';
import { isShortPassphrase, shortPassphrase } from '../../vault/password.ts';
import { Vault } from '../../vault/vault.ts';
import { cardName } from '../carry.ts';
import type { Context } from '../context.ts';
import type { Register } from '../program.ts';
import type { Session } from '../session.ts';
import { readPassphraseFile } from '../session.ts';

interface Options {
  readonly name?: string;
  readonly stick?: string;
  readonly rehearsal?: boolean;
}

export const registerInit: Register = (program: Command, action) => {
  program
    .command('init')
    .description("make this machine's vault and identity, and leave its card on the stick")
    .option('--name <name>', 'how the others know this machine: letters, digits, dot, dash, underscore')
    .option('--stick <dir>', 'where to leave the card')
    .option(
      '--rehearsal',
      'for practice: a cheap passphrase function, marked in every packet, never meets a real vault',
    )
    .action(action<Options>(init));
};

async function init(session: Session, options: Options): Promise<undefined> {
  const { context, say, home } = session;
  if (Vault.exists(home, context.fs)) {
    throw new Problem(
      'VAULT_THERE',
      `there is a vault in ${home} already`,
      'name another home with --home, or go on with conclave next',
    );
  }
  const name =
    options.name ?? (await context.ask.text('what is this machine called?', { flag: '--name N', validate: nameOrWhy }));
  const why = nameOrWhy(name);
  if (why !== true) throw new Problem('USAGE', `${name}: ${why}`);
  const stick = options.stick === undefined ? null : openStick(context.fs, resolve(options.stick));
  const passphrase = await newPassphrase(session);
  const rehearsal = options.rehearsal === true || context.rehearsal;
  const state = firstState({ name, rehearsal, age: await newAgeIdentity(), at: context.now() }, context.random);
  const vault = Vault.create(home, session.host, passphrase, state);
  try {
    const card = myCard(vault.state);
    if (stick !== null) leaveCard(context, stick, name, card.file);
    say.line(`${name} has a vault in ${home}${rehearsal ? ' (REHEARSAL: for practice only)' : ''}`);
    say.line(`identity ${card.identity}`);
    if (isShortPassphrase(passphrase)) say.line(`the passphrase is short: ${shortPassphrase} (conclave passphrase)`);
    say.line(
      stick === null
        ? 'next: give the card to the proposer (conclave card --out DIR/NAME.card; where no stick may go, conclave card --qr)'
        : `the card is on the stick as conclave/${cardName(name)}; next: take the stick to the next machine`,
    );
    say.result({
      v: 1,
      name,
      identity: card.identity,
      home,
      rehearsal,
      card: stick === null ? null : `conclave/${cardName(name)}`,
    });
  } finally {
    vault.close();
  }
  return undefined;
}

/** The vault is there by now, and `init` cannot be run again. */
function leaveCard({ fs }: Context, stick: Stick, name: string, card: Uint8Array): void {
  try {
    writeNamed(fs, stick, cardName(name), card);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const hint = 'conclave card --stick DIR leaves the card on this stick or on another one';
    throw new Problem(error.code, `the vault was made, but its card is not out: ${error.message}`, hint, true);
  }
}

function nameOrWhy(name: string): true | string {
  return (
    isName(name) ||
    'a name has 1 to 32 letters, digits, dots, dashes or underscores, no two dots in a row nor one at its end, and is no device of Windows (nul, con.x)'
  );
}

/** A new passphrase is typed twice; from a file it is read once. */
export async function newPassphrase(session: Session, flag?: string, file?: string, what = 'vault'): Promise<string> {
  const { context, globals } = session;
  const named = flag === undefined ? (globals.passphraseFile ?? context.env.CONCLAVE_PASSPHRASE_FILE) : file;
  if (named !== undefined) return readPassphraseFile(context, named);
  const asked = { flag: flag ?? '--passphrase-file F (or CONCLAVE_PASSPHRASE_FILE)' };
  const first = await context.ask.secret(
    what === 'backup'
      ? 'choose a passphrase for this backup, another than that of the vault'
      : `choose a passphrase for this ${what}`,
    asked,
  );
  const second = await context.ask.secret('the same again', asked);
  if (isShortPassphrase(first)) throw new Problem('VAULT_PASSPHRASE', 'the passphrase is short', shortPassphrase);
  if (first !== second) throw new Problem('USAGE', 'the two passphrases are not the same', 'try again');
  return first;
}
