import * as v from 'valibot';
import { equalBytes, toHex } from '../bytes/hex.ts';
import { fileHash, text } from '../bytes/tagged-hash.ts';
import { isBackup, readBackup } from '../ceremony/backup.ts';
import { readCard } from '../ceremony/card.ts';
import { ceremonyOf, unwrapProposal } from '../ceremony/envelope.ts';
import { isEvidence, judgeEvidence } from '../ceremony/evidence.ts';
import { isExport, readExport } from '../ceremony/export.ts';
import { planFileSchema } from '../ceremony/plan-file.ts';
import { isHave, isParcel, readHave } from '../courier/qr/parcel.ts';
import { readKeyPackage, readPublicKeyPackage, readSecretShare } from '../exchange/zcash-frost.ts';
import { readScenario } from '../rehearsal/scenario.ts';
import { claimedTime } from '../report/time.ts';
import { readHeader } from '../vault/sealed-file.ts';

/** What a file is, and what anybody can know of it who has nothing else. */
export interface Inspected {
  readonly what:
    | 'card'
    | 'proposal'
    | 'packet'
    | 'evidence'
    | 'export'
    | 'vault'
    | 'backup'
    | 'parcel'
    | 'have'
    | 'frames'
    | 'picture'
    | 'paper'
    | 'age'
    | 'plan'
    | 'scenario'
    | 'transcript'
    | 'frost-key-package'
    | 'frost-public-key-package'
    | 'frost-secret-share'
    | 'conclave'
    | 'json'
    | 'unknown';
  readonly title: string;
  /** Whether whoever has this file has a secret. */
  readonly secret: boolean;
  /** Names for people, values for both. */
  readonly facts: Readonly<Record<string, string | number | boolean | null>>;
  /** The number of the ceremony that it belongs to. */
  readonly ceremony: string | null;
}

/** JSON that people exchange is small; a bigger file is not parsed to find out what it is. */
const jsonBytes = 4 * 2 ** 20;

/** Reads by the first bytes alone, never by the name. A file that is not what it begins as is refused with a Problem. */
export function inspected(bytes: Uint8Array): Inspected {
  const about = (rest: Omit<Inspected, 'secret' | 'ceremony'> & Partial<Inspected>): Inspected => ({
    secret: false,
    ceremony: null,
    ...rest,
    facts: { ...rest.facts, bytes: bytes.length, sha256: toHex(fileHash(bytes)) },
  });
  if (begins(bytes, 'conclave card v1\n')) return about(card(bytes));
  if (begins(bytes, 'conclave proposal v1\n')) {
    const { ceremony, ageFile } = unwrapProposal(bytes) ?? { ceremony: '', ageFile: new Uint8Array() };
    const title = 'a proposal: a plan for those that it is encrypted to';
    return about({ what: 'proposal', title, ceremony, facts: { ceremony, recipients: recipients(ageFile) } });
  }
  const ceremony = ceremonyOf(bytes);
  if (ceremony !== null) {
    const title = 'a packet of a ceremony, encrypted to its members';
    return about({ what: 'packet', title, ceremony, facts: { ceremony } });
  }
  if (isEvidence(bytes)) {
    const { valid, member, accused } = judgeEvidence(bytes);
    const title = valid
      ? `evidence that anybody can judge, against ${member} (conclave verify)`
      : 'evidence that does not prove what it claims (conclave verify says why)';
    return about({ what: 'evidence', title, facts: { proves: valid, member, accused } });
  }
  if (isExport(bytes)) {
    const { succession, ceremonies } = readExport(bytes);
    const packets = ceremonies.reduce((count, one) => count + 1 + one.packets.length, 0);
    const title = 'an export that anybody can check (conclave verify); nothing in it is checked here';
    return about({
      what: 'export',
      title,
      facts: { ceremonies: ceremonies.length, packets, links: succession.length },
    });
  }
  if (isBackup(bytes)) {
    const { header } = readBackup(bytes);
    const { id, name, epoch, member, index, at, label, recipients: named, rehearsal } = header;
    const sealed = named.length === 0 ? 'under a passphrase' : `to ${named.length} age recipient(s)`;
    const facts = { backup: id, keyset: name, epoch, member, index, label, made: claimedTime(at), sealed, rehearsal };
    const title = `a backup of a SECRET SHARE (conclave backup check says whether it is still good)`;
    return about({ what: 'backup', title, secret: true, facts });
  }
  if (begins(bytes, 'conclave vault v')) {
    const { rehearsal, kdf } = readHeader(bytes);
    const cost = `scrypt, N = ${kdf.n}, r = ${kdf.r}, p = ${kdf.p}`;
    return about({
      what: 'vault',
      title: 'the header of a vault',
      secret: true,
      facts: { rehearsal, passphrase: cost },
    });
  }
  if (isParcel(bytes))
    return about({ what: 'parcel', title: 'a parcel of packets for QR codes (conclave qr scan --stick)', facts: {} });
  if (isHave(bytes)) {
    const facts = { files: readHave(bytes).size };
    return about({ what: 'have', title: 'what another machine has (conclave qr show --lacking)', facts });
  }
  if (begins(bytes, 'conclave ')) {
    const title = 'a file of conclave, of a kind or a version that this one does not know, or cut short';
    return about({ what: 'conclave', title, facts: {} });
  }
  if (begins(bytes, 'age-encryption.org/v1\n')) {
    return about({ what: 'age', title: 'an age file', facts: { recipients: recipients(bytes) } });
  }
  return about(json(bytes) ?? { what: 'unknown', title: 'not a file that conclave knows', facts: {} });
}

function begins(bytes: Uint8Array, magic: string): boolean {
  return equalBytes(bytes.subarray(0, magic.length), text(magic));
}

type Found = Omit<Inspected, 'secret' | 'ceremony'> & Partial<Inspected>;

function card(bytes: Uint8Array): Found {
  const { name, identity, recipient, serial, prekeys, at, rehearsal } = readCard(bytes);
  return {
    what: 'card',
    title: `the identity card of ${name}, signed by its own key`,
    facts: {
      name,
      identity,
      age: recipient,
      card: serial,
      'one-time keys': prekeys.length,
      made: claimedTime(at),
      rehearsal,
    },
  };
}

/** Lines of an age header up to its end; a proposal to everybody of a big plan has some hundred. */
function recipients(ageFile: Uint8Array): number {
  const head = new TextDecoder('latin1').decode(ageFile.subarray(0, 64 * 1024));
  const end = head.indexOf('\n---');
  return [...head.slice(0, end < 0 ? head.length : end).matchAll(/^-> /gm)].length;
}

function json(bytes: Uint8Array): Found | null {
  if (bytes.length > jsonBytes || !/^[\s\ufeff]*[{[]/.test(new TextDecoder().decode(bytes.subarray(0, 64))))
    return null;
  const content = new TextDecoder().decode(bytes);
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    return null;
  }
  const has = (...fields: readonly string[]): boolean =>
    typeof value === 'object' && value !== null && fields.every((field) => Object.hasOwn(value, field));
  if (has('header', 'signing_share', 'verifying_key')) {
    const { suite, identifier, minSigners } = readKeyPackage(content);
    const facts = { suite, identifier: String(identifier), threshold: minSigners };
    return {
      what: 'frost-key-package',
      title: "a member's SECRET SHARE of a key (FROST KeyPackage)",
      secret: true,
      facts,
    };
  }
  if (has('header', 'signing_share', 'commitment')) {
    const { suite, identifier, commitment } = readSecretShare(content);
    const facts = { suite, identifier: String(identifier), threshold: commitment.length };
    return {
      what: 'frost-secret-share',
      title: 'a SECRET SHARE from a dealer (FROST SecretShare)',
      secret: true,
      facts,
    };
  }
  if (has('header', 'verifying_shares')) {
    const { suite, verifyingShares, minSigners } = readPublicKeyPackage(content);
    const facts = { suite, members: verifyingShares.length, threshold: minSigners };
    return {
      what: 'frost-public-key-package',
      title: 'what anybody may know of a key (FROST PublicKeyPackage)',
      facts,
    };
  }
  if (has('v', 'propose', 'answers')) {
    const plan = v.safeParse(planFileSchema, value);
    const facts = plan.success ? { propose: plan.output.propose, keyset: plan.output.answers.keyset ?? null } : {};
    const title = plan.success
      ? 'answers for conclave propose --plan'
      : 'answers for conclave propose that it would refuse';
    return { what: 'plan', title, facts };
  }
  if (has('v', 'people', 'steps', 'expect')) {
    const { name, people } = readScenario(value);
    return { what: 'scenario', title: 'a scenario for conclave rehearse', facts: { name, people: people.length } };
  }
  if (has('v', 'ceremony', 'checks', 'proofOfLife', 'packets')) {
    const facts = { says: 'what somebody wrote: nothing in it is checked here' };
    return { what: 'transcript', title: 'the transcript of a ceremony, as JSON', facts };
  }
  return { what: 'json', title: "a JSON document, and not one of conclave's", facts: {} };
}
