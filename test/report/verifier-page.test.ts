import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { build } from 'esbuild';
import { beforeAll, describe, expect, test } from 'vitest';
import { checkNames } from '../../src/ceremony/checks.ts';
import { judgements } from '../../src/ceremony/evidence.ts';
import { writeExport } from '../../src/ceremony/export.ts';
import { verifyExport } from '../../src/ceremony/verify.ts';
import { ceremonyCheckWords, evidenceCheckWords, exportCheckWords } from '../../src/report/check-words.ts';
import { verifierPage } from '../../src/report/verifier-page.ts';
import { options, page } from '../../verifier-page.js';
import { Ceremony, people } from '../ceremony/committee.ts';

let html: string;

beforeAll(async () => {
  html = await page();
});

const inside = (tag: string): string[] =>
  [...html.matchAll(new RegExp(`<${tag}>(.*?)</${tag}>`, 'gs'))].map(([, content = '']) => content);
const sha256 = (content: string): string => `'sha256-${createHash('sha256').update(content).digest('base64')}'`;

describe('the verifier page as a file', () => {
  test('lets the browser run its one script and its one style, and load nothing', () => {
    const [policy = ''] = /(?<=http-equiv="Content-Security-Policy" content=")[^"]*/.exec(html) ?? [];
    const [scripts, styles] = [inside('script'), inside('style')];
    expect([scripts.length, styles.length]).toEqual([1, 1]);
    expect(Object.fromEntries(policy.split('; ').map((rule) => rule.split(/ (.*)/s).slice(0, 2)))).toEqual({
      'default-src': "'none'",
      'script-src': sha256(scripts[0] as string),
      'style-src': sha256(styles[0] as string),
      'worker-src': 'blob:',
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

  test('names nothing to load, and bears no script or style of an element', () => {
    const markup = html.replace(/<script>.*<\/script>/s, '').replace(/<style>.*<\/style>/s, '');
    expect(markup).not.toMatch(/\s(src|href|style|on\w+)=|https?:/i);
    expect(inside('style')[0]).not.toMatch(/url\(|@import/i);
  });

  test('is made of the core alone: no module of Node, nothing of a vault or of the command line', async () => {
    const { metafile } = await build({ ...options, metafile: true });
    const files = Object.keys(metafile.inputs);
    const rooms = new Set(files.filter((file) => file.startsWith('src/')).map((file) => file.split('/')[1]));
    expect([...rooms].sort()).toEqual(['bytes', 'ceremony', 'crypto', 'media', 'problem.ts', 'report']);
    expect(files.filter((file) => file.startsWith('src/media/'))).toEqual(['src/media/own-script.ts']);
    const loaded = Object.values(metafile.outputs).flatMap(({ imports }) => imports);
    expect(loaded).toEqual([]);
  });

  test('is the same bytes in every build, and what the build has left is up to date', async () => {
    expect(sha256(await page())).toBe(sha256(html));
    expect(sha256(verifierPage()), 'npm run build').toBe(sha256(html));
  });
});

describe('what each check asks', () => {
  const { alice, bob, carol } = people('check words', 'alice', 'bob', 'carol');
  const genesis = new Ceremony({ cast: [alice, bob, carol], members: [alice, bob, carol], threshold: 2 }).run();
  const { checks } = verifyExport(writeExport([genesis.view], [genesis.link]), {
    key: new Uint8Array(32),
    expectEpoch: 0,
    head: new Uint8Array(32),
  });

  test('is said of every check that there is, and of no other', () => {
    const ceremony: readonly string[] = checkNames;
    expect(Object.keys(ceremonyCheckWords)).toEqual(ceremony);
    expect(Object.keys(evidenceCheckWords)).toEqual(judgements);
    const others = new Set(checks.map(({ check }) => check).filter((check) => !ceremony.includes(check)));
    expect(new Set(Object.keys(exportCheckWords))).toEqual(others);
  });

  test('stands in the guide for auditors, word for word', () => {
    const guide = readFileSync(new URL('../../docs/auditor-guide.md', import.meta.url), 'utf8');
    const rows = Object.entries({ ...exportCheckWords, ...ceremonyCheckWords });
    for (const [check, words] of rows) expect(guide).toContain(`| \`${check}\` | ${words} |`);
  });
});
