import type { Command } from 'commander';
import { escapeText } from '../../bytes/printable.ts';
import { membersOf } from '../../ceremony/duties.ts';
import type { View } from '../../ceremony/evaluate.ts';
import { type AnyPacket, kinds } from '../../ceremony/kinds.ts';
import { contradictionsOf, isDissent, standingOf } from '../../ceremony/packet-standing.ts';
import { whyNotMoving } from '../../ceremony/why.ts';
import { Problem, type ProblemCode, problems } from '../../problem.ts';
import { isOldShareWhy, oldShareWhy } from '../../report/old-share-text.ts';
import { packetSummary } from '../../report/packet-summary.ts';
import { wrap } from '../../report/table.ts';
import { claimedTime } from '../../report/time.ts';
import type { Ceremonies, Held } from '../../vault/ceremonies.ts';
import { chosenCeremony } from '../chosen.ts';
import { exitFor, exits, exitWords } from '../exit.ts';
import type { Register } from '../program.ts';
import type { Session } from '../session.ts';
import { table } from '../ui/table.ts';
import { keysetName } from '../visit.ts';

interface Options {
  readonly ceremony?: string;
}

export const registerExplain: Register = (program: Command, action) => {
  program
    .command('explain <what>')
    .description('an error code, a packet (the beginning of its digest), or a member: what it is, and the evidence')
    .option('--ceremony <id>', 'only in this ceremony (the beginning of its number is enough)')
    .action(action<Options>(explain));
};

async function explain(session: Session, options: Options, [what = '']: readonly string[]): Promise<undefined> {
  if (isCode(what)) return explainCode(session, what);
  return session.withVault((ceremonies) => {
    const held = options.ceremony === undefined ? ceremonies.all() : [chosenCeremony(ceremonies, options.ceremony)];
    const named = held.filter(({ plan }) => plan.participants.some((one) => isCalled(one.name, what)));
    if (named.length > 0) return explainMember(session, ceremonies, named, what);
    if (/^[0-9a-f]{4,64}$/i.test(what)) return explainPacket(session, ceremonies, held, what.toLowerCase());
    if (isCode(what.toUpperCase())) return explainCode(session, what.toUpperCase() as ProblemCode);
    const word = what.toLowerCase();
    if (isOldShareWhy(word)) return explainOldShare(session, word);
    throw unknown(what);
  });
}

function isCode(word: string): word is ProblemCode {
  return Object.hasOwn(problems, word);
}

function isCalled(name: string, what: string): boolean {
  return name.toLowerCase() === what.toLowerCase();
}

function unknown(what: string): Problem {
  return new Problem(
    'USAGE',
    `${what} is no error code, no member and no packet that this vault knows`,
    'an error shows its code with --json, conclave status the members, conclave manifest the packets',
  );
}

function explainCode({ say }: Session, code: ProblemCode): undefined {
  const exit = exitFor(code);
  const name = (Object.keys(exits) as (keyof typeof exits)[]).find((one) => exits[one] === exit) ?? 'unforeseen';
  say.line(`${code}: ${problems[code]}`);
  say.line(`  exit status ${exit}: ${exitWords[name]}`);
  say.result({ v: 1, what: 'code', code, meaning: problems[code], exit, exitMeaning: exitWords[name] });
  return undefined;
}

/** What a closing says of the old share. */
function explainOldShare(session: Session, why: keyof typeof oldShareWhy): undefined {
  const { say } = session;
  say.line(`${why}: what a closing says of the old share`);
  told(session, oldShareWhy[why]);
  say.result({ v: 1, what: 'old-share', why, meaning: oldShareWhy[why] });
}

function explainPacket(session: Session, ceremonies: Ceremonies, all: readonly Held[], start: string): undefined {
  const { say } = session;
  const found = all.flatMap((held) =>
    held.view.packets.filter(({ digest }) => digest.startsWith(start)).map((packet) => ({ held, packet })),
  );
  const [only, second] = found;
  if (only === undefined) throw unknown(start);
  if (second !== undefined)
    throw new Problem('USAGE', `${found.length} packets begin with ${start}`, 'give more of the digest');
  const { held, packet } = only;
  const { view } = held;
  const views = ceremonies.all().map((one) => one.view);
  const { standing, faults, contradictions, names, notSeen, waitsFor, deadAttempt } = standingOf(view, packet, views);
  const author = authorOf(view, packet);
  say.line(`${packet.kind} by ${author}${packet.rehearsal ? ' (REHEARSAL)' : ''}: ${standing}`);
  for (const line of wrap(kinds[packet.kind].meaning, 78).split('\n')) say.line(`  ${line}`);
  // whole on one line, to be copied
  say.line(`  packet ${packet.digest}`);
  say.line(`  ceremony ${held.plan.ceremony}`);
  const facts = {
    said: `${claimedTime(packet.at)} by the clock of ${author}${packet.attended ? '' : ', by a script'}`,
    ...packetSummary(packet),
  };
  rows(session, facts);
  for (const { fault, detail } of faults) told(session, `fault ${fault}: ${detail}`);
  for (const { packets, grave, slot } of contradictions) {
    const other = packets.find((digest) => digest !== packet.digest) ?? '';
    told(session, `${grave ? 'contested' : 'said twice, which is only shown,'} with ${other} (${slot.split(' ')[0]})`);
  }
  if (faults.length > 0 || contradictions.some(({ grave }) => grave))
    told(session, `portable evidence: ${exportCommand(author)}`);
  if (deadAttempt) told(session, 'said in an attempt that is dead: nothing follows from it any more');
  for (const one of waitsFor) told(session, `waits for ${one}, not seen here`);
  for (const digest of notSeen) told(session, `not seen here: ${digest}`);
  for (const one of names)
    told(
      session,
      `${faults.length > 0 ? 'the evidence' : 'relies on'}: the ${one.kind} ${one.digest} of ${authorOf(view, one)}`,
    );
  say.result({
    v: 1,
    what: 'packet',
    ceremony: held.plan.ceremony,
    packet: packet.digest,
    kind: packet.kind,
    meaning: kinds[packet.kind].meaning,
    author,
    identity: packet.identity,
    at: packet.at,
    attended: packet.attended,
    standing,
    faults,
    contradictions,
    waitsFor,
    deadAttempt,
    notSeen,
    names: names.map((one) => ({ packet: one.digest, kind: one.kind, author: authorOf(view, one) })),
    body: packetSummary(packet),
  });
  return undefined;
}

function explainMember(session: Session, ceremonies: Ceremonies, found: readonly Held[], what: string): undefined {
  const { say } = session;
  const views = ceremonies.all().map(({ view }) => view);
  const everywhere = found.flatMap((held) => {
    const { view, plan } = held;
    const member = membersOf(view).find(({ participant }) => isCalled(participant.name, what));
    if (member === undefined) return [];
    const { participant, roles, done, owes } = member;
    const { identity, name } = participant;
    return [
      {
        ceremony: plan.ceremony,
        keyset: keysetName(ceremonies, held),
        kind: plan.kind,
        phase: view.phase,
        name,
        identity,
        roles,
        done,
        owes,
        faults: view.faults.filter((one) => one.identity === identity),
        contradictions: contradictionsOf(view, views).filter((one) => one.identity === identity),
        refusals: view.dissent
          .filter((one) => one.identity === identity)
          .map((one) => ({ packet: one.digest, at: one.at, ...one.body, hasEffect: !isDissent(view, one) })),
        why: whyNotMoving(view).filter((one) => one.member === name),
        packets: view.packets
          .filter((one) => one.identity === identity)
          .map((packet) => ({
            packet: packet.digest,
            kind: packet.kind,
            at: packet.at,
            standing: standingOf(view, packet, views).standing,
          })),
      },
    ];
  });
  for (const one of everywhere) {
    say.line(`${one.name} in ${one.keyset} ${one.kind} ${one.ceremony.slice(0, 16)}: ${one.phase}`);
    rows(session, {
      identity: one.identity,
      part: one.roles.join(' ') || 'proposer',
      'seen here': one.done.join(' ') || '-',
      owes: one.owes.join(' ') || '-',
    });
    for (const { fault, detail, packet } of one.faults) told(session, `fault ${fault}: ${detail} (${packet})`);
    for (const { packets, grave, slot } of one.contradictions) {
      const which = grave ? 'contradiction' : 'contradiction that is only shown';
      told(session, `${which} (${slot.split(' ')[0]}): ${packets.join(' and ')}`);
    }
    for (const { as, reason, packet, hasEffect } of one.refusals)
      told(session, `refused as ${as}${hasEffect ? '' : ', which is dissent'}: ${reason} (${packet})`);
    for (const { notSeen, unlocks } of one.why) told(session, `not seen here: ${notSeen}; it would unlock ${unlocks}`);
    if (one.faults.length > 0 || one.contradictions.some(({ grave }) => grave))
      told(session, `portable evidence: ${exportCommand(one.name)}`);
    const listed = one.packets.map(({ packet, kind, standing }) => [kind, standing, packet]);
    if (listed.length > 0) say.line(table(listed, { indent: 2 }));
    say.line();
  }
  say.result({ v: 1, what: 'member', name: everywhere[0]?.name ?? what, ceremonies: everywhere });
  return undefined;
}

function exportCommand(name: string): string {
  return `conclave export --fault ${name} --out ${name}.conclave`;
}

function authorOf({ plan }: View, { identity }: AnyPacket): string {
  return plan.byIdentity.get(identity)?.name ?? '';
}

function told({ say }: Session, text: string): void {
  const [first = '', ...rest] = wrap(escapeText(text), 76).split('\n');
  say.line(`  ${first}`);
  for (const line of rest) say.line(`    ${line}`);
}

function rows({ say }: Session, facts: Readonly<Record<string, string | number>>): void {
  const cells = Object.entries(facts).map(([name, value]) => [name, escapeText(String(value))]);
  say.line(
    table(cells, { indent: 2, widths: [undefined, 76 - Math.max(...Object.keys(facts).map((name) => name.length))] }),
  );
}
