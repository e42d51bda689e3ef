import { toHex } from '../../bytes/hex.ts';
import type { Progress } from '../../bytes/qr/collector.ts';
import { fileHash } from '../../bytes/tagged-hash.ts';
import { firstLine } from '../qr/first-line.ts';
import { digest, element, facts, part, say } from './part.ts';
import type { Report } from './receiver.ts';

/* What a scan came to, in words: what is missing, what cannot be read, what is not ours, and files that are whole. */

/** A single blurred picture between two good ones is no news to anybody. */
const patience = 8;
const mostLines = 50;
let without = 0;
/** The addresses of files that are whole: as long as the browser knows one, it keeps the file. */
let saving: string[] = [];

export function showReport({ name, step, news, scan, missing }: Report): void {
  for (const { message, hint } of news) showTrouble(name === null ? message : `${name}: ${message}`, hint);
  if (name !== null) line(`${name}: ${foundIn(step)}`, '');
  showStreams(scan.open, missing);
  part('mixed').hidden = scan.open.length < 2;
  const refused = [...scan.refused.values()].reduce((sum, count) => sum + count, 0);
  const counts = [...missing.slice(scan.open.length), ...(refused > 0 ? [`codes refused: ${refused}`] : [])];
  say('counts', counts.join('; '));
  for (const file of step.files) part('whole').prepend(wholeFile(file));
  part('forget').hidden = false;
}

/** What whoever holds the camera should do now. */
export function showSight({ step: { useful, known, unreadable, files } }: Report): void {
  const read = useful + known > 0;
  without = read ? 0 : without + 1;
  if (files.length > 0) say('sight', 'A file is whole: the camera was stopped.');
  else if (read) say('sight', 'Codes are being read.');
  else if (without >= patience) {
    say(
      'sight',
      unreadable
        ? 'A code is there and cannot be read: hold still, go closer, more light, larger codes, or slower ones.'
        : 'No code in sight: the whole code has to be in the picture, with its white border.',
    );
  }
}

/** Something that whoever holds the camera should know at once. */
export function showTrouble(message: string, hint: string | null): void {
  line(hint === null ? message : `${message} (${hint})`, 'warning');
}

export function clearReports(): void {
  without = 0;
  for (const url of saving) URL.revokeObjectURL(url); // it may be a backup of a share
  saving = [];
  for (const id of ['streams', 'news', 'whole', 'counts']) part(id).replaceChildren();
  for (const id of ['mixed', 'forget']) part(id).hidden = true;
  say('sight', 'Nothing was scanned yet.');
}

function line(text: string, kind: string): void {
  const news = part('news');
  news.prepend(element('p', kind, text));
  while (news.childElementCount > mostLines) news.lastElementChild?.remove();
}

function foundIn({ useful, known, unreadable }: Report['step']): string {
  if (useful + known === 0) return unreadable ? 'a code is there and cannot be read' : 'no code of ours';
  const words = [...(useful > 0 ? [`${useful} new`] : []), ...(known > 0 ? [`${known} known already`] : [])];
  return words.join(', ');
}

/** One bar for each file of which something came. */
function showStreams(open: readonly Progress[], words: readonly string[]): void {
  const bars = open.map(({ stream, have, of }, at) => {
    const bar = document.createElement('progress');
    bar.setAttribute('aria-label', `Codes of ${stream}`);
    [bar.max, bar.value] = [of, have];
    return element('div', 'stream', bar, element('p', '', words[at] ?? ''));
  });
  part('streams').replaceChildren(...bars);
}

function wholeFile(file: Uint8Array): HTMLElement {
  const hash = toHex(fileHash(file));
  const { words, ending, secret } = firstLine(file);
  const name = `${hash.slice(0, 16)}.${ending}`;
  const save = element('a', 'button', `Save ${name}`) as HTMLAnchorElement;
  save.download = name;
  save.href = URL.createObjectURL(new Blob([new Uint8Array(file)]));
  saving.push(save.href);
  const rows = facts([
    ['by its first line', words],
    ['bytes', String(file.length)],
    ['SHA-256', digest(hash)],
  ]);
  return element(
    'div',
    'result',
    element('h2', '', 'A file is whole'),
    element('p', '', 'It is, bit for bit, what the codes said that it is: its SHA-256 was computed here.'),
    element('dl', '', ...rows),
    ...(secret ? [element('p', 'warning', 'Whoever has this file has a secret: guard it.')] : []),
    element('p', '', save),
    element('p', 'quiet', 'Nobody has checked what is in it. Compare the first digits with the screen that showed it.'),
  );
}
