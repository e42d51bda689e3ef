import { beforeAll, describe, expect, test } from 'vitest';
import { Ceremonies } from '../../src/vault/ceremonies.ts';
import { lie } from './liar.ts';
import { type Proposed, World } from './world.ts';

const members = ['alice', 'bob', 'carol'];
const base = new World('explain');
let refresh: Proposed;

beforeAll(async () => {
  await base.arrive(...members);
  await base.makeKeyset('treasury', members, 2, ['main:ristretto255']);
  refresh = await base.propose('alice', 'refresh', '--keyset', 'treasury');
  await base.visit('alice', refresh.phrase);
  await base.visit('bob', refresh.phrase);
}, 60_000);

/** The digest of what somebody said, as it lies in the vault of alice. */
function digest(world: World, kind: string, by: string): string {
  return world.machine('alice').look((vault) => {
    const { view, plan } = new Ceremonies(vault).get(refresh.ceremony);
    const found = view.packets.filter((one) => one.kind === kind && plan.byIdentity.get(one.identity)?.name === by);
    return found.at(-1)?.digest ?? '';
  });
}

async function withLie(): Promise<World> {
  const world = base.fork();
  lie(world, 'bob', refresh.ceremony, 'deal', (body) => ({ ...body, boxes: [...body.boxes].reverse() }));
  await world.visit('alice', refresh.phrase);
  return world;
}

describe('explain CODE', () => {
  test('says what a code means and which exit status goes with it, without a vault', async () => {
    const { json, status } = await base.machine('nobody').run('explain', 'CONTRADICTION');
    expect(status).toBe(0);
    expect(json).toMatchObject({ v: 1, what: 'code', code: 'CONTRADICTION', exit: 4 });
    expect((await base.machine('nobody').tell('explain', 'VAULT_LOCKED')).stdout).toContain('exit status 7');
  });

  test('takes it in small letters, too, where it is nothing else', async () => {
    const { json } = await base.fork().machine('alice').ok('explain', 'vault_busy');
    expect(json).toMatchObject({ code: 'VAULT_BUSY' });
  });
});

describe('explain PACKET', () => {
  test('says who said what when, what it relies on, and that it is admitted', async () => {
    const world = base.fork();
    await world.visit('alice', refresh.phrase);
    const { json } = await world.machine('alice').ok('explain', digest(world, 'acceptance', 'bob').slice(0, 10));
    expect(json).toMatchObject({
      what: 'packet',
      kind: 'acceptance',
      author: 'bob',
      standing: 'admitted',
      notSeen: [],
    });
    expect(json.names.map(({ kind, author }: { kind: string; author: string }) => `${kind} ${author}`).sort()).toEqual([
      'deal alice',
      'deal bob',
    ]);
    const { stdout } = await world.machine('alice').tell('explain', json.packet);
    expect(stdout).toContain('acceptance by bob (REHEARSAL): admitted');
  });

  test('of a faulty one shows the fault and how to prove it, of a contested one its counterpart', async () => {
    const world = await withLie();
    const standings = new Map<string, string>();
    const { json } = await world.machine('alice').ok('explain', 'bob', '--ceremony', refresh.ceremony);
    for (const { packet, kind } of json.ceremonies[0].packets) {
      if (kind !== 'deal') continue;
      const found = (await world.machine('alice').ok('explain', packet)).json;
      standings.set(found.standing, packet);
      expect(found.contradictions[0].packets).toContain(packet);
    }
    expect([...standings.keys()].sort()).toEqual(['contested', 'faulty']);
    const { stdout } = await world.machine('alice').tell('explain', standings.get('faulty') as string);
    expect(stdout).toContain('fault PROOF_INVALID');
    expect(stdout.replace(/\s+/g, ' ')).toContain(`contested with ${standings.get('contested')}`);
    expect(stdout).toContain('conclave export --fault bob --out bob.conclave');
  });

  test('asks for more of a digest where several packets begin so', async () => {
    const world = base.fork();
    const { status, json } = await world.machine('alice').run('explain', '0123456789abcdef');
    expect({ status, code: json.error.code }).toEqual({ status: 2, code: 'USAGE' });
  });
});

describe('explain MEMBER', () => {
  test('says in each ceremony what a member is, did, owes, and is at fault for', async () => {
    const world = await withLie();
    const { json } = await world.machine('alice').ok('explain', 'BOB');
    expect(json).toMatchObject({ what: 'member', name: 'bob' });
    expect(json.ceremonies).toHaveLength(2);
    const found = json.ceremonies.find(({ ceremony }: { ceremony: string }) => ceremony === refresh.ceremony);
    expect(found).toMatchObject({ roles: ['old', 'new', 'dealer'], faults: [{ fault: 'PROOF_INVALID' }] });
    expect(found.contradictions.length).toBeGreaterThan(0);
    const honest = (await world.machine('alice').ok('explain', 'carol', '--ceremony', refresh.ceremony)).json;
    expect(honest.ceremonies).toMatchObject([{ faults: [], contradictions: [], refusals: [] }]);
  });

  test('shows what was refused with its reason, spelled out where it would move the cursor', async () => {
    const world = base.fork();
    const words = ['--refuse', '--reason', 'no \u001b[31mway', '--ceremony', refresh.ceremony, '--stick', world.stick];
    await world.machine('carol').run('next', ...words);
    await world.machine('alice').run('next', '--stick', world.stick);
    const { stdout } = await world.machine('alice').tell('explain', 'carol');
    expect(stdout).toContain('refused as');
    expect(stdout).not.toContain('\u001b');
  });
});

test('what is nothing of all this is refused with where to look', async () => {
  const { status, json } = await base.fork().machine('alice').run('explain', 'whatever');
  expect(status).toBe(2);
  expect(json.error.hint).toContain('conclave manifest');
});
