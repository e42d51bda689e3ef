import { readHead } from '../../bytes/numbered-lines.ts';
import { type Collector, collector, type Progress, type Taken } from '../../bytes/qr/collector.ts';
import { frameOfText } from '../../bytes/qr/frame-text.ts';
import { text } from '../../bytes/tagged-hash.ts';
import type { Look } from '../../media/qr/look.ts';
import { Problem } from '../../problem.ts';

/** What a scan came to so far. */
export interface Scan {
  readonly looks: number;
  /** Pictures in which something looks like a code and cannot be read. */
  readonly unreadable: number;
  /** Codes that were read and are not ours, damaged, or of another version: each reason with how often. */
  readonly refused: ReadonlyMap<string, number>;
  readonly open: readonly Progress[];
}

/** What one picture, or one typed line, brought. */
export interface Step {
  readonly useful: number;
  readonly known: number;
  readonly unreadable: boolean;
  /** Files that became whole by it. */
  readonly files: readonly Uint8Array[];
  /** To be said at once; not again while it stays the same. */
  readonly news: readonly Problem[];
}

export interface Scanner {
  readonly look: (look: Look) => Step;
  readonly line: (line: string) => Step;
  readonly scan: () => Scan;
  readonly beginnings: Collector['beginnings'];
}

/** Collects what cameras and scanners see, and counts what went wrong, so that missing is told from unreadable. */
export function scanner(): Scanner {
  const receiver: Collector = collector();
  const refused = new Map<string, number>();
  let looks = 0;
  let unreadable = 0;

  function step(taken: readonly Taken[], blurred: boolean): Step {
    looks += 1;
    if (blurred) unreadable += 1;
    const news: Problem[] = [];
    for (const one of taken) {
      if (one.kind === 'spoiled') news.push(one.problem);
      if (one.kind !== 'refused') continue;
      const { message } = one.problem;
      const room = refused.size < 100; // then somebody makes them up: they are counted no more, and not news either
      if (room && !refused.has(message)) news.push(one.problem);
      if (room || refused.has(message)) refused.set(message, (refused.get(message) ?? 0) + 1);
    }
    return {
      useful: taken.filter(({ kind }) => kind === 'useful' || kind === 'whole').length,
      known: taken.filter(({ kind }) => kind === 'known').length,
      unreadable: blurred,
      files: taken.flatMap((one) => (one.kind === 'whole' ? [one.file] : [])),
      news,
    };
  }

  return {
    look: ({ codes, unreadable: blurred }) =>
      step(
        codes.map((code) => (isOfPaper(code) ? ofPaper : receiver.take(code))),
        blurred && codes.length === 0,
      ),
    line: (line) => {
      if (line.trim() === '') return { useful: 0, known: 0, unreadable: false, files: [], news: [] };
      return step([typedFrame(receiver, line)], false);
    },
    scan: () => ({ looks, unreadable, refused, open: receiver.open() }),
    beginnings: receiver.beginnings,
  };
}

/** Codes of a backup on paper are lines for any reader: they are ours, and belong elsewhere. */
function isOfPaper(code: Uint8Array): boolean {
  return readHead(new TextDecoder().decode(code.subarray(0, 100)).split('/')[0] ?? '') !== null;
}

const ofPaper: Taken = {
  kind: 'refused',
  problem: new Problem(
    'FRAME_FOREIGN',
    'this is a code of a backup on paper',
    'photograph its page, and name the pictures: conclave backup check PICTURES',
  ),
};

function typedFrame(receiver: Collector, line: string): Taken {
  try {
    const frame = frameOfText(line);
    // what is no line of ours goes on to be refused as any code of somebody else
    if (frame === null && isOfPaper(text(line.slice(0, 100)))) return ofPaper;
    return receiver.take(frame ?? text(line.slice(0, 100)));
  } catch (error) {
    if (error instanceof Problem) return { kind: 'refused', problem: error };
    throw error;
  }
}

/** What is missing, for people. */
export function missingWords({ open, unreadable, looks }: Scan): string[] {
  const lines = open.map(
    ({ stream, have, of, length }) =>
      `${stream}…: ${have} of ${of} codes (${length} bytes); any ${of - have} more will do, and perhaps two`,
  );
  if (unreadable > 0)
    lines.push(
      `${unreadable} of ${looks} pictures had a code that cannot be read: hold still, move closer, more light, larger codes`,
    );
  return lines;
}
