/**
 * The succession as a picture: a box for each committee, a line for everybody who stays, a mark for who leaves and who
 * joins, and below a committee whatever else was tried from it. Data alone: the page makes elements of it.
 */
export interface Shape {
  readonly tag: 'svg' | 'g' | 'rect' | 'path' | 'text' | 'title';
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly inside: readonly (Shape | string)[];
}

/** A committee that the key signed. */
export interface Committee {
  readonly id: string;
  /** The committee that it follows; null for the first one. */
  readonly previous: string | null;
  readonly epoch: number;
  readonly threshold: number;
  readonly members: readonly { readonly name: string; readonly identity: string }[];
  /** The number of the ceremony that made it. */
  readonly ceremony: string;
}

/** A ceremony that is in the file. */
export interface Happening {
  readonly ceremony: string;
  /** Which of its attempts, if it is not about the ceremony as a whole. */
  readonly attempt: number | null;
  readonly kind: string;
  readonly from: number | null;
  /** How it ended, in two or three words. */
  readonly end: string;
  readonly good: boolean;
  readonly faults: readonly string[];
}

const box = { width: 176, head: 46, row: 20, foot: 8 };
const gap = 80;
const note = { line: 16, pad: 8, above: 14 };
const margin = 4;
/** The width of a page, so that what is printed is as big as what is seen. */
const paper = 700;
const longestName = 20;
const notesAtMost = 12;

interface Column {
  readonly committee: Committee | null;
  readonly notes: readonly (readonly string[])[];
  readonly good: readonly boolean[];
  /** Drawn a second time, where the chain goes on in a new line. */
  readonly again: boolean;
}

/** Line by line: as many committees beside each other as there is room for, on paper too. */
export function successionPicture(
  committees: readonly Committee[],
  happenings: readonly Happening[],
  room: number,
): Shape[] {
  const beside = Math.max(2, Math.floor((Math.min(room, paper) - 2 * margin + gap) / (box.width + gap)));
  const made = new Map(happenings.map((one) => [one.ceremony, one.kind]));
  const strips = stripsOf(columnsOf(committees, happenings), beside);
  // all of one width, so that they are of one scale where the window is narrow
  const longest = Math.max(0, ...strips.map((strip) => strip.length));
  const width = longest * (box.width + gap) - gap + 2 * margin;
  return strips.map((strip) => {
    const height = Math.max(...strip.map(heightOf)) + 2 * margin;
    const drawn = strip.flatMap((column, at) => {
      const left = margin + at * (box.width + gap);
      const before = strip[at - 1]?.committee ?? null;
      const { committee } = column;
      const way =
        before === null || committee === null
          ? []
          : between(before, committee, left - gap, margin, made.get(committee.ceremony));
      return [...columnShapes(column, left, margin), ...way];
    });
    const said = strip.map(({ committee }) => (committee === null ? 'no key yet' : inWords(committee))).join('; then ');
    return shape('svg', { viewBox: `0 0 ${width} ${height}`, width, height, role: 'img' }, [
      shape('title', {}, [said]),
      ...drawn,
    ]);
  });
}

function columnsOf(committees: readonly Committee[], happenings: readonly Happening[]): Column[] {
  const made = new Set(committees.map(({ ceremony }) => ceremony));
  const rest = happenings.filter(({ ceremony, attempt }) => attempt !== null || !made.has(ceremony));
  const known = new Set(committees.map(({ epoch }) => epoch));
  const column = (committee: Committee | null): Column => {
    const from = committee?.epoch ?? null;
    const here = rest.filter((one) => (one.from !== null && known.has(one.from) ? one.from : null) === from);
    const [shown, more] = [here.slice(0, notesAtMost), here.length - notesAtMost];
    const notes = [...shown.map(noteLines), ...(more > 0 ? [[`and ${more} more`]] : [])];
    return { committee, notes, good: shown.map(({ good }) => good), again: false };
  };
  const first = column(null);
  return [...(first.notes.length > 0 ? [first] : []), ...committees.map(column)];
}

/** The last committee of a line stands at the beginning of the next one again, so that every handover is drawn. */
function stripsOf(columns: readonly Column[], beside: number): Column[][] {
  const strips: Column[][] = [];
  let strip: Column[] = [];
  for (const column of columns) {
    if (strip.length === beside) {
      strips.push(strip);
      strip = [{ ...(strip.at(-1) as Column), notes: [], good: [], again: true }];
    }
    strip.push(column);
  }
  return strip.length === 0 ? strips : [...strips, strip];
}

function noteLines({ kind, ceremony, attempt, end, faults }: Happening): string[] {
  return [
    `${attempt === null ? kind : `attempt ${attempt + 1} of`} ${ceremony.slice(0, 8)}`,
    ...cut(end, 27),
    ...(faults.length === 0 ? [] : cut(`at fault: ${faults.join(', ')}`, 27)),
  ];
}

/** In lines of so many characters, three at most. */
function cut(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(short(word, width));
  }
  return lines.length <= 3 ? lines : [...lines.slice(0, 2), `${short(lines[2] as string, width - 2)} …`];
}

function boxHeight(committee: Committee | null): number {
  return box.head + (committee?.members.length ?? 0) * box.row + (committee === null ? 0 : box.foot);
}

function noteHeight(lines: readonly string[]): number {
  return lines.length * note.line + note.pad;
}

function heightOf({ committee, notes }: Column): number {
  return boxHeight(committee) + notes.reduce((sum, lines) => sum + noteHeight(lines) + note.above, 0);
}

function columnShapes({ committee, notes, good, again }: Column, left: number, top: number): Shape[] {
  const shapes: Shape[] = [];
  const title = committee === null ? 'before the first epoch' : `epoch ${committee.epoch}${again ? ' (again)' : ''}`;
  const quorum =
    committee === null ? 'there is no key yet' : `${committee.threshold} of ${committee.members.length} sign`;
  const height = boxHeight(committee);
  shapes.push(rect(left, top, box.width, height, committee === null || again ? 'box faint' : 'box'));
  shapes.push(words(title, left + 10, top + 19, 'strong'), words(quorum, left + 10, top + 36, 'quiet'));
  committee?.members.forEach(({ name }, place) => {
    const y = rowY(top, place);
    shapes.push(
      words(String(place + 1), left + 26, y + 4, 'index'),
      words(short(name, longestName), left + 34, y + 4, ''),
    );
  });
  let y = top + height;
  notes.forEach((lines, at) => {
    shapes.push(path(`M${left + 20} ${y}v${note.above}`, good[at] === true ? 'line' : 'line broken'));
    y += note.above;
    shapes.push(rect(left, y, box.width, noteHeight(lines), good[at] === true ? 'note' : 'note broken'));
    lines.forEach((line, place) => {
      shapes.push(words(line, left + 10, y + note.line * (place + 1), place === 0 ? 'strong small' : 'small'));
    });
    y += noteHeight(lines);
  });
  return shapes;
}

/** A committee stands beside the one that it follows, unless that one is not in the file, or has two that follow it. */
function between(before: Committee, after: Committee, left: number, top: number, kind: string | undefined): Shape[] {
  if (after.previous === before.id) return handover(before, after, left, top, kind);
  const fork = after.epoch === before.epoch;
  const text = fork ? 'A FORK' : 'missing:';
  const missing = after.epoch - before.epoch - 1;
  const rest = fork ? `both epoch ${after.epoch}` : missing > 0 ? `${missing} in between` : 'what it follows';
  return [
    words(text, left + gap / 2, top + 19, 'middle small strong'),
    words(rest, left + gap / 2, top + 35, 'middle small quiet'),
  ];
}

/** Who stays: a line. Who leaves: an end with a cross. Who joins: a beginning with a plus. */
function handover(before: Committee, after: Committee, left: number, top: number, kind: string | undefined): Shape[] {
  const shapes: Shape[] = [];
  const right = left + gap;
  const placeIn = (committee: Committee, identity: string) =>
    committee.members.findIndex((member) => member.identity === identity);
  before.members.forEach(({ name, identity }, place) => {
    const y = rowY(top, place);
    const there = placeIn(after, identity);
    if (there < 0) {
      const x = left + 16;
      shapes.push(titled(path(`M${left} ${y}H${x}M${x} ${y - 4}l8 8m0 -8l-8 8`, 'line leaves'), `${name} leaves`));
    } else {
      const to = rowY(top, there);
      const curve = `M${left} ${y}C${left + gap / 2} ${y} ${left + gap / 2} ${to} ${right - 6} ${to}m-4 -4l4 4l-4 4`;
      shapes.push(titled(path(curve, 'line stays'), `${name} stays`));
    }
  });
  after.members.forEach(({ name, identity }, place) => {
    if (placeIn(before, identity) >= 0) return;
    const y = rowY(top, place);
    const x = right - 30;
    shapes.push(
      titled(path(`M${x} ${y}h-8m4 -4v8M${x + 2} ${y}H${right - 6}m-4 -4l4 4l-4 4`, 'line joins'), `${name} joins`),
    );
  });
  shapes.push(words(kind ?? 'handover', left + gap / 2, top + 19, 'middle small strong'));
  shapes.push(words(after.ceremony.slice(0, 8), left + gap / 2, top + 35, 'middle small quiet'));
  return shapes;
}

function rowY(top: number, place: number): number {
  return top + box.head + place * box.row + box.row / 2;
}

function inWords({ epoch, threshold, members }: Committee): string {
  return `epoch ${epoch}, ${threshold} of ${members.map(({ name }) => name).join(', ')}`;
}

function short(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

function shape(tag: Shape['tag'], attributes: Shape['attributes'], inside: Shape['inside'] = []): Shape {
  return { tag, attributes, inside };
}

function rect(x: number, y: number, width: number, height: number, kind: string): Shape {
  return shape('rect', { x, y, width, height, rx: 4, class: kind });
}

function path(d: string, kind: string): Shape {
  return shape('path', { d, class: kind });
}

function words(text: string, x: number, y: number, kind: string): Shape {
  return shape('text', { x, y, class: kind }, [text]);
}

function titled(one: Shape, title: string): Shape {
  return { ...one, inside: [shape('title', {}, [title])] };
}
