import { encodeCbor } from '../bytes/cbor.ts';
import { toHex } from '../bytes/hex.ts';
import { taggedHash } from '../bytes/tagged-hash.ts';
import type { DueItem } from '../ceremony/due.ts';
import { dueWords } from './due-text.ts';

const day = 86_400;

/**
 * What is due as a calendar (RFC 5545): all-day events, on the day that it has to be done by, or its turn of a spread; what
 * has no day is put on today. One thing keeps its UID, so that a calendar that takes the file again moves the event.
 */
export function calendarText(items: readonly DueItem[], now: number, rehearsal = false): string {
  const lines = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//conclave//due//EN', 'CALSCALE:GREGORIAN'];
  for (const item of items) lines.push(...event(item, now, rehearsal ? 'REHEARSAL, ' : ''));
  lines.push('END:VCALENDAR');
  return lines.map((line) => `${folded(line)}\r\n`).join('');
}

function event(item: DueItem, now: number, mark: string): string[] {
  const { says, do: what } = dueWords(item, null);
  const at = Math.max(item.planned ?? item.by ?? now, item.state === 'ahead' ? 0 : now);
  const start = Math.min(at, 253_402_128_000); // the day after it is the last with a year of four digits
  return [
    'BEGIN:VEVENT',
    `UID:${uid(item)}`,
    `DTSTAMP:${stamp(now)}`,
    `DTSTART;VALUE=DATE:${stamp(start).slice(0, 8)}`,
    `DTEND;VALUE=DATE:${stamp(start + day).slice(0, 8)}`,
    `SUMMARY:${escaped(`conclave: ${mark}${item.keyset}, ${summaries[item.what]}`)}`,
    `DESCRIPTION:${escaped(`${says}\n${what}`)}`,
    'TRANSP:TRANSPARENT',
    'END:VEVENT',
  ];
}

const summaries: Readonly<Record<DueItem['what'], string>> = {
  lost: 'a share is lost',
  refresh: 'renew the shares',
  exposed: 'shares are exposed',
  unproven: 'prove the shares',
  backup: 'make a backup',
  outstanding: 'destroy old copies',
  member: 'a member has left',
};

/** The same thing at the same epoch; the id of the keyset itself is nobody's business who reads calendars. */
function uid(item: DueItem): string {
  const which = item.what === 'outstanding' ? item.member : item.what === 'unproven' ? item.why : '';
  const hash = taggedHash('calendar', encodeCbor([item.id, item.epoch, item.what, which]));
  return `${toHex(hash).slice(0, 32)}@conclave`;
}

/** UTC, as in 20270302T090000Z. */
function stamp(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
}

/** RFC 5545 section 3.3.11. */
function escaped(text: string): string {
  return text.replace(/[\\;,]/g, (sign) => `\\${sign}`).replace(/\r?\n/g, '\\n');
}

/** RFC 5545 section 3.1: no line is longer than 75 octets, and no character is cut in two. */
function folded(line: string): string {
  const encoder = new TextEncoder();
  const lines: string[] = [];
  let current = '';
  let octets = 0;
  for (const character of line) {
    const { length } = encoder.encode(character);
    if (octets + length > 75) {
      lines.push(current);
      current = ' ';
      octets = 1;
    }
    current += character;
    octets += length;
  }
  return [...lines, current].join('\r\n');
}
