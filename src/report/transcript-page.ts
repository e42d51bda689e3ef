import type { Check } from '../ceremony/checks.ts';
import type { MemberCopy } from '../ceremony/manifest.ts';
import { copyFate } from './copy-text.ts';
import { lifeText } from './epoch-life-text.ts';
import { addressRows } from './key-lines.ts';
import {
  committeeSection,
  membersSection,
  packetsSection,
  remarksSection,
  sharesSection,
  stillSection,
} from './manifest-text.ts';
import { type Named, namesSection, withName } from './name-sheet.ts';
import { Page } from './page.ts';
import type { Cell } from './page-block.ts';
import { claimedTime } from './time.ts';
import { firstPage } from './transcript-first.ts';
import type { OwnRecord, Transcript } from './transcript-json.ts';
import { troubleSections } from './trouble-page.ts';
import { windowRows } from './window-text.ts';

/** Beyond this, keys are in the JSON. */
const keysShown = 40;

/** A ceremony on paper, whatever it came to: text, HTML and PDF are written from this one page. */
export function transcriptPage(transcript: Transcript, sheet: readonly Named[] = []): Page {
  const page = new Page();
  const still = transcript.drill !== null || transcript.census !== null;
  firstPage(page, transcript);
  namesSection(
    page,
    transcript.members.map(({ name }) => name),
    sheet,
  );
  committeeSection(page, transcript);
  troubleSections(page, transcript);
  page.section('checks, each derived again from the signed packets');
  checkRows(page, transcript.checks);
  coverage(page, transcript);
  if (transcript.drill === null) keys(page, transcript);
  membersSection(page, transcript);
  consents(page, transcript);
  stillSection(page, transcript);
  if (!still) {
    shareLog(page, transcript);
    sharesSection(page, transcript);
    copies(page, transcript);
  }
  remarksSection(page, transcript);
  tools(page, transcript);
  packetsSection(page, transcript);
  own(page, transcript);
  anchoring(page, transcript);
  limits(page, transcript);
  signatures(page, transcript, sheet);
  return page;
}

/** The checks alone: what a verification shows. */
export function checkRows(page: Page, checks: readonly Check[]): void {
  page.table(
    checks.map(({ check, ok, open, detail }) => [
      ok ? { text: 'ok', tone: 'good' } : open ? { text: 'open', tone: 'open' } : { text: 'NOT OK', tone: 'bad' },
      check,
      detail,
    ]),
    ['', 'check', 'what was found'],
    [6, 14],
  );
}

function coverage(page: Page, { coverage: found, epoch, checks }: Transcript): void {
  if (found === null) return;
  page.section('who can sign together');
  const old = found.epoch !== epoch.to ? `of epoch ${found.epoch}, which is in force: ` : '';
  page.text(`${old}${found.words}`, found.ok ? null : 'bad');
  const possession = checks.find(({ check }) => check === 'possession');
  if (found.epoch === epoch.to && possession !== undefined)
    page.text(`that the members have the shares that this speaks of: ${possession.detail}`);
}

/** What anybody needs to check it again with another program. */
const recipes: Readonly<Record<string, string>> = {
  'secp256k1-tr':
    'secp256k1-tr: BIP-340. The key is the public key without its first byte: verify(key, message, signature).',
  ed25519: 'ed25519: RFC 8032, in its strict form. verify(public key, message, signature).',
  secp256k1:
    'secp256k1: RFC 9591, FROST(secp256k1, SHA-256). The signature is a point R and a number z: z*B = R + H2(R, public key, message)*public key.',
  p256: 'p256: RFC 9591, FROST(P-256, SHA-256). The signature is a point R and a number z: z*B = R + H2(R, public key, message)*public key.',
  ristretto255:
    'ristretto255: RFC 9591, FROST(ristretto255, SHA-512). The signature is a point R and a number z: z*B = R + H2(R, public key, message)*public key.',
};

function keys(page: Page, { keys: all, proofOfLife, kind, epoch }: Transcript): void {
  const proven = proofOfLife.length > 0;
  page.section(proven ? 'proof of life: what each key signed' : 'keys');
  if (proven) {
    page.text(
      'Each key signed the descriptor and the transcript of its new committee. How the message is made of them is in the protocol, section 17; all is in hex.',
    );
    for (const suite of new Set(proofOfLife.map((one) => one.suite))) page.text(recipes[suite] ?? suite);
  } else if (kind !== 'census')
    page.text('No proof of life is here yet: none of these keys has signed a new committee.');
  for (const { label, suite, publicKey, addresses } of all.slice(0, keysShown)) {
    const proof = proofOfLife.find((one) => one.label === label);
    page.blank();
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

/** A machine signs nothing in a ceremony before its operator consented to the plan, of which the twelve words are. */
function consents(page: Page, { consents: all, phrase, members }: Transcript): void {
  page.section('who consented, and the phrase that they compared');
  page.rows('phrase', phraseLines(phrase));
  const silent = members.filter(({ name }) => all.every(({ member }) => member !== name)).map(({ name }) => name);
  page.table(
    all.map(({ member, at, kind, attended }) => [
      member,
      attended ? 'by a person, as its machine says' : { text: 'BY A SCRIPT', tone: 'open' },
      `${kind}, ${claimedTime(at)}`,
    ]),
    ['member', 'consent', 'the first that was signed here'],
    [24, 16],
  );
  if (silent.length > 0) page.text(`nothing of these is here: ${silent.join(', ')}`);
}

/** Numbered, in rows of four, as it is read aloud. */
function phraseLines(phrase: string): string[] {
  const words = phrase.split(' ').map((word, at) => `${at + 1} ${word}`);
  return [0, 4, 8].map((start) => words.slice(start, start + 4).join('  '));
}

function shareLog(page: Page, { shareLogs: all }: Transcript): void {
  page.section('what became of each share, by its member');
  for (const which of ['old', 'new'] as const) {
    const some = all.filter(({ committee }) => committee === which);
    if (some.length === 0) continue;
    const rows = some.flatMap(({ member, index, state, events }) => {
      const said = events.map(({ at, event }) => `${claimedTime(at)} ${event}`);
      const [first = '-', ...more] = said;
      return [[`${index} ${member}`, state, first], ...more.map((line) => ['', '', line])];
    });
    page.table(rows, [`${which}, epoch ${some[0]?.epoch}`, 'the share is', 'said so far'], [16, 24]);
    page.blank();
  }
}

/** What the members declared of copies when they closed: no machine can know of a copy that nobody registered. */
function copies(page: Page, { copies: { recorded, invalid }, backups }: Transcript): void {
  page.section('backups and exports');
  if (backups !== null) page.text(`Backups that the plan asks for: ${backups.words}.`);
  const row = (standing: Cell, copy: MemberCopy): Cell[] => [
    standing,
    `${copy.member}, epoch ${copy.epoch}`,
    `${copy.kind} ${copy.id}: ${copy.label}${copyFate(copy)}`,
  ];
  const worthless: Cell = { text: 'WORTHLESS', tone: 'open' };
  const outstanding = invalid.filter(({ destroyed }) => destroyed === null);
  if (recorded.length + invalid.length === 0) page.text('No member declared a copy of a share.');
  else
    page.table(
      [
        ...recorded.map((copy) => row('current', copy)),
        ...invalid.map((copy) => row(copy.destroyed === null ? worthless : 'destroyed', copy)),
      ],
      ['', 'of', 'the copy'],
      [9, 24],
    );
  if (outstanding.length > 0)
    page.text(
      'A worthless copy is to be destroyed where it lies, and its member records that with conclave backup retire. That one is destroyed is what people say: no packet proves it.',
    );
}

function tools(page: Page, { tools: { plan, members: each } }: Transcript): void {
  page.section('programs');
  const words = (version: string, digest: string | null): string =>
    `conclave ${version}, ${digest ?? 'not run from a single file'}`;
  page.row('plan', words(plan.version, plan.digest));
  for (const { member, version, digest, same } of each)
    page.row(member, same ? 'the same' : `ANOTHER: ${words(version, digest)}`, same ? null : 'open');
}

function own(page: Page, { own: mine, keyset }: Transcript): void {
  page.section(`what only the machine of ${mine.member} can say`);
  const { consent, log, copies, epochs, damaged, tool } = mine;
  page.row(
    'consent',
    consent === null ? 'none' : `${claimedTime(consent.at)}, ${consent.attended ? 'by a person' : 'by a script'}`,
  );
  page.rows(
    'shares',
    log.length === 0 ? ['none'] : log.map(({ at, epoch, event }) => `${claimedTime(at)}, epoch ${epoch}: ${event}`),
  );
  page.rows(
    'copies',
    copies.map(({ id, kind, label, epoch, at, state }) => {
      return `${kind} ${id}, epoch ${epoch}, made ${claimedTime(at)}, ${copyWords[state]}: ${label}`;
    }),
  );
  page.rows(
    'old epochs',
    epochs.map((life) => lifeText(keyset, life, false)),
  );
  page.rows('damaged', damaged);
  page.row('written by', `conclave ${tool.version}${tool.digest === null ? '' : `, ${tool.digest}`}`);
}

const copyWords: Readonly<Record<OwnRecord['copies'][number]['state'], string>> = {
  current: 'current',
  invalid: 'WORTHLESS: to be destroyed where it lies',
  destroyed: 'destroyed, as its member says',
  unfinished: 'begun and not finished: something may lie there',
};

/** At the end of the record, since it is made public when the record is done. */
function anchoring(page: Page, transcript: Transcript): void {
  page.section('dates that need no clock of ours');
  for (const [label, value] of windowRows(transcript)) page.row(label, value);
  page.text(
    'Have the digest made public at a place with dates of its own (a gazette, a time-stamping service, a chain), and record where:',
  );
  page.command(`conclave note --kind anchor --place "..." --ceremony ${transcript.ceremony.slice(0, 16)}`);
}

function limits(page: Page, { rehearsal }: Transcript): void {
  page.section('what this does not say');
  page.text(
    'Times are claims of the machines that signed. Nothing here proves that anything was erased from a medium, that every copy is listed, who sat at a machine, or that a rule of any standard was kept. Everything else, but for what only one machine can say, can be derived again from the packets.',
  );
  if (rehearsal)
    page.text('This was a rehearsal: none of its keys is worth anything, and it proves nothing of a real one.', 'bad');
}

function signatures(page: Page, { members }: Transcript, sheet: readonly Named[]): void {
  page.section('signed off', true);
  page.text('By signing, each says that the above is what happened as far as they saw it, and no more.');
  for (const { name, role } of signOffs(members)) page.signature(withName(name, sheet), role);
}

/** Everybody with a part, and the two who see to it that it is done as written and have none. */
export function signOffs(members: Transcript['members']): { readonly name: string; readonly role: string }[] {
  const own = members.map(({ name, roles, oldIndex, newIndex }) => {
    const seats = [
      ...(oldIndex === null ? [] : [`old member ${oldIndex}`]),
      ...(newIndex === null ? [] : [`new member ${newIndex}`]),
      ...roles.filter((role) => role !== 'old' && role !== 'new'),
    ];
    return { name, role: seats.join(', ') || 'proposer' };
  });
  return [...own, { name: 'administrator', role: 'led the ceremony' }, { name: 'internal witness', role: 'saw it' }];
}
