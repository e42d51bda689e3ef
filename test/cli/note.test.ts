import { beforeAll, describe, expect, test } from 'vitest';
import { readExport } from '../../src/ceremony/export.ts';
import { type Proposed, World } from './world.ts';

const members = ['alice', 'bob', 'carol'];
const base = new World('notes');
let key: Proposed;
let refresh: Proposed;

beforeAll(async () => {
  await base.arrive(...members);
  key = await base.makeKeyset('treasury', members, 2, ['main:ristretto255']);
  refresh = await base.propose('alice', 'refresh', '--keyset', 'treasury');
}, 60_000);

const bag = (way: string, number: string, ...more: string[]) => ['note', '--bag', number, `--${way}`, ...more];

describe('note --kind bag', () => {
  test('holds number, way and medium, and stands in the transcript', async () => {
    const alice = base.fork().machine('alice');
    const { json } = await alice.ok('note', '--kind', 'bag', '--bag', '12345', '--out', '--ceremony', key.ceremony);
    expect(json).toMatchObject({ kind: 'bag', bag: '12345', way: 'out', what: 'stick', text: '', broken: [] });
    const told = await alice.tell('transcript', '--ceremony', key.ceremony);
    expect(told.stdout).toContain('bag 12345 with stick was closed');
  });

  test('says at once that a bag is not the one that went out last, at whatever machine and in whatever ceremony', async () => {
    const world = base.fork();
    const away = ['--ceremony', key.ceremony, '--stick', world.stick];
    await world.machine('alice').ok(...bag('out', 'B-1', ...away));
    // bob's machine learns of it from the stick that came in the bag
    const wrong = await world.machine('bob').run(...bag('in', 'B-2', '--stick', world.stick));
    expect(wrong.status).toBe(4);
    expect(wrong.json).toMatchObject({
      ceremony: refresh.ceremony,
      broken: ['stick came in bag B-2, but last went out in bag B-1'],
    });
    const again = world.fork();
    expect((await again.machine('bob').tell(...bag('out', 'B-1'))).stdout).toContain(
      'LOOK: bag B-1 was closed around stick, but a bag of this number was closed before',
    );
  });

  test('says nothing where the chain holds', async () => {
    const world = base.fork();
    await world.machine('alice').ok(...bag('out', 'B-1', '--stick', world.stick));
    const { json } = await world.machine('bob').ok(...bag('in', 'B-1', '--stick', world.stick));
    expect(json.broken).toEqual([]);
  });

  test('is broken in the transcript as well, and is no failed check', async () => {
    const world = base.fork();
    const alice = world.machine('alice');
    await alice.ok(...bag('out', '1', '--ceremony', key.ceremony));
    await alice.run(...bag('in', '2', '--ceremony', key.ceremony));
    const { json } = await alice.ok('transcript', '--ceremony', key.ceremony);
    expect(json.bags).toEqual([
      expect.objectContaining({ member: 'alice', says: 'stick came in bag 2, but last went out in bag 1' }),
    ]);
    expect(json.outcome).toMatchObject({ succeeded: true });
    const told = await alice.tell('transcript', '--ceremony', key.ceremony);
    expect(told.stdout).toContain('stick came in bag 2, but last went out in bag 1');
  });

  test('is broken in a verification, which stays valid: an observation takes nothing from the signatures', async () => {
    const world = base.fork();
    const alice = world.machine('alice');
    await alice.ok(...bag('out', '1', '--ceremony', key.ceremony));
    const verified = async () => {
      await alice.ok('export', '--ceremony', key.ceremony, '--out', '/stick/e.conclave');
      return world.machine('nobody').tell('verify', '/stick/e.conclave');
    };
    expect((await verified()).stdout).toContain('1 on record, and their numbers follow from each other');
    await alice.run(...bag('in', '2', '--ceremony', key.ceremony));
    const broken = await verified();
    expect(broken.status).toBe(0);
    expect(broken.stdout.replace(/\s+/g, ' ')).toContain(
      `broken stick came in bag 2, but last went out in bag 1, as alice wrote down in ceremony ${key.ceremony.slice(0, 16)}`,
    );
    expect(broken.stdout.replace(/\s+/g, ' ')).toMatch(
      /result VALID: .*; LOOK: the chain of bags is broken, see below /,
    );
    const { json } = await world.machine('nobody').ok('verify', '/stick/e.conclave');
    expect(json).toMatchObject({
      valid: true,
      bags: [{ ceremony: key.ceremony, member: 'alice', says: 'stick came in bag 2, but last went out in bag 1' }],
    });
  });

  test('is no broken one where a packet of the file is damaged, which may be the note that is missed', async () => {
    const world = base.fork();
    const alice = world.machine('alice');
    await alice.ok(...bag('out', '1', '--ceremony', key.ceremony));
    await alice.run(...bag('in', '2', '--ceremony', key.ceremony));
    await alice.ok('export', '--ceremony', key.ceremony, '--out', '/stick/e.conclave');
    const bytes = world.memory.readFile('/stick/e.conclave').slice();
    const packet = readExport(bytes).ceremonies[0]?.packets[0] as Uint8Array;
    const inSignature = Buffer.from(bytes).indexOf(packet) + packet.length - 20;
    bytes[inSignature] = (bytes[inSignature] as number) ^ 1;
    world.memory.put('/stick/e.conclave', bytes);
    const { status, stdout } = await world.machine('nobody').tell('verify', '/stick/e.conclave');
    expect(status).toBe(4);
    expect(stdout).toContain('a packet here is damaged: bags cannot be judged');
    expect(stdout).not.toMatch(/broken|wrote down/);
    const { json } = await world.machine('nobody').run('verify', '/stick/e.conclave');
    expect(json).toMatchObject({ valid: false, intact: false, bags: null });
  });

  test('asks for number and way at a terminal', async () => {
    const alice = base.fork().machine('alice');
    const typed = await alice.type(['bag', '17', 'in'], 'note');
    expect(typed).toMatchObject({
      status: 0,
      asked: ['what kind of note?', 'what is the number on the bag?', 'in or out?'],
    });
    expect(await alice.run('note', '--kind', 'bag', '--bag', '17')).toMatchObject({
      status: 2,
      json: { error: { code: 'ANSWER_MISSING', hint: 'give it with --in or --out' } },
    });
  });
});

describe('note --kind witness, absent and anchor', () => {
  test('a witness has a name and a role', async () => {
    const alice = base.fork().machine('alice');
    const { json } = await alice.ok('note', '--kind', 'witness', '--name', 'W2', '--role', 'internal audit');
    expect(json).toMatchObject({ kind: 'witness', name: 'W2', role: 'internal audit' });
    expect((await alice.tell('transcript')).stdout).toContain('W2, internal audit, was there');
  });

  test('who is absent is somebody of the plan', async () => {
    const alice = base.fork().machine('alice');
    const { json } = await alice.ok('note', '--kind', 'absent', '--member', 'Bob', 'ill');
    expect(json).toMatchObject({ kind: 'absent', absent: 'bob', text: 'ill' });
    expect((await alice.tell('transcript')).stdout).toContain('bob was absent: ill');
    expect(await alice.run('note', '--kind', 'absent', '--member', 'zoe')).toMatchObject({
      status: 2,
      json: { error: { code: 'USAGE', hint: 'it is one of alice, bob, carol' } },
    });
  });

  test('an anchor names where the digest of the record was made public, which the transcript shows', async () => {
    const world = base.fork();
    const alice = world.machine('alice');
    const { digest, of } = (await alice.ok('transcript', '--ceremony', key.ceremony)).json.record;
    expect([digest.length, of]).toEqual([64, 'proof']);
    const noted = await alice.ok('note', '--place', 'the gazette', '--digest', digest, '--ceremony', key.ceremony);
    expect(noted.json).toMatchObject({ kind: 'anchor', place: 'the gazette', digest, fits: true });
    const { json } = await alice.ok('transcript', '--ceremony', key.ceremony);
    expect(json).toMatchObject({ notBefore: null, notAfter: [{ place: 'the gazette', digest, fits: true }] });
    const told = await alice.tell('transcript', '--ceremony', key.ceremony);
    expect(told.stdout.replace(/\s+/g, ' ')).toContain('made public at the gazette, as alice says');
    await alice.ok('export', '--ceremony', key.ceremony, '--out', '/stick/e.conclave');
    const verified = await world.machine('nobody').tell('verify', '/stick/e.conclave');
    expect(verified.stdout).toContain('not before   the plan names no public beacon');
    expect(verified.stdout.replace(/\s+/g, ' ')).toContain('not after made public at the gazette, as alice says');
  });

  test('an anchor of another digest is recorded and said to be one', async () => {
    const alice = base.fork().machine('alice');
    const other = 'ab'.repeat(32);
    const told = await alice.tell('note', '--kind', 'anchor', '--place', 'x', '--digest', other);
    expect(told.status).toBe(0);
    expect(told.stdout).toContain('LOOK: this is not the digest of the record as it stands here');
    expect(await alice.run('note', '--kind', 'anchor', '--place', 'x', '--digest', 'abc')).toMatchObject({ status: 2 });
  });
});

describe('note', () => {
  test.each([
    ['a bag with a place', ['--kind', 'bag', '--place', 'x']],
    ['a bag and a witness at once', ['--bag', '1', '--name', 'x']],
    ['a bag in and out', ['--bag', '1', '--in', '--out']],
    ['a number that is too long', ['--bag', 'x'.repeat(65), '--in']],
    ['an empty name', ['--name', ' ', '--role', 'auditor']],
  ])('refuses %s and says nothing', async (_, words) => {
    const alice = base.fork().machine('alice');
    expect(await alice.run('note', ...words)).toMatchObject({
      status: 2,
      json: { error: { code: 'USAGE', changed: false } },
    });
    expect((await alice.ok('manifest')).json.notes).toEqual([]);
  });
});

describe('a beacon', () => {
  const value = '7c'.repeat(32);

  test('stands on the plan, in the plan file and in the transcript', async () => {
    const world = base.fork();
    const alice = world.machine('alice');
    const words = ['propose', 'drill', '--keyset', 'treasury', '--signers', 'alice,bob', '--out-plan', '/stick/p.json'];
    const told = await alice.tell(...words, '--beacon', `drand, the League,417,${value}`);
    expect(told.stdout.replace(/\s+/g, ' ')).toContain(
      `not before round 417 of drand, the League, value ${value}: compare it when you have a network again`,
    );
    const beacon = { source: 'drand, the League', round: '417', value };
    const { json } = await alice.ok('transcript');
    expect(json).toMatchObject({ plan: { beacon }, notBefore: beacon });
    expect(JSON.parse(world.read('/stick/p.json') ?? '').answers.beacon).toBe(`drand, the League,417,${value}`);
    const again = await world.machine('alice').ok('propose', 'drill', '--plan', '/stick/p.json');
    expect(again.json.plan.beacon).toEqual(beacon);
  });

  test.each([
    'drand',
    'drand,17,xyz',
    'drand,17,abcd',
    `,17,${value}`,
    `drand,,${value}`,
    `drand,17,${'ab'.repeat(65)}`,
  ])('that is none is refused: %s', async (text) => {
    const { status, json } = await base
      .fork()
      .machine('alice')
      .run('propose', 'refresh', '--keyset', 'treasury', '--beacon', text);
    expect([status, json.error.code]).toEqual([2, 'USAGE']);
  });
});
