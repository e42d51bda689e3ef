import { escapeLines, escapeText } from '../../bytes/printable.ts';
import type { Shape } from './picture.ts';

type Inside = Node | string | null;

/** An element of the page. Text becomes text, never HTML, and what cannot be seen in it is spelled out (row 24). */
export function element(tag: string, kind: string, ...inside: readonly Inside[]): HTMLElement {
  const made = document.createElement(tag);
  if (kind !== '') made.className = kind;
  for (const one of inside) if (one !== null) made.append(typeof one === 'string' ? escapeText(one) : one);
  return made;
}

export function preformatted(text: string): HTMLElement {
  const made = document.createElement('pre');
  made.textContent = escapeLines(text);
  return made;
}

export function facts(rows: readonly (readonly [string, string | Node])[]): HTMLElement {
  return element('dl', '', ...rows.flatMap(([name, value]) => [element('dt', '', name), element('dd', '', value)]));
}

export function tableOf(head: readonly string[], rows: readonly HTMLElement[]): HTMLElement {
  const top = element('tr', '', ...head.map((name) => element('th', '', name)));
  return element('table', '', element('thead', '', top), element('tbody', '', ...rows));
}

export function drawn({ tag, attributes, inside }: Shape): SVGElement {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  for (const one of inside) made.append(typeof one === 'string' ? escapeText(one) : drawn(one));
  return made;
}
