import { beforeAll, describe, expect, test } from 'vitest';
import { World } from './world.ts';

/* The policy of a keyset: what it says, how it changes, and what it refuses. */

const members = ['alice', 'bob', 'carol'];
const people = [...members, 'olga'];
let made: World;

beforeAll(async () => {
  made = new World('policies');
  await made.arrive(...people);
  await made.makeKeyset('treasury', members, 2, ['main:ed25519']);
}, 120_000);

const set = (world: World, ...words: readonly string[]) =>
  world.machine('alice').run('policy', 'set', 'treasury', '--stick', world.stick, ...words);

/** As it is shown on one machine. */
const policyOn = async (world: World, name: string) =>
  (await world.machine(name).ok('policy', 'show', 'treasury')).json.policies[0].policy;

test('a policy is set by a refresh that carries it, which its approver approves, and every machine then has it', async () => {
  const world = made.fork();
  const { status, json, stderr } = await set(
    world,
    '--refresh-every',
    '90d',
    '--shapes',
    'none',
    '--approvers',
    'olga',
  );
  expect([status, json?.kind, json?.plan.because]).toEqual([0, 'refresh', 'policy']);
  const screen = stderr.replace(/\s+/g, ' ');
  expect(screen).toContain('NEW POLICY shares are renewed every 90 days (so far: shares are renewed on demand)');
  expect(screen).toContain('NEW POLICY 1 of olga approve every ceremony (so far: nobody has to approve)');
  expect(screen).toContain('NEW POLICY no weak shape (so far: any weak shape that a plan names)');
  expect(await policyOn(world, 'alice')).toMatchObject({ refreshEvery: null, shapes: null });
  const did = await world.walk(json, people);
  expect(did).toContain('olga approve');
  expect(did.indexOf('olga approve')).toBeLessThan(did.findIndex((deed) => deed.endsWith(' deal')));
  for (const name of members) await world.visit(name, json.phrase);
  for (const name of members)
    expect(await policyOn(world, name)).toMatchObject({
      approvals: 1,
      refreshEvery: 7_776_000,
      backups: null,
      minimumThreshold: null,
      shapes: [],
    });
  const shown = await world.machine('bob').run('keyset', 'show', 'treasury');
  expect(shown.json.policy).toEqual(await policyOn(world, 'bob'));
  expect(shown.stderr.replace(/\s+/g, ' ')).toContain(
    'policy: 1 of olga approve every ceremony; shares are renewed every 90 days; backups as each plan says',
  );
  const told = await world.machine('bob').tell('policy', 'show');
  expect(told.stdout).toContain('1 of olga approve every ceremony');
  expect(told.stdout).toContain('shares are renewed every 90 days');

  // from now on every plan asks olga, whoever proposes it and whatever is said of approvers
  const next = await world.machine('bob').ok('propose', 'refresh', '--keyset', 'treasury', '--stick', world.stick);
  expect(next.json.plan).toMatchObject({ approvers: [{ name: 'olga' }], approvals: 1, policyBefore: null });
  expect(next.stderr).toMatch(/policy {7}shares are renewed every 90 days;.*no\s+weak\s+shape/s);
  expect(next.stderr).not.toContain('NEW POLICY');

  // and what the policy does not allow is refused before anything is signed
  const words = ['propose', 'reshare', '--keyset', 'treasury', '--members', 'alice,bob,carol', '--threshold', '3'];
  const weak = await world.machine('bob').run(...words, '--weak', 'all-must-sign');
  expect([weak.status, weak.json.error.code, weak.json.error.changed]).toEqual([6, 'POLICY_BROKEN', false]);
  expect(weak.json.error.message).toContain('does not allow the shape all-must-sign');
}, 120_000);

test('a policy that wants two backups has them made before any old share goes, and its plans require two', async () => {
  const world = made.fork();
  for (const folder of ['/usb', '/usb2']) world.folder(folder);
  const { json } = await set(world, '--backups', '2', '--refresh-every', 'quarterly');
  expect(json.plan).toMatchObject({ backup: 'required', copies: 2, reserve: 'backups', policy: { backups: 2 } });
  const did = await world.walk(json, members);
  expect(did.filter((deed) => deed.endsWith(' close'))).toEqual([]);
  const file = world.write('/backup-passphrase', 'another battery\n');
  const to = ['--backup-to', '/usb', '--backup-to', '/usb2', '--backup-passphrase-file', file];
  for (const name of members) {
    const closed = await world.visit(name, json.phrase, ...to);
    expect([closed.status, closed.json.ceremonies.at(-1).did]).toEqual([0, ['close']]);
  }
  expect(await policyOn(world, 'alice')).toMatchObject({ backups: 2, refreshEvery: 'quarterly' });
  const alice = world.machine('alice');
  const next = await alice.ok('propose', 'refresh', '--keyset', 'treasury');
  expect(next.json.plan).toMatchObject({ backup: 'required', copies: 2 });
  const none = await alice.run('propose', 'refresh', '--keyset', 'treasury', '--backup', 'none');
  expect([none.status, none.json.error.code]).toEqual([6, 'POLICY_BROKEN']);
}, 120_000);

test('a genesis can begin with a policy', async () => {
  const world = made.fork();
  const genesis = ['genesis', '--keyset', 'young', '--members', 'alice,bob,carol', '--threshold', '3'];
  const words = [...genesis, '--weak', 'all-must-sign', '--key', 'main:ed25519', '--minimum-threshold', '3'];
  const plan = await world.propose('alice', ...words, '--refresh-every', '4h');
  await world.walk(plan, members);
  await world.visit('alice', plan.phrase);
  const { policies } = (await world.machine('alice').ok('policy', 'show', 'young')).json;
  expect(policies).toMatchObject([{ keyset: 'young', policy: { minimumThreshold: 3, refreshEvery: 14_400 } }]);
}, 120_000);

describe('backups that are none', () => {
  test('are a choice that the plan says, on the screen, in JSON and in the transcript', async () => {
    const world = made.fork();
    const alice = world.machine('alice');
    const { json, stderr } = await alice.ok('propose', 'refresh', '--keyset', 'treasury', '--backup', 'none');
    expect(stderr.replace(/\s+/g, ' ')).toContain('none, by choice: quorum redundancy instead of backups');
    expect(json.plan).toMatchObject({ backup: 'none', reserve: 'quorum', spare: 1 });
    const page = (await alice.tell('transcript', '--ceremony', json.ceremony)).stdout.replace(/\s+/g, ' ');
    expect(page).toContain('quorum redundancy instead of backups (1 of 3 shares may be lost)');
    const { backups } = (await alice.ok('transcript', '--ceremony', json.ceremony)).json;
    expect(backups).toMatchObject({ rule: 'none', copies: 0 });
  });

  test('have no copies, and copies are backups', async () => {
    const alice = made.fork().machine('alice');
    const refresh = ['propose', 'refresh', '--keyset', 'treasury', '--copies', '2'];
    const none = await alice.run(...refresh, '--backup', 'none');
    expect([none.status, none.json.error.code]).toEqual([2, 'USAGE']);
    expect((await alice.ok(...refresh)).json.plan).toMatchObject({ backup: 'required', copies: 2 });
  });
});

describe('what a policy cannot say is refused on the command line', () => {
  test.each([
    [['--refresh-every', '59m']],
    [['--refresh-every', '0h']],
    [['--refresh-every', '3661d']],
    [['--refresh-every', 'monthly']],
    [['--backups', '17']],
    [['--minimum-threshold', '33']],
    [['--shapes', 'few-spares']],
    [['--approvals', '1']],
    [[]],
    [['--refresh-every', 'on-demand']],
  ])('%j', async (words) => {
    const { status, json } = await set(made, ...words);
    expect([status, json.error.code]).toEqual([2, 'USAGE']);
  });
});

test('a policy is drafted like a plan, and set from the file that was written', async () => {
  const world = made.fork();
  const alice = world.machine('alice');
  const set = ['policy', 'set', 'treasury'];
  const said = [
    '--refresh-every',
    '90d',
    '--backups',
    '1',
    '--approvers',
    'olga',
    '--approvals',
    '1',
    '--ticket',
    'C-7',
  ];
  const draft = await alice.ok(...set, ...said, '--draft', '--out-plan', '/policy.json');
  expect(draft.json).toMatchObject({ draft: true, kind: 'refresh' });
  expect((await alice.ok('status')).json.ceremonies).toHaveLength(1);
  const { json } = await alice.ok(...set, '--plan', '/policy.json');
  expect(json.plan).toMatchObject({
    because: 'policy',
    ticket: 'C-7',
    policy: { approvals: 1, refreshEvery: 7_776_000, backups: 1 },
    approvers: [{ name: 'olga' }],
  });
  // a plan that says nothing of a policy sets none
  await alice.ok('propose', 'refresh', '--keyset', 'treasury', '--draft', '--out-plan', '/plain.json');
  expect((await alice.run(...set, '--plan', '/plain.json')).status).toBe(2);
}, 60_000);
