import { ed25519 } from '@noble/curves/ed25519.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { Address, NETWORK, OutScript, p2tr, p2wpkh } from '@scure/btc-signer';
import { addr } from 'micro-eth-signer';
import { describe, expect, test } from 'vitest';
import { fromHex } from '../../src/bytes/hex.ts';
import { addressesOf, eip55 } from '../../src/crypto/addresses.ts';
import { drawn } from './drawn.ts';

const bytes = (hex: string) => fromHex(hex.toLowerCase()) as Uint8Array;
const taproot = (x: string, parity = '02') => addressesOf('secp256k1-tr', bytes(parity + x))['bitcoin-taproot'];
const ecdsa = (hex: string) => addressesOf('secp256k1', bytes(hex));
const ofSecret = (hex: string) => addressesOf('secp256k1', secp256k1.getPublicKey(bytes(hex)));

describe('published vectors', () => {
  test.each([
    [
      'BIP-341, wallet-test-vectors.json, the key without a script',
      'd6889cb081036e0faefa3a35157ad71086b123b2b144b649798b494c300a961d',
      'bc1p2wsldez5mud2yam29q22wgfh9439spgduvct83k3pm50fcxa5dps59h4z5',
    ],
    [
      'BIP-86, first receiving address',
      'cc8a4bc64d897bddc5fbc2f670f7a8ba0b386779106cf1223c6fc5d7cd6fc115',
      'bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr',
    ],
    [
      'BIP-86, second receiving address',
      '83dfe85a3151d2517290da461fe2815591ef69f2b18a2ce63f01697a8b313145',
      'bc1p4qhjn9zdvkux4e44uhx8tc55attvtyu358kutcqkudyccelu0was9fqzwh',
    ],
    [
      'BIP-86, first change address',
      '399f1b2f4393f29a18c937859c5dd8a77350103157eb880f02e8c08214277cef',
      'bc1p3qkhfews2uk44qtvauqyr2ttdsw7svhkl9nkm9s9c3x4ax5h60wqwruhk7',
    ],
  ])('Taproot: %s', (_, internal, address) => {
    expect(taproot(internal)).toBe(address);
    expect(taproot(internal, '03')).toBe(address); // lift_x: the parity of the descriptor's key changes nothing
  });

  test.each([
    [
      'BIP-173',
      '0279BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798',
      'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4',
    ],
    [
      'BIP-84, first receiving address',
      '0330d54fd0dd420a6e5f8d3624f5f3482cae350f79d5f0753bf5beef9c2d91af3c',
      'bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu',
    ],
    [
      'BIP-84, second receiving address',
      '03e775fd51f0dfb8cd865d9ff1cca2a158cf651fe997fdc9fee9c1d3b5e995ea77',
      'bc1qnjg0jd8228aq7egyzacy8cys3knf9xvrerkf9g',
    ],
    [
      'BIP-84, first change address',
      '03025324888e429ab8e3dbaf1f7802648b9cd01e9b418485c5fa4c1b9b5700e1a6',
      'bc1q8c6fshw2dlwun7ekn9qwf37cu2rn755upcp6el',
    ],
  ])('Segwit: %s', (_, key, address) => {
    expect(ecdsa(key)['bitcoin-segwit']).toBe(address);
  });

  // the eight of the EIP
  test.each([
    '0x52908400098527886E0F7030069857D2E4169EE7',
    '0x8617E340B3D01FA5F11F306F4090FD50E238070D',
    '0xde709f2102306220921060314715629080e2fb77',
    '0x27b1fdb04752bbc536007a920d24acb045561c26',
    '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
    '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359',
    '0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB',
    '0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb',
  ])('EIP-55: %s', (address) => {
    expect(eip55(address.slice(2).toLowerCase())).toBe(address);
  });

  test.each([
    [
      'the secret 1',
      '0000000000000000000000000000000000000000000000000000000000000001',
      '0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf',
    ],
    [
      'the first account of Hardhat and Anvil',
      'ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80',
      '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266',
    ],
    [
      'the first account of Ganache',
      '4f3edf983ac636a65a842ce7c78d9aa706d3b113bce9c46f30d7d21715b23b1d',
      '0x90F8bf6A479f320ead074411a4B0e7944Ea8c9C1',
    ],
  ])('Ethereum: %s', (_, secret, address) => {
    expect(ofSecret(secret).ethereum).toBe(address);
  });

  test('Cosmos: the key in the tests of CosmJS', () => {
    const key = Buffer.from('AtQaCqFnshaZQp6rIkvAPyzThvCvXSDO+9AzbxVErqJP', 'base64').toString('hex');
    expect(ecdsa(key).cosmos).toBe('cosmos1h806c7khnvmjlywdrkdgk2vrayy2mmvf9rxk2r');
  });

  test("Solana: the key pair in the documentation's cookbook", () => {
    const secret = Uint8Array.of(
      ...[174, 47, 154, 16, 202, 193, 206, 113, 199, 190, 53, 133, 169, 175, 31, 56],
      ...[222, 53, 138, 189, 224, 216, 117, 173, 10, 149, 53, 45, 73, 251, 237, 246],
    );
    expect(addressesOf('ed25519', ed25519.getPublicKey(secret))).toEqual({
      solana: '24PNhTaNtomHhoy3fTRaMhAFCRj4uHqhZEEoWrKDbR5p',
    });
  });
});

test('keys that nobody pays to have no address', () => {
  expect(addressesOf('p256', secp256k1.getPublicKey(bytes('01'.repeat(32))))).toEqual({});
  expect(addressesOf('ristretto255', new Uint8Array(32))).toEqual({});
});

test('two other libraries give the same addresses to a hundred keys', () => {
  const random = drawn('addresses');
  for (let i = 0; i < 100; i++) {
    const key = secp256k1.getPublicKey(random(32));
    const own = addressesOf('secp256k1', key);
    expect(own['bitcoin-segwit']).toBe(p2wpkh(key, NETWORK).address);
    expect(own.ethereum).toBe(addr.fromPublicKey(key));
    expect(addr.isValid(own.ethereum ?? '')).toBe(true);
    const { 'bitcoin-taproot': tweaked = '' } = addressesOf('secp256k1-tr', key);
    expect(tweaked).toBe(p2tr(key.subarray(1), undefined, NETWORK).address);
    expect(OutScript.encode(Address(NETWORK).decode(tweaked)).subarray(0, 2)).toEqual(Uint8Array.of(0x51, 0x20));
  }
});
