import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { toHex } from '../../bytes/hex.ts';
import { escapeText } from '../../bytes/printable.ts';
import { fileHash } from '../../bytes/tagged-hash.ts';
import { densest, sparsest } from '../../courier/qr/density.ts';
import { haveOf, parcelOf, readHave } from '../../courier/qr/parcel.ts';
import { speeds, usualSpeed } from '../../courier/qr/showing.ts';
import { openStick, readStick, type StickContent } from '../../courier/stick.ts';
import { parentPath } from '../../media/file-system.ts';
import { Problem } from '../../problem.ts';
import { type CodeOptions, sayWhoMaySee, showCodes } from '../codes.ts';
import { readNamed } from '../named-file.ts';
import { openFolder, writeNew } from '../output.ts';
import type { Register } from '../program.ts';
import type { Session } from '../session.ts';
import { registerScan } from './qr-scan.ts';
import { registerStation } from './qr-station.ts';

interface Options extends CodeOptions {
  readonly out?: string;
  readonly stick?: string;
  readonly lacking?: string;
}

const mostBytes = 2 ** 24;

export const registerQr: Register = (program: Command, action) => {
  const qr = program
    .command('qr')
    .description('files as QR codes: from a screen or from paper to a camera, bit for bit');
  qr.command('show [file]')
    .description('moving codes on this terminal, in black and white; or still ones for paper')
    .option('--stick <dir>', 'in the place of a file: all that lies on this stick, as one parcel')
    .option('--lacking <have>', 'of it only what the machine does not have that showed this by qr have')
    .addOption(
      new Option('--speed <n>', 'codes a second at the start; the keys + and - change it')
        .argParser(within(1, speeds.at(-1) as number))
        .default(usualSpeed),
    )
    .option('--by-hand', 'begin with one code after the other, by Enter')
    .addOption(
      new Option('--density <version>', 'version of the codes at most; the keys < and > change it').argParser(
        within(sparsest, densest),
      ),
    )
    .addOption(
      new Option('--level <level>', 'how much may be spoiled: L for screens, more for paper').choices([
        'L',
        'M',
        'Q',
        'H',
      ]),
    )
    .option('--png <dir>', 'one PNG file for each code, into this folder')
    .option('--svg <dir>', 'one SVG file for each code, into this folder')
    .option('--gif <file>', 'one moving picture')
    .option('--pdf <file>', 'sheets of A4 with six codes each')
    .addOption(
      new Option('--spare <n>', 'still codes beyond those that are needed (default: one for ten)').argParser(
        within(0, 9999),
      ),
    )
    .option('--text', 'one line of text for each code, for a system that scanners type into')
    .option('--out <file>', 'no codes: the file itself, such as the parcel of a stick, for station.html to show')
    .action(action<Options>(show));
  qr.command('have')
    .description('one code that tells another machine what this stick holds, so that it shows the rest alone')
    .requiredOption('--stick <dir>', 'the stick, or the folder in its place')
    .option('--text', 'as text, for a system that scanners type into')
    .option('--png <dir>', 'as PNG, into this folder')
    .option('--out <file>', 'as a file, for station.html to show')
    .action(action<Options>(have));
  registerScan(qr, action);
  registerStation(qr, action);
};

async function show(session: Session, options: Options, [name]: readonly string[]): Promise<undefined> {
  const { stick, lacking } = options;
  if ((name === undefined) === (stick === undefined))
    throw new Problem('USAGE', 'it is not said what to show', 'name a file, or a stick with --stick DIR');
  if (lacking !== undefined && stick === undefined)
    throw new Problem('USAGE', '--lacking goes with --stick', 'conclave qr show --stick DIR --lacking HAVE');
  if (name !== undefined) return shown(session, readNamed(session, name, mostBytes), name, options);
  const had = lacking === undefined ? undefined : readHave(readNamed(session, lacking, mostBytes));
  const parcel = parcelOf(contentOf(session, stick), had);
  if (parcel !== null) return shown(session, parcel, 'parcel', options);
  session.say.line('there is nothing that the other machine does not have');
  session.say.result({ v: 1, codes: 0, lines: [], written: [] });
  return undefined;
}

async function have(session: Session, options: Options): Promise<undefined> {
  return shown(session, haveOf(contentOf(session, options.stick)), 'have', { ...options, speed: usualSpeed });
}

function contentOf({ context: { fs } }: Session, stick = ''): StickContent {
  return readStick(fs, openStick(fs, resolve(stick)));
}

async function shown(session: Session, file: Uint8Array, name: string, options: Options): Promise<undefined> {
  sayWhoMaySee(session, file);
  if (options.out !== undefined) return asFile(session, file, options.out);
  const facts = await showCodes(session, file, name, options);
  if (facts !== null) session.say.result({ v: 1, ...facts });
  return undefined;
}

function asFile({ context: { fs }, say }: Session, file: Uint8Array, out: string): undefined {
  const path = resolve(out);
  const name = path.split('/').at(-1) ?? '';
  writeNew(fs, openFolder(fs, parentPath(path), [name]), [{ name, content: file }], false);
  const sha256 = toHex(fileHash(file));
  say.line(`${escapeText(path)}: ${file.length} bytes (sha256 ${sha256})`);
  say.result({ v: 1, sha256, bytes: file.length, written: [path] });
  return undefined;
}

function within(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
    if (number >= least && number <= most) return number;
    throw new InvalidArgumentError(`a whole number from ${least} to ${most}.`);
  };
}
