import { Problem, type ProblemCode } from '../problem.ts';

/** What a script may rely on; `exitWords` says what each means. */
export const exits = {
  done: 0,
  unforeseen: 1,
  usage: 2,
  waiting: 3,
  failed: 4,
  stale: 5,
  refused: 6,
  locked: 7,
  damaged: 8,
  interrupted: 130,
} as const;

/** docs/errors.md is generated from here, too. */
export const exitWords: Readonly<Record<keyof typeof exits, string>> = {
  done: 'the visit did its work, or there is nothing left to do',
  unforeseen: 'anything unforeseen, and trouble with a disk or a stick',
  usage: 'usage, or an answer is missing and there is no terminal to ask on',
  waiting:
    'nothing can be done here yet: others are waited for, also when packets were merged. of due: something is due',
  failed: 'a check failed: a fault is proven, or a verification did not pass',
  stale: 'a backup or a vault that is stale or revoked',
  refused: 'refused by policy or by the operator',
  locked: 'the vault or a backup is locked, or the passphrase is wrong',
  damaged: 'the vault is damaged',
  interrupted: 'interrupted',
};

export type Exit = (typeof exits)[keyof typeof exits];

/** Those that one ceremony of a visit can end with. */
export type VisitExit = 0 | 3 | 4 | 5 | 6 | 7 | 8;

/**
 * One status for each code, and no code without one: a new code does not compile before it is here. A visit asks this
 * table too, for what keeps a ceremony on hold (visit.ts).
 */
const exitOf: Readonly<Record<ProblemCode, Exit>> = {
  CBOR_MALFORMED: exits.failed,
  SCHEMA: exits.failed,
  CODE_TOO_LARGE: exits.usage,
  FILE_TOO_LARGE: exits.usage,
  FRAME_FOREIGN: exits.failed,
  FRAME_DAMAGED: exits.failed,
  FRAME_INVALID: exits.failed,
  STREAM_SPOILED: exits.failed,
  POINT_INVALID: exits.failed,
  SCALAR_INVALID: exits.failed,
  COMMITMENTS_LENGTH: exits.failed,
  INDEX_INVALID: exits.failed,
  PROOF_INVALID: exits.failed,
  BOX_UNREADABLE: exits.failed,
  SHARE_MISMATCH: exits.failed,
  SIGNATURE_INVALID: exits.failed,
  CARD_INVALID: exits.failed,
  DESCRIPTOR_INVALID: exits.failed,
  SUCCESSION_INVALID: exits.failed,
  PLAN_INVALID: exits.failed,
  PACKET_FOREIGN: exits.failed,
  PACKET_DAMAGED: exits.failed,
  PACKET_FLOOD: exits.failed,
  AUTHOR_UNKNOWN: exits.failed,
  KIND_UNKNOWN: exits.failed,
  CEREMONY_UNKNOWN: exits.usage,
  PLAN_WITHOUT_ME: exits.failed,
  POLICY_BROKEN: exits.refused,
  PLAN_STALE: exits.failed,
  PLAN_EXPIRED: exits.refused,
  PIN_MISMATCH: exits.failed,
  PREKEY_TAKEN: exits.refused,
  SHARE_MISSING: exits.failed,
  SHARE_NOT_LOST: exits.failed,
  VAULT_ROLLED_BACK: exits.stale,
  AMENDMENT_DUE: exits.refused,
  AMENDMENT_IMPOSSIBLE: exits.refused,
  REPROVE_REFUSED: exits.refused,
  SALVAGED: exits.refused,
  RELEASE_REFUSED: exits.refused,
  NONCES_GONE: exits.failed,
  VOTE_TAKEN: exits.refused,
  CONSENT_NEEDED: exits.refused,
  CONSENT_WRONG: exits.refused,
  DESTROY_NOT_CONFIRMED: exits.refused,
  BACKUP_REQUIRED: exits.refused,
  CARD_MISSING: exits.usage,
  KEYSET_UNKNOWN: exits.usage,
  KEYSET_UNPROVEN: exits.waiting,
  DEAL_INVALID: exits.failed,
  CONSTANT_MISMATCH: exits.failed,
  BAD_SUBSHARE: exits.failed,
  KEY_CHANGED: exits.failed,
  VOTE_INVALID: exits.failed,
  ACCEPTANCE_INVALID: exits.failed,
  ACTIVATION_INVALID: exits.failed,
  AMENDMENT_INVALID: exits.failed,
  COMPLAINT_FALSE: exits.failed,
  RELEASE_INVALID: exits.failed,
  TURN_INVALID: exits.failed,
  CENSUS_INVALID: exits.failed,
  CONTRADICTION: exits.failed,
  EVIDENCE_INVALID: exits.failed,
  EXPORT_INVALID: exits.failed,
  FAULT_UNPROVEN: exits.usage,
  VAULT_THERE: exits.usage,
  VAULT_MISSING: exits.usage,
  VAULT_LOCKED: exits.locked,
  VAULT_DAMAGED: exits.damaged,
  VAULT_NEWER: exits.unforeseen,
  VAULT_REHEARSAL: exits.refused,
  VAULT_PARAMETERS: exits.damaged,
  VAULT_PASSPHRASE: exits.usage,
  VAULT_BUSY: exits.locked,
  VAULT_FULL: exits.unforeseen,
  VAULT_READ_ONLY: exits.unforeseen,
  VAULT_DENIED: exits.unforeseen,
  VAULT_FAILING: exits.unforeseen,
  VAULT_FILES: exits.unforeseen,
  PURGE_REFUSED: exits.refused,
  BACKUP_DAMAGED: exits.failed,
  BACKUP_STALE: exits.stale,
  BACKUP_NEWER: exits.failed,
  BACKUP_FOREIGN: exits.failed,
  BACKUP_LOCKED: exits.locked,
  BACKUP_PLACE: exits.usage,
  BACKUP_LINES: exits.usage,
  EXCHANGE_INVALID: exits.failed,
  STICK_MISSING: exits.usage,
  STICK_INSIDE: exits.usage,
  STICK_GONE: exits.unforeseen,
  STICK_FULL: exits.unforeseen,
  STICK_READ_ONLY: exits.unforeseen,
  STICK_DENIED: exits.unforeseen,
  STICK_BLOCKED: exits.unforeseen,
  STICK_NAME: exits.usage,
  IMAGE_UNREADABLE: exits.failed,
  CAMERA_FAILED: exits.unforeseen,
  PARCEL_INVALID: exits.failed,
  SCAN_INCOMPLETE: exits.failed,
  SCAN_TOO_MANY: exits.failed,
  SCENARIO_INVALID: exits.usage,
  REHEARSAL_STUCK: exits.failed,
  MACHINE_UNSAFE: exits.refused,
  PIN_INVALID: exits.usage,
  SENTENCE_WRONG: exits.refused,
  OUTPUT_THERE: exits.usage,
  OUTPUT_FAILED: exits.unforeseen,
  REFUSED: exits.refused,
  USAGE: exits.usage,
  ANSWER_MISSING: exits.usage,
  INTERRUPTED: exits.interrupted,
  UNFORESEEN: exits.unforeseen,
};

export function exitFor(code: ProblemCode): Exit {
  return exitOf[code];
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
