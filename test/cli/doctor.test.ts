import { describe, expect, test } from 'vitest';
import type { MachineFacts } from '../../src/cli/context.ts';
import type { Finding } from '../../src/cli/machine.ts';
import { type Overrides, World } from './world.ts';

const sound = {
  '/proc/self/status': 'Name:\tnode\nTracerPid:\t0\n',
  '/proc/swaps': 'Filename\tType\tSize\tUsed\tPriority\n',
  '/proc/self/limits':
    'Limit                     Soft Limit           Hard Limit           Units\nMax core file size        0                    unlimited            bytes\n',
  '/proc/sys/kernel/core_pattern': 'core\n',
};
const facts: MachineFacts = {
  node: '24.11.0',
  execArgv: [],
  networks: () => [],
  superuser: false,
  guarded: () => true,
};

/** A machine on which nothing is wrong, but for these files and facts. */
async function examined(
  {
    files = {},
    overrides = {},
    words = [],
  }: { files?: Record<string, string>; overrides?: Overrides; words?: string[] },
  prepare: (world: World) => void = () => undefined,
): Promise<{ status: number; wrong: string[]; findings: Finding[]; find: (check: string) => Finding | undefined }> {
  const world = new World('doctor');
  await world.arrive('alice');
  for (const folder of ['/proc', '/proc/self', '/proc/sys', '/proc/sys/kernel']) world.memory.putFolder(folder);
  for (const [path, content] of Object.entries({ ...sound, ...files })) world.write(path, content);
  prepare(world);
  const ran = await world.machine('alice').runWith({ facts, ...overrides }, 'doctor', ...words);
  const findings: Finding[] = ran.json.findings;
  const wrong = findings.filter(({ ok }) => ok === false).map(({ check }) => check);
  return { status: ran.status, wrong, findings, find: (check) => findings.find((one) => one.check === check) };
}

describe('doctor', () => {
  test('finds nothing on a machine on which nothing is wrong, and says what it looked at', async () => {
    const { status, wrong, findings } = await examined({ words: ['--strict'] });
    expect([status, wrong]).toEqual([0, []]);
    expect(findings.map(({ check }) => check)).toEqual([
      'node',
      'start',
      'environment',
      'debugger',
      'network',
      'swap',
      'core dumps',
      'user',
      'vault',
      'clock',
      'stick',
    ]);
    for (const finding of findings)
      expect(finding).toMatchObject({ ok: true, hint: null, detail: expect.stringMatching(/./) });
  });

  test.each<[string, string, { files?: Record<string, string>; overrides?: Overrides }]>([
    ['a Node of an untested line', 'node', { overrides: { facts: { ...facts, node: '21.7.0' } } }],
    [
      'a Node that is too old',
      'node',
      { overrides: { facts: { ...facts, node: '20.18.0' }, now: () => 1_770_000_000 } },
    ],
    ['a Node that gets no fixes any more', 'node', { overrides: { facts: { ...facts, node: '20.20.2' } } }],
    ['NODE_OPTIONS with an inspector', 'start', { overrides: { env: { NODE_OPTIONS: '--inspect=0.0.0.0:9229' } } }],
    [
      'NODE_OPTIONS with other code',
      'start',
      { overrides: { env: { NODE_OPTIONS: '--max-old-space-size=512 -r ./x.js' } } },
    ],
    ['an option of node itself', 'start', { overrides: { facts: { ...facts, execArgv: ['--import', 'x'] } } }],
    ['certificates for node', 'environment', { overrides: { env: { NODE_EXTRA_CA_CERTS: '/x' } } }],
    ['a preloaded library', 'environment', { overrides: { env: { LD_PRELOAD: '/x.so' } } }],
    ['a tracer', 'debugger', { files: { '/proc/self/status': 'TracerPid:\t4711\n' } }],
    ['SIGUSR1 without a listener', 'debugger', { overrides: { facts: { ...facts, guarded: () => false } } }],
    ['a network', 'network', { overrides: { facts: { ...facts, networks: () => ['eth0'] } } }],
    ['swap', 'swap', { files: { '/proc/swaps': `${sound['/proc/swaps']}/dev/sda2 partition 8000 0 -2\n` } }],
    [
      'core dumps',
      'core dumps',
      { files: { '/proc/self/limits': 'Max core file size        unlimited            unlimited            bytes\n' } },
    ],
    [
      'core dumps handed on',
      'core dumps',
      { files: { '/proc/sys/kernel/core_pattern': '|/usr/lib/systemd/systemd-coredump %P\n' } },
    ],
    ['root', 'user', { overrides: { facts: { ...facts, superuser: true } } }],
    ['a clock that began anew', 'clock', { overrides: { now: () => 86_400 } }],
  ])('finds %s', async (_, check, machine) => {
    const { status, wrong, find } = await examined(machine);
    expect(wrong).toContain(check);
    expect(wrong.filter((one) => one !== 'start' && one !== 'environment' && one !== check)).toEqual([]);
    expect(find(check)?.hint).toMatch(/./);
    expect(status).toBe(0);
  });

  test('says the names of environment variables and never what is in them', async () => {
    const env = { NODE_OPTIONS: '--require=/secret/path', LD_PRELOAD: '/secret/library' };
    const { findings } = await examined({ overrides: { env } });
    expect(JSON.stringify(findings)).toContain('LD_PRELOAD');
    expect(JSON.stringify(findings)).toContain('--require');
    expect(JSON.stringify(findings)).not.toContain('secret');
  });

  test.each([
    ['a file of the vault that others may read', '/home/alice/state', 0o644],
    ['a folder of the vault that others may enter', '/home/alice', 0o755],
  ])('finds %s', async (_, path, mode) => {
    const { find } = await examined({}, ({ memory }) => memory.changeMode(path, mode));
    expect(find('vault')).toMatchObject({ ok: false, detail: `${path} has mode ${mode.toString(8)}` });
    expect(find('vault')?.hint).toContain('chmod');
  });

  test('finds what is neither a file nor a folder in the vault', async () => {
    const { find } = await examined({}, ({ memory }) => memory.putOther('/home/alice/pipe'));
    expect(find('vault')).toMatchObject({ ok: false, detail: '/home/alice/pipe is neither a file nor a folder' });
  });

  test('finds two sticks', async () => {
    const { find } = await examined(
      { files: { '/proc/self/mounts': '/dev/a /media/one vfat rw\n/dev/b /media/two vfat rw\n' } },
      (world) => {
        world.memory.putFolder('/media');
        world.memory.putFolder('/media/one');
        world.memory.putFolder('/media/two');
      },
    );
    expect(find('stick')).toMatchObject({
      ok: false,
      detail: 'more than one medium is mounted: /media/one, /media/two',
    });
  });

  test('says that it does not know where the system does not say, and does not count that as wrong', async () => {
    const world = new World('elsewhere');
    const { status, json } = await world.machine('alice').runWith({ facts }, 'doctor', '--strict');
    expect(status).toBe(0);
    expect(json.findings.filter(({ ok }: Finding) => ok === null).map(({ check }: Finding) => check)).toEqual([
      'swap',
      'core dumps',
    ]);
    expect(json.findings.find(({ check }: Finding) => check === 'vault').detail).toContain('there is none');
  });

  test('ends with 4 under --strict, and needs no passphrase', async () => {
    const { status } = await examined({ overrides: { facts: { ...facts, superuser: true } }, words: ['--strict'] });
    expect(status).toBe(4);
    const world = new World('no passphrase');
    expect((await world.machine('alice').run('doctor', '--passphrase-file', '/none')).status).toBe(0);
  });
});
