import { beforeAll, describe, expect, test } from 'vitest';
import { encodeCbor } from '../../src/bytes/cbor.ts';
import { concatBytes } from '../../src/bytes/hex.ts';
import { frameText } from '../../src/bytes/qr/frame-text.ts';
import { streamOf } from '../../src/bytes/qr/frames.ts';
import { text } from '../../src/bytes/tagged-hash.ts';
import { type Proposed, type Ran, World } from './world.ts';

/* What a scan says of codes that nobody needs, or that cannot be what they say. */

const members = ['alice', 'bob', 'carol'];
const strangers = ['dave', 'erin'];
const base = new World('standing');
/** By what they are: files that alice's machine may be shown. */
const shown = new Map<string, Uint8Array>();
let over: Proposed;
let living: Proposed;

const packetsOf = (world: World, stick: string, { ceremony }: Proposed): string[] =>
  [...world.memory.files().keys()].filter((path) => path.startsWith(`${stick}/conclave/${ceremony.slice(0, 16)}/`));
const parcel = (...packets: readonly Uint8Array[]) =>
  concatBytes(text('conclave parcel v1\n'), encodeCbor({ v: 1, packets: [...packets], others: [] }));

beforeAll(async () => {
  const read = (path: string) => base.memory.readFile(path);
  base.folder('/theirs');
  base.folder('/late');
  base.folder('/fake');
  base.folder('/got');
  await base.arrive(...members);
  for (const who of members) await base.machine(who).run('next', '--stick', base.stick);
  const made = await base.makeKeyset('treasury', members, 2, ['main:ristretto255']);
  shown.set('a card', read('/stick/conclave/bob.card'));
  base.folder('/usb');
  base.write('/words', 'six words that nobody guesses\n');
  await base.machine('bob').ok('backup', 'create', 'treasury', '--to', '/usb', '--backup-passphrase-file', '/words');
  const backup = [...base.memory.files().keys()].find((path) => path.startsWith('/usb/') && path.endsWith('.backup'));
  shown.set('a backup', read(backup as string));
  // bob, who does not know of alice's, proposes the same; alice sees that there is one, and does not consent
  const replaced = (await base.machine('bob').ok('propose', 'refresh', '--keyset', 'treasury', '--stick', '/late'))
    .json;
  await base.machine('alice').run('next', '--stick', '/late');
  over = await base.propose('alice', 'refresh', '--keyset', 'treasury');
  for (const who of [...members, ...members, ...members])
    await base.visit(who, over.phrase, '--ceremony', over.ceremony);
  for (const who of members) await base.visit(who, made.phrase);
  // what carol says afterwards, alice has not seen
  const before = new Set(packetsOf(base, base.stick, over));
  await base
    .machine('carol')
    .ok('note', 'afterwards', '--kind', 'observation', '--ceremony', over.ceremony, '--stick', base.stick);
  const afterwards = packetsOf(base, base.stick, over).find((path) => !before.has(path)) as string;
  shown.set('a packet of what is over', read(afterwards));
  shown.set('a packet that is here', read([...before][0] as string));
  base.memory.remove(afterwards);
  living = await base.propose('alice', 'refresh', '--keyset', 'treasury');
  const dealt = new Set(packetsOf(base, base.stick, living));
  await base.machine('bob').run('next', '--stick', base.stick, '--phrase', living.phrase);
  const fresh = packetsOf(base, base.stick, living).find((path) => !dealt.has(path)) as string;
  shown.set('a packet that is awaited', read(fresh));
  const tag = read(fresh);
  tag[tag.length - 1] = (tag.at(-1) as number) ^ 1; // the last byte of the seal
  shown.set('a packet that somebody changed', tag);
  const known = new Set(packetsOf(base, '/late', replaced));
  await base
    .machine('bob')
    .ok('note', 'a word', '--kind', 'observation', '--ceremony', replaced.ceremony, '--stick', '/late');
  const late = packetsOf(base, '/late', replaced).find((path) => !known.has(path)) as string;
  shown.set('a packet of a plan that came too late', read(late));
  await base.machine('bob').ok('card', '--renew', '--out', '/bob.card');
  shown.set('a newer card', read('/bob.card'));
  base.memory.put('/alone/bob.card', read('/bob.card'));
  await base.machine('alice').ok('roster', 'add', '/alone/bob.card');

  for (const who of strangers) await base.machine(who).ok('init', '--name', who, '--stick', '/theirs');
  for (const who of strangers) await base.machine(who).run('next', '--stick', '/theirs');
  const theirs = (
    await base
      .machine('dave')
      .ok(
        'propose',
        'genesis',
        '--keyset',
        'other',
        '--members',
        'dave,erin',
        '--threshold',
        '2',
        '--weak',
        'all-must-sign',
        '--key',
        'a:ed25519',
        '--stick',
        '/theirs',
      )
  ).json;
  await base.machine('dave').run('next', '--stick', '/theirs', '--phrase', theirs.phrase);
  shown.set('a packet of others', read(packetsOf(base, '/theirs', theirs)[0] as string));
  await base.machine('mallory').ok('init', '--name', 'carol', '--stick', '/fake');
}, 120_000);

/** Types so many codes of a file at alice's machine; all of them without a number. */
async function scanned(file: Uint8Array, codes?: number, ...words: readonly string[]): Promise<Ran> {
  const world = base.fork();
  const { frame, count } = streamOf(file, 100);
  const locks: string[] = [];
  const ran = await world.machine('alice').runWith(
    {
      async *lines() {
        for (let number = 0; number < (codes ?? count); number += 1) {
          locks.push(...world.memory.list('/home/alice').map(({ name }) => name));
          yield frameText(frame(number));
        }
      },
    },
    'qr',
    'scan',
    '--out',
    '/got',
    ...words,
  );
  expect(locks.filter((name) => name.startsWith('lock-'))).toEqual([]); // no vault is open while codes are read
  return ran;
}

const standing = async (file: Uint8Array): Promise<{ state: string; why: string }> =>
  (
    await scanned(
      file,
      undefined,
      ...(file.length > 0 && new TextDecoder().decode(file.subarray(0, 15)) === 'conclave parcel'
        ? ['--stick', '/late']
        : []),
    )
  ).json.files[0].standing;
const file = (what: string): Uint8Array => shown.get(what) ?? new Uint8Array();

describe('what is scanned is', () => {
  test.each([
    ['a packet that is awaited', 'new', /^$/],
    ['a packet that is here', 'held', /byte for byte/],
    ['a packet of what is over', 'stale', /which is complete/],
    ['a packet of a plan that came too late', 'stale', /another one took the place of/],
    ['a packet of others', 'foreign', /does not know/],
    ['a packet that somebody changed', 'tampered', /does not open under the key/],
    ['a newer card', 'held', /byte for byte/],
    ['a card', 'stale', /card number \d+ of bob, of whom number \d+ is here/],
    ['a backup', 'stale', /of epoch 0 of treasury, which is at epoch 1/],
  ] as const)('%s: %s, and said when all of it is there', async (what, state, why) => {
    expect(await standing(file(what))).toEqual({ state, why: expect.stringMatching(why) });
  });

  test.each([
    ['a packet that is here', /held: this machine has that file already/],
    ['a packet of what is over', /stale: it begins as one of ceremony [0-9a-f]{16}, which is complete/],
    ['a packet of a plan that came too late', /stale: .*another one took the place of/],
    ['a packet of others', /foreign: it begins as a packet of ceremony/],
  ] as const)('%s, which is said with the first codes', async (what, said) => {
    const ran = await scanned(file(what), 2);
    expect([ran.json.error.code, ran.stderr]).toEqual(['SCAN_INCOMPLETE', expect.stringMatching(said)]);
    const closed = await scanned(file(what), 2, '--closed');
    expect(closed.stderr).not.toMatch(/held:|stale:|foreign:/);
  });

  test('made up by the thousand, and it is said of a hundred', async () => {
    const madeUp = (number: number): Uint8Array =>
      concatBytes(text('conclave packet v1\n'), new Uint8Array(32), text(String(number).padStart(200, '0')));
    async function* lines() {
      for (let number = 0; number < 300; number += 1) yield frameText(streamOf(madeUp(number), 150).frame(0));
    }
    const { stderr } = await base.fork().machine('alice').runWith({ lines }, 'qr', 'scan');
    expect(stderr.match(/foreign: it begins as/g)).toHaveLength(100);
  });

  test('awaited, and nothing is said of it with the first codes', async () => {
    const { stderr } = await scanned(file('a packet that is awaited'), 2);
    expect(stderr).not.toMatch(/held:|stale:|foreign:|tampered:/);
  });

  test('a card of somebody who calls himself as another does', async () => {
    const fake = base.memory.readFile('/fake/conclave/carol.card');
    expect(await standing(fake)).toMatchObject({ state: 'foreign', why: expect.stringContaining('another identity') });
  });

  test('a parcel, by all that is in it', async () => {
    const [here, gone, fresh, changed] = [
      'a packet that is here',
      'a packet of what is over',
      'a packet that is awaited',
      'a packet that somebody changed',
    ].map(file) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
    expect(await standing(parcel(here))).toMatchObject({ state: 'held' });
    expect(await standing(parcel(fresh))).toEqual({ state: 'new', why: '' });
    expect(await standing(parcel(gone, here))).toMatchObject({
      state: 'held',
      why: expect.stringContaining('1 stale:'),
    });
    expect(await standing(parcel(fresh, here))).toMatchObject({
      state: 'new',
      why: expect.stringContaining('1 held:'),
    });
    expect(await standing(parcel(fresh, changed))).toMatchObject({ state: 'tampered' });
    expect((await scanned(parcel(gone, here), 3, '--stick', '/late')).stderr).toMatch(/stale: it begins as one of/);
  });
});
