import { base58, bech32, bech32m } from '@scure/base';
import { describe, expect, test } from 'vitest';
import { fromHex } from '../../src/bytes/hex.ts';
import { addressesOf } from '../../src/crypto/addresses.ts';
import { secp256k1 } from '../../src/crypto/group.ts';
import { isKeyText, keyFits, knownText, readKnownKey, sameKnown } from '../../src/crypto/known-key.ts';
import { Problem } from '../../src/problem.ts';
import { code } from '../vault/support.ts';
import { refusal } from './drawn.ts';

const x = '79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798';
const bytes = (hex: string) => fromHex(hex) as Uint8Array;

const isOnCurve = (x: Uint8Array) => refusal(() => secp256k1.decodePoint(new Uint8Array([2, ...x]))) === null;

function problemOf(work: () => unknown): Problem {
  try {
    work();
  } catch (error) {
    if (error instanceof Problem) return error;
  }
  throw new Error('nothing was refused');
}

describe('a pin of 32 bytes', () => {
  test.each(['02', '03'])('is the Taproot key with that x, though the descriptor says %s', (parity) => {
    expect(keyFits(bytes(x), { suite: 'secp256k1-tr', publicKey: bytes(parity + x) })).toBe(true);
  });

  test.each(['secp256k1', 'p256'] as const)('is no %s key, which has a parity', (suite) => {
    expect(keyFits(bytes(x), { suite, publicKey: bytes(`02${x}`) })).toBe(false);
  });

  test('is no Taproot key with another x', () => {
    expect(keyFits(bytes(x.replace('79', '78')), { suite: 'secp256k1-tr', publicKey: bytes(`02${x}`) })).toBe(false);
  });
});

describe('a pin of 33 bytes', () => {
  test('is the key with that parity and no other', () => {
    for (const suite of ['secp256k1-tr', 'secp256k1'] as const) {
      expect(keyFits(bytes(`03${x}`), { suite, publicKey: bytes(`03${x}`) })).toBe(true);
      expect(keyFits(bytes(`02${x}`), { suite, publicKey: bytes(`03${x}`) })).toBe(false);
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
    expect(knownText(readKnownKey(hex.toUpperCase()).known)).toBe(hex);
  });

  test.each([
    ['of no curve', `02${'f'.repeat(64)}`],
    ['of no curve, without parity', 'f'.repeat(64)],
    ['with another first byte', `04${x}`],
    ['uncompressed', `04${x}483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8`],
    ['too short', x.slice(2)],
    ['not hex', `zz${x}`],
  ])('and not when it is %s', (_, hex) => {
    expect(code(() => readKnownKey(hex))).toBe('PIN_INVALID');
  });
});

const g = { suite: 'secp256k1', publicKey: bytes(`02${x}`) } as const;
const minusG = { suite: 'secp256k1', publicKey: bytes(`03${x}`) } as const;
const tr = { suite: 'secp256k1-tr', publicKey: bytes(`02${x}`) } as const;
const sol = { suite: 'ed25519', publicKey: bytes(`58${'66'.repeat(31)}`) } as const;

describe('an address', () => {
  test.each([
    ['bitcoin-taproot', tr],
    ['bitcoin-segwit', g],
    ['ethereum', g],
    ['cosmos', g],
    ['solana', sol],
  ] as const)('of kind %s is read back as that kind, and fits its key alone', (kind, key) => {
    const address = addressesOf(key.suite, key.publicKey)[kind] as string;
    expect(readKnownKey(` ${address}\n`)).toEqual({ known: address, kind, unchecked: kind === 'solana' });
    for (const other of [g, minusG, tr, sol]) expect(keyFits(address, other)).toBe(other === key);
  });

  test('of Taproot fits the key of either parity, as Taproot does', () => {
    const address = addressesOf(tr.suite, tr.publicKey)['bitcoin-taproot'] as string;
    expect(keyFits(address, { ...tr, publicKey: minusG.publicKey })).toBe(true);
  });

  test.each(['BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4', 'COSMOS1W508D6QEJXTDG4Y5R3ZARVARY0C5XW7K6AH60C'])(
    'in large letters is the same as in small ones: %s',
    (address) => {
      expect(readKnownKey(address).known).toBe(address.toLowerCase());
      expect(keyFits(readKnownKey(address).known, g)).toBe(true);
    },
  );

  test('of Ethereum is taken in one size of letters, as one without a checksum', () => {
    const address = '0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf';
    const digits = address.slice(2);
    for (const typed of [`0x${digits.toLowerCase()}`, `0x${digits.toUpperCase()}`, `0X${digits.toLowerCase()}`]) {
      expect(readKnownKey(typed)).toEqual({ known: address, kind: 'ethereum', unchecked: true });
    }
    expect(readKnownKey(address).unchecked).toBe(false);
    // those whose checksum is that all letters are of one size
    expect(readKnownKey('0x52908400098527886E0F7030069857D2E4169EE7').unchecked).toBe(false);
    expect(readKnownKey('0x27b1fdb04752bbc536007a920d24acb045561c26').unchecked).toBe(false);
  });

  test('of Solana may begin like one of Bitcoin', () => {
    const begun = 'Bc1ConcLaveRehearsaxxxxxxxxxxxxxxxxxxxx2ABhQ';
    expect(readKnownKey(begun)).toMatchObject({ known: begun, kind: 'solana' });
  });

  test.each([
    [
      'Taproot with a mistake',
      'bc1p2wsldez5mud2yam29q22wgfh9439spgduvct83k3pm50fcxa5dps59h4z6',
      '(bech32m) of this Bitcoin address',
    ],
    ['segwit with a mistake', 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5', '(bech32)'],
    ['Cosmos with a mistake', 'cosmos1h806c7khnvmjlywdrkdgk2vrayy2mmvf9rxk2q', '(bech32) of this Cosmos address'],
    [
      'another chain, with a mistake',
      'osmo1w508d6qejxtdg4y5r3zarvary0c5xw7kjxy2e3',
      '(bech32) of this address of "osmo1"',
    ],
    ['segwit with a letter that does not occur', 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3tb', '(bech32)'],
    ['Ethereum with a letter of the wrong size', '0x7e5F4552091A69125d5DfCb7b8C2659029395Bdf', 'EIP-55'],
    ['Ethereum with a mistake', '0x7E5F4552091A69125d5DfCb7b8C2659029395Bde', 'EIP-55'],
    ['Ethereum without 0x', '7E5F4552091A69125d5DfCb7b8C2659029395Bdf', 'begins with 0x'],
    ['small and large letters', 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3T4', 'small and large'],
    // of BIP-350's invalid ones
    [
      'Taproot under the checksum of segwit',
      'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd',
      'bech32m',
    ],
    ['segwit under the checksum of Taproot', 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh', 'has to have bech32'],
    ['another prefix', 'tc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq5zuyut', 'tc1 are not known'],
    ['no character of its alphabet', 'bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4', '(bech32m)'],
    ['witness version 17', 'BC130XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ7ZWS8R', 'no single key'],
    ['41 bytes', 'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v8n0nx0muaewav253zgeav', 'no single key'],
    ['16 bytes', 'BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P', 'no single key'],
    ['too much padding', 'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v07qwwzcrf', 'no single key'],
    ['a test network', 'tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx', 'test network'],
    ['a test network of one machine', 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080', 'test network'],
    [
      'a test network, with a mistake',
      'tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsy',
      '(bech32) of this Bitcoin test network address',
    ],
    ['a script', 'bc1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qccfmv3', 'no single key'],
    ['the old form', '1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2', 'old form'],
    ['another chain', 'osmo1w508d6qejxtdg4y5r3zarvary0c5xw7kjxy2e2', 'osmo1 are not known'],
    ['nothing known', 'zzzzzzzzzzzzzzzzzzzzzzzzzzzzzz', 'neither'],
    ['nothing known, and a blank', 'no address at all, I am afraid', 'neither'],
  ])('is refused with %s', (_, address, why) => {
    const problem = problemOf(() => readKnownKey(address));
    expect(problem.code).toBe('PIN_INVALID');
    expect(problem.message).toContain(why);
  });

  test('of Taproot whose key is on no curve is refused', () => {
    const address = bech32m.encode('bc', [1, ...bech32m.toWords(bytes(`${'00'.repeat(31)}05`))]);
    expect(problemOf(() => readKnownKey(address)).message).toContain('on no curve');
  });

  test('of 32 bytes of Cosmos is no Taproot key, also where it begins like one', () => {
    const ofModule = Array.from({ length: 20 }, (_, at) => bytes(`08${'00'.repeat(30)}${(at + 16).toString(16)}`));
    const onCurve = ofModule.find((one) => isOnCurve(one)) as Uint8Array;
    const address = bech32.encode('cosmos', bech32.toWords(onCurve));
    expect(bech32.toWords(onCurve)[0]).toBe(1);
    expect(problemOf(() => readKnownKey(address)).message).toContain('no single key');
  });

  test('of Solana that is on no curve is refused', () => {
    const off = base58.encode(bytes(`02${'00'.repeat(31)}`));
    expect(problemOf(() => readKnownKey(off)).message).toContain('on no curve');
  });

  test('is refused after any one character is changed, but for those of Solana', () => {
    for (const address of [tr, g].flatMap(({ suite, publicKey }) => Object.values(addressesOf(suite, publicKey)))) {
      for (let at = 0; at < address.length; at++) {
        const other = address[at] === 'q' || address[at] === '7' ? 'p' : address.startsWith('0x') ? '7' : 'q';
        const changed = address.slice(0, at) + other + address.slice(at + 1);
        const read = () => readKnownKey(changed).known;
        if (changed !== address) expect(code(read), changed).toBe('PIN_INVALID');
      }
    }
  });
});

test('two pins are the same by what they say, not by the key they fit', () => {
  const address = readKnownKey('bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4').known;
  expect(sameKnown(address, readKnownKey('BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4').known)).toBe(true);
  expect(sameKnown(readKnownKey(`0x02${x}`).known, readKnownKey(`02${x.toUpperCase()}`).known)).toBe(true);
  expect(sameKnown(address, readKnownKey(`02${x}`).known)).toBe(false);
});

test('what can only be a key or an address is no name of a file', () => {
  expect(isKeyText('bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4')).toBe(true);
  expect(isKeyText('./bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4')).toBe(false);
  expect(isKeyText('treasury-public-key-package.json')).toBe(false);
});

describe('a public key in hex', () => {
  test.each<[string, string, string]>([
    ['31 bytes', x.slice(2), 'a public key has 32 or 33 bytes, in hex'],
    ['34 bytes', `0202${x}`, 'a public key has 32 or 33 bytes, in hex'],
    ['half a byte', x.slice(1), 'a public key has 32 or 33 bytes, in hex'],
    ['65 bytes of no encoding', `05${x}${x}`, 'a public key has 32 or 33 bytes, in hex'],
    ['64 bytes that begin with 04', `04${x}${x.slice(2)}`, 'a public key has 32 or 33 bytes, in hex'],
    ['an uncompressed key', `04${x}${x}`, 'this is an uncompressed public key'],
    ['33 bytes on no curve', `05${x}`, 'that is on no curve, so it is no public key'],
  ])('is refused: %s', (_, given, why) => {
    expect(problemOf(() => readKnownKey(given)).message).toBe(why);
  });

  test('is taken with blanks around it, and shown when it is none only as far as it may be long', () => {
    expect(readKnownKey(`  0x02${x}\n`)).toEqual({ known: bytes(`02${x}`), kind: 'public key', unchecked: false });
    expect(isKeyText(` 02${x} `)).toBe(true);
    const long = 'no key '.repeat(40);
    const says = `${long.slice(0, 140)} is neither a public key nor an address`;
    expect(problemOf(() => readKnownKey(long)).message).toBe(says);
    expect(problemOf(() => readKnownKey('02')).message).toBe('02 is neither a public key nor an address');
  });
});

describe('an address of no single key', () => {
  const of = (prefix: string, version: number | null, length: number, checksum = bech32): string => {
    const words = checksum.toWords(new Uint8Array(length).fill(7));
    return checksum.encode(prefix, version === null ? words : [version, ...words], 120);
  };

  test.each<[string, string]>([
    ['Cosmos of 32 bytes', of('cosmos', null, 32)],
    ['segwit of 32 bytes', of('bc', 0, 32)],
    ['a later version of 20 bytes', of('bc', 1, 20, bech32m)],
    ['a later version of 32 bytes', of('bc', 2, 32, bech32m)],
  ])('is refused: %s', (_, address) => {
    expect(problemOf(() => readKnownKey(address)).message).toBe(
      'this is an address of no single key: of a script, a program or a module',
    );
  });

  test('of the old form is told from other text of base58', () => {
    const old = base58.encode(new Uint8Array(25).fill(0, 0, 1).fill(9, 1));
    expect(problemOf(() => readKnownKey(old)).message).toBe(
      'a Bitcoin address of the old form (base58) is not known here',
    );
    for (const given of [
      base58.encode(new Uint8Array(25).fill(1)),
      base58.encode(new Uint8Array(26).fill(0, 0, 1).fill(9, 1)),
    ])
      expect(problemOf(() => readKnownKey(given)).message).toBe(
        `${given} is neither a public key nor an address that is known here`,
      );
  });
});
