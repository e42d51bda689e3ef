import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Memo } from '../../src/ceremony/evaluation.ts';
import { type Context, systemContext } from '../../src/cli/context.ts';
import { run } from '../../src/cli/program.ts';

export interface Told {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a story reads what it expects to be there
  readonly json: any;
}

const program = fileURLToPath(new URL('../../bin/conclave.js', import.meta.url));

/**
 * Tells a story with real homes and a real folder for a stick. Every day through the command line's own `run`, inside
 * this process, with vaults of rehearsals; with CONCLAVE_STORY=program as processes of the built program, with real
 * vaults and their slow passphrase function.
 */
export function teller(folder: string): (who: string, ...words: readonly string[]) => Promise<Told> {
  const passphrase = join(folder, 'passphrase');
  writeFileSync(passphrase, 'correct horse battery staple\n', { mode: 0o600 });
  const memo: Memo = new Map(); // one process, so a check of one packet is made once
  const real = process.env.CONCLAVE_STORY === 'program';
  return async (who, ...words) => {
    const all = ['--home', join(folder, who), '--passphrase-file', passphrase, '--json', ...words];
    const { status, out, err } = await (real ? asProgram(all) : inProcess(all, memo));
    if (status !== 0 && status !== 3) throw new Error(`${who}: conclave ${words.join(' ')} -> ${status}\n${out}${err}`);
    return { status, json: JSON.parse(out) };
  };
}

interface Ended {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

function asProgram(words: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...words], { encoding: 'utf8' }, (error, out, err) => {
      resolve({ status: typeof error?.code === 'number' ? error.code : error === null ? 0 : 1, out, err });
    });
  });
}

async function inProcess(words: readonly string[], memo: Memo): Promise<Ended> {
  const [out, err]: [string[], string[]] = [[], []];
  const stdout = { write: (text: string) => out.push(text) };
  const stderr = { write: (text: string) => err.push(text) };
  const context: Context = { ...systemContext(words, null), stdout, stderr, rehearsal: true, memo };
  return { status: await run(words, context), out: out.join(''), err: err.join('') };
}
