import { ceremonyCheckWords, evidenceCheckWords, exportCheckWords } from '../check-words.ts';
import { kindWords } from '../plan-text.ts';
import { drawn, element, facts, preformatted, tableOf } from './element.ts';
import type { Compared, Examined, Told } from './examine.ts';
import { successionPicture } from './picture.ts';

type Verified = NonNullable<Examined['verification']>;
type Shown = { readonly check: string; readonly ok: boolean; readonly open?: boolean; readonly detail: string };

/** Rows of keys and ceremonies beyond this are counted, not drawn: the page stays one that a browser can hold. */
const keysShown = 40;
const toldShown = 200;

/** Everything that is found of one file. `asked` is what was given beside it, in words. */
export function resultOf(examined: Examined, asked: readonly string[], room: number): HTMLElement {
  const { name, size, sha256, verification, judgement } = examined;
  const file = facts([
    ['file', `${name}, ${size} bytes`],
    ['SHA-256', element('span', 'hex', sha256)],
  ]);
  const parts =
    verification !== null
      ? exportParts(examined, verification, asked, room)
      : judgement !== null
        ? evidenceParts(judgement)
        : [verdict('bad', 'NEITHER an export of conclave NOR evidence of a fault: nothing in it was judged')];
  return element('section', 'result', element('h2', '', name), ...parts.slice(0, 2), file, ...parts.slice(2));
}

function exportParts(examined: Examined, verified: Verified, asked: readonly string[], room: number): Node[] {
  const { checks, faults, rehearsal } = verified;
  const { committees, happenings, ceremonies } = examined;
  return [
    verdictOf(verified),
    rehearsal ? rehearsalMark() : element('div', ''),
    facts([
      ...keysetFacts(verified),
      [
        'given',
        asked.length > 0
          ? asked.join('; ')
          : 'nothing: the file was judged by itself. Compare its keys with what you know from elsewhere',
      ],
    ]),
    ...picture(committees, happenings, room),
    ...blame(faults, ceremonies.length > 0),
    element('h3', '', 'The file as a whole'),
    checkTable(checks.filter(({ ceremony }) => ceremony === null)),
    ...ceremonies.slice(0, toldShown).flatMap((told) => ceremonyParts(told, verified)),
    ceremonies.length > toldShown
      ? element('p', '', `and ${ceremonies.length - toldShown} ceremonies more: conclave verify shows them all`)
      : element('div', ''),
    ...meanings(checks, { ...ceremonyCheckWords, ...exportCheckWords }),
    ...limits(),
  ];
}

function picture(committees: Examined['committees'], happenings: Examined['happenings'], room: number): Node[] {
  const lines = successionPicture(committees, happenings, room);
  if (lines.length === 0) return [];
  const legend =
    'A box is a committee that the keys themselves signed. A line: who stays. A cross: who leaves. A plus: who joins. Dashed red: what came to nothing, or is not finished here.';
  return [element('h3', '', 'The succession'), element('div', 'picture', ...lines.map(drawn)), element('p', 'legend', legend)];
}

function verdictOf({ valid, intact, checks, epoch, faults }: Verified): HTMLElement {
  const wrong = [...new Set(checks.filter(({ ok, open }) => !ok && !open).map(({ check }) => check))];
  if (!valid) {
    const who = [...new Set(faults.map(({ member }) => member))].join(', ');
    const why = intact && who !== '' ? `; nothing in it was changed, but at fault is ${who}` : '';
    return verdict('bad', `NOT VALID: the check of ${wrong.join(', ')} failed${why}`);
  }
  if (epoch === null)
    return verdict('open', 'NOTHING PROVEN: no check failed, but no committee is proven by its keys in this file');
  const unseen = checks.filter(({ open }) => open).length;
  const more = unseen === 0 ? '' : `; ${unseen} open, since something was not seen in this file`;
  return verdict('good', `VALID: no check failed${more}`);
}

function verdict(kind: 'good' | 'open' | 'bad', text: string): HTMLElement {
  return element('p', `verdict ${kind}`, text);
}

function rehearsalMark(): HTMLElement {
  return element('p', 'rehearsal', 'REHEARSAL: for practice only. No key in this file is one to rely on.');
}

function keysetFacts({ name, keyset, epoch, head, threshold, members, keys }: Verified): [string, string | Node][] {
  const hex = (text: string): Node => element('span', 'hex', text);
  const committee = members.map((member) => `${member.index} ${member.name}`).join(', ');
  return [
    ['keyset', name ?? 'without a name'],
    ['its id', keyset === null ? 'not proven' : hex(keyset)],
    ['latest epoch', epoch === null ? 'none is proven' : `${epoch}, the latest that is proven in this file`],
    ['committee', threshold === null ? 'none is proven' : `${threshold} of ${members.length}: ${committee}`],
    ['head', head === null ? 'none' : hex(head)],
    ...keys
      .slice(0, keysShown)
      .map(({ label, suite, publicKey }): [string, Node] => [
        `key ${label}`,
        element('span', '', `${suite} `, hex(publicKey)),
      ]),
    ...(keys.length > keysShown ? ([['keys', `and ${keys.length - keysShown} more`]] as [string, string][]) : []),
  ];
}

/** Nothing is said of a file in which no ceremony could be looked at. */
function blame(faults: Verified['faults'], looked: boolean): Node[] {
  if (!looked) return [];
  const shown = faults.map(chargeShown);
  const nobody = element('p', '', 'Nobody, by what is in this file.');
  return [element('h3', '', 'Who is at fault'), ...(shown.length === 0 ? [nobody] : shown)];
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
      ['identity', element('span', 'hex', identity)],
      ...ceremonies.map((ceremony): [string, Node] => ['ceremony', element('span', 'hex', ceremony)]),
      ...packets.map((packet): [string, Node] => ['packet', element('span', 'hex', packet)]),
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

function ceremonyParts({ manifest, end, text }: Told, { checks }: Verified): Node[] {
  const { ceremony, kind, epoch, reason, because, ticket, proposed, committee, threshold, rehearsal } = manifest;
  const seats = (side: typeof committee.before): string =>
    side.map(({ index, name, becomes }) => `${index} ${name}${becomes === 'stays' ? '' : ` (${becomes})`}`).join(', ');
  const whole = element('details', '', element('summary', '', 'All that its packets say'), preformatted(text));
  return [
    element('h2', '', `${kind} ${ceremony.slice(0, 16)}: ${end}${rehearsal ? ' (REHEARSAL)' : ''}`),
    facts([
      ['what', `${kindWords[kind]}; epoch ${epoch.from ?? 'none'} to ${epoch.to}`],
      [
        'why',
        `${reason === '' ? 'no reason was given' : reason} (${because}${ticket === null ? '' : `, ticket ${ticket}`})`,
      ],
      ['proposed by', proposed.by],
      [
        'before',
        committee.before.length === 0
          ? 'nobody'
          : `${threshold.from} of ${committee.before.length}: ${seats(committee.before)}`,
      ],
      ['after', `${threshold.to} of ${committee.after.length}: ${seats(committee.after)}`],
      ['ceremony', element('span', 'hex', ceremony)],
    ]),
    checkTable(checks.filter((check) => check.ceremony === ceremony)),
    whole,
  ];
}

function evidenceParts(judgement: NonNullable<Examined['judgement']>): Node[] {
  const { valid, member, accused, rehearsal, checks, faults } = judgement;
  return [
    valid
      ? verdict('bad', `PROVEN against ${member}: ${[...new Set(faults.map(({ fault }) => fault))].join(', ')}`)
      : verdict('open', 'PROVES NOTHING against anybody'),
    rehearsal ? rehearsalMark() : element('div', ''),
    facts([
      ['accused', member === '' ? 'unknown' : member],
      ['identity', element('span', 'hex', accused)],
    ]),
    element('p', '', 'Compare the identity with the card of whom you mean: a name alone proves nothing.'),
    ...faults.map(chargeShown),
    element('h3', '', 'Checks'),
    checkTable(checks),
    ...meanings(checks, evidenceCheckWords),
  ];
}

function limits(): Node[] {
  return [element('h3', '', 'What this does not show'), element('p', '', limitWords)];
}

const limitWords =
  'That nothing newer exists, unless you gave the epoch or the head from elsewhere. That a share was destroyed: members only say so. When anything was done: times are as the machines’ clocks claimed them. Who a name belongs to: compare identities with the cards.';

/** Two or more exports of one keyset, beside each other. */
export function comparisonOf({ comparisons, of }: Compared): HTMLElement | null {
  if (of.length < 2) return null;
  const names = (files: readonly number[]): string => files.map((place) => of[place]).join(', ');
  const parts = comparisons.flatMap(({ ok, detail, files, forks, contradictions }) => [
    verdict(ok ? 'good' : 'bad', detail),
    facts([
      ['compared', names(files)],
      ...forks.flatMap(({ epoch, heads }) =>
        heads.map((one): [string, Node] => [
          `epoch ${epoch}`,
          element('span', '', element('span', 'hex', one.head), ` in ${names(one.files)}`),
        ]),
      ),
      ...contradictions.map(({ member, packets }): [string, Node] => [
        member,
        element('span', '', 'said two things: ', element('span', 'hex', packets.join(' and '))),
      ]),
    ]),
  ]);
  const none = element('p', '', 'No two of these files are of one keyset: there is nothing to compare.');
  return element('section', 'result', element('h2', '', 'The files compared'), ...(parts.length > 0 ? parts : [none]));
}
