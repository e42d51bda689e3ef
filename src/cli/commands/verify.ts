import type { Command } from 'commander';
import { escapeText } from '../../bytes/printable.ts';
import { evidenceBytes, isEvidence, judgeEvidence } from '../../ceremony/evidence.ts';
import { Problem } from '../../problem.ts';
import { exits } from '../exit.ts';
import { readNamed } from '../named-file.ts';
import type { Register } from '../program.ts';
import type { Session } from '../session.ts';
import { paint } from '../ui/colour.ts';

export const registerVerify: Register = (program: Command, action) => {
  program
    .command('verify <file>')
    .description('judge a file of evidence by nothing but the file: no vault, no passphrase, nobody to believe')
    .action(action<object>(verify));
};

async function verify(session: Session, _: object, [file = '']: readonly string[]): Promise<number> {
  const { say, context } = session;
  const bytes = readNamed(session, file, evidenceBytes);
  if (!isEvidence(bytes)) {
    throw new Problem(
      'EVIDENCE_INVALID',
      `${escapeText(file)} is no file of evidence, or is cut short`,
      'this version verifies what conclave export --fault writes, not whole ceremonies yet; conclave inspect says what a file is',
    );
  }
  const { valid, member, accused, rehearsal, checks, faults } = judgeEvidence(bytes);
  const shade = (good: boolean, text: string): string => (context.colour ? paint(good ? 'good' : 'bad', text) : text);
  for (const { check, ok, detail } of checks)
    say.line(`${shade(ok, ok ? 'ok    ' : 'FAILED')} ${check}: ${escapeText(detail)}`);
  if (valid) {
    say.line(`proven against ${member}${rehearsal ? ', in a REHEARSAL' : ''}, whose identity is ${accused}:`);
    for (const { fault, detail, packets } of faults) {
      say.line(`  ${fault}: ${escapeText(detail)}`);
      for (const packet of packets) say.line(`    packet ${packet}`);
    }
    say.line('compare the identity with the card of whom you mean: a name alone proves nothing');
  } else say.line('the file proves nothing against anybody');
  say.result({ v: 1, valid, checks, member, identity: accused, rehearsal, faults });
  return valid ? exits.done : exits.failed;
}
