import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { FileError, type FileSystem, joinPath } from '../media/file-system.ts';
import { Problem } from '../problem.ts';
import { Ceremonies } from '../vault/ceremonies.ts';
import { Vault, type VaultHost } from '../vault/vault.ts';
import type { Context } from './context.ts';
import { Say } from './ui/say.ts';

/** The options that every command takes. */
export interface Globals {
  readonly home?: string;
  readonly json?: boolean;
  readonly yes?: boolean;
  readonly passphraseFile?: string;
}

/** One run of the program: the world, how to speak, and where this member's home is. */
export class Session {
  readonly context: Context;
  readonly globals: Globals;
  readonly say: Say;
  readonly home: string;

  constructor(context: Context, globals: Globals) {
    this.context = context;
    this.globals = globals;
    this.home = homeOf(context, globals);
    const { stdout, stderr, colour } = context;
    this.say = new Say({ stdout, stderr, json: globals.json === true, colour });
  }

  /** The same run on another disk. */
  onDisk(fs: FileSystem): Session {
    return new Session({ ...this.context, fs }, this.globals);
  }

  get host(): VaultHost {
    const { fs, random, kdf, processes } = this.context;
    return { fs, random, kdf, processes };
  }

  /** Small questions only: never a phrase, a destruction or an override. */
  async confirm(question: string, flag = '--yes'): Promise<boolean> {
    if (this.globals.yes === true) return true;
    return this.context.ask.confirm(question, { flag, default: true });
  }

  async passphrase(question: string): Promise<string> {
    const file = this.globals.passphraseFile ?? this.context.env.CONCLAVE_PASSPHRASE_FILE;
    if (file === undefined) {
      return this.context.ask.secret(question, { flag: '--passphrase-file F (or CONCLAVE_PASSPHRASE_FILE)' });
    }
    return readPassphraseFile(this.context, file);
  }

  /** Before a passphrase is asked for that would open nothing. */
  requireVault(): void {
    if (Vault.exists(this.home, this.context.fs)) return;
    throw new Problem(
      'VAULT_MISSING',
      `there is no vault in ${this.home}`,
      'make one with conclave init --name NAME, or name another home with --home',
    );
  }

  /** Whether there is a vault that can be opened without asking somebody who is not there. */
  get vaultAtHand(): boolean {
    if (!Vault.exists(this.home, this.context.fs)) return false;
    const file = this.globals.passphraseFile ?? this.context.env.CONCLAVE_PASSPHRASE_FILE;
    return file !== undefined || this.context.ask.interactive;
  }

  /** Opens the vault, hands its ceremonies over, and closes it whatever happens. */
  async withVault<T>(work: (ceremonies: Ceremonies) => Promise<T> | T): Promise<T> {
    this.requireVault();
    const vault = Vault.open(this.home, this.host, await this.passphrase('passphrase of this vault'));
    try {
      return await work(new Ceremonies(vault, this.context.memo));
    } catch (error) {
      // whoever refuses need not know what was done and kept before it, in the same run
      if (!(error instanceof Problem) || error.changed || !vault.touched) throw error;
      throw new Problem(error.code, error.message, error.hint, true);
    } finally {
      vault.close();
    }
  }
}

export function readPassphraseFile({ fs }: Context, file: string): string {
  let bytes: Uint8Array;
  try {
    bytes = fs.readFile(resolve(file), 4096);
  } catch (error) {
    const absent = error instanceof FileError && error.errno === 'ENOENT';
    throw new Problem(
      'USAGE',
      absent ? `there is no passphrase file ${file}` : `the passphrase file ${file} cannot be read`,
      absent ? 'a name without / counts from the folder you are in' : 'name a regular file of at most 4096 bytes',
    );
  }
  const first = new TextDecoder().decode(bytes).split(/\r?\n/)[0] ?? '';
  if (first === '') throw new Problem('USAGE', `the first line of the passphrase file ${file} is empty`);
  return first;
}

function homeOf({ env }: Context, globals: Globals): string {
  const named = globals.home ?? env.CONCLAVE_HOME;
  if (named !== undefined && named !== '') return resolve(named);
  const data = env.XDG_DATA_HOME || joinPath(env.HOME ?? homedir(), '.local', 'share');
  return resolve(data, 'conclave');
}
