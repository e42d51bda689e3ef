import { ownScript } from '../../media/own-script.ts';
import { camerasHere, nextPicture, openCamera, pixelsOf } from './camera.ts';
import { part, say, takeFiles } from './part.ts';
import type { Order, Report } from './receiver.ts';
import { clearReports, showReport, showSight, showTrouble } from './report.ts';

/* The half of the page that scans: pictures go to the worker one after the other, and what it says is shown. */

export interface ScanSide {
  readonly take: (files: readonly File[]) => void;
  readonly stop: () => void;
}

export function openScan(script: string): ScanSide {
  const video = part<HTMLVideoElement>('video');
  const cameras = part<HTMLSelectElement>('cameras');
  const canvas = document.createElement('canvas');
  const source = ownScript(script);
  let worker: Worker | null = null;
  let waiting: ((report: Report) => void)[] = [];
  /** What is being looked at now; whatever is not it any more ends by itself. */
  let turn = 0;

  /** Each picture is answered in its turn; what was found is shown also where it is not waited for any more. */
  function look(picture: CanvasImageSource, width: number, height: number, name: string | null): Promise<Report> {
    worker ??= hired(source, (report) => {
      showReport(report);
      waiting.shift()?.(report);
    });
    const { data, ...size } = imageOf(pixelsOf(canvas, picture, width, height));
    const order: Order = { name, picture: { ...size, data } };
    worker.postMessage(order, [data]);
    return new Promise((resolve) => waiting.push(resolve));
  }

  /** Until it ends, a file is whole, or something else is looked at. */
  async function watch(mine: number): Promise<void> {
    while ((await nextPicture(video)) && mine === turn) {
      if (video.videoWidth === 0) continue;
      if (video.srcObject === null) video.pause(); // a film waits, as no camera does
      const report = await look(video, video.videoWidth, video.videoHeight, null);
      if (mine !== turn) return;
      showSight(report);
      if (report.step.files.length > 0) return;
      if (video.srcObject === null && !video.ended) await video.play();
    }
  }

  async function start(): Promise<void> {
    stop();
    const mine = turn;
    say('sight', 'Waiting for the camera: the browser may ask whether this page is allowed to use it.');
    const stream = await openCamera(cameras.value);
    if (typeof stream === 'string') return say('sight', stream);
    if (mine !== turn) return end(stream);
    video.srcObject = stream;
    running(true);
    await list(stream);
    await video.play().catch(() => undefined);
    say('sight', 'Looking for a code …');
    for (const track of stream.getTracks()) {
      track.onended = () => {
        stop();
        say('sight', 'The camera is gone.');
      };
    }
    await watch(mine);
    if (mine === turn) stop();
  }

  /** Their names are told only to a page that may use one. */
  async function list(stream: MediaStream): Promise<void> {
    const used = stream.getVideoTracks()[0]?.getSettings().deviceId ?? '';
    const options = (await camerasHere()).map(({ id, label }) => new Option(label, id, false, id === used));
    cameras.replaceChildren(...options);
    cameras.hidden = options.length === 0;
  }

  function running(now: boolean): void {
    part('start').hidden = now;
    part('stop').hidden = !now;
    video.hidden = !now;
  }

  function stop(): void {
    turn += 1;
    if (video.srcObject instanceof MediaStream) end(video.srcObject);
    video.srcObject = null;
    video.pause();
    video.removeAttribute('src');
    running(false);
  }

  async function take(files: readonly File[]): Promise<void> {
    if (files.length === 0) return;
    stop();
    const mine = turn;
    for (const [at, file] of files.entries()) {
      say('sight', `Looking at ${file.name} (${at + 1} of ${files.length}) …`);
      const trouble = await (file.type.startsWith('video/') ? takeVideo(file, mine) : takePicture(file));
      if (mine !== turn) return;
      if (trouble !== null) showTrouble(`${file.name}: ${trouble}`, null);
    }
    stop();
    say('sight', files.length === 1 ? 'The picture was looked at.' : `All ${files.length} were looked at.`);
  }

  async function takePicture(file: File): Promise<string | null> {
    let picture: ImageBitmap;
    try {
      picture = await createImageBitmap(file);
    } catch {
      return 'this is no picture or video that the browser can open';
    }
    await look(picture, picture.width, picture.height, file.name);
    picture.close();
    return null;
  }

  async function takeVideo(file: File, mine: number): Promise<string | null> {
    const url = URL.createObjectURL(file);
    try {
      video.src = url;
      running(true);
      await video.play();
      await watch(mine);
      return video.error === null ? null : 'the video ends in something that the browser cannot play';
    } catch {
      return 'this is no video that the browser can play';
    } finally {
      URL.revokeObjectURL(url);
    }
  }

  function forget(): void {
    stop();
    worker?.terminate();
    worker = null;
    waiting = [];
    clearReports();
  }

  part('start').onclick = () => void start();
  part('stop').onclick = () => {
    stop();
    say('sight', 'Stopped. What came so far is kept: start again, and the rest may follow.');
  };
  part('forget').onclick = forget;
  cameras.onchange = () => void start();
  takeFiles(part<HTMLInputElement>('pictures'), (files) => void take(files));
  return { take: (files) => void take(files), stop };
}

function hired(source: URL, hear: (report: Report) => void): Worker {
  const worker = new Worker(source);
  worker.onmessage = ({ data }: { readonly data: Report }) => hear(data);
  const letters = atob(part('wasm').textContent ?? '');
  const wasm = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
  const order: Order = { wasm };
  worker.postMessage(order, [wasm.buffer]);
  return worker;
}

const imageOf = ({ width, height, data }: ImageData) => ({ width, height, data: data.buffer as ArrayBuffer });

function end(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
