import { beforeAll, describe, expect, test } from 'vitest';
import { type Collector, collector } from '../../src/bytes/qr/collector.ts';
import { streamOf } from '../../src/bytes/qr/frames.ts';
import { parcelFor } from '../../src/cli/by-light.ts';
import type { Leg } from '../../src/cli/legs.ts';
import { costOf, usualCodes } from '../../src/courier/qr/cost.ts';
import { cutFor } from '../../src/courier/qr/density.ts';
import { emptyParcel, haveOf, parcelLength, parcelOf, readHave, unpack } from '../../src/courier/qr/parcel.ts';
import { openStick, readStick } from '../../src/courier/stick.ts';
import { Ceremonies } from '../../src/vault/ceremonies.ts';
import { drawn } from '../crypto/drawn.ts';
import { type Proposed, World } from './world.ts';

const three = ['alice', 'bob', 'carol'];
const five = [...three, 'dave', 'erin'];
let base: World;

beforeAll(async () => {
  base = new World('crossings');
  await base.arrive(...five, 'frank');
  for (const name of [...five, 'frank']) await base.machine(name).ok('next', '--stick', base.stick);
  await base.makeKeyset('treasury', five, 3, ['main:secp256k1-tr', 'spare:ed25519', 'third:p256']);
  // everybody has seen the end of that, and has it in the folder that stands in the place of a stick
  for (const name of five) await base.machine(name).run('next', '--stick', base.stick);
  for (const name of five) await base.machine(name).run('next', '--stick', base.stick, '--stick', own(base, name).path);
}, 120_000);

interface Stop {
  readonly member: string;
  readonly does: readonly string[];
  readonly crossing: Leg | null;
}

const own = (world: World, name: string) => {
  const path = `/own/${name}`;
  if (world.memory.kind(path) === 'absent') world.folder(path);
  return openStick(world.fs, path);
};

/** What really goes from one machine to the next: what a parcel brings to a folder that says what it has. */
function cross(world: World, from: string, to: string): number {
  const content = (name: string) => readStick(world.fs, own(world, name));
  const parcel = world
    .machine(from)
    .look((vault) => parcelFor(new Ceremonies(vault, world.memo), content(from), readHave(haveOf(content(to)))));
  if (parcel === null) return emptyParcel.length;
  unpack(world.fs, own(world, to), parcel);
  return parcel.length;
}

async function proposed(world: World, by: string, ...words: string[]): Promise<Proposed & { crossings: Leg[] }> {
  return (await world.machine(by).ok('propose', ...words, '--stick', own(world, by).path)).json;
}

/** Walks as the route says, machine to machine by codes alone: what was foretold and what crossed. */
async function walked(world: World, by: string, { ceremony, phrase }: Proposed) {
  const route = await world.machine(by).ok('route', '--ceremony', ceremony);
  const stops: Stop[] = route.json.stops;
  const legs: { foretold: number; real: number }[] = [];
  let last = by;
  for (const { member, does, crossing } of stops) {
    if (crossing !== null) {
      expect([crossing.from, crossing.to]).toEqual([last, member]);
      legs.push({ foretold: crossing.bytes, real: cross(world, last, member) });
    }
    const { json } = await world
      .machine(member)
      .run('next', '--stick', own(world, member).path, '--ceremony', ceremony, '--phrase', phrase);
    const { did } = json.ceremonies[0];
    expect([member, did.length > 0]).toEqual([member, true]);
    for (const duty of does) if (duty !== 'drill') expect(did).toContain(duty);
    last = member;
  }
  return { stops, legs, told: route.stderr };
}

const near = (margin: number, legs: readonly { foretold: number; real: number }[]) =>
  legs.filter(({ foretold, real }) => Math.abs(foretold - real) > margin * real);

const ceremonies: readonly [string, string, string[]][] = [
  [
    'a genesis',
    'alice',
    ['genesis', '--keyset', 'k', '--members', 'alice,bob,carol', '--threshold', '2', '--key', 'a:ed25519'],
  ],
  ['a refresh', 'bob', ['refresh', '--keyset', 'treasury']],
  [
    'a resharing to others',
    'alice',
    [
      'reshare',
      '--keyset',
      'treasury',
      '--stay',
      'alice,bob,carol',
      '--join',
      'frank',
      '--leave',
      'dave,erin',
      '--threshold',
      '2',
      '--approvers',
      'erin',
      '--approvals',
      '1',
      '--weak',
      'minority-signs,lower-threshold',
    ],
  ],
  ['a drill', 'alice', ['drill', '--keyset', 'treasury', '--signers', 'alice,carol,dave']],
  ['a census', 'erin', ['census', '--keyset', 'treasury']],
];

describe('what a crossing costs as codes', () => {
  test.each(ceremonies)(
    'is foretold of %s, crossing by crossing, to a twentieth',
    async (_, by, words) => {
      const world = base.fork();
      const made = await proposed(world, by, ...words);
      const { legs, stops } = await walked(world, by, made);
      expect(legs.length).toBeGreaterThan(1);
      expect(near(0.05, legs)).toEqual([]);
      // what proposing says is what the route says
      expect(made.crossings).toEqual(stops.flatMap(({ crossing }) => crossing ?? []));
    },
    120_000,
  );

  test('is foretold of what is left in the middle of a ceremony, and never as less', async () => {
    const world = base.fork();
    const made = await proposed(world, 'alice', 'refresh', '--keyset', 'treasury');
    for (const [from, to] of [
      ['alice', 'alice'],
      ['alice', 'bob'],
      ['bob', 'carol'],
    ] as const) {
      if (from !== to) cross(world, from, to);
      await world.machine(to).run('next', '--stick', own(world, to).path, '--phrase', made.phrase);
    }
    const { legs } = await walked(world, 'carol', made);
    expect(legs.filter(({ foretold, real }) => foretold < 0.95 * real)).toEqual([]);
    expect(near(0.15, legs.slice(-4))).toEqual([]);
  }, 120_000);

  test('is said by the plan that is proposed and by the route, in bytes, codes and minutes', async () => {
    const world = base.fork();
    const words = ['refresh', '--keyset', 'treasury', '--stick', own(world, 'alice').path, '--yes'];
    const told = await world.machine('alice').tell('propose', ...words);
    expect(told.stdout).toMatch(/as QR codes \(of version 13, 5 a second\): \d+ crossings with \d+ bytes, about /);
    const route = await world.machine('alice').tell('route', '--sites', 'alice,bob/carol,dave,erin');
    expect(route.stdout).toMatch(/bob +deals.* from alice: \d+ bytes, \d+ codes, about \d+ seconds/);
    expect(route.stdout).toMatch(/the longest of them, from \w+ to \w+: \d+ bytes/);
  });
});

describe('the model', () => {
  test('knows how long a parcel is without making it', () => {
    const world = base.fork();
    const content = readStick(world.fs, openStick(world.fs, world.stick));
    const lengths = [...content.ceremonies.values()].flat().map(({ bytes }) => bytes.length);
    const others = new Map(content.others.map(({ name, bytes }) => [name, bytes.length]));
    expect(parcelLength(lengths, others)).toBe(parcelOf(content)?.length);
    expect(parcelLength([], new Map())).toBe(emptyParcel.length);
  });

  test.each([300, 5000, 50_000])('of the time that %i bytes take holds where every tenth code is missed', (length) => {
    const { version, level, speed } = usualCodes;
    const file = drawn('a parcel')(length);
    const { size } = cutFor(length, version, level);
    const { frame } = streamOf(file, size);
    const times = Array.from({ length: 20 }, (_, seed) => {
      const receiver: Collector = collector();
      for (let shown = 0; ; shown += 1) {
        if ((drawn(`missed ${seed} ${shown}`)(1)[0] as number) < 26) continue;
        if (receiver.take(frame(shown)).kind === 'whole') return (shown + 1) / speed;
      }
    });
    const real = times.reduce((sum, one) => sum + one, 0) / times.length;
    const foretold = costOf(length).seconds as number;
    expect(Math.abs(foretold - real)).toBeLessThan(0.15 * real + 2 / speed);
  });

  test('says of what is too much for codes that it is', () => {
    expect(costOf(2 ** 24)).toEqual({ bytes: 2 ** 24, codes: null, seconds: null });
    expect(costOf(3_000_000).codes).toBeLessThanOrEqual(4096);
  });
});
