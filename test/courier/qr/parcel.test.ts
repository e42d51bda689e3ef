import { beforeAll, describe, expect, test } from 'vitest';
import { encodeCbor } from '../../../src/bytes/cbor.ts';
import { concatBytes, toHex } from '../../../src/bytes/hex.ts';
import { fileHash, text } from '../../../src/bytes/tagged-hash.ts';
import { haveOf, isParcel, parcelOf, readHave, unpack } from '../../../src/courier/qr/parcel.ts';
import { openStick, readStick } from '../../../src/courier/stick.ts';
import { World } from '../../cli/world.ts';
import { refusal } from '../../crypto/drawn.ts';

let world: World;
const content = (path: string) => readStick(world.fs, openStick(world.fs, path));
const names = (path: string) =>
  [...world.memory.files().keys()].filter((one) => one.startsWith(`${path}/`)).map((one) => one.slice(path.length));
let empties = 0;
const empty = () => {
  empties += 1;
  const path = world.folder(`/empty-${empties}`);
  return { path, stick: openStick(world.fs, path) };
};
const parcel = (value: object) => concatBytes(text('conclave parcel v1\n'), encodeCbor({ v: 1, ...value } as never));

beforeAll(async () => {
  world = new World('parcels');
  await world.arrive('alice', 'bob', 'carol');
  const members = ['--members', 'alice,bob,carol', '--threshold', '2', '--key', 'main:secp256k1-tr'];
  const { phrase } = await world.propose('alice', 'genesis', '--keyset', 'k', ...members);
  await world.machine('bob').ok('next', '--stick', world.stick, '--phrase', phrase);
});

describe('a parcel', () => {
  test('brings all that lies on a stick to another one, under the same names', () => {
    const { path, stick } = empty();
    const whole = parcelOf(content(world.stick)) ?? new Uint8Array();
    const count = names(world.stick).length;
    expect(unpack(world.fs, stick, whole)).toEqual({ written: count, there: 0, kept: [] });
    expect(names(path).sort()).toEqual(names(world.stick).sort());
    expect(unpack(world.fs, stick, whole)).toEqual({ written: 0, there: count, kept: [] });
    expect(parcelOf(content(world.stick), readHave(haveOf(content(path))))).toBeNull();
  });

  test('leaves out what the other has, and nothing else', () => {
    const { path, stick } = empty();
    unpack(world.fs, stick, parcelOf(content(world.stick)) ?? new Uint8Array());
    const gone = names(path).filter((name, at) => at % 2 === 0 && name.endsWith('.packet'));
    for (const name of gone) world.memory.remove(path + name);
    const rest = parcelOf(content(world.stick), readHave(haveOf(content(path)))) ?? new Uint8Array();
    expect(unpack(world.fs, stick, rest)).toEqual({ written: gone.length, there: 0, kept: [] });
  });

  test('never takes the place of another file, but for a later card of the same identity', async () => {
    const card = `${world.stick}/conclave/alice.card`;
    const old = world.memory.readFile(card);
    const { path, stick } = empty();
    const other = world.memory.readFile(`${world.stick}/conclave/bob.card`);
    unpack(world.fs, stick, parcel({ packets: [], others: [{ name: 'alice.card', bytes: old }] }));
    await world.machine('alice').ok('card', '--renew', '--out', '/later.card');
    const later = world.memory.readFile('/later.card');
    const bring = (bytes: Uint8Array, name = 'alice.card') =>
      unpack(world.fs, stick, parcel({ packets: [], others: [{ name, bytes }] }));
    expect(bring(other)).toEqual({ written: 0, there: 0, kept: ['alice.card'] });
    expect(bring(text('no card'))).toEqual({ written: 0, there: 0, kept: ['alice.card'] });
    expect(bring(later)).toEqual({ written: 1, there: 0, kept: [] });
    expect(bring(old)).toEqual({ written: 0, there: 0, kept: ['alice.card'] });
    expect(world.memory.readFile(`${path}/conclave/alice.card`)).toEqual(later);
    expect(bring(text('x'), '../../home/alice/vault.card')).toMatchObject({ written: 0, kept: [expect.any(String)] });
    expect(bring(text('x'), 'autorun.inf')).toMatchObject({ written: 0, kept: ['autorun.inf'] });
    expect(names(path)).toEqual(['/conclave/alice.card']);
  });

  test('of something else is refused whole', () => {
    const { path, stick } = empty();
    const packet = [...content(world.stick).ceremonies.values()].flat()[0]?.bytes ?? new Uint8Array();
    const brought = (file: Uint8Array) => refusal(() => unpack(world.fs, stick, file));
    expect(brought(text('conclave card v1\n'))).toBe('PARCEL_INVALID');
    expect(brought(parcel({ packets: [packet, text('no packet')], others: [] }))).toBe('PARCEL_INVALID');
    expect(brought(parcel({ packets: [packet] }))).toBe('SCHEMA');
    expect(brought(concatBytes(parcel({ packets: [packet], others: [] }), text('x')))).toBe('CBOR_MALFORMED');
    expect(refusal(() => readHave(text('conclave parcel v1\n')))).toBe('PARCEL_INVALID');
    expect(names(path)).toEqual([]);
    expect([isParcel(parcel({})), isParcel(packet)]).toEqual([true, false]);
  });

  test('leaves out a ceremony of which the other has just the same packets, said by one mark, and brings all of it otherwise', () => {
    const folder = '00'.repeat(8);
    const files = [3, 1, 2].map((last) => {
      const bytes = concatBytes(text('conclave packet v1\n'), new Uint8Array(32), Uint8Array.of(last));
      return { hash: toHex(fileHash(bytes)), bytes };
    });
    const here = { ...content(world.stick), ceremonies: new Map([[folder, files]]) };
    const short = haveOf(here, new Set([folder]));
    expect(readHave(short).size).toBe(here.others.length + 1);
    expect(short.length).toBeLessThan(haveOf(here).length);
    expect(parcelOf(here, readHave(short))).toBeNull();
    const fewer = { ...here, ceremonies: new Map([[folder, files.slice(1)]]) };
    const { path, stick } = empty();
    unpack(world.fs, stick, parcelOf(here, readHave(haveOf(fewer, new Set([folder])))) ?? new Uint8Array());
    expect(names(path)).toHaveLength(files.length);
    // the order in which a disk lists them does not matter
    const turned = { ...here, ceremonies: new Map([[folder, [...files].reverse()]]) };
    expect(parcelOf(turned, readHave(short))).toBeNull();
  });

  test('says in one code what a ceremony of three has', () => {
    expect(haveOf(content(world.stick)).length).toBeLessThan(300);
  });
});
