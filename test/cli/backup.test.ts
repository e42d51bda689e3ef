import { beforeAll, describe, expect, test } from 'vitest';
import { type ClosingBody, nowhere } from '../../src/ceremony/packets/closing.ts';
import { Ceremonies } from '../../src/vault/ceremonies.ts';
import { type Machine, World } from './world.ts';

const people = ['alice', 'bob', 'carol'] as const;
let made: World;

beforeAll(async () => {
  made = new World('backup');
  await made.arrive(...people);
  await made.makeKeyset('treasury', people, 2, ['main:secp256k1-tr']);
}, 60_000);

const register = (machine: Machine, ...words: readonly string[]) =>
  machine.run('backup', 'register', '--external', ...words);

/** What a member signed about copies when it closed. */
const closingOf = (machine: Machine, ceremony: string): ClosingBody =>
  machine.look((vault) => {
    const { view, plan } = new Ceremonies(vault).get(ceremony);
    const me = plan.participants.find(({ name }) => name === machine.name);
    const closing = view.current.closings.get(me?.identity ?? '');
    if (closing === undefined) throw new Error(`${machine.name} has not closed`);
    return closing.body;
  });

describe('backup register', () => {
  test('lists a copy of the active share under a number of its own', async () => {
    const alice = made.fork().machine('alice');
    const first = await register(alice, 'treasury', '--label', 'safe in Zürich');
    const second = await register(alice, '--keyset', 'treasury', '--label', 'bag 17');
    const third = await register(alice, '--label', 'the only keyset need not be named');
    expect(first.status).toBe(0);
    expect(first.json).toMatchObject({
      v: 1,
      id: expect.stringMatching(/^[0-9a-f]{8}$/),
      keyset: 'treasury',
      label: 'safe in Zürich',
      kind: 'external',
      epoch: 0,
      state: 'current',
    });
    const { copies } = (await alice.ok('backup', 'list')).json;
    const { v: _, ...listed } = first.json;
    expect(copies[0]).toEqual(listed);
    expect(copies.map(({ id }: { id: string }) => id)).toEqual([first, second, third].map(({ json }) => json.id));
    expect(new Set(copies.map(({ id }: { id: string }) => id)).size).toBe(3);
    expect((await alice.tell('backup', 'list', 'treasury')).stdout).toContain('safe in Zürich');
  });

  test('draws another number when one is taken', async () => {
    const alice = made.fork().machine('alice');
    let draws = 0;
    // the first number twice; whatever else is drawn in a run is longer
    const random = (length: number) =>
      new Uint8Array(length).map((_, i) => (length === 4 ? Math.max(0, ++draws - 8) : draws + i));
    const ids: string[] = [];
    for (const label of ['one', 'two']) {
      const { json } = await alice.runWith({ random }, 'backup', 'register', '--external', '--label', label);
      ids.push(json.id);
    }
    expect(ids[0]).toBe('00000000');
    expect(ids[1]).not.toBe(ids[0]);
  });

  test.each([
    ['without --external', ['register', 'treasury', '--label', 'x']],
    ['without a label', ['register', '--external', 'treasury']],
    ['with an empty label', ['register', '--external', '--label', ' ']],
    ['with a label that goes on for ever', ['register', '--external', '--label', 'x'.repeat(201)]],
    ['of two keysets at once', ['register', '--external', 'treasury', '--keyset', 'reserve', '--label', 'x']],
    ['of an epoch that is yet to come', ['register', '--external', '--epoch', '1', '--label', 'x']],
    ['of an epoch that is no number', ['register', '--external', '--epoch', 'last', '--label', 'x']],
    ['of a keyset that is not here', ['register', '--external', 'reserve', '--label', 'x']],
  ])('is refused %s', async (_, words) => {
    const alice = made.fork().machine('alice');
    const { status, json } = await alice.run('backup', ...words);
    expect(status).toBe(2);
    expect(json.error.changed).toBe(false);
    expect((await alice.ok('backup', 'list')).json.copies).toEqual([]);
  });

  test('asks which keyset where there are two', async () => {
    const world = made.fork();
    const alice = world.machine('alice');
    alice.look((vault) =>
      vault.commit((state) => {
        const [treasury] = state.keysets;
        if (treasury === undefined) throw new Error('no keyset');
        const reserve = { ...treasury, id: new Uint8Array(32).fill(7), name: 'reserve' };
        return { ...state, keysets: [treasury, reserve] };
      }),
    );
    const { status, json } = await register(alice, '--label', 'x');
    expect(status).toBe(2);
    expect(json.error.hint).toContain('treasury, reserve');
    expect((await register(alice, 'reserve', '--label', 'x')).json.keyset).toBe('reserve');
    expect((await alice.ok('backup', 'list', 'treasury')).json.copies).toEqual([]);
    expect((await alice.ok('backup', 'list')).json.copies).toHaveLength(1);
  });

  test('shows what a label says and does nothing that it says', async () => {
    const alice = made.fork().machine('alice');
    await register(alice, '--label', 'a\u001b[2Jb');
    const shown = [await alice.tell('backup', 'list'), await alice.tell('keyset', 'show', 'treasury')];
    for (const { stdout } of shown) {
      expect(stdout).toContain('a\\u{1b}[2Jb');
      expect(stdout).not.toContain('\u001b');
    }
  });
});

describe('copies when an epoch ends', () => {
  test('are declared invalid by the closing, exports and backups alike, and by nobody else', async () => {
    const world = made.fork();
    const [alice, bob] = [world.machine('alice'), world.machine('bob')];
    const safe = (await register(alice, '--label', 'safe')).json.id;
    const file = (await alice.ok('keyset', 'export', 'treasury', '--format', 'frost', '--out', '/out')).json.copy.id;
    const refresh = await world.propose('alice', 'refresh', '--keyset', 'treasury');
    await world.walk(refresh, people);
    const closing = closingOf(alice, refresh.ceremony);
    expect(closing.invalid).toEqual([
      { id: safe, label: 'safe', kind: 'external', epoch: 0, where: nowhere, destroyed: null },
      expect.objectContaining({ id: file, kind: 'export', epoch: 0 }),
    ]);
    expect(closing.recorded).toEqual([]);
    expect(closingOf(bob, refresh.ceremony).invalid).toEqual([]);
    const { copies } = (await alice.ok('backup', 'list')).json;
    expect(copies).toMatchObject([
      { id: safe, state: 'invalid', declared: true },
      { id: file, state: 'invalid', declared: true },
    ]);
    const fresh = (await register(alice, '--label', 'new safe')).json;
    expect(fresh).toMatchObject({ epoch: 1, state: 'current', declared: false });
    // one of the old epoch that turns up late is worthless at once, and declared so with the next closing
    const late = (await register(alice, '--epoch', '0', '--label', 'in a drawer')).json;
    expect(late).toMatchObject({ epoch: 0, state: 'invalid', declared: false });
    const again = await world.propose('alice', 'refresh', '--keyset', 'treasury');
    await world.walk(again, people);
    expect(closingOf(alice, again.ceremony).invalid.map(({ id }) => id)).toEqual([fresh.id, late.id]);
  }, 60_000);

  test('nobody closes a plan that requires backups before its own two are in the register', async () => {
    const world = made.fork();
    const [alice, bob] = [world.machine('alice'), world.machine('bob')];
    await register(alice, '--label', 'of the old share, which does not count');
    const words = ['refresh', '--keyset', 'treasury', '--backup', 'required', '--copies', '2'];
    const refresh = await world.propose('alice', ...words);
    const did = await world.walk(refresh, people);
    expect(did.filter((deed) => deed.endsWith('close'))).toEqual([]);
    const held = await world.visit('alice', refresh.phrase);
    expect(held.status).toBe(6);
    expect(held.json.holds[0]).toMatchObject({ code: 'BACKUP_REQUIRED' });
    expect(held.json.holds[0].hint).toContain('conclave backup register treasury --external');
    const slots = async (machine: Machine) => (await machine.ok('keyset', 'show', 'treasury')).json.slots;
    const both = [
      { epoch: 0, state: 'retired' },
      { epoch: 1, state: 'active' },
    ];
    expect(await slots(alice)).toEqual(both);
    // the proof is in, so the new committee is what is shown, closed or not
    expect((await alice.ok('keyset', 'show', 'treasury')).json.epoch).toBe(1);
    const first = (await register(alice, 'treasury', '--label', 'safe')).json;
    expect(first).toMatchObject({ epoch: 1, state: 'current' });
    expect((await world.visit('alice', refresh.phrase)).json.holds[0].code).toBe('BACKUP_REQUIRED');
    const second = (await register(alice, 'treasury', '--label', 'vault of the bank')).json;
    const closed = await world.visit('alice', refresh.phrase);
    expect([closed.status, closed.json.ceremonies.at(-1).did]).toEqual([0, ['close']]);
    expect(await slots(alice)).toEqual([{ epoch: 1, state: 'active' }]);
    expect(closingOf(alice, refresh.ceremony)).toMatchObject({
      recorded: [{ id: first.id }, { id: second.id }],
      invalid: [{ label: 'of the old share, which does not count' }],
      oldShare: { state: 'wrapping-key-deleted' },
    });
    expect((await world.visit('bob', refresh.phrase)).json.holds[0].code).toBe('BACKUP_REQUIRED');
    expect(await slots(bob)).toEqual(both);
  }, 60_000);
});
