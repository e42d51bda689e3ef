import { beforeAll, describe, expect, test } from 'vitest';
import { type Proposed, World } from './world.ts';

const members = ['alice', 'bob', 'carol'];
const base = new World('records');
let key: Proposed;
let refresh: Proposed;

beforeAll(async () => {
  await base.arrive(...members);
  key = await base.makeKeyset('treasury', members, 2, ['main:ristretto255'], '--reason', 'a first key');
  refresh = await base.propose('alice', 'refresh', '--keyset', 'treasury', '--stick', base.stick);
}, 60_000);

describe('transcript', () => {
  test('without a ceremony named is of the newest one, and text unless asked otherwise', async () => {
    const alice = base.fork().machine('alice');
    const told = await alice.tell('transcript');
    expect(told).toMatchObject({ status: 0, stderr: '' });
    expect(told.stdout).toMatch(/^CONCLAVE TRANSCRIPT/);
    expect(told.stdout).toContain(refresh.ceremony);
    const older = await alice.tell('transcript', '--ceremony', key.ceremony.slice(0, 10));
    expect(older.stdout).toContain(key.ceremony);
    expect(older.stdout).toContain('a first key');
  });

  test('with --json, with --format json and in a file is one and the same document', async () => {
    const world = base.fork();
    const alice = world.machine('alice');
    const { json } = await alice.ok('transcript', '--ceremony', key.ceremony);
    expect(json).toMatchObject({ v: 1, ceremony: key.ceremony, phase: 'complete', outcome: { succeeded: true } });
    expect(json.proofOfLife).toHaveLength(1);
    expect(json.own.log.map(({ event }: { event: string }) => event)).toEqual([
      'share stored, pending',
      'share active',
    ]);
    const formatted = await alice.tell('transcript', '--ceremony', key.ceremony, '--format', 'json');
    expect(JSON.parse(formatted.stdout)).toEqual(json);
    const kept = await alice.tell(
      'transcript',
      '--ceremony',
      key.ceremony,
      '--format',
      'json',
      '--out',
      '/stick/t.json',
    );
    expect(kept.stdout).toBe('written to /stick/t.json\n');
    expect(JSON.parse(world.read('/stick/t.json') ?? '')).toEqual(json);
  });

  test('is an HTML page on stdout or in a file, and a PDF in a file alone', async () => {
    const world = base.fork();
    const alice = world.machine('alice');
    const page = await alice.tell('transcript', '--ceremony', key.ceremony, '--format', 'html');
    expect(page.stdout).toMatch(/^<!doctype html>/);
    expect(page.stdout).toContain('a first key');
    const refused = await alice.run('transcript', '--ceremony', key.ceremony, '--format', 'pdf');
    expect(refused).toMatchObject({ status: 2, json: { error: { code: 'USAGE', changed: false } } });
    const { json } = await alice.ok(
      'transcript',
      '--ceremony',
      key.ceremony,
      '--format',
      'pdf',
      '--out',
      '/stick/t.pdf',
    );
    expect(json.ceremony).toBe(key.ceremony);
    expect(world.read('/stick/t.pdf')).toMatch(/^%PDF-1/);
  });

  test('that cannot be written says so, and leaves what is there', async () => {
    const world = base.fork();
    const { status, json } = await world.machine('alice').run('transcript', '--out', world.stick);
    expect(status).toBe(1);
    expect(json.error).toMatchObject({ code: 'OUTPUT_FAILED', changed: false });
  });

  test('of a number that fits none or several ceremonies is refused', async () => {
    const alice = base.fork().machine('alice');
    expect(await alice.run('transcript', '--ceremony', 'ffff0000')).toMatchObject({
      status: 2,
      json: { error: { code: 'CEREMONY_UNKNOWN' } },
    });
    expect(await alice.run('transcript', '--ceremony', '')).toMatchObject({
      status: 2,
      json: { error: { code: 'USAGE' } },
    });
  });

  test('where there is no ceremony yet says what to do', async () => {
    const world = new World('nothing yet');
    await world.arrive('alice');
    const { status, json } = await world.machine('alice').run('transcript');
    expect(status).toBe(2);
    expect(json.error.hint).toContain('conclave propose');
  });
});

describe('manifest', () => {
  test('shows the plan, everybody, and every packet; in JSON the plan as well', async () => {
    const alice = base.fork().machine('alice');
    const { json } = await alice.ok('manifest', '--ceremony', key.ceremony);
    expect(json).toMatchObject({
      v: 1,
      ceremony: key.ceremony,
      keyset: 'treasury',
      plan: { kind: 'genesis' },
      damaged: [],
    });
    expect(json.packets.map(({ kind }: { kind: string }) => kind).sort()).toEqual([
      ...Array(3).fill('acceptance'),
      ...Array(3).fill('activation'),
      ...Array(3).fill('closing'),
      ...Array(3).fill('deal'),
      'proposal',
    ]);
    const told = await alice.tell('manifest', '--ceremony', key.ceremony);
    for (const { digest } of json.packets) expect(told.stdout).toContain(digest);
  });
});

describe('route', () => {
  test('is of the newest ceremony that is not at its end, stop by stop with what each does', async () => {
    const alice = base.fork().machine('alice');
    const { json } = await alice.ok('route');
    // alice and bob deal; bob, who deals last, accepts at once
    expect(json).toMatchObject({ v: 1, ceremony: refresh.ceremony, visits: 8, stuck: [] });
    expect(json.stops.slice(0, 3)).toMatchObject([
      { member: 'alice', does: ['deal'], crossing: null },
      { member: 'bob', does: ['deal', 'accept'], crossing: { from: 'alice', to: 'bob' } },
      { member: 'carol', does: ['accept'] },
    ]);
    const told = await alice.tell('route');
    expect(told.stdout).toMatch(
      /^ {3}2 {2}bob +deals, checks the deals and accepts +from alice: \d+ bytes, \d+ codes, about \d+ seconds$/m,
    );
    expect(told.stdout).toContain('8 visits');
  });

  test('is the walk that the visits then take', async () => {
    const world = base.fork();
    const { stops } = (await world.machine('alice').ok('route')).json;
    for (const { member, does } of stops) {
      const { json } = await world.visit(member, refresh.phrase);
      expect([member, json.ceremonies.find(({ ceremony }: Proposed) => ceremony === refresh.ceremony).did]).toEqual([
        member,
        does,
      ]);
    }
    const last = stops.at(-1).member; // who is last has seen everything
    expect((await world.machine(last).ok('route')).json).toMatchObject({
      ceremony: refresh.ceremony,
      stops: [],
      visits: 0,
    });
  }, 30_000);

  test('with sites counts the moves between them, and knows everybody that is named', async () => {
    const alice = base.fork().machine('alice');
    const { json } = await alice.ok('route', '--sites', 'alice,carol/bob');
    expect(json).toMatchObject({ visits: 8, moves: 4 });
    expect(await alice.run('route', '--sites', 'alice/zoe')).toMatchObject({
      status: 2,
      json: { error: { code: 'USAGE' } },
    });
    expect(await alice.run('route', '--sites', 'alice/alice')).toMatchObject({ status: 2 });
  });

  test('of a ceremony that was refused has no stops and says why', async () => {
    const world = base.fork();
    await world.machine('alice').ok('next', '--refuse', '--reason', 'no', '--ceremony', refresh.ceremony);
    const told = await world.machine('alice').tell('route', '--ceremony', refresh.ceremony);
    expect(told.stdout).toContain('no walk leads to the end: the attempt is over: refused by alice');
  });
});

describe('note', () => {
  test('is signed, numbered, and goes to the others with the stick', async () => {
    const world = base.fork();
    const alice = world.machine('alice');
    const first = await alice.ok('note', '--kind', 'deviation', '--ceremony', key.ceremony, 'the', 'camera', 'failed');
    expect(first.json).toMatchObject({ v: 1, ceremony: key.ceremony, kind: 'deviation', number: 0, out: 0 });
    const second = await alice.ok(
      'note',
      '--kind',
      'observation',
      '--ceremony',
      key.ceremony,
      '--text',
      'it rained',
      '--stick',
      world.stick,
    );
    expect(second.json).toMatchObject({ number: 1, out: 2 });
    await world.machine('bob').run('next', '--stick', world.stick);
    const { json } = await world.machine('bob').ok('transcript', '--ceremony', key.ceremony);
    expect(json.notes).toMatchObject(
      [
        { member: 'alice', kind: 'deviation', text: 'the camera failed', number: 0 },
        { member: 'alice', kind: 'observation', text: 'it rained', number: 1 },
      ].sort(
        (a, b) =>
          json.notes.findIndex((n: { number: number }) => n.number === a.number) -
          json.notes.findIndex((n: { number: number }) => n.number === b.number),
      ),
    );
    expect(json).toMatchObject({ deviations: 1, contradictions: [] });
  });

  test('asks for what is missing at a terminal, and names the flags without one', async () => {
    const alice = base.fork().machine('alice');
    const typed = await alice.type(['observation', 'it rained'], 'note');
    expect(typed.status).toBe(0);
    expect(typed.asked).toHaveLength(2);
    expect(await alice.run('note', 'words')).toMatchObject({
      status: 2,
      json: {
        error: { code: 'ANSWER_MISSING', hint: 'give it with --kind deviation|observation|bag|witness|absent|anchor' },
      },
    });
    expect(await alice.run('note', '--kind', 'observation')).toMatchObject({
      status: 2,
      json: { error: { code: 'ANSWER_MISSING' } },
    });
  });

  test.each([
    ['nothing at all', ['--text', '  ']],
    ['more than fits', ['--text', 'x'.repeat(2001)]],
    ['its text twice', ['--text', 'a', 'b']],
  ])('with %s is refused and says nothing', async (_, words) => {
    const alice = base.fork().machine('alice');
    expect(await alice.run('note', '--kind', 'observation', ...words)).toMatchObject({
      status: 2,
      json: { error: { code: 'USAGE', changed: false } },
    });
    expect((await alice.ok('manifest')).json.notes).toEqual([]);
  });

  test('is not signed by a vault that is an old copy of itself', async () => {
    const world = base.fork();
    const stale = world.fork();
    await world.visit('alice', refresh.phrase);
    for (const [path, bytes] of world.memory.files()) if (path.startsWith('/stick')) stale.memory.put(path, bytes);
    await stale.visit('alice', refresh.phrase);
    const { status, json } = await stale.machine('alice').run('note', '--kind', 'observation', 'x');
    expect([status, json.error.code]).toEqual([5, 'VAULT_ROLLED_BACK']);
  });
});
