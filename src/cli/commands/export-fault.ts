import { resolve } from 'node:path';
import { escapeText } from '../../bytes/printable.ts';
import type { View } from '../../ceremony/evaluate.ts';
import { chargesIn, evidenceBytes, evidenceOf } from '../../ceremony/evidence.ts';
import { Problem } from '../../problem.ts';
import { chosenCeremony } from '../chosen.ts';
import type { Session } from '../session.ts';
import { writeReport } from '../written.ts';

/** Portable evidence of what a member did. */
export async function exportFault(
  session: Session,
  fault: string,
  options: { readonly ceremony?: string; readonly out: string },
): Promise<undefined> {
  const { say, context } = session;
  return session.withVault((ceremonies) => {
    const only =
      options.ceremony === undefined ? undefined : chosenCeremony(ceremonies, options.ceremony).plan.ceremony;
    const views = ceremonies.all().map(({ view }) => view);
    const identity = accusedAs(views, fault, only);
    const evidence = evidenceOf(views, identity, only);
    if (evidence === null) throw unproven(fault);
    if (evidence.bytes.length > evidenceBytes) {
      throw new Problem('OUTPUT_FAILED', 'the evidence is too big for one file', 'narrow it with --ceremony ID');
    }
    const path = resolve(options.out);
    writeReport(context.fs, path, evidence.bytes);
    say.line(`evidence against ${evidence.member} (${identity})`);
    for (const { fault: code, detail } of evidence.charges) say.line(`  ${code}: ${escapeText(detail)}`);
    say.line(`${evidence.packets} packets, written to ${escapeText(path)}; anybody can judge it: conclave verify FILE`);
    say.line('whoever has it sees the plan and the names in it, and no share');
    say.result({
      v: 1,
      file: path,
      member: evidence.member,
      identity,
      faults: evidence.charges,
      packets: evidence.packets,
      bytes: evidence.bytes.length,
    });
    return undefined;
  });
}

/** Two people of two ceremonies may bear one name: whose faults are meant has to be said then. */
function accusedAs(views: readonly View[], name: string, ceremony: string | undefined): string {
  const named = new Map<string, string>();
  for (const { plan } of views) {
    if (ceremony !== undefined && plan.ceremony !== ceremony) continue;
    for (const one of plan.participants)
      if (one.name.toLowerCase() === name.toLowerCase()) named.set(one.identity, one.name);
  }
  if (named.size === 0) {
    throw new Problem(
      'USAGE',
      `nobody here is called ${name}`,
      'conclave status --all shows the members of every ceremony',
    );
  }
  const charged = new Set(chargesIn(views).map(({ identity }) => identity));
  const [only, second] = [...named.keys()].filter((identity) => charged.has(identity));
  if (only === undefined) throw unproven(name);
  if (second !== undefined)
    throw new Problem('USAGE', `two members are called ${name}`, 'say with --ceremony ID which one is meant');
  return only;
}

function unproven(name: string): Problem {
  return new Problem(
    'FAULT_UNPROVEN',
    `nothing in this vault proves a fault of ${name}`,
    `conclave explain ${name} shows what is known; what is not seen here is no fault`,
  );
}
