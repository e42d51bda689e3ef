import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { concatBytes, toHex } from '../../../src/bytes/hex.ts';
import { qrMatrix } from '../../../src/bytes/qr/code.ts';
import { frameOverhead, streamOf } from '../../../src/bytes/qr/frames.ts';
import { fileHash, text } from '../../../src/bytes/tagged-hash.ts';
import { sealPacket } from '../../../src/ceremony/envelope.ts';
import { codePixels, pngFile } from '../../../src/media/qr/png.ts';
import { page as stationPage } from '../../../station-page.js';
import { drawn, flipped } from '../../crypto/drawn.ts';
import { drawings, inTerminal, picture, program } from '../../stories/in-terminal.ts';
import { darkTerminal, terminal } from '../qr/terminal.ts';
import { Room, type Station, y4m } from './stand.ts';

/* station.html in a real browser, from file://, against the built program: out of its terminal, and into its scanner. */

const random = drawn('station');
const packet = sealPacket(random(32), random(32), random(1200), random);
const sha256 = toHex(fileHash(packet));

const room = new Room();
let browser: Browser;
let station: Station;

/** What the built program writes to a terminal, as a camera sees it. */
function filmOfTerminal(): Uint8Array {
  room.put('packet', packet);
  const steps = [[picture, `${'\r'.repeat(6)}q`]] as const;
  const drawn = drawings(
    inTerminal(room.folder, { columns: 120, rows: 40 }, steps, ['qr', 'show', 'packet', '--by-hand']),
  );
  const screen = terminal(120, 40, darkTerminal);
  const pictures = drawn.map((drawing) => {
    screen.write(drawing);
    return screen.picture(4);
  });
  expect(pictures).toHaveLength(7);
  return y4m(pictures, 640, 480, 5);
}

beforeAll(async () => {
  const film = room.put('film.y4m', filmOfTerminal());
  const camera = ['--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${film}`];
  browser = await room.browser('--use-fake-ui-for-media-stream', ...camera);
});

afterAll(() => room.leave());

beforeEach(async () => {
  station = await room.station(browser);
});

/** Whatever it was used for: the page loads itself and its own worker, and nothing else, and breaks nowhere. */
afterEach(async () => {
  expect(station.asked.filter((url) => !/^(file:.*\/station\.html|blob:null\/[-0-9a-f]+)$/.test(url))).toEqual([]);
  expect(station.errors).toEqual([]);
  await station.page.close();
});

describe('the station', { timeout: 300_000 }, () => {
  test('scans through a camera what the program shows on a terminal, bit for bit', async () => {
    const { page } = station;
    await page.click('#to-scan');
    await page.click('#start');
    const { name, bytes } = await station.saved();
    expect(bytes).toEqual(packet);
    expect(name).toBe(`${sha256.slice(0, 16)}.packet`);
    expect(await station.text('.result dd')).toContain(sha256);
    expect(await page.locator('#video').isVisible()).toBe(false); // the camera was stopped
    expect(await page.locator('#cameras option').count()).toBe(1);
    expect(await station.text('#sight')).toContain('whole');
  });

  test('shows a file that the program scans from pictures of the screen', async () => {
    const { page } = station;
    await page.setInputFiles('#file', room.put('shown', packet));
    await page.waitForSelector('#code:visible');
    await page.keyboard.press(' ');
    await page.keyboard.press('<');
    await page.keyboard.press('<');
    expect(await station.text('#facts')).toContain(sha256);
    const count = Number(/^Code 1 of (\d+)\./.exec(await station.text('#place'))?.[1]);
    expect(count).toBeGreaterThan(2);
    await page.setViewportSize({ width: 700, height: 420 }); // the code follows
    const photos = room.at('photos');
    mkdirSync(photos);
    for (let at = 0; at < count + 3; at += 1) {
      if (at !== 2) await page.locator('#code').screenshot({ path: `${photos}/${at}.png` });
      await page.keyboard.press('Enter');
    }
    execFileSync(process.execPath, [program, 'qr', 'scan', photos, '--out', room.at('back')]);
    expect(new Uint8Array(readFileSync(room.at('back')))).toEqual(packet);
  });

  test('moves by itself, faster, slower and larger while it runs, and stands still by a key', async () => {
    const { page } = station;
    await page.setInputFiles('#file', room.put('shown', packet));
    await page.waitForSelector('#place:has-text("All 2 were shown")');
    await page.keyboard.press('+');
    expect(await station.text('#speed-is')).toBe('6 a second');
    await page.locator('#speed').fill('0');
    expect(await station.text('#speed-is')).toBe('1 a second');
    const before = await station.text('#density-is');
    await page.locator('#density').fill('9');
    expect(await station.text('#density-is')).toBe('version 9, 53 squares a side');
    expect(before).not.toContain('version 9,');
    await page.click('#pause');
    const place = await station.text('#place');
    await page.waitForTimeout(1200);
    expect(await station.text('#place')).toBe(place);
    await page.click('#end');
    expect(await page.locator('#choosing').isVisible()).toBe(true);
  });

  test('shows black on white with the whole quiet zone, also where everything else is dark', async () => {
    const { page } = station;
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setInputFiles('#file', room.put('small', packet.slice(0, 40)));
    await page.waitForSelector('#place:has-text("One code is all of it.")');
    const colours = await page.evaluate(`(() => {
      const canvas = document.getElementById('code');
      const squares = /(\\d+) squares/.exec(document.getElementById('density-is').textContent);
      const scale = canvas.width / (8 + Number(squares[1]));
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.width);
      const around = (at) => data.slice(4 * at * (canvas.width + 1)).slice(0, 3).join();
      return [scale % 1, around(0), around(4 * scale - 1), around(4 * scale), around(canvas.width - 1)];
    })()`);
    expect(colours).toEqual([0, '255,255,255', '255,255,255', '0,0,0', '255,255,255']);
  });

  test('takes a file that is dropped anywhere, to show it or to look at it', async () => {
    const { frame } = streamOf(packet, 400);
    await station.drop('dropped.packet', packet);
    await station.page.waitForSelector('#name:has-text("dropped.packet")');
    await station.page.click('#to-scan');
    await station.drop('dropped.png', readFileSync(await room.photo('dropped.png', frame(0))));
    await station.page.waitForSelector('#news:has-text("dropped.png: 1 new")');
  });

  test('refuses to show nothing, or more than codes carry, and warns of a secret', async () => {
    await station.page.setInputFiles('#file', room.put('empty', ''));
    await station.page.waitForSelector('#refused:has-text("there is nothing in it")');
    await station.page.setInputFiles('#file', room.put('huge', new Uint8Array(2 ** 24)));
    await station.page.waitForSelector('#refused:has-text("more than codes carry")');
    await station.page.setInputFiles('#file', room.put('backup', text('conclave backup v1\nand so on')));
    await station.page.waitForSelector('#secret:visible');
    expect(await station.page.locator('#refused').isVisible()).toBe(false);
  });

  test('says at once of a foreign, a damaged and a contradicting code what it is, and takes the true ones', async () => {
    const { frame, count } = streamOf(packet, 400);
    const other = streamOf(random(500), 400);
    const lie = frame(0).slice(0, -4);
    lie.set(random(lie.length - 14), 14);
    await station.scan(
      await room.photo('foreign.png', text('https://example.org/')),
      await room.photo('damaged.png', flipped(frame(0), frameOverhead)),
      await room.photo('true.png', frame(0)),
      await room.photo('other.png', other.frame(0)),
      room.put('no.png', 'no picture'),
    );
    const news = await station.text('#news');
    expect(news).toContain('foreign.png: this QR code does not come from conclave');
    expect(news).toContain('damaged.png: this frame is not what was sent');
    expect(news).toContain('no.png: this is no picture');
    expect(await station.text('#streams')).toContain(`${sha256.slice(0, 12)}…: 1 of ${count} codes`);
    expect(await station.page.locator('#streams progress').count()).toBe(2);
    expect(await station.page.locator('#mixed').isVisible()).toBe(true);
    await station.scan(await room.photo('lie.png', concatBytes(lie, fileHash(lie).slice(0, 4))));
    expect(await station.text('#news')).toContain('lie.png: two frames of one file contradict each other');
    expect(await station.page.locator('#streams progress').count()).toBe(1);
    const photos = Array.from({ length: count + 3 }, (_, at) => room.photo(`${at}.png`, frame(count + 2 - at)));
    await station.scan(...(await Promise.all(photos)));
    expect((await station.saved()).bytes).toEqual(packet);
  });

  test('scans a video that somebody took', async () => {
    const { frame, count } = streamOf(packet, 400);
    const numbers = Array.from({ length: count }, (_, at) => at);
    for (const at of numbers) await room.photo(`${at}.png`, frame(at));
    const pictures = numbers.map((at) => readFileSync(room.at(`${at}.png`)).toString('base64'));
    const video = await station.page.evaluate(`(async () => {
      const pictures = await Promise.all(${JSON.stringify(pictures)}.map((letters) =>
        createImageBitmap(new Blob([Uint8Array.from(atob(letters), (letter) => letter.charCodeAt(0))]))));
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [pictures[0].width, pictures[0].height];
      const pen = canvas.getContext('2d');
      const chunks = [];
      const recorder = new MediaRecorder(canvas.captureStream(30), { videoBitsPerSecond: 8e6 });
      recorder.ondataavailable = ({ data }) => chunks.push(data);
      const ended = new Promise((resolve) => { recorder.onstop = resolve; });
      recorder.start();
      for (const picture of [...pictures, ...pictures]) {
        for (let at = 0; at < 8; at += 1) {
          pen.drawImage(picture, 0, 0);
          await new Promise((resolve) => setTimeout(resolve, 33));
        }
      }
      recorder.stop();
      await ended;
      const bytes = new Uint8Array(await new Blob(chunks).arrayBuffer());
      return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
    })()`);
    await station.scan(room.put('film.webm', Buffer.from(video as string, 'base64')));
    expect((await station.saved()).bytes).toEqual(packet);
  });

  test('tells what cannot be read from what is missing, and forgets everything where it is told to', async () => {
    const { frame, count } = streamOf(packet, 400);
    await room.photo('clear.png', frame(0));
    const spoiled = codePixels(qrMatrix(frame(1), { level: 'L' }), 3);
    const middle = spoiled.width * (spoiled.height >> 1);
    spoiled.gray.fill(255, middle, middle + 40 * spoiled.width);
    await station.scan(room.at('clear.png'), room.put('spoiled.png', await pngFile(spoiled)));
    expect(await station.text('#news')).toContain('spoiled.png: a code is there and cannot be read');
    expect(await station.text('#counts')).toContain('1 of 2 pictures had a code that cannot be read');
    expect(await station.text('#streams')).toContain(`1 of ${count} codes`);
    await station.page.click('#forget');
    for (const place of ['#news', '#streams', '#counts']) expect(await station.text(place)).toBe('');
    await station.scan(room.at('clear.png'));
    expect(await station.text('#streams')).toContain(`1 of ${count} codes`);
  });

  test('keeps no file that it was told to forget, which may be a secret', async () => {
    const { frame } = streamOf(packet.slice(0, 300), 332);
    await station.scan(await room.photo('whole.png', frame(0)));
    const address = await station.page.getAttribute('.result a.button', 'href');
    await station.page.evaluate(`(() => {
      globalThis.gone = [];
      const revoke = URL.revokeObjectURL;
      URL.revokeObjectURL = (url) => { gone.push(url); revoke.call(URL, url); };
    })()`);
    await station.page.click('#forget');
    expect(await station.text('#whole')).toBe('');
    expect(await station.page.evaluate('gone')).toEqual([address]);
  });

  test('could not reach out if it tried: the browser is forbidden to', async () => {
    const refused = await station.page.evaluate(`(async () => {
      const refused = [];
      await fetch('https://example.org/').catch(() => refused.push('fetch'));
      await new Promise((done) => {
        const image = new Image();
        image.onerror = done;
        image.src = 'https://example.org/a.png';
      });
      refused.push('image');
      const video = document.createElement('video');
      await new Promise((done) => {
        video.onerror = done;
        video.src = 'https://example.org/a.webm';
      });
      refused.push('video');
      try { document.body.innerHTML = '<b>no</b>'; } catch { refused.push('html'); }
      return refused;
    })()`);
    expect(refused).toEqual(['fetch', 'image', 'video', 'html']);
    expect(station.errors.filter((text) => !/Content Security Policy|TrustedHTML/.test(text))).toEqual([]);
    station.errors.length = 0;
    station.asked.length = 0;
  });
});

test('where the browser knows WebAssembly and may not use it, the station scans as well', {
  timeout: 300_000,
}, async () => {
  const forbidden = (await stationPage()).replace(" 'wasm-unsafe-eval'", '');
  const { frame } = streamOf(packet.slice(0, 200), 232);
  const strict = await room.station(browser, forbidden);
  await strict.scan(await room.photo('all.png', frame(0)));
  expect((await strict.saved()).bytes).toEqual(packet.slice(0, 200));
  await strict.page.close();
});

test('where WebAssembly is not allowed the station scans with the plain decoder, and without a camera pictures', {
  timeout: 300_000,
}, async () => {
  const plain = await room.station(await room.browser('--js-flags=--jitless'));
  expect(await plain.page.evaluate('typeof WebAssembly')).toBe('undefined');
  const { frame } = streamOf(packet, 400);
  await plain.scan(...(await Promise.all([0, 1, 2, 3].map((at) => room.photo(`${at}.png`, frame(at))))));
  expect((await plain.saved()).bytes).toEqual(packet);
  await plain.page.click('#start'); // and this browser has no camera for anybody
  await plain.page.waitForSelector('#sight:has-text("Photographs and videos of the codes will do")');
  expect(plain.errors).toEqual([]);
});
