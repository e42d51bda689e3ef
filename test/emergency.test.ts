import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readPixels } from '../src/media/qr/read.ts';
import { openingByHand } from '../src/report/paper-page.ts';
import { World } from './cli/world.ts';
import { codeSheets, sheetsOf } from './report/pdf.ts';

/*
 * The procedure of the operator guide for the day on which conclave is not there: its own commands, in a real shell, with
 * the programs that Debian has.
 */

const guide = readFileSync(new URL('../docs/operator-guide.md', import.meta.url), 'utf8');
const section = guide.slice(guide.indexOf('**In an emergency, without conclave**'));
const [fromFile = '', fromPaper = ''] = [...section.matchAll(/```sh\n(.*?)```/gs)].map(([, block = '']) => block);
const [, withIdentity = ''] = /opens with `(age [^`]+)`/.exec(section) ?? [];

const installed = spawnSync('age', ['--version']).status === 0;
const passphrase = 'six words that nobody guesses';
const members = ['alice', 'bob', 'carol'];

describe.skipIf(!installed && process.env.CI === undefined)(
  `plain age${installed ? '' : ' (the program age is not installed here)'}`,
  () => {
    let folder = '';
    let world: World;
    /** As `keyset export --format frost` writes it, a key a line. */
    let exported: string[];
    let id = '';
    let lines: string[];

    const put = (name: string, content: string | Uint8Array): void => writeFileSync(join(folder, name), content);
    const bytesOf = (path: string): Uint8Array => world.memory.readFile(path);

    /** What the last command shows, typed by somebody at a terminal who knows the passphrase. */
    function shown(procedure: string): string {
      put('procedure.sh', procedure);
      rmSync(join(folder, 'share.json'), { force: true });
      const options = { cwd: folder, input: `${passphrase}\n`, encoding: 'utf8', timeout: 60_000 } as const;
      const { status, stdout } = spawnSync('script', ['-qec', 'sh procedure.sh', '/dev/null'], options);
      if (status !== 0) throw new Error(`the procedure ended with ${status}: ${stdout}`);
      return stdout.replaceAll('\r', '');
    }

    /** The key packages among what was shown. */
    const packages = (screen: string): string[] => screen.match(/\{"header".*/g) ?? [];

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'conclave-emergency-'));
      world = new World('an emergency');
      await world.arrive(...members);
      await world.makeKeyset('treasury', members, 2, ['main:secp256k1-tr', 'other:ed25519']);
      const alice = world.machine('alice');
      world.write('/words', `${passphrase}\n`);
      world.write('/usb/holiday.txt', 'of somebody else\n');
      const to = ['--to', '/usb', '--paper', '/usb/page.pdf', '--backup-passphrase-file', '/words'];
      const { json } = await alice.ok('backup', 'create', 'treasury', ...to);
      put('treasury-epoch1-alice-1a2b3c4d.backup', bytesOf(json.backups[0].file));
      id = json.backups[1].id;
      await alice.ok('keyset', 'export', 'treasury', '--format', 'frost', '--out', '/out');
      exported = ['main', 'other'].map((key) => (world.read(`/out/${key}-key-package.json`) ?? '').trim());
      lines = sheetsOf(bytesOf('/usb/page.pdf'))
        .flatMap((sheet) => sheet.split('\n'))
        .filter((line) => /^[ABC][0-9]{3} [A-Z2-7]+ /.test(line));
    }, 120_000);

    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    test('opens a backup by the commands of the guide, and what comes out is the share as it is exported', () => {
      expect(packages(shown(fromFile))).toEqual(exported);
    });

    test('opens lines that were typed from paper, in lower case and out of order', () => {
      const typed = lines.filter((line) => line.startsWith('A')).reverse();
      put('lines.txt', `${typed.join('\n').toLowerCase()}\n`);
      const screen = shown(fromPaper.replace('1A2B3C4D', id.toUpperCase()));
      expect(screen).not.toContain('not as printed');
      expect(packages(screen)).toEqual(exported);
    });

    test('opens what any reader of codes shows, and the page says the same commands', async () => {
      const sheets = codeSheets(bytesOf('/usb/page.pdf'), 2);
      const codes = (await Promise.all(sheets.map((sheet) => readPixels(sheet)))).flatMap((look) => look.codes);
      put('lines.txt', codes.map((code) => `${new TextDecoder().decode(code)}\r\n`).join(''));
      const procedure = openingByHand(false);
      const page = sheetsOf(bytesOf('/usb/page.pdf')).join('\n').split('\n');
      for (const command of procedure) {
        expect(fromPaper.split('\n')).toContain(command);
        expect(page).toContain(command);
      }
      expect(packages(shown([...procedure, 'cat share.json'].join('\n')))).toEqual(exported);
    });

    test('is told by the shell alone which line was mistyped', () => {
      const wrong = lines.map((line) => (line.startsWith('A003') ? line.slice(0, -6) + line.slice(-5) : line));
      put('lines.txt', wrong.join('\n'));
      const check = fromPaper.split('\n').slice(0, 2).join('\n').replace('1A2B3C4D', id.toUpperCase());
      const told = shown(check)
        .split('\n')
        .filter((line) => line.startsWith('not as printed'));
      expect(told).toHaveLength(1);
      expect(told[0]).toContain('A003');
    });

    test('opens a backup with an identity where it was sealed to a recipient', async () => {
      execFileSync('age-keygen', ['-o', join(folder, 'identity.txt')], { stdio: 'pipe' });
      const recipient = execFileSync('age-keygen', ['-y', join(folder, 'identity.txt')], { encoding: 'utf8' }).trim();
      const to = ['--to', '/usb', '--paper', '/usb/sealed.pdf', '--recipient', recipient];
      const { json } = await world.machine('alice').ok('backup', 'create', 'treasury', ...to);
      put('treasury-epoch1-alice-1a2b3c4d.backup', bytesOf(json.backups[0].file));
      const asIdentity = (procedure: string): string => procedure.replace(/^age -d .*$/m, withIdentity);
      expect(packages(shown(asIdentity(fromFile)))).toEqual(exported);
      const pages = sheetsOf(bytesOf('/usb/sealed.pdf')).flatMap((sheet) => sheet.split('\n'));
      expect(pages).toContain(withIdentity);
      put('lines.txt', pages.filter((line) => /^A[0-9]{3} [A-Z2-7]+ /.test(line)).join('\n'));
      expect(packages(shown(asIdentity(fromPaper)))).toEqual(exported);
    }, 60_000);
  },
);
