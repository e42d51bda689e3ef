import type { Judgement } from '../../ceremony/evidence.ts';
import { problems } from '../../problem.ts';
import { ceremonyCheckWords, evidenceCheckWords, exportCheckWords } from '../check-words.ts';
import { addressRows } from '../key-lines.ts';
import { kindWords } from '../plan-text.ts';
import { bagRows, newestNotAsked, verdict } from '../verification-text.ts';
import { drawn, element, facts, preformatted, tableOf } from './element.ts';
import type { Compared, Examined, Told } from './examine.ts';
import { successionPicture } from './picture.ts';

type Verified = NonNullable<Examined['verification']>;
type Shown = { readonly check: string; readonly ok: boolean; readonly open?: boolean; readonly detail: string };

/** What is beyond this is counted, and not shown: the page stays one that a browser can hold. */
const keysShown = 40;
const faultsShown = 200;
const committeesDrawn = 100;

type Rows = (readonly [string, string | Node])[];

/** What is shown of one file: the sentence first, then what it is, then all the rest. */
interface Parts {
  readonly verdict: HTMLElement;
  readonly rehearsal: boolean;
  readonly rows: Rows;
  readonly rest: readonly Node[];
}

/** Everything that is found of one file. `asked` is what was given beside it, in words. */
export function resultOf(examined: Examined, asked: readonly string[], room: number): HTMLElement {
  const { name, size, sha256, verification, judgement } = examined;
  const parts =
    verification !== null
      ? exportParts(examined, verification, asked, room)
      : judgement !== null
        ? evidenceParts(judgement)
        : nothingParts();
  return element(
    'section',
    'result',
    element('h2', '', name),
    parts.verdict,
    parts.rehearsal ? element('p', 'rehearsal', rehearsalWords) : null,
    facts([['file', `${name}, ${size} bytes`], ['SHA-256', hex(sha256)], ...parts.rows]),
    ...parts.rest,
  );
}

const rehearsalWords = 'REHEARSAL: for practice only. No key in this file is one to rely on.';

function nothingParts(): Parts {
  const text =
    'NEITHER an export of conclave NOR evidence of a fault: nothing in it was judged. Ask for the .conclave file';
  return { verdict: shownVerdict('bad', text), rehearsal: false, rows: [], rest: [] };
}

function exportParts(examined: Examined, verified: Verified, asked: readonly string[], room: number): Parts {
  const { checks, faults, rehearsal, valid, epoch } = verified;
  const { ceremonies, untold } = examined;
  const given = asked.length > 0 ? asked.join('; ') : 'nothing: compare its keys with what you know from elsewhere';
  return {
    verdict: shownVerdict(!valid ? 'bad' : epoch === null ? 'open' : 'good', verdict(verified)),
    rehearsal,
    rows: [
      ...(newestNotAsked(verified)
        ? [['not asked', 'whether a later epoch exists (give the epoch, the head, or another file)'] as const]
        : []),
      ...keysetFacts(verified),
      ['given', given],
    ],
    rest: [
      ...picture(examined, room),
      ...blame(faults, ceremonies.length > 0),
      element('h3', '', 'The file as a whole'),
      checkTable(checks.filter(({ ceremony }) => ceremony === null)),
      ...ceremonies.flatMap((told) => ceremonyParts(told, verified)),
      ...moreOf(untold, 'ceremonies'),
      ...observed(verified),
      ...meanings(checks, { ...ceremonyCheckWords, ...exportCheckWords }),
      element('h3', '', 'What this does not show'),
      element('p', '', limitWords),
    ],
  };
}

const limitWords =
  'That nothing newer exists, unless you gave the epoch or the head from elsewhere. That a share was destroyed: members only say so. When anything was done: times are as the machines’ clocks claimed them. Who a name belongs to: compare identities with the cards.';

/** The newest committees, where there are too many to draw. */
function picture({ committees, happenings }: Examined, room: number): Node[] {
  const newest = committees.slice(-committeesDrawn);
  const left = committees.length - newest.length;
  const first = newest[0]?.epoch ?? 0;
  const since = left === 0 ? happenings : happenings.filter(({ from }) => from !== null && from >= first);
  const lines = successionPicture(newest, since, room);
  if (lines.length === 0) return [];
  const legend =
    'A box is a committee that the keys themselves signed. A line: who stays. A cross: who leaves. A plus: who joins. Dashed red: what came to nothing, or is not finished here.';
  return [
    element('h3', '', 'The succession'),
    element('div', 'picture', ...lines.map(drawn)),
    element('p', 'legend', legend),
    ...moreOf(left, 'earlier committees'),
  ];
}

function shownVerdict(kind: 'good' | 'open' | 'bad', text: string): HTMLElement {
  return element('p', `verdict ${kind}`, text);
}

function hex(text: string): HTMLElement {
  return element('span', 'hex', text);
}

function keysetFacts({ name, keyset, epoch, head, threshold, members, keys }: Verified): Rows {
  const committee = members.map((member) => `${member.index} ${member.name}`).join(', ');
  return [
    ['keyset', name ?? 'no plan that was carried out in this file names it'],
    ['its id', keyset === null ? 'not proven' : hex(keyset)],
    ['latest epoch', epoch === null ? 'none is proven' : `${epoch}, the latest that is proven in this file`],
    ['committee', threshold === null ? 'none is proven' : `any ${threshold} of these ${members.length}: ${committee}`],
    ['head', head === null ? 'none' : hex(head)],
    ...keys
      .slice(0, keysShown)
      .flatMap(
        ({ label, suite, publicKey, addresses }): Rows => [
          [`key ${label}`, element('span', '', `${suite} `, hex(publicKey))],
          ...addressRows(addresses).map(([chain, address]): [string, Node] => [chain, hex(address)]),
        ],
      ),
    ...(keys.length > keysShown ? [['keys', `and ${keys.length - keysShown} more`] as const] : []),
  ];
}

/** What people wrote down in the room of bags, and no signature depends on. */
function observed({ bags }: Verified): Node[] {
  const rows = bagRows(bags);
  return rows.length === 0 ? [] : [element('h3', '', 'Observed: bags'), facts(rows)];
}

/** Nothing is said of a file in which no ceremony could be looked at. */
function blame(faults: Verified['faults'], looked: boolean): Node[] {
  if (!looked) return [];
  const shown = faults.slice(0, faultsShown).map(chargeShown);
  const more = moreOf(faults.length - shown.length, 'faults');
  const nobody = element('p', '', 'Nobody, by what is in this file.');
  return [element('h3', '', 'Who is at fault'), ...(shown.length === 0 ? [nobody] : shown), ...more];
}

function moreOf(count: number, what: string): Node[] {
  return count > 0 ? [element('p', '', `and ${count} ${what} more: conclave verify shows them all`)] : [];
}

function chargeShown({
  member,
  identity,
  fault,
  detail,
  ceremonies,
  packets,
}: Verified['faults'][number]): HTMLElement {
  return element(
    'div',
    'fault',
    element('p', '', element('strong', '', member), `: ${fault}, ${detail}`),
    facts([
      ['in general', problems[fault]],
      ['identity', hex(identity)],
      ...ceremonies.map((ceremony): [string, Node] => ['ceremony', hex(ceremony)]),
      ...packets.map((packet): [string, Node] => ['packet', hex(packet)]),
    ]),
  );
}

function checkTable(checks: readonly Shown[]): HTMLElement {
  const rows = checks.map(({ check, ok, open, detail }) => {
    const [kind, word] = ok ? ['good', 'ok'] : open === true ? ['open', 'open'] : ['bad', 'NOT OK'];
    return element('tr', '', element('td', kind, word), element('td', 'check', check), element('td', 'detail', detail));
  });
  return tableOf(['', 'check', 'what was found'], rows);
}

/** Once for all ceremonies: what the checks that were made here ask. */
function meanings(checks: readonly Shown[], words: Readonly<Record<string, string>>): Node[] {
  const names = [...new Set(checks.map(({ check }) => check))];
  return [
    element('h3', '', 'What each check asks'),
    facts(names.map((name): [string, string] => [name, words[name] ?? ''])),
  ];
}

function ceremonyParts({ manifest, end, shares, window, text }: Told, { checks }: Verified): Node[] {
  const { ceremony, kind, epoch, reason, because, ticket, proposed, committee, threshold, rehearsal } = manifest;
  const why = `${reason === '' ? 'no reason was given' : reason} (${because}${ticket === null ? '' : `, ticket ${ticket}`})`;
  return [
    element('h2', '', `${kind} ${ceremony.slice(0, 16)}: ${end}${rehearsal ? ' (REHEARSAL)' : ''}`),
    facts([
      ['what', `${kindWords[kind]}; epoch ${epoch.from ?? 'none'} to ${epoch.to}`],
      ['why', why],
      ['proposed by', proposed.by],
      ['before', committeeWords(threshold.from, committee.before)],
      ['after', committeeWords(threshold.to, committee.after)],
      ...shares.map((line, at) => [at === 0 ? 'the shares' : '', line] as const),
      ...window,
      ['ceremony', hex(ceremony)],
    ]),
    checkTable(checks.filter((check) => check.ceremony === ceremony)),
    element('details', '', element('summary', '', 'All that its packets say'), preformatted(text)),
  ];
}

function committeeWords(threshold: number | null, seats: Told['manifest']['committee']['before']): string {
  if (threshold === null) return 'nobody';
  const each = seats.map(({ index, name, becomes }) => `${index} ${name}${becomes === 'stays' ? '' : ` (${becomes})`}`);
  return `${threshold} of ${seats.length}: ${each.join(', ')}`;
}

const identityWords = 'Compare the identity with the card of whom you mean: a name alone proves nothing.';

function evidenceParts({ valid, member, accused, rehearsal, checks, faults }: Judgement): Parts {
  const what = [...new Set(faults.map(({ fault }) => fault))].join(', ');
  return {
    verdict: valid
      ? shownVerdict('bad', `PROVEN against ${member}: ${what}`)
      : shownVerdict('open', 'The file proves nothing against anybody'),
    rehearsal,
    rows: [
      ['accused', member === '' ? 'unknown' : member],
      ['identity', hex(accused)],
    ],
    rest: [
      ...(valid ? [element('p', '', identityWords)] : []),
      ...faults.map(chargeShown),
      element('h3', '', 'Checks'),
      checkTable(checks),
      ...meanings(checks, evidenceCheckWords),
    ],
  };
}

/** Two or more exports of one keyset, beside each other. */
export function comparisonOf({ comparisons, of }: Compared): HTMLElement | null {
  if (of.length < 2) return null;
  const names = (files: readonly number[]): string => files.map((place) => of[place]).join(', ');
  const parts = comparisons.flatMap(({ ok, detail, files, forks, contradictions }) => [
    shownVerdict(ok ? 'good' : 'bad', detail),
    facts([
      ['compared', names(files)],
      ...forks.flatMap(({ epoch, heads }) =>
        heads.map((one): [string, Node] => [
          `epoch ${epoch}`,
          element('span', '', hex(one.head), ` in ${names(one.files)}`),
        ]),
      ),
      ...contradictions.map(({ member, packets }): [string, Node] => [
        member,
        element('span', '', 'said two things: ', hex(packets.join(' and '))),
      ]),
    ]),
  ]);
  const none = element('p', '', 'No two of these files are of one keyset: there is nothing to compare.');
  return element('section', 'result', element('h2', '', 'The files compared'), ...(parts.length > 0 ? parts : [none]));
}
