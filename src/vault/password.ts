import { scryptSync } from 'node:crypto';
import type { Random } from '../bytes/random.ts';
import { Problem } from '../problem.ts';

export interface KdfParameters {
  readonly n: number;
  readonly r: number;
  readonly p: number;
  readonly salt: Uint8Array;
}

/** Passphrase bytes to a key of 32 bytes. Slow on purpose, so tests hand in another one. */
export type Kdf = (passphrase: Uint8Array, parameters: KdfParameters) => Uint8Array;

const floor = 2 ** 17; // a third of a second to a second, 128 MiB
const ceiling = 2 ** 20; // 1 GiB: a header must not be able to ask for more
const rehearsalCost = 2 ** 4; // nothing of value is behind it, and a rehearsal opens vaults by the hundred
const r = 8;
const p = 1;
const saltLength = 16;
const shortest = 8;

export const scrypt: Kdf = (passphrase, parameters) => {
  const { n, r, p, salt } = parameters;
  const maxmem = 128 * r * (n + p + 2) + 2 ** 20; // Node allows 32 MiB unless told otherwise
  const key = scryptSync(passphrase, salt, 32, { N: n, r, p, maxmem });
  const own = new Uint8Array(key);
  key.fill(0);
  return own;
};

export function newParameters(rehearsal: boolean, random: Random): KdfParameters {
  return { n: rehearsal ? rehearsalCost : floor, r, p, salt: random(saltLength) };
}

/** Before any work is done for them: what a file asks for is between the floor and the ceiling (safety section 4). */
export function checkParameters(parameters: KdfParameters, rehearsal: boolean): void {
  const { n } = parameters;
  if (!Number.isSafeInteger(n) || n < 2 || !Number.isInteger(Math.log2(n))) refuse(`N is ${n}, not a power of two`);
  if (parameters.r !== r || parameters.p !== p) refuse(`r and p are not ${r} and ${p}`);
  if (parameters.salt.length !== saltLength) refuse(`the salt does not have ${saltLength} bytes`);
  if (rehearsal && n !== rehearsalCost) refuse(`N is ${n}, and a rehearsal uses ${rehearsalCost}`);
  if (!rehearsal && n < floor) refuse(`N is ${n}, below the floor of ${floor}`);
  if (!rehearsal && n > ceiling) refuse(`N is ${n}, above the ceiling of ${ceiling}`);
}

function refuse(what: string): never {
  throw new Problem(
    'VAULT_PARAMETERS',
    `the vault's passphrase function is not acceptable: ${what}`,
    'the file was altered or written by another program; restore this vault from a backup',
  );
}

/** Asked of a passphrase that is chosen, never of one that is to open something. */
export function checkNewPassphrase(passphrase: string): void {
  if (passphrase.trim() === '') throw new Problem('VAULT_PASSPHRASE', 'the passphrase is empty', shortPassphrase);
}

/**
 * Whether a person should be asked for another one. It is advice and no rule of the vault: where the passphrase comes
 * from a file, who wrote the file decides.
 */
export function isShortPassphrase(passphrase: string): boolean {
  return [...passphrase.normalize('NFKC').trim()].length < shortest; // blanks around it add nothing
}

export const shortPassphrase = 'choose a longer one; five or six random words are easy to remember and hard to guess';

/** The key of a passphrase. Two keyboards may spell one text in different code points: NFKC makes them one. */
export function passphraseKey(passphrase: string, parameters: KdfParameters, kdf: Kdf): Uint8Array {
  const bytes = new TextEncoder().encode(passphrase.normalize('NFKC'));
  try {
    return kdf(bytes, parameters);
  } finally {
    bytes.fill(0);
  }
}
