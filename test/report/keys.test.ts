import { describe, expect, test } from 'vitest';
import { toHex } from '../../src/bytes/hex.ts';
import { checksOf } from '../../src/ceremony/checks.ts';
import type { View } from '../../src/ceremony/evaluate.ts';
import { manifestOf } from '../../src/ceremony/manifest.ts';
import { addressesOf } from '../../src/crypto/addresses.ts';
import { keyLines } from '../../src/report/key-lines.ts';
import { manifestText } from '../../src/report/manifest-text.ts';
import { planJson } from '../../src/report/plan-json.ts';
import { planText } from '../../src/report/plan-text.ts';
import { type Transcript, transcriptOf } from '../../src/report/transcript-json.ts';
import { transcriptText } from '../../src/report/transcript-text.ts';
import { Ceremony, people } from '../ceremony/committee.ts';

const cast = people('keys', 'alice', 'bob', 'carol');
const { alice, bob, carol } = cast;
const everybody = Object.values(cast);
const keys = [
  { label: 'main', suite: 'secp256k1-tr' as const },
  { label: 'eth', suite: 'secp256k1' as const },
  { label: 'sol', suite: 'ed25519' as const },
  { label: 'tls', suite: 'p256' as const },
];
const wish = { cast: everybody, members: [alice, bob], threshold: 2, keys };
const unproven = new Ceremony(wish).before('activate');
const first = new Ceremony(wish).run();
const parent = first.link;
const reshare = new Ceremony({ cast: everybody, parent, members: [alice, bob, carol], threshold: 2 });

const proven = parent.proven.keys;
const addresses = proven.flatMap(({ suite, publicKey }) => Object.values(addressesOf(suite, publicKey)));
const publicKeys = proven.map(({ publicKey }) => toHex(publicKey));

function written(view: View): Transcript {
  const tool = { version: '1.2.3', digest: null };
  const own = { member: 'bob', consent: null, log: [], overrides: [], copies: [], epochs: [], damaged: [], tool };
  return transcriptOf({ view, checks: checksOf(view), keyset: 'treasury', phrase: 'one two', own });
}

const everything = (view: View): string[] => [
  planText(view.plan, 'treasury', 'bob').join('\n'),
  manifestText(manifestOf(view)),
  transcriptText(written(view)),
];
const data = (view: View) => [planJson(view.plan) as Transcript, manifestOf(view), written(view)];

describe('the addresses of the keys', () => {
  test('are five, of three of four suites', () => {
    expect(addresses).toHaveLength(5);
    expect(addresses.map((address) => address.slice(0, 4))).toEqual([
      'bc1p',
      'bc1q',
      expect.stringMatching(/^0x/),
      'cosm',
      expect.any(String),
    ]);
  });

  test.each([
    ['before a reshare', reshare.view],
    ['after a genesis', first.view],
  ])('are shown %s, whole and on one line each', (when, view) => {
    for (const shown of everything(view).slice(when === 'after a genesis' ? 1 : 0)) {
      for (const address of addresses) expect(shown).toMatch(new RegExp(` ${address}$`, 'm'));
      for (const key of publicKeys) expect(shown).toContain(key);
    }
  });

  test('are in the data under the names of their kinds', () => {
    for (const { keys: shown } of data(reshare.view)) {
      expect(shown.map(({ label, addresses: own }) => [label, Object.keys(own)])).toEqual([
        ['main', ['bitcoin-taproot']],
        ['eth', ['bitcoin-segwit', 'ethereum', 'cosmos']],
        ['sol', ['solana']],
        ['tls', []],
      ]);
      expect(shown.flatMap(({ addresses: own }) => Object.values(own))).toEqual(addresses);
    }
  });

  test('are shown nowhere before the proof of life of a genesis, nor is a public key', () => {
    const made = unproven.view.current.transcript?.descriptor;
    if (made === undefined) throw new Error('the deals are in');
    const secret = made.keys.flatMap(({ suite, publicKey }) => [
      toHex(publicKey).slice(2),
      ...Object.values(addressesOf(suite, publicKey)),
    ]);
    const shown = [...everything(unproven.view), JSON.stringify(data(unproven.view))].join('\n');
    for (const text of secret) expect(shown).not.toContain(text);
    expect(written(unproven.view).keys.map(({ addresses: own }) => own)).toEqual([{}, {}, {}, {}]);
  });

  test('fit into 80 columns of the plan', () => {
    const lines = planText(reshare.plan, 'treasury', 'bob').filter((line) => /^ {4}\w+ +\w{30}/.test(line));
    expect(lines).toHaveLength(9);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('are left out beyond so many keys, which is said', () => {
    const shown = keyLines(proven, 2).join('\n');
    expect(shown).toContain('key eth ');
    expect(shown).not.toContain('key sol ');
    expect(shown).toContain('and 2 more keys');
  });
});
