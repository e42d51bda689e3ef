import { askedChecks, type Verification, type VerifiedCheck } from '../ceremony/verify.ts';
import { addressRows } from './key-lines.ts';
import { Page } from './page.ts';
import type { Compared } from './verification-json.ts';
import { windowJson, windowRows } from './window-text.ts';

/** What a verification came to, for people. `file` is what they called it; `asked`: they named a key themselves. */
export function verificationText(verification: Verification, file: string, asked: boolean): string {
  const { checks, name, keyset, epoch, head, threshold, members, keys, rehearsal } = verification;
  const page = new Page();
  page.title('CONCLAVE VERIFICATION', rehearsal ? 'REHEARSAL: FOR PRACTICE ONLY' : '');
  page.row('result', verdict(verification));
  if (newestNotAsked(verification))
    page.row('not asked', 'whether a later epoch exists (--expect-epoch, --head, another file)');
  page.row('file', file);
  if (keyset !== null) {
    page.row('keyset', `${name ?? 'no plan that was carried out in this file names it'} (${keyset})`);
    page.row('epoch', epoch === null ? 'none' : `the latest epoch in this file is ${epoch}`);
    page.row('head', head ?? 'there are two');
  } else if (verification.ceremonies.length > 0) page.row('keyset', `${name ?? ''}: nothing is proven in this file`);
  if (threshold !== null)
    page.row('committee', `${members.map((one) => one.name).join(', ')}; any ${threshold} of these ${members.length}`);
  keys.forEach(({ label, suite, publicKey, addresses }, at) => {
    page.row(at === 0 ? 'keys' : '', `${label} (${suite})`);
    page.row('', publicKey);
    for (const [chain, address] of addressRows(addresses)) page.row(`  ${chain}`, address);
  });
  if (keys.length > 0 && !asked)
    page.row('', 'whose key it is no file can say: compare it with the one that you know, or name it with --key');
  checksOf(page, 'the whole file', checks, null);
  for (const view of verification.ceremonies) {
    const { plan } = view;
    checksOf(page, `${plan.kind} ${plan.ceremony.slice(0, 16)}, to epoch ${plan.epoch.to}`, checks, plan.ceremony);
    page.blank();
    for (const [label, value] of windowRows(windowJson(view))) page.row(label, value);
  }
  bagsSection(page, verification);
  return page.toString();
}

/** What several exports say together. */
export function comparisonText(comparisons: readonly Pick<Compared, 'ok' | 'detail' | 'files'>[]): string {
  const page = new Page();
  page.section('the files together');
  if (comparisons.length === 0) page.text('no two of these files are of one keyset');
  for (const { ok, detail, files } of comparisons) {
    page.rows('compared', files);
    page.row(ok ? '' : 'NOT OK', detail);
  }
  return page.toString();
}

/** A file in which nothing can be verified. */
export function noExportText(file: string, why: string): string {
  const page = new Page();
  page.title('CONCLAVE VERIFICATION');
  page.row('result', 'NOT VALID: there is nothing here that can be verified');
  page.row('file', file);
  page.row('', why);
  return page.toString();
}

/** What people wrote down in the room, and no signature depends on. */
function bagsSection(page: Page, { bags }: Verification): void {
  const rows = bagRows(bags);
  if (rows.length === 0) return;
  page.section('observed: bags');
  for (const [label, words] of rows) {
    if (label === '') page.text(words);
    else page.row(label, words);
  }
}

/** What is observed of bags; the verifier page says the same. Nothing where there are none. */
export function bagRows({ steps, broken }: Verification['bags']): [string, string][] {
  if (steps === 0) return [];
  if (broken === null) return [['', 'a packet here is damaged: bags cannot be judged']];
  if (broken.length === 0) return [['', `${steps} on record, and their numbers follow from each other`]];
  return broken.map(({ step: { ceremony, member }, says }) => [
    'broken',
    `${says}, as ${member} wrote down in ceremony ${ceremony.slice(0, 16)}`,
  ]);
}

type Headline = Pick<Verification, 'valid' | 'intact' | 'checks' | 'faults' | 'epoch' | 'bags'>;

/** In one sentence; the verifier page says the same. */
export function verdict(headline: Headline): string {
  const broken = (headline.bags.broken ?? []).length > 0;
  return `${judged(headline)}${broken ? '; LOOK: the chain of bags is broken, see below' : ''}`;
}

/** No file can show that nothing followed it: only what is known from elsewhere can. */
export function newestNotAsked({ valid, epoch, checks }: Pick<Verification, 'valid' | 'epoch' | 'checks'>): boolean {
  return valid && epoch !== null && !checks.some(({ check }) => check === 'expect-epoch' || check === 'head');
}

function judged({ valid, intact, checks, faults, epoch }: Headline): string {
  const wrongs = checks.filter(({ ok, open }) => !ok && !open);
  const wrong = [...new Set(wrongs.map(({ check }) => check))].join(', ');
  if (!valid && !intact) return `NOT VALID: do not rely on this file. What failed: ${wrong}`;
  if (!valid && wrongs.every(({ check }) => askedChecks.includes(check))) {
    const found = wrongs.map(({ check, detail }) => `${check}: ${detail}`).join('; ');
    return `NOT VALID AS ASKED: the file is intact, but not what you expected: ${found}`;
  }
  if (!valid) {
    // a plan that nobody followed may call anybody by any name
    const who = [...new Set(faults.map((one) => `${one.member} (identity ${one.identity.slice(0, 16)})`))].join(', ');
    return `NOT VALID: the file is as it was signed, but ${who === '' ? 'somebody' : who} is at fault. What failed: ${wrong}`;
  }
  if (epoch === null) return 'VALID, but NOTHING IS PROVEN: no check failed, and no key has signed a committee here';
  const open = checks.filter((one) => one.open).length;
  if (open === 0) return `VALID: all ${checks.length} checks passed`;
  const [are, ask] = open === 1 ? ['is', 'it asks'] : ['are', 'they ask'];
  return `VALID: nothing is wrong; of ${checks.length} checks ${open} ${are} open, since not all that ${ask} for is in this file`;
}

function checksOf(page: Page, about: string, checks: readonly VerifiedCheck[], ceremony: string | null): void {
  const rows = checks.filter((one) => one.ceremony === ceremony);
  page.section(about);
  page.table(
    rows.map(({ check, ok, open, detail }) => [ok ? 'ok' : open ? 'open' : 'NOT OK', check, detail]),
    ['', 'check', 'what was found'],
    [6, 14],
  );
}
