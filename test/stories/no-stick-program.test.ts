import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { schnorr } from '@noble/curves/secp256k1.js';
import { afterAll, expect, test } from 'vitest';
import { pngFile } from '../../src/media/qr/png.ts';
import { darkTerminal, lightTerminal, terminal } from '../courier/qr/terminal.ts';
import { jpegFile, photograph } from '../media/qr/photograph.ts';
import { drawings, inTerminal, program } from './in-terminal.ts';
import { teller } from './teller.ts';

/*
 * Three machines in rooms of their own, each the built program with nothing but its folder. Where the story of no-stick.test.ts
 * goes through the program's own functions, here all that passes is what one process draws on its terminal, photographed by a
 * hand that shakes, out of focus, in bad light, with some of it missed, as PNG and JPEG files before another process.
 */

const people = ['alice', 'bob', 'carol'];
const folder = mkdtempSync(join(tmpdir(), 'conclave-rooms-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A command in the room of this person, who knows names of that room alone. */
function words(who: string, all: readonly string[]): string[] {
  for (const word of all) if (/[/\\]|\.\./.test(word)) throw new Error(`${word} leads out of the room of ${who}`);
  return ['--home', 'vault', '--passphrase-file', '../passphrase', ...all];
}

function conclave(who: string, ...all: readonly string[]) {
  try {
    const run = [program, ...words(who, all), '--json'];
    return JSON.parse(execFileSync(process.execPath, run, { cwd: join(folder, who), encoding: 'utf8', stdio: 'pipe' }));
  } catch (error) {
    const { status, stdout, stderr } = error as { status: number; stdout: string; stderr: string };
    if (status === 3) return JSON.parse(stdout); // others are waited for
    throw new Error(`${who}: ${all.join(' ')} -> ${status}\n${stdout}${stderr}`);
  }
}

const size = { columns: 116, rows: 58 };
const spare = 9;
const seen = { shown: 0, missed: 0, files: 0 };

/**
 * What `who` shows, as photographs in the room of the other one. Of moving codes as many are looked at as somebody would who
 * reads how many there are: some get lost, so a few more than that. Null where there is nothing to show.
 */
async function film(who: string, other: string, ...all: readonly string[]): Promise<string | null> {
  const steps = [[['one code is all of it', ` and ${spare} more`], 'q']] as const;
  const drawn = drawings(inTerminal(join(folder, who), size, steps, words(who, all)));
  if (drawn.length === 0) return null;
  const photos = `photos-${seen.shown}`;
  mkdirSync(join(folder, other, photos));
  const screen = terminal(size.columns, size.rows, other === 'bob' ? lightTerminal : darkTerminal);
  screen.write(drawn[0] ?? '');
  const status = screen.lines().find((line) => line.includes('q ends')) ?? '';
  const count = Number(/^\d+\/(\d+)/.exec(status)?.[1] ?? 1);
  const wanted = count === 1 ? 2 : Math.ceil(1.25 * count) + 2;
  if (count > 1) expect(drawn.length).toBeGreaterThanOrEqual(wanted);
  for (let at = 0; at < wanted; at += 1) {
    const number = seen.shown++;
    screen.write(drawn[at] ?? '');
    if (number % 6 === 4) {
      seen.missed += 1;
      continue;
    }
    const shot = photograph(screen.picture(4), {
      turned: ((number * 7) % 13) - 6,
      tilted: ((number % 5) - 2) / 30,
      blurred: 1,
      noise: 25,
      shadow: 0.75,
      seed: `photograph ${number}`,
    });
    const [name, file] = number % 4 === 0 ? ['jpg', jpegFile(shot, 70)] : ['png', await pngFile(shot)];
    writeFileSync(join(folder, other, photos, `${String(at).padStart(3, '0')}.${name}`), file);
    seen.files += 1;
    if (count === 1) break; // one photograph of it is enough
  }
  return photos;
}

/** What `from` has and `to` has not. The codes that say what `to` has are photographed as well. */
async function cross(from: string, to: string): Promise<void> {
  const has = await film(to, from, 'qr', 'have', '--stick', 'own');
  const name = `has-${seen.shown}`;
  conclave(from, 'qr', 'scan', has as string, '--out', name);
  const photos = await film(from, to, 'qr', 'show', '--stick', 'own', '--lacking', name, '--speed', '30');
  if (photos !== null) conclave(to, 'qr', 'scan', photos, '--stick', 'own');
}

test('a 2-of-3 refresh by the built program, in which nothing but photographs of its terminals passes', async () => {
  for (const who of people) mkdirSync(join(folder, who, 'own'), { recursive: true });
  const stick = join(folder, 'stick');
  mkdirSync(stick);
  const before = teller(folder); // there was a key already: its genesis had a stick, and cost no process
  const vault = (who: string) => join(who, 'vault');
  for (const who of people) await before(vault(who), 'init', '--name', who, '--stick', stick);
  const shape = ['--members', people.join(','), '--threshold', '2', '--key', 'main:secp256k1-tr'];
  const genesis = await before(vault('alice'), 'propose', 'genesis', '--keyset', 'k', ...shape, '--stick', stick);
  const walked = async (who: string) =>
    (await before(vault(who), 'next', '--stick', stick, '--phrase', genesis.json.phrase)).json.nextStops[0];
  for (let who = 'alice'; who !== undefined; who = await walked(who));
  rmSync(stick, { recursive: true });
  const keyset = (who: string) => before(vault(who), 'keyset', 'show', 'k');
  const first = (await keyset('alice')).json;
  expect(first.epoch).toBe(0);

  const { phrase, ceremony } = conclave('alice', 'propose', 'refresh', '--keyset', 'k', '--stick', 'own');
  const done = [];
  for (let who: string | undefined = 'alice'; who !== undefined && done.length < 20; ) {
    const said = conclave(who, 'next', '--stick', 'own', '--phrase', phrase);
    done.push(who);
    const next: string | undefined = said.nextStops[0];
    if (next !== undefined) await cross(who, next);
    who = next;
  }

  for (const who of people)
    expect((await keyset(who)).json).toMatchObject({ epoch: 1, keys: [{ publicKey: first.keys[0].publicKey }] });
  const last = done.at(-1) as string;
  const told = conclave(last, 'transcript', '--ceremony', ceremony, '--format', 'json');
  const [{ publicKey, message, signature }] = told.proofOfLife;
  expect(publicKey).toBe(first.keys[0].publicKey);
  const [key, text, proof] = [publicKey, message, signature].map((hex) => Buffer.from(hex, 'hex')) as [
    Buffer,
    Buffer,
    Buffer,
  ];
  expect(schnorr.verify(proof, text, key.subarray(1))).toBe(true);

  // all that this test ever wrote into a room is what a camera makes
  const photos = people.flatMap((who) =>
    readdirSync(join(folder, who))
      .filter((name) => name.startsWith('photos-'))
      .flatMap((name) =>
        readdirSync(join(folder, who, name)).map((file) => readFileSync(join(folder, who, name, file))),
      ),
  );
  expect(photos.length).toBe(seen.files);
  for (const photo of photos) expect(['89504e47', 'ffd8ffe0']).toContain(photo.subarray(0, 4).toString('hex'));
  expect(seen.missed).toBeGreaterThan(seen.shown / 8);
}, 900_000);
