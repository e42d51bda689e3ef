import { createPublicKey, verify as nodeVerify } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { schnorr } from '@noble/curves/secp256k1.js';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { fromHex } from '../../src/bytes/hex.ts';
import { interpolateAtZero } from '../../src/crypto/polynomial.ts';
import { type SuiteName, suite } from '../../src/crypto/suites.ts';
import { type Told, teller } from './teller.ts';

/*
 * Six people, their homes and one stick, driven by nothing but the commands that a person would type: a key from its
 * genesis through a resharing, in which one leaves and never comes back, to a refresh.
 */

const keys: readonly (readonly [string, SuiteName])[] = [
  ['btc', 'secp256k1-tr'],
  ['sol', 'ed25519'],
];

let folder = '';
let stick = '';
let conclave: (who: string, ...words: readonly string[]) => Promise<Told>;
const epochs: { committee: string[]; threshold: number; shares: Map<string, Map<string, Exported>> }[] = [];
const publicKeys: string[][] = [];
const walks: string[][] = [];
let proofs: { label: string; suite: SuiteName; publicKey: string; message: string; signature: string }[] = [];
let left: Told | undefined;

interface Exported {
  readonly index: number;
  readonly share: bigint;
}

/** Follows the advice of the tool, as whoever carries the stick would, until nobody is left to visit. */
async function walk(first: string, phrase: string, absent: readonly string[] = []): Promise<string[]> {
  const visits: string[] = [];
  for (let who: string | undefined = first; who !== undefined; ) {
    const { json } = await conclave(who, 'next', '--stick', stick, '--phrase', phrase);
    visits.push(who);
    who = json.nextStops.find((name: string) => !absent.includes(name));
    if (visits.length > 60) throw new Error(`going around: ${visits.join(' ')}`);
  }
  return visits;
}

/** Everybody's share as other software would get it. */
async function exportAll(committee: string[], threshold: number, epoch: number): Promise<void> {
  const shares = new Map<string, Map<string, Exported>>(keys.map(([label]) => [label, new Map()]));
  for (const who of committee) {
    const out = join(folder, `export-${who}-${epoch}`);
    await conclave(who, 'keyset', 'export', 'treasury', '--format', 'frost', '--out', out);
    for (const [label, name] of keys) {
      const file = JSON.parse(readFileSync(join(out, `${label}-key-package.json`), 'utf8'));
      const { group } = suite(name);
      const read = (text: string): bigint => group.decodeScalar(fromHex(text) as Uint8Array);
      shares.get(label)?.set(who, { index: Number(read(file.identifier)), share: read(file.signing_share) });
    }
  }
  epochs.push({ committee, threshold, shares });
  const shown = (await conclave(committee[0] as string, 'keyset', 'show', 'treasury')).json;
  expect(shown.epoch).toBe(epoch);
  expect(shown.threshold).toBe(threshold);
  publicKeys.push(shown.keys.map((key: { publicKey: string }) => key.publicKey));
}

/** The public key that these shares make together. */
function made(name: SuiteName, shares: readonly Exported[]): string {
  const { group } = suite(name);
  const secret = interpolateAtZero(
    group,
    shares.map(({ index, share }) => ({ index, value: group.scalar(share) })),
  );
  return Buffer.from(group.encodePoint(group.multiplyBase(secret))).toString('hex');
}

vi.setConfig({ testTimeout: 60_000 }); // as the built program, each command takes its second of scrypt

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'conclave-story-'));
  stick = join(folder, 'stick');
  mkdirSync(stick);
  conclave = teller(folder);
  for (const who of ['alice', 'bob', 'carol', 'dave', 'erin', 'frank']) {
    await conclave(who, 'init', '--name', who, '--stick', stick);
  }
  const flags = keys.flatMap(([label, name]) => ['--key', `${label}:${name}`]);
  const genesis = ['--members', 'alice,bob,carol', '--threshold', '2', ...flags, '--stick', stick];
  const first = (await conclave('carol', 'propose', 'genesis', '--keyset', 'treasury', ...genesis)).json;
  walks.push(await walk('carol', first.phrase));
  await exportAll(['alice', 'bob', 'carol'], 2, 0);

  const change = ['--stay', 'bob,carol', '--leave', 'alice', '--join', 'dave,erin,frank', '--threshold', '3'];
  const second = (
    await conclave(
      'bob',
      'propose',
      'reshare',
      '--keyset',
      'treasury',
      ...change,
      '--dealers',
      'bob,carol',
      '--stick',
      stick,
    )
  ).json;
  walks.push(await walk('bob', second.phrase, ['alice']));
  left = await conclave(walks[1]?.at(-1) ?? '', 'status', '--ceremony', second.ceremony);
  await exportAll(['bob', 'carol', 'dave', 'erin', 'frank'], 3, 1);

  const third = (await conclave('dave', 'propose', 'refresh', '--keyset', 'treasury', '--stick', stick)).json;
  walks.push(await walk('dave', third.phrase));
  await exportAll(['bob', 'carol', 'dave', 'erin', 'frank'], 3, 2);
  proofs = (await conclave('erin', 'transcript', '--ceremony', third.ceremony, '--format', 'json')).json.proofOfLife;
}, 300_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('six people take a key from its genesis through a resharing to a refresh', () => {
  test('the public key never changes', () => {
    expect(publicKeys).toHaveLength(3);
    for (const shown of publicKeys) expect(shown).toEqual(publicKeys[0]);
  });

  test('the shares of any t members make the key, and those of t - 1 do not', () => {
    for (const { committee, threshold, shares } of epochs) {
      keys.forEach(([label, name], at) => {
        const of = (who: readonly string[]) => who.map((one) => shares.get(label)?.get(one) as Exported);
        for (const some of subsets(committee, threshold)) expect(made(name, of(some))).toBe(publicKeys[0]?.[at]);
        for (const few of subsets(committee, threshold - 1)) expect(made(name, of(few))).not.toBe(publicKeys[0]?.[at]);
      });
    }
  });

  test('old and new shares together do not make the key', () => {
    const [, before, after] = epochs;
    keys.forEach(([label, name], at) => {
      const mixed = ['bob', 'carol', 'dave'].map((who, i) => (i === 0 ? before : after)?.shares.get(label)?.get(who));
      expect(made(name, mixed as Exported[])).not.toBe(publicKeys[0]?.[at]);
    });
  });

  test('the proof of life passes plain BIP-340 and RFC 8032 verifiers', () => {
    expect(proofs.map(({ suite: name }) => name)).toEqual(keys.map(([, name]) => name));
    for (const { suite: name, publicKey, message, signature } of proofs) {
      const [key, text, sig] = [publicKey, message, signature].map((hex) => Buffer.from(hex, 'hex')) as [
        Buffer,
        Buffer,
        Buffer,
      ];
      if (name === 'secp256k1-tr') expect(schnorr.verify(sig, text, key.subarray(1))).toBe(true);
      else {
        const x = key.toString('base64url');
        const node = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
        expect(nodeVerify(null, text, node, sig)).toBe(true);
      }
    }
  });

  test('an old member that never comes back to close does not hold up completion', () => {
    const [ceremony] = left?.json.ceremonies ?? [];
    expect(ceremony.phase).toBe('complete');
    expect(ceremony.outstanding).toEqual(['alice']);
  });

  test('the walks are as short as they can be: 9 with the cards there, 14 with two dealers who stay, 15 for a refresh', () => {
    expect(walks.map((visits) => visits.length)).toEqual([9, 14, 15]);
  });

  test('an old share that was exported is declared worthless when the next epoch closes', async () => {
    const { json } = await conclave('bob', 'backup', 'list', 'treasury');
    const states = json.copies.map((copy: { epoch: number; state: string }) => [copy.epoch, copy.state]);
    expect(states).toEqual([
      [0, 'invalid'],
      [1, 'invalid'],
      [2, 'current'],
    ]);
  });

  test('nobody keeps the sealed share of an old epoch, but for the one who never came back', async () => {
    for (const who of ['bob', 'carol', 'dave', 'erin', 'frank']) {
      const { json } = await conclave(who, 'keyset', 'show', 'treasury');
      expect(json.slots).toEqual([{ epoch: 2, state: 'active' }]);
    }
    expect((await conclave('alice', 'keyset', 'show', 'treasury')).json.slots).toEqual([{ epoch: 0, state: 'active' }]);
    expect(existsSync(join(folder, 'alice', 'shares'))).toBe(true);
  });
});

function subsets(of: readonly string[], size: number): string[][] {
  if (size === 0) return [[]];
  return of.flatMap((first, i) => subsets(of.slice(i + 1), size - 1).map((rest) => [first, ...rest]));
}
