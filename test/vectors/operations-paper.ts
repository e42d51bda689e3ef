import { readHead, readLine } from '../../src/bytes/numbered-lines.ts';
import { paperCodes, paperLines } from '../../src/ceremony/paper-backup.ts';
import { bytes, type Operations, toJson } from './form.ts';

export const paperOperations: Operations = {
  'paper write': ({ id, ageFile, header, link }) => {
    const paper = paperLines(id as string, { ageFile: bytes(ageFile), header: bytes(header), link: bytes(link) });
    return { head: paper.head, lines: [...paper.lines], codes: paperCodes(paper).map(({ content }) => content) };
  },
  'paper line': ({ head, line }) => {
    const known = readHead(head as string);
    return toJson({ head: known, line: known === null ? null : readLine(known, line as string) });
  },
};
