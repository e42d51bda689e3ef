import type { Command } from 'commander';
import { Vault } from '../../vault/vault.ts';
import type { Register } from '../program.ts';
import type { Session } from '../session.ts';
import { newPassphrase } from './init.ts';

interface Options {
  readonly newPassphraseFile?: string;
}

export const registerPassphrase: Register = (program: Command, action) => {
  program
    .command('passphrase')
    .description("change the passphrase of this machine's vault")
    .option('--new-passphrase-file <file>', 'first line is the new passphrase')
    .action(action<Options>(passphrase));
};

async function passphrase(session: Session, options: Options): Promise<undefined> {
  const { say, home } = session;
  session.requireVault();
  const before = await session.passphrase('passphrase of this vault, as it is now');
  const vault = Vault.open(home, session.host, before);
  try {
    const next = await newPassphrase(session, '--new-passphrase-file F', options.newPassphraseFile);
    vault.changePassphrase(before, next);
  } finally {
    vault.close();
  }
  say.line('the vault opens with the new passphrase from now on, and no longer with the old one');
  say.line('copies of the vault that were made before still open with the old one');
  say.result({ v: 1, changed: true });
  return undefined;
}
