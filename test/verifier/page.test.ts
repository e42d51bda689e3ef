import { truncateSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { escapeText } from '../../src/bytes/printable.ts';
import { lie } from '../cli/liar.ts';
import { World } from '../cli/world.ts';
import { Auditor, type Desk, type Row } from './browser.ts';

/*
 * The verifier page in a real browser, with files that the product wrote: it says what `conclave verify` says, word for
 * word, and nothing leaves it.
 */

const founders = ['alice', 'bob', 'carol'];
const base = new World('the verifier page');
let auditor: Auditor;
let desk: Desk;
let good: Uint8Array;

async function reshare(world: World, threshold: number, ...words: readonly string[]): Promise<void> {
  const why = ['--threshold', String(threshold), '--reason', 'a <b>reason</b> \u202eyas'];
  const proposed = await world.propose('bob', 'reshare', '--keyset', 'treasury', ...why, ...words);
  await world.walk(proposed, ['alice', 'bob', 'carol', 'dave', 'erin']);
  for (const name of ['bob', 'carol']) await world.visit(name, proposed.phrase);
}

async function exported(world: World, name: string): Promise<Uint8Array> {
  await world.machine('bob').ok('export', '--keyset', 'treasury', '--out', `/${name}`);
  return put(name, world.memory.readFile(`/${name}`));
}

function put(name: string, bytes: Uint8Array): Uint8Array {
  auditor.put(name, bytes);
  return bytes;
}

const at = (name: string): string => `${auditor.folder}/${name}`;

/** What the command says of the same bytes, in the form in which the page shows it. */
async function verified(bytes: Uint8Array, ...words: readonly string[]) {
  const world = new World();
  world.memory.put('/it', bytes);
  const { status, json } = await world.machine('a stranger').run('verify', '/it', ...words);
  const rows: Row[] = json.checks.map(({ check, ok, open = false, detail }: Row) => {
    return { check, ok, open, detail: escapeText(detail) };
  });
  return { status, json, rows };
}

function changed(bytes: Uint8Array, place: number): Uint8Array {
  const copy = bytes.slice();
  copy[place] = (copy[place] as number) ^ 1;
  return copy;
}

beforeAll(async () => {
  auditor = await Auditor.arrive();
  await base.arrive(...founders);
  await base.makeKeyset('treasury', founders, 2, ['main:secp256k1-tr', 'validator:ed25519']);
  await base.arrive('dave', 'erin');
  for (const name of ['bob', 'carol']) await base.machine(name).run('next', '--stick', base.stick);
  const world = base.fork();
  await reshare(world, 3, '--stay', 'bob,carol', '--leave', 'alice', '--join', 'dave,erin');
  good = await exported(world, 'good.conclave');
  const other = base.fork();
  await reshare(other, 2, '--stay', 'alice,bob,carol', '--join', 'dave');
  await exported(other, 'fork.conclave');
}, 300_000);

afterAll(() => auditor?.leave());

beforeEach(async () => {
  desk = await auditor.open();
});

/** Whatever was put into it: the page loads itself and its own worker, and nothing else, and breaks nowhere. */
afterEach(async () => {
  expect(desk.asked.filter((url) => !/^(file:.*\/verifier\.html|blob:null\/[-0-9a-f]+)$/.test(url))).toEqual([]);
  expect(desk.errors).toEqual([]);
  await desk.close();
});

describe('the verifier page', { timeout: 300_000 }, () => {
  test('takes a good export, with the checks of conclave verify in its very words', async () => {
    await desk.choose(at('good.conclave'));
    const { status, json, rows } = await verified(good);
    expect(status).toBe(0);
    expect(await desk.verdicts()).toEqual([expect.stringMatching(/^VALID: /)]);
    expect(await desk.rows()).toEqual(rows);
    expect(rows.length).toBeGreaterThan(30);
    const shown = (await desk.texts('dd')).join('\n');
    for (const value of [json.keysetId, json.head, ...json.keys.map((key: { publicKey: string }) => key.publicKey)])
      expect(shown).toContain(value);
  });

  test('marks a rehearsal', async () => {
    await desk.choose(at('good.conclave'));
    expect(await desk.texts('.rehearsal')).toEqual([expect.stringContaining('REHEARSAL')]);
  });

  test('draws the committees: who stayed, who left, who joined', async () => {
    await desk.choose(at('good.conclave'));
    expect(await desk.texts('.picture .stays title')).toEqual(['bob stays', 'carol stays']);
    expect(await desk.texts('.picture .leaves title')).toEqual(['alice leaves']);
    expect(await desk.texts('.picture .joins title')).toEqual(['dave joins', 'erin joins']);
    const words = await desk.texts('.picture text');
    for (const word of ['epoch 0', '2 of 3 sign', 'epoch 1', '3 of 4 sign', 'alice', 'erin'])
      expect(words).toContain(word);
  });

  test('refuses a changed file, and says which check failed, as the command does', async () => {
    for (const place of [25, 40, 1000, good.length >> 1, good.length - 1]) {
      const bytes = put(`changed-${place}.conclave`, changed(good, place));
      await desk.choose(at(`changed-${place}.conclave`));
      const { status, rows } = await verified(bytes);
      expect(status).toBe(4);
      expect(await desk.verdicts()).toEqual([expect.stringMatching(/^NOT VALID/)]);
      expect(await desk.rows()).toEqual(rows);
    }
  });

  test('takes a file that is dropped on it', async () => {
    await desk.drop('dropped.conclave', good);
    expect(await desk.texts('h2')).toContain('dropped.conclave');
    expect(await desk.verdicts()).toEqual([expect.stringMatching(/^VALID: /)]);
  });

  test('starts from a public key, an epoch and a head that are given', async () => {
    const { json } = await verified(good);
    const key = json.keys[1].publicKey;
    await desk.page.click('summary');
    await desk.page.fill('#key', key.toUpperCase());
    await desk.page.fill('#epoch', '1');
    await desk.page.fill('#head', json.head);
    await desk.choose(at('good.conclave'));
    const { rows } = await verified(good, '--key', key, '--expect-epoch', '1', '--head', json.head);
    expect(await desk.rows()).toEqual(rows);
    await desk.page.fill('#epoch', '2');
    await desk.page.click('button[type=submit]');
    await desk.page.waitForSelector('.verdict.bad');
    expect(await desk.verdicts()).toEqual([expect.stringContaining('expect-epoch')]);
    await desk.page.fill('#key', 'nokey');
    await desk.page.click('button[type=submit]');
    await desk.page.waitForSelector('#progress:has-text("neither a public key nor an address")');
    expect(await desk.verdicts()).toEqual([]);
  });

  test('compares two exports of one keyset, and finds the fork', async () => {
    await desk.choose(at('good.conclave'), at('fork.conclave'));
    const [compared, ...each] = await desk.verdicts();
    expect(compared).toContain('A FORK: epoch 1 has 2 descriptors');
    expect(each).toHaveLength(2);
    await desk.choose(at('good.conclave'), at('good.conclave'));
    expect((await desk.verdicts())[0]).toContain('no fork');
  });

  test('judges evidence, and shows who is at fault in a ceremony that is not finished', async () => {
    const world = base.fork();
    const refresh = await world.propose('alice', 'refresh', '--keyset', 'treasury');
    for (const name of ['alice', 'bob']) await world.visit(name, refresh.phrase);
    lie(world, 'bob', refresh.ceremony, 'deal', (body) => ({ ...body, boxes: [...body.boxes].reverse() }));
    await world.visit('alice', refresh.phrase);
    await world.machine('alice').ok('export', '--fault', 'bob', '--out', '/bob.conclave');
    const evidence = put('bob.conclave', world.memory.readFile('/bob.conclave'));
    await desk.choose(at('bob.conclave'));
    expect(await desk.verdicts()).toEqual([expect.stringContaining('PROVEN against bob')]);
    expect(await desk.rows()).toEqual((await verified(evidence)).rows);
    put('changed.conclave', changed(evidence, evidence.length - 9));
    await desk.choose(at('changed.conclave'));
    expect(await desk.verdicts()).toEqual(['The file proves nothing against anybody']);

    await world.machine('alice').ok('export', '--keyset', 'treasury', '--out', '/failed.conclave');
    const failed = put('failed.conclave', world.memory.readFile('/failed.conclave'));
    await desk.choose(at('failed.conclave'));
    expect(await desk.rows()).toEqual((await verified(failed)).rows);
    expect(new Set(await desk.texts('.fault strong'))).toEqual(new Set(['bob']));
    expect(await desk.texts('.picture text')).toContain('at fault: bob');
  });

  test('says of garbage that it is nothing, and does not read too much at once', async () => {
    auditor.put('garbage', new Uint8Array(3_000_000).fill(7));
    auditor.put('empty', '');
    auditor.put('announced', new Uint8Array([...Buffer.from('conclave export v1\n'), 0xbb, ...Array(8).fill(0xff)]));
    await desk.choose(at('garbage'), at('empty'), at('announced'));
    const [garbage, empty, announced] = await desk.verdicts();
    expect(garbage).toContain('NEITHER an export');
    expect(empty).toContain('NEITHER an export');
    expect(announced).toContain('NOT VALID');
    await desk.choose(...Array.from({ length: 17 }, (_, place) => auditor.put(`many-${place}`, 'x')));
    expect(await desk.texts('#progress')).toEqual([expect.stringContaining('too many')]);
    truncateSync(auditor.put('huge', 'conclave export v1\n'), 600 * 1024 * 1024);
    await desk.choose(at('huge'));
    expect(await desk.texts('#progress')).toEqual([expect.stringContaining('it was not read')]);
  });

  test('stays alive while it checks, and can be stopped', async () => {
    const copies = Array.from({ length: 16 }, (_, place) => auditor.put(`copy-${place}.conclave`, good));
    await desk.page.setInputFiles('#files', copies);
    await desk.page.click('#stop');
    await desk.done();
    expect(await desk.texts('#progress')).toEqual([expect.stringMatching(/^Stopped/)]);
    expect((await desk.verdicts()).length).toBeLessThan(16);
    await desk.choose(at('good.conclave'));
    expect(await desk.verdicts()).toEqual([expect.stringMatching(/^VALID: /)]);
  });

  test('shows what others wrote as text: nothing of it becomes HTML, or turns the line around', async () => {
    await desk.choose(at('good.conclave'));
    const said = (await desk.texts('dd')).find((text) => text.includes('reason</b>'));
    expect(said).toBe('a <b>reason</b> \\u{202e}yas (other)');
    expect(await desk.page.locator('main b').count()).toBe(0);
  });

  test('could not reach out if it tried: the browser is forbidden to', async () => {
    const refused = await desk.page.evaluate(`(async () => {
      const refused = [];
      await fetch('https://example.org/').catch(() => refused.push('fetch'));
      await new Promise((done) => {
        const image = new Image();
        image.onerror = done;
        image.src = 'https://example.org/a.png';
      });
      refused.push('image');
      try { document.body.innerHTML = '<b>no</b>'; } catch { refused.push('html'); }
      return refused;
    })()`);
    expect(refused).toEqual(['fetch', 'image', 'html']);
    expect(desk.errors.filter((text) => !/Content Security Policy|TrustedHTML/.test(text))).toEqual([]);
    desk.errors.length = 0;
    desk.asked.length = 0;
  });

  test('can be printed', async () => {
    await desk.choose(at('good.conclave'));
    const pdf = await desk.page.pdf({ format: 'A4' });
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    await desk.page.emulateMedia({ media: 'print' });
    expect(await desk.page.locator('#form').isVisible()).toBe(false);
    expect(await desk.page.locator('.verdict').isVisible()).toBe(true);
  });
});
