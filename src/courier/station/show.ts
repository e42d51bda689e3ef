import { toHex } from '../../bytes/hex.ts';
import { type QrMatrix, qrMatrix, quietZone, sizeOfVersion } from '../../bytes/qr/code.ts';
import { longestFile } from '../../bytes/qr/frames.ts';
import { fileHash } from '../../bytes/tagged-hash.ts';
import { type Cut, densest, type Room, sparsest, versionFor } from '../qr/density.ts';
import { firstLine } from '../qr/first-line.ts';
import { beginShowing, pressed, type Showing, shownAs, speeds, type Wish, waitOf } from '../qr/showing.ts';
import { digest, facts, part, say, takeFiles } from './part.ts';

/* The half of the page that shows: the same codes, speeds and keys as on a terminal, on a canvas. */

/** What a camera needs at least of the screen's pixels for one module. */
const leastPixels = 2;
const usualSpeed = 5;

export interface ShowSide {
  readonly take: (files: readonly File[]) => void;
  readonly key: (key: string) => void;
  /** It came into view, or its place changed. */
  readonly draw: () => void;
}

export function openShow(): ShowSide {
  const [speed, density] = [part<HTMLInputElement>('speed'), part<HTMLInputElement>('density')];
  let showing: Showing | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function draw(): void {
    clearTimeout(timer);
    if (part('show').hidden) return; // nobody sees it, and it has no place
    part('showing').hidden = showing === null;
    part('choosing').hidden = showing !== null;
    if (showing === null) return;
    // its place on the page is known once it is on it
    showing = shownAs(showing, showing.wish, room());
    const { view, wish } = showing;
    if (view.cut !== null) {
      drawCode(qrMatrix(view.frame(wish.number), { level: view.cut.level, version: view.cut.version }));
    } else part('code').hidden = true;
    tell(showing);
    const wait = waitOf(showing);
    if (wait !== null) timer = setTimeout(() => change({ number: wish.number + 1 }), wait);
  }

  function change(wish: Partial<Wish>): void {
    if (showing !== null) showing = shownAs(showing, { ...showing.wish, ...wish }, showing.room);
    draw();
  }

  function key(name: string): void {
    const wish = showing === null ? null : pressed(name, showing);
    if (wish === null) showing = null;
    else change(wish);
    draw();
  }

  async function take([file]: readonly File[]): Promise<void> {
    if (file === undefined) return;
    const bytes = await bytesOf(file);
    part('refused').hidden = typeof bytes !== 'string';
    if (typeof bytes === 'string') return say('refused', `${file.name}: ${bytes}`);
    const { words, secret } = firstLine(bytes);
    say('name', file.name);
    part('secret').hidden = !secret;
    part('facts').replaceChildren(
      ...facts([
        ['by its first line', words],
        ['bytes', String(bytes.length)],
        ['SHA-256', digest(toHex(fileHash(bytes)))],
      ]),
    );
    showing = beginShowing(bytes, room(), { level: 'L', speed: usualSpeed });
    draw();
  }

  speed.max = String(speeds.length - 1);
  density.min = String(sparsest);
  speed.oninput = () => change({ speed: speeds[Number(speed.value)] ?? usualSpeed });
  density.oninput = () => change({ version: Number(density.value) });
  for (const [id, name] of [
    ['back', 'b'],
    ['pause', ' '],
    ['step', '\r'],
    ['end', 'q'],
  ] as const) {
    part(id).onclick = () => key(name);
  }
  takeFiles(part<HTMLInputElement>('file'), (files) => void take(files));
  addEventListener('resize', draw);
  return { take: (files) => void take(files), key, draw };
}

/** The room for a code as a terminal would count it, where each module is as small as a camera still reads it. */
function room(): Room {
  return { columns: Math.floor((sideOfStage() * devicePixelRatio) / leastPixels), rows: Number.POSITIVE_INFINITY };
}

/** A square that is seen whole without scrolling. */
function sideOfStage(): number {
  const { clientWidth } = part('stage');
  return Math.max(160, Math.min(clientWidth || innerWidth, innerHeight - 24));
}

/** Black on white, whatever the colours of the page; each module the same whole number of the screen's own pixels. */
function drawCode(code: QrMatrix): void {
  const canvas = part<HTMLCanvasElement>('code');
  const modules = code.size + 2 * quietZone;
  const scale = Math.max(1, Math.floor((sideOfStage() * devicePixelRatio) / modules));
  canvas.hidden = false;
  canvas.width = modules * scale;
  canvas.height = modules * scale;
  canvas.style.width = `${(modules * scale) / devicePixelRatio}px`;
  const pen = canvas.getContext('2d') as CanvasRenderingContext2D;
  pen.fillStyle = '#fff';
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = '#000';
  for (let y = 0; y < code.size; y += 1) {
    for (let x = 0; x < code.size; x += 1) {
      if (code.dark(x, y)) pen.fillRect((x + quietZone) * scale, (y + quietZone) * scale, scale, scale);
    }
  }
}

function tell({ view: { cut, why }, wish, room: { columns } }: Showing): void {
  const largest = versionFor({ columns, rows: Number.POSITIVE_INFINITY }) ?? sparsest;
  const still = cut?.count === 1;
  const density = part<HTMLInputElement>('density');
  density.max = String(Math.max(sparsest, Math.min(densest, largest)));
  density.value = String(Math.min(wish.version, largest));
  part<HTMLInputElement>('speed').value = String(speeds.indexOf(wish.speed));
  say('speed-is', `${wish.speed} a second`);
  say('density-is', cut === null ? '' : `version ${cut.version}, ${sizeOfVersion(cut.version)} squares a side`);
  say('pause', wish.paused ? 'Go on' : 'Pause');
  say('place', cut === null ? why : placeOf(cut, wish));
  const shown = part<HTMLProgressElement>('shown');
  shown.hidden = cut === null || still;
  shown.max = cut?.count ?? 1;
  shown.value = Math.min(wish.number + 1, shown.max);
  for (const id of ['back', 'pause', 'step']) part<HTMLButtonElement>(id).disabled = cut === null || still;
}

function placeOf({ count }: Cut, { number, speed }: Wish): string {
  if (count === 1) return 'One code is all of it.';
  const enough = `Any ${count} are enough, and perhaps two more: ${timeFor(count / speed)}.`;
  return number < count
    ? `Code ${number + 1} of ${count}. ${enough}`
    : `All ${count} were shown, and ${number - count + 1} more. ${enough}`;
}

function timeFor(seconds: number): string {
  if (seconds < 5) return 'a few seconds';
  return seconds < 100 ? `about ${Math.ceil(seconds)} seconds` : `about ${Math.ceil(seconds / 60)} minutes`;
}

async function bytesOf(file: File): Promise<Uint8Array | string> {
  if (file.size === 0) return 'there is nothing in it';
  if (file.size > longestFile) return `${file.size} bytes are more than codes carry: ${longestFile} at most`;
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch {
    return 'it cannot be read, or is a folder';
  }
}
