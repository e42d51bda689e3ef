import { noteWords } from '../ceremony/note-facts.ts';
import { planRows } from './manifest-text.ts';
import { type Named, namesSection, withName } from './name-sheet.ts';
import { Page } from './page.ts';
import { claimedTime } from './time.ts';
import type { Transcript } from './transcript-json.ts';
import { signOffs } from './transcript-page.ts';
import { windowRows } from './window-text.ts';

/** The sheet that is signed when it is done: how it ended in short, what was written down, and room for each hand. */
export function signOffPage(transcript: Transcript, sheet: readonly Named[] = []): Page {
  const { outcome, rehearsal, ceremony, claimed, notes, bags, members, unattended } = transcript;
  const page = new Page();
  page.title('CONCLAVE SIGN-OFF', rehearsal ? 'REHEARSAL: FOR PRACTICE ONLY' : '', `ceremony ${ceremony}`);
  planRows(page, transcript);
  page.row('begun', `${claimedTime(claimed.begun)}, as its machine claimed it`);
  page.row('last packet', `${claimedTime(claimed.last)}, likewise`);
  page.row('succeeded', outcome.says, outcome.succeeded ? 'good' : 'open');
  page.rows('still open', outcome.open.length === 0 ? ['nothing'] : outcome.open);
  if (transcript.descriptor !== null) page.row('descriptor', transcript.descriptor);
  for (const [label, value] of windowRows(transcript)) page.row(label, value);
  page.section('written down during the ceremony');
  const said = notes.filter(({ kind }) => kind !== 'anchor').sort((a, b) => a.at - b.at || a.number - b.number);
  if (said.length === 0) page.text('Nothing: no deviation, no bag, no witness and no absence is on record.');
  for (const note of said) page.row(note.kind, `${note.member}, ${claimedTime(note.at)}: ${noteWords(note)}`);
  page.rows(
    'BAGS',
    bags.map(({ says }) => says),
    'bad',
  );
  for (const { member, kinds } of unattended) page.row('unattended', `${member}: ${kinds.join(', ')}`, 'open');
  namesSection(
    page,
    members.map(({ name }) => name),
    sheet,
  );
  page.section('by hand');
  page.row('place', '______________________________   date ______________');
  page.row('papers', 'scripts kept: administrator ___  witness ___  custodians ___');
  page.row('stick', 'goes to ______________________   bag number ________________');
  for (let line = 0; line < 3; line++) page.row(line === 0 ? 'otherwise' : '', '_'.repeat(67));
  page.section('signed off');
  page.text(
    'By signing, each says that the above is what happened as far as they saw it, that their own script was followed or the difference is written down, and no more.',
  );
  for (const { name, role } of signOffs(members)) page.signature(withName(name, sheet), role);
  return page;
}
