import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../src/bytes/hex.ts';
import { pinFits, readPin } from '../../src/vault/pins.ts';
import { code } from './support.ts';

const x = '79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798';
const bytes = (hex: string) => fromHex(hex) as Uint8Array;

describe('a pin of 32 bytes', () => {
  test.each(['02', '03'])('is the Taproot key with that x, though the descriptor says %s', (parity) => {
    expect(pinFits(bytes(x), { suite: 'secp256k1-tr', publicKey: bytes(parity + x) })).toBe(true);
  });

  test.each(['secp256k1', 'p256'] as const)('is no %s key, which has a parity', (suite) => {
    expect(pinFits(bytes(x), { suite, publicKey: bytes(`02${x}`) })).toBe(false);
  });

  test('is no Taproot key with another x', () => {
    expect(pinFits(bytes(x.replace('79', '78')), { suite: 'secp256k1-tr', publicKey: bytes(`02${x}`) })).toBe(false);
  });
});

describe('a pin of 33 bytes', () => {
  test('is the key with that parity and no other', () => {
    for (const suite of ['secp256k1-tr', 'secp256k1'] as const) {
      expect(pinFits(bytes(`03${x}`), { suite, publicKey: bytes(`03${x}`) })).toBe(true);
      expect(pinFits(bytes(`02${x}`), { suite, publicKey: bytes(`03${x}`) })).toBe(false);
    }
  });
});

describe('hex is a public key', () => {
  test.each([
    ['on secp256k1, both parities', `03${x}`],
    ['on secp256k1, by its x', x],
    ['on p256', '036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296'],
    ['on ed25519', '5866666666666666666666666666666666666666666666666666666666666666'],
    ['on ristretto255', 'e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76'],
  ])('%s', (_, hex) => {
    expect(toHex(readPin(hex.toUpperCase()))).toBe(hex);
  });

  test.each([
    ['of no curve', `02${'f'.repeat(64)}`],
    ['of no curve, without parity', 'f'.repeat(64)],
    ['with another first byte', `04${x}`],
    ['uncompressed', `04${x}483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8`],
    ['too short', x.slice(2)],
    ['not hex', `zz${x}`],
  ])('and not when it is %s', (_, hex) => {
    expect(code(() => readPin(hex))).toBe('PIN_INVALID');
  });
});
