import { part } from './part.ts';
import { receive } from './receiver.ts';
import { openScan } from './scan.ts';
import { openShow } from './show.ts';

/*
 * The one script of the page, which runs twice: as the page itself, and in a worker made from its own text, where pictures are
 * looked at.
 */

if (typeof document === 'undefined') receive(globalThis as unknown as Parameters<typeof receive>[0]);
else openPage(document.currentScript?.textContent ?? '');

/** What the keys of a browser are on a terminal, whose keys these are. */
const keys: Readonly<Record<string, string>> = {
  Enter: '\r',
  ArrowRight: '\u001b[C',
  ArrowLeft: '\u001b[D',
  Escape: '\u001b',
  '=': '+', // where + is typed with shift
};

function openPage(script: string): void {
  const [show, scan] = [openShow(), openScan(script)];
  const tabs = { show: part('to-show'), scan: part('to-scan') };

  function turnTo(side: keyof typeof tabs): void {
    for (const one of ['show', 'scan'] as const) {
      part(one).hidden = one !== side;
      tabs[one].setAttribute('aria-pressed', String(one === side));
    }
    scan.stop();
    show.draw();
  }

  tabs.show.onclick = () => turnTo('show');
  tabs.scan.onclick = () => turnTo('scan');
  document.onkeydown = (event) => {
    // what can be pressed and drawn has these keys for itself
    const own = /^( |Enter|Escape|Arrow.*)$/.test(event.key) && (event.target as Element).closest('input, button, a');
    if (own || event.ctrlKey || event.metaKey || event.altKey || part('showing').hidden || part('show').hidden) return;
    event.preventDefault();
    show.key(keys[event.key] ?? event.key);
  };
  // a file that misses its place must not take the place of the page
  document.ondragover = (event) => {
    event.preventDefault();
    document.body.classList.add('over');
  };
  document.ondragleave = () => document.body.classList.remove('over');
  document.ondrop = (event) => {
    event.preventDefault();
    document.body.classList.remove('over');
    (part('show').hidden ? scan : show).take([...(event.dataTransfer?.files ?? [])]);
  };
}
