import { frameOfText } from '../bytes/qr/frame-text.ts';
import { listed, PaperReading } from '../ceremony/paper-backup.ts';
import { scanner } from '../courier/qr/scan.ts';
import { readImage } from '../media/qr/read.ts';
import { Problem } from '../problem.ts';
import { isPicture } from './given-backup.ts';
import type { Inspected } from './inspected.ts';

/** What codes hold: a file, if all of it is in them, and else what can be said of them. */
export interface InCodes {
  readonly codes: number;
  readonly file: Uint8Array | null;
  readonly found: Pick<Inspected, 'what' | 'title' | 'secret' | 'facts'>;
}

/** The codes of a photograph, or lines of frames as a scanner types them, read as `qr scan` reads them; null for other files. */
export async function inCodes(bytes: Uint8Array): Promise<InCodes | null> {
  const codes = isPicture(bytes) ? await codesOf(bytes) : framesOf(bytes);
  if (codes === null) return null;
  const sight = scanner();
  const steps = codes.map((code) => sight.look({ codes: [code], unreadable: false }));
  const [file = null] = steps.flatMap(({ files }) => files);
  return { codes: codes.length, file, found: onPaper(codes) ?? frames(sight.scan().open[0], codes.length) };
}

async function codesOf(picture: Uint8Array): Promise<readonly Uint8Array[]> {
  try {
    return (await readImage(picture)).codes;
  } catch (error) {
    if (error instanceof Problem) return []; // damaged: there is nothing to be seen in it
    throw error;
  }
}

const mostLines = 20_000;

/** Null unless the first line is a frame; what else stands there is passed over, as a scan does. */
function framesOf(bytes: Uint8Array): readonly Uint8Array[] | null {
  if (!/^\s*fc:/i.test(new TextDecoder('latin1').decode(bytes.subarray(0, 100)))) return null;
  const lines = new TextDecoder('latin1').decode(bytes).split(/\r?\n/, mostLines);
  return lines.flatMap((line) => {
    try {
      return frameOfText(line) ?? [];
    } catch (error) {
      if (error instanceof Problem) return [];
      throw error;
    }
  });
}

type Open = ReturnType<ReturnType<typeof scanner>['scan']>['open'][number];

function frames(open: Open | undefined, codes: number): InCodes['found'] {
  if (open === undefined) {
    const title = codes === 0 ? 'a picture in which no code is read' : "codes, and none of conclave's";
    return { what: 'picture', title, secret: false, facts: { codes } };
  }
  const { stream, length, have, of } = open;
  const title = 'some codes of a file: conclave qr scan puts it together';
  return { what: 'frames', title, secret: false, facts: { codes, stream, length, have, of } };
}

/** A page of a backup: its codes hold lines, which any reader shows. */
function onPaper(codes: readonly Uint8Array[]): InCodes['found'] | null {
  const reading = new PaperReading();
  const taken = codes.filter((code) => {
    try {
      return reading.takeCode(new TextDecoder().decode(code));
    } catch (error) {
      if (error instanceof Problem) return false; // of a second backup: the first one is what is told of
      throw error;
    }
  });
  if (reading.head === null) return null;
  const facts = { codes: taken.length, backup: reading.head.id, lines: listed(reading.here) };
  const title = 'codes of a backup of a SECRET SHARE on paper (conclave backup check says whether it is still good)';
  return { what: 'paper', title, secret: true, facts };
}
