import { sha256 } from '@noble/hashes/sha2.js';
import { toHex } from '../bytes/hex.ts';
import { printableJson } from '../bytes/printable.ts';
import { text } from '../bytes/tagged-hash.ts';
import { addressRows } from './key-lines.ts';
import type { Named } from './name-sheet.ts';
import { Page } from './page.ts';
import { pageHtml } from './page-html.ts';
import type { Transcript } from './transcript-json.ts';
import { transcriptPage } from './transcript-page.ts';
import { windowRows } from './window-text.ts';

/* What is laid away for years: the packets themselves, what follows from them on paper, and what it takes to check it. */

export interface ArchiveFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface ArchiveSource {
  readonly transcript: Transcript;
  /** The export of this ceremony. */
  readonly exported: Uint8Array;
  /** The page that verifies without an install. */
  readonly verifier: string;
  /** The name sheet is put on what people read, and into nothing that programs read. */
  readonly sheet: readonly Named[];
}

export const sums = 'SHA256SUMS';

export async function archiveFiles({ transcript, exported, verifier, sheet }: ArchiveSource): Promise<ArchiveFile[]> {
  const { pagePdf } = await import('./page-pdf.ts');
  const page = transcriptPage(transcript, sheet);
  const files: ArchiveFile[] = [
    { name: 'README.txt', bytes: text(readme(transcript).toString()) },
    { name: 'ceremony.conclave', bytes: exported },
    { name: 'digests.txt', bytes: text(digests(transcript)) },
    { name: 'transcript.html', bytes: text(pageHtml(page.blocks)) },
    { name: 'transcript.json', bytes: text(`${printableJson(transcript)}\n`) },
    { name: 'transcript.pdf', bytes: await pagePdf(page.blocks) },
    { name: 'transcript.txt', bytes: text(page.toString()) },
    { name: 'verifier.html', bytes: text(verifier) },
  ];
  // as `sha256sum -c` reads it, the names in order
  const lines = files.map(({ name, bytes }) => `${toHex(sha256(bytes))}  ${name}\n`);
  return [...files, { name: sums, bytes: text(lines.join('')) }];
}

/** One line each, for whoever compares by eye or by script. */
function digests({ ceremony, transcript, descriptor, record, packets }: Transcript): string {
  const rows = [
    ['record', record.digest],
    ['ceremony', ceremony],
    ...(descriptor === null ? [] : [['descriptor', descriptor]]),
    ...(transcript === null ? [] : [['transcript', transcript]]),
    ...packets.map(({ kind, author, digest }) => [`packet ${kind} ${author}`, digest]),
  ];
  return rows.map(([what, digest]) => `${digest}  ${what}\n`).join('');
}

function readme(transcript: Transcript): Page {
  const { rehearsal, ceremony, keyset, kind, keysetId, descriptor, keys } = transcript;
  const page = new Page();
  page.title('THE RECORD OF A CEREMONY', rehearsal ? 'REHEARSAL: FOR PRACTICE ONLY' : '', `ceremony ${ceremony}`);
  page.row('ceremony', ceremony);
  page.row('what', `${kind} of keyset ${keyset}`);
  page.row('outcome', transcript.outcome.says);
  page.text(
    'No secret is in here: no share of a key, no passphrase. What is in here are the plan, the reason and the names in it.',
  );
  page.section('what is what');
  page.table(
    [
      ['ceremony.conclave', 'every signed packet of the ceremony, byte for byte: this alone is evidence'],
      ['transcript.pdf .html .txt', 'what follows from it, for people; the three say the same'],
      ['transcript.json', 'the same for programs'],
      ['verifier.html', 'a program that checks ceremony.conclave, in a web browser, without a network'],
      ['digests.txt', 'the digest of the record, and of each packet'],
      [sums, 'SHA-256 of each file'],
    ],
    ['file', 'what it is'],
    [26],
  );
  page.section('how to check it, in years and with nothing else');
  page.text('1. That no file has changed. In this folder (certutil or shasum -a 256 give the same sums elsewhere):');
  page.command('sha256sum -c SHA256SUMS');
  page.text(
    'Whoever could change a file could change the sums as well. What cannot be changed unseen is what was made public or signed on paper: compare the digest of the record with that.',
  );
  page.blank();
  page.text(
    '2. That the ceremony is what it says. Open verifier.html in a web browser, on a machine that you trust and that needs no network, and drop ceremony.conclave on it. It checks every signature and every equation again and says so in words. With the program at hand, this does the same:',
  );
  page.command('conclave verify ceremony.conclave');
  page.blank();
  page.text(
    '3. That it is the key that you know. Compare the key or its address with the one from an address book, a contract or a chain. No file can say whose key it is:',
  );
  for (const { label, suite, publicKey, addresses } of keys) {
    page.row(label, `${suite} ${publicKey ?? 'not made'}`);
    for (const [chain, address] of addressRows(addresses)) page.row('', `${chain} ${address}`);
  }
  if (keysetId !== null) page.row('keyset', keysetId);
  if (descriptor !== null) page.row('committee', `descriptor ${descriptor}`);
  page.blank();
  page.text(
    '4. If no program of today runs any more: the transcript has, for each key, a public key, a message and a signature, under "proof of life". Any verifier of the standard that is named there (BIP-340, RFC 8032, RFC 9591) takes them. ceremony.conclave is one line of text, "conclave export v1", and then CBOR (RFC 8949) with signed messages of COSE (RFC 9052) in it, signed with Ed25519; the page docs/protocol.md of conclave is enough to write another verifier.',
  );
  page.section('when it was');
  page.text('The times in it are claims of the machines that signed. These need no clock of theirs:');
  for (const [label, value] of windowRows(transcript)) page.row(label, value);
  page.section('what it does not say');
  page.text(
    'Nothing here proves that anything was erased from a medium, that every copy is listed, or who sat at a machine. Signed paper (scripts, the sign-off sheet) is kept with this; scans of it go beside this folder, not into it, or the sums say so.',
  );
  return page;
}
