import { beforeAll, describe, expect, test } from 'vitest';
import { toHex } from '../../src/bytes/hex.ts';
import { fileHash } from '../../src/bytes/tagged-hash.ts';
import { nowhere } from '../../src/ceremony/packets/closing.ts';
import { onPaper, readDrawn } from '../../src/cli/paper.ts';
import { faultyFileSystem } from '../../src/media/faults.ts';
import type { Pixels } from '../../src/media/qr/image-file.ts';
import type { Block } from '../../src/report/page-block.ts';
import { jpegFile, photograph } from '../media/qr/photograph.ts';
import { codeSheets, sheetsOf } from '../report/pdf.ts';
import { type Machine, World } from './world.ts';

/* A backup on paper: written, photographed, typed, and outlived by its committee. */

const people = ['alice', 'bob', 'carol'] as const;
let made: World;
/** With a page of alice in the safe. */
let printed: World;
let lines: string[];

const words = ['--backup-passphrase-file', '/words'] as const;
const page = ['backup', 'create', 'treasury', '--paper', '/usb/page.pdf', ...words] as const;

beforeAll(async () => {
  made = new World('paper');
  await made.arrive(...people);
  await made.makeKeyset('treasury', people, 2, ['main:secp256k1-tr']);
  made.write('/words', 'six words that nobody guesses\n');
  made.write('/usb/holiday.txt', 'of somebody else\n');
  printed = made.fork();
  await printed.machine('alice').ok(...page, '--label', 'for the safe');
  lines = linesOf(printed.memory.readFile('/usb/page.pdf'));
  const [, sheet] = codeSheets(printed.memory.readFile('/usb/page.pdf'), 2);
  if (sheet === undefined) throw new Error('no sheet with codes');
  // from below the title to where the codes end, which is what somebody would hold the camera at
  const codes = cut(sheet, 140, 1260);
  const held = { turned: 8, tilted: 0.08, noise: 25, shadow: 0.6 };
  printed.memory.put('/photos/sheet 2.JPG', jpegFile(photograph(codes, held), 70));
  printed.memory.put('/photos/notes.txt', new Uint8Array(3));
  printed.memory.put('/upper-half.jpg', jpegFile(cut(sheet, 140, 750)));
}, 300_000);

/** The rows of a picture from here to there. */
function cut({ width, gray }: Pixels, from: number, to: number): Pixels {
  return { width, height: to - from, gray: gray.slice(from * width, to * width) };
}

/** As they are printed, the first one first. */
function linesOf(pdf: Uint8Array): string[] {
  const all = sheetsOf(pdf).flatMap((sheet) => sheet.split('\n'));
  const found = all.filter((line) => /^CONCLAVE [0-9A-F]{8} A|^[ABC][0-9]{3} [A-Z2-7]+ /.test(line));
  return [...new Set(found)];
}

const part = (name: string): string[] => lines.filter((line) => line.startsWith(`${name}0`));
const typed = (world: World, ...some: readonly string[]): string[] => [
  '--typed',
  world.write('/typed.txt', `${some.join('\n')}\n`),
];

/** What is on the disk, at the cost of a few letters for each file. */
const disk = (world: World): string[] =>
  [...world.memory.files()].map(([path, bytes]) => `${path} ${toHex(fileHash(bytes))}`).sort();

/** The file of the active share is gone from the disk. */
function loseShare(world: World, name: string): void {
  for (const path of [...world.memory.files().keys()])
    if (path.startsWith(`/home/${name}/shares/`)) world.memory.remove(path);
}

/** With a sign in the middle of its second group that is another one. */
function misspelt(line: string): string {
  return line.slice(0, 12) + (line[12] === 'A' ? 'C' : 'A') + line.slice(13);
}

const restore = (machine: Machine, ...rest: readonly string[]) => machine.run('backup', 'restore', ...rest, ...words);
const check = (machine: Machine, ...rest: readonly string[]) => machine.run('backup', 'check', ...rest);

describe('backup create --paper', () => {
  test('says on the page what it is, and has nothing secret on it in clear', () => {
    const pdf = printed.memory.readFile('/usb/page.pdf');
    const content = sheetsOf(pdf).join('\n');
    const [first = ''] = lines;
    const id = first.slice(9, 17).toLowerCase();
    for (const words of [
      'the sealed share of alice, member 1 of treasury, at epoch 0',
      `${id}: for the safe`,
      'under a passphrase of its own',
      'conclave backup restore PICTURES --typed',
      'age -d -o share.json share.age',
      'REHEARSAL',
    ])
      expect(content).toContain(words);
    const alice = printed.machine('alice');
    const secrets = [...alice.share('treasury'), alice.look(({ state }) => toHex(state.signing.secret))];
    for (const secret of secrets) expect(content + Buffer.from(pdf).toString('latin1')).not.toContain(secret);
    for (const sheet of sheetsOf(pdf)) expect(sheet).toContain(`backup ${id}`); // each of them alone says of what it is
  });

  test('is in the register as every other place, its medium being paper unless something else is said', async () => {
    const { copies } = (await printed.machine('alice').ok('backup', 'list')).json;
    expect(copies).toMatchObject([
      { kind: 'backup', epoch: 0, state: 'current', label: 'for the safe', where: { medium: 'paper' } },
    ]);
    const world = made.fork();
    const both = ['--to', '/usb', '--medium', 'stick', '--medium', 'a card of steel', '--bag', '1', '--bag', '2'];
    const { json } = await world.machine('alice').ok(...page, ...both);
    expect(json.backups).toMatchObject([
      { where: { medium: 'stick', bag: '1' } },
      { where: { medium: 'a card of steel', bag: '2' }, file: '/usb/page.pdf' },
    ]);
  }, 60_000);

  test.each([
    ['over a file that is there', ['--paper', '/usb/page.pdf']],
    ['into a folder that is not there', ['--paper', '/nowhere/page.pdf']],
    ['into the vault', ['--paper', '/home/alice/page.pdf']],
    ['twice into one file', ['--paper', '/usb/new.pdf', '--paper', '/usb/new.pdf']],
  ])('is refused %s, and nothing is registered', async (_, rest) => {
    const world = printed.fork();
    const before = disk(world);
    const { status, json } = await world.machine('alice').run('backup', 'create', 'treasury', ...rest, ...words);
    expect([status, json.error.code]).toEqual([2, 'BACKUP_PLACE']);
    expect(disk(world)).toEqual(before);
  });

  test('wherever the power fails there is no page that is not in the register, and none counts that was not read back', async () => {
    const counted = made.fork();
    const counting = faultyFileSystem(counted.fs);
    await counted.machine('alice').runWith({ fs: counting }, ...page);
    const places = counting.operations.length;
    for (let at = 2; at <= places; at += 5) {
      const world = made.fork();
      const alice = world.machine('alice');
      const fault = at % 2 === 0 ? 'kill' : 'torn';
      await alice.runWith({ fs: faultyFileSystem(world.fs, { at, fault }) }, ...page);
      world.memory.crash('nothing');
      const { copies } = (await alice.ok('backup', 'list')).json;
      const there = world.memory.kind('/usb/page.pdf') === 'file';
      const about = { at, fault, there, states: copies.map(({ state }: { state: string }) => state) };
      if (there) expect(about).not.toMatchObject({ states: [] });
      if (!there) expect(about).not.toMatchObject({ states: ['current'] });
      const again = await alice.run(...page);
      // a page that is there may be printed by now: it is not touched, and stays in the register
      expect({ ...about, status: again.status }).toMatchObject({ status: there ? 2 : 0 });
      expect(world.memory.kind('/usb/page.pdf.new')).toBe('absent');
      const after = (await alice.ok('backup', 'list')).json.copies;
      if (there) expect(after).toEqual(copies);
    }
  }, 180_000);
});

describe('what is drawn', () => {
  test('is read again, squares and lines, and one sign or square that is another is found', async () => {
    const world = made.fork();
    const alice = world.machine('alice');
    const { json } = await alice.ok('backup', 'create', 'treasury', '--to', '/usb', ...words);
    const file = world.read(json.backups[0].file) ?? '';
    const { blocks } = await onPaper(file, nowhere);
    expect(new TextDecoder().decode(await readDrawn(blocks))).toBe(file);
    const changed = (change: (block: Block) => Block) => readDrawn(blocks.map(change));
    const refused = { code: expect.stringMatching(/^BACKUP_/) };
    await expect(
      changed((block) =>
        block.kind === 'numbered'
          ? { ...block, lines: block.lines.map((line) => (line.startsWith('A002') ? misspelt(line) : line)) }
          : block,
      ),
    ).rejects.toMatchObject(refused);
    await expect(
      changed((block) => (block.kind === 'codes' ? { ...block, codes: block.codes.slice(1) } : block)),
    ).rejects.toMatchObject(refused);
    // a page of which the codes are those of another backup
    const again = await alice.ok('backup', 'create', 'treasury', '--to', '/usb', ...words);
    const other = await onPaper(world.read(again.json.backups[0].file) ?? '', nowhere);
    const codes = other.blocks.find((block) => block.kind === 'codes') as Block;
    await expect(changed((block) => (block.kind === 'codes' ? codes : block))).rejects.toMatchObject(refused);
  }, 60_000);
});

describe('a photograph of the page', () => {
  test('turned, tilted and in bad light is all that it takes to have the share back', async () => {
    const world = printed.fork();
    const alice = world.machine('alice');
    const share = alice.share('treasury');
    const checked = await check(alice, '/photos', ...words);
    expect([checked.status, checked.json]).toMatchObject([0, { state: 'current', opened: true, epoch: 0 }]);
    expect(checked.stderr).toContain(`lines ${lines[1]?.slice(0, 4)} to `);
    loseShare(world, 'alice');
    const { status, json } = await restore(alice, '/photos/sheet 2.JPG');
    expect([status, json]).toMatchObject([0, { did: 'put-back', keyset: 'treasury', index: 1 }]);
    expect(alice.share('treasury')).toEqual(share);
  }, 60_000);

  test('is known for what it is by who inspects it, and a scan says where it belongs', async () => {
    const world = printed.fork();
    const inspected = await world.machine('alice').ok('inspect', '/photos/sheet 2.JPG');
    expect(inspected.json).toMatchObject({ what: 'paper', secret: true, lines: expect.stringContaining('A001 to A') });
    const scanned = await world.machine('alice').run('qr', 'scan', '/photos/sheet 2.JPG');
    expect([scanned.status, scanned.stderr]).toEqual([4, expect.stringContaining('conclave backup check PICTURES')]);
  });

  test('of half a sheet names the lines that are missing, and these can be typed', async () => {
    const world = printed.fork();
    const alice = world.machine('alice');
    const half = await check(alice, '/upper-half.jpg');
    expect([half.status, half.json.error.code]).toEqual([2, 'BACKUP_LINES']);
    const [, from = ''] = /missing: ([ABC][0-9]{3})/.exec(half.json.error.message) ?? [];
    expect(from).not.toBe('');
    const rest = lines.slice(lines.findIndex((line) => line.startsWith(from)));
    expect(rest.length).toBeLessThan(lines.length - 5);
    const whole = await check(alice, '/upper-half.jpg', ...typed(world, ...rest), ...words);
    expect([whole.status, whole.json]).toMatchObject([0, { state: 'current', opened: true }]);
  }, 60_000);

  test('of something else is passed over, and alone it is no backup', async () => {
    const world = printed.fork();
    const alice = world.machine('alice');
    world.memory.put('/blank.jpg', jpegFile({ width: 80, height: 80, gray: new Uint8Array(6400).fill(200) }));
    world.write('/broken.png', '\u0089PNG');
    const alone = await check(alice, '/blank.jpg');
    expect([alone.status, alone.json.error.code]).toEqual([2, 'BACKUP_LINES']);
    expect((await check(alice, '/blank.jpg', '/broken.png', '/photos')).status).toBe(0);
    expect((await check(alice, '/usb/page.pdf')).json.error.hint).toContain('pdftoppm');
    expect((await check(alice, '/usb')).json.error.message).toContain('no picture');
    expect((await check(alice)).json.error.message).toBe('which backup?');
  }, 60_000);
});

describe('lines that were typed', () => {
  test('bring the share back; the proof need not be typed where the vault has it', async () => {
    const world = printed.fork();
    const alice = world.machine('alice');
    const share = alice.share('treasury');
    loseShare(world, 'alice');
    const some = [lines[0] ?? '', ...part('A').reverse(), ...part('B').map((line) => line.toLowerCase())];
    expect((await restore(alice, ...typed(world, ...some))).json).toMatchObject({ did: 'put-back' });
    expect(alice.share('treasury')).toEqual(share);
  });

  test('are told by number where one is wrong or missing, and nothing is restored', async () => {
    const world = printed.fork();
    const alice = world.machine('alice');
    loseShare(world, 'alice');
    const before = disk(world);
    const slips = lines.flatMap((line) =>
      line.startsWith('A007') ? [misspelt(line)] : line.startsWith('B002') ? [] : [line],
    );
    const { status, json } = await restore(alice, ...typed(world, ...slips));
    expect([status, json.error.code]).toEqual([2, 'BACKUP_LINES']);
    expect(json.error.message).toContain('not as they are printed: A007; missing: B002');
    const headless = await restore(alice, ...typed(world, ...lines.slice(1)));
    expect(headless.json.error.message).toContain('begins with CONCLAVE');
    world.memory.remove('/typed.txt');
    expect(disk(world)).toEqual(before);
  });

  test('are asked for one by one at a terminal, and a slip is told at once by its number', async () => {
    const world = printed.fork();
    const alice = world.machine('alice');
    loseShare(world, 'alice');
    const [first = '', second = '', third = '', ...more] = lines.filter((line) => !/^C[0-9]/.test(line));
    const answers = ['CONCLAVE', first, misspelt(second), second, misspelt(more[0] ?? ''), third.slice(5), ...more];
    const ran = await alice.type(answers, 'backup', 'restore', '--typed', ...words);
    expect(ran.stdout).toContain('that is not what the page says');
    expect(ran.stdout).toContain('line A001 is not what the page says');
    expect(ran.stdout).not.toContain('line A002 is not');
    expect(ran.stdout).toContain('line A003 is not'); // as whoever typed it called it
    expect(ran.asked.slice(0, 5)).toEqual([
      'the line that begins with CONCLAVE',
      'the line that begins with CONCLAVE',
      'line A001',
      'line A001',
      'line A002',
    ]);
    expect(ran.asked.some((question) => question.startsWith('line C'))).toBe(false);
    expect([ran.status, alice.share('treasury').length]).toEqual([0, 1]);
  });

  test('of the proof are wanted where nobody knows the committee, and an export may know it', async () => {
    const world = printed.fork();
    const fresh = world.machine('dora');
    await fresh.ok('init', '--name', 'dora');
    const some = lines.filter((line) => !/^C[0-9]/.test(line));
    const { json } = await restore(fresh, ...typed(world, ...some));
    expect(json.error.message).toContain(`missing: C001 to ${part('C').at(-1)?.slice(0, 4)}`);
    expect((await check(world.machine('nobody'), ...typed(world, ...some))).json.error.code).toBe('BACKUP_LINES');
    await world.machine('bob').ok('export', '--keyset', 'treasury', '--out', '/treasury.conclave');
    const judged = await check(
      world.machine('nobody'),
      ...typed(world, ...some),
      '--against',
      '/treasury.conclave',
      ...words,
    );
    expect([judged.status, judged.json]).toMatchObject([0, { state: 'current', opened: true }]);
    expect((await restore(fresh, ...typed(world, ...lines))).json).toMatchObject({ did: 'kept-apart' });
  });

  test('of two pages are never mixed', async () => {
    const world = printed.fork();
    const alice = world.machine('alice');
    await alice.ok('backup', 'create', 'treasury', '--paper', '/usb/other.pdf', ...words);
    const [other = '', one = ''] = linesOf(world.memory.readFile('/usb/other.pdf'));
    const strange = lines.map((line) => (line.startsWith('A001') ? one : line));
    const { json } = await restore(alice, ...typed(world, ...strange));
    expect(json.error.message).toContain('not as they are printed: A001');
    const both = await restore(alice, '/photos', ...typed(world, other));
    expect(both.json.error.message).toContain('lines of two backups');
  }, 60_000);

  test('of a committee that is over are called stale, and never put back', async () => {
    const world = printed.fork();
    const alice = world.machine('alice');
    const proposed = await world.propose('alice', 'refresh', '--keyset', 'treasury');
    await world.walk(proposed, people);
    const some = lines.filter((line) => !/^C[0-9]/.test(line));
    expect((await check(alice, ...typed(world, ...some))).json).toMatchObject({ state: 'stale', opened: false });
    const { status, json } = await restore(alice, ...typed(world, ...some));
    expect([status, json.error.code]).toEqual([5, 'BACKUP_STALE']);
  }, 60_000);

  test('that fit together and are not what was signed are no backup', async () => {
    const world = printed.fork();
    const { headText, lineTexts, partOf, readHead, readLine } = await import('../../src/bytes/numbered-lines.ts');
    const head = readHead(lines[0] ?? '');
    if (head === null) throw new Error('no first line');
    const found = new Map(
      lines.slice(1).map((line) => [line.slice(0, 4), readLine(head, line)?.bytes ?? new Uint8Array()]),
    );
    const [A, B, C] = (['A', 'B', 'C'] as const).map((name) => partOf(head, name, found) ?? new Uint8Array());
    if (A === undefined || B === undefined || C === undefined) throw new Error('not all parts');
    for (const changed of [
      { A: A.with(-1, (A.at(-1) ?? 0) ^ 1), B, C },
      { A, B: B.with(-1, (B.at(-1) ?? 0) ^ 1), C },
    ]) {
      const forged = lineTexts(head.id, changed);
      const { json } = await check(world.machine('alice'), ...typed(world, headText(forged.head), ...forged.lines));
      expect(json.state ?? json.error.code).toMatch(/^damaged$|^BACKUP_DAMAGED$/);
    }
  });
});
