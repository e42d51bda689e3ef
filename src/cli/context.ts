import { randomBytes, scryptSync } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import type { Random } from '../bytes/random.ts';
import type { Memo } from '../ceremony/evaluation.ts';
import type { Stretch } from '../ceremony/phrase.ts';
import type { Screen } from '../courier/qr/show.ts';
import { type FileSystem, nodeFileSystem } from '../media/file-system.ts';
import type { Processes } from '../vault/lock.ts';
import { type Kdf, scrypt } from '../vault/password.ts';
import { nodeProcesses } from './processes.ts';
import { type Ask, createAsk } from './ui/ask.ts';
import { applyColour, decideColour } from './ui/colour.ts';
import type { Sink } from './ui/say.ts';
import { linesOf, openScreen } from './ui/screen.ts';

/** What can be seen of this process and its machine beside the file system: for `doctor`. */
export interface MachineFacts {
  /** The version of Node, as 20.19.1. */
  readonly node: string;
  readonly execArgv: readonly string[];
  /** Interfaces that are up and have an address, the loopback aside. */
  readonly networks: () => readonly string[];
  /** Whether this runs as the superuser, for whom file permissions mean nothing. */
  readonly superuser: boolean;
  /** Whether somebody listens to SIGUSR1, so that it does not open the inspector. */
  readonly guarded: () => boolean;
}

/** The world as the program sees it: the only place that knows a clock, randomness, the environment or a terminal. */
export interface Context {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Sink;
  readonly stderr: Sink;
  /** Seconds since 1970, as this machine claims. */
  readonly now: () => number;
  readonly random: Random;
  readonly fs: FileSystem;
  readonly kdf: Kdf;
  readonly stretch: Stretch;
  readonly processes: Processes;
  readonly platform: string;
  readonly width: number;
  readonly colour: boolean;
  readonly ask: Ask;
  /** Only a rehearsal makes vaults of rehearsals without being asked to. */
  readonly rehearsal: boolean;
  /** Digest of the program's single file, where it runs from one. */
  readonly digest: Uint8Array | null;
  readonly facts: MachineFacts;
  /** Takes the terminal over, for codes that move. Absent where there is none. */
  readonly screen?: () => Screen;
  /** Lines of standard input, for scanners that type. */
  readonly lines?: () => AsyncIterable<string>;
  /** What was checked of packets: the machines of a rehearsal share it, since each would come to the same result. */
  readonly memo?: Memo;
}

/** `randomBytes` gives memory of its own, not of Buffer's shared pool; a copy makes it a plain array. */
export const systemRandom: Random = (length) => new Uint8Array(randomBytes(length));

export const systemStretch: Stretch = (input, salt, { N, r, p, length }) => {
  const maxmem = 128 * r * (N + p + 2) + 2 ** 20;
  return new Uint8Array(scryptSync(input, salt, length, { N, r, p, maxmem }));
};

export function systemContext(argv: readonly string[], digest: Uint8Array | null): Context {
  const { env, stdin, stdout, stderr } = process;
  const interactive = stdin.isTTY === true && stderr.isTTY === true;
  const colour = decideColour({ argv, env, isTTY: stdout.isTTY === true });
  applyColour(colour, env); // before anything that paints is loaded
  return {
    env,
    stdout,
    stderr,
    now: () => Math.floor(Date.now() / 1000),
    random: systemRandom,
    fs: nodeFileSystem,
    kdf: scrypt,
    processes: nodeProcesses(),
    stretch: systemStretch,
    platform: process.platform,
    width: Math.max(60, Math.min(stdout.columns ?? 80, 120)),
    colour,
    ask: createAsk({ input: stdin, output: stderr, interactive }),
    rehearsal: false,
    digest,
    facts: systemFacts(),
    ...(stdin.isTTY === true && stdout.isTTY === true ? { screen: () => openScreen(process) } : {}),
    lines: () => linesOf(stdin),
  };
}

export function systemFacts(): MachineFacts {
  return {
    node: process.versions.node,
    execArgv: process.execArgv,
    networks: () =>
      Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
        addresses.some(({ internal }) => !internal) ? [name] : [],
      ),
    superuser: process.getuid?.() === 0,
    guarded: () => process.listenerCount('SIGUSR1') > 0,
  };
}
