import { describe, expect, it } from 'vitest';
import { type Cbor, decodeCbor, encodeCbor } from '../../src/bytes/cbor.ts';
import { concatBytes } from '../../src/bytes/hex.ts';
import { lengthPrefixed, taggedHash, text } from '../../src/bytes/tagged-hash.ts';
import { sealBytes } from '../../src/crypto/aead.ts';
import { passphraseKey } from '../../src/vault/password.ts';
import {
  binding,
  changePassphrase,
  createHeader,
  openHeader,
  openState,
  readHeader,
  sealState,
} from '../../src/vault/sealed-file.ts';
import { code, counting, hashing } from './support.ts';

const passphrase = 'correct horse battery';
const dataKey = new Uint8Array(32).fill(7);
const magic = text('conclave vault v1\n');
const file = (rehearsal = false) => createHeader(passphrase, dataKey, rehearsal, counting(), hashing);

type Fields = { [key: string]: Cbor } & { kdf: { [key: string]: Cbor }; wrapped: Uint8Array; check: Uint8Array };

/** What somebody writes who knows the format, and the passphrase if `sealed`. */
function forged(change: (fields: Fields) => void, sealed = false): Uint8Array {
  const fields = decodeCbor(file().subarray(magic.length), { bytes: 4096, depth: 2 }) as Fields;
  change(fields);
  const { wrapped, check: _, ...open } = fields;
  const associated = lengthPrefixed(text('conclave/v1/vault/header'), encodeCbor(open));
  if (sealed) {
    const key = passphraseKey(passphrase, open.kdf as never, hashing);
    fields.wrapped = sealBytes(key, dataKey, associated, counting());
  }
  fields.check = taggedHash('vault/checksum', associated, sealed ? fields.wrapped : wrapped);
  return concatBytes(magic, encodeCbor(fields));
}

describe('the header of a vault', () => {
  it('gives the data key to the passphrase', () => {
    for (const rehearsal of [false, true]) {
      expect(openHeader(file(rehearsal), passphrase, rehearsal, hashing)).toEqual(dataKey);
    }
  });

  it('works with the real function at its floor', () => {
    const real = createHeader(passphrase, dataKey, false, counting());
    expect(readHeader(real).kdf.n).toBe(2 ** 17);
    expect(openHeader(real, passphrase, false)).toEqual(dataKey);
  });

  it('tells a wrong passphrase', () => {
    expect(code(() => openHeader(file(), 'correct horse batterx', false, hashing))).toBe('VAULT_LOCKED');
    expect(code(() => openHeader(file(), '', false, hashing))).toBe('VAULT_LOCKED');
  });

  it('tells damage, whichever byte it is in, from a wrong passphrase', () => {
    const good = file();
    for (let i = 0; i < good.length; i++) {
      const bad = good.slice();
      bad[i] = (bad[i] as number) ^ 1;
      expect(
        code(() => openHeader(bad, passphrase, false, hashing)),
        `byte ${i}`,
      ).toMatch(/^VAULT_(DAMAGED|NEWER)$/);
    }
    for (let length = 0; length < good.length; length++) {
      expect(code(() => openHeader(good.subarray(0, length), passphrase, false, hashing))).toBe('VAULT_DAMAGED');
    }
    expect(code(() => readHeader(concatBytes(good, new Uint8Array(1))))).toBe('VAULT_DAMAGED');
    expect(() => readHeader(concatBytes(good, new Uint8Array(2 ** 20)))).toThrow('larger than 4096 bytes');
  });

  it('tells another format from damage', () => {
    expect(code(() => readHeader(text('conclave vault v2\nwhatever')))).toBe('VAULT_NEWER');
    expect(code(() => readHeader(text('something else')))).toBe('VAULT_DAMAGED');
  });

  it('is refused with other fields than it has', () => {
    expect(code(() => readHeader(forged(() => {})))).toBe('');
    expect(code(() => readHeader(forged((fields) => Object.assign(fields, { more: 1 }))))).toBe('VAULT_DAMAGED');
    expect(code(() => readHeader(forged((fields) => Object.assign(fields, { v: 2 }))))).toBe('VAULT_DAMAGED');
    const known = decodeCbor(file().subarray(magic.length), { bytes: 4096, depth: 2 }) as Fields;
    expect(code(() => readHeader(concatBytes(magic, encodeCbor({ ...known, more: 1 }))))).toBe('VAULT_DAMAGED');
    const short = new Uint8Array(15);
    expect(code(() => readHeader(forged((fields) => Object.assign(fields.kdf, { salt: short }))))).toBe(
      'VAULT_DAMAGED',
    );
  });

  it('is refused below the floor and above the ceiling before any work is done, rightly sealed or not', () => {
    for (const n of [2 ** 4, 2 ** 16, 2 ** 21, 2 ** 40]) {
      const cheap = forged((fields) => Object.assign(fields.kdf, { n }), true);
      let asked = 0;
      const kdf: typeof hashing = (...given) => {
        asked++;
        return hashing(...given);
      };
      expect(code(() => openHeader(cheap, passphrase, false, kdf))).toBe('VAULT_PARAMETERS');
      expect(asked).toBe(0);
    }
  });

  it('of a rehearsal is refused for a real vault, and the other way round', () => {
    expect(code(() => openHeader(file(true), passphrase, false, hashing))).toBe('VAULT_REHEARSAL');
    expect(code(() => openHeader(file(false), passphrase, true, hashing))).toBe('VAULT_REHEARSAL');
  });

  it('has every open field under the seal', () => {
    const changes: ((fields: Fields) => void)[] = [
      (fields) => Object.assign(fields, { id: new Uint8Array(16) }),
      (fields) => Object.assign(fields.kdf, { n: 2 ** 18 }),
      (fields) => Object.assign(fields.kdf, { salt: new Uint8Array(16) }),
    ];
    const sameKey: typeof hashing = (bytes) => hashing(bytes, { n: 0, r: 0, p: 0, salt: new Uint8Array(0) });
    const honest = createHeader(passphrase, dataKey, false, counting(), sameKey);
    for (const change of changes) {
      const fields = decodeCbor(honest.subarray(magic.length), { bytes: 4096, depth: 2 }) as Fields;
      change(fields);
      const { wrapped, check: _, ...open } = fields;
      const associated = lengthPrefixed(text('conclave/v1/vault/header'), encodeCbor(open));
      fields.check = taggedHash('vault/checksum', associated, wrapped);
      const bad = concatBytes(magic, encodeCbor(fields));
      expect(code(() => openHeader(bad, passphrase, false, sameKey))).toBe('VAULT_LOCKED');
    }
    expect(openHeader(honest, passphrase, false, sameKey)).toEqual(dataKey);
  });

  it('is not made with an empty passphrase or a data key of another length', () => {
    expect(code(() => createHeader(' ', dataKey, false, counting(), hashing))).toBe('VAULT_PASSPHRASE');
    expect(() => createHeader(passphrase, new Uint8Array(31), false, counting(), hashing)).toThrow(RangeError);
  });
});

describe('a new passphrase', () => {
  const next = 'staple of another kind';

  it('opens the same data key, and the old one does not', () => {
    const random = counting();
    const before = createHeader(passphrase, dataKey, false, random, hashing);
    const after = changePassphrase(before, passphrase, next, false, random, hashing);
    expect(openHeader(after, next, false, hashing)).toEqual(dataKey);
    expect(code(() => openHeader(after, passphrase, false, hashing))).toBe('VAULT_LOCKED');
    expect(readHeader(after).kdf.salt).not.toEqual(readHeader(before).kdf.salt);
    expect(binding(readHeader(after))).toEqual(binding(readHeader(before)));
  });

  it('needs the old one, and is not to be empty', () => {
    expect(code(() => changePassphrase(file(), 'wrong one', next, false, counting(), hashing))).toBe('VAULT_LOCKED');
    expect(code(() => changePassphrase(file(), passphrase, ' ', false, counting(), hashing))).toBe('VAULT_PASSPHRASE');
  });
});

describe('the state of a vault', () => {
  const header = readHeader(file());
  const state = text('shares and decisions');

  it('opens as it was sealed', () => {
    const sealed = sealState(dataKey, state, binding(header), counting());
    expect(openState(dataKey, sealed, binding(header))).toEqual(state);
  });

  it('does not open damaged, under another key, in another vault or in the place of another file', () => {
    const sealed = sealState(dataKey, state, binding(header), counting());
    const bad = sealed.slice();
    bad[30] = (bad[30] as number) ^ 1;
    const otherVault = { ...header, id: new Uint8Array(16) };
    expect(code(() => openState(dataKey, bad, binding(header)))).toBe('VAULT_DAMAGED');
    expect(code(() => openState(dataKey, sealed.subarray(0, 10), binding(header)))).toBe('VAULT_DAMAGED');
    expect(code(() => openState(new Uint8Array(32), sealed, binding(header)))).toBe('VAULT_DAMAGED');
    expect(code(() => openState(dataKey, sealed, binding(otherVault)))).toBe('VAULT_DAMAGED');
    expect(code(() => openState(dataKey, sealed, binding({ ...header, rehearsal: true })))).toBe('VAULT_DAMAGED');
    expect(code(() => openState(dataKey, sealed, binding(header, 'journal')))).toBe('VAULT_DAMAGED');
  });
});
