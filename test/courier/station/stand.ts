import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { qrMatrix } from '../../../src/bytes/qr/code.ts';
import type { Pixels } from '../../../src/media/qr/image-file.ts';
import { codePixels, pngFile } from '../../../src/media/qr/png.ts';
import { page as stationPage } from '../../../station-page.js';
import { launched } from '../../chromium.ts';

/* The page as somebody has it in a room without a stick: a file on a disk, in a real browser, with a camera. */

export class Room {
  readonly folder = mkdtempSync(join(tmpdir(), 'conclave-station-'));
  readonly #browsers: Browser[] = [];
  #made: string | null = null;

  at(name: string): string {
    return join(this.folder, name);
  }

  put(name: string, content: string | Uint8Array): string {
    writeFileSync(this.at(name), content);
    return this.at(name);
  }

  /** A photograph of one code, as PNG. */
  async photo(name: string, bytes: Uint8Array): Promise<string> {
    return this.put(name, await pngFile(codePixels(qrMatrix(bytes, { level: 'L' }), 3)));
  }

  async browser(...flags: readonly string[]): Promise<Browser> {
    const browser = await launched(...flags);
    this.#browsers.push(browser);
    return browser;
  }

  async leave(): Promise<void> {
    for (const browser of this.#browsers) await browser.close();
    rmSync(this.folder, { recursive: true });
  }

  async station(browser: Browser, html?: string): Promise<Station> {
    this.#made ??= await stationPage();
    this.put('station.html', html ?? this.#made);
    const page = await browser.newPage({ viewport: { width: 1024, height: 768 } });
    const station = new Station(page);
    await page.goto(pathToFileURL(this.at('station.html')).href);
    return station;
  }
}

/** One window with the page in it, and what went wrong or out of it. */
export class Station {
  readonly page: Page;
  readonly asked: string[] = [];
  readonly errors: string[] = [];

  constructor(page: Page) {
    this.page = page;
    page.setDefaultTimeout(120_000); // as long as a busy machine takes
    page.on('request', (request) => this.asked.push(request.url()));
    page.on('console', (message) => this.errors.push(message.text()));
    page.on('pageerror', (error) => this.errors.push(String(error)));
  }

  async text(selector: string): Promise<string> {
    return (await this.page.locator(selector).allTextContents()).join('\n');
  }

  /** Looked at, all of them. */
  async scan(...files: readonly string[]): Promise<void> {
    await this.page.click('#to-scan');
    await this.page.setInputFiles('#pictures', files);
    await this.page.waitForSelector('#sight:has-text("looked at.")');
  }

  /** As if dragged from a folder, and let go beside every place for it. */
  async drop(name: string, bytes: Uint8Array): Promise<void> {
    const carried = await this.page.evaluateHandle(
      `(() => {
        const data = new DataTransfer();
        data.items.add(new File([new Uint8Array([${[...bytes]}])], '${name}'));
        return data;
      })()`,
    );
    await this.page.dispatchEvent('footer', 'drop', { dataTransfer: carried });
  }

  /** What somebody gets who presses the button under the file that became whole. */
  async saved(): Promise<{ readonly name: string; readonly bytes: Uint8Array }> {
    await this.page.waitForSelector('.result a.button');
    const [download] = await Promise.all([this.page.waitForEvent('download'), this.page.click('.result a.button')]);
    return { name: download.suggestedFilename(), bytes: new Uint8Array(readFileSync(await download.path())) };
  }
}

/** Gray pictures as the video that Chromium plays for a camera, each in the middle of a gray table. */
export function y4m(pictures: readonly Pixels[], width: number, height: number, perSecond: number): Uint8Array {
  const colour = Buffer.alloc((width * height) / 2, 128);
  const frames = pictures.map((picture) => {
    const table = Buffer.alloc(width * height, 110);
    const [left, top] = [(width - picture.width) >> 1, (height - picture.height) >> 1];
    for (let y = 0; y < picture.height; y += 1) {
      table.set(picture.gray.subarray(y * picture.width, (y + 1) * picture.width), (top + y) * width + left);
    }
    return Buffer.concat([Buffer.from('FRAME\n'), table, colour]);
  });
  const head = `YUV4MPEG2 W${width} H${height} F${perSecond}:1 Ip A1:1 C420jpeg\n`;
  return new Uint8Array(Buffer.concat([Buffer.from(head), ...frames]));
}
