import type { Judgement } from '../ceremony/evidence.ts';
import { Page } from './page.ts';

/** What a file of evidence came to, for people. */
export function evidenceText({ valid, member, accused, rehearsal, checks, faults }: Judgement): string {
  const page = new Page();
  page.title('CONCLAVE EVIDENCE', rehearsal ? 'REHEARSAL: FOR PRACTICE ONLY' : '');
  for (const { check, ok, detail } of checks) page.row(ok ? 'ok' : 'FAILED', `${check}: ${detail}`);
  page.blank();
  if (!valid) {
    page.text('the file proves nothing against anybody');
    return page.toString();
  }
  page.text(`proven against ${member}${rehearsal ? ', in a REHEARSAL' : ''}, whose identity is`);
  page.text(accused);
  for (const { fault, detail, packets } of faults) {
    page.row(fault, detail);
    page.rows(
      '',
      packets.map((packet) => `packet ${packet}`),
    );
  }
  page.text('compare the identity with the card of whom you mean: a name alone proves nothing');
  return page.toString();
}
