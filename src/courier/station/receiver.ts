import type { Pixels } from '../../media/qr/image-file.ts';
import { glanceAt, lookAt } from '../../media/qr/look.ts';
import { Problem } from '../../problem.ts';
import { missingWords, type Scan, type Step, scanner } from '../qr/scan.ts';

/* The half of the page that nobody sees: a worker, where pictures are looked at and files are put together. */

/** To the worker: the decoder, once, and then one picture after the other. */
export type Order =
  | { readonly wasm: Uint8Array<ArrayBuffer> }
  | { readonly name: string | null; readonly picture: Rgba };

/** As a canvas gives it, which comes over without being copied. */
export interface Rgba {
  readonly width: number;
  readonly height: number;
  readonly data: ArrayBuffer;
}

export interface Said {
  readonly message: string;
  readonly hint: string | null;
}

/** From the worker, for each picture. */
export interface Report {
  /** Of the picture, where it is one of its own. */
  readonly name: string | null;
  readonly step: Omit<Step, 'news'>;
  readonly news: readonly Said[];
  readonly scan: Scan;
  readonly missing: readonly string[];
}

interface WorkerSide {
  onmessage: ((event: { readonly data: Order }) => void) | null;
  postMessage(report: Report): void;
}

export function receive(here: WorkerSide): void {
  const scan = scanner();
  let wasm: Uint8Array<ArrayBuffer> | null = null;

  async function look(name: string | null, picture: Rgba): Promise<Report> {
    const [step, news] = await stepOf(picture, name === null ? glanceAt : lookAt);
    const now = scan.scan();
    return { name, step, news: [...step.news.map(said), ...news], scan: now, missing: missingWords(now) };
  }

  async function stepOf(picture: Rgba, decode: typeof lookAt): Promise<[Step, readonly Said[]]> {
    try {
      return [scan.look(await decode(grayOf(picture), wasm)), []];
    } catch (error) {
      const what = error instanceof Problem ? error : { message: `a fault of this page: ${error}` };
      return [scan.look({ codes: [], unreadable: false }), [said(what)]]; // the next picture may be a better one
    }
  }

  here.onmessage = ({ data }) => {
    if ('wasm' in data) wasm = wasmAllowed() ? data.wasm : null;
    else void look(data.name, data.picture).then((report) => here.postMessage(report));
  };
}

const said = ({ message, hint = null }: { message: string; hint?: string | null | undefined }): Said => ({
  message,
  hint,
});

interface Assembly {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => unknown;
}

/** Some browsers have no WebAssembly, and some have it and are told not to use it. */
function wasmAllowed(): boolean {
  const { WebAssembly: assembly } = globalThis as unknown as { readonly WebAssembly?: Assembly };
  try {
    return assembly !== undefined && new assembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)) !== null;
  } catch {
    return false;
  }
}

/** By the usual weights of red, green and blue. */
function grayOf({ width, height, data }: Rgba): Pixels {
  const bytes = new Uint8Array(data);
  const gray = new Uint8Array(width * height);
  for (let at = 0, from = 0; at < gray.length; at += 1, from += 4) {
    gray[at] = (77 * (bytes[from] ?? 0) + 150 * (bytes[from + 1] ?? 0) + 29 * (bytes[from + 2] ?? 0)) >> 8;
  }
  return { width, height, gray };
}
