import type { Check } from '../ceremony/checks.ts';
import { addressRows } from './key-lines.ts';
import {
  committeeSection,
  membersSection,
  packetsSection,
  planRows,
  remarksSection,
  sharesSection,
  stillSection,
  troubleSection,
} from './manifest-text.ts';
import { Page } from './page.ts';
import { claimedTime } from './time.ts';
import type { Transcript } from './transcript-json.ts';

/** Beyond this, keys are in the JSON. */
const keysShown = 40;

/** A ceremony on paper. The first page answers what, why, by whom, when, whether it succeeded, and what is open. */
export function transcriptText(transcript: Transcript): string {
  const page = new Page();
  summary(page, transcript);
  committeeSection(page, transcript);
  page.section('checks, each derived again from the signed packets');
  checkLines(page, transcript.checks);
  if (transcript.drill === null) keys(page, transcript);
  membersSection(page, transcript);
  stillSection(page, transcript);
  if (transcript.drill === null && transcript.census === null) sharesSection(page, transcript);
  troubleSection(page, transcript);
  remarksSection(page, transcript);
  tools(page, transcript);
  packetsSection(page, transcript);
  own(page, transcript);
  limits(page);
  return page.toString();
}

/** The checks alone: what a verification shows. */
export function checksText(checks: readonly Check[]): string {
  const page = new Page();
  checkLines(page, checks);
  return page.toString();
}

function checkLines(page: Page, checks: readonly Check[]): void {
  page.table(
    checks.map(({ check, ok, open, detail }) => [ok ? 'ok' : open ? 'open' : 'NOT OK', check, detail]),
    ['', 'check', 'what was found'],
    [6, 14],
  );
}

function summary(page: Page, transcript: Transcript): void {
  const { outcome, claimed, proposed, weak, rehearsal } = transcript;
  page.title('CONCLAVE TRANSCRIPT', rehearsal ? 'REHEARSAL: FOR PRACTICE ONLY' : '');
  planRows(page, transcript);
  const { dealers } = transcript.attempt;
  page.rows('phrase', phraseLines(transcript.phrase));
  page.row('by whom', `proposed by ${proposed.by}${dealers.length === 0 ? '' : `; dealers: ${dealers.join(', ')}`}`);
  const approvers = transcript.members.filter(({ done }) => done.includes('approve')).map(({ name }) => name);
  if (approvers.length > 0) page.row('', `approved by ${approvers.join(', ')}`);
  page.row('when', `begun ${claimedTime(claimed.begun)}`);
  if (claimed.proven !== null) page.row('', `proven ${claimedTime(claimed.proven)}`);
  page.row('', `last packet ${claimedTime(claimed.last)}; all times as the machines' clocks claimed them`);
  page.row('succeeded', outcome.says);
  page.blank();
  page.rows('still open', outcome.open.length === 0 ? ['nothing'] : outcome.open);
  page.rows(
    'weak shape',
    weak.map(({ words }) => words),
  );
  page.rows(
    'overridden',
    transcript.overrides.map(({ member, at, sentence }) => `${member}, ${claimedTime(at)}: "${sentence}"`),
  );
  if (transcript.deviations > 0) page.row('deviations', `${transcript.deviations} on record, see below`);
  if (transcript.unattended.length > 0) {
    const each = transcript.unattended.map(({ member, kinds }) => `${member} (${kinds.join(', ')})`);
    page.row('unattended', `said by a script, with nobody at the machine: ${each.join('; ')}`);
  }
}

/** Numbered, in rows of four, as it is read aloud. */
function phraseLines(phrase: string): string[] {
  const words = phrase.split(' ').map((word, at) => `${at + 1} ${word}`);
  return [0, 4, 8].map((start) => words.slice(start, start + 4).join('  '));
}

function keys(page: Page, { keys: all, proofOfLife, epoch }: Transcript): void {
  page.section('keys, and the signature of each over its committee');
  for (const { label, suite, publicKey, addresses } of all.slice(0, keysShown)) {
    const proof = proofOfLife.find((one) => one.label === label);
    page.row(
      'key',
      `${label} (${suite}${proof === undefined ? '' : `; any verifier of ${proof.verifier} takes this`})`,
    );
    page.row('public', publicKey ?? 'not proven yet');
    for (const [chain, address] of addressRows(addresses)) page.row(chain, address);
    if (proof === undefined) continue;
    page.row('message', proof.message);
    page.row('signature', proof.signature);
  }
  if (all.length > keysShown) page.text(`and ${all.length - keysShown} more keys: see the JSON transcript`);
  if (epoch.from !== null) page.text('Keys and addresses are the same before and after.');
}

function tools(page: Page, { tools: { plan, members: each } }: Transcript): void {
  page.section('programs');
  const words = (version: string, digest: string | null): string =>
    `conclave ${version}, ${digest ?? 'not run from a single file'}`;
  page.row('plan', words(plan.version, plan.digest));
  for (const { member, version, digest, same } of each)
    page.row(member, same ? 'the same' : `ANOTHER: ${words(version, digest)}`);
}

function own(page: Page, { own: mine }: Transcript): void {
  page.section(`what only the machine of ${mine.member} can say`);
  const { consent, log, damaged, tool } = mine;
  page.row(
    'consent',
    consent === null ? 'none' : `${claimedTime(consent.at)}, ${consent.attended ? 'by a person' : 'by a script'}`,
  );
  page.rows(
    'shares',
    log.length === 0 ? ['none'] : log.map(({ at, epoch, event }) => `${claimedTime(at)}, epoch ${epoch}: ${event}`),
  );
  page.rows('damaged', damaged);
  page.row('written by', `conclave ${tool.version}${tool.digest === null ? '' : `, ${tool.digest}`}`);
}

function limits(page: Page): void {
  page.section('what this does not say');
  page.text(
    'Times are claims of the machines that signed. Nothing here proves that anything was erased from a medium, who sat at a machine, or that a rule of any standard was kept. Everything else can be derived again from the packets.',
  );
}
