import { beforeAll, describe, expect, test } from 'vitest';
import { World } from './world.ts';

/* What is due, on the machines of three people whose policy asks for a refresh every 90 days and for a backup. */

const people = ['alice', 'bob', 'carol'];
const day = 86_400;
let made: World;

const backing = (world: World, folder: string): string[] => {
  world.folder(folder);
  return ['--backup-to', folder, '--backup-passphrase-file', world.write('/battery', 'another battery\n')];
};

beforeAll(async () => {
  made = new World('due');
  await made.arrive(...people);
  await made.makeKeyset('ops', people, 2, ['main:ed25519']);
  const policy = ['--refresh-every', '90d', '--backups', '1'];
  const plan = await made.propose(
    'alice',
    ...['genesis', '--keyset', 'treasury', '--members', 'alice,bob,carol', '--threshold', '2'],
    ...['--key', 'main:ed25519', ...policy],
  );
  await made.walk(plan, people);
  for (const name of ['alice', 'bob']) await made.visit(name, plan.phrase, ...backing(made, `/safe-${name}`));
}, 120_000);

// biome-ignore lint/suspicious/noExplicitAny: as in Ran
const items = (json: any) => json.items.map((one: any) => `${one.keyset} ${one.what} ${one.state}`);

test('nothing is due after the ceremony where its backup is made, and what comes is listed with its day', async () => {
  const world = made.fork();
  const { status, json } = await world.machine('alice').run('due');
  expect([status, json.due, items(json)]).toEqual([0, 0, ['treasury refresh ahead']]);
  const [refresh] = json.items;
  expect(refresh.by - refresh.renewed).toBe(90 * day);
  expect(refresh.by - world.clock).toBeGreaterThan(89 * day);
  const told = await world.machine('alice').tell('due');
  expect(told.stdout).toContain('nothing is due, 1 later');
  expect(told.stdout).toMatch(/LATER {4}treasury: renew the shares by 2027-04-15, in 89 days/);
}, 60_000);

test('a scheduler learns by the status that a backup is missing, that a refresh is due, and that it is overdue', async () => {
  const world = made.fork();
  const carol = await world.machine('carol').run('due');
  expect([carol.status, items(carol.json)]).toEqual([3, ['treasury backup due', 'treasury refresh ahead']]);
  expect(carol.json.items[0]).toMatchObject({ made: 0, wanted: 1, do: 'conclave backup create treasury --to DIR' });
  world.clock += 85 * day;
  const due = await world.machine('alice').run('due');
  expect([due.status, due.json.due, due.json.overdue, items(due.json)]).toEqual([3, 1, 0, ['treasury refresh due']]);
  world.clock += 5 * day;
  const late = await world.machine('alice').run('due');
  expect([late.status, late.json.overdue, items(late.json)]).toEqual([3, 1, ['treasury refresh overdue']]);
  expect((await world.machine('alice').run('due', 'ops')).status).toBe(0);
  const status = (await world.machine('alice').tell('status')).stdout.replace(/\s+/g, ' ');
  expect(status).toMatch(/treasury: renew the shares: the day was 2027-04-15.*; see conclave due/);
}, 60_000);

test('a refresh that is on its way is still due, and says where it is; when it is proven the time begins anew', async () => {
  const world = made.fork();
  world.clock += 91 * day;
  const plan = await world.propose('alice', 'refresh', '--keyset', 'treasury');
  const begun = await world.machine('alice').run('due', 'treasury');
  expect(begun.json.items[0]).toMatchObject({ what: 'refresh', state: 'overdue', underWay: plan.ceremony });
  expect(begun.json.items[0].do).toContain(plan.ceremony.slice(0, 16));
  await world.walk(plan, people);
  for (const name of people) await world.visit(name, plan.phrase, ...backing(world, `/new-${name}`));
  const { status, json } = await world.machine('alice').run('due', 'treasury');
  // the backup of the epoch before is worthless now, and bob's is too
  expect([status, items(json)]).toEqual([
    3,
    ['treasury outstanding due', 'treasury outstanding due', 'treasury refresh ahead'],
  ]);
  // biome-ignore lint/suspicious/noExplicitAny: as in Ran
  expect(json.items.slice(0, 2).map((one: any) => [one.member, one.mine, one.copies.length])).toEqual([
    ['alice', true, 1],
    ['bob', false, 1],
  ]);
  const [id] = json.items[0].copies;
  await world.machine('alice').ok('backup', 'retire', id, '--witness', 'bob', '--method', 'shred');
  const after = await world.machine('alice').run('due', 'treasury');
  expect(items(after.json)).toEqual(['treasury outstanding due', 'treasury refresh ahead']);
}, 120_000);

describe('beside the clock', () => {
  test('an exposed share and a member without a card are due', async () => {
    const world = made.fork();
    const alice = world.machine('alice');
    await alice.ok('keyset', 'mark-exposed', 'ops', '--member', 'bob', '--epoch', '0');
    await alice.ok('roster', 'remove', 'carol');
    const { status, json } = await alice.run('due', 'ops');
    expect([status, items(json)]).toEqual([3, ['ops exposed overdue', 'ops member due']]);
    expect(json.items).toMatchObject([{ members: ['bob'], lost: false }, { members: ['carol'] }]);
    await alice.ok('keyset', 'mark-exposed', 'ops', '--member', 'carol', '--epoch', '0');
    expect((await alice.run('due', 'ops')).json.items[0]).toMatchObject({ lost: true, threshold: 2 });
  }, 60_000);

  test('a committee that has not proven itself is due', async () => {
    const world = made.fork();
    const plan = await world.propose('alice', 'refresh', '--keyset', 'ops');
    let left = 5;
    for (const name of [...people, ...people]) if (left-- > 0) await world.visit(name, plan.phrase);
    const found = items((await world.machine('bob').run('due', 'ops')).json);
    expect(found).toEqual(['ops unproven due']);
  }, 60_000);
});

/** The file of a share is gone from a vault; names the file of its backup. */
function loseShare(world: World, name: string, keyset: string): string {
  const slots = world.machine(name).look(({ state }) => state.keysets.find((one) => one.name === keyset)?.slots);
  const share = Buffer.from(slots?.find(({ state }) => state === 'active')?.file as Uint8Array).toString('hex');
  const files = [...world.memory.files().keys()];
  world.memory.remove(files.find((path) => path.includes(share)) as string);
  return files.find((path) => path.startsWith(`/safe-${name}/`)) ?? '';
}

describe('a share whose file is gone', () => {
  const lost = (json: unknown) => (json as { items: { what: string }[] }).items.find(({ what }) => what === 'lost');

  test('is LOST in due, status and keyset show, each with what to do about it', async () => {
    const world = made.fork();
    const alice = world.machine('alice');
    const { id } = (await alice.ok('backup', 'list', 'treasury')).json.copies[0];
    const fine = await alice.run('status');
    expect(fine.json.keysets.map((one: { lost: unknown }) => one.lost)).toEqual([null, null]);
    loseShare(world, 'alice', 'treasury');
    const due = await alice.run('due', 'treasury');
    expect([due.status, items(due.json)]).toEqual([3, ['treasury lost overdue', 'treasury refresh ahead']]);
    const facts = { epoch: 0, member: 'alice', backups: [id], replacedIn: null };
    expect(lost(due.json)).toMatchObject(facts);
    const shown = await alice.ok('keyset', 'show', 'treasury');
    expect(shown.json.lost).toEqual(facts);
    const status = await alice.run('status');
    expect(status.json.keysets.find((one: { keyset: string }) => one.keyset === 'treasury').lost).toEqual(facts);
    for (const words of [['due'], ['status'], ['keyset', 'show', 'treasury'], ['next']]) {
      const said = (await alice.tell(...words)).stdout.replace(/\s+/g, ' ');
      expect(said).toContain('the share of epoch 0 on this machine is LOST: its file is missing or damaged');
      expect(said).toContain(`restore a backup (${id}): conclave backup restore F`);
      expect(said).toContain('conclave propose recover --keyset treasury --lost alice');
    }
    expect((await alice.tell('keyset', 'list')).stdout).toMatch(/treasury .*0 active \(LOST\)/);
  }, 60_000);

  test('without any backup is recovered, and who made the plan for that is named from then on', async () => {
    const world = made.fork();
    loseShare(world, 'carol', 'treasury');
    const carol = world.machine('carol');
    // no backup can be made of what is lost, so none is asked for
    expect(items((await carol.run('due', 'treasury')).json)).toEqual([
      'treasury lost overdue',
      'treasury refresh ahead',
    ]);
    const plan = await world.propose('alice', 'recover', '--keyset', 'treasury', '--lost', 'carol');
    await world.visit('carol', plan.phrase);
    const found = lost((await carol.run('due', 'treasury')).json);
    expect(found).toMatchObject({ replacedIn: plan.ceremony, do: expect.stringContaining(plan.ceremony.slice(0, 16)) });
    await world.walk(plan, people);
    for (const name of people) await world.visit(name, plan.phrase, ...backing(world, `/new-${name}`));
    expect(lost((await carol.run('due', 'treasury')).json)).toBeUndefined();
  }, 60_000);

  test('is due although a ceremony is under way that counts on it', async () => {
    const world = made.fork();
    const plan = await world.propose('alice', 'refresh', '--keyset', 'treasury');
    await world.visit('carol', plan.phrase);
    loseShare(world, 'carol', 'treasury');
    expect(lost((await world.machine('carol').run('due', 'treasury')).json)).toMatchObject({ replacedIn: null });
  }, 60_000);
});

test('a share that was put back from a backup is due until it has shown itself', async () => {
  const world = made.fork();
  const alice = world.machine('alice');
  const file = loseShare(world, 'alice', 'treasury');
  const battery = ['--backup-passphrase-file', world.write('/battery', 'another battery\n')];
  await alice.ok('backup', 'restore', file, ...battery);
  const found = await alice.run('due', 'treasury');
  expect(items(found.json)).toEqual(['treasury unproven due', 'treasury refresh ahead']);
  expect(found.json.items[0]).toMatchObject({ why: 'restored', do: expect.stringContaining('propose drill') });
  const drill = await world.propose('alice', 'drill', '--keyset', 'treasury', '--signers', 'alice,bob');
  await world.walk(drill, people);
  expect(items((await alice.run('due', 'treasury')).json)).toEqual(['treasury refresh ahead']);
}, 120_000);

describe('what is asked of due', () => {
  test('--ics writes a calendar, and writes it again in its place', async () => {
    const world = made.fork();
    world.folder('/calendars');
    const alice = world.machine('alice');
    await alice.ok('due', '--ics', '/calendars/keys.ics');
    const first = world.read('/calendars/keys.ics') as string;
    expect(first).toContain('BEGIN:VCALENDAR\r\nVERSION:2.0\r\n');
    expect(first).toContain('DTSTART;VALUE=DATE:20270415\r\n');
    await alice.ok('due', '--ics', '/calendars/keys.ics');
    const uid = /UID:.*/;
    expect(uid.exec(world.read('/calendars/keys.ics') as string)?.[0]).toBe(uid.exec(first)?.[0]);
  }, 60_000);

  test('--spread puts a refresh in a week before its day', async () => {
    const alice = made.fork().machine('alice');
    const { json } = await alice.ok('due', '--spread', '4');
    const [refresh] = json.items;
    expect(refresh.planned).toBeLessThanOrEqual(refresh.by);
    expect(refresh.planned).toBeGreaterThan(refresh.by - 35 * day);
    for (const weeks of ['0', '521', 'four']) expect((await alice.run('due', '--spread', weeks)).status).toBe(2);
  }, 60_000);

  test('without a policy that says when, it says how to have one', async () => {
    const alice = made.fork().machine('alice');
    const told = await alice.tell('due', 'ops');
    expect([told.status, told.stdout]).toEqual([
      0,
      expect.stringContaining('conclave policy set K --refresh-every 90d'),
    ]);
  });

  test('of a machine without a keyset nothing is due', async () => {
    const world = new World('nobody');
    await world.arrive('dave');
    const { status, json } = await world.machine('dave').run('due');
    expect([status, json.items]).toEqual([0, []]);
  });
});
