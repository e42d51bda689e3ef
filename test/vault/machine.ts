import type { Cbor } from '../../src/bytes/cbor.ts';
import { toHex } from '../../src/bytes/hex.ts';
import type { Random } from '../../src/bytes/random.ts';
import { readDescriptor } from '../../src/ceremony/descriptor.ts';
import { ceremonyOf, nameOf, sealPacket, splitProposal, unwrapProposal } from '../../src/ceremony/envelope.ts';
import type { Memo } from '../../src/ceremony/evaluation.ts';
import type { KindName } from '../../src/ceremony/kinds.ts';
import { writePacket } from '../../src/ceremony/packet.ts';
import { interpolateAtZero } from '../../src/crypto/polynomial.ts';
import { suite } from '../../src/crypto/suites.ts';
import {
  type FaultPlan,
  faultyFileSystem,
  type MemoryFileSystem,
  memoryFileSystem,
  PowerCut,
} from '../../src/media/faults.ts';
import { type FileSystem, parentPath } from '../../src/media/file-system.ts';
import { Problem, type ProblemCode } from '../../src/problem.ts';
import { Ceremonies, type Held } from '../../src/vault/ceremonies.ts';
import { firstState, myCard, withCard } from '../../src/vault/identity.ts';
import { perform } from '../../src/vault/perform.ts';
import { beginCeremony, draftProposal, planOf, recordConsent, type Wish } from '../../src/vault/propose.ts';
import { refuse } from '../../src/vault/refuse.ts';
import type { Moment } from '../../src/vault/say.ts';
import { consentHolds } from '../../src/vault/standing.ts';
import type { Slot, VaultState } from '../../src/vault/state.ts';
import { Vault } from '../../src/vault/vault.ts';
import { drawn } from '../crypto/drawn.ts';
import { hashing } from './support.ts';

/*
 * Machines with a vault each and one stick between them, without the command line: a visit does what `next` does. The
 * disk is in memory, so that the power can go at any of its operations; age is left out, since nobody here listens.
 */

export const home = '/home/vault';
export const ristretto = [{ label: 'main', suite: 'ristretto255' as const }];
const passphrase = 'correct horse battery';
const tool = { version: 'test', digest: null };
const now = 1_800_000_000;

/** Files by name, as they lie on a stick. */
export type Stick = Map<string, Uint8Array>;

/** What became of a visit. */
export interface Visited {
  readonly did: readonly string[];
  readonly holds: readonly ProblemCode[];
  readonly blame: readonly string[];
  readonly rejected: readonly ProblemCode[];
}

/** What is true of packets is true for everybody: checked once in a test, not once in each visit. */
const memo: Memo = new Map();

export class Machine {
  readonly name: string;
  readonly memory: MemoryFileSystem;
  readonly #random: Random;
  #runs = 0;

  constructor(name: string, seed = '') {
    this.name = name;
    this.memory = memoryFileSystem();
    this.#random = drawn(`${seed} machine ${name}`);
    const age = { identity: name, recipient: `age1${'q'.repeat(57)}${name.at(0)?.replace(/[bio1]/, 'z')}` };
    const state = firstState({ name, rehearsal: true, age, at: now }, this.#random);
    this.memory.putFolder('/home');
    Vault.create(home, this.#host({ ...this.memory }), passphrase, state).close();
  }

  /** One run of the program: a process of its own, which ends with the work. */
  run<T>(work: (ceremonies: Ceremonies) => T, fs: FileSystem = { ...this.memory }): T {
    const vault = Vault.open(home, this.#host(fs), passphrase);
    try {
      return work(new Ceremonies(vault, memo));
    } finally {
      vault.close();
    }
  }

  get state(): VaultState {
    return this.run(({ vault }) => vault.state);
  }

  /** What `next` does. */
  visit(stick: Stick, fs?: FileSystem, confirmDestroy?: string): Visited {
    return this.run((ceremonies) => {
      const rejected = takeIn(ceremonies, stick);
      const did: string[] = [];
      const holds: ProblemCode[] = [];
      const blame: string[] = [];
      for (const id of ceremonies.ids()) {
        const { record, plan } = ceremonies.get(id);
        const against = record.consent === null ? consentHolds(ceremonies, plan) : [];
        holds.push(...against.map(({ code }) => code));
        if (against[0]?.code === 'VAULT_ROLLED_BACK') continue; // an old copy is asked nothing
        if (record.consent === null && against.length === 0) {
          recordConsent(ceremonies, plan, { at: now, attended: true, destroy: plan.destroy === 'when-proven' });
        }
        const done = perform(ceremonies, id, { now, tool, confirmDestroy });
        did.push(...done.did);
        holds.push(...done.holds.map(({ code }) => code));
        blame.push(...done.blame.map(({ member }) => member));
      }
      giveOut(ceremonies, stick);
      return { did, holds, blame, rejected };
    }, fs);
  }

  /** Takes in what the stick holds, and does nothing. */
  hear(stick: Stick): void {
    this.run((ceremonies) => takeIn(ceremonies, stick));
  }

  /** What a command does that is about one ceremony: the stick comes first, then the work, and it goes out at once. */
  command(
    stick: Stick,
    ceremony: string,
    work: (ceremonies: Ceremonies, held: Held, moment: Moment) => void,
    fs?: FileSystem,
  ): void {
    this.run((ceremonies) => {
      takeIn(ceremonies, stick);
      work(ceremonies, ceremonies.get(ceremony), { now, tool });
      giveOut(ceremonies, stick);
    }, fs);
  }

  /** `next --refuse`. */
  refuse(stick: Stick, ceremony: string, reason = 'no'): void {
    this.command(stick, ceremony, (ceremonies, held, moment) => {
      refuse(ceremonies, held, moment, reason);
    });
  }

  /** A run (a visit, if nothing is said) during which the power goes, or true if it got through. `kept` is what the disk has afterwards. */
  cut(
    stick: Stick,
    plan: FaultPlan,
    kept: 'nothing' | 'names' = 'nothing',
    work: (fs: FileSystem) => unknown = (fs) => this.visit(stick, fs),
  ): boolean {
    try {
      work(faultyFileSystem({ ...this.memory }, plan));
      return true;
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
      this.memory.crash(kept);
      return false;
    }
  }

  /** How many operations of a run change the disk. */
  operations(stick: Stick, work: (fs: FileSystem) => unknown = (fs) => this.visit(stick, fs)): number {
    const fs = faultyFileSystem({ ...this.memory });
    work(fs);
    return fs.operations.length;
  }

  propose(stick: Stick, wish: Partial<Wish> & Pick<Wish, 'kind' | 'members' | 'threshold'>): string {
    return this.run((ceremonies) => {
      const plan = planOf(ceremonies, { ...usual, ...wish }, now, tool);
      const draft = draftProposal(ceremonies, plan, now, true);
      beginCeremony(ceremonies, draft, draft.content, 'the phrase', now, true);
      for (const id of ceremonies.ids()) perform(ceremonies, id, { now, tool });
      giveOut(ceremonies, stick);
      return plan.ceremony;
    });
  }

  /** Says something that its vault knows nothing of: so would a liar, and so would a newer copy of the same vault. */
  lie(stick: Stick, ceremony: string, kind: KindName, body: object): void {
    this.run((ceremonies) => {
      const { plan, record, view } = ceremonies.get(ceremony);
      const { signing } = ceremonies.vault.state;
      const { id, rehearsal } = plan;
      const attempt = view.current.attempt.id;
      const header = { kind, ceremony: id, attempt, author: signing.public, at: now + 1, attended: true, rehearsal };
      const file = sealPacket(id, record.key, writePacket(header, body as Cbor, signing.secret), this.#random);
      stick.set(nameOf(file), file);
    });
  }

  /** Everything on the disk, to come back to. */
  copy(): Map<string, Uint8Array> {
    return this.memory.files();
  }

  restore(files: ReadonlyMap<string, Uint8Array>): void {
    for (const path of this.memory.files().keys()) {
      this.memory.remove(path);
      this.memory.syncDirectory(parentPath(path));
    }
    for (const [path, bytes] of files) this.memory.put(path, bytes, 0o600);
  }

  #host(fs: FileSystem) {
    const pid = 100 + ++this.#runs;
    const processes = {
      pid,
      boot: () => 'b007',
      started: (asked: number) => (asked === pid ? '1' : null),
      pause: () => {},
      onExit: () => () => {},
    };
    return { fs, random: this.#random, kdf: hashing, processes };
  }
}

const usual: Wish = {
  kind: 'genesis',
  keyset: 'treasury',
  members: [],
  threshold: 2,
  keys: [],
  dealers: null,
  approvers: [],
  approvals: null,
  observers: [],
  backup: 'none',
  copies: 0,
  destroy: 'when-proven',
  belowQuorum: null,
  reason: 'a test',
  because: 'policy',
  ticket: null,
  insteadOf: null,
  beacon: null,
  expiresIn: 86_400,
};

export function takeIn(ceremonies: Ceremonies, stick: Stick): ProblemCode[] {
  const rejected: ProblemCode[] = [];
  const files = [...stick.values()];
  for (const file of [
    ...files.filter((one) => ceremonyOf(one) === null),
    ...files.filter((one) => ceremonyOf(one) !== null),
  ]) {
    try {
      const ceremony = ceremonyOf(file);
      const wrapped = ceremony === null ? unwrapProposal(file) : null;
      if (ceremony !== null) ceremonies.merge(ceremony, file);
      else if (wrapped !== null) {
        const { ceremonyKey, packet } = splitProposal(wrapped.ageFile);
        ceremonies.open(file, ceremonyKey, packet, () => 'the phrase');
      }
    } catch (error) {
      if (!(error instanceof Problem) || (error.code.startsWith('VAULT_') && error.code !== 'VAULT_ROLLED_BACK'))
        throw error;
      rejected.push(error.code);
    }
  }
  ceremonies.settle();
  return rejected;
}

function giveOut(ceremonies: Ceremonies, stick: Stick): void {
  for (const id of ceremonies.ids()) {
    for (const { bytes } of ceremonies.vault.kept(id).files) stick.set(nameOf(bytes), bytes);
  }
}

/** Machines that have each other's cards. */
export function machines<N extends string>(seed: string, ...names: N[]): Record<N, Machine> {
  const all = names.map((name) => new Machine(name, seed));
  const cards = all.map((machine) => myCard(machine.state));
  for (const machine of all) {
    machine.run(({ vault }) =>
      vault.commit((state) => cards.reduce((before, card) => withCard(before, card).state, state)),
    );
  }
  return Object.fromEntries(all.map((machine) => [machine.name, machine])) as Record<N, Machine>;
}

/** Carries the stick from machine to machine until nobody does anything any more. */
export function walk(all: readonly Machine[], stick: Stick): void {
  for (let idle = 0; idle < all.length; ) {
    for (const machine of all) idle = machine.visit(stick).did.length > 0 ? 0 : idle + 1;
  }
}

export function slotsOf(machine: Machine): Slot[] {
  return machine.state.keysets.flatMap(({ slots }) => slots);
}

/** The keys that the shares on these machines interpolate to, for the newest committee of which enough are here. */
export function usableEpochs(all: readonly Machine[]): number[] {
  const epochs = new Map<
    string,
    { epoch: number; threshold: number; publicKey: string; shares: Map<number, Uint8Array> }
  >();
  for (const machine of all) {
    machine.run(({ vault }) => {
      for (const slot of vault.state.keysets.flatMap(({ slots }) => slots)) {
        const { threshold, keys } = readDescriptor(slot.descriptor);
        const key = toHex(slot.attempt);
        const found = epochs.get(key) ?? {
          epoch: slot.epoch,
          threshold,
          publicKey: toHex(keys[0]?.publicKey as Uint8Array),
          shares: new Map(),
        };
        found.shares.set(slot.index, vault.readShare(slot)[0] as Uint8Array);
        epochs.set(key, found);
      }
    });
  }
  const { group } = suite('ristretto255');
  return [...epochs.values()].flatMap(({ epoch, threshold, publicKey, shares }) => {
    if (shares.size < threshold) return [];
    const some = [...shares].slice(0, threshold).map(([index, share]) => ({ index, value: group.decodeScalar(share) }));
    const made = toHex(group.encodePoint(group.multiplyBase(interpolateAtZero(group, some))));
    return made === publicKey ? [epoch] : [];
  });
}

/** Machines whose first three hold a key two of three, and the stick that saw it made. */
export function founded<N extends string>(seed: string, ...names: N[]): { of: Record<N, Machine>; stick: Stick } {
  const of = machines(seed, ...names);
  const members = names.slice(0, 3);
  const stick: Stick = new Map();
  of[members[0] as N].propose(stick, { kind: 'genesis', members, threshold: 2, keys: ristretto });
  walk(
    members.map((name) => of[name]),
    stick,
  );
  return { of, stick };
}

/** Worlds to come back to: each call puts every disk back as it was, and gives out the stick as it was. */
export function comeBack(all: readonly Machine[], stick: Stick): () => Stick {
  const disks = all.map((machine) => machine.copy());
  const carried = new Map(stick);
  return () => {
    all.forEach((machine, at) => {
      machine.restore(disks[at] as Map<string, Uint8Array>);
    });
    return new Map(carried);
  };
}
