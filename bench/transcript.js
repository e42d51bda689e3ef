// How soon a transcript is ready: a 3-of-5 committee that handed ten keys on three curves to a 4-of-7 one, from the vault
// of a member who was there. Whole processes of the bundle, from the start of Node to the file, against the scrypt of a
// real vault in the same run: both are nothing but arithmetic, so a slow or busy machine slows both. The vault measured
// has the cheap scrypt of a rehearsal, so that the real one stands beside the work and not inside it.
//
//   npm run bench:transcript    prints the table, and exits with 1 where a limit is broken
import { execFileSync } from 'node:child_process';
import { scryptSync } from 'node:crypto';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../dist/conclave.mjs', import.meta.url));
// In scrypts of a real vault, median against median.
const limits = { text: 3, json: 3, html: 3, pdf: 4 };
const rounds = 9;

const [before, after] = [
  ['alice', 'bob', 'carol', 'dave', 'erin'],
  ['bob', 'carol', 'dave', 'erin', 'frank', 'grace', 'heidi'],
];
const keys = ['btc-1', 'btc-2', 'btc-3', 'btc-4']
  .map((label) => `${label}:secp256k1-tr`)
  .concat(['eth-1:secp256k1', 'eth-2:secp256k1', 'sol-1:ed25519', 'sol-2:ed25519', 'tls-1:p256', 'tls-2:p256']);
const scenario = {
  v: 1,
  name: 'ten-keys-to-seven',
  about: 'Ten keys go from three of five to four of seven.',
  people: [...before, 'frank', 'grace', 'heidi'],
  setup: [
    { init: before },
    { propose: { by: 'bob', kind: 'genesis', keyset: 'bench', members: before, threshold: 3, keys, reason: 'bench' } },
    { walk: 'complete' },
    { init: ['frank', 'grace', 'heidi'] },
  ],
  steps: [
    {
      propose: {
        by: 'bob',
        kind: 'reshare',
        keyset: 'bench',
        stay: before.slice(1),
        leave: ['alice'],
        join: ['frank', 'grace', 'heidi'],
        threshold: 4,
        reason: 'bench',
        because: 'policy',
      },
    },
    { walk: 'complete' },
  ],
  expect: { phase: 'complete', keys: 'unchanged' },
};

const folder = mkdtempSync(join(tmpdir(), 'conclave-bench-'));
const median = (figures) => [...figures].sort((a, b) => a - b)[Math.floor(figures.length / 2)];
const timed = (work) => {
  const start = performance.now();
  work();
  return performance.now() - start;
};
const times = (count, work) => Array.from({ length: count }, work);
const node = (...args) =>
  execFileSync(process.execPath, args, {
    env: { PATH: process.env.PATH, HOME: folder },
    stdio: ['ignore', 'pipe', 'ignore'],
  });

try {
  const file = join(folder, 'scenario.json');
  const kept = join(folder, 'kept');
  writeFileSync(file, JSON.stringify(scenario));
  node(program, 'rehearse', file, '--keep', kept, '--json');
  const who = after[0];
  const passphrase = join(folder, 'passphrase');
  writeFileSync(passphrase, `the passphrase of ${who}\n`, { mode: 0o600 });
  const out = (format) => join(folder, `transcript.${format}`);
  const transcript = (format) =>
    timed(() =>
      node(
        ...[program, '--home', join(kept, 'homes', who), '--passphrase-file', passphrase],
        ...['transcript', '--format', format, '--out', out(format)],
      ),
    );

  // in turns, so that both meet the same neighbours
  const scrypts = [];
  const formats = ['text', 'json', 'html', 'pdf'].map((format) => {
    const figures = times(rounds, () => {
      scrypts.push(timed(() => scryptSync('x', 'y', 32, { N: 2 ** 17, r: 8, p: 1, maxmem: 2 ** 28 })));
      return transcript(format);
    });
    return [format, figures];
  });
  const empties = times(rounds, () => timed(() => node('-e', '0')));
  const starts = times(rounds, () => timed(() => node(program, '--version')));
  const scrypt = median(scrypts);
  const rows = [
    ['an empty Node', empties],
    ['the program, to say its version', starts],
    ['scrypt of a real vault (not in the transcripts)', scrypts],
    ...formats.map(([format, figures]) => [
      `the transcript as ${format}, ${(statSync(out(format)).size / 1024).toFixed(0)} KiB`,
      figures,
    ]),
  ];
  console.log(`${''.padEnd(50)} quickest    median  in scrypts`);
  for (const [what, figures] of rows) {
    const [least, middle] = [Math.min(...figures), median(figures)].map((figure) =>
      `${figure.toFixed(0)} ms`.padStart(8),
    );
    console.log(`${what.padEnd(50)} ${least}  ${middle} ${(median(figures) / scrypt).toFixed(1).padStart(11)}`);
  }
  const slow = formats
    .filter(([format, figures]) => median(figures) / scrypt > limits[format])
    .map(([format]) => format);
  if (slow.length > 0)
    console.log(`over the limit: ${slow.map((format) => `${format} (${limits[format]} scrypts)`).join(', ')}`);
  process.exitCode = slow.length > 0 ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
