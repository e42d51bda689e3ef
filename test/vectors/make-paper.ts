import { paperLines } from '../../src/ceremony/paper-backup.ts';
import { drawn } from '../crypto/drawn.ts';
import { group, hex, type Json, type Questions } from './form.ts';

const random = drawn('vectors a backup on paper');
const parts = { ageFile: random(270), header: random(60), link: random(25) };
const id = '1a2b3c4d';
const { head, lines } = paperLines(id, parts);
const line = (number: string): string => lines.find((one) => one.startsWith(number)) ?? '';
const read = (says: string, typed: string, first = head) => ({ says, given: { head: first, line: typed } });

export function makePaper(): Questions {
  const given: Json = { id, ageFile: hex(parts.ageFile), header: hex(parts.header), link: hex(parts.link) };
  return {
    about: ['A backup on paper: docs/protocol.md, section 23. The parts are bytes without a meaning.'],
    groups: [
      group('paper write', 'The first line, the lines, and what each code holds.', [{ says: 'a page', given }]),
      group('paper line', 'A first line and another one as they were typed: what they say, or null.', [
        read('as it is printed', line('A002')),
        read('in small letters and without blanks', line('A003').toLowerCase().replaceAll(' ', ''), head.toLowerCase()),
        read('digits for the letters that look like them', line('B001').replaceAll('O', '0').replaceAll('I', '1')),
        read('letters for the digits that look like them', line('A010').replace('A010', 'AO1O')),
        read('the last line of a part, which is shorter', line('A011')),
        read('a number that is too high', line('A011').replace('A011', 'A012')),
        read('another number', line('A002').replace('A002', 'A003')),
        read('two groups in the place of each other', line('A002').replace(/ (\w{5}) (\w{5}) /, ' $2 $1 ')),
        read('a letter too few', line('A002').replace(/.( \w{4})$/, '$1')),
        read('a line of another page', line('A002'), paperLines('1a2b3c4e', parts).head),
        read('a first line with a slip', line('A002'), head.replace('A011', 'A012')),
      ]),
    ],
  };
}
