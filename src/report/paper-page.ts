import { toHex } from '../bytes/hex.ts';
import type { Backup } from '../ceremony/backup.ts';
import { type CopyPlace, nowhere } from '../ceremony/packets/closing.ts';
import { Page } from './page.ts';
import type { DrawnCode } from './page-block.ts';
import { claimedTime } from './time.ts';

/** One part of what the page carries, as codes and as lines to type. */
export interface PaperPart {
  readonly codes: readonly DrawnCode[];
  readonly lines: readonly string[];
}

export interface PaperSheets {
  /** The first line of all. */
  readonly head: string;
  readonly share: PaperPart;
  readonly header: PaperPart;
  readonly proof: PaperPart;
}

const blank = '__________________________';

/**
 * The page for the safe: what it is in words for whoever opens the safe in ten years, then codes for a camera, then the
 * same as lines for somebody who has only a keyboard. Nothing on it is secret without what opens the sealed share.
 */
export function paperPage({ header, link }: Backup, sheets: PaperSheets, where: CopyPlace = nowhere): Page {
  const { id, name, member, index, epoch, recipients, rehearsal } = header;
  const { threshold, members } = link.proven;
  const page = new Page();
  const title = `${name}, epoch ${epoch}, ${member}: backup ${id}`;
  page.title('CONCLAVE BACKUP ON PAPER', rehearsal ? 'REHEARSAL: FOR PRACTICE ONLY' : '', title);
  page.row('what', `the sealed share of ${member}, member ${index} of ${name}, at epoch ${epoch}`);
  page.row('of', `${members.length} members, of whom any ${threshold} sign together, and fewer sign nothing`);
  page.row('keyset', toHex(header.keyset));
  page.row('backup', `${id}: ${header.label}`);
  page.row('made', `${claimedTime(header.at)}, as its machine claimed it`);
  if (recipients.length === 0)
    page.row('sealed', 'under a passphrase of its own, which is not on this paper and belongs in another place');
  else page.rows('sealed to', recipients);
  page.row('custodian', where.custodian || blank);
  page.row('place', where.place || blank);
  page.row('bag number', where.bag || blank);

  page.section('what to do with it');
  page.text(
    'Keep all sheets together, dry, in the dark and flat: no fold through a code. Who has this paper and what opens it has the share, so keep the two apart.',
  );
  page.text(
    `Every ceremony that renews the shares of ${name} (not a drill, not a census) makes this paper worthless, and no tool makes it good again. Ask before you use it, and destroy it when it is replaced, with a witness:`,
  );
  page.command(`conclave backup retire ${id} --witness NAME --method shred`);

  page.section('how to use it, with conclave');
  page.text(
    'Photograph the codes, each sheet on its own and flat, and put the pictures (PNG or JPEG) into a folder. Is it still good?',
  );
  page.command('conclave backup check PICTURES');
  page.text('Put the share back into the vault that lost it, or into a new one:');
  page.command('conclave backup restore PICTURES');
  page.text(
    'Lines of a code that no picture shows well enough are named, and can be typed. Without any picture, all of them:',
  );
  page.command('conclave backup restore PICTURES --typed');
  page.command('conclave backup restore --typed');

  page.section('how to open it without conclave');
  page.text(
    'On a machine without a network, with the programs age and base32. Type the lines of part A into a file lines.txt, or scan the codes of part A into it with any reader of QR codes. Then, in a shell:',
  );
  for (const command of openingByHand(recipients.length > 0)) page.command(command);
  page.text(
    'In share.json each key has a line that begins with {"header": the share in the JSON of the Zcash Foundation\'s FROST, for a signer of that kind. Where age says that the file is damaged, a letter is wrong: compare the lines.',
  );

  page.section('by hand');
  page.signature(
    where.custodian || 'custodian',
    'who photographed this print and checked it, had the PDF destroyed, and keeps the paper',
  );

  page.section('for a camera: A the sealed share, B whose it is, C the proof of its committee', true);
  page.codes([...sheets.share.codes, ...sheets.header.codes, ...sheets.proof.codes]);

  page.section('for a keyboard: part A, the sealed share', true);
  page.text(
    'A number, groups of the letters A to Z and digits 2 to 7 (in them there is no zero, one, eight or nine), and four signs (0 to 9, A to F) that tell whether the line is right. Blanks and capitals do not matter.',
  );
  lines(page, sheets.head, sheets.share);
  page.section('for a keyboard: part B, whose it is, and part C, the proof of its committee', true);
  page.text('Part C is typed only where no vault knows this committee: conclave asks for it where it has to.');
  lines(page, sheets.head, sheets.header);
  lines(page, sheets.head, sheets.proof);
  return page;
}

/** As docs/operator-guide.md has it, and a test runs it. */
export function openingByHand(toRecipients: boolean): string[] {
  return [
    "tr '/a-z' '\\nA-Z' < lines.txt | tr -d ' \\r' | sort -u > sorted.txt",
    "sed -n 's/^A[0-9]\\{3\\}\\(.*\\)....$/\\1/p' sorted.txt | tr -d '\\n' | base32 -d > share.age",
    `age -d ${toRecipients ? '-i identity.txt ' : ''}-o share.json share.age`,
  ];
}

function lines(page: Page, head: string, part: PaperPart): void {
  page.blank();
  page.numbered([head]);
  page.blank();
  page.numbered(part.lines);
}
