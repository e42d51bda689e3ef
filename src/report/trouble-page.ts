import type { Page } from './page.ts';
import { claimedTime } from './time.ts';
import type { Transcript } from './transcript-json.ts';

/** Who is at fault, by what evidence, and what to do. What became of the shares stands on the first page. */
export function troubleSections(page: Page, transcript: Transcript): void {
  const { death, attempts, contradictions, missing } = transcript;
  faults(page, transcript);
  const harmless = contradictions.filter(({ grave }) => !grave);
  const tried = attempts.length > 1 || death !== null;
  if (tried || harmless.length > 0 || missing.length > 0) {
    page.section('how it went');
    for (const { number, dealers, state, why, id } of tried ? attempts : []) {
      const dealt = dealers.length === 0 ? '' : `, dealers ${dealers.join(', ')}`;
      page.row(
        `attempt ${number}`,
        `${state}${why === null ? '' : `: ${why}`}${dealt}`,
        state === 'dead' ? 'bad' : null,
      );
      if (attempts.length > 1) page.row('', id);
    }
    for (const { member, slot, packets } of harmless) {
      page.text(`harmless contradiction of ${member} in slot ${slot.split(' ')[0]}`);
      page.rows('  packets', packets);
    }
    for (const { packet, names } of missing) {
      page.text(`not seen here: ${names}, which is named by`);
      page.row('  packet', packet);
    }
  }
  toDo(page, transcript);
}

function faults(page: Page, { blame }: Transcript): void {
  if (blame.length === 0) return;
  page.section('who is at fault, and by what evidence');
  for (const { member, identity, fault, means, detail, evidence, command } of blame) {
    page.text(`fault of ${member}: ${fault}, ${detail}`, 'bad');
    page.row('identity', identity);
    page.row('in general', means);
    for (const { digest, kind, author, at } of evidence) {
      page.row('evidence', `the ${kind} that ${author} signed, ${claimedTime(at)} by its clock`);
      page.row('', digest);
    }
    page.row('to show it', 'this writes a file that anybody can judge alone, with conclave verify FILE:');
    page.command(command);
  }
}

function toDo(page: Page, { toDo: obstacles, outcome }: Transcript): void {
  if (obstacles.length === 0) return;
  page.section(outcome.succeeded ? 'what is left to do' : 'what to do');
  obstacles.forEach(({ notSeen, unlocks, at, command, otherwise }, place) => {
    if (place > 0) page.blank();
    page.text(`not here: ${notSeen}`);
    page.row('unlocks', unlocks);
    page.row('at', at.join(', '));
    page.command(command);
    if (otherwise !== null) page.row('or else', otherwise);
  });
}
