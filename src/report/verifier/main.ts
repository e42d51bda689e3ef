import { fromHex, toHex } from '../../bytes/hex.ts';
import type { Asked } from '../../ceremony/verify.ts';
import { knownText, readKnownKey } from '../../crypto/known-key.ts';
import { ownScript } from '../../media/own-script.ts';
import { Problem } from '../../problem.ts';
import { type Compared, type Examined, examine, type Given, isKnown, mostBytes } from './examine.ts';
import { comparisonOf, resultOf } from './show.ts';

/*
 * The one script of the page, which runs twice: as the page itself, and in a worker made from its own text, where the
 * checking is done. A check that takes long then leaves the page alive, and can be stopped.
 */

interface Work {
  readonly files: readonly Given[];
  readonly asked: Asked;
}

type News = { readonly found: Examined | Compared } | { readonly done: true } | { readonly failed: string };

const mostFiles = 16;

interface WorkerSide {
  onmessage: ((event: { readonly data: Work }) => void) | null;
  postMessage(news: News): void;
}

if (typeof document === 'undefined') {
  const here = globalThis as unknown as WorkerSide;
  here.onmessage = ({ data }) => {
    try {
      for (const found of examine(data.files, data.asked)) here.postMessage({ found });
      here.postMessage({ done: true });
    } catch (error) {
      here.postMessage({ failed: String(error) });
    }
  };
} else openPage(document.currentScript?.textContent ?? '');

function openPage(script: string): void {
  const [form, drop, files, results, progress, stop] = ['form', 'drop', 'files', 'results', 'progress', 'stop'].map(
    (id) => document.getElementById(id) as HTMLElement,
  ) as [HTMLFormElement, HTMLElement, HTMLInputElement, HTMLElement, HTMLElement, HTMLButtonElement];
  const source = ownScript(script);
  let last: readonly File[] = [];
  let end = (): void => undefined;

  const say = (text: string, busy = false): void => {
    progress.textContent = text;
    progress.setAttribute('aria-busy', String(busy));
  };
  const check = async (chosen: readonly File[]): Promise<void> => {
    end();
    results.replaceChildren();
    last = chosen;
    if (chosen.length === 0) return say('');
    const asked = askedIn(form);
    if (typeof asked === 'string') return say(asked);
    if (chosen.length > mostFiles) return say(`${chosen.length} files are too many at once: ${mostFiles} at most`);
    say('Reading …', true);
    const given: Given[] = [];
    for (const file of chosen) {
      const bytes = await bytesOf(file);
      if (last !== chosen) return; // something else was dropped meanwhile
      if (typeof bytes === 'string') return say(`${file.name}: ${bytes}`);
      given.push({ name: file.name, bytes });
    }
    say('Checking: every signature and every equation again. This can take a while …', true);
    const worker = new Worker(source);
    const stopNow = (text: string): void => {
      worker.terminate();
      worker.onmessage = null;
      stop.hidden = true;
      end = () => undefined;
      say(text);
    };
    end = () => stopNow('');
    stop.onclick = () => stopNow('Stopped. What is not shown was not checked.');
    stop.hidden = false;
    worker.onerror = () =>
      stopNow('The check came to no end: it may be too much for this browser. What is not shown was not checked.');
    worker.onmessage = ({ data }: { readonly data: News }) => {
      if ('failed' in data) stopNow(`The check came to no end, which is a fault of this page: ${data.failed}`);
      else if ('done' in data) stopNow('Done.');
      else if ('sha256' in data.found) results.append(resultOf(data.found, inWords(asked), results.clientWidth));
      else results.prepend(comparisonOf(data.found) ?? '');
    };
    const work: Work = { files: given, asked };
    worker.postMessage(
      work,
      given.map(({ bytes }) => bytes.buffer),
    );
  };

  // the same file once more is a change too: it may be another one by now
  files.onclick = () => {
    files.value = '';
  };
  files.onchange = () => void check([...(files.files ?? [])]);
  form.onsubmit = (event) => {
    event.preventDefault();
    void check([...last]);
  };
  // a file that misses the field must not take the place of the page either
  document.ondragover = (event) => {
    event.preventDefault();
    drop.classList.add('over');
  };
  document.ondragleave = () => drop.classList.remove('over');
  document.ondrop = (event) => {
    event.preventDefault();
    drop.classList.remove('over');
    void check([...(event.dataTransfer?.files ?? [])]);
  };
}

/** The bytes of a file that can be judged here, or why they were not read. */
async function bytesOf(file: File): Promise<Uint8Array | string> {
  if (file.size > mostBytes) return `${file.size} bytes are more than any export or evidence has; it was not read`;
  try {
    const start = new Uint8Array(await file.slice(0, 64).arrayBuffer());
    return new Uint8Array(isKnown(start) ? await file.arrayBuffer() : start);
  } catch {
    return 'it cannot be read, or is a folder';
  }
}

/** What was typed into the page, or what is wrong with it. */
function askedIn(form: HTMLFormElement): Asked | string {
  const typed = (id: string): string => (form.elements.namedItem(id) as HTMLInputElement).value.replace(/\s/g, '');
  const [key, epoch, head] = [typed('key'), typed('epoch'), fromHex(typed('head').toLowerCase())];
  if (head === null || (head.length !== 0 && head.length !== 32))
    return 'The head is the hash of a descriptor: 64 digits from 0 to 9 and a to f.';
  if (!/^\d{0,15}$/.test(epoch)) return 'The epoch is a number: 0 is the one in which the key was made.';
  try {
    return {
      ...(key === '' ? {} : { key: readKnownKey(key).known }),
      ...(epoch === '' ? {} : { expectEpoch: Number(epoch) }),
      ...(head.length === 0 ? {} : { head }),
    };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return `The public key: ${error.message}${error.hint === undefined ? '' : `; ${error.hint}`}`;
  }
}

function inWords({ key, expectEpoch, head }: Asked): string[] {
  return [
    ...(key === undefined ? [] : [`public key ${knownText(key)}`]),
    ...(expectEpoch === undefined ? [] : [`epoch ${expectEpoch}`]),
    ...(head === undefined ? [] : [`head ${toHex(head)}`]),
  ];
}
