import { createHash } from 'node:crypto';
import { toHex } from '../../../src/bytes/hex.ts';
import { fileHash } from '../../../src/bytes/tagged-hash.ts';
import type { Backup } from '../../../src/ceremony/backup.ts';
import { judgeBackup } from '../../../src/ceremony/backup-standing.ts';
import { type Descriptor, readDescriptor } from '../../../src/ceremony/descriptor.ts';
import { interpolateAtZero } from '../../../src/crypto/polynomial.ts';
import { suite } from '../../../src/crypto/suites.ts';
import { Problem, type ProblemCode } from '../../../src/problem.ts';
import { committeesOf, recordOfBackup } from '../../../src/vault/backups.ts';
import type { Ceremonies } from '../../../src/vault/ceremonies.ts';
import { holdingOf } from '../../../src/vault/holding.ts';
import { latestEpoch } from '../../../src/vault/standing.ts';
import type { Slot } from '../../../src/vault/state.ts';
import { comeBack, founded, home, type Machine, type Stick } from '../machine.ts';

/* The people of a history, what is on their disks and in their safes at a moment, and what is said of it. */

export const names = ['alice', 'bob', 'carol', 'dave'] as const;
export type Name = (typeof names)[number];

const { of, stick: founding } = founded('histories', ...names);
export const all = names.map((name) => of[name]);
export const start = comeBack(all, founding);
export const machineOf = (name: string): Machine => of[name as Name];

/** A file in a safe. The passphrase is left away: what is sealed stands in it as it is. */
export interface Safe {
  readonly backup: Backup;
  readonly share: Uint8Array[];
  readonly epoch: number;
  readonly owner: string;
}

export interface Story {
  readonly stick: Stick;
  readonly safes: Safe[];
  readonly oldDisks: { readonly machine: Machine; readonly disk: Map<string, Uint8Array> }[];
  readonly draw: (below: number) => number;
  /** What this history came to: one that never meets a stale backup proves nothing of them. */
  readonly met: Map<string, number>;
}

export const pick = <T>({ draw }: Pick<Story, 'draw'>, from: readonly T[]): T => from[draw(from.length)] as T;

export function count({ met }: Story, what: string): void {
  met.set(what, (met.get(what) ?? 0) + 1);
}

/** What came of it, or why not. Anything but a refusal is a failure. */
export function attempted<T>(work: () => T): T | ProblemCode {
  try {
    return work();
  } catch (error) {
    if (error instanceof Problem) return error.code;
    throw error;
  }
}

/** What has to hold, or the history is over. */
export function must(holds: boolean, what: () => string): asserts holds {
  if (!holds) throw new Error(what());
}

interface ShareSeen extends Pick<Slot, 'descriptor' | 'index' | 'epoch' | 'state'> {
  readonly attempt: string;
  readonly file: string;
  /** Of the first key; null where it cannot be read. */
  readonly share: Uint8Array | null;
}

/** What is on a disk, as its own program sees it. */
export interface Disk {
  readonly shares: readonly ShareSeen[];
  /** Files of shares that are kept apart. */
  readonly apart: readonly string[];
  /** The newest epoch that it knows to be proven, from its packets as well; -1: none. */
  readonly known: number;
}

const seen = new Map<Machine, { readonly key: string; readonly disk: Disk }>();

/** A disk says the same as long as its state, its shares and the number of its packets do: nothing else there changes. */
function keyOf({ memory }: Machine): string {
  const inside = (path: string): string[] =>
    memory.kind(path) === 'directory' ? memory.list(path).map(({ name }) => name) : [];
  const packets = inside(`${home}/packets`).map((folder) => inside(`${home}/packets/${folder}`).length);
  const state = createHash('sha256')
    .update(memory.readFile(`${home}/state`))
    .digest('hex');
  return `${state} ${inside(`${home}/shares`).join(' ')} ${packets.join(' ')}`;
}

export function diskOf(machine: Machine): Disk {
  const key = keyOf(machine);
  const known = seen.get(machine);
  if (known?.key === key) return known.disk;
  const disk = machine.run(look);
  seen.set(machine, { key, disk });
  return disk;
}

function look(ceremonies: Ceremonies): Disk {
  const { vault } = ceremonies;
  const { keysets } = vault.state;
  const shares = keysets.flatMap(({ slots }) =>
    slots.map((slot): ShareSeen => {
      const share = attempted(() => vault.readShare(slot)[0] as Uint8Array);
      const { descriptor, index, epoch, state } = slot;
      const [attempt, file] = [toHex(slot.attempt), toHex(slot.file)];
      return { descriptor, index, epoch, state, attempt, file, share: typeof share === 'string' ? null : share };
    }),
  );
  const [record] = keysets;
  return {
    shares,
    apart: keysets.flatMap(({ apart }) => apart.map(({ file }) => toHex(file))),
    known: record === undefined ? -1 : Math.max(latestEpoch(record), holdingOf(ceremonies, record).head?.epoch ?? -1),
  };
}

export const activeOf = (machine: Machine): readonly ShareSeen[] =>
  diskOf(machine).shares.filter(({ state }) => state === 'active');

/** The active shares by name, for comparing: which, of which epoch. */
export const activeNames = (machine: Machine): string =>
  activeOf(machine)
    .map(({ attempt, epoch }) => `${attempt}@${epoch}`)
    .join(' ');

export const lostShare = (machine: Machine): boolean => activeOf(machine).some(({ share }) => share === null);

/** Read once: the same few committees are met again and again. */
const committees = new Map<string, Descriptor>();
function descriptorOf(encoded: Uint8Array): Descriptor {
  const key = toHex(fileHash(encoded));
  const known = committees.get(key) ?? readDescriptor(encoded);
  committees.set(key, known);
  return known;
}

const { group } = suite('ristretto255');

/** Epochs whose key can be put together from what is on these disks, and in these safes. Each is really put together. */
export function usable(safes: readonly Safe[]): Set<number> {
  const found = new Map<string, { readonly made: Descriptor; readonly shares: Map<number, Uint8Array> }>();
  const add = (encoded: Uint8Array, index: number, share: Uint8Array): void => {
    const made = descriptorOf(encoded);
    const one = found.get(toHex(made.id)) ?? { made, shares: new Map() };
    one.shares.set(index, share);
    found.set(toHex(made.id), one);
  };
  for (const machine of all)
    for (const { descriptor, index, share } of diskOf(machine).shares)
      if (share !== null) add(descriptor, index, share);
  for (const { backup, share } of safes) add(backup.link.descriptor, backup.header.index, share[0] as Uint8Array);
  const whole = [...found.values()].filter(({ made, shares }) => {
    if (shares.size < made.threshold) return false;
    const some = [...shares].slice(0, made.threshold);
    const values = some.map(([index, share]) => ({ index, value: group.decodeScalar(share) }));
    const key = group.encodePoint(group.multiplyBase(interpolateAtZero(group, values)));
    return toHex(key) === toHex(made.keys[0]?.publicKey as Uint8Array);
  });
  return new Set(whole.map(({ made }) => made.epoch));
}

const judged = new Map<Machine, string>();

/** What each machine says of each file in a safe, opened or not. */
export function checkFiles(story: Story, machine: Machine): void {
  const key = `${keyOf(machine)} ${story.safes.map(({ backup }) => backup.header.id).join(' ')}`;
  if (judged.get(machine) === key) return;
  const { known } = diskOf(machine);
  machine.run((ceremonies) => {
    for (const safe of story.safes) {
      const { backup, share } = safe;
      const record = recordOfBackup(ceremonies.vault.state, backup);
      const here = record === undefined ? null : committeesOf(ceremonies, record);
      const wanted = known < 0 ? 'foreign' : known > safe.epoch ? 'stale' : known < safe.epoch ? 'newer' : 'current';
      for (const one of [share, null]) {
        const { state, currentEpoch } = judgeBackup(backup, one, here);
        const where = `${machine.name}, at epoch ${known}, says of a file of epoch ${safe.epoch}`;
        must(state === wanted, () => `${where}: ${state}, and it is ${wanted}`);
        must(currentEpoch === (known < 0 ? null : known), () => `${where} that epoch ${currentEpoch} is the newest`);
        count(story, state);
      }
    }
  });
  judged.set(machine, key);
}
