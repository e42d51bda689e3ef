import { escapeText } from '../../bytes/printable.ts';

/** An element of the page by its name: the page has it, or it is another page. */
export function part<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no ${id}`);
  return found as T;
}

/** Text becomes text, never HTML, and what cannot be seen in it is spelled out (row 24). */
export function element(tag: string, kind: string, ...inside: readonly (Node | string)[]): HTMLElement {
  const made = document.createElement(tag);
  if (kind !== '') made.className = kind;
  for (const one of inside) made.append(typeof one === 'string' ? escapeText(one) : one);
  return made;
}

export function facts(rows: readonly (readonly [string, string | Node])[]): HTMLElement[] {
  return rows.flatMap(([name, value]) => [element('dt', '', name), element('dd', '', value)]);
}

/** A digest in hex: what people compare stands out, which is by what a stream is named. */
export function digest(hex: string): HTMLElement {
  return element('span', 'hex', element('strong', '', hex.slice(0, 12)), hex.slice(12));
}

export function say(id: string, text: string): void {
  const place = part(id);
  const shown = escapeText(text);
  if (place.textContent !== shown) place.textContent = shown; // what did not change is not read out again
}

/** Files that are chosen, and files that are dropped onto a section: the page itself never gives way to one. */
export function takeFiles(input: HTMLInputElement, take: (files: readonly File[]) => void): void {
  input.onclick = () => {
    input.value = ''; // the same file once more is a change too: it may be another one by now
  };
  input.onchange = () => take([...(input.files ?? [])]);
}
