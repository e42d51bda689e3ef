import type { Check } from '../ceremony/checks.ts';
import { Page } from './page.ts';
import type { Transcript } from './transcript-json.ts';
import { checkRows, transcriptPage } from './transcript-page.ts';

/** A ceremony in lines of 80 columns. The first page answers what, why, by whom, when, whether it succeeded, and what is open. */
export function transcriptText(transcript: Transcript): string {
  return transcriptPage(transcript).toString();
}

/** The checks alone: what a verification shows. */
export function checksText(checks: readonly Check[]): string {
  const page = new Page();
  checkRows(page, checks);
  return page.toString();
}
