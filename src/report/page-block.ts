/* What a document for people is made of, before it is text, HTML or PDF. */

/** What a colour would say: it only repeats what the words say already. */
export type Tone = 'good' | 'open' | 'bad';

export type Cell = string | { readonly text: string; readonly tone: Tone };

/** What stands on a page, in its order. Whoever writes it out escapes it there: in here are the words as they came. */
export type Block =
  | { readonly kind: 'title'; readonly left: string; readonly right: string; readonly number: string }
  | { readonly kind: 'section'; readonly name: string; readonly breaks: boolean }
  | { readonly kind: 'row'; readonly label: string; readonly value: string; readonly tone: Tone | null }
  | { readonly kind: 'text'; readonly line: string; readonly tone: Tone | null }
  | { readonly kind: 'command'; readonly line: string }
  | {
      readonly kind: 'table';
      readonly rows: readonly (readonly Cell[])[];
      readonly head: readonly string[];
      readonly most: readonly number[];
    }
  | { readonly kind: 'codes'; readonly codes: readonly DrawnCode[] }
  | { readonly kind: 'numbered'; readonly lines: readonly string[] }
  | { readonly kind: 'signature'; readonly name: string; readonly role: string }
  | { readonly kind: 'blank' };

/** A QR code: outside of its square everything is light. */
export interface DrawnCode {
  readonly caption: string;
  /** Modules on a side. */
  readonly size: number;
  readonly dark: (x: number, y: number) => boolean;
}

export function cellText(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text;
}

/** The title of a document, and the mark that every sheet of it bears, as "REHEARSAL". */
export function titleOf(blocks: readonly Block[]): { name: string; mark: string; number: string } {
  for (const block of blocks)
    if (block.kind === 'title')
      return { name: block.left, mark: block.right.split(':')[0] as string, number: block.number };
  return { name: '', mark: '', number: '' };
}
