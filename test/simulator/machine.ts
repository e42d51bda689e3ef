import { createHash } from 'node:crypto';
import { concatBytes, toHex } from '../../src/bytes/hex.ts';
import type { Random } from '../../src/bytes/random.ts';
import { fileHash, lengthPrefixed, text } from '../../src/bytes/tagged-hash.ts';
import { ceremonyOf, nameOf, splitProposal, unwrapProposal } from '../../src/ceremony/envelope.ts';
import type { Memo } from '../../src/ceremony/evaluation.ts';
import { type FaultPlan, faultyFileSystem, memoryFileSystem, PowerCut } from '../../src/media/faults.ts';
import type { FileSystem } from '../../src/media/file-system.ts';
import { Problem, type ProblemCode } from '../../src/problem.ts';
import { amend } from '../../src/vault/amend.ts';
import { Ceremonies } from '../../src/vault/ceremonies.ts';
import type { Kdf } from '../../src/vault/password.ts';
import { perform } from '../../src/vault/perform.ts';
import { recordConsent } from '../../src/vault/propose.ts';
import { refuse } from '../../src/vault/refuse.ts';
import { release } from '../../src/vault/release.ts';
import { reprove } from '../../src/vault/reprove.ts';
import { consentHolds } from '../../src/vault/standing.ts';
import type { VaultState } from '../../src/vault/state.ts';
import { Vault } from '../../src/vault/vault.ts';
import { diskOver, type Files } from './disk.ts';

/*
 * One machine of a simulation: a disk, and the product's own vault that runs on it. Nothing here changes: whatever a
 * machine does gives another one, so that a run can go on from any place in many ways.
 */

export const home = '/home/vault';
const passphrase = 'correct horse battery';
export const tool = { version: 'simulated', digest: null };
export const now = 1_800_000_000;
export const moment = { now, tool };

export interface Machine {
  readonly name: string;
  /** Two machines of one name are a liar with two vaults, each of which is honest about itself. */
  readonly twin: number;
  readonly disk: Files;
  /** How often the power went: what is drawn after that is drawn anew. */
  readonly cuts: number;
}

/** What somebody does at a machine, after it took in what was brought. */
export type Act =
  | { readonly act: 'visit' }
  | { readonly act: 'refuse' | 'release' | 'salvage'; readonly ceremony: string }
  | { readonly act: 'amend'; readonly ceremony: string; readonly without: readonly string[] }
  | { readonly act: 'reprove'; readonly ceremony: string; readonly without: readonly string[] };

/** What came of it, as the program would say it. */
export interface Report {
  readonly did: readonly string[];
  readonly holds: readonly ProblemCode[];
  readonly rejected: readonly ProblemCode[];
  /** Why the command failed as a whole. */
  readonly problem: ProblemCode | null;
  /** Whether the power went before the end. */
  readonly cut: boolean;
  /** All that was said to the operator: no secret may be in it. */
  readonly words: readonly string[];
}

/** Checks that depend on nothing but the packets that they name are made once in a simulation, not once in a visit. */
const memo: Memo = new Map();

/** The cheap password function of rehearsals would still be the most expensive part of a visit. */
const hashing: Kdf = (secret, { n, r, p, salt }) => fileHash(lengthPrefixed(secret, salt, text(`${n} ${r} ${p}`)));

/**
 * Randomness that is the same for whoever has said the same things, whatever else it heard meanwhile: two histories that
 * come to the same then come to the same bytes, and are one state of a search. What is drawn for seals is one and the
 * same until something is said, so that no seal changes what else is drawn.
 */
export function drawnBy(machine: Pick<Machine, 'name' | 'twin' | 'cuts'>, said: () => VaultState['said']): Random {
  let last: VaultState['said'] | undefined;
  let key = new Uint8Array();
  let count = 0;
  return (length) => {
    if (said() !== last) {
      last = said();
      const digests = last.map(({ digest }) => toHex(digest)).sort();
      key = digestOf(text(`${machine.name} ${machine.twin} ${machine.cuts} ${digests.join(' ')}`));
      count = 0;
    }
    const from = length === 24 ? 'seal' : String(count++);
    const parts = Array.from({ length: Math.ceil(length / 32) }, (_, at) => digestOf(key, text(`${from} ${at}`)));
    return concatBytes(...parts).slice(0, length);
  };
}

function digestOf(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}

const noSaid: VaultState['said'] = [];

/** One run of the program on a disk: a process of its own, which ends with the work. */
function running<T>(machine: Machine, fs: FileSystem, work: (ceremonies: Ceremonies) => T): T {
  let vault: Vault | null = null;
  const host = {
    fs,
    random: drawnBy(machine, () => vault?.state.said ?? noSaid),
    kdf: hashing,
    processes: { pid: 1, boot: () => 'b007', started: () => '1', pause: () => {}, onExit: () => () => {} },
  };
  vault = Vault.open(home, host, passphrase);
  try {
    return work(new Ceremonies(vault, memo));
  } finally {
    vault.close();
  }
}

export function createMachine(machine: Pick<Machine, 'name' | 'twin'>, first: (random: Random) => VaultState): Machine {
  const fs = memoryFileSystem();
  fs.putFolder('/home');
  const random = drawnBy({ ...machine, name: `${machine.name} at first`, cuts: 0 }, () => noSaid);
  const processes = { pid: 1, boot: () => 'b007', started: () => '1', pause: () => {}, onExit: () => () => {} };
  Vault.create(home, { fs, random, kdf: hashing, processes }, passphrase, first(random)).close();
  return { ...machine, cuts: 0, disk: withoutLock(fs.files()) };
}

/** A process that is gone has its lock no more. */
function withoutLock(files: Files): Files {
  return new Map([...files].filter(([path]) => !path.includes('/lock-')));
}

/** Anything with the open vault: for setting up, and for looking. What it leaves on the disk is in the machine returned. */
export function within<T>(machine: Machine, work: (ceremonies: Ceremonies) => T): { machine: Machine; value: T } {
  const fs = diskOver(machine.disk);
  const value = running(machine, fs, work);
  return { machine: { ...machine, disk: withoutLock(fs.files()) }, value };
}

/**
 * Somebody sits down at a machine with what was brought, and does something. With a fault plan the power goes on the
 * way. `look` is asked of what is there at the end, in the same run, unless the run ended early.
 */
export function play<T>(
  machine: Machine,
  brought: readonly Uint8Array[],
  act: Act,
  look: (ceremonies: Ceremonies) => T,
  plan?: FaultPlan,
): { readonly machine: Machine; readonly report: Report; readonly seen: T | null; readonly operations: Operations } {
  const disk = diskOver(machine.disk);
  const faulty = plan === undefined ? null : faultyFileSystem(disk, plan);
  const report = {
    did: [] as string[],
    holds: [] as ProblemCode[],
    rejected: [] as ProblemCode[],
    problem: null as ProblemCode | null,
    cut: false,
    words: [] as string[],
  };
  let seen: T | null = null;
  try {
    seen = running(machine, faulty ?? disk, (ceremonies) => {
      takeIn(ceremonies, brought, report);
      try {
        doIt(ceremonies, act, report);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        report.problem = error.code;
        report.words.push(error.message, error.hint ?? '');
      }
      return look(ceremonies);
    });
  } catch (error) {
    if (error instanceof PowerCut) report.cut = true;
    else if (error instanceof Problem) {
      report.problem = error.code;
      report.words.push(error.message, error.hint ?? '');
    } else throw error;
  }
  const cuts = machine.cuts + (report.cut ? 1 : 0);
  const left = { ...machine, cuts, disk: withoutLock(disk.files()) };
  return { machine: left, report, seen, operations: faulty?.operations ?? [] };
}

export type Operations = readonly { readonly operation: keyof FileSystem; readonly path: string }[];
type Writing = { -readonly [K in keyof Report]: Report[K] extends readonly (infer E)[] ? E[] : Report[K] };

function doIt(ceremonies: Ceremonies, act: Act, report: Writing): void {
  switch (act.act) {
    case 'visit':
      visit(ceremonies, report);
      return;
    case 'refuse':
      if (refuse(ceremonies, ceremonies.get(act.ceremony), moment, 'no')) report.did.push('refuse');
      return;
    case 'release':
    case 'salvage':
      release(ceremonies, ceremonies.get(act.ceremony), moment, act.act === 'salvage', 'gives it up');
      report.did.push(act.act);
      return;
    case 'reprove': {
      const held = ceremonies.get(act.ceremony);
      const names = held.plan.receivers.map(({ name }) => name).filter((name) => !act.without.includes(name));
      reprove(ceremonies, held, moment, names, 'somebody is lost');
      report.did.push('reprove');
      return;
    }
    case 'amend':
      amend(ceremonies, ceremonies.get(act.ceremony), moment, act.without, 'other dealers');
      report.did.push('amend');
      visit(ceremonies, report);
  }
}

/** What `next` does where the operator agrees to every plan that the machine does not warn of. */
function visit(ceremonies: Ceremonies, report: Writing): void {
  for (const id of ceremonies.ids()) {
    const { record, plan } = ceremonies.get(id);
    const against = record.consent === null ? consentHolds(ceremonies, plan) : [];
    if (record.consent === null && against.length === 0) {
      recordConsent(ceremonies, plan, { at: now, attended: true, destroy: plan.destroy === 'when-proven' });
    }
    const done = perform(ceremonies, id, moment);
    report.did.push(...done.did);
    for (const { code, message, hint } of [...against, ...done.holds]) {
      report.holds.push(code);
      report.words.push(message, hint ?? '');
    }
  }
}

function takeIn(ceremonies: Ceremonies, brought: readonly Uint8Array[], report: Writing): void {
  const proposals = brought.filter((one) => ceremonyOf(one) === null);
  for (const file of [...proposals, ...brought.filter((one) => ceremonyOf(one) !== null)]) {
    try {
      const ceremony = ceremonyOf(file);
      const wrapped = ceremony === null ? unwrapProposal(file) : null;
      if (ceremony !== null) ceremonies.merge(ceremony, file);
      else if (wrapped !== null) {
        const { ceremonyKey, packet } = splitProposal(wrapped.ageFile);
        ceremonies.open(file, ceremonyKey, packet, () => 'the phrase');
      }
    } catch (error) {
      if (!(error instanceof Problem) || error.code.startsWith('VAULT_')) throw error;
      report.rejected.push(error.code);
      report.words.push(error.message, error.hint ?? '');
    }
  }
  ceremonies.settle();
}

/** What a machine would lay on a stick: every packet file, by its name. */
export function filesHeld(ceremonies: Ceremonies): Map<string, Uint8Array> {
  const files = ceremonies.ids().flatMap((id) => ceremonies.vault.kept(id).files);
  return new Map(files.map(({ bytes }) => [nameOf(bytes), bytes]));
}
