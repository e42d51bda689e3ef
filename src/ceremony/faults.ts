import type { ProblemCode } from '../problem.ts';

/** Something that a named member did and that anyone can check: the packet is the evidence. */
export interface Fault {
  readonly member: string;
  readonly identity: string;
  readonly fault: ProblemCode;
  readonly packet: string;
  readonly detail: string;
  /** Where one packet alone does not show it: all that do. */
  readonly evidence?: readonly string[];
}

/** Two statements by one author of which only one can be honest. Both are kept; the author is named. */
export interface Contradiction {
  readonly member: string;
  readonly identity: string;
  readonly slot: string;
  readonly packets: readonly [string, string];
  /** A contradiction in a note is only shown; any other stops this machine until its operator has decided. */
  readonly grave: boolean;
}
