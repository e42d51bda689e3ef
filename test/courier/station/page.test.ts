import { createHash } from 'node:crypto';
import { build } from 'esbuild';
import { beforeAll, describe, expect, test } from 'vitest';
import { stationPage } from '../../../src/courier/station-page.ts';
import { decoderWasm } from '../../../src/media/qr/decoder.ts';
import { options, page } from '../../../station-page.js';

let html: string;

beforeAll(async () => {
  html = await page();
});

const inside = (tag: string): string[] =>
  [...html.matchAll(new RegExp(`<${tag}>(.*?)</${tag}>`, 'gs'))].map(([, content = '']) => content);
const sha256 = (content: string): string => `'sha256-${createHash('sha256').update(content).digest('base64')}'`;

describe('the station as a file', () => {
  test('lets the browser run its one script and the decoder inside, look at a video of somebody, and load nothing', () => {
    const [policy = ''] = /(?<=http-equiv="Content-Security-Policy" content=")[^"]*/.exec(html) ?? [];
    const [scripts, styles] = [inside('script'), inside('style')];
    expect([scripts.length, styles.length]).toEqual([1, 1]);
    expect(Object.fromEntries(policy.split('; ').map((rule) => rule.split(/ (.*)/s).slice(0, 2)))).toEqual({
      'default-src': "'none'",
      'script-src': `${sha256(scripts[0] as string)} 'wasm-unsafe-eval'`,
      'style-src': sha256(styles[0] as string),
      'worker-src': 'blob:',
      'media-src': 'blob:',
      'connect-src': "'none'",
      'img-src': "'none'",
      'form-action': "'none'",
      'base-uri': "'none'",
      'require-trusted-types-for': "'script'",
      'trusted-types': 'conclave',
    });
    // before anything that it is to hold for
    expect(html.indexOf('Content-Security-Policy')).toBeLessThan(html.indexOf('<style'));
  });

  test('has the decoder inside, byte for byte, as text that is no script', () => {
    const [, wasm = ''] = /<script id="wasm" type="text\/plain">([^<]*)<\/script>/.exec(html) ?? [];
    expect(createHash('sha256').update(wasm, 'base64').digest()).toEqual(
      createHash('sha256').update(decoderWasm()).digest(),
    );
  });

  test('names nothing to load, and bears no script or style of an element', () => {
    const markup = html.replace(/<script.*<\/script>/s, '').replace(/<style>.*<\/style>/s, '');
    expect(markup).not.toMatch(/\s(src|href|style|on\w+)=|https?:/i);
    expect(inside('style')[0]).not.toMatch(/url\(|@import/i);
  });

  test('needs nothing of the browser that some do not have: no detector of bar codes', () => {
    expect(inside('script')[0]).not.toContain('BarcodeDetector');
  });

  test('has a name for everything that can be pressed, chosen or looked at', () => {
    for (const [tag, attributes = ''] of html.matchAll(/<(?:input|select|video|canvas|progress)\s([^>]*)>/g)) {
      const [, id = ''] = /id="([^"]*)"/.exec(attributes) ?? [];
      expect(attributes.includes('aria-label=') || html.includes(`<label for="${id}">`), tag).toBe(true);
    }
  });

  test('is made of what moves codes alone: no module of Node, no key, nothing of a vault or of a ceremony', async () => {
    const { metafile } = await build({ ...options, metafile: true });
    const files = Object.keys(metafile.inputs);
    const rooms = new Set(files.filter((file) => file.startsWith('src/')).map((file) => file.split('/')[1]));
    expect([...rooms].sort()).toEqual(['bytes', 'courier', 'media', 'problem.ts']);
    expect(Object.values(metafile.outputs).flatMap(({ imports }) => imports)).toEqual([]);
  });

  test('is the same bytes in every build, and what the build has left is up to date', async () => {
    expect(sha256(await page())).toBe(sha256(html));
    expect(sha256(stationPage()), 'npm run build').toBe(sha256(html));
  });
});
