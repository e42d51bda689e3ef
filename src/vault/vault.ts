import { encodeCbor } from '../bytes/cbor.ts';
import { equalBytes, fromHex, toHex } from '../bytes/hex.ts';
import type { Random } from '../bytes/random.ts';
import { nameOf } from '../ceremony/envelope.ts';
import type { Share } from '../ceremony/packets/acceptance.ts';
import { bytes, limits, list, parseCbor } from '../ceremony/schema.ts';
import { openBytes, sealBytes } from '../crypto/aead.ts';
import { makeDirectoryDurably, removeDurably, writeDurably } from '../media/durable-file.ts';
import { FileError, type FileSystem, joinPath, parentPath } from '../media/file-system.ts';
import { Problem } from '../problem.ts';
import { withVaultFiles } from './file-problem.ts';
import { type Processes, takeLock, type VaultLock } from './lock.ts';
import type { Kdf } from './password.ts';
import {
  binding,
  changePassphrase,
  createHeader,
  dataKeyLength,
  type Header,
  openHeader,
  openState,
  readHeader,
  sealState,
} from './sealed-file.ts';
import { decodeState, encodeState, type Slot, type VaultState } from './state.ts';

/** The platform below a vault, handed in so that tests can cut the power anywhere. */
export interface VaultHost {
  readonly fs: FileSystem;
  readonly random: Random;
  readonly kdf: Kdf;
  readonly processes: Processes;
}

const headerFile = 'vault';
const stateFile = 'state';
const packetsFolder = 'packets';
const openedFile = 'proposal.opened';
const sharesFolder = 'shares';

/**
 * A member's machine at rest. `commit` replaces the whole state in one atomic step; everything else on the disk is
 * either a sealed packet, which anybody may have, or a sealed share, which is nothing without its key in the state.
 */
export class Vault {
  readonly home: string;
  readonly host: VaultHost;
  #state: VaultState;
  readonly #header: Header;
  readonly #dataKey: Uint8Array;
  readonly #lock: VaultLock;
  /** Set while it is unknown which of two states the disk has: whoever went on from here might say one thing twice. */
  #unsure = false;
  #touched = false;

  private constructor(
    home: string,
    host: VaultHost,
    header: Header,
    dataKey: Uint8Array,
    state: VaultState,
    lock: VaultLock,
  ) {
    this.home = home;
    this.host = host;
    this.#header = header;
    this.#dataKey = dataKey;
    this.#state = state;
    this.#lock = lock;
  }

  static exists(home: string, fs: FileSystem): boolean {
    // shares or packets without the header are a damaged vault, and nobody is to make a new one over them
    const signs = [headerFile, sharesFolder, packetsFolder];
    return withVaultFiles('looking for the vault', () =>
      signs.some((name) => fs.kind(joinPath(home, name)) !== 'absent'),
    );
  }

  /** Whether a vault belongs to a rehearsal: readable without the passphrase. */
  static isRehearsal(home: string, fs: FileSystem): boolean {
    return readHeader(readVaultFile(fs, home, headerFile)).rehearsal;
  }

  /** A new vault around this first state. The header goes last: a vault is there once it is whole. */
  static create(home: string, host: VaultHost, passphrase: string, state: VaultState): Vault {
    return withVaultFiles('making the vault', () => {
      const { fs } = host;
      makeHome(fs, home);
      const lock = takeLock(fs, home, host.processes);
      try {
        if (Vault.exists(home, fs)) {
          throw new Problem('VAULT_THERE', `there is a vault in ${home} already`, 'name another home with --home');
        }
        const dataKey = host.random(dataKeyLength);
        const file = createHeader(passphrase, dataKey, state.rehearsal, host.random, host.kdf);
        const header = readHeader(file);
        const vault = new Vault(home, host, header, dataKey, state, lock);
        vault.#writeState(state);
        writeDurably(fs, joinPath(home, headerFile), file);
        return vault;
      } catch (error) {
        lock.release();
        throw error;
      }
    });
  }

  static open(home: string, host: VaultHost, passphrase: string): Vault {
    return withVaultFiles('opening the vault', () => {
      const { fs } = host;
      if (!Vault.exists(home, fs)) {
        throw new Problem('VAULT_MISSING', `there is no vault in ${home}`, 'make one with conclave init --name NAME');
      }
      const lock = takeLock(fs, home, host.processes);
      try {
        const file = readVaultFile(fs, home, headerFile);
        const header = readHeader(file);
        const dataKey = openHeader(file, passphrase, header.rehearsal, host.kdf);
        const state = decodeOrDamaged(openState(dataKey, readVaultFile(fs, home, stateFile), binding(header)));
        if (state.rehearsal !== header.rehearsal) {
          throw new Problem('VAULT_DAMAGED', 'the vault is damaged: its two files are of different worlds');
        }
        const vault = new Vault(home, host, header, dataKey, state, lock);
        vault.#settle();
        return vault;
      } catch (error) {
        lock.release();
        throw error;
      }
    });
  }

  get state(): VaultState {
    return this.#state;
  }

  /** Whether anything was decided or kept since this was opened: what a refusal that comes later has to say. */
  get touched(): boolean {
    return this.#touched;
  }

  /** The one atomic step. When it returns the change is on the disk; when it throws, nothing has changed unless it says so. */
  commit(change: (state: VaultState) => VaultState): void {
    withVaultFiles('writing the vault', () => {
      this.#settle(); // only then may this step forget what the last one left to do
      const changed = change({ ...this.#state, outbox: [], trash: [] });
      const next = { ...changed, trash: goneFrom(this.#state, changed) };
      if (this.#unsure) throw new Problem('VAULT_FAILING', 'an earlier write of the vault failed', 'run it again');
      this.#unsure = true;
      this.#writeState(next);
      this.#state = next;
      this.#unsure = false;
      this.#touched = true;
      try {
        this.#settle();
      } catch (error) {
        if (!(error instanceof FileError)) throw error;
        throw new FileError(error.errno, error.operation, error.path, true); // decided and durable; laid down next time
      }
    });
  }

  close(): void {
    this.#dataKey.fill(0);
    this.#lock.release();
  }

  changePassphrase(passphrase: string, next: string): void {
    withVaultFiles('changing the passphrase', () => {
      const { fs, random, kdf } = this.host;
      const file = readVaultFile(fs, this.home, headerFile);
      const changed = changePassphrase(file, passphrase, next, this.#state.rehearsal, random, kdf);
      writeDurably(fs, joinPath(this.home, headerFile), changed);
    });
  }

  /** Keeps a packet file of anybody, byte for byte. The caller has verified it. */
  keep(ceremony: string, file: Uint8Array): void {
    withVaultFiles('keeping a packet', () => {
      if (this.#keep(ceremony, file)) this.#touched = true;
    });
  }

  /** The packet files of a ceremony as they were kept; a damaged one is left out and named. */
  kept(ceremony: string): { files: { name: string; bytes: Uint8Array }[]; damaged: string[] } {
    return withVaultFiles('reading packets', () => {
      const { fs } = this.host;
      const folder = joinPath(this.home, packetsFolder, ceremony);
      const files: { name: string; bytes: Uint8Array }[] = [];
      const damaged: string[] = [];
      if (fs.kind(folder) !== 'directory') return { files, damaged };
      for (const entry of fs.list(folder)) {
        if (entry.kind !== 'file' || !entry.name.endsWith('.packet')) continue;
        const bytes = fs.readFile(joinPath(folder, entry.name), limits.packetBytes);
        const name = nameOf(bytes);
        if (`${name}.packet` === entry.name) files.push({ name, bytes });
        else damaged.push(entry.name);
      }
      return { files, damaged };
    });
  }

  /** The proposal under the ceremony key: opened once with the identity's age key, which is slow and asynchronous. */
  keepOpened(ceremony: string, sealed: Uint8Array): void {
    withVaultFiles('keeping a proposal', () => {
      makeDirectoryDurably(this.host.fs, joinPath(this.home, packetsFolder));
      makeDirectoryDurably(this.host.fs, joinPath(this.home, packetsFolder, ceremony));
      writeDurably(this.host.fs, joinPath(this.home, packetsFolder, ceremony, openedFile), sealed);
    });
  }

  keptOpened(ceremony: string): Uint8Array {
    return withVaultFiles('reading a proposal', () =>
      readVaultFile(this.host.fs, this.home, joinPath(packetsFolder, ceremony, openedFile)),
    );
  }

  /** Writes a share under a key of its own, reads it back and opens it: only then may anybody say that it is stored. */
  storeShare(share: Share): { file: Uint8Array; wrappingKey: Uint8Array; readBack: Share } {
    return withVaultFiles('storing the share', () => {
      const { fs, random } = this.host;
      const wrappingKey = random(32);
      const plaintext = encodeCbor([...share]);
      const sealed = sealBytes(wrappingKey, plaintext, binding(this.#header, 'share'), random);
      plaintext.fill(0);
      const name = nameOf(sealed);
      makeDirectoryDurably(fs, joinPath(this.home, sharesFolder));
      writeDurably(fs, this.#sharePath(name), sealed);
      const file = fromHex(name) as Uint8Array;
      return { file, wrappingKey, readBack: this.readShare({ file, wrappingKey }) };
    });
  }

  readShare(slot: Pick<Slot, 'file' | 'wrappingKey'>): Share {
    return withVaultFiles('reading the share', () => {
      const name = toHex(slot.file);
      const { fs } = this.host;
      const sealed =
        fs.kind(this.#sharePath(name)) === 'file' ? fs.readFile(this.#sharePath(name), limits.packetBytes) : null;
      const plaintext = sealed === null ? null : openBytes(slot.wrappingKey, sealed, binding(this.#header, 'share'));
      if (plaintext === null) {
        throw new Problem(
          'VAULT_DAMAGED',
          'the file of a share is missing or damaged',
          'conclave due says which share it is, and how it comes back',
        );
      }
      const share = parseCbor(list(bytes(32), limits.keys, 1), plaintext, 'share');
      plaintext.fill(0);
      return share;
    });
  }

  #sharePath(name: string): string {
    return joinPath(this.home, sharesFolder, `${name}.share`);
  }

  #writeState(state: VaultState): void {
    const encoded = encodeState(state);
    readableAgain(encoded);
    const sealed = sealState(this.#dataKey, encoded, binding(this.#header), this.host.random);
    encoded.fill(0);
    writeDurably(this.host.fs, joinPath(this.home, stateFile), sealed);
  }

  #keep(ceremony: string, file: Uint8Array): boolean {
    const { fs } = this.host;
    const folder = joinPath(this.home, packetsFolder, ceremony);
    const path = joinPath(folder, `${nameOf(file)}.packet`);
    if (fs.kind(path) === 'file' && equalBytes(fs.readFile(path, limits.packetBytes), file)) return false;
    makeDirectoryDurably(fs, joinPath(this.home, packetsFolder));
    makeDirectoryDurably(fs, folder);
    writeDurably(fs, path, file);
    return true;
  }

  #layDown(): void {
    for (const { ceremony, file } of this.#state.outbox) this.#keep(toHex(ceremony), file);
  }

  /**
   * Finishes what a commit decided: lays down my own packets, and removes share files whose keys are gone. Runs
   * again at every opening, so a crash in between loses nothing.
   */
  #settle(): void {
    this.#layDown();
    // only what a step decided: a state that was restored from an old copy must not take newer shares with it
    for (const file of this.#state.trash) {
      const path = this.#sharePath(toHex(file));
      if (this.host.fs.kind(path) !== 'absent') removeDurably(this.host.fs, path);
    }
  }
}

/** Files of shares that one state knows and the next does not: their keys go with the step between the two. */
function goneFrom(before: VaultState, after: VaultState): Uint8Array[] {
  const files = (state: VaultState): Uint8Array[] =>
    state.keysets.flatMap(({ slots, apart }) => [...slots, ...apart].map(({ file }) => file));
  const kept = new Set(files(after).map(toHex));
  return files(before).filter((file) => !kept.has(toHex(file)));
}

function makeHome(fs: FileSystem, home: string): void {
  const missing: string[] = [];
  let path = home;
  while (fs.kind(path) === 'absent') {
    missing.unshift(path);
    const parent = parentPath(path);
    if (parent === path) break;
    path = parent;
  }
  for (const folder of missing) makeDirectoryDurably(fs, folder);
  makeDirectoryDurably(fs, home);
}

function readVaultFile(fs: FileSystem, home: string, name: string): Uint8Array {
  const path = joinPath(home, name);
  if (fs.kind(path) !== 'file') {
    throw new Problem(
      'VAULT_DAMAGED',
      `the vault's file ${name} is missing`,
      'copy the folder away as it is, and restore from a backup',
    );
  }
  return fs.readFile(path);
}

/** A list that outgrew its bound would lock its owner out for ever: such a state is not written. */
function readableAgain(encoded: Uint8Array): void {
  try {
    decodeState(encoded);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw new Problem(
      'VAULT_FULL',
      `the vault would not be readable after this (${error.message}), so nothing was written`,
      'make a new vault for what comes next, and report this',
    );
  }
}

function decodeOrDamaged(encoded: Uint8Array): VaultState {
  try {
    return decodeState(encoded);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw new Problem(
      'VAULT_NEWER',
      'the vault holds something that this version does not know',
      'use the version that wrote it',
    );
  } finally {
    encoded.fill(0);
  }
}
