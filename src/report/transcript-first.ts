import type { Check } from '../ceremony/checks.ts';
import { planRows } from './manifest-text.ts';
import type { Page } from './page.ts';
import { claimedTime } from './time.ts';
import type { Transcript } from './transcript-json.ts';
import { anchorWords, beaconWords } from './window-text.ts';

/** More of one thing is on the pages behind. */
const most = 12;

/** What was done, why, by whom, when, whether it succeeded, what is open; and all that is out of the ordinary. */
export function firstPage(page: Page, transcript: Transcript): void {
  const { outcome, rehearsal, ceremony } = transcript;
  page.title('CONCLAVE TRANSCRIPT', rehearsal ? 'REHEARSAL: FOR PRACTICE ONLY' : '', `ceremony ${ceremony}`);
  planRows(page, transcript);
  byWhom(page, transcript);
  when(page, transcript);
  page.blank();
  page.row('succeeded', outcome.says, outcome.succeeded ? 'good' : outcome.says.startsWith('no:') ? 'bad' : 'open');
  checksInShort(page, transcript);
  trouble(page, transcript);
  page.blank();
  page.rows('still open', outcome.open.length === 0 ? ['nothing'] : few(outcome.open));
  outOfTheOrdinary(page, transcript);
}

function byWhom(page: Page, { proposed, attempt, members, consents }: Transcript): void {
  const dealers = attempt.dealers.length === 0 ? '' : `; dealers: ${attempt.dealers.join(', ')}`;
  page.row('by whom', `proposed by ${proposed.by}${dealers}`);
  const approvers = members.filter(({ done }) => done.includes('approve')).map(({ name }) => name);
  if (approvers.length > 0) page.row('', `approved by ${approvers.join(', ')}`);
  page.row('', `consented: ${consents.map(({ member }) => member).join(', ')}`);
}

function when(page: Page, { claimed, notBefore, notAfter, record }: Transcript): void {
  page.row('when', `begun ${claimedTime(claimed.begun)}`);
  if (claimed.proven !== null) page.row('', `proven ${claimedTime(claimed.proven)}`);
  page.row('', `last packet ${claimedTime(claimed.last)}; all times as the machines' clocks claimed them`);
  if (notBefore !== null) page.row('not before', beaconWords(notBefore));
  page.rows(
    'not after',
    notAfter.map((one) => anchorWords(one, record.of)),
  );
}

function checksInShort(page: Page, { checks }: Transcript): void {
  const count = (which: (check: Check) => boolean): number => checks.filter(which).length;
  const bad = count(({ ok, open }) => !ok && !open);
  const open = count((check) => check.open);
  const rest = [...(bad > 0 ? [`${bad} DO NOT`] : []), ...(open > 0 ? [`${open} open`] : [])];
  const held = `${count(({ ok }) => ok)} of ${checks.length} hold${rest.length === 0 ? '' : `, ${rest.join(', ')}`}`;
  page.row('checks', `${held}; each was derived again from the packets when this was written`, bad > 0 ? 'bad' : null);
}

function trouble(page: Page, { outcome, blame, shares, toDo }: Transcript): void {
  page.rows('at fault', few(blame.map(({ member, fault, detail }) => `${member}: ${detail} (${fault})`)), 'bad');
  if (outcome.succeeded) return;
  page.rows('the shares', shares);
  // one who owes several things is at the same machine, and may be one who cannot be reached
  const steps = toDo.map(({ member, at, command, otherwise }) => {
    const absent = otherwise !== null && at.length === 1 && at[0] === member;
    return `at ${at.join(', ')}: ${command}${absent ? `; if ${member} cannot come, see 'what to do'` : ''}`;
  });
  page.rows('to do', few([...new Set(steps)]));
}

function outOfTheOrdinary(page: Page, transcript: Transcript): void {
  const { weak, overrides, deviations, unattended, tools, dissent } = transcript;
  page.rows(
    'weak shape',
    weak.map(({ words }) => words),
    'open',
  );
  page.rows(
    'overridden',
    overrides.map(({ member, at, sentence }) => `${member}, ${claimedTime(at)}: "${sentence}"`),
    'open',
  );
  page.rows(
    'bags',
    transcript.bags.map(({ says }) => says),
    'open',
  );
  if (deviations > 0) page.row('deviations', `${deviations} on record, see below`, 'open');
  if (dissent.length > 0) page.row('refusals', `${dissent.map(({ member }) => member).join(', ')}, see below`, 'open');
  if (unattended.length > 0) {
    const each = unattended.map(({ member, kinds }) => `${member} (${kinds.join(', ')})`);
    page.row('unattended', `said by a script, with nobody at the machine: ${each.join('; ')}`, 'open');
  }
  const others = tools.members.filter(({ same }) => !same).map(({ member }) => member);
  if (others.length > 0) page.row('programs', `ANOTHER PROGRAM than the plan names: ${others.join(', ')}`, 'open');
}

function few(lines: readonly string[]): string[] {
  return lines.length <= most ? [...lines] : [...lines.slice(0, most), `and ${lines.length - most} more, see below`];
}
