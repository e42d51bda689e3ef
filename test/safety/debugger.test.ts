import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';

const program = fileURLToPath(new URL('../../bin/conclave.js', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'conclave-debugger-'));
afterAll(() => rmSync(home, { recursive: true }));

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The built program, as a person runs it. */
function run(
  words: readonly string[],
  {
    env = {},
    node = [],
    spoken = () => undefined,
  }: {
    env?: Record<string, string>;
    node?: readonly string[];
    /** What is done to the process once it has said something. */
    spoken?: (pid: number) => void;
  } = {},
): Promise<Ran> {
  const { NODE_OPTIONS: _, ...clean } = process.env;
  const child = spawn(process.execPath, [...node, program, '--home', home, ...words], {
    env: { ...clean, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
    spoken(child.pid as number);
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, stdout, stderr })));
}

describe('row 25', () => {
  test('SIGUSR1 does not open the inspector of a running program, and does not end it', async () => {
    let signals = 0;
    const { status, stdout, stderr } = await run(['selftest'], {
      spoken: (pid) => {
        if (signals++ < 3) process.kill(pid, 'SIGUSR1'); // not at its end, where nothing listens any more
      },
    });
    expect(signals).toBeGreaterThan(0);
    expect(stderr).not.toMatch(/debugger/i);
    expect([status, stdout.split('\n').at(-2)]).toEqual([0, expect.stringContaining('as it should')]);
  }, 60_000);

  test.each<[string, { env?: Record<string, string>; node?: string[] }]>([
    ['NODE_OPTIONS that open the inspector', { env: { NODE_OPTIONS: '--inspect=127.0.0.1:0' } }],
    ['NODE_OPTIONS that run other code first', { env: { NODE_OPTIONS: '--import=data:text/javascript,1' } }],
    ['an option of node that does', { node: ['--import', 'data:text/javascript,1'] }],
  ])(
    'the program does not open a vault with %s',
    async (_, started) => {
      const { status, stdout } = await run(['status', '--json'], started);
      expect([status, JSON.parse(stdout).error.code]).toEqual([6, 'MACHINE_UNSAFE']);
    },
    30_000,
  );

  test('the program starts without them, and doctor starts with them and says so', async () => {
    const missing = await run(['status', '--json']);
    expect(JSON.parse(missing.stdout).error.code).toBe('VAULT_MISSING');
    const { stdout } = await run(['doctor', '--json'], { node: ['--import', 'data:text/javascript,1'] });
    const { findings } = JSON.parse(stdout);
    const of = (check: string) => findings.find((finding: { check: string }) => finding.check === check);
    expect(of('start')).toMatchObject({ ok: false, detail: expect.stringContaining('--import') });
    expect(of('debugger')).toMatchObject({ ok: true });
  }, 30_000);
});
