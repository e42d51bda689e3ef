import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { page as verifierPage } from '../../verifier-page.js';
import { launched } from '../chromium.ts';

/* The page as an auditor has it: a file on a disk, in a real browser, opened from file://. */

export interface Row {
  readonly ok: boolean;
  readonly open: boolean;
  readonly check: string;
  readonly detail: string;
}

export class Auditor {
  readonly folder = mkdtempSync(join(tmpdir(), 'conclave-verifier-'));
  readonly #browser: Browser;

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async arrive(): Promise<Auditor> {
    const auditor = new Auditor(await launched());
    auditor.put('verifier.html', await verifierPage());
    return auditor;
  }

  put(name: string, content: string | Uint8Array): string {
    const path = join(this.folder, name);
    writeFileSync(path, content);
    return path;
  }

  async open(): Promise<Desk> {
    const page = await this.#browser.newPage({ viewport: { width: 1000, height: 1200 } });
    const desk = new Desk(page);
    await page.goto(pathToFileURL(join(this.folder, 'verifier.html')).href);
    return desk;
  }

  async leave(): Promise<void> {
    await this.#browser.close();
    rmSync(this.folder, { recursive: true });
  }
}

/** One window with the page in it, and what went wrong or out of it. */
export class Desk {
  readonly page: Page;
  readonly asked: string[] = [];
  readonly errors: string[] = [];

  constructor(page: Page) {
    this.page = page;
    page.on('request', (request) => this.asked.push(request.url()));
    page.on('console', (message) => this.errors.push(message.text()));
    page.on('pageerror', (error) => this.errors.push(String(error)));
  }

  async choose(...files: readonly string[]): Promise<void> {
    await this.page.setInputFiles('#files', files);
    await this.done();
  }

  /** As if dragged from a folder: the browser hands such a file over in the same way. */
  async drop(name: string, bytes: Uint8Array): Promise<void> {
    const carried = await this.page.evaluateHandle(
      `(() => {
        const data = new DataTransfer();
        data.items.add(new File([new Uint8Array([${bytes}])], '${name}'));
        return data;
      })()`,
    );
    await this.page.dispatchEvent('#drop', 'drop', { dataTransfer: carried });
    await this.done();
  }

  /** A function to wait for would be code from text, and that is forbidden to everybody on this page. */
  async done(): Promise<void> {
    await this.page.waitForSelector('#progress[aria-busy=false]', { timeout: 120_000 });
  }

  texts(selector: string): Promise<string[]> {
    return this.page.locator(selector).allTextContents();
  }

  verdicts(): Promise<string[]> {
    return this.texts('.verdict');
  }

  /** Every check that is shown, in its order. */
  async rows(): Promise<Row[]> {
    const words = await this.texts('tbody td:first-child');
    const checks = await this.texts('td.check');
    const details = await this.texts('td.detail');
    return checks.map((check, at) => ({
      ok: words[at] === 'ok',
      open: words[at] === 'open',
      check,
      detail: details[at] ?? '',
    }));
  }

  async close(): Promise<void> {
    await this.page.close();
  }
}
