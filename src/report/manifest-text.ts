import type { Manifest } from '../ceremony/manifest.ts';
import { noteWords } from '../ceremony/note-facts.ts';
import { copyFate } from './copy-text.ts';
import { addressRows } from './key-lines.ts';
import { Page } from './page.ts';
import { kindWords } from './plan-text.ts';
import { censusLines, drillLines } from './still-text.ts';
import { claimedTime } from './time.ts';

/** The plan in short, and everything that has become of it so far. */
export function manifestText(manifest: Manifest): string {
  const page = new Page();
  const { proposed, attempt, keys } = manifest;
  page.title('CONCLAVE MANIFEST', manifest.rehearsal ? 'REHEARSAL: FOR PRACTICE ONLY' : '');
  planRows(page, manifest);
  page.row('by whom', `proposed by ${proposed.by}, ${claimedTime(proposed.at)} by its clock`);
  if (attempt.dealers.length > 0) page.row('', `dealers: ${attempt.dealers.join(', ')}`);
  page.row('attempt', attempt.id);
  page.row('phase', manifest.phase);
  if (manifest.waitingFor.length > 0) page.row('waiting for', manifest.waitingFor.join(', '));
  committeeSection(page, manifest);
  page.section('keys');
  for (const { label, suite, publicKey, addresses } of keys.slice(0, 40)) {
    page.row('key', `${label} (${suite})`);
    page.row('public', publicKey ?? 'not proven yet');
    for (const [chain, address] of addressRows(addresses)) page.row(chain, address);
  }
  if (keys.length > 40) page.text(`and ${keys.length - 40} more keys: see --json`);
  membersSection(page, manifest);
  stillSection(page, manifest);
  if (manifest.drill === null && manifest.census === null) {
    sharesSection(page, manifest);
    copyLines(page, manifest);
  }
  troubleSection(page, manifest);
  remarksSection(page, manifest);
  packetsSection(page, manifest);
  return page.toString();
}

/** What is to be done, and why. */
export function planRows(page: Page, { kind, keyset, epoch, threshold, committee, ...rest }: Manifest): void {
  const { before, after } = committee;
  const from = threshold.from === null ? '' : `${threshold.from} of ${before.length} -> `;
  page.row('what', `${kindWords[kind]} (${kind}), keyset ${keyset}`);
  page.row(
    '',
    epoch.from === epoch.to
      ? `epoch ${epoch.to}, which stays; to sign: ${threshold.to} of ${after.length}`
      : `epoch ${epoch.from ?? 'none'} -> ${epoch.to}; to sign: ${from}${threshold.to} of ${after.length}`,
  );
  page.row('ceremony', rest.ceremony);
  page.row('why', rest.reason === '' ? 'no reason was given' : rest.reason);
  page.row('', `because: ${rest.because}${rest.ticket === null ? '' : `; ticket ${rest.ticket}`}`);
}

export function committeeSection(page: Page, { committee, keysetId, transcript, descriptor }: Manifest): void {
  page.section('the committee, before and after');
  const { before, after } = committee;
  const rows = Array.from({ length: Math.max(before.length, after.length) }, (_, at) => {
    const [old, next] = [before[at], after[at]];
    return [
      old === undefined ? '' : `${old.index} ${old.name}${old.becomes === 'stays' ? '' : ` (${old.becomes})`}`,
      next === undefined ? '' : `${next.index} ${next.name}${next.becomes === 'stays' ? '' : ` (${next.becomes})`}`,
    ];
  });
  page.table(rows, [before.length === 0 ? 'before: nobody' : 'before', 'after'], [38]);
  page.blank();
  page.row('keyset', keysetId ?? 'not made yet');
  if (descriptor !== null) page.row('descriptor', descriptor);
  if (transcript !== null) page.row('transcript', transcript);
  for (const { name, identity } of new Map([...before, ...after].map((one) => [one.identity, one])).values())
    page.row(name, identity);
}

export function membersSection(page: Page, { members: all }: Manifest): void {
  page.section('what each has done, and owes');
  page.table(
    all.map(({ name, roles, done, owes }) => [
      name,
      roles.join(' ') || 'proposer',
      done.join(' ') || '-',
      owes.join(' ') || '-',
    ]),
    ['member', 'part', 'seen here', 'owes'],
    [20, 18, 22],
  );
}

/** What a closing says is a claim of its member: that something is gone from a medium is nothing that a packet can prove. */
function oldShareWords({ state, why }: Pick<Manifest['oldShares'][number], 'state' | 'why'>): string {
  if (state !== 'wrapping-key-deleted') return `${state === 'none' ? 'none to destroy' : 'kept'} (${why})`;
  const when = why === 'proven' ? 'after the proof of life' : why;
  return `wrapping key deleted from this medium (declared by its member, ${when})`;
}

/** What a drill or a census showed. */
export function stillSection(page: Page, { drill, census }: Manifest): void {
  if (drill !== null) {
    page.section('what the drill showed');
    for (const line of drillLines(drill)) page.text(line);
    for (const { label, suite, publicKey, message, signature } of drill.signatures.slice(0, 40)) {
      page.row('key', `${label} (${suite})`);
      page.row('public', publicKey);
      page.row('message', message);
      page.row('signature', signature);
    }
    if (drill.signatures.length > 40) page.text(`and ${drill.signatures.length - 40} more keys: see --json`);
  }
  if (census === null) return;
  page.section('what the members reported, each of itself');
  // what others wrote stands in rows: the second line of a paragraph could pose as a heading of ours
  for (const line of censusLines(census)) page.row('', line);
  for (const { name, copies } of census.members) {
    for (const { kind, id, label, epoch, invalid } of copies)
      page.row(invalid ? 'worthless' : 'current', `${kind} ${id} of ${name}, epoch ${epoch}: ${label}`);
  }
}

export function sharesSection(page: Page, manifest: Manifest): void {
  const { oldShares, withoutShare, lost, reproves, outstanding } = manifest;
  page.section('old shares, as their members declared');
  page.table(
    oldShares.map(({ member, ...share }) => [member, oldShareWords(share)]),
    ['member', oldShares.length === 0 ? 'nobody has closed yet' : 'the old share'],
    [32],
  );
  for (const { name, index, returns } of lost) {
    if (returns === null) continue; // among those who are left without a share
    const back = returns === 'new-card' ? 'comes back with a new machine' : 'gets a new one';
    page.text(`declared lost, not destroyed: the old share of ${name}, old member ${index}, who ${back}`);
  }
  for (const { name, index, why, oldShare } of withoutShare) {
    const known = oldShare === null ? 'nothing is known of the old share' : oldShareWords(oldShare);
    page.text(`left without a share: ${name}, old member ${index} (${why}); ${known}`);
  }
  for (const { caller, number, signers, lost: without, reason, complete } of reproves) {
    const left = without.length === 0 ? 'nobody left out' : `${without.join(', ')} declared lost`;
    const end = complete ? 'signed by all of them' : 'not signed by all of them';
    page.row('later turn', `${number}, called for by ${caller}: ${signers.join(', ')} (${left}); ${end}: ${reason}`);
  }
  if (outstanding.length > 0) page.text(`outstanding: ${outstanding.join(', ')}`);
}

function copyLines(page: Page, { copies }: Manifest): void {
  for (const [what, listed] of [
    ['recorded', copies.recorded],
    ['worthless', copies.invalid],
  ] as const) {
    for (const copy of listed) {
      const { member, kind, id, label, epoch } = copy;
      page.row(what, `${kind} ${id} of ${member}, epoch ${epoch}: ${label}${copyFate(copy)}`);
    }
  }
}

export function troubleSection(page: Page, { faults, contradictions, missing, death }: Manifest): void {
  if (faults.length + contradictions.length + missing.length === 0 && death === null) return;
  page.section('faults, contradictions, and what is missing');
  if (death !== null) page.text(`given up: ${death.why}, by ${death.by.join(', ')}`);
  for (const { member, fault, detail, packet } of faults) {
    page.text(`fault of ${member}: ${fault}, ${detail}`);
    page.row('  packet', packet);
  }
  for (const { member, slot, packets: two, grave } of contradictions) {
    page.text(`${grave ? 'contradiction' : 'harmless contradiction'} of ${member} in slot ${slot.split(' ')[0]}`);
    page.rows('  packets', two);
  }
  for (const { packet, names } of missing) {
    page.text(`not seen here: ${names}, which is named by`);
    page.row('  packet', packet);
  }
}

export function remarksSection(page: Page, { notes, dissent }: Manifest): void {
  if (notes.length + dissent.length === 0) return;
  page.section('deviations, observations, dissent');
  for (const note of [...notes].sort((a, b) => a.at - b.at || a.number - b.number))
    page.row(note.kind, `${note.member} ${note.number + 1}, ${claimedTime(note.at)}: ${noteWords(note)}`);
  for (const { member, as, at, reason } of dissent)
    page.row('refusal', `${member} as ${as}, ${claimedTime(at)}: ${reason}`);
}

const order =
  'proposal approval refusal amendment endorsement deal acceptance complaint activation release closing commitment signature census note'.split(
    ' ',
  );

/** By attempt, the first one first; in each by kind, and then as their clocks claim. */
export function packetsSection(page: Page, { packets: all, ceremony }: Manifest): void {
  page.section('every packet');
  const begun = (attempt: string): number =>
    attempt === ceremony ? -1 : Math.min(...all.filter((one) => one.attempt === attempt).map(({ at }) => at));
  const attempts = [...new Set(all.map(({ attempt }) => attempt))].sort((a, b) => begun(a) - begun(b));
  for (const attempt of attempts) {
    if (attempts.length > 1) page.row('attempt', attempt === ceremony ? `${attempt}, the first` : attempt);
    const sorted = all
      .filter((one) => one.attempt === attempt)
      .sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || a.at - b.at);
    for (const { kind, author, at, digest, attended, bytes } of sorted) {
      page.row(kind, `${author}, ${claimedTime(at)}, ${bytes} bytes${attended ? '' : ', unattended'}`);
      page.row('', digest);
    }
  }
}
