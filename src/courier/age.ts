import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { Problem } from '../problem.ts';

/** A new age X25519 identity; the library draws the randomness. */
export async function newAgeIdentity(): Promise<{ identity: string; recipient: string }> {
  const identity = await generateX25519Identity();
  return { identity, recipient: await identityToRecipient(identity) };
}

/** An age v1 file that each of the recipients, and the plain `age` program, can open. */
export async function encryptTo(recipients: readonly string[], content: Uint8Array): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  for (const recipient of recipients) orRefuse(recipient, () => encrypter.addRecipient(recipient));
  return new Uint8Array(await encrypter.encrypt(content));
}

/**
 * An age v1 file under a passphrase, as it was typed: the plain `age` program knows of no other spelling. Cheap where
 * nothing of value is behind it.
 */
export async function encryptUnder(passphrase: string, content: Uint8Array, cheap: boolean): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  encrypter.setPassphrase(passphrase);
  encrypter.setScryptWorkFactor(cheap ? 4 : passphraseWork);
  return new Uint8Array(await encrypter.encrypt(content));
}

/** As the age program does it: a second or two, and 256 MiB. */
const passphraseWork = 18;

/** The content, or null where the passphrase does not open it. */
export async function decryptUnder(passphrase: string, file: Uint8Array): Promise<Uint8Array | null> {
  checkHeader(file);
  checkWork(file);
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase);
  try {
    return new Uint8Array(await decrypter.decrypt(file));
  } catch {
    return null;
  }
}

/** A card only looks as if it had a recipient: its author can have put anything of that form there. */
function orRefuse(recipient: string, add: () => void): void {
  try {
    add();
  } catch {
    throw new Problem(
      'CARD_INVALID',
      `${recipient} is no age recipient, so nothing can be encrypted to the card that has it`,
      'whose card has it: conclave card shows it on each machine; ask that member for another card',
    );
  }
}

/** A stanza for each participant that a plan can have, and each of them is a hundred bytes. */
const most = { headerBytes: 16 * 1024, stanzas: 64 };

/** Each stanza costs a multiplication, so a header without end is refused before any of them is tried. */
function checkHeader(file: Uint8Array): void {
  const lines = new TextDecoder('latin1').decode(file.subarray(0, most.headerBytes)).split('\n');
  const end = lines.findIndex((line) => line.startsWith('---'));
  const stanzas = lines.slice(0, end).filter((line) => line.startsWith('->')).length;
  if (end < 0 || stanzas > most.stanzas)
    throw new Problem('PACKET_DAMAGED', 'damaged: its age header has no end, or more recipients than any plan');
}

/** Whoever made the file says how much work its passphrase costs, and each step more doubles time and memory. */
function checkWork(file: Uint8Array): void {
  const header = new TextDecoder('latin1').decode(file.subarray(0, most.headerBytes));
  const asked = [...header.matchAll(/^-> scrypt \S+ (\S+)$/gm)].map(([, work]) => Number(work));
  if (asked.some((work) => !(work <= passphraseWork)))
    throw new Problem('PACKET_DAMAGED', 'damaged: its age header asks for more work than this program ever does');
}

/** The content, or null where this identity is not among the recipients or the file is damaged. */
export async function decryptWith(identity: string, file: Uint8Array): Promise<Uint8Array | null> {
  checkHeader(file);
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  try {
    return new Uint8Array(await decrypter.decrypt(file));
  } catch {
    return null;
  }
}
