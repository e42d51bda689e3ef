import * as v from 'valibot';
import { type Cbor, decodeCbor, encodeCbor } from '../bytes/cbor.ts';
import { concatBytes, equalBytes } from '../bytes/hex.ts';
import type { Random } from '../bytes/random.ts';
import { lengthPrefixed, taggedHash, text } from '../bytes/tagged-hash.ts';
import { openBytes, sealBytes } from '../crypto/aead.ts';
import { Problem } from '../problem.ts';
import { checkNewPassphrase, checkParameters, type Kdf, newParameters, passphraseKey, scrypt } from './password.ts';

const family = text('conclave vault v');
const magic = text('conclave vault v1\n');
const bounds = { bytes: 4096, depth: 2 };

export const dataKeyLength = 32;

const bytesOf = (length: number) =>
  v.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length === length);

const Header = v.strictObject({
  v: v.literal(1),
  rehearsal: v.boolean(),
  id: bytesOf(16), // drawn once; a change of the passphrase keeps it, so what is sealed stays bound
  kdf: v.strictObject({ n: v.number(), r: v.number(), p: v.number(), salt: bytesOf(16) }),
  wrapped: bytesOf(24 + dataKeyLength + 16), // nonce, data key, tag
  check: bytesOf(32),
});

/** The vault's file `vault`: how the passphrase becomes a key, and the data key sealed under that. */
export type Header = v.InferOutput<typeof Header>;

/** The file of a new vault. The data key stays the caller's, to use and to wipe. */
export function createHeader(
  passphrase: string,
  dataKey: Uint8Array,
  rehearsal: boolean,
  random: Random,
  kdf: Kdf = scrypt,
): Uint8Array {
  return wrap(passphrase, dataKey, rehearsal, random(16), random, kdf);
}

/**
 * What can be known without the passphrase. A wrong passphrase and a damaged file look alike to the cipher, so a
 * checksum over the whole header tells them apart here; it protects nothing against somebody who writes the file.
 */
export function readHeader(file: Uint8Array): Header {
  if (!equalBytes(file.subarray(0, magic.length), magic)) {
    const other = new TextDecoder().decode(file.subarray(family.length, family.length + 8));
    if (equalBytes(file.subarray(0, family.length), family) && /^[1-9][0-9]{0,5}\n/.test(other)) {
      throw new Problem(
        'VAULT_NEWER',
        `the vault has format ${other.slice(0, other.indexOf('\n'))}, and this program reads format 1`,
        'use the version of conclave that wrote it',
      );
    }
    damaged('it does not begin as a vault does');
  }
  let value: Cbor;
  try {
    value = decodeCbor(file.subarray(magic.length), bounds);
  } catch (error) {
    if (error instanceof Problem) damaged(error.message);
    throw error;
  }
  const parsed = v.safeParse(Header, value);
  if (!parsed.success) damaged('its header has other fields than it should');
  if (!equalBytes(parsed.output.check, checksum(parsed.output))) damaged('its checksum is wrong');
  return parsed.output;
}

/** The data key. `rehearsal` is what the caller is about to do, not what the file claims. */
export function openHeader(file: Uint8Array, passphrase: string, rehearsal: boolean, kdf: Kdf = scrypt): Uint8Array {
  const header = readHeader(file);
  if (header.rehearsal !== rehearsal) {
    throw new Problem(
      'VAULT_REHEARSAL',
      header.rehearsal
        ? 'this vault belongs to a rehearsal: its passphrase function is cheap, and no real key may be in it'
        : 'this is a real vault, and a rehearsal works only with vaults of its own',
      header.rehearsal ? 'make a real one with conclave init' : undefined,
    );
  }
  checkParameters(header.kdf, header.rehearsal);
  const key = passphraseKey(passphrase, header.kdf, kdf);
  const dataKey = openBytes(key, header.wrapped, associated(header));
  key.fill(0);
  if (dataKey === null) {
    throw new Problem('VAULT_LOCKED', 'the passphrase does not open this vault', 'try again; nothing is counted');
  }
  return dataKey;
}

/** The same data key under another passphrase; everything that is sealed under it stays readable. */
export function changePassphrase(
  file: Uint8Array,
  passphrase: string,
  next: string,
  rehearsal: boolean,
  random: Random,
  kdf: Kdf = scrypt,
): Uint8Array {
  checkNewPassphrase(next); // before the old one costs its second
  const dataKey = openHeader(file, passphrase, rehearsal, kdf);
  try {
    return wrap(next, dataKey, rehearsal, readHeader(file).id, random, kdf);
  } finally {
    dataKey.fill(0);
  }
}

/** Ties sealed bytes to this vault and to what they are for, so that one file cannot be put in another's place. */
export function binding(header: Header, purpose = 'state'): Uint8Array {
  return lengthPrefixed(text('conclave/v1/vault/sealed'), header.id, text(String(header.rehearsal)), text(purpose));
}

export function sealState(dataKey: Uint8Array, state: Uint8Array, bound: Uint8Array, random: Random): Uint8Array {
  return sealBytes(dataKey, state, bound, random);
}

export function openState(dataKey: Uint8Array, sealed: Uint8Array, bound: Uint8Array): Uint8Array {
  const state = openBytes(dataKey, sealed, bound);
  if (state === null) damaged('its sealed content does not open');
  return state;
}

function wrap(
  passphrase: string,
  dataKey: Uint8Array,
  rehearsal: boolean,
  id: Uint8Array,
  random: Random,
  kdf: Kdf,
): Uint8Array {
  checkNewPassphrase(passphrase);
  if (dataKey.length !== dataKeyLength) throw new RangeError(`a data key has ${dataKeyLength} bytes`);
  const open = { v: 1 as const, rehearsal, id, kdf: newParameters(rehearsal, random) };
  const key = passphraseKey(passphrase, open.kdf, kdf);
  const wrapped = sealBytes(key, dataKey, associated(open), random);
  key.fill(0);
  const header = { ...open, wrapped };
  return concatBytes(magic, encodeCbor({ ...header, kdf: { ...header.kdf }, check: checksum(header) }));
}

type Unwrapped = Omit<Header, 'wrapped' | 'check'>;

/** Everything but the sealed key goes under its seal, the version and the cheap mark of a rehearsal among it. */
function associated({ v, rehearsal, id, kdf }: Unwrapped): Uint8Array {
  return lengthPrefixed(text('conclave/v1/vault/header'), encodeCbor({ v, rehearsal, id, kdf: { ...kdf } }));
}

function checksum(header: Omit<Header, 'check'>): Uint8Array {
  return taggedHash('vault/checksum', associated(header), header.wrapped);
}

function damaged(why: string): never {
  throw new Problem(
    'VAULT_DAMAGED',
    `the vault is damaged: ${why}`,
    'nothing was changed; copy the vault away as it is, and restore from a backup',
  );
}
