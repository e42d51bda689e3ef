import * as v from 'valibot';
import { armored, unarmored } from '../bytes/armor.ts';
import { encodeCbor } from '../bytes/cbor.ts';
import { equalBytes, toHex } from '../bytes/hex.ts';
import { escapeText } from '../bytes/printable.ts';
import { fileHash } from '../bytes/tagged-hash.ts';
import { edwards25519 } from '../crypto/group.ts';
import { Problem } from '../problem.ts';
import type { Descriptor } from './descriptor.ts';
import * as is from './schema.ts';
import { openSigned, signatureHolds, signPayload } from './signed.ts';
import { type Link, type LinkFacts, linkSchema, readLink } from './succession.ts';

/**
 * A backup of one share, as one file of text: lines for whoever finds it, a header that its member signed, the link that
 * proves its committee, and the share in an age file that plain `age` opens. What it holds beside the share anybody may
 * read; nonces, prekeys, votes, the identity and shares of other epochs are not in it.
 */

const magic = 'conclave backup v1';
const headerName = 'CONCLAVE BACKUP HEADER';
const linkName = 'CONCLAVE BACKUP LINK';
const ageName = 'AGE ENCRYPTED FILE';

/** A link of 10,000 keys and the same number of shares, in base64. */
export const mostBackupBytes = 64 * 1024 * 1024;

const headerSchema = v.strictObject({
  v: v.literal(1),
  /** Its number in the register of whoever made it. */
  id: is.label,
  keyset: is.hash,
  keys: is.hash,
  /** What its member calls the keyset, and whoever finds the file should. */
  name: is.name,
  epoch: is.count,
  /** The committee: hash of its descriptor. */
  descriptor: is.hash,
  member: is.name,
  index: is.index,
  /** Whose share it is: the identity that signed this header, and whose name stands at this index. */
  identity: is.bytes(32),
  at: is.time,
  label: v.pipe(is.prose, v.maxLength(200)),
  /** What opens it: a passphrase where no recipients are named. */
  recipients: is.list(v.pipe(v.string(), v.regex(/^age1[02-9ac-hj-np-z]{58}$/, 'not an age recipient')), 16),
  rehearsal: v.boolean(),
  /** Of the age file. */
  sealed: is.hash,
});

type HeaderFacts = v.InferOutput<typeof headerSchema>;
export type BackupHeader = Omit<HeaderFacts, 'v'>;

export interface Backup {
  readonly header: BackupHeader;
  /** The committee that the share belongs to, proven by its own keys. */
  readonly link: Link;
  readonly ageFile: Uint8Array;
}

/** The file of a backup. What is in it fits together, or nothing is written. */
export function writeBackup(
  header: Omit<BackupHeader, 'sealed'>,
  link: Omit<Link, 'proven'>,
  ageFile: Uint8Array,
  signingSecret: Uint8Array,
): string {
  const facts: HeaderFacts = { v: 1, ...header, sealed: fileHash(ageFile) };
  const signed = signPayload('conclave backup v1', encodeCbor({ ...facts }), signingSecret);
  return fileOf(facts, { header: signed, link: encodeLink(link), ageFile });
}

/** What the file is made of: the lines for people follow from the header. Another medium may carry these three alone. */
export interface BackupParts {
  readonly header: Uint8Array;
  readonly link: Uint8Array;
  readonly ageFile: Uint8Array;
}

/** The file again, from parts that came in some other way. Nothing is believed of it before `readBackup` has seen it. */
export function backupFile(parts: BackupParts): string {
  return orDamaged(() => fileOf({ v: 1, ...readHeader(parts.header) }, parts));
}

export function encodeLink({ descriptor, transcript, signatures }: LinkFacts): Uint8Array {
  return encodeCbor({ descriptor, transcript, signatures: [...signatures] });
}

function fileOf(facts: HeaderFacts, { header, link, ageFile }: BackupParts): string {
  return [...lines(facts), armored(headerName, header), armored(linkName, link), armored(ageName, ageFile)].join('\n');
}

export function isBackup(file: Uint8Array): boolean {
  const start = new TextDecoder('latin1').decode(file.subarray(0, magic.length + 2));
  return /^conclave backup v1\r?\n/.test(start);
}

/**
 * The door for backups: whoever signed the header is the member whose share it is, the committee is proven by its keys,
 * and the lines for people say what the header says. Whether the share is in there only opening tells.
 */
export function readBackup(file: Uint8Array): Backup {
  if (file.length > mostBackupBytes) damaged('it is larger than any backup');
  // who copies a text to another system may change how its lines end
  const content = new TextDecoder().decode(file).replaceAll('\r\n', '\n');
  if (!content.startsWith(`${magic}\n`)) damaged('it does not begin as a backup does');
  const parts = partsOf(content);
  const { header, link } = orDamaged(() => checked(parts));
  if (fileOf({ v: 1, ...header }, parts) !== content)
    damaged('it says something else to people than its signed header does, or holds more');
  return { header, link, ageFile: parts.ageFile };
}

/** The parts of a file as they stand in it. */
export function partsOf(content: string): BackupParts {
  const [header, link, ageFile] = [headerName, linkName, ageName].map((what) => unarmored(what, content));
  if (header == null) throw damage('its header is not whole');
  if (link == null) throw damage('the proof of its committee is not whole');
  if (ageFile == null) throw damage('the sealed share is not whole');
  return { header, link, ageFile };
}

function checked({ header: signedBytes, link: linkBytes, ageFile }: BackupParts): Omit<Backup, 'ageFile'> {
  const header = readHeader(signedBytes);
  if (!equalBytes(header.sealed, fileHash(ageFile))) damaged('the sealed share is not the one that its header names');
  const link = readLink(is.parseCbor(linkSchema, linkBytes, 'link'));
  checkFits(header, link.proven);
  return { header, link };
}

/** Whose it says it is, and who that is has signed it: what of a backup can be known before its committee is. */
function readHeader(signedBytes: Uint8Array): BackupHeader {
  const signed = openSigned(signedBytes);
  const { v: _, ...header } = is.parseCbor(headerSchema, signed.payload, 'header');
  if (!signatureHolds('conclave backup v1', signed, header.identity)) damaged('its header is not signed by its member');
  edwards25519.decodePoint(header.identity); // row 16
  return header;
}

/** The header alone, from a medium that carries it apart. */
export function readBackupHeader(signedBytes: Uint8Array): BackupHeader {
  return orDamaged(() => readHeader(signedBytes));
}

function checkFits(header: BackupHeader, descriptor: Descriptor): void {
  const member = descriptor.members[header.index - 1];
  const fits =
    equalBytes(header.descriptor, descriptor.id) &&
    equalBytes(header.keyset, descriptor.keysetId) &&
    equalBytes(header.keys, descriptor.keysHash) &&
    header.epoch === descriptor.epoch &&
    header.rehearsal === descriptor.rehearsal &&
    member !== undefined &&
    equalBytes(member.identity, header.identity);
  if (!fits) damaged('its header speaks of another committee than its proof, or of another member');
}

/** What a person reads who finds it, with nothing but a screen. It is compared with the header, so it never lies. */
function lines(header: HeaderFacts): string[] {
  const { name, epoch, member, index, id, label, recipients, rehearsal } = header;
  const sealed = recipients.length === 0 ? 'under a passphrase of its own' : `to ${recipients.length} age recipient(s)`;
  return [
    magic,
    `${rehearsal ? 'REHEARSAL: ' : ''}the share of ${member}, member ${index} of ${name}, at epoch ${epoch}; sealed ${sealed}`,
    `backup ${id}: ${escapeText(label)}`,
    `keyset ${toHex(header.keyset)}`,
    '',
    'Is it still good?             conclave backup check THIS-FILE',
    'Put the share back:           conclave backup restore THIS-FILE',
    "With nothing but age:         sed -n '/^-----BEGIN AGE/,/^-----END AGE/p' THIS-FILE | age -d",
    'Never use it without asking the first question: every refresh, handover or recovery makes it worthless.',
    '',
  ];
}

function orDamaged<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Problem) || error.code === 'BACKUP_DAMAGED') throw error;
    throw damage(error.message);
  }
}

function damage(why: string): Problem {
  return new Problem(
    'BACKUP_DAMAGED',
    `the backup is damaged, or no backup: ${why}`,
    'take another copy of it, or another backup (conclave backup list)',
  );
}

function damaged(why: string): never {
  throw damage(why);
}
