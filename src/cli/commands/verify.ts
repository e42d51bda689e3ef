import { resolve } from 'node:path';
import type { Command } from 'commander';
import { fromHex } from '../../bytes/hex.ts';
import { escapeText } from '../../bytes/printable.ts';
import { evidenceBytes, isEvidence, judgeEvidence } from '../../ceremony/evidence.ts';
import { type Asked, forksBetween, isExport, type Verification, verifyExport } from '../../ceremony/verify.ts';
import { readKnownKey } from '../../crypto/known-key.ts';
import { Problem } from '../../problem.ts';
import { evidenceText } from '../../report/evidence-text.ts';
import { verificationJson, verificationsJson } from '../../report/verification-json.ts';
import { comparisonText, noExportText, verificationText } from '../../report/verification-text.ts';
import { verifierPage } from '../../report/verifier-page.ts';
import { exits } from '../exit.ts';
import { inspected } from '../inspected.ts';
import { readNamed } from '../named-file.ts';
import type { Register } from '../program.ts';
import type { Session } from '../session.ts';
import { writeReport } from '../written.ts';

interface Options {
  readonly key?: string;
  readonly expectEpoch?: string;
  readonly head?: string;
  readonly page?: string;
}

export const registerVerify: Register = (program: Command, action) => {
  program
    .command('verify [file...]')
    .description('check exports and evidence by nothing but the files: no vault, no passphrase, nobody to believe')
    .option(
      '--key <key>',
      'a public key or an address that is known from elsewhere: it has to be the one that signed every committee',
    )
    .option('--expect-epoch <number>', 'the epoch that is known to be the latest: no more and no less is accepted')
    .option('--head <hash>', 'the id of the latest descriptor, as an earlier verification or a transcript named it')
    .option('--page <file>', 'write the verifier that needs no install: one HTML page, which makes the same checks')
    .action(action<Options>(verify));
};

/** One file, judged: what is said of it to people and to scripts. */
interface Judged {
  readonly file: string;
  readonly text: string;
  readonly said: { readonly valid: boolean; readonly checks: readonly object[] };
  readonly verification: Verification | null;
}

async function verify(session: Session, options: Options, files: readonly string[]): Promise<number> {
  const { say, context } = session;
  if (options.page !== undefined) {
    if (files.length > 0) throw new Problem('USAGE', '--page writes the page, and verifies no file');
    const path = resolve(options.page);
    writeReport(context.fs, path, verifierPage());
    say.line(
      `written to ${escapeText(path)}: open it in a browser, on a machine that you trust, and drop exports on it`,
    );
    say.result({ v: 1, page: path });
    return exits.done;
  }
  if (files.length === 0) throw new Problem('USAGE', 'verify which file?', 'conclave export writes one');
  const asked = askedFor(options);
  const judged = files.map((file) => judge(session, file, asked));
  const exported = judged.flatMap(({ file, verification }) => (verification === null ? [] : [{ file, verification }]));
  const comparisons = forksBetween(exported.map(({ verification }) => verification)).map(
    ({ files: places, ...rest }) => ({
      ...rest,
      files: places.map((place) => exported[place]?.file ?? ''),
    }),
  );
  judged.forEach(({ text }, at) => {
    say.line(`${at === 0 ? '' : '\n'}${text.trimEnd()}`);
  });
  if (exported.length > 1) say.line(`\n${comparisonText(comparisons).trimEnd()}`);
  const [only] = judged;
  const one = judged.length === 1 && only !== undefined;
  say.result(one ? { v: 1, ...only.said } : verificationsJson(judged, exported, comparisons));
  const valid = judged.every(({ said }) => said.valid) && comparisons.every(({ ok }) => ok);
  return valid ? exits.done : exits.failed;
}

function judge(session: Session, file: string, asked: Asked): Judged {
  const { context } = session;
  const bytes = readNamed(session, file, evidenceBytes);
  if (isEvidence(bytes)) {
    if (Object.keys(asked).length > 0) {
      throw new Problem(
        'USAGE',
        `${escapeText(file)} is evidence against a member, and has no succession to look for a key or an epoch in`,
        'verify it alone, without --key, --expect-epoch and --head',
      );
    }
    const judgement = judgeEvidence(bytes);
    const { accused, ...rest } = judgement;
    const said = { ...rest, identity: accused };
    return { file, text: evidenceText(judgement), said, verification: null };
  }
  if (!isExport(bytes)) {
    const detail = notOne(bytes);
    const checks = [{ check: 'file', ok: false, open: false, detail, ceremony: null }];
    return {
      file,
      text: noExportText(file, detail),
      said: { valid: false, checks },
      verification: null,
    };
  }
  const verification = verifyExport(bytes, asked, context.memo);
  const text = verificationText(verification, file, asked.key !== undefined);
  return { file, text, said: verificationJson(verification), verification };
}

/** What else it is, and who takes it. */
const takers: Readonly<Record<string, string>> = {
  card: 'conclave roster add takes it',
  proposal: 'conclave next --stick DIR takes it',
  packet: 'conclave next --stick DIR takes it; conclave export --ceremony ID writes what can be verified',
  transcript: 'it only says what somebody wrote: ask for the export that goes with it (conclave export --ceremony ID)',
};

function notOne(bytes: Uint8Array): string {
  try {
    const { what, title } = inspected(bytes);
    if (what === 'unknown')
      return 'neither an export nor evidence, and no file that conclave knows: ask whoever sent it for the .conclave file, which conclave export writes';
    return `neither an export nor evidence, but ${title}; ${takers[what] ?? 'conclave inspect FILE says more'}`;
  } catch (error) {
    if (error instanceof Problem) return `neither an export nor evidence: ${error.message}`;
    throw error;
  }
}

function askedFor({ key, expectEpoch, head }: Options): Asked {
  const hash = head === undefined ? undefined : fromHex(head.toLowerCase());
  if (hash === null || (hash !== undefined && hash.length !== 32))
    throw new Problem(
      'USAGE',
      '--head takes the id of a descriptor: 64 hex digits',
      'conclave verify F shows it as head',
    );
  if (expectEpoch !== undefined && !/^(0|[1-9][0-9]{0,14})$/.test(expectEpoch))
    throw new Problem('USAGE', '--expect-epoch takes a number: 0 is the epoch in which the key was made');
  return {
    ...(key === undefined ? {} : { key: readKnownKey(key).known }),
    ...(expectEpoch === undefined ? {} : { expectEpoch: Number(expectEpoch) }),
    ...(hash === undefined ? {} : { head: hash }),
  };
}
