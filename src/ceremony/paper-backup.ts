import {
  headText,
  type LinesHead,
  lineNumber,
  lineNumbers,
  lineTexts,
  type NumberedLine,
  type PartName,
  partNames,
  partOf,
  readHead,
  readLine,
} from '../bytes/numbered-lines.ts';
import { Problem } from '../problem.ts';
import { type BackupHeader, type BackupParts, backupFile, readBackupHeader } from './backup.ts';

/**
 * A backup as lines on paper: part A is the age file, B the signed header, C the proof of the committee. A code on the
 * page holds nothing but some of these lines behind the first one, so whoever has any reader of codes has the lines, and
 * a code that is not read is typed.
 */

export interface PaperLines {
  readonly head: string;
  readonly lines: readonly string[];
}

/** In how many codes is up to whoever draws them; a picture of so many lines is read from a photograph of the sheet. */
const linesOfCode = 10;
const mostCodes = 60;

/** Plain `base32` wants whole groups of so many bytes, or signs for what is missing: the sealed share comes in whole ones. */
export const sealedUnit = 5;

/** @throws Problem BACKUP_PLACE where it would be more paper than anybody can handle. */
export function paperLines(id: string, { ageFile, header, link }: BackupParts): PaperLines {
  const { head, lines } = lineTexts(id, { A: ageFile, B: header, C: link });
  if (codesOf(head) > mostCodes) {
    throw new Problem(
      'BACKUP_PLACE',
      `this share and the proof of its committee are too long for paper: ${lines.length} lines`,
      'make this backup on another medium, with --to DIR',
    );
  }
  return { head: headText(head), lines };
}

export interface PaperCode {
  /** As `A001 to A010`. */
  readonly caption: string;
  readonly part: PartName;
  /** Capital letters, digits and strokes: what a code takes in its narrow form. */
  readonly content: string;
}

export function paperCodes({ head, lines }: PaperLines): PaperCode[] {
  return partNames.flatMap((part) => {
    const own = lines.filter((line) => line.startsWith(part));
    const codes = Math.ceil(own.length / linesOfCode);
    const each = Math.ceil(own.length / codes); // codes of one size are drawn, and read, alike
    return Array.from({ length: codes }, (_, at): PaperCode => {
      const some = own.slice(at * each, (at + 1) * each);
      const [first, last] = [some[0], some.at(-1)].map((line) => line?.slice(0, 4));
      const content = [head, ...some].map((line) => line.replaceAll(' ', '')).join('/');
      return { caption: first === last ? `${first}` : `${first} to ${last}`, part, content };
    });
  });
}

function codesOf({ counts }: LinesHead): number {
  return partNames.reduce((sum, part) => sum + Math.ceil(counts[part] / linesOfCode), 0);
}

/** What was read of a page so far, from codes and from what somebody typed, in any order. */
export class PaperReading {
  #head: LinesHead | null = null;
  readonly #lines = new Map<string, Uint8Array>();
  readonly #wrong = new Set<string>();

  get head(): LinesHead | null {
    return this.#head;
  }

  /** What one code holds. False where it is no code of such a page. */
  takeCode(content: string): boolean {
    const [first = '', ...lines] = content.split('/');
    if (readHead(first) === null) return false;
    this.takeHead(first);
    for (const line of lines) this.take(line);
    return true;
  }

  takeHead(typed: string): boolean {
    const head = readHead(typed);
    if (head === null) return false;
    if (this.#head !== null && headText(head) !== headText(this.#head)) {
      throw new Problem(
        'BACKUP_LINES',
        `these are lines of two backups, ${this.#head.id} and ${head.id}`,
        'one backup at a time: every sheet says at its foot of which backup it is',
      );
    }
    this.#head = head;
    return true;
  }

  /** Whether the line is what the page says. The first one has to be known. */
  take(typed: string): NumberedLine | null {
    const line = this.#head === null ? null : readLine(this.#head, typed);
    if (line === null) this.#wrong.add(lineNumber(typed) ?? 'a line without a number');
    else this.#lines.set(line.number, line.bytes);
    return line;
  }

  /** The lines of a part that are still to come. */
  missing(part: PartName): string[] {
    if (this.#head === null) return [];
    return lineNumbers(this.#head, part).filter((number) => !this.#lines.has(number));
  }

  /** The number in front of what was typed, if the page has such a line. */
  meant(typed: string): string | null {
    const head = this.#head;
    const number = lineNumber(typed);
    const all = head === null ? [] : partNames.flatMap((part) => lineNumbers(head, part));
    return all.find((one) => one === number) ?? null;
  }

  /** The numbers of the lines that are there. */
  get here(): string[] {
    return [...this.#lines.keys()].sort();
  }

  /** Lines that were there and are not what the page says, if nothing else brought them. */
  get wrong(): string[] {
    return [...this.#wrong].filter((number) => !this.#lines.has(number)).sort();
  }

  part(part: PartName): Uint8Array | null {
    return this.#head === null ? null : partOf(this.#head, part, this.#lines);
  }

  /** Whose it is, as soon as part B is there. */
  get header(): BackupHeader | null {
    const signed = this.part('B');
    return signed === null ? null : readBackupHeader(signed);
  }

  /**
   * The file that the page was made of. The proof of the committee may be another one, of whoever has it at hand.
   * @throws Problem BACKUP_LINES, with the number of every line that is missing or wrong.
   */
  file(knownLink: Uint8Array | null = null): string {
    const [ageFile, header, link] = [this.part('A'), this.part('B'), this.part('C') ?? knownLink];
    if (ageFile === null || header === null || link === null)
      throw this.#incomplete(link === null ? partNames : ['A', 'B']);
    return backupFile({ ageFile, header, link });
  }

  #incomplete(needed: readonly PartName[]): Problem {
    if (this.#head === null) {
      return new Problem(
        'BACKUP_LINES',
        'the first line of the page, which begins with CONCLAVE, is not there as it is printed',
        'compare it letter by letter; it stands above the other lines on every sheet of them',
      );
    }
    const wrong = this.wrong;
    const missing = needed.flatMap((part) => this.missing(part)).filter((number) => !wrong.includes(number));
    const said = [
      ...(wrong.length > 0 ? [`not as they are printed: ${listed(wrong)}`] : []),
      ...(missing.length > 0 ? [`missing: ${listed(missing)}`] : []),
    ];
    return new Problem(
      'BACKUP_LINES',
      `not all lines of backup ${this.#head.id} are here; ${said.join('; ')}`,
      'photograph these codes again, or add --typed and type these lines as they stand on the page; in a file of typed lines, put them right',
    );
  }
}

/** Runs of numbers, as `A001 to A010, C003`. */
export function listed(numbers: readonly string[]): string {
  const runs: string[][] = [];
  for (const number of numbers) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    const next = last !== undefined && last[0] === number[0] && Number(last.slice(1)) + 1 === Number(number.slice(1));
    if (run !== undefined && next) run.push(number);
    else runs.push([number]);
  }
  return runs.map((run) => (run.length > 1 ? `${run[0]} to ${run.at(-1)}` : run[0])).join(', ');
}
