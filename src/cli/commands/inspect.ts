import type { Command } from 'commander';
import { escapeText } from '../../bytes/printable.ts';
import { admit, readProposal } from '../../ceremony/admission.ts';
import { openPacket, splitProposal, unwrapProposal } from '../../ceremony/envelope.ts';
import { evidenceBytes } from '../../ceremony/evidence.ts';
import type { AnyPacket } from '../../ceremony/kinds.ts';
import type { Plan } from '../../ceremony/plan.ts';
import { decryptWith } from '../../courier/age.ts';
import { packetSummary } from '../../report/packet-summary.ts';
import { planJson } from '../../report/plan-json.ts';
import { planText } from '../../report/plan-text.ts';
import { claimedTime } from '../../report/time.ts';
import type { Ceremonies } from '../../vault/ceremonies.ts';
import { type Inspected, inspected } from '../inspected.ts';
import { inCodes } from '../inspected-codes.ts';
import { readNamed } from '../named-file.ts';
import type { Register } from '../program.ts';
import type { Session } from '../session.ts';
import { table } from '../ui/table.ts';

interface Options {
  readonly closed?: boolean;
}

export const registerInspect: Register = (program: Command, action) => {
  program
    .command('inspect <file>')
    .description(
      'what a file is, and what can be known of it; packets and proposals are opened if this vault can, and codes in pictures read',
    )
    .option('--closed', 'do not use the vault: say only what anybody could know')
    .action(action<Options>(inspect));
};

async function inspect(session: Session, options: Options, [file = '']: readonly string[]): Promise<undefined> {
  const { say } = session;
  const given = readNamed(session, file, evidenceBytes);
  const seen = await inCodes(given);
  const bytes = seen?.file ?? given;
  const found = seen !== null && seen.file === null ? { ...seen.found, ceremony: null } : inspected(bytes);
  const codes = seen === null ? {} : { codes: seen.codes };
  const how = seen?.file == null ? '' : `${seen.codes} codes with all of a file: `;
  say.line(`${escapeText(file)}: ${how}${escapeText(found.title)}`);
  if (found.secret) say.line('  whoever has this file has a secret, or a way to guess at one: guard it');
  rows(session, found.facts);
  // only what is for members can be opened
  const opens = found.ceremony !== null && options.closed !== true && session.vaultAtHand;
  const opened = opens ? await open(session, found, bytes) : null;
  say.result({
    v: 1,
    what: found.what,
    title: found.title,
    secret: found.secret,
    ceremony: found.ceremony,
    ...found.facts,
    ...codes,
    opened,
  });
  return undefined;
}

async function open(session: Session, found: Inspected, bytes: Uint8Array): Promise<object | null> {
  const { say } = session;
  return session.withVault(async (ceremonies) => {
    say.line();
    return found.what === 'proposal'
      ? openedProposal(session, ceremonies, bytes)
      : openedPacket(session, ceremonies, bytes, found.ceremony ?? '');
  });
}

async function openedProposal(session: Session, ceremonies: Ceremonies, bytes: Uint8Array): Promise<object | null> {
  const { say } = session;
  const ageFile = unwrapProposal(bytes)?.ageFile ?? new Uint8Array();
  const content = await decryptWith(ceremonies.vault.state.age.identity, ageFile);
  if (content === null) {
    say.line('it is not for this machine');
    return null;
  }
  const { plan, packet } = readProposal(splitProposal(content).packet);
  said(session, plan, packet);
  for (const line of planText(plan, plan.keyset, ceremonies.vault.state.name)) say.line(line);
  return { ...header(plan, packet), plan: planJson(plan) };
}

function openedPacket(session: Session, ceremonies: Ceremonies, bytes: Uint8Array, ceremony: string): object | null {
  const record = ceremonies.record(ceremony);
  if (record === undefined) {
    session.say.line('this vault does not know the ceremony, and cannot open it');
    return null;
  }
  const { plan } = ceremonies.get(ceremony);
  const packet = admit(plan, openPacket(record.id, record.key, bytes));
  said(session, plan, packet);
  const body = packetSummary(packet);
  rows(session, body);
  return { ...header(plan, packet), body };
}

function header(plan: Plan, { kind, digest, identity, at, attended, rehearsal }: AnyPacket) {
  const author = plan.byIdentity.get(identity)?.name ?? '';
  return { kind, digest, author, identity, at, attended, rehearsal };
}

function said(session: Session, plan: Plan, packet: AnyPacket): void {
  const { kind, author, at, attended, digest } = header(plan, packet);
  session.say.line(`${kind} by ${author}, whose signature is good${packet.rehearsal ? ' (REHEARSAL)' : ''}`);
  rows(session, { packet: digest, said: `${claimedTime(at)}${attended ? '' : ', by a script'}` });
}

function rows({ say }: Session, facts: Readonly<Record<string, unknown>>): void {
  const cells = Object.entries(facts).map(([name, value]) => [name, escapeText(String(value))]);
  if (cells.length > 0) say.line(table(cells, { indent: 2 }));
}
