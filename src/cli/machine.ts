import { escapeText } from '../bytes/printable.ts';
import type { CensusFinding } from '../ceremony/packets/census.ts';
import { suggestSticks } from '../courier/stick.ts';
import { FileError, type FileSystem, joinPath } from '../media/file-system.ts';
import type { Context } from './context.ts';
import { intrusions } from './guard.ts';

/** One thing that was looked at. `ok` is null where this system does not say. */
export interface Finding {
  readonly check: string;
  readonly ok: boolean | null;
  readonly detail: string;
  /** What to do about it. */
  readonly hint: string | null;
}

const dayOf = (date: string): number => Date.parse(`${date}T00:00:00Z`) / 1000;

/** The lines of Node that this program is tested on, and until when each gets security fixes. */
const lines: Readonly<Record<number, number>> = {
  20: dayOf('2026-04-30'),
  22: dayOf('2027-04-30'),
  24: dayOf('2028-04-30'),
};

/** No machine that runs this can honestly show an earlier time; a clock without a battery begins in 1970 or 2000. */
const earliest = dayOf('2026-01-01');
const latest = dayOf('2100-01-01');

/** Looks over this machine, from outside the vault: nothing is opened, nothing is changed (row 25, safety section 4). */
export function examine(context: Context, home: string): Finding[] {
  return [
    node(context),
    started(context),
    environment(context),
    debuggers(context),
    network(context),
    swap(context),
    coreDumps(context),
    superuser(context),
    ...vaultFiles(context.fs, home),
    clock(context),
    sticks(context),
  ];
}

/** The same for a census. What may say too much of a machine, its paths and interfaces, goes only where it is amiss. */
export function findingsOf({ context, home }: { readonly context: Context; readonly home: string }): CensusFinding[] {
  return examine(context, home).map(({ check, ok, detail }) => ({
    check,
    ok,
    detail: ok === true ? '' : detail.slice(0, 500),
  }));
}

function found(check: string, ok: boolean | null, detail: string, hint?: string): Finding {
  return { check, ok, detail, hint: ok === true ? null : (hint ?? null) };
}

function node({ facts, now }: Context): Finding {
  const [major = 0, minor = 0] = facts.node.split('.').map(Number);
  const until = lines[major];
  const what = `Node ${facts.node}`;
  const hint = `use Node ${Object.keys(lines).at(-1)}`;
  if (until === undefined || (major === 20 && minor < 19))
    return found('node', false, `${what} is not one of the lines that this program is tested on`, hint);
  if (now() > until) {
    const date = new Date(until * 1000).toISOString().slice(0, 10);
    return found('node', false, `${what} gets no security fixes since ${date}`, hint);
  }
  return found('node', true, what);
}

function started({ env, facts }: Context): Finding {
  const [first, ...more] = intrusions(facts.execArgv, env);
  if (first === undefined) return found('start', true, 'no debugger and no other code was let in at the start');
  const options = [first, ...more].map(({ option, from }) => `${option} (${from})`).join(', ');
  return found(
    'start',
    false,
    `this process was started with ${escapeText(options)}`,
    'unset NODE_OPTIONS, and start node without such options: nothing that opens a vault runs like this',
  );
}

/** Names only: what they hold is nobody's business. */
function environment({ env }: Context): Finding {
  const suspicious = Object.keys(env).filter(
    (name) => /^(NODE_|LD_(PRELOAD|AUDIT|LIBRARY_PATH)$|DYLD_|OPENSSL_|SSLKEYLOGFILE$)/.test(name) && env[name] !== '',
  );
  return suspicious.length === 0
    ? found('environment', true, 'nothing in it changes what node loads')
    : found(
        'environment',
        false,
        `it has ${escapeText(suspicious.sort().join(', '))}, which may change what node loads or writes`,
        `unset ${suspicious.length === 1 ? 'it' : 'them'} before a ceremony`,
      );
}

function debuggers({ fs, facts }: Context): Finding {
  const tracer = /^TracerPid:\s*([0-9]+)$/m.exec(read(fs, '/proc/self/status') ?? '')?.[1];
  if (tracer !== undefined && tracer !== '0') {
    return found('debugger', false, `process ${tracer} is tracing this one and can read its memory`, 'end it');
  }
  return facts.guarded()
    ? found('debugger', true, 'SIGUSR1 does not open the inspector')
    : found(
        'debugger',
        false,
        'SIGUSR1 would open the inspector',
        'start the program by its own door, bin/conclave.js',
      );
}

function network({ facts }: Context): Finding {
  const up = facts.networks();
  return up.length === 0
    ? found('network', true, 'no interface has an address')
    : found(
        'network',
        false,
        `this machine has a network: ${escapeText(up.join(', '))}`,
        'pull the cable, switch the radio off, or remove it: ceremonies are meant for machines without a network',
      );
}

function swap({ fs }: Context): Finding {
  const table = read(fs, '/proc/swaps');
  if (table === null) return unknown('swap', 'secrets in memory may be written to the disk');
  const areas = table
    .split('\n')
    .slice(1)
    .flatMap((line) => line.split(/\s+/)[0] || []);
  return areas.length === 0
    ? found('swap', true, 'off')
    : found('swap', false, `on: ${escapeText(areas.join(', '))}; secrets may be written there`, 'swapoff -a, as root');
}

/** A kernel that hands a dump to a program does so whatever the limit is (core(5)). */
function coreDumps({ fs }: Context): Finding {
  const limit = /^Max core file size\s+(\S+)/m.exec(read(fs, '/proc/self/limits') ?? '')?.[1];
  const pattern = read(fs, '/proc/sys/kernel/core_pattern')?.trim();
  if (limit === undefined) return unknown('core dumps', 'a crash may write the memory of the program to the disk');
  if (pattern?.startsWith('|')) {
    return found(
      'core dumps',
      false,
      `the system hands them to ${escapeText(pattern.slice(1).split(' ')[0] ?? '')}`,
      'sysctl kernel.core_pattern=core, as root, and ulimit -c 0',
    );
  }
  return limit === '0'
    ? found('core dumps', true, 'off')
    : found('core dumps', false, `on: a crash may write up to ${escapeText(limit)} bytes of memory`, 'ulimit -c 0');
}

function superuser({ facts }: Context): Finding {
  return facts.superuser
    ? found('user', false, 'this runs as root, for whom file permissions mean nothing', 'use a user of its own')
    : found('user', true, 'not root');
}

const folderMode = 0o700;
const fileMode = 0o600;

function vaultFiles(fs: FileSystem, home: string): Finding[] {
  const wrong: string[] = [];
  let files = 0;
  const look = (path: string, depth: number): void => {
    for (const { name, kind } of fs.list(path, 20_000)) {
      const at = joinPath(path, name);
      files++;
      if (kind === 'other') wrong.push(`${at} is neither a file nor a folder`);
      else {
        const mode = fs.mode(at) & 0o777;
        if (mode !== (kind === 'file' ? fileMode : folderMode)) wrong.push(`${at} has mode ${mode.toString(8)}`);
        if (kind === 'directory' && depth > 0) look(at, depth - 1);
      }
    }
  };
  try {
    if (fs.kind(home) === 'absent') return [found('vault', true, `there is none in ${escapeText(home)} yet`)];
    const mode = fs.mode(home) & 0o777;
    if (mode !== folderMode) wrong.push(`${home} has mode ${mode.toString(8)}`);
    look(home, 3);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return [
      found('vault', false, `${escapeText(error.path)} cannot be looked at (${error.errno})`, 'run as its owner'),
    ];
  }
  const [first, ...more] = wrong;
  return [
    first === undefined
      ? found('vault', true, `${files} files in ${escapeText(home)}, for nobody but their owner`)
      : found(
          'vault',
          false,
          `${escapeText(first)}${more.length === 0 ? '' : `, and ${more.length} more like it`}`,
          `chmod -R go= ${escapeText(home)}; files are 0600, folders 0700`,
        ),
  ];
}

function clock({ now }: Context): Finding {
  const seconds = now();
  const shown = new Date(Math.min(Math.max(seconds, 0), 253_402_300_799) * 1000);
  const date = `${shown.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return seconds >= earliest && seconds < latest
    ? found('clock', true, `${date}; compare it with a watch`)
    : found('clock', false, `it says ${date}, which cannot be`, 'set it: every packet bears what it says');
}

function sticks({ fs, platform, env }: Context): Finding {
  const mounted = suggestSticks(fs, platform, env.USER ?? '');
  const shown = mounted.map(escapeText).join(', ');
  if (mounted.length < 2) return found('stick', true, mounted.length === 0 ? 'none is mounted' : `${shown} is mounted`);
  return found('stick', false, `more than one medium is mounted: ${shown}`, 'leave only the stick of the ceremony in');
}

function unknown(check: string, danger: string): Finding {
  return found(check, null, 'this system does not say', `look for yourself: ${danger}`);
}

function read(fs: FileSystem, path: string): string | null {
  try {
    return new TextDecoder().decode(fs.readFile(path, 2 ** 20));
  } catch (error) {
    if (error instanceof FileError) return null;
    throw error;
  }
}
