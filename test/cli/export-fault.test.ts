import { beforeAll, describe, expect, test } from 'vitest';
import { lie } from './liar.ts';
import { type Proposed, World } from './world.ts';

const members = ['alice', 'bob', 'carol'];
const base = new World('export fault');
let refresh: Proposed;

/** bob deals, and then deals again with his boxes in another order; alice meets both. */
beforeAll(async () => {
  await base.arrive(...members);
  await base.makeKeyset('treasury', members, 2, ['main:ristretto255']);
  refresh = await base.propose('alice', 'refresh', '--keyset', 'treasury');
  await base.visit('alice', refresh.phrase);
  await base.visit('bob', refresh.phrase);
  lie(base, 'bob', refresh.ceremony, 'deal', (body) => ({ ...body, boxes: [...body.boxes].reverse() }));
  await base.visit('alice', refresh.phrase);
}, 60_000);

async function exported(world: World): Promise<string> {
  await world.machine('alice').ok('export', '--fault', 'bob', '--out', '/bob.conclave');
  return '/bob.conclave';
}

describe('export --fault', () => {
  test('writes the evidence, and says whom and what it is about', async () => {
    const { json } = await base.fork().machine('alice').ok('export', '--fault', 'Bob', '--out', '/bob.conclave');
    expect(json).toMatchObject({ v: 1, file: '/bob.conclave', member: 'bob' });
    expect(json.faults.map(({ fault }: { fault: string }) => fault).sort()).toEqual(['CONTRADICTION', 'PROOF_INVALID']);
  });

  test('is refused against an honest member, with what to look at instead', async () => {
    const { status, json } = await base
      .fork()
      .machine('alice')
      .run('export', '--fault', 'carol', '--out', '/x.conclave');
    expect({ status, code: json.error.code }).toEqual({ status: 2, code: 'FAULT_UNPROVEN' });
    expect(json.error.hint).toContain('conclave explain carol');
  });

  test('is refused for somebody whom nobody knows, and without a word on what, and writes nothing then', async () => {
    const world = base.fork();
    for (const words of [['--fault', 'zoe'], [], ['--fault', 'bob', '--keyset', 'treasury']]) {
      const { status, json } = await world.machine('alice').run('export', ...words, '--out', '/x.conclave');
      expect({ status, code: json.error.code }).toEqual({ status: 2, code: 'USAGE' });
    }
    expect(world.memory.kind('/x.conclave')).toBe('absent');
  });

  test('narrows to one ceremony', async () => {
    const world = base.fork();
    const words = ['export', '--fault', 'bob', '--out', '/x.conclave', '--ceremony'];
    await world.machine('alice').ok(...words, refresh.ceremony.slice(0, 12));
    expect((await world.machine('alice').run(...words, 'ffffffffffff')).status).toBe(2);
  });
});

describe('verify', () => {
  test('judges the file on a machine without a vault or a passphrase', async () => {
    const world = base.fork();
    const file = await exported(world);
    const { status, json } = await world.machine('a stranger').run('verify', file);
    expect(status).toBe(0);
    expect(json).toMatchObject({ v: 1, valid: true, member: 'bob', rehearsal: true });
    expect(json.checks.map(({ check, ok }: { check: string; ok: boolean }) => [check, ok])).toEqual(
      ['file', 'proposals', 'packets', 'faults'].map((check) => [check, true]),
    );
    expect(json.faults).toHaveLength(2);
    const { stdout } = await world.machine('a stranger').tell('verify', file);
    expect(stdout).toContain('proven against bob, in a REHEARSAL');
  });

  test('refuses a tampered file with status 4, and names nobody', async () => {
    const world = base.fork();
    const bytes = world.memory.readFile(await exported(world));
    for (const at of [30, 500, bytes.length - 1]) {
      const changed = bytes.slice();
      changed[at] = (changed[at] as number) ^ 1;
      world.memory.put('/changed.conclave', changed);
      const { status, json } = await world.machine('a stranger').run('verify', '/changed.conclave');
      expect(status).toBe(4);
      expect(json).toMatchObject({ valid: false, faults: [] });
    }
  });

  test('says of any other file what it is, and status 4', async () => {
    const world = base.fork();
    world.write('/other', 'something else');
    const { status, json } = await world.machine('a stranger').run('verify', '/other');
    expect(status).toBe(4);
    expect(json).toMatchObject({ valid: false, checks: [{ check: 'file', ok: false }] });
    expect((await world.machine('a stranger').run('verify', '/nothing')).status).toBe(2);
  });

  test('inspect knows such a file', async () => {
    const world = base.fork();
    const { json } = await world.machine('a stranger').ok('inspect', await exported(world));
    expect(json).toMatchObject({ what: 'evidence', proves: true, member: 'bob' });
  });
});
