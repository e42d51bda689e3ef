import { Problem, type ProblemCode } from '../problem.ts';

/** What a script may rely on. */
export const exits = {
  /** The visit did its work, or there is nothing left to do. */
  done: 0,
  /** Anything unforeseen. */
  unforeseen: 1,
  /** Usage, or an answer is missing and there is no terminal to ask on. */
  usage: 2,
  /** Nothing can be done here yet: others are waited for, also when packets were merged. For `due`: something is due. */
  waiting: 3,
  /** A check failed: a fault is proven, or a verification did not pass. */
  failed: 4,
  /** A backup that is stale or revoked. */
  stale: 5,
  /** Refused by policy or by the operator. */
  refused: 6,
  /** The vault or a backup is locked, or the passphrase is wrong. */
  locked: 7,
  /** The vault is damaged. */
  damaged: 8,
  /** Interrupted. */
  interrupted: 130,
} as const;

export type Exit = (typeof exits)[keyof typeof exits];

/** Those that one ceremony of a visit can end with. */
export type VisitExit = 0 | 3 | 4 | 5 | 6 | 7 | 8;

/** A code that is not listed is a check that failed. */
const exitOf: Partial<Record<ProblemCode, Exit>> = {
  ANSWER_MISSING: exits.usage,
  USAGE: exits.usage,
  INTERRUPTED: exits.interrupted,
  UNFORESEEN: exits.unforeseen,
  VAULT_MISSING: exits.usage,
  VAULT_PASSPHRASE: exits.usage,
  VAULT_LOCKED: exits.locked,
  VAULT_BUSY: exits.locked,
  VAULT_DAMAGED: exits.damaged,
  VAULT_PARAMETERS: exits.damaged,
  VAULT_REHEARSAL: exits.refused,
  VAULT_NEWER: exits.unforeseen,
  VAULT_FULL: exits.unforeseen,
  VAULT_READ_ONLY: exits.unforeseen,
  VAULT_DENIED: exits.unforeseen,
  VAULT_FAILING: exits.unforeseen,
  VAULT_FILES: exits.unforeseen,
  STICK_MISSING: exits.usage,
  STICK_INSIDE: exits.usage,
  STICK_NAME: exits.usage,
  STICK_GONE: exits.unforeseen,
  STICK_FULL: exits.unforeseen,
  STICK_READ_ONLY: exits.unforeseen,
  STICK_DENIED: exits.unforeseen,
  STICK_BLOCKED: exits.unforeseen,
};

export function exitFor(code: ProblemCode): Exit {
  return exitOf[code] ?? exits.failed;
}

const gravest: readonly VisitExit[] = [
  exits.damaged,
  exits.locked,
  exits.failed,
  exits.stale,
  exits.refused,
  exits.waiting,
];

/** One status for a visit with several ceremonies. */
export function worst(statuses: readonly VisitExit[]): VisitExit {
  return gravest.find((status) => statuses.includes(status)) ?? exits.done;
}

/** Whatever was thrown, as something that a person can read: never a stack trace. */
export function toProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new Problem('UNFORESEEN', message, 'this is a bug: please report it with the command that you ran', true);
}
