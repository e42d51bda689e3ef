/**
 * Every refusal of the program, in one table: the code is stable, the text says what it means in general.
 * docs/errors.md is generated from here.
 */
export const problems = {
  // bytes
  CBOR_MALFORMED: 'the bytes are not one deterministic CBOR item within the bounds',
  SCHEMA: 'well-formed CBOR that does not fit the schema of what it claims to be',
  FILE_TOO_LARGE: 'a file that is empty, or too large to be shown as QR codes of that size',
  FRAME_FOREIGN: 'a QR code that is none of this program',
  FRAME_DAMAGED: 'a frame, or a line of a scanner that types, that is not what was sent',
  FRAME_INVALID: 'a frame of another version, or with sizes that cannot be',
  // crypto
  POINT_INVALID: 'a curve point is not canonical, off the curve, outside the prime-order group, or the identity',
  SCALAR_INVALID: 'a scalar is not below the group order, or zero where zero is forbidden',
  COMMITMENTS_LENGTH: 'a commitment list is empty or not exactly as long as the threshold',
  INDEX_INVALID: 'an index is zero, repeats, or is not one of the plan',
  PROOF_INVALID: 'a zero-knowledge proof does not verify',
  BOX_UNREADABLE: 'a sealed box does not open, or holds something malformed',
  SHARE_MISMATCH: 'a share does not match the commitments',
  SIGNATURE_INVALID: 'a signature does not verify',
  // ceremony: what arrives and is refused
  CARD_INVALID: 'not an identity card, or one whose facts do not hold together',
  DESCRIPTOR_INVALID: 'a descriptor whose facts do not hold together',
  SUCCESSION_INVALID: 'a link of the succession that the key itself did not sign',
  PLAN_INVALID: 'a plan that no member may follow',
  PACKET_FOREIGN: 'a packet of another ceremony, another plan or another world (rehearsal and real)',
  PACKET_DAMAGED: 'a file that does not open under the key of its ceremony',
  AUTHOR_UNKNOWN: 'the author has no part in the plan, or none in which to say this',
  KIND_UNKNOWN: 'a kind of packet that this version does not know',
  CEREMONY_UNKNOWN: 'a ceremony that this vault has no proposal of',
  CODE_TOO_LARGE: 'more bytes than one QR code holds',
  STREAM_SPOILED: 'frames that claim to be of one file, and are not',
  PACKET_FLOOD: 'more packets of one author than can be of use',
  PLAN_WITHOUT_ME: 'the plan does not name this machine, or names it with a key that is not its own',
  // ceremony: what this machine does not go on with by itself
  POLICY_BROKEN: 'a plan that does what the policy of its keyset does not allow',
  PLAN_STALE: 'the plan starts from an epoch that this vault knows to be over',
  PLAN_EXPIRED: 'the plan is past its date for a first consent',
  PIN_MISMATCH: 'the keys of the plan are not those that were pinned on this machine',
  PREKEY_TAKEN: 'the one-time key that the plan names for this machine is used up or serves another attempt',
  SHARE_MISSING: 'a share that the plan counts on is not in this vault',
  SHARE_NOT_LOST: 'the plan declares the share of this machine lost, and it is not',
  VAULT_ROLLED_BACK: 'this vault is an old copy of itself and acts no more for that epoch',
  AMENDMENT_DUE: 'an attempt is dead, and its proposer may go on with other dealers',
  AMENDMENT_IMPOSSIBLE: 'an attempt that cannot be given to other dealers',
  REPROVE_REFUSED: 'a later turn that cannot be called for from this machine, or not yet',
  SALVAGED: 'an attempt that was given up by an override, here or by enough others, and that is proven all the same',
  RELEASE_REFUSED: 'an attempt that this machine cannot give up, or not yet',
  NONCES_GONE: 'a turn whose nonces this vault does not hold any more is never signed by it',
  VOTE_TAKEN: 'this machine endorsed another attempt over the same parent, which is not proven dead',
  CONSENT_NEEDED: 'the operator of this machine has not consented to the plan yet',
  CONSENT_WRONG: 'the phrase that was given is not the phrase of this plan',
  DESTROY_NOT_CONFIRMED: 'the plan asks before an old share is destroyed, and nobody confirmed it',
  BACKUP_REQUIRED: 'the plan requires a recorded backup of the new share before the old one goes',
  CARD_MISSING: 'somebody is to take part whose card is not on the roster',
  KEYSET_UNKNOWN: 'a keyset that this vault does not hold',
  KEYSET_UNPROVEN: 'a keyset whose first ceremony is not finished',
  // ceremony: faults, which name their author
  DEAL_INVALID: 'a deal of the wrong shape, or dealt without the required approvals',
  CONSTANT_MISMATCH: 'a dealer deals something other than its own share',
  BAD_SUBSHARE: 'a box that this machine opened holds something else than the dealer committed to',
  KEY_CHANGED: 'the deals together would change the public key',
  VOTE_INVALID: 'an endorsement without proof that all earlier ones of its author are dead',
  ACCEPTANCE_INVALID: 'an acceptance of the wrong shape, or over something other than it names',
  ACTIVATION_INVALID: 'an activation of the wrong shape',
  AMENDMENT_INVALID: 'an amendment that no member may follow',
  COMPLAINT_FALSE: 'a complaint about a box that is good, or without proof',
  RELEASE_INVALID: 'a release that names something other than it has to',
  TURN_INVALID: 'a commitment or a signature of a turn of the wrong shape, or of another turn than was called for',
  CENSUS_INVALID: 'a report to a census of the wrong shape',
  CONTRADICTION: 'two signed statements of one author of which only one can be honest',
  EVIDENCE_INVALID: 'a file of evidence that is damaged, or that does not prove what it claims',
  EXPORT_INVALID: 'an export that is damaged, cut short, or not in the one form that exports have',
  FAULT_UNPROVEN: 'nothing that this vault holds proves a fault of that member',
  // vault
  VAULT_THERE: 'there is a vault already where a new one was to be made',
  VAULT_MISSING: 'there is no vault where one was expected',
  VAULT_LOCKED: 'the passphrase does not open the vault',
  VAULT_DAMAGED: 'a file of the vault is not what was written',
  VAULT_NEWER: 'the vault was written by another version of the program',
  VAULT_REHEARSAL: "a rehearsal's vault was met where a real one is needed, or the other way round",
  VAULT_PARAMETERS: 'the passphrase function of the vault is weaker than the floor or dearer than the ceiling',
  VAULT_PASSPHRASE: 'a new passphrase is empty',
  VAULT_BUSY: 'another process works with the vault',
  VAULT_FULL: 'the disk of the vault is full',
  VAULT_READ_ONLY: 'the disk of the vault is mounted read-only',
  VAULT_DENIED: 'the operating system does not let this user at a file of the vault',
  VAULT_FAILING: 'the disk of the vault does not read or write',
  VAULT_FILES: 'something stands in the way of a file of the vault',
  PURGE_REFUSED: 'a share that is to be destroyed is in use, or may be the last one that is of use',
  // backups
  BACKUP_DAMAGED: 'a backup is not what was written, or is none',
  BACKUP_STALE: 'a backup of an epoch that is over: its share signs nothing any more',
  BACKUP_NEWER: 'a backup of an epoch that this vault has not seen proven',
  BACKUP_FOREIGN: 'a backup of another keyset, another member or another committee',
  BACKUP_LOCKED: 'the passphrase or the identity that was given does not open the backup',
  BACKUP_PLACE: 'a backup cannot go where it was asked for',
  BACKUP_LINES: 'lines of a backup on paper that are missing, or not as they are printed',
  // exchange
  EXCHANGE_INVALID: 'a share file of another system that is not what it claims to be',
  // courier
  STICK_MISSING: 'there is no folder where the stick was said to be',
  STICK_INSIDE: 'the folder conclave of a stick was named instead of the stick itself',
  STICK_GONE: 'the stick was pulled out, or does not read or write any more',
  STICK_FULL: 'the stick is full',
  STICK_READ_ONLY: 'the stick is write-protected or mounted read-only',
  STICK_DENIED: 'the operating system does not let this user at a file of the stick',
  STICK_BLOCKED: 'something on the stick stands where a file or folder of the ceremony belongs',
  STICK_NAME: 'a name that cannot be a file name on every stick',
  // QR codes
  IMAGE_UNREADABLE: 'a picture that is no PNG or JPEG file, is damaged, or is larger than any photograph',
  CAMERA_FAILED: 'no pictures come from a video or a camera',
  PARCEL_INVALID: 'a parcel of packets, or a list of what a machine has, that is not what it claims to be',
  SCAN_INCOMPLETE: 'what was scanned does not make a whole file',
  SCAN_TOO_MANY: 'pictures that hold more files than anybody would bring at once',
  // rehearsal
  SCENARIO_INVALID: 'a scenario that cannot be read, or that names somebody who is not there',
  REHEARSAL_STUCK: 'the people of a rehearsal do not know how to go on',
  // cli
  MACHINE_UNSAFE: 'the program was started so that other code, or a debugger, sees what it does',
  PIN_INVALID: 'what was to be pinned or looked for is neither a public key nor an address that is known here',
  SENTENCE_WRONG: 'the sentence that was typed is not the one that was asked for',
  OUTPUT_THERE: 'a file that was to be written is there already, and is never overwritten',
  OUTPUT_FAILED: 'a file cannot be written where it was asked for',
  REFUSED: 'the operator, or a rule, said no',
  USAGE: 'the command line does not say what it has to, or says two things that exclude each other',
  ANSWER_MISSING: 'a question has no answer and there is no terminal to ask on',
  INTERRUPTED: 'a person or the system stopped the program at a question',
  UNFORESEEN: 'something failed that the program did not expect: a bug, or a machine in trouble',
} as const;

export type ProblemCode = keyof typeof problems;

/** A refusal that a person reads: what happened and why, what to do next, and whether anything was changed. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly hint: string | undefined;
  readonly changed: boolean;
  constructor(code: ProblemCode, message: string, hint?: string, changed = false) {
    super(message);
    this.name = 'Problem';
    this.code = code;
    this.hint = hint;
    this.changed = changed;
  }
}
