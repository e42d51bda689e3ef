import { randomBytes, scryptSync } from 'node:crypto';
import type { Random } from '../bytes/random.ts';
import type { Stretch } from '../ceremony/phrase.ts';
import { type FileSystem, nodeFileSystem } from '../media/file-system.ts';
import type { Processes } from '../vault/lock.ts';
import { type Kdf, scrypt } from '../vault/password.ts';
import { nodeProcesses } from './processes.ts';
import { type Ask, createAsk } from './ui/ask.ts';
import { decideColour } from './ui/colour.ts';
import type { Sink } from './ui/say.ts';

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
  };
}
