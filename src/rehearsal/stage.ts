import type { FileSystem } from '../media/file-system.ts';
import type { Processes } from '../vault/lock.ts';
import type { Kdf } from '../vault/password.ts';
import type { Runner } from './party.ts';

/** What cli lends a rehearsal: this machine, and the program. */
export interface Stage {
  readonly fs: FileSystem;
  readonly kdf: Kdf;
  readonly processes: Processes;
  readonly random: (length: number) => Uint8Array;
  readonly now: () => number;
  readonly run: Runner;
}

/** What was counted, in the set-up or in what is measured. */
export interface Tally {
  visits: number;
  prompts: number;
  passphrases: number;
  consents: number;
  /** Prompts that were neither for a passphrase nor part of a consent. */
  questions: number;
  commands: number;
}

/** One stop of a stick at a machine, whatever commands ran there. */
export interface Stop {
  readonly part: Part;
  readonly number: number;
  readonly who: string;
  readonly deeds: string[];
  readonly remarks: string[];
  readonly sticks: readonly string[];
  prompts: number;
  in: number;
  out: number;
}

export type Part = 'setup' | 'measured';

export interface Begun {
  readonly part: Part;
  readonly ceremony: string;
  readonly kind: string;
  readonly keyset: string;
}

/** Told as it happens. `to` is whoever the stick goes to from there. */
export type Told =
  | { readonly begins: Part }
  | { readonly stop: Stop; readonly to: string | null }
  | { readonly reads: Reading };

/** What somebody finds on the own board. */
export interface Reading {
  readonly who: string;
  readonly screen: string;
}

/** What people say of what a machine did. */
export const deeds: Readonly<Record<string, string>> = {
  approve: 'approved',
  deal: 'dealt',
  endorse: 'endorsed',
  accept: 'accepted',
  activate: 'activated and signed',
  close: 'closed',
  drill: 'answered the drill',
  reprove: 'answered the call for a later turn',
  census: 'reported',
};

export function newTally(): Tally {
  return { visits: 0, prompts: 0, passphrases: 0, consents: 0, questions: 0, commands: 0 };
}
