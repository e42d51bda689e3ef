import { describe, expect, it } from 'vitest';
import {
  checkNewPassphrase,
  checkParameters,
  isShortPassphrase,
  type KdfParameters,
  newParameters,
  passphraseKey,
  scrypt,
} from '../../src/vault/password.ts';
import { code, counting, hashing } from './support.ts';

const parameters = (change: Partial<KdfParameters>): KdfParameters => ({
  ...newParameters(false, counting()),
  ...change,
});

describe('the parameters of the passphrase function', () => {
  it('are at the floor for a real vault and cheap for a rehearsal', () => {
    expect(newParameters(false, counting())).toMatchObject({ n: 2 ** 17, r: 8, p: 1 });
    expect(newParameters(true, counting())).toMatchObject({ n: 2 ** 4, r: 8, p: 1 });
  });

  it.each([
    ['a power of two below the floor', { n: 2 ** 16 }],
    ['a power of two above the ceiling', { n: 2 ** 21 }],
    ['no power of two', { n: 2 ** 17 + 2 }],
    ['a negative N', { n: -(2 ** 17) }],
    ['N of a rehearsal', { n: 2 ** 4 }],
    ['another r', { r: 1 }],
    ['another p', { p: 2 }],
    ['a short salt', { salt: new Uint8Array(8) }],
  ])('are refused with %s', (_, change) => {
    expect(code(() => checkParameters(parameters(change), false))).toBe('VAULT_PARAMETERS');
  });

  it('are accepted from the floor to the ceiling', () => {
    for (const n of [2 ** 17, 2 ** 18, 2 ** 20]) expect(code(() => checkParameters(parameters({ n }), false))).toBe('');
  });

  it('of a real vault are refused in a rehearsal', () => {
    expect(code(() => checkParameters(parameters({ n: 2 ** 17 }), true))).toBe('VAULT_PARAMETERS');
    expect(code(() => checkParameters(parameters({ n: 2 ** 4 }), true))).toBe('');
  });
});

describe('a passphrase', () => {
  it('is not empty, and short of eight characters is advised against, not counting blanks around them', () => {
    for (const bad of ['', '        ']) expect(code(() => checkNewPassphrase(bad))).toBe('VAULT_PASSPHRASE');
    expect(code(() => checkNewPassphrase('seven..'))).toBe('');
    for (const short of ['', '        ', 'seven..', '  seven..  ', '😀😀😀😀'])
      expect(isShortPassphrase(short)).toBe(true);
    for (const good of ['eight...', '😀😀😀😀😀😀😀😀']) expect(isShortPassphrase(good)).toBe(false);
  });

  it('means the same however the keyboard spells it', () => {
    const salted = parameters({});
    const key = (passphrase: string) => passphraseKey(passphrase, salted, hashing);
    expect(key('Zu\u0308rich am See')).toEqual(key('Z\u00fcrich am See'));
    expect(key('\ufb01ve words')).toEqual(key('five words'));
    expect(key('five words')).not.toEqual(key('five Words'));
  });

  it('is wiped after use', () => {
    let seen = new Uint8Array(0);
    passphraseKey('five words', parameters({}), (bytes) => {
      seen = bytes as Uint8Array<ArrayBuffer>;
      return new Uint8Array(32);
    });
    expect(seen).toEqual(new Uint8Array(10));
  });

  it('becomes a key by scrypt as RFC 7914 has it, also where Node needs to be told of the memory', () => {
    const text = (value: string) => new TextEncoder().encode(value);
    const key = scrypt(text('pleaseletmein'), { n: 16384, r: 8, p: 1, salt: text('SodiumChloride') });
    const rfc = '7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2';
    expect(Buffer.from(key).toString('hex')).toBe(rfc);
    expect(scrypt(text('x'), { n: 2 ** 15, r: 8, p: 1, salt: text('y') })).toHaveLength(32);
    expect(scrypt(text('x'), newParameters(false, counting()))).toHaveLength(32);
  });
});
